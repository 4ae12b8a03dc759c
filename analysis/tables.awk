# tables.awk - the report's tables.

function fills(    T, n, i, most, kind)
{
	section("fills", "TLB fills and flushes", "Why the entry was not there when it was needed. <em>Conflict</em>: its only place in this direct-mapped " \
		"TLB went to another page; capacity misses are among them." own_words("By reason"))
	table("", "Reason;;n:Rows;n:Share;Meaning")
	for (i = 1; i <= 4; i++)
		if (own_rows[fill_kinds[i]] > most)
			most = own_rows[fill_kinds[i]]
	for (i = 1; i <= 4; i++) {
		kind = fill_kinds[i]
		cell_html(dot(kind, kind))
		bar(most, kind, own_rows[kind])
		number(own_rows[kind])
		cell(percent(own_rows[kind], own_rows["fill"] + own_rows["upgrade"]), "n")
		cell(meaning[kind], "text")
		row_end()
	}
	table_end()
	if (own_rows["kind"])
		put("<p class=\"note\">Not among them: " commas(own_rows["kind"]) " upgrades of Bochs's own. " \
		    "Its entry knows only the kinds of access that it was filled for; the page's " \
		    "entry in memory allowed this one, and a CPU would not have walked.</p>")
	put("<div class=\"two\">")
	flushes_by_reason()
	accesses()
	put("</div></section>")
}

function flushes_by_reason(    T, n, i)
{
	put("<div>")
	table("Flushes by reason" whole_words(), "Event;Reason;n:Rows;Meaning")
	n = load("events.csv", T)
	for (i = 1; i <= n; i++) {
		if (T[i, "event"] !~ /^(flush|invlpg)/)
			continue
		cell(T[i, "event"], "mono")
		cell(T[i, "reason"], "mono")
		number(T[i, "rows"])
		cell(meaning[T[i, "event"] " " T[i, "reason"]], "text")
		row_end()
	}
	table_end()
	put("</div>")
}

function accesses(    T, n, i, word)
{
	split("", word)
	word["r"] = "read"
	word["w"] = "write"
	word["x"] = "fetch"
	put("<div>")
	table("Accesses that missed" whole_words(), "Access;Privilege;Page;n:Rows;n:Share")
	n = load("accesses.csv", T)
	for (i = 1; i <= n; i++) {
		cell(word[T[i, "access"]])
		cell(T[i, "mode"] == "u" ? "user" : "kernel")
		cell(T[i, "size"])
		number(T[i, "rows"])
		cell(percent(T[i, "rows"], walk_rows), "n")
		row_end()
	}
	table_end()
	if (walk_rows)
		put("<p class=\"note\">Their walks read " commas(walk_reads) " and wrote " commas(walk_writes) \
		    " entries of page tables: " n1(walk_reads / walk_rows) " reads and " \
		    n3(walk_writes / walk_rows) " writes (accessed and dirty bits) each.</p>")
	put("</div>")
}

function faults_by_cause(    T, n)
{
	section("faults", "Page faults by cause", "What the kernel found each fault to be, and how many " \
		"instructions it took from delivery to return (time of other tasks left out). A repeated string " \
		"instruction is one, of however many rounds, here, in the chart and by area; shares of a " \
		"phase and of the whole are shares of time, in which Bochs counts some by their rounds." \
		own_words("Table and chart"))
	n = load("causes.csv", T)
	if (!n) {
		put("<p>No page faults were recorded.</p></section>")
		return
	}
	if (program_start != "") {
		cause_table(load(program_result("causes.csv"), T), T)
		n = load("causes.csv", T)
		fold_begin("Causes in the whole run, boot and self-test included")
	}
	cause_table(n, T)
	if (program_start != "")
		fold_end()
	picture("costs.svg", "How many faults took how many instructions, by cause; each step is twice the one before.", "costs.csv", \
		"faults.awk", "")
	put("</section>")
}

# What a section of the program's own figures says of itself, and a table of the whole run's beside such.
function own_words(what)
{
	return program_start == "" ? "" : " " what ": from the program's start on."
}

function whole_words()
{
	return program_start == "" ? "" : ", whole run"
}

# The n causes of T.
function cause_table(n, T,    i)
{
	if (!n) {
		put("<p>The program had no page faults.</p>")
		return
	}
	table("", "Cause;;n:Faults;n:In kernel;n:Major;n:Median cost;n:90 %;n:99 %;n:Highest;n:Instructions")
	for (i = 1; i <= n; i++) {
		cell_html(dot(group[T[i, "cause"]], T[i, "cause"]) "<small>" gloss(meaning[T[i, "cause"]]) \
			  "</small>")
		bar(T[1, "rows"], group[T[i, "cause"]], T[i, "rows"])
		number(T[i, "rows"])
		number(T[i, "kernel"])
		number(T[i, "major"])
		number(T[i, "p50"])
		number(T[i, "p90"])
		number(T[i, "p99"])
		number(T[i, "max"])
		number(T[i, "cost"] - T[i, "rounds"])
		row_end()
	}
	table_end()
}

