# answers.awk - the report's first words: what a reader asks, answered in sentences with figures and links.
#
# For html.awk, after page.awk, fold.awk, finding.awk, pressure.awk and what_if.awk, with meta[], tasks, marks, bins and the sums of
# html.awk read. Every figure is one of the results; a sentence is only there when its figure matters, and its
# function says from when on that is.

# The section, or nothing when there is nothing to say.
function answers(    i)
{
	answers_n = 0
	answer_pair()
	answer_phase()
	answer_line()
	answer_faults()
	answer_copies()
	answer_saved()
	answer_models()
	answer_short()
	answer_early()
	if (!answers_n)
		return
	put("<section id=\"answers\">\n<h2>In short</h2>\n<ul>")
	for (i = 1; i <= answers_n; i++)
		put(answers_html[i])
	put("</ul></section>")
}

# One sentence or two; `strong` is what it says, `where` the section with the rest.
function answer(id, strong, rest, where)
{
	answers_html[++answers_n] = "<li id=\"" id "\"><strong>" strong "</strong> " gloss(rest) \
		" <a href=\"#" where "\">more</a></li>"
}

# Is it the program that the figures are of, or all that was recorded?
function answer_of()
{
	return program_start == "" ? "" : " from the program's start on"
}

# Two pages that evict each other: from a tenth of the conflicts on, and at least 100 of them.
function answer_pair()
{
	if (finding_read(own_rows["conflict"]))
		answer("finding", "Two pages make " finding_share " of the conflicts" answer_of() ":", \
		       markup(finding_page[1]) " and " markup(finding_page[2]) " lie a multiple of " n3(finding_mib) \
		       "&nbsp;MiB apart, so they have the same place in the " finding_tlb ", and took it from each other " \
		       commas(finding_rows) " times. Where one of them lies one page further, these are not (but it may meet a third).", "hottest")
}

# The phase whose fills are closest together: thrice as close as on the whole, with a twentieth of the fills.
function answer_phase(    T, U, n, i, fills, mean, best, most)
{
	n = phases_read(T, U)
	mean = own_instructions ? own_rows["fill"] / own_instructions : 0
	for (i = 1; i <= n && program_start != ""; i++) {
		if (T[i, "label"] == "selftest" || T[i, "label"] == "boot, user" || !T[i, "instr"])
			continue
		fills = T[i, "cold"] + T[i, "conflict"] + T[i, "flushed"]
		if (fills * 20 >= own_rows["fill"] && fills / T[i, "instr"] > most) {
			most = fills / T[i, "instr"]
			best = i
		}
	}
	if (!best || most < 3 * mean)
		return
	fills = T[best, "cold"] + T[best, "conflict"] + T[best, "flushed"]
	answer("answer-phase", "Misses are closest together in phase &ldquo;" markup(T[best, "label"]) "&rdquo;:", \
	       rate(most * 1e6) " fills per million instructions, " n1(most / mean) " times the program's mean; " \
	       percent(T[best, "conflict"], fills) " of its fills are by conflict.", "phases")
}

# The source line, or without lines the function, that misses most: from a twentieth of its process's misses on.
function answer_line(    T, n, i, all, what)
{
	what = "line"
	n = load("lines.csv", T)
	i = answer_own(T, n)
	if (!i) {
		what = "function"
		n = load("functions.csv", T)
		i = answer_own(T, n)
	}
	all = i ? answer_misses(T[i, "pid"]) : 0
	if (!i || T[i, "rows"] < 100 || T[i, "rows"] * 20 < all)
		return
	answer("answer-line", "The " (what == "line" ? "source line" : what) " that misses most is <code>" \
	       markup(T[i, what == "line" ? what : "symbol"]) "</code>" (what == "line" && T[i, "symbol"] != "" ? \
	       " in <code>" markup(T[i, "symbol"]) "</code>" : "") ":", \
	       commas(T[i, "rows"]) " of the " commas(all) " misses of process " markup(process(T[i, "pid"])) \
	       " (" percent(T[i, "rows"], all) ")." \
	       (what == "line" && T[i, "text"] != "" ? " <code>" markup(T[i, "text"]) "</code>" : ""), "hottest")
}

# The first row of T that is a program's own.
function answer_own(T, n,    i)
{
	for (i = 1; i <= n; i++)
		if (T[i, "pid"] != "" && !(T[i, "pid"] in folded) && T[i, "symbol"] != "")
			return i
	return 0
}

function answer_misses(pid,    A, n, i, sum)
{
	n = load("areas.csv", A)
	for (i = 1; i <= n; i++)
		sum += A[i, "pid"] "" == pid "" ? A[i, "rows"] : 0
	return sum
}

# What page faults take, and of what kind that is: from one instruction in a hundred on.
function answer_faults(    T, n, i, best)
{
	if (!own_instructions || meta["icount_end"] == "" || fault_cost * 100 < own_instructions)
		return
	n = load(program_result("causes.csv"), T)
	for (i = 1; i <= n; i++)
		if (!best || T[i, "cost"] + 0 > T[best, "cost"] + 0)
			best = i
	answer("answer-faults", "Page faults take " percent(fault_cost, own_instructions) " of the instructions" answer_of() ":", \
	       commas(fault_rows) " faults, " commas(fault_cost) " instructions. " percent(T[best, "cost"], fault_cost) \
	       " of these go to <code>" markup(T[best, "cause"]) "</code> (" meaning[T[best, "cause"]] "): " \
	       commas(T[best, "rows"]) " faults, the median one of " commas(T[best, "p50"]) " instructions, the dearest of " commas(T[best, "max"]) ".", "faults")
}

