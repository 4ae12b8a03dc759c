# check_buddy.awk - are the rows of buddy.csv counts of zones that change from one to the next?
#
# For check_files.awk, as check_rows.awk. A recording by an older plugin has no such table.
BEGIN {
	buddy_columns = "icount,node,zone,order0,order1,order2,order3,order4,order5,order6,order7,order8,order9,order10"
}

function check_buddy(    line)
{
	if (meta["buddy.file"] == "" || (getline line < buddy) < 0)
		return
	close(buddy)
	form["zone"] = "^(DMA|Normal|HighMem|Movable)$"
	read_file("buddy", buddy, buddy_columns, "number number zone number number number number number number number number " \
		  "number number number", 1)
	verdict("buddy.change", "buddy.csv: a zone's row differs from the one before, and fits into memory")
	same("buddy.csv: rows are those of meta.csv", rows["buddy"], "buddy.rows")
}

function look_buddy(F,    zone, text, order, free, size)
{
	zone = F[2] "," F[3]
	text = raw_text
	sub(/^[^,]*,/, "", text)
	size = 1
	for (order = 0; order <= 10; order++) {
		free += F[4 + order] * size
		size *= 2
	}
	if (text == buddy_before[zone] || free > 256 * meta["memory_mib"])
		wrong_row("buddy.change", "buddy", csv_line, raw_text)
	buddy_before[zone] = text
}
