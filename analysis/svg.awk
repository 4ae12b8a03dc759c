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

# The axis of time below a chart from x to x + width: start..end in instructions.
function svg_time_axis(x, width, y, start, end,    step, unit, name, t, at)
{
	unit = end >= 2e9 ? 1e9 : end >= 2e6 ? 1e6 : 1e3
	name = unit == 1e9 ? "G" : unit == 1e6 ? "M" : "k"
	step = nice_step((end - start) / unit, 10) * unit
	svg_line(x, y, x + width, y, "axis")
	for (t = step * int(start / step + 0.999999); t <= end; t += step) {
		at = x + (t - start) / (end - start) * width
		svg_line(at, y, at, y + 4, "axis")
		svg_text(at, y + 17, n3(t / unit), "mid")
	}
	svg_text(x + width, y + 34, name == "k" ? "thousand instructions since power-on" : \
		(unit == 1e9 ? "billion" : "million") " instructions since power-on", "end")
}

# Up to three decimals, without trailing zeros.
function n3(value,    text)
{
	text = sprintf("%.3f", value)
	sub(/\.?0+$/, "", text)
	return text
}
