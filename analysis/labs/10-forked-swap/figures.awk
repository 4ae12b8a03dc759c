# figures.awk - lab 10: who reads a swapped page from the disk, who finds it, who copies it, and its slot.

table == "faults" && here($ADDR) {
	faults[phase, $CAUSE]++
	major[phase] += $MAJOR
	cost[$CAUSE] += $COST - $ROUNDS
	n[$CAUSE]++
}

# The frame in which the child finds a page, before it writes, and the parent later.
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "child reads" { frame[$VPAGE] = $FRAME }
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "parent reads" && frame[$VPAGE] == $FRAME { same++ }

END {
	figure(run, "out: slots in use", said[run, "out: slots"])
	figure(run, "child reads: faults swap", faults["child reads", "swap"])
	figure(run, "child reads: faults swap and swap_cache", \
		faults["child reads", "swap"] + faults["child reads", "swap_cache"])
	figure(run, "child reads: waits for the disk", major["child reads"])
	figure(run, "child writes: faults cow", faults["child writes", "cow"] + 0)
	figure(run, "child ends: slots given back", said[run, "out: slots"] - said[run, "child ends: slots"])
	figure(run, "parent reads: faults swap", faults["parent reads", "swap"] + 0)
	figure(run, "parent reads: faults swap_cache", faults["parent reads", "swap_cache"])
	figure(run, "parent reads: pages in the child's frame", same + 0)
	figure(run, "parent writes: faults cow_reuse", faults["parent writes", "cow_reuse"])
	figure(run, "parent writes: slots given back", \
		said[run, "parent has read: slots"] - said[run, "parent has written: slots"])
	figure(run, "pages with wrong bytes", said[run, "child: wrong"] + said[run, "parent: wrong"])
	figure(run, "instructions of a swap fault", mean(cost["swap"], n["swap"]))
	figure(run, "instructions of a swap_cache fault", mean(cost["swap_cache"], n["swap_cache"]))
}
