# map_draw.awk - draws the address map: areas, the cells' picture, axes and names.
#
# Variables: out (directory with layout.csv, shades.csv, phases.csv), plane (the picture, as base64), theme,
# start, end, bins, edges. After lib.awk, run.awk and svg.awk; reads no input of its own.
#
# Results: map.svg
BEGIN {
	left = 84
	width = 776
	right = left + width
	head = 66
	cell = 2
	bins_init()
	map_read_layout(out "/layout.csv")
	svg_open(result("map.svg"), 1000, head + map_height * cell + 44, \
		 "Addresses over time", theme)
	svg_text(0, 14, "Which addresses missed the TLB or faulted, and when", "title")
	svg_legend(left + 330, 14, \
		   "cold=cold;conflict=conflict;flushed=flushed;upgrade=upgrade;fault=page fault")
	svg_phases(out "/phases.csv", left, width, 24)
	draw_shades(out "/shades.csv")
	draw_segments()
	for (i = 1; i <= phase_marks; i++)
		svg_line(phase_mark[i], head, phase_mark[i], y_of(map_height), "mark")
	draw_plane(plane)
	draw_names()
	svg_time_axis(left, width, head + map_height * cell + 4)
	svg_close()
	exit failed
}

function y_of(at)
{
	return head + at * cell
}

function area_class(name)
{
	return name == "[heap]" ? "a-heap" : name == "[stack]" ? "a-stack" : \
		name == "[anon]" ? "a-anon" : "a-file"
}

# Areas as tinted rectangles; remembers where each name may be written.
function draw_shades(file,    F, key)
{
	csv_open(file, "from,to,row,rows,panel,name")
	while (csv_row(file, F) > 0) {
		svg_rect(left + F[1] * width / bins, y_of(F[3]), (F[2] - F[1] + 1) * width / bins, \
			 F[4] * cell, area_class(F[6]), F[6])
		key = F[5] SUBSEP F[6]
		if (!(key in label_rows) || F[4] * (F[2] - F[1] + 1) > label_size[key]) {
			if (!(key in label_rows))
				label[++labels] = key
			label_rows[key] = F[3] + F[4] / 2
			label_size[key] = F[4] * (F[2] - F[1] + 1)
		}
	}
	close(file)
}

# Each segment has a frame and its first address; each panel a title.
function draw_segments(    i)
{
	for (i = 1; i <= map_segments; i++) {
		if (i == 1 || map_panel[i] != map_panel[i - 1])
			svg_text(left, y_of(map_top[i]) - 8, panel_title(i), "name")
		svg_line(left, y_of(map_top[i]), right, y_of(map_top[i]), "grid")
		svg_line(left, y_of(map_top[i] + map_rows[i]), right, y_of(map_top[i] + map_rows[i]), "axis")
		svg_text(left - 6, y_of(map_top[i] + map_rows[i]), to_hex(map_first[i] * 4096), "mono end")
	}
}

function panel_title(i)
{
	return map_pid[i] == "" ? "Kernel" : map_pid[i] == "?" ? "User addresses of no known task" : "Process " map_pid[i] (map_name[i] == "" ? "" : ": " map_name[i])
}

function draw_plane(file,    line)
{
	print "<image class=\"plane\" x=\"" left "\" y=\"" head "\" width=\"" width "\" height=\"" \
		map_height * cell "\" preserveAspectRatio=\"none\" href=\"data:image/png;base64," > svg_file
	while ((getline line < file) > 0)
		print line > svg_file
	close(file)
	print "\"/>" > svg_file
}

# Names of areas at the right edge, the largest first, each where no other stands already.
function draw_names(    i, k, best, y, free)
{
	for (i = 1; i <= labels; i++) {
		best = 0
		for (k = 1; k <= labels; k++)
			if (!done[k] && (!best || label_size[label[k]] > label_size[label[best]]))
				best = k
		done[best] = 1
		y = y_of(label_rows[label[best]]) + 4
		free = 1
		for (k = 1; k <= placed; k++)
			if (y - taken[k] < 13 && taken[k] - y < 13)
				free = 0
		if (free) {
			taken[++placed] = y
			write_name(label[best], y)
		}
	}
}

function write_name(key, y,    part, text)
{
	split(key, part, SUBSEP)
	text = part[2]
	if (length(text) > 19)
		text = "\342\200\246" substr(text, length(text) - 17)
	svg_text(right + 8, y, text, "mono")
}
