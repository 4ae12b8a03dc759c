# figures.awk - lab 5: faults of a stack that grows, and where it was stopped.

table == "faults" && $CAUSE == "anon" && phase == "steps" && substr($ADDR, 1, 4) == "0xbf" { ready++ }
table == "faults" && ($CAUSE == "stack" || $CAUSE == "sigsegv") {
	faults[phase, $CAUSE]++
	if ($CAUSE == "stack")
		lowest[phase] = hex($ADDR) - hex($ADDR) % 4096
	else
		refused[phase] = hex($ADDR) - hex($ADDR) % 4096
}

END {
	figure(run, "steps: faults anon in the area as it was", ready + 0)
	figure(run, "steps: faults stack", faults["steps", "stack"] + 0)
	figure(run, "jump: faults stack", faults["jump", "stack"] + 0)
	figure(run, "neighbour: faults stack until the end", faults["neighbour", "stack"] + 0)
	figure(run, "neighbour: pages left free between", (lowest["neighbour"] - said[run, "neighbour's end"]) / 4096)
	figure(run, "neighbour: pages from the last to the refused", (lowest["neighbour"] - refused["neighbour"]) / 4096)
	figure(run, "neighbour: faults sigsegv", faults["neighbour", "sigsegv"] + 0)
	figure(run, "neighbour: signal", said[run, "neighbour: signal"])
	figure(run, "limit: pages of the whole stack", (said[run, "stack's end"] - lowest["limit"]) / 4096)
	figure(run, "limit: faults sigsegv", faults["limit", "sigsegv"] + 0)
	figure(run, "limit: signal", said[run, "limit: signal"])
}
