# check_uses.awk - are the pages of uses.csv those of the kernel's half that tlb.csv was filled with, as often?
#
# Variables: uses (path). After lib.awk, check_tap.awk, check_counts.awk and check_meta.awk, before
# check_tlb.awk; tlb.csv is the input.
$4 == "fill" && $6 "" >= "0xc0000000" {
	use_fills[$6 ""]++
}

END {
	if (!failed)
		check_uses()
}

# A recording by an older plugin has no such table; of a guest that does not tell of its frames it is empty.
function check_uses(    F, before, line, page)
{
	if (meta["uses.file"] == "" || (getline line < uses) < 0)
		return
	close(uses)
	csv_open(uses, "page,use,fills")
	while (csv_row(uses, F) > 0) {
		use_rows++
		if (F[1] !~ /^0x[c-f][0-9a-f]*000$/ || length(F[1]) != 10 || F[3] !~ /^[1-9][0-9]*$/)
			wrong_row("uses", "uses", csv_line, "no page of the kernel's half, or no count: " F[1] "," F[2] "," F[3])
		if (F[2] !~ /^(|slab [ -~]*|page (table|directory)( of [0-9]+)?|stack of [0-9]+|vmalloc 0x[0-9a-f]+|page cache|swap cache|shared memory|anonymous|free|reserved|mem_map|allocated)$/)
			wrong_row("uses", "uses", csv_line, "no such use: " F[2])
		if (F[1] "," F[2] <= before)
			wrong_row("uses", "uses", csv_line, "out of order, or twice: " F[1] "," F[2])
		before = F[1] "," F[2]
		use_fills[F[1]] -= F[3]
		use_line[F[1]] = csv_line
	}
	close(uses)
	for (page in use_fills)
		if (use_rows && use_fills[page] != 0)
			wrong("uses", page in use_line ? "uses.csv:" use_line[page] ": " page ": tlb.csv has " \
				whole(use_fills[page]) " fills more" : "uses.csv:1: " page " is missing")
	same("uses.csv: as many rows as were counted", use_rows, "uses.rows")
	verdict("uses", "uses.csv: pages of the kernel's half, filled as often as in tlb.csv")
}
