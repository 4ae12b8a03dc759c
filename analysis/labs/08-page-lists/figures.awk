# figures.awk - lab 8: faults that had to fetch a batch, and the order in which frames come back.

table == "faults" && here($ADDR) && phase == "take" {
	cost[++n] = $COST - $ROUNDS
	if (n == 1 || cost[n] < least)
		least = cost[n]
}
table == "tlb" && $TLB == "d" && (here($VPAGE) || there($VPAGE)) && phase == "take" { frame[$VPAGE] = $FRAME }
table == "tlb" && $TLB == "d" && there($VPAGE) && phase == "turns" && !($FRAME in seen) {
	seen[$FRAME]
	frames++
}
# The first page taken again has the frame of the last one given back, and so on.
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "take a few" {
	page[++few] = $VPAGE
	now[few] = $FRAME
}

END {
	for (i = 1; i <= n; i++) {
		if (cost[i] < 2 * least) {
			cheap += cost[i]
			continue
		}
		dear++
		if (last && i - last == said[run, "batch"])
			in_step++
		last = i
	}
	for (i = 1; i <= few; i++)
		if (now[i] == frame[page[few + 1 - i]])
			backwards++
	figure(run, "take: faults", n)
	figure(run, "frames fetched at a time (zoneinfo: batch)", said[run, "batch"])
	figure(run, "take: faults that fetched a batch", dear + 0)
	figure(run, "take: of them a batch of pages after the last", in_step + 0)
	figure(run, "take: instructions of any other fault", mean(cheap, n - dear))
	figure(run, "turns: different frames", frames)
	figure(run, "take a few: frames that came back last first", backwards + 0)
}
