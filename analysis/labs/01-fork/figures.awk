# figures.awk - lab 1: who shares which frame after fork, what is copied when, and what it costs.

table == "faults" && here($ADDR) {
	faults[run, phase, $CAUSE]++
	cost[run, $CAUSE] += $COST - $ROUNDS
	n[run, $CAUSE]++
}

# The parent's frames, and the child's as it finds them before it writes.
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "parent fills" { parents[run, $VPAGE] = $FRAME }
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "child reads" {
	if (parents[run, $VPAGE] == $FRAME)
		shared[run]++
	else
		own[run]++
}

function print_run(run)
{
	figure(run, "parent fills: faults anon", faults[run, "parent fills", "anon"])
	figure(run, "child reads: pages in the parent's frame", shared[run] + 0)
	figure(run, "child reads: pages in a frame of its own", own[run] + 0)
	figure(run, "child writes: faults cow", faults[run, "child writes", "cow"] + 0)
	figure(run, "parent writes: faults cow_reuse", faults[run, "parent writes", "cow_reuse"] + 0)
	figure(run, "pages copied in all", said[run, "pages copied"])
	fork[run] = start_of[run, "child reads"] - start_of[run, "fork"]
	figure(run, "instructions from fork to the child", fork[run])
	figure(run, "instructions of the child's writes", \
		start_of[run, "child ends"] - start_of[run, "child writes"])
}

END {
	print_run("cow")
	print_run("nocow")
	figure("cow", "instructions of a cow fault", mean(cost["cow", "cow"], n["cow", "cow"]))
	figure("cow", "instructions of a cow_reuse fault", mean(cost["cow", "cow_reuse"], n["cow", "cow_reuse"]))
	figure("both", "pages that copy-on-write did not copy", \
		said["nocow", "pages copied"] - said["cow", "pages copied"])
	figure("both", "fork: instructions nocow / cow", mean(fork["nocow"], fork["cow"]))
}
