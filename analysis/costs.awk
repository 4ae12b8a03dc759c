# costs.awk - draws how many instructions the page faults took.
#
# Variables: out (directory with costs.csv), theme, marks, start, end. After lib.awk, run.awk and svg.awk; reads no
# input of its own.
#
# Results: costs.svg, a histogram with four slots for each power of two
BEGIN {
	left = 46
	width = 940
	base = 208
	tall = 160
	names = "zero anon file cow stack swap other"
	layers = split(names, layer, " ")
	cause_groups()
	marks_read(marks)
	costs = out "/" program_result("costs.csv")
	csv_open(costs, "cost_from,cause,rows")
	while (csv_row(costs, F) > 0)
		add(slot_of(F[1] + 0), group[F[2]], F[3])
	svg_open(result("costs.svg"), 1000, 246, "Instructions taken by page faults", theme)
	draw()
	svg_close()
	exit failed
}

# Four slots for each power of two; the first is that of 4.
function slot_of(cost,    low, octave)
{
	for (low = 4; low * 2 <= cost; low *= 2)
		octave++
	return cost < 4 ? 0 : octave * 4 + int((cost - low) * 4 / low)
}

# Lowest cost of a slot.
function cost_of(slot,    low, octave)
{
	low = 4
	for (octave = int(slot / 4); octave > 0; octave--)
		low *= 2
	return low + slot % 4 * low / 4
}

function add(slot, name, n)
{
	if (first == "" || slot < first)
		first = slot
	if (slot > last)
		last = slot
	count[slot, name] += n
	total[slot] += n
	if (total[slot] > most)
		most = total[slot]
}

function draw(    step, y, i, slot, every)
{
	first = int((first + 0) / 4) * 4
	last = int(last / 4) * 4 + 4
	slot = width / (last - first)
	for (every = 4; every * slot < 6.6 * length(commas(cost_of(last))) + 12; every += 4)
		;
	step = nice_step(most ? most : 1, 5)
	most = step * int((most ? most : 1) / step + 0.999999)
	svg_text(0, 14, "Page faults by their cost in instructions", "title")
	svg_legend(left + 330, 14, "zero=zero page;anon=anonymous;file=file;cow=copy on write;" \
		   "stack=stack;swap=swap;other=other")
	for (y = 0; y <= most * 1.0001; y += step) {
		svg_line(left, base - y / most * tall, left + width, base - y / most * tall, \
			 y ? "grid" : "axis")
		svg_text(left - 6, base - y / most * tall + 4, short(y), "end")
	}
	for (i = first; i <= last; i++) {
		if ((i - first) % every == 0)
			svg_tick(left + (i - first) * slot, base, commas(cost_of(i)), left + width + 12)
		if (total[i])
			draw_slot(i, left + (i - first) * slot, slot)
	}
	svg_text(left + width, base + 36, "instructions from delivery to return" \
		 (program_start == "" ? "" : ", of faults from the program's start on"), "end")
}

function draw_slot(i, x, size,    k, y, height)
{
	y = base
	for (k = 1; k <= layers; k++) {
		height = count[i, layer[k]] / most * tall
		if (height > 0)
			svg_rect(x + 1, y -= height, size - 2, height, "f-" layer[k], \
				 commas(cost_of(i)) " to " commas(cost_of(i + 1) - 1) " instructions: " \
				 commas(count[i, layer[k]]) " of " commas(total[i]))
	}
}
