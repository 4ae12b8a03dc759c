# html.awk - writes the report's page from the results.
#
# Variables: page (the file to write), out (directory of the results), metafile, tasks, style, theme
# (CSS files). After lib.awk, run.awk, svg.awk, symbols.awk, page.awk,
# glossary.awk, fold.awk, finding.awk, answers.awk, waiting.awk, failure.awk, crash.awk, charts.awk, pressure.awk, curves.awk, what_if.awk, tables.awk, hottest.awk, more_tables.awk and processes.awk.
BEGIN {
	meta_read(metafile)
	tasks_read(tasks)
	marks_read(marks)
	failure_read()
	crash_read()
	cause_groups()
	load_max = 1e9
	totals()
	bins_init()
	headline()
	folds = folds_read()
	head()
	pictures()
	fills()
	what_if()
	faults_by_cause()
	pressure()
	curves()
	disk()
	phases()
	processes()
	areas()
	hottest()
	more_tables()
	facts()
	glossary()
	foot()
	close(page)
	exit failed
}

# Sums that several sections need: those of the program, where its start is known.
function totals(    T, n, i)
{
	own_read()
	n = load("events.csv", T)
	for (i = 1; i <= n; i++)
		whole_fills += T[i, "event"] == "fill" ? T[i, "rows"] : 0
	n = load("causes.csv", T)
	for (i = 1; i <= n; i++)
		whole_faults += T[i, "rows"]
	n = load(program_result("causes.csv"), T)
	for (i = 1; i <= n; i++) {
		fault_rows += T[i, "rows"]
		fault_major += T[i, "major"]
		fault_cost += T[i, "cost"]
		fault_rounds += T[i, "rounds"]
	}
	n = load("walks.csv", T)
	for (i = 1; i <= n; i++) {
		walk_rows += T[i, "rows"]
		walk_reads += T[i, "rows"] * T[i, "walk"]
		walk_writes += T[i, "rows"] * substr(T[i, "walk"], index(T[i, "walk"], "+") + 1)
	}
	bad_checks = load("checks.csv", T)
	for (i = bad_checks; i >= 1; i--)
		if (T[i, "result"] != "bad")
			bad_checks--
}

# The figures by which runs are compared (index.awk).
function headline(    file)
{
	file = result("headline.csv")
	print "key,value\ninstructions," (meta["icount_end"] == "" ? "" : whole(own_instructions)) > file
	print "cold," whole(own_rows["cold"]) "\nconflict," whole(own_rows["conflict"]) "\nflushed," whole(own_rows["flushed"]) > file
	print "upgrades," whole(own_rows["upgrade"]) "\nflushes," whole(own_rows["flush"] + own_rows["flush_all"]) > file
	print "faults," whole(fault_rows) "\nmajor," whole(fault_major) "\nfault_cost," whole(fault_cost) > file
	close(file)
}

