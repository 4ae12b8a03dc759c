# summary.awk - prints the end of a run: what was recorded, in one screen.
#
# Variables: out (directory of the results), metafile, tasks, page (path of the report). After
# lib.awk, run.awk, svg.awk, symbols.awk, page.awk, glossary.awk, fold.awk, finding.awk, waiting.awk,
# failure.awk, crash.awk and pressure.awk; reads no input of its own.
BEGIN {
	meta_read(metafile)
	tasks_read(tasks)
	marks_read(marks)
	failure_read()
	crash_read()
	if (failure != "")
		failure_text()
	never_began()
	load_max = 1e9
	totals()
	folds = folds_read()
	events()
	causes()
	latency()
	phases()
	areas()
	source_lines()
	memory_short()
	disk()
	verdict()
	exit failed
}

# TRACE='start=mark:LABEL', and no such mark: all figures are 0, and nothing else says why.
function never_began()
{
	if (meta["start"] != "" && meta["start"] != "boot" && meta["icount_start"] "" == meta["icount_end"] "")
		print "  NOTHING WAS RECORDED: the mark \"" plain(meta["start"]) "\" never came; marks.csv has those that did"
}

# The headline is the program's, where its start is known; of the whole run there is one line then.
function totals(    T, n, i)
{
	own_read()
	n = load("events.csv", T)
	for (i = 1; i <= n; i++)
		whole_fills += T[i, "event"] == "fill" ? T[i, "rows"] : 0
	n = load("causes.csv", T)
	for (i = 1; i <= n; i++)
		whole_faults += T[i, "rows"]
}

function events()
{
	if (meta["icount_end"] != "")
		line("instructions", own_instructions, program_start == "" ? "" : \
		     "from the program's start on, as all down to \"page faults\"")
	line("TLB fills", own_rows["fill"], "cold " commas(own_rows["cold"]) ", conflict " \
	     commas(own_rows["conflict"]) ", flushed " commas(own_rows["flushed"]))
	if (own_rows["conflict"])
		printf "%35sconflict: its only place in Bochs's direct-mapped TLB went to\n%35sanother page; capacity misses included)\n", \
			"(", ""
	if (finding_read(own_rows["conflict"]))
		line("by two pages", finding_rows, finding_share " of the conflicts: " plain(finding_page[1]) " and\n" \
		     sprintf("%34s", "") plain(finding_page[2]) " take each other's place")
	line("TLB upgrades", own_rows["upgrade"], "and " commas(own_rows["kind"]) " that only Bochs needs (kind)")
	line("TLB flushes", own_rows["flush"] + own_rows["flush_all"], "and " commas(own_rows["invlpg"]) " invlpg")
}

function line(what, n, detail)
{
	printf "  %-14s %15s%s\n", what, commas(n), (detail == "" ? "" : "  " detail)
}

function causes(    T, n, i, total, detail)
{
	n = load(program_result("causes.csv"), T)
	for (i = 1; i <= n; i++) {
		total += T[i, "rows"]
		detail = detail (i == 1 ? "" : i % 5 == 1 ? ",\n" sprintf("%33s", "") : ", ") \
			T[i, "cause"] " " commas(T[i, "rows"])
	}
	line("page faults", total, detail)
	if (program_start != "")
		line("whole run", whole_instructions, "instructions with boot and self-test, " \
		     commas(whole_fills) " TLB fills, " commas(whole_faults) " faults")
}

# The longest times in which nobody else got a turn; a guest that gives no hints has none.
function latency()
{
	if (meta["irqs_off_max"] == "")
		return
	symbols_read("kernel", kernel_sym)
	line("interrupts off", meta["irqs_off_max"], "at most, from " place(meta["irqs_off_max_eip"]))
	if (meta["hints_from"] != "program") # which cannot know
		line("no reschedule", meta["no_resched_max"], "at most, from " place(meta["no_resched_max_eip"]))
}

function place(eip,    name)
{
	name = symbol_in("kernel", eip)
	return eip (name == "" ? "" : " " name)
}

