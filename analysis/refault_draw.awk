# refault_draw.awk - draws how far pages were away when they came back.
#
# Variables: out (directory with refaults.csv), theme. After lib.awk, run.awk and svg.awk; reads no input of its own.
#
# Results: refaults.svg, a histogram with four slots for each power of two frames, and the share of the returns
# that as many frames more would have spared; none when nothing came back
BEGIN {
	left = 46
	width = 900
	base = 190
	tall = 146
	if (read_refaults(out "/refaults.csv"))
		draw()
	exit failed
}

function slot_of(distance,    low, octave)
{
	for (low = 4; low * 2 <= distance; low *= 2)
		octave++
	return distance < 4 ? distance : 4 + octave * 4 + int((distance - low) * 4 / low)
}

function frames_of(slot,    low, octave)
{
	low = 4
	for (octave = int(slot / 4) - 1; octave > 0; octave--)
		low *= 2
	return slot < 4 ? slot : low + slot % 4 * low / 4
}

function read_refaults(file,    F, slot)
{
	if ((getline slot < file) <= 0)
		return 0
	close(file)
	csv_open(file, "distance_from,kind,rows,early")
	while (csv_row(file, F) > 0) {
		slot = slot_of(F[1] + 0)
		early[slot] += F[4]
		late[slot] += F[3] - F[4]
		total += F[3]
		if (early[slot] + late[slot] > most)
			most = early[slot] + late[slot]
		if (slot >= last)
			last = slot + 1
	}
	close(file)
	return total
}

function draw(    step, y, i, slot, sum, px, py, text, free)
{
	last = int((last + 3) / 4) * 4
	slot = width / last
	svg_open(result("refaults.svg"), 1000, 236, "Distance at which pages came back", theme)
	svg_text(0, 12, "Pages that came back, by how many were dropped meanwhile", "title")
	svg_legend(left + 440, 12, "swap=too early;zero=later;fault=share spared by so much more memory")
	step = nice_step(most, 4)
	most = step * int(most / step + 0.999999)
	for (y = 0; y <= most * 1.0001; y += step) {
		svg_line(left, base - y / most * tall, left + width, base - y / most * tall, y ? "grid" : "axis")
		svg_text(left - 6, base - y / most * tall + 4, short(y), "end")
	}
	for (i = 0; i < last; i++) {
		bar_of(left + i * slot, slot, early[i], 0, "f-swap")
		bar_of(left + i * slot, slot, late[i], early[i], "f-zero")
		sum += early[i] + late[i]
		px[i + 1] = left + (i + 1) * slot
		py[i + 1] = base - sum / total * tall
	}
	svg_curve(px, py, last, "line l-min")
	svg_text(left + width + 6, base - tall + 4, "100 %", "")
	svg_text(left + width + 6, base + 4, "0", "")
	for (i = 0; i <= last; i += 4) {
		text = commas(frames_of(i))
		if (left + i * slot - 3.3 * length(text) < free)
			continue
		svg_tick(left + i * slot, base, text, left + width + 30)
		free = left + i * slot + 3.3 * length(text) + 10
	}
	svg_text(left + width, base + 34, "frames", "end")
	svg_close()
}

function bar_of(x, slot, n, below, class)
{
	if (n)
		svg_rect(x + 0.5, base - (below + n) / most * tall, slot - 1, n / most * tall, class, commas(n))
}
