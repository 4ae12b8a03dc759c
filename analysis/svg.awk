# svg.awk - what the pictures are drawn with.
#
# A picture is written to one file with svg_open() .. svg_close(). Colours and fonts are classes of
# theme.css, which goes into each file so that it also serves alone; the report leaves that out.

# Begins a picture of width x height; theme: path of theme.css.
function svg_open(file, width, height, title, theme,    line)
{
	svg_file = file
	print "<svg class=\"chart\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " width " " \
		height "\" width=\"" width "\" height=\"" height "\" role=\"img\" aria-label=\"" \
		markup(title) "\">" > file
	print "<style>" > file
	while (theme != "" && (getline line < theme) > 0)
		print line > file
	close(theme)
	print "</style>" > file
}

function svg_close()
{
	print "</svg>" > svg_file
	close(svg_file)
}

# Text made safe for HTML and SVG; other control characters become U+FFFD.
function markup(text)
{
	gsub(/&/, "\\&amp;", text)
	gsub(/</, "\\&lt;", text)
	gsub(/>/, "\\&gt;", text)
	gsub(/"/, "\\&quot;", text)
	gsub(/[\001-\010\013-\037]/, "\357\277\275", text)
	return text
}

function svg_text(x, y, text, class)
{
	print "<text x=\"" n1(x) "\" y=\"" n1(y) "\" class=\"" class "\">" markup(text) "</text>" \
		> svg_file
}

function svg_line(x1, y1, x2, y2, class)
{
	print "<path class=\"" class "\" d=\"M" n1(x1) " " n1(y1) "L" n1(x2) " " n1(y2) "\"/>" \
		> svg_file
}

# A rectangle; `hint` appears when the pointer rests on it.
function svg_rect(x, y, width, height, class, hint)
{
	print "<rect x=\"" n1(x) "\" y=\"" n1(y) "\" width=\"" n1(width) "\" height=\"" \
		n1(height) "\" class=\"" class "\"" (hint == "" ? "/>" : "><title>" markup(hint) \
		"</title></rect>") > svg_file
}

# One decimal at most.
function n1(value,    text)
{
	text = sprintf("%.1f", value)
	sub(/\.0$/, "", text)
	return text == "-0" ? "0" : text
}

# The path through n points px[1..n], py[1..n]; an empty py is a gap.
function svg_curve(px, py, n, class,    i, path, on)
{
	for (i = 1; i <= n; i++) {
		if (py[i] != "")
			path = path (on ? "L" : "M") n1(px[i]) " " n1(py[i])
		on = py[i] != ""
	}
	if (path != "")
		print "<path class=\"" class "\" d=\"" path "\"/>" > svg_file
}

# A legend: entries "class=text;class=text" from x on.
function svg_legend(x, y, entries,    i, n, entry, part)
{
	n = split(entries, entry, ";")
	for (i = 1; i <= n; i++) {
		split(entry[i], part, "=")
		svg_rect(x, y - 9, 10, 10, "f-" part[1])
		svg_text(x + 15, y, part[2], "key")
		x += 15 + 7.6 * length(part[2]) + 14
	}
}

# The step (1, 2 or 5 times a power of ten) that cuts `range` into at most `parts` parts.
function nice_step(range, parts,    step, try, i)
{
	for (step = 1e-3; step * parts < range; step *= 10)
		;
	split("0.1 0.2 0.5 1", try, " ")
	for (i = 1; i <= 4; i++)
		if (step * try[i] * parts >= range)
			return step * try[i]
	return step
}

# A number in at most four characters and a unit: 1.5, 950, 1.2k, 34k, 5.6M, 7.8G.
function short(value,    i)
{
	for (i = 1; value >= 999.5 && i < 5; i++)
		value /= 1000
	return (value < 1 && value > 0 ? n3(value) : value < 9.95 ? n1(value) : \
		sprintf("%.0f", value)) substr(" kMGT", i, i > 1)
}

# The axis of time below a chart from x to x + width, for the bins of run.awk. Its scale changes from
# phase to phase: each phase has ticks at even steps of its own (1, 2 or 5 times a power of ten), as
# close as their labels allow.
function svg_time_axis(x, width, y,    unit, name, i, n, edge)
{
	unit = end >= 2e9 ? 1e9 : end >= 2e6 ? 1e6 : 1e3
	name = unit == 1e9 ? "billion" : unit == 1e6 ? "million" : "thousand"
	print "<rect class=\"range\" data-x=\"" x "\" data-width=\"" width "\" y=\"18\" height=\"" y - 18 "\" width=\"0\"/>" > svg_file # page.js's
	svg_line(x, y, x + width, y, "axis")
	edge[n = 0] = x
	for (i = 1; i <= phase_marks && !svg_one_scale(); i++)
		if (phase_mark[i] > x)
			edge[++n] = phase_mark[i]
	edge[++n] = x + width
	tick_free = x - 20
	for (i = 1; i <= n; i++)
		svg_ticks(x, width, y, edge[i - 1], edge[i], unit)
	svg_text(x + width, y + 34, name " instructions since power-on" (n > 1 ? \
		 " (not to one scale: see the marks)" : ""), "end")
}

# Are all bins of one length (but for rounding)?
function svg_one_scale(    i, size)
{
	size = (bin_edge[bins] - bin_edge[0]) / bins
	for (i = 0; i < bins; i++)
		if (bin_edge[i + 1] - bin_edge[i] > size * 1.01 + 1 || \
		    bin_edge[i + 1] - bin_edge[i] < size * 0.99 - 1)
			return 0
	return 1
}

# The ticks of the part of the axis from `left` to `right`. tick_free is where the next label may begin.
function svg_ticks(x, width, y, left, right, unit,    from, to, step, places, k, at, text, half)
{
	from = svg_time_at((left - x) * bins / width) / unit
	to = svg_time_at((right - x) * bins / width) / unit
	if (to <= from)
		return
	for (places = 0; places < 4; places++) {
		text = commas_in(sprintf("%." places "f", to))
		step = nice_step(to - from, (right - left) / (6.6 * length(text) + 20))
		if (step >= 0.999 / svg_power(places))
			break
	}
	if (places == 4)
		return
	for (k = int(from / step); k * step <= to + step / 1e6; k++) {
		at = x + bin_place(k * step * unit) * width / bins
		text = commas_in(sprintf("%." places "f", k * step))
		half = 3.3 * length(text)
		if (k * step < from - step / 1e6 || at - half < tick_free)
			continue
		svg_tick(at, y, text, x + width + 12)
		tick_free = at + half + 10
	}
}

function svg_power(n)
{
	return n ? 10 * svg_power(n - 1) : 1
}

# Time at a place of the scale on which every bin is 1 long.
function svg_time_at(place,    i)
{
	i = place >= bins ? bins - 1 : int(place)
	return bin_edge[i] + (place - i) * (bin_edge[i + 1] - bin_edge[i])
}

# A tick of an axis; its label ends before `limit`.
function svg_tick(x, y, text, limit,    half)
{
	half = 3.3 * length(text)
	svg_line(x, y, x, y + 4, "axis")
	svg_text(x + half > limit ? limit - half : x, y + 17, text, "mid")
}

# A band of phases (phases.csv) from x to x + width, with their labels where there is room. Those that are too
# narrow to be seen are drawn one for many, so that a hundred thousand do not make the picture large. Leaves in
# phase_mark[1..phase_marks] where those begin that are wide enough to be told apart.
function svg_phases(file, x, width, top,    F, from, to, n, drawn)
{
	phase_marks = 0
	drawn = x - 1
	csv_open(file, "phase,from,to,pid,label")
	while (csv_row(file, F) > 0) {
		if (F[1] == 0 || F[3] + 0 <= F[2] + 0)
			continue
		from = x + bin_place(F[2] + 0) * width / bins
		to = x + bin_place(F[3] + 0) * width / bins
		if (to - drawn < 0.5)
			continue
		drawn = to
		svg_rect(from, top, to - from, 17, (n += to - from > 3) % 2 ? "band odd" : "band", F[5])
		svg_phase_label(from + 4, top + 12.5, to - from - 8, F[5])
		if (to - from > 3)
			phase_mark[++phase_marks] = from
	}
	close(file)
}

# As much of a label as fits, if that is enough to be read.
function svg_phase_label(x, y, room, label,    fits)
{
	fits = int(room / 6)
	if (length(label) > fits)
		label = fits < 4 ? "" : substr(label, 1, fits - 1) "\342\200\246"
	if (label != "")
		svg_text(x, y, label, "name")
}

# Up to three decimals, without trailing zeros.
function n3(value,    text)
{
	text = sprintf("%.3f", value)
	sub(/\.?0+$/, "", text)
	return text
}