function head(    T)
{
	put("<!DOCTYPE html>\n<html lang=\"en\" data-end=\"" whole(end) "\">\n<head>\n<meta charset=\"utf-8\">")
	put("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">")
	put("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; " \
	    "style-src 'unsafe-inline'; img-src data:\">") # nothing is loaded from elsewhere
	put("<meta name=\"color-scheme\" content=\"light dark\">")
	put("<title>Pagoda recording" (meta["command"] == "" ? "" : ": " markup(meta["command"])) "</title>")
	put("<link rel=\"icon\" href=\"data:,\">\n<style>")
	include(theme)
	include(style)
	if (dygraphs != "")
		include(dygraphs "/dygraph.min.css")
	include(scripts "/page.css")
	put("</style>\n</head>\n<body>\n<header>\n<h1>Pagoda recording</h1>")
	put("<p class=\"lead\">" (meta["command"] == "" ? "" : "<code>" markup(meta["command"]) "</code><br>") \
	    markup(meta["guest"] == "" ? "A guest that gives no hints" : meta["guest"]) ", on Bochs " \
	    markup(meta["bochs"]) " (" markup(meta["cpu_model"]) ", " (meta["memory_mib"] == "" ? "?" : commas(meta["memory_mib"])) \
	    "&nbsp;MiB)</p>")
	badges()
	if (failure != "")
		failure_html()
	answers()
	opening()
	figures()
	put("<nav><a href=\"#time\">Over time</a><a href=\"#map\">Address map</a>" \
	    "<a href=\"#fills\">TLB fills</a>" (what_if_read() ? "<a href=\"#models\">Other TLBs</a>" : "") "<a href=\"#faults\">Page faults</a>" \
	    (pressure_read() ? "<a href=\"#pressure\">Memory pressure</a>" : "") \
	    (curves_read() ? "<a href=\"#curves\">Sizes and policies</a>" : "") \
	    (load("disk.csv", T) ? "<a href=\"#disk\">Disk</a>" : "") \
	    "<a href=\"#phases\">Phases</a><a href=\"#processes\">Processes</a>" \
	    "<a href=\"#areas\">Areas</a><a href=\"#hottest\">Hottest</a>" \
	    (load("windows.csv", T) ? "<a href=\"#change\">What would change it</a>" : "") \
	    "<a href=\"#facts\">Facts and checks</a><a href=\"#glossary\">Glossary</a></nav>\n</header>\n<main>")
}

function badge(class, text)
{
	put("<span class=\"badge " class "\">" markup(text) "</span>")
}

function badges()
{
	put("<div>")
	badge(meta["complete"] == 1 ? "ok" : "bad", meta["complete"] == 1 ? "complete" : "incomplete")
	if (meta["selftest"] != "")
		badge(meta["selftest"] == "none" ? "skip" : meta["selftest"] == "ok" ? "ok" : "bad", \
		      meta["selftest"] == "none" ? "no self-test" : "self-test " meta["selftest"])
	if (meta["prog_status"] != "" && meta["prog_status"] != "none")
		badge(meta["prog_status"] == 0 ? "ok" : "bad", "program's exit status " meta["prog_status"])
	badge(bad_checks ? "bad" : "ok", bad_checks ? bad_checks " checks failed" : "checks passed")
	if (meta["pid"] != "" || (meta["start"] != "" && meta["start"] != "boot") || \
	    (meta["stop"] != "" && meta["stop"] != "end") || \
	    (meta["events"] != "" && meta["events"] != "tlb fault flush"))
		badge("skip", "recorded in part: events " meta["events"] ", from " meta["start"] " to " \
		      meta["stop"] (meta["pid"] == "" ? "" : ", process " meta["pid"]))
	put("</div>")
}

function figure(value, what, detail)
{
	put("<div><span class=\"what\">" gloss(what) "</span><b>" value "</b><span>" gloss(detail) "</span></div>")
}

# In full while it is not too long for its box.
function long(n)
{
	return n < 1e9 ? commas(n) : sprintf("%.3f billion", n / 1e9)
}

# What a figure of the whole run is, behind that of the program.
function of_whole(value)
{
	return program_start == "" ? "" : "; whole run: " value
}

function figures(    instructions)
{
	instructions = meta["icount_end"] == "" ? 0 : own_instructions
	put("<div class=\"figures\">")
	figure(instructions ? long(instructions) : "unknown", "Instructions", program_start == "" ? \
	       "from power-on to power-off" : "from the program's start on" \
	       of_whole(instructions ? long(whole_instructions) : "unknown"))
	figure(commas(own_rows["fill"]), "TLB fills", \
	       (instructions ? rate(own_rows["fill"] * 1e6 / instructions) " per million instructions" : \
		program_start == "" ? "" : "from the program's start on") of_whole(commas(whole_fills)))
	figure(commas(own_rows["upgrade"]), "TLB upgrades", "and " commas(own_rows["kind"]) \
	       " that only Bochs needs (kind)")
	figure(commas(own_rows["flush"] + own_rows["flush_all"]), "TLB flushes", "and " commas(own_rows["invlpg"]) \
	       " single pages (invlpg)")
	figure(commas(fault_rows), "Page faults", commas(fault_major) " major (waited for a disk), the rest minor" \
	       of_whole(commas(whole_faults) " faults"))
	figure(commas(fault_cost), "Instructions in faults", \
	       (instructions ? percent(fault_cost, instructions) " of these; " : "") commas(fault_cost - fault_rounds) \
	       " if each <code>rep</code> is one")
	put("</div>")
}

function pictures()
{
	section("time", "Over time", "The band above the charts shows the phases that the kernel and the " \
		"program marked. Phases with many events are drawn wider than their time alone would make " \
		"them, and boot and self-test are pressed into a tenth; inside a phase time runs evenly.")
	picture("timeline.svg", "Walks that ended in a fill or an upgrade, by reason, and page faults, by cause, over time.", "over_time.csv</code>, <code>fault_bins.csv", \
		"when.awk</code>, <code>faults.awk", "time")
	put("</section>")
	section("map", "Address map", "Every page that missed the TLB or faulted, for the busiest processes " \
		"and the kernel; stretches of untouched addresses are left out, and the height of a stretch " \
		"grows with the logarithm of its size. Tinted: areas of the process while they existed. " \
		"A stronger colour means more events.")
	picture("map.svg", "Which addresses missed or faulted, and when.", "map.csv</code>, <code>layout.csv", \
		"map_count.awk</code>, <code>layout.awk", "")
	put("</section>")
}

function facts(    T, n, i, mark)
{
	section("facts", "Facts and checks", "")
	put("<div class=\"two\"><div>")
	table("How it was recorded", "", "facts")
	fact("Command", meta["command"])
	fact("Guest", meta["guest"])
	fact("Host", meta["host_system"] " " meta["host_machine"])
	fact("Bochs", meta["bochs"])
	fact("CPU model", meta["cpu_model"])
	fact("Memory", meta["memory_mib"] == "" ? "" : commas(meta["memory_mib"]) " MiB")
	fact("Data TLB", meta["dtlb_entries"] == "" ? "" : commas(meta["dtlb_entries"]) " entries, direct-mapped")
	fact("Instruction TLB", meta["itlb_entries"] == "" ? "" : commas(meta["itlb_entries"]) " entries, direct-mapped")
	fact("Recorded", meta["events"] == "" ? "" : meta["events"] ", from " meta["start"] " to " meta["stop"])
	fact("Rows of tlb.csv", meta["tlb.rows"] == "" ? "" : commas(meta["tlb.rows"]))
	fact("Rows of faults.csv", meta["faults.rows"] == "" ? "" : commas(meta["faults.rows"]))
	fact("Program's exit status", meta["prog_status"])
	fact("Format", meta["format"])
	table_end()
	put("</div><div>")
	table("Does the recording agree with itself?", "", "checks")
	n = load("checks.csv", T)
	for (i = 1; i <= n; i++) {
		mark = T[i, "result"]
		cell_html(mark == "ok" ? "&#10003;" : mark == "bad" ? "&#10007;" : "&ndash;", mark)
		cell(T[i, "check"])
		cell(commas_in(T[i, "detail"]), mark == "bad" ? "bad" : "skip")
		row_end()
	}
	table_end()
	put("</div></div></section>")
}

function fact(name, value)
{
	if (value == "" || value == " ")
		return
	cell(name)
	cell(value)
	row_end()
}

function foot()
{
	put("</main>\n<footer>Time is counted in guest instructions since power-on. The tables behind this page " \
	    "are CSV files in <code>analysis/</code> next to it; <code>tlb.csv</code> and <code>faults.csv</code> " \
	    "hold every event." (dygraphs == "" ? "" : " Charts by dygraphs (MIT; its licence is in this file).") "</footer>")
	script_files()
	put("</body>\n</html>")
}
