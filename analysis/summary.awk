# summary.awk - prints the end of a run: what was recorded, in one screen.
#
# Variables: out (directory of the results), metafile, tasks, page (path of the report). After
# lib.awk, run.awk, svg.awk, symbols.awk and page.awk; reads no input of its own.
BEGIN {
	meta_read(metafile)
	tasks_read(tasks)
	load_max = 1e9
	totals()
	events()
	causes()
	latency()
	phases()
	areas()
	verdict()
	exit failed
}

function totals(    T, n, i)
{
	n = load("events.csv", T)
	for (i = 1; i <= n; i++) {
		event[T[i, "event"]] += T[i, "rows"]
		event[T[i, "reason"]] += T[i, "event"] == "fill" ? T[i, "rows"] : 0
		if (T[i, "event"] == "upgrade")
			upgrade[T[i, "reason"]] = T[i, "rows"]
	}
	instructions = meta["icount_end"] - meta["icount_start"]
}

function events()
{
	if (meta["icount_end"] != "")
		line("instructions", instructions, "")
	line("TLB fills", event["fill"], "cold " commas(event["cold"]) ", conflict " \
	     commas(event["conflict"]) ", flushed " commas(event["flushed"]))
	line("TLB upgrades", upgrade["entry"], "and " commas(upgrade["kind"]) " that only Bochs needs (kind)")
	line("TLB flushes", event["flush"] + event["flush_all"], "and " commas(event["invlpg"]) " invlpg")
}

function line(what, n, detail)
{
	printf "  %-14s %15s  %s\n", what, commas(n), detail
}

function causes(    T, n, i, total, detail)
{
	n = load("causes.csv", T)
	for (i = 1; i <= n; i++) {
		total += T[i, "rows"]
		detail = detail (i == 1 ? "" : i % 5 == 1 ? ",\n" sprintf("%33s", "") : ", ") \
			T[i, "cause"] " " commas(T[i, "rows"])
	}
	line("page faults", total, detail)
}

# The longest times in which nobody else got a turn; a guest that gives no hints has none.
function latency()
{
	if (meta["irqs_off_max"] == "")
		return
	symbols_read("kernel", kernel_sym)
	line("interrupts off", meta["irqs_off_max"], "at most, from " place(meta["irqs_off_max_eip"]))
	line("no reschedule", meta["no_resched_max"], "at most, from " place(meta["no_resched_max_eip"]))
}

function place(eip,    name)
{
	name = symbol_in("kernel", eip)
	return eip (name == "" ? "" : " " name)
}

function phases(    T, U, n, i, lines)
{
	n = load("phases.csv", T)
	load("fault_phases.csv", U)
	printf "\n  %-26s %14s %11s %11s %11s %9s %8s\n", "phase", "instructions", "cold", "conflict", \
		"flushed", "upgrades", "faults"
	for (i = 1; i <= n; i++) {
		if (i == 1 && T[i, "to"] - T[i, "from"] <= 0)
			continue
		if (++lines > 24)
			break
		printf "  %-26s %14s %11s %11s %11s %9s %8s\n", \
			fit(i == 1 ? "(before the first mark)" : T[i, "label"], 26), \
			commas(T[i, "to"] - T[i, "from"]), commas(T[i, "cold"]), \
			commas(T[i, "conflict"]), commas(T[i, "flushed"]), commas(T[i, "upgrade"]), \
			commas(U[i, "rows"])
	}
	if (i <= n)
		print "  ... and " n - i + 1 " more in the report"
}

function areas(    T, U, n, m, i, faulted)
{
	m = load("fault_areas.csv", U)
	for (i = 1; i <= m; i++)
		faulted[U[i, "pid"], U[i, "area"]] = U[i, "rows"]
	load_max = 12
	n = load("areas.csv", T)
	printf "\n  %-41s %11s %11s %11s %9s %8s\n", "area", "cold", "conflict", "flushed", "upgrades", \
		"faults"
	for (i = 1; i <= n; i++)
		printf "  %-41s %11s %11s %11s %9s %8s\n", \
			fit(process(T[i, "pid"]) " " T[i, "area"], 41), commas(T[i, "cold"]), \
			commas(T[i, "conflict"]), commas(T[i, "flushed"]), commas(T[i, "upgrade"]), \
			commas(faulted[T[i, "pid"], T[i, "area"]])
}

# Text cut to a width; control characters must not reach a terminal.
function fit(text, width)
{
	gsub(/[\001-\037\177]/, "?", text)
	return length(text) > width ? substr(text, 1, width - 3) "..." : text
}

function verdict(    T, n, i)
{
	print ""
	load_max = 1e9
	n = load("checks.csv", T)
	for (i = 1; i <= n; i++)
		if (T[i, "result"] == "bad")
			print "  CHECK FAILED: " T[i, "check"] ": " T[i, "detail"]
	if (meta["complete"] != 1)
		print "  THE RECORDING IS INCOMPLETE: the figures count only what was written."
	print "  report  " page
	print "  tables  " out "/*.csv"
}
