# index.awk - writes the page over several recordings.
#
# Input: "date<tab>directory" a line. Variables: page (the file to write), theme, style, scripts. After lib.awk,
# run.awk, svg.awk, symbols.awk, page.awk and glossary.awk. A run without headline.csv has a report of before there was one.
BEGIN {
	FS = "\t"
	terms = 0 # no glossary here that a word could link to
	load_max = 1e9
}

{
	split("", meta)
	meta_read($2 "/meta.csv")
	name = $2
	sub(/.*\//, "", name)
	run_date[++runs] = $1
	run_name[runs] = name
	run_command[runs] = meta["command"]
	run_memory[runs] = meta["memory_mib"]
	run_verdict[runs] = meta["complete"] != 1 || meta["outcome"] == "" ? "cut off" : meta["outcome"] == "ok" ? "passed" : meta["outcome"]
	gsub(/_/, " ", run_verdict[runs])
	out = $2 "/analysis"
	n = run_known[runs] = load("headline.csv", T)
	for (i = 1; i <= n; i++)
		figure_of[runs, T[i, "key"]] = T[i, "value"]
	fills = figure_of[runs, "cold"] + figure_of[runs, "conflict"] + figure_of[runs, "flushed"]
	if (fills > most)
		most = fills
}

END {
	if (failed)
		exit 1
	put("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">")
	put("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; " \
	    "style-src 'unsafe-inline'; img-src data:\">")
	put("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">")
	put("<title>Pagoda recordings</title>\n<link rel=\"icon\" href=\"data:,\">\n<style>")
	include(theme)
	include(style)
	include(scripts "/page.css")
	put("main,header,footer{max-width:1500px}</style>\n</head>\n<body>\n<header>\n<h1>Pagoda recordings</h1>")
	put("<p class=\"lead\">" (runs ? commas(runs) " recording" (runs == 1 ? "" : "s") ", oldest first. The figures are the program's, from " \
	    "its start on, as on top of each report; of the whole run where no program was marked." : \
	    "No recording here has a report: <code>make trace</code> makes one.") "</p>\n</header>\n<main>\n<section id=\"runs\">")
	put("<h2>Compared</h2>")
	if (runs)
		compare()
	put("</section></main>\n<footer>Time is counted in guest instructions. A click on a column's name sorts by it.</footer>\n<script>")
	include(scripts "/page.js")
	put("</script>\n</body>\n</html>")
	close(page)
}

function compare(    r)
{
	table("", "Recording;Ended;Verdict;n:Memory, MiB;n:Instructions;Fills;n:Cold;n:Conflict;n:Flushed;n:Per million;n:Flushes;n:Faults;n:Major;" \
	      "n:In faults;n:Share;Command")
	for (r = 1; r <= runs; r++) {
		cell_html("<a href=\"" markup(path(run_name[r])) "/report.html\">" markup(run_name[r]) "</a>")
		cell(run_date[r])
		cell(run_verdict[r], run_verdict[r] == "passed" ? "ok" : "bad")
		number(run_memory[r])
		compare_figures(r)
		cell(run_command[r], "mono")
		row_end()
	}
	table_end()
	put("<p class=\"note\">Fills: TLB fills by reason; per million instructions. In faults: instructions from delivery to return, and " \
	    "their share. Data: <code>analysis/headline.csv</code> of each recording; <code>make report</code> makes it and this page.</p>")
}

function compare_figures(r,    fills)
{
	if (!run_known[r]) {
		for (fills = 1; fills <= 11; fills++)
			cell("", "n")
		return
	}
	fills = figure_of[r, "cold"] + figure_of[r, "conflict"] + figure_of[r, "flushed"]
	number(figure_of[r, "instructions"])
	bar(most, "cold", figure_of[r, "cold"], "conflict", figure_of[r, "conflict"], "flushed", figure_of[r, "flushed"])
	number(figure_of[r, "cold"])
	number(figure_of[r, "conflict"])
	number(figure_of[r, "flushed"])
	cell(figure_of[r, "instructions"] + 0 ? rate(fills * 1e6 / figure_of[r, "instructions"]) : "", "n")
	number(figure_of[r, "flushes"])
	number(figure_of[r, "faults"])
	number(figure_of[r, "major"])
	number(figure_of[r, "fault_cost"])
	cell(percent(figure_of[r, "fault_cost"], figure_of[r, "instructions"]), "n")
}

# A name as part of an address.
function path(name)
{
	gsub(/%/, "%25", name)
	gsub(/ /, "%20", name)
	gsub(/#/, "%23", name)
	gsub(/\?/, "%3F", name)
	return name
}