function phases(    T, U, n, i)
{
	n = phases_read(T, U)
	printf "\n  %-26s %14s %11s %11s %11s %9s %8s\n", "phase", "instructions", "cold", "conflict", \
		"flushed", "upgrades", "faults"
	for (i = 1; i <= n; i++) {
		if (n > 24 && i == 23) { # boot and self-test are the last two
			print "  ... and " commas(n - 24) " more in the report"
			i = n - 1
		}
		printf "  %-26s %14s %11s %11s %11s %9s %8s\n", \
			fit(T[i, "label"], 26), commas(T[i, "instr"]), commas(T[i, "cold"]), \
			commas(T[i, "conflict"]), commas(T[i, "flushed"]), commas(T[i, "upgrade"]), \
			commas(U[i, "rows"])
	}
}

function areas(    T, U, n, m, i, key, faulted, shown)
{
	m = load("fault_areas.csv", U)
	for (i = 1; i <= m; i++) {
		faulted[U[i, "pid"], U[i, "area"]] = U[i, "rows"]
		if (U[i, "pid"] in folded)
			faulted["", fold_name] += U[i, "rows"]
	}
	n = load("areas.csv", T)
	printf "\n  %-41s %11s %11s %11s %9s %8s\n", "area", "cold", "conflict", "flushed", "upgrades", \
		"faults"
	T[n + 1, "area"] = fold_name
	for (i = 1; i <= n; i++)
		if (T[i, "pid"] in folded)
			fold_add(T, i, n + 1)
		else if (++shown <= 12)
			area(T, i, owner(T[i, "pid"]), faulted[T[i, "pid"], T[i, "area"]])
	if (shown > 12)
		print "  ... and " commas(shown - 12) " more in " out "/areas.csv"
	if (folds)
		area(T, n + 1, "", faulted["", fold_name])
}

function area(T, i, whose, faulted)
{
	printf "  %-41s %11s %11s %11s %9s %8s\n", fit(whose (whose == "" ? "" : " ") T[i, "area"], 41), \
		commas(T[i, "cold"]), commas(T[i, "conflict"]), commas(T[i, "flushed"]), commas(T[i, "upgrade"]), \
		commas(faulted)
}

# The program's own, where it has debug information.
function source_lines(    T, U, n, i, faulted, shown)
{
	load_max = 1e9
	n = load("fault_lines.csv", U)
	for (i = 1; i <= n; i++)
		faulted[U[i, "pid"], U[i, "line"]] += U[i, "rows"]
	n = load("lines.csv", T)
	for (i = 1; i <= n && shown < 5; i++) {
		if (T[i, "pid"] == "" || T[i, "pid"] in folded)
			continue
		if (!shown++)
			printf "\n  %-53s %11s %11s\n", "source line", "misses", "faults"
		printf "  %-53s %11s %11s\n", fit(plain(T[i, "line"] "  " T[i, "text"]), 53), commas(T[i, "rows"]), \
			commas(faulted[T[i, "pid"], T[i, "line"]])
	}
}

# Nothing of a run in which memory was never short.
function memory_short()
{
	if (!pressure_read())
		return
	print ""
	line("pages dropped", dropped, "kswapd " commas(dropped_by["kswapd"]) ", direct reclaim " commas(dropped_by["direct"] + 0) \
	     (dropped_by["other"] ? ", on request " commas(dropped_by["other"]) : "") "; " commas(swapped_out) " written first")
	line("came back", came_back, commas(came_early) " of them too early (policy " policy_name() ")")
	if (oom_kills)
		line("out of memory", oom_kills, "killed: " plain(oom_victims))
}

# What the disk did, by reason; times are the emulated machine's.
function disk(    T, n, i)
{
	load_max = 1e9
	n = load("disk.csv", T)
	if (!n)
		return
	printf "\n  %-41s %11s %11s %11s %9s %8s\n", "disk", "pages", "commands", "mean wait", "longest", "errors"
	for (i = 1; i <= n; i++)
		printf "  %-41s %11s %11s %8s us %9s %8s\n", T[i, "why"] (T[i, "rw"] == "w" ? ": write" : ": read"), \
			commas(T[i, "pages"]), commas(T[i, "commands"]), commas(T[i, "wait_mean"]), \
			commas(T[i, "wait_max"]), commas(T[i, "errors"])
}

function verdict(    T, n, i)
{
	print ""
	load_max = 1e9
	n = load("checks.csv", T)
	for (i = 1; i <= n; i++)
		if (T[i, "result"] == "bad")
			print "  CHECK FAILED: " T[i, "check"] ": " commas_in(T[i, "detail"])
	print "  report  " page
	print "  tables  " out "/*.csv"
	waiting_text() # last of all: what is read first
}
