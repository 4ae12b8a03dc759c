# figures.awk - lab 2: faults of each phase, frames behind the pages, instructions of a fault.

table == "faults" && (here($ADDR) || there($ADDR)) {
	faults[phase, $CAUSE]++
	all[phase]++
	cost[phase] += $COST - $ROUNDS
	rounds[phase] += $ROUNDS
}

table == "tlb" && $TLB == "d" && (here($VPAGE) || there($VPAGE)) && !((phase, $FRAME) in seen) {
	seen[phase, $FRAME]
	frames[phase]++
}

END {
	figure(run, "read: faults anon_zero", faults["read", "anon_zero"])
	figure(run, "read: different frames behind them", frames["read"])
	figure(run, "read again: faults", all["read again"] + 0)
	figure(run, "write after read: faults anon", faults["write after read", "anon"])
	figure(run, "write after read: different frames", frames["write after read"])
	figure(run, "write at once: faults anon", faults["write at once", "anon"])
	figure(run, "write at once: different frames", frames["write at once"])
	figure(run, "read: rounds of rep for a fault", mean(rounds["read"], all["read"]))
	figure(run, "write at once: rounds of rep for a fault", mean(rounds["write at once"], all["write at once"]))
	figure(run, "read: instructions of a fault", mean(cost["read"], all["read"]))
	figure(run, "write after read: instructions of a fault", \
		mean(cost["write after read"], all["write after read"]))
	figure(run, "write at once: instructions of a fault", mean(cost["write at once"], all["write at once"]))
}
