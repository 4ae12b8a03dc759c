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

# A legend: entries "class=text;class=text" from x on.
function svg_legend(x, y, entries,    i, n, entry, part)
{
	n = split(entries, entry, ";")
	for (i = 1; i <= n; i++) {
		split(entry[i], part, "=")
		svg_rect(x, y - 9, 10, 10, "f-" part[1])
		svg_text(x + 15, y, part[2], "key")
		x += 15 + 6.9 * length(part[2]) + 14
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

# A count in at most four characters and a unit: 950, 1.2k, 34k, 5.6M, 7.8G.
function short(value,    i)
{
	for (i = 1; value >= 999.5 && i < 5; i++)
		value /= 1000
	return (i > 1 && value < 9.95 ? n1(value) : value < 1 && value > 0 ? n1(value) : \
		sprintf("%.0f", value)) substr(" kMGT", i, i > 1)
}

# The axis of time below a chart from x to x + width, for the bins of run.awk. Its scale changes from
# phase to phase. So each step, from coarse to fine, is drawn between two ticks if all its ticks have
# room there; last, what is still empty gets single ticks.
function svg_time_axis(x, width, y,    unit, name, step, at)
{
	unit = end >= 2e9 ? 1e9 : end >= 2e6 ? 1e6 : 1e3
	name = unit == 1e9 ? "billion" : unit == 1e6 ? "million" : "thousand"
	svg_line(x, y, x + width, y, "axis")
	split("", tick_at)
	tick_scale = width / bins
	step = nice_step((end - start) / unit, 3)
	for (; step >= 0.001 && tick_level < 12; tick_level++) {
		svg_ticks(x, width, unit, step, tick_level < 6)
		step = tick_level == 5 ? nice_step((end - start) / unit, 3) : finer_step(step)
	}
	tick_level = 0
	for (at in tick_at)
		svg_tick(at, y, n3(tick_at[at]))
	svg_text(x + width, y + 34, name " instructions since power-on" (phase_marks ? \
		 " (not to one scale: see the marks)" : ""), "end")
}

# The next of 5, 1, 0.5, 0.1, ... below a step: it divides it.
function finer_step(step,    digit)
{
	for (digit = step; digit < 0.999; digit *= 10)
		;
	for (; digit > 9.99; digit /= 10)
		;
	return digit > 4.9 && digit < 5.1 ? step / 5 : step / 2
}

# One step, in every gap between ticks. all: only where each of its ticks has room.
function svg_ticks(x, width, unit, step, all,    at, last)
{
	last = x - 40
	for (at = x; at <= x + width; at++)
		if (at in tick_at) {
			svg_fill_gap(x, unit, step, all, last, at)
			last = at
		}
	svg_fill_gap(x, unit, step, all, last, x + width + 40)
}

function svg_fill_gap(x, unit, step, all, left_tick, right_tick,    t, first, at, before, n, place)
{
	if (right_tick - left_tick < (all ? 88 : 150))
		return
	first = tick_time(left_tick, x, start) / unit
	n = 0
	before = left_tick
	for (t = (int(first / step) + 1) * step; n < 400; t += step) {
		at = int(x + bin_place(t * unit) * tick_scale + 0.5)
		if (t * unit > end || at >= right_tick)
			break
		if (t * unit < start)
			continue
		if (at - before >= 44 && right_tick - at >= 44)
			place[before = at] = t
		else if (all)
			return
		n++
	}
	for (at in place)
		tick_at[at + 0] = place[at]
}

# Time at a tick; the left edge of the chart, which has none, stands for its start.
function tick_time(at, x, start)
{
	return at in tick_at ? tick_at[at] * (end >= 2e9 ? 1e9 : end >= 2e6 ? 1e6 : 1e3) : start
}

function svg_tick(x, y, text)
{
	svg_line(x, y, x, y + 4, "axis")
	svg_text(x, y + 17, text, "mid")
}

# A band of phases (phases.csv) from x to x + width, with their labels where there is room. Leaves in
# phase_mark[1..phase_marks] where those begin that are wide enough to be told apart.
function svg_phases(file, x, width, top,    F, from, to, n)
{
	phase_marks = 0
	csv_open(file, "phase,from,to,pid,label")
	while (csv_row(file, F) > 0) {
		if (F[1] == 0 || F[3] + 0 <= F[2] + 0)
			continue
		from = x + bin_place(F[2] + 0) * width / bins
		to = x + bin_place(F[3] + 0) * width / bins
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
