# memory_draw.awk - draws memory over time while it was short: what it was used for, what was free, and swap.
#
# Variables: out (directory with memory.csv, phases.csv), theme, start, end, bins, edges. After lib.awk, run.awk and
# svg.awk; reads no input of its own. All in MiB of 256 frames; bins before the first state are left empty.
#
# Results: memory.svg, unless there is no memory.csv
BEGIN {
	left = 46
	width = 940
	bins_init()
	if (read_memory(out "/memory.csv"))
		draw()
	exit failed
}

function read_memory(file,    F, i)
{
	if ((getline i < file) <= 0)
		return 0
	close(file)
	csv_open(file, "bin,icount,free,min,low,high")
	first = bins
	while (csv_row(file, F) > 0) {
		if (F[1] + 0 < first)
			first = F[1] + 0
		for (i = 3; i <= csv_columns; i++)
			v[csv_header[i], F[1]] = F[i] / 256
	}
	close(file)
	return 1
}

function draw()
{
	svg_open(result("memory.svg"), 1000, 560, "Memory over time", theme)
	svg_phases(out "/phases.csv", left, width, 0)
	stack(40, 210, "What memory holds (MiB)", "active_anon inactive_anon active_file inactive_file unevictable free", \
	      "anon old-anon file old-file fixed free")
	svg_legend(left + 180, 44, "anon=active, of no file;old-anon=inactive;file=active, of files;old-file=inactive;fixed=unevictable;free=free")
	lines(282, 110, "Free memory and its watermarks (MiB)", "high low min free_least", "high low min free", 4)
	svg_legend(left + 280, 286, "anon=free (least in a step);good=high;conflict=low;fault=min")
	lines(424, 90, "Swap in use (MiB)", "swap_used", "swap", 0)
	svg_time_axis(left, width, 515)
	svg_close()
}

# The scale of a chart from `base` up, for values up to `most`; returns its top value.
function scale(most,    step, y)
{
	step = nice_step(most > 0 ? most : 1, 4)
	most = step * int((most > 0 ? most : step) / step + 0.999999)
	for (y = 0; y <= most * 1.0001; y += step) {
		svg_line(left, base - y / most * tall, left + width, base - y / most * tall, y ? "grid" : "axis")
		svg_text(left - 6, base - y / most * tall + 4, short(y), "end")
	}
	return most
}

function place(top, height, title)
{
	base = top + height
	tall = height - 22
	svg_text(0, top + 4, title, "title")
}

function stack(top, height, title, names, classes,    n, name, class, i, k, total, most, below, path, back)
{
	place(top, height, title)
	n = split(names, name, " ")
	split(classes, class, " ")
	for (i = first; i < bins; i++) {
		total = 0
		for (k = 1; k <= n; k++)
			total += v[name[k], i]
		if (total > most)
			most = total
	}
	most = scale(most)
	for (k = 1; k <= n; k++) {
		path = "M" n1(x_of(first)) " " n1(base - below[first] / most * tall)
		back = ""
		for (i = first; i < bins; i++) {
			path = path "V" n1(base - (below[i] + v[name[k], i]) / most * tall) "H" n1(x_of(i + 1))
			back = "V" n1(base - below[i] / most * tall) "H" n1(x_of(i)) back
			below[i] += v[name[k], i]
		}
		print "<path class=\"f-" class[k] "\" d=\"" path back "Z\"/>" > svg_file
	}
}

# One line for each name; the scale holds `times` times the first of them, when that is not 0.
function lines(top, height, title, names, classes, times,    n, name, class, i, k, most, px, py)
{
	place(top, height, title)
	n = split(names, name, " ")
	split(classes, class, " ")
	for (i = first; i < bins; i++)
		for (k = 1; k <= n; k++)
			if (v[name[k], i] > most)
				most = v[name[k], i]
	if (times && most > times * v[name[1], first])
		most = times * v[name[1], first]
	most = scale(most)
	for (k = 1; k <= n; k++) {
		for (i = first; i < bins; i++) {
			px[i - first + 1] = (x_of(i) + x_of(i + 1)) / 2
			py[i - first + 1] = base - (v[name[k], i] > most ? most : v[name[k], i]) / most * tall
		}
		svg_curve(px, py, bins - first, "line l-" class[k])
	}
}

function x_of(bin)
{
	return left + width * bin / bins
}
