# timeline.awk - draws fills and faults over time, with the phases above them.
#
# Variables: out (directory with over_time.csv, fault_bins.csv, phases.csv), theme, start, end, bins,
# edges. After lib.awk, run.awk and svg.awk; reads no input of its own.
#
# Results: timeline.svg
BEGIN {
	left = 46
	width = 940
	bins_init()
	svg_open(result("timeline.svg"), 1000, 520, "TLB fills and page faults over time", theme)
	fills = "cold conflict flushed upgrade"
	faults_shown = "zero anon file cow stack swap other"
	cause_groups()
	svg_phases(out "/phases.csv", left, width, 0)
	for (i = 1; i <= phase_marks; i++) {
		svg_line(phase_mark[i], 62, phase_mark[i], 290, "mark")
		svg_line(phase_mark[i], 342, phase_mark[i], 470, "mark")
	}
	read_counts(out "/over_time.csv", fills)
	chart(40, 250, "TLB fills and upgrades per million instructions", fills, \
		"cold=cold;conflict=conflict;flushed=flushed;upgrade=upgrade")
	read_counts(out "/fault_bins.csv", faults_shown)
	chart(320, 150, "Page faults per million instructions", faults_shown, \
		"zero=zero page;anon=anonymous;file=file;cow=copy on write;stack=stack;swap=swap;other=other")
	svg_time_axis(left, width, 471)
	svg_close()
	exit failed
}

# Sums the columns of a table of bins into the layers named in `names`.
function read_counts(file, names,    F, i, layer)
{
	split("", count)
	csv_open(file, "bin,icount")
	while (csv_row(file, F) > 0)
		for (i = 3; i <= csv_columns; i++) {
			layer = csv_header[i] in group ? group[csv_header[i]] : csv_header[i]
			count[F[1], layer] += F[i]
		}
	close(file)
}

# A stacked chart with its title at `top`; `height` with the title.
function chart(top, height, title, names, legend,    n, layer, i, k, sum, most, step, y)
{
	n = split(names, layer, " ")
	for (i = 0; i < bins; i++) {
		below[i] = 0
		sum = 0
		for (k = 1; k <= n; k++) {
			count[i, layer[k]] *= 1e6 / (bin_start(i + 1) - bin_start(i))
			sum += count[i, layer[k]]
		}
		if (sum > most)
			most = sum
	}
	step = nice_step(most > 0 ? most : 1, 5)
	most = step * int((most > 0 ? most : step) / step + 0.999999)
	svg_text(0, top + 4, title, "title")
	svg_legend(left + 330, top + 4, legend)
	base = top + height
	tall = height - 22
	for (y = 0; y <= most * 1.0001; y += step) {
		svg_line(left, base - y / most * tall, left + width, \
			 base - y / most * tall, y ? "grid" : "axis")
		svg_text(left - 6, base - y / most * tall + 4, short(y), "end")
	}
	for (k = 1; k <= n; k++)
		area_of_layer(layer[k], most)
}

# One layer as a closed path on top of the layers before it.
function area_of_layer(layer, most,    i, path, back, y, any)
{
	for (i = 0; i < bins; i++) {
		if (!count[i, layer]) {
			path = path flush_run(back)
			back = ""
			continue
		}
		any = 1
		y = n1(base - (below[i] + count[i, layer]) / most * tall)
		if (back == "")
			path = path "M" n1(x_of(i)) " " n1(base - below[i] / most * tall)
		path = path "V" y "H" n1(x_of(i + 1))
		back = "V" n1(base - below[i] / most * tall) "H" n1(x_of(i)) back
		below[i] += count[i, layer]
	}
	if (any)
		print "<path class=\"f-" layer "\" d=\"" path flush_run(back) "\"/>" > svg_file
}

# The way back along the lower edge ends a run of bins.
function flush_run(back)
{
	return back == "" ? "" : back "Z"
}

function x_of(bin)
{
	return left + width * bin / bins
}
