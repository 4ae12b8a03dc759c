# more_tables.awk - the report's section on what would change the figures: flushes, large pages, order of
# accesses, forks, and how time falls into phases.
#
# After page.awk and tables.awk, for html.awk. A table whose question found nothing is left out.

function more_tables(    T)
{
	if (!load("windows.csv", T))
		return
	section("change", "What would change it", "Which flush cost how many fills, what large pages would save, whether a " \
		"prefetcher could have known, what forks copied after all. Bounds, not promises: each table says of what.")
	more_dropped()
	more_dropped_phases()
	more_reach()
	more_global()
	more_strides()
	more_steps()
	more_forks()
	more_frames()
	more_phases()
	put("</section>")
}

# At most 12 functions that dropped entries.
function more_dropped(    T, n, i, rows)
{
	load_max = 12
	n = load("dropped_functions.csv", T)
	load_max = 1e9
	for (i = 1; i <= n && T[i, "rows"] + 0; i++) {
		if (!rows++)
			table("Flushes whose entries were needed again (whole run)", "Function;By;Fills;;n:Program's;n:User's pages;n:Kernel's;n:Flushes;n:Fills each")
		cell(T[i, "symbol"] == "" ? "(unknown)" : T[i, "symbol"], "mono")
		cell(T[i, "dropped_by"] (T[i, "pid"] == "" ? "" : ", " process(T[i, "pid"])))
		bar(T[1, "rows"], "flushed", T[i, "rows"])
		number(T[i, "rows"])
		number(T[i, "program"])
		number(T[i, "user"])
		number(T[i, "kernel"])
		if (T[i, "drops"] + 0)
			number(T[i, "drops"])
		else
			cell("")
		cell(T[i, "drops"] + 0 ? n1(T[i, "rows"] / T[i, "drops"]) : "", "n")
		row_end()
	}
	if (rows)
		table_end()
}

# The 12 pairs of a phase and what dropped entries that cost most fills in it.
function more_dropped_phases(    T, n, i, k, best, rows)
{
	n = load("dropped_phases.csv", T)
	for (rows = 0; rows < 12; rows++) {
		best = 0
		for (i = 1; i <= n; i++)
			if (phase_fold(T[i, "phase"] + 1, mark_label[T[i, "phase"]]) == "" && T[i, "rows"] + 0 > T[best, "rows"] + 0)
				best = i
		if (!best)
			break
		if (!rows)
			table("In which phase they were needed again", "Phase;Dropped by;Fills;;n:Drops in it")
		cell(mark_label[T[best, "phase"]])
		cell(T[best, "dropped_by"])
		bar(k = rows ? k : T[best, "rows"], "flushed", T[best, "rows"])
		number(T[best, "rows"])
		number(T[best, "drops"])
		row_end()
		T[best, "rows"] = 0
	}
	if (rows)
		table_end()
}

function more_reach(    T, n, i, rows)
{
	n = load(program_result("reach.csv"), T)
	for (i = 1; i <= n && rows < 12 && T[i, "saved"] + 0; i++) {
		if (T[i, "pid"] != "" && T[i, "pid"] in folded)
			continue
		if (!rows++)
			table("Fills that 4 MiB pages would save" (program_start == "" ? "" : ", from the program's start on"), \
			      "Area;Process;Saved;;n:Fills now;n:Fills with large pages;n:Large pages;n:Large already")
		cell(T[i, "area"])
		cell(T[i, "pid"] == "" ? "kernel" : process(T[i, "pid"]))
		bar(T[1, "saved"], "conflict", T[i, "saved"])
		number(T[i, "saved"])
		number(T[i, "fills"])
		number(T[i, "needed"])
		number(T[i, "regions"])
		number(T[i, "large"])
		row_end()
	}
	if (!rows)
		return
	table_end()
	put("<p class=\"note\">At most: every aligned 4 MiB within one area as one entry that is never displaced. " \
	    "Bochs fills pages that are large already in pieces; a CPU does not.</p>")
}

# What the global bit saves, at most, and what it would save yet.
function more_global(    T, n, i)
{
	n = load("global.csv", T)
	for (i = 1; i <= n; i++)
		if (T[i, "cr3_loads"] + 0 && (n == 1 || T[i, "scope"] == "program"))
			put("<p class=\"note\">Global pages: at " commas(T[i, "cr3_loads"]) " loads of CR3 " commas(T[i, "kept"]) \
			    " global entries were kept, each of which may have saved a fill; " commas(T[i, "refills"]) \
			    " fills of the kernel's half were of entries that such a load had dropped.</p>")
}