function disk(    T, n, i)
{
	n = load("disk.csv", T)
	if (!n)
		return
	section("disk", "Disk", "What was asked of the disks and why. A command that did several things at once counts for " \
		"each kind. Waiting is in the queue and in the drive, service in the drive alone; both in microseconds of " \
		"the emulated machine, in which its processor may have halted.")
	table("", "Why;Direction;;n:Pages;n:Rows;n:Commands;n:Mean wait;n:Longest;n:Service, all;n:Errors")
	for (i = 1; i <= n; i++) {
		cell(T[i, "why"], "mono")
		cell(T[i, "rw"] == "w" ? "write" : "read")
		bar(T[1, "pages"], "cold", T[i, "pages"])
		number(T[i, "pages"])
		number(T[i, "rows"])
		number(T[i, "commands"])
		number(T[i, "wait_mean"])
		number(T[i, "wait_max"])
		number(T[i, "service"])
		number(T[i, "errors"])
		row_end()
	}
	table_end()
	put("</section>")
}

function phases(    T, U, n, i, most, shown)
{
	section("phases", "Phases", "From one mark to the next: those of the program, which writes them to " \
		"<code>/proc/trace_mark</code>, then in sum what the kernel marked: <code>boot</code> and " \
		"<code>user</code>, with what was before the first mark, and <code>selftest</code>.")
	n = phases_read(T, U)
	for (i = 1; i <= n; i++)
		if (T[i, "cold"] + T[i, "conflict"] + T[i, "flushed"] > most)
			most = T[i, "cold"] + T[i, "conflict"] + T[i, "flushed"]
	phase_table()
	for (i = 1; i <= n; i++) {
		if (n > 60 && i == 59) # boot and self-test are the last two
			i = n - 1
		phase_row(T, U, i, most)
	}
	table_end()
	if (n > 60)
		put("<p class=\"note\">" commas(n - 60) " more phases are in <code>analysis/phases.csv</code>.</p>")
	n = load("phases.csv", T)
	load("fault_phases.csv", U)
	for (i = 1; i <= n; i++) {
		if (phase_fold(i, T[i, "label"]) == "" || T[i, "to"] + 0 <= T[i, "from"] + 0)
			continue
		if (!shown++) {
			fold_begin("Boot and self-test, mark by mark")
			phase_table()
		}
		T[i, "instr"] = T[i, "to"] - T[i, "from"]
		if (i == 1)
			T[i, "label"] = "(before the first mark)"
		phase_row(T, U, i, most)
	}
	if (shown) {
		table_end()
		fold_end()
	}
	put("</section>")
}

function phase_table()
{
	table("", "Phase;n:Process;n:Instructions;Fills;n:Cold;n:Conflict;n:Flushed;n:Upgrades;n:Flushes;n:Faults;n:Major;n:In faults")
}

function phase_row(T, U, i, most)
{
	cell(T[i, "label"])
	cell(T[i, "pid"] == 0 ? "" : T[i, "pid"], "n")
	number(T[i, "instr"])
	bar(most, "cold", T[i, "cold"], "conflict", T[i, "conflict"], "flushed", T[i, "flushed"])
	number(T[i, "cold"])
	number(T[i, "conflict"])
	number(T[i, "flushed"])
	number(T[i, "upgrade"])
	number(T[i, "flush"] + T[i, "flush_all"])
	number(U[i, "rows"])
	number(U[i, "major"])
	cell(percent(U[i, "cost"], T[i, "instr"]), "n")
	row_time(T[i, "from"], T[i, "to"])
	row_end()
}

# What few want to see, behind a line to click on.
function fold_begin(title)
{
	put("<details><summary>" title "</summary>")
}

function fold_end()
{
	put("</details>")
}

# Indices 1..n of T in the order of falling T[i, column], in order[]; at most `most` of them.
function ranked(T, n, column, order, most,    i, k, best, used)
{
	for (k = 1; k <= n && k <= most; k++) {
		best = 0
		for (i = 1; i <= n; i++)
			if (!(i in used) && (!best || T[i, column] + 0 > T[best, column] + 0))
				best = i
		used[best] = 1
		order[k] = best
	}
	return k - 1
}
