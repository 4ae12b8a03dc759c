# model_draw.awk - draws how often each what-if TLB would have walked, by reason.
#
# Variables: out (directory with models.csv), theme. After lib.awk, run.awk and svg.awk; reads no input of its own.
#
# Results: models.svg, a bar for each model, at most 16: those that walk least
BEGIN {
	left = 150
	width = 640
	split("cold capacity conflict flush upgrade", reason, " ")
	split("cold capacity conflict flushed upgrade", colour, " ")
	read_models(out "/models.csv")
	draw()
	exit failed
}

# Reads name[1..n], fewest walks first.
function read_models(file,    F, i, r)
{
	csv_open(file, "model,references,walks,per_thousand,cold,capacity,conflict,flush,upgrade")
	while (csv_row(file, F) > 0) {
		for (i = n++; i > 0 && walks[i] > F[3] + 0; i--)
			move(i, i + 1)
		name[i + 1] = F[1]
		walks[i + 1] = F[3] + 0
		each[i + 1] = F[4]
		for (r = 1; r <= 5; r++)
			part[i + 1, r] = F[4 + r]
	}
	close(file)
	if (n > 16)
		n = 16
}

function move(from, to,    r)
{
	name[to] = name[from]
	walks[to] = walks[from]
	each[to] = each[from]
	for (r = 1; r <= 5; r++)
		part[to, r] = part[from, r]
}

function draw(    i, step, most, x, bottom)
{
	bottom = 34 + 24 * n
	step = nice_step(walks[n] ? walks[n] : 1, 5)
	most = step * int((walks[n] ? walks[n] : 1) / step + 0.999999)
	svg_open(result("models.svg"), 1000, bottom + 26, "Walks that other TLBs would take, by reason", theme)
	svg_text(0, 14, "Walks of each model", "title")
	svg_legend(left + 180, 14, "cold=cold;capacity=capacity;conflict=conflict;flushed=flush;upgrade=upgrade")
	for (x = 0; x <= most * 1.0001; x += step) {
		svg_line(left + x / most * width, 26, left + x / most * width, bottom, x ? "grid" : "axis")
		svg_text(left + x / most * width, bottom + 16, short(x), "mid")
	}
	for (i = 1; i <= n; i++)
		draw_model(i, 32 + 24 * (i - 1), most)
	svg_close()
}

function draw_model(i, y, most,    r, x, size)
{
	svg_text(left - 8, y + 12, length(name[i]) > 20 ? substr(name[i], 1, 19) "..." : name[i], "name end")
	x = left
	for (r = 1; r <= 5; r++) {
		size = part[i, r] / most * width
		if (size > 0)
			svg_rect(x, y, size, 16, "f-" colour[r], name[i] ": " commas(part[i, r]) " of " commas(walks[i]) " by " reason[r])
		x += size
	}
	svg_text(x + 8, y + 12, commas(walks[i]) " (" each[i] " a thousand)", "name")
}
