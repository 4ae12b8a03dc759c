# figures.awk - lab 3: misses of the data TLB in each phase, and how far apart evicted pages lie.

table == "tlb" && $TLB == "d" && $EVENT == "fill" && here($VPAGE) {
	fills[phase]++
	if (phase ~ /columns/ && here($16)) {
		evictions++
		if ((hex($VPAGE) - hex($16)) / 4096 % entries == 0)
			aligned++
	}
}

table == "meta" && $1 == "dtlb_entries" { entries = $2 }

table == "faults" && here($ADDR) && phase ~ /by/ { faults++ }

END {
	figure(run, "entries of the data TLB", entries)
	figure(run, "ways of it", meta[run, "tlb_ways"])
	split("1024 2560 4096", height, " ")
	for (i = 1; i <= 3; i++) {
		figure(run, height[i] " rows: misses by rows", fills[height[i] " by rows"] + 0)
		figure(run, height[i] " rows: misses by columns", fills[height[i] " by columns"] + 0)
	}
	figure(run, "page faults meanwhile", faults + 0)
	figure(run, "percent of evicted pages 2048 pages away", mean(100 * aligned, evictions))
}
