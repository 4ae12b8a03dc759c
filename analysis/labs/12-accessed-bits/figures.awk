# figures.awk - lab 12: walks that set the accessed bit again, in the half that is used; pages that left.

table == "tlb" && $TLB == "d" && (here($VPAGE) || there($VPAGE)) {
	walks[phase, $WALK]++
	if ($WALK == "2+1")
		set[phase, $REASON]++
}

table == "faults" && here($ADDR) && $CAUSE ~ /^swap/ { used_lost++ }
table == "faults" && there($ADDR) && $CAUSE ~ /^swap/ { idle_lost++ }
table == "faults" && phase == "write idle" && there($ADDR) { written[$CAUSE]++ }

END {
	figure(run, "fill: walks that set a bit", walks["fill", "2+1"] + 0)
	figure(run, "use: walks that set a bit", walks["use", "2+1"])
	figure(run, "use: looks of the kernel at a page", walks["use", "2+1"] / 256)
	figure(run, "use: of 100 such walks after invlpg", int(100 * mean(set["use", "flushed"], walks["use", "2+1"])))
	figure(run, "pages in use that left", used_lost + 0)
	figure(run, "idle pages that left", idle_lost)
	figure(run, "write idle: walks that set a bit", walks["write idle", "2+1"] + 0)
	figure(run, "write idle: faults cow_reuse", written["cow_reuse"])
	figure(run, "pages with wrong bytes", said[run, "used: wrong"] + said[run, "idle: wrong"])
}
