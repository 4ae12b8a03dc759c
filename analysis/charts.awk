# charts.awk - the report's page as a program: its scripts, and the data of the charts that zoom.
#
# For html.awk, after run.awk, page.awk and pressure.awk, with bins_init() done. Variables: scripts (directory of
# page.js and charts.js), dygraphs (directory of Debian's libjs-dygraphs; nothing when it is not installed: then
# the pictures that stand still are all there is). A chart has a row for each bin, 450 at most, so its data is bounded.

# A picture that stands still, for print and for readers without scripts, and the charts that take its place.
function picture(name, about, data, awk, live)
{
	put("<div class=\"wide" (live == "" || dygraphs == "" ? "" : " still") "\">")
	include(out "/" name, 1)
	put("</div>")
	if (live != "" && dygraphs != "")
		charts(live)
	put("<p class=\"note\">" about " Data: <code>analysis/" data "</code>, by <code>analysis/" awk "</code> in " \
	    "<code>make report OUT=" markup(recording_dir()) "</code>.</p>")
}

# The directory that make report is told.
function recording_dir(    dir)
{
	dir = page
	sub(/\/report\.html$/, "", dir)
	return shell_plain(dir)
}

function shell_plain(word)
{
	return word ~ /^[A-Za-z0-9_.,\/+=@%:-]+$/ ? word : shell_word(word)
}

function charts(live)
{
	put("<div class=\"live\">\n<p class=\"note\">Drag across a chart to zoom, which selects that time for the whole page; " \
	    "a double click shows all again.</p>")
	if (live == "time") {
		chart("fills", "TLB fills and upgrades", "per million instructions", 1, "cold=cold;conflict=conflict;flushed=flushed;upgrade=upgrade")
		chart_rates("over_time.csv")
		chart("faults", "Page faults", "per million instructions", 1, "zero page=zero;anonymous=anon;file=file;copy on write=cow;" \
		      "stack=stack;swap=swap;other=other")
		chart_rates("fault_bins.csv")
	} else if (live == "memory") {
		chart("memory", "What memory holds", "MiB", 1, "active, of no file=anon:active_anon;inactive=old-anon:inactive_anon;" \
		      "active, of files=file:active_file;inactive, of files=old-file:inactive_file;unevictable=cow:unevictable;free=free:free")
		chart_levels("memory.csv")
		chart("watermarks", "Free memory and its watermarks", "MiB", 0, \
		      "free (least in a step)=anon:free_least;high=good:high;low=conflict:low;min=fault:min", 1)
		chart_levels("memory.csv")
		chart("swap", "Swap in use", "MiB", 0, "swap=swap:swap_used")
		chart_levels("memory.csv")
	}
	put("</div>")
}

# Begins a chart; layers "name=colour[:column];..." with a colour of theme.css, the bottom one first. log_axis: so from
# the beginning, for the reader to change; unless it is stacked.
function chart(id, title, unit, stacked, layers, log_axis,    i, entry, part, colours, names)
{
	chart_n = split(layers, entry, ";")
	for (i = 1; i <= chart_n; i++) {
		split(entry[i], part, "=")
		names = names (i > 1 ? ";" : "") part[1]
		chart_layer[i] = part[2]
		chart_column[i] = part[2]
		if (split(part[2], part, ":") == 2) {
			chart_layer[i] = part[1]
			chart_column[i] = part[2]
		}
		colours = colours (i > 1 ? " " : "") chart_layer[i]
	}
	put("<div class=\"chart\" id=\"chart-" id "\" data-title=\"" title "\" data-unit=\"" unit "\" data-names=\"" names \
	    "\" data-colours=\"" colours "\" data-stacked=\"" stacked "\"" (log_axis ? " data-log=\"1\"" : "") "></div>")
	chart_id = id
}

# Counts of each bin as rates, columns summed by group[].
function chart_rates(name,    T, F, i, k, of, column)
{
	split("", T)
	csv_open(out "/" name, "bin,icount")
	while (csv_row(out "/" name, F) > 0)
		for (i = 3; i <= csv_columns; i++) {
			column = csv_header[i] in group ? group[csv_header[i]] : csv_header[i]
			T[F[1], column] += F[i]
		}
	close(out "/" name)
	for (i = 0; i < bins; i++)
		for (k = 1; k <= chart_n; k++)
			T[i, chart_column[k]] *= 1e6 / (bin_edge[i + 1] - bin_edge[i])
	chart_data(T, 0)
}

# Frames of each bin as MiB.
function chart_levels(name,    T, n, i, k, V)
{
	n = load(name, T)
	split("", V)
	for (i = 1; i <= n; i++)
		for (k = 1; k <= chart_n; k++)
			V[T[i, "bin"], chart_column[k]] = T[i, chart_column[k]] / 256
	chart_data(V, n ? T[1, "bin"] : bins)
}

function chart_data(V, first,    i, k, line)
{
	put("<script type=\"text/csv\" id=\"data-" chart_id "\">")
	for (i = first; i < bins; i++) {
		line = i
		for (k = 1; k <= chart_n; k++)
			line = line "," chart_number(V[i, chart_column[k]])
		put(line)
	}
	put("</script>")
}

# Three significant digits do for a picture.
function chart_number(n)
{
	return n == 0 ? 0 : n >= 100 ? sprintf("%.0f", n) : n3(n)
}

# Times of bins and phases, for page.js.
function time_data(    T, n, i)
{
	put("<script type=\"text/csv\" id=\"bins.csv\">\nbin,icount")
	for (i = 0; i < bins; i++)
		put(i "," whole(bin_edge[i]))
	put("</script>\n<script type=\"text/csv\" id=\"phases.csv\">\nfrom,to,pid,label")
	n = load("phases.csv", T)
	for (i = 1; i <= n && i <= 300; i++)
		if (T[i, "to"] + 0 > T[i, "from"] + 0 && T[i, "label"] != "")
			put(T[i, "from"] "," T[i, "to"] "," T[i, "pid"] "," script_word(T[i, "label"]))
	put("</script>")
}

# A name in a table within a script: no comma, no tag, no line break. page.js reads &-words back.
function script_word(word)
{
	word = markup(word)
	gsub(/,/, "\\&#44;", word)
	gsub(/[\r\n]/, " ", word)
	return word
}

# At the end of the page.
function script_files()
{
	time_data()
	if (dygraphs != "") {
		put("<script type=\"text/plain\" id=\"licence-dygraphs\">")
		include(dygraphs_licence)
		put("</script>\n<script id=\"dygraphs\">")
		include(dygraphs "/dygraph.min.js")
		put("</script>")
	}
	put("<script id=\"page\">")
	include(scripts "/page.js")
	put("</script>")
	if (dygraphs != "") {
		put("<script id=\"charts\">")
		include(scripts "/charts.js")
		put("</script>")
	}
}