function more_strides(    T, n, i, rows)
{
	n = load("next_pages.csv", T)
	for (i = 1; i <= n && rows < 8; i++) {
		if (T[i, "pid"] == "" || T[i, "pid"] in folded)
			continue
		if (!rows++)
			table("Which page misses next? Data misses in a process's own half (whole run)", \
			      "Process;n:Misses;n:Same page;n:Next page;n:Same stride;n:Same follower;n:Not foreseen")
		cell(process(T[i, "pid"]))
		number(T[i, "rows"])
		cell(percent(T[i, "same_page"], T[i, "rows"]), "n")
		cell(percent(T[i, "next_page"], T[i, "rows"]), "n")
		cell(percent(T[i, "same_stride"], T[i, "rows"]), "n")
		cell(percent(T[i, "same_follower"], T[i, "rows"]), "n")
		cell(percent(T[i, "none"], T[i, "rows"]), "n")
		row_end()
	}
	if (!rows)
		return
	table_end()
	put("<p class=\"note\">Follower: the page that missed after this one the last time. One miss may be foreseen by several rules.</p>")
}

function more_steps(    T, n, i, rows)
{
	n = load("strides.csv", T)
	for (i = 1; i <= n && rows < 12; i++) {
		if (T[i, "pid"] in folded)
			continue
		if (!rows++)
			table("How far is it to the next data miss of an area?", "Process;Area;n:Stride, pages;Misses;")
		cell(process(T[i, "pid"]))
		cell(T[i, "area"])
		cell(T[i, "stride"] < 0 ? "-" commas(-T[i, "stride"]) : commas(T[i, "stride"]), "n")
		bar(T[1, "rows"], "conflict", T[i, "rows"])
		number(T[i, "rows"])
		row_end()
	}
	if (!rows)
		return
	table_end()
	put("<p class=\"note\">Beyond 16 pages a stride stands for all down to half of it.</p>")
}

# The last 12 forks of those that are not folded away.
function more_forks(    T, n, i, k, own, rows)
{
	n = load("cow.csv", T)
	for (i = 1; i <= n; i++)
		if (T[i, "child"] != "" && !(T[i, "parent"] in folded))
			own[++k] = i
	for (k = k > 12 ? k - 11 : 1; k in own; k++) {
		i = own[k]
		if (!rows++)
			table("Forks and the pages that they shared" (k > 1 ? ", the last 12" : ""), \
			      "Parent;Child;n:Pages shared;n:Copied by parent;n:By child;n:Made writable;n:Never copied;n:Faults' instructions;n:All at once, at most")
		cell(process(T[i, "parent"]))
		cell(process(T[i, "child"]))
		number(T[i, "pages"])
		number(T[i, "parent_cow"])
		number(T[i, "child_cow"])
		number(T[i, "parent_reuse"] + T[i, "child_reuse"])
		number(T[i, "saved"])
		number(T[i, "cost"])
		number(T[i, "at_once"])
		row_end()
	}
	if (rows)
		table_end()
}

function more_frames(    T, n, i, rows)
{
	n = load("frames.csv", T)
	for (i = 1; i <= n && rows < 8; i++) {
		if (T[i, "pid"] in folded)
			continue
		if (!rows++)
			table("Most frames that a process used at a time (over time: <code>analysis/ownership.csv</code>)", "Process;n:Frames;n:MiB;n:Lost to reclaim;n:Taken over from others")
		cell(process(T[i, "pid"]))
		number(T[i, "frames"])
		cell(n1(T[i, "frames"] / 256), "n")
		number(T[i, "lost"])
		number(T[i, "taken"])
		row_end()
	}
	if (rows)
		table_end()
}

# Phases found by the code that misses, folded away; at most 60.
function more_phases(    T, n, i, rows)
{
	n = load("phases_found.csv", T)
	fold_begin("Phases found without marks: " commas(n))
	for (i = 1; i <= n && rows < 60; i++) {
		if (program_start != "" && T[i, "to"] + 0 <= program_start)
			continue
		if (!rows++)
			table("", "n:Phase;n:Kind;n:From;n:Instructions;n:Windows;n:Pages of a window;Begins in")
		number(T[i, "phase"])
		cell(T[i, "kind"], "n")
		number(T[i, "from"])
		number(T[i, "to"] - T[i, "from"])
		number(T[i, "windows"])
		number(T[i, "pages"])
		cell(T[i, "label"])
		row_end()
	}
	if (rows)
		table_end()
	put("<p class=\"note\">Phases of one kind miss with the same code. All are in <code>analysis/phases_found.csv</code>.</p>")
	fold_end()
}