# Copying on write: from 50 such faults on. A write that copied a page which came from a swap area is a
# fault `swap` or `swap_cache`, and not among these.
function answer_copies(    T, n, i, rows, cost, swaps, forks)
{
	n = load(program_result("causes.csv"), T)
	for (i = 1; i <= n; i++) {
		rows[T[i, "cause"]] = T[i, "rows"]
		swaps += T[i, "cause"] ~ /^swap/ ? T[i, "rows"] : 0
		cost += T[i, "cause"] ~ /^(cow|cow_reuse|file_cow)$/ ? T[i, "cost"] - T[i, "rounds"] : 0
	}
	if (rows["cow"] + rows["file_cow"] + rows["cow_reuse"] < 50)
		return
	forks = answer_forks()
	answer("answer-cow", "Copy on write takes " commas(cost) " instructions in faults" answer_of() ":", \
	       commas(rows["cow"] + rows["file_cow"]) " writes copied a page, " commas(rows["file_cow"]) \
	       " of these from a private file, " commas(rows["cow_reuse"]) " found the last owner and copied nothing; there were " \
	       commas(forks) " fork" (forks == 1 ? "" : "s") ". Each repeated string instruction counts once" \
	       (swaps ? "; copies of pages that came from the swap area are not counted here" : "") ".", "faults")
}

# The forks in the program's time, but for those by a process that is folded away, as init's are. Who runs is
# the parent.
function answer_forks(    F, n, now)
{
	if (tasks == "" || !csv_open(tasks, task_columns))
		return 0
	while (csv_row(tasks, F) > 0)
		if (F[3] == "switch")
			now = F[5]
		else if (F[3] == "fork" && (program_start == "" || F[1] + 0 >= program_start))
			n += now == "" || !(now in folded)
	close(tasks)
	return n + 0
}

# What-if TLBs, where the recording has such: walks of each, best first.
function answer_models(    T, n, i, k, best, used, text)
{
	n = load("models.csv", T)
	for (k = 1; k <= n && k <= 8; k++) {
		best = 0
		for (i = 1; i <= n; i++)
			if (!(i in used) && (!best || T[i, "walks"] + 0 < T[best, "walks"] + 0))
				best = i
		used[best] = 1
		text = text (k > 1 ? ", " : "") "<code>" markup(T[best, "model"]) "</code> " commas(T[best, "walks"]) \
			" (" n3(T[best, "per_thousand"]) " a thousand references)"
	}
	if (n)
		answer("answer-models", "What other TLBs would have walked, in the whole recording:", text ".", "models")
}

# When free memory was below the low watermark, in the program's time: from a hundredth of it on.
function answer_short(    T, n, i, k, from, to, low, all, part, label, text, best)
{
	n = load("memory.csv", T)
	for (i = 1; i <= n; i++) {
		if (T[i, "free_least"] + 0 >= T[i, "low"] + 0)
			continue
		from = bin_start(T[i, "bin"])
		to = bin_start(T[i, "bin"] + 1)
		if (program_start != "" && from < program_start)
			from = program_start
		if (to <= from)
			continue
		all += to - from
		for (k = program_start == "" ? 0 : marks_kernel + 1; k <= marks_count; k++) {
			low = (to < phase_end(k) ? to : phase_end(k)) - (from > mark_time[k] ? from : mark_time[k])
			if (low > 0)
				part[mark_label[k]] += low
		}
	}
	if (!all || all * 100 < own_instructions)
		return
	for (k = 1; k <= 3; k++) {
		best = ""
		for (label in part)
			if (part[label] * 20 >= all && (best == "" || part[label] > part[best] || \
			    (part[label] == part[best] && label < best)))
				best = label
		if (best == "")
			break
		text = text (k > 1 ? ", " : "") "&ldquo;" markup(best) "&rdquo; (" percent(part[best], all) " of that time)"
		delete part[best]
	}
	answer("answer-short", "Memory was short for " percent(all, own_instructions) " of the time" answer_of() ":", \
	       "in a step of the chart fewer frames were free, at least once, than the low watermark, which wakes kswapd" \
	       (text == "" ? "" : "; in phase " text) ".", "pressure")
}

# What left memory too early: from 10 pages and a hundredth of what was dropped on; and the area of most of
# these, of those whose area is known.
function answer_early(    T, n, i)
{
	if (!pressure_read() || came_early < 10 || came_early * 100 < dropped)
		return
	n = load("early_areas.csv", T)
	for (i = 1; i <= n && T[i, "area"] == "[none]"; i++)
		;
	answer("answer-early", commas(came_early) " pages were thrown out too early", "in the whole recording (" \
	       percent(came_early, dropped) " of the " commas(dropped) " dropped): they came back before as many others had " \
	       "been dropped as there were active pages." (i <= n && T[i, "early"] + 0 ? " Of all known areas <code>" \
	       markup(T[i, "area"]) "</code>" (T[i, "pid"] == "" ? "" : " of process " markup(process(T[i, "pid"]))) \
	       " lost most of them: " commas(T[i, "early"]) "." : ""), "pressure")
}
