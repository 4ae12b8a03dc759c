# buddy_draw.awk - draws how much of free memory was of no use to large requests, over time.
#
# Variables: out (directory with fragmentation.csv, phases.csv), theme, start, end, bins, edges. After lib.awk, run.awk
# and svg.awk; reads no input of its own. Of the zone that had most free; as it was at the end of each bin.
#
# Results: fragmentation.svg, unless there is no fragmentation.csv
BEGIN {
	left = 46
	width = 940
	bins_init()
	if (read_fragmentation(out "/fragmentation.csv"))
		draw()
	exit failed
}

function read_fragmentation(file,    F, zone, i, order)
{
	if ((getline i < file) <= 0)
		return 0
	close(file)
	csv_open(file, "icount,node,zone,free,largest,order1")
	while (csv_row(file, F) > 0) {
		zone = F[2] "," F[3]
		if (F[4] + 0 > most_free) {
			most_free = F[4] + 0
			drawn = zone
		}
		i = bin_of(F[1] + 0)
		known[zone, i]
		for (order = 1; order <= 10; order++)
			index_at[zone, i, order] = F[5 + order]
	}
	close(file)
	return most_free > 0
}

function draw()
{
	base = 150
	tall = 118
	svg_open(result("fragmentation.svg"), 1000, 196, "Free memory in blocks too small, over time", theme)
	svg_phases(out "/phases.csv", left, width, 0)
	sub(/,/, ", zone ", drawn)
	svg_text(0, 24, "Free memory in blocks too small for an order (node " drawn ")", "title")
	sub(/, zone /, ",", drawn)
	for (i = 0; i <= 4; i++) {
		svg_line(left, base - i / 4 * tall, left + width, base - i / 4 * tall, i ? "grid" : "axis")
		svg_text(left - 6, base - i / 4 * tall + 4, 25 * i " %", "end")
	}
	line(10, "fault")
	line(6, "conflict")
	line(3, "anon")
	svg_legend(left + 560, 24, "anon=order 3 (32 KiB);conflict=order 6 (256 KiB);fault=order 10 (4 MiB)")
	svg_time_axis(left, width, 151)
	svg_close()
}

# From the first row on; a bin without one is as the bin before. A gap where nothing was free.
function line(order, class,    i, n, px, py, value, begun)
{
	for (i = 0; i < bins; i++) {
		if ((drawn, i) in known) {
			value = index_at[drawn, i, order]
			begun = 1
		}
		px[++n] = left + width * (i + 0.5) / bins
		py[n] = begun && value != "" ? base - value * tall : ""
	}
	svg_curve(px, py, n, "line l-" class)
}
