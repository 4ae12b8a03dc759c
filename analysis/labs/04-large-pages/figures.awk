# figures.awk - lab 4: TLB fills in the direct map (4 to 60 of its 64 MiB), with both sizes.

table == "tlb" && $EVENT == "fill" && $MODE == "k" && in_direct_map($VPAGE) && phase ~ /the file/ {
	split($WALK, accesses, "+")
	fills[run]++
	reads[run] += accesses[1]
	if ($SIZE == "4M")
		large[run]++
	page = $SIZE == "4M" ? int(hex($VPAGE) / 4194304) : $VPAGE
	if (!((run, page) in seen)) {
		seen[run, page]
		pages[run]++
	}
}

# The first 4 MiB and the last ones, where memory does not end at a multiple of 4 MiB, are mapped by
# small pages in both runs.
function in_direct_map(address)
{
	return address "" >= "0xc0400000" && address "" < "0xc3c00000"
}

function print_run(run)
{
	figure(run, "percent of fills that are 4 MiB pages", mean(100 * large[run], fills[run]))
	figure(run, "memory reads for a walk", mean(reads[run], fills[run]))
	figure(run, "entries that a CPU's TLB would need", pages[run])
	figure(run, "KiB mapped by 4 KiB pages", said[run, "DirectMap4k"])
	figure(run, "KiB mapped by 4 MiB pages", said[run, "DirectMap4M"])
}

END {
	print_run("pse")
	print_run("nopse")
	figure("both", "memory that page tables take", \
		(said["pse", "MemTotal"] - said["nopse", "MemTotal"]) / 4)
	figure("both", "fills nopse / pse", mean(fills["nopse"], fills["pse"]))
}
