# figures.awk - lab 14: faults of the reads under each policy, and what theory has for as many frames.

table == "faults" && phase == "use" && here($ADDR) { faults[run]++ }

function print_run(run)
{
	figure(run, "frames", said[run, "frames"])
	figure(run, "faults", faults[run])
	figure(run, "faults of OPT", said[run, "OPT"])
	figure(run, "faults of exact LRU", said[run, "LRU"])
	figure(run, "faults of exact FIFO", said[run, "FIFO"])
	figure(run, "faults / OPT", mean(faults[run], said[run, "OPT"]))
	figure(run, "reads of a wrong word", said[run, "wrong"])
}

END {
	print_run("twolist")
	print_run("clock")
	print_run("random")
	print_run("fifo")
	figure("fifo", "faults / exact FIFO", mean(faults["fifo"], said["fifo", "FIFO"]))
}
