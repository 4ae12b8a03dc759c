# raster.awk - the cells of the address map as colours, for map.gp.
#
# Input: map.csv. Variables: bins, layout (path). After lib.awk.
#
# One line for every cell, "bin row red green blue alpha". Where several kinds of event fell into a
# cell, a fault shows before all others, else the kind with most of them; the more, the denser.
BEGIN {
	FS = ","
	colour["cold"] = "0 158 115"
	colour["conflict"] = "230 159 0"
	colour["flushed"] = "63 151 214"
	colour["upgrade"] = "204 121 167"
	colour["fault"] = "209 52 47"
	csv_open(layout, "panel,pid,name,row,rows,first,last")
	while (csv_row(layout, F) > 0)
		add_segment(F[4], F[5], (hex(F[7]) - hex(F[6])) / 4096 + 1)
}

NR > 1 && $3 in colour {
	for (y = $2; y > $2 - page_rows[$2]; y--)
		add($1 "," y, $3, $4)
}

END {
	if (failed)
		exit 1
	if (!height)
		height = 16 # nothing was touched: a picture all the same
	for (x = 0; x < bins; x++)
		for (y = 0; y < height; y++) {
			cell = x "," y
			print x, y, cell in kind ? colour[kind[cell]] " " density(total[cell]) : \
				"0 0 0 0"
		}
}

# In a segment of few pages each page is several rows high; map.csv has the lowest of them.
function add_segment(top, rows, pages,    y)
{
	height = top + rows
	for (y = top; y < height; y++)
		page_rows[y] = pages < rows ? int(rows / pages) : 1
}

function add(cell, event, n,    weight)
{
	weight = event == "fault" ? 1e9 : n
	if (weight > best[cell]) {
		best[cell] = weight
		kind[cell] = event
	}
	total[cell] += n
}

# 120 for one event, and 27 more for each doubling, up to 255.
function density(n,    alpha)
{
	for (alpha = 120; n >= 2 && alpha < 255; n /= 2)
		alpha += 27
	return alpha > 255 ? 255 : alpha
}
