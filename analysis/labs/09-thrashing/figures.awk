# figures.awk - lab 9: faults and time of 4,000 reads at random of a working set, as it outgrows memory.

table == "faults" && here($ADDR) { faults[run, phase]++ }

# Instructions of phase `use SIZE`, for a read.
function instructions(run, size)
{
	return int((start_of[run, "used " size] - start_of[run, "use " size]) / 4000)
}

# MiB of the set that are in memory, if a read finds each of its pages there equally often.
function in_memory(run, size)
{
	return size * (1 - faults[run, "use " size] / 4000)
}

function print_run(run,    size)
{
	for (size = 4; size <= 28; size += 4)
		figure(run, size " MiB: faults of 1000 reads", faults[run, "use " size] / 4)
	figure(run, "24 MiB: by that MiB in memory", in_memory(run, 24))
	figure(run, "28 MiB: by that MiB in memory", in_memory(run, 28))
	figure(run, "12 MiB: instructions a read", instructions(run, 12))
	figure(run, "28 MiB: instructions a read", instructions(run, 28))
	figure(run, "12 MiB: microseconds a read", said[run, "12: ms"] / 4)
	figure(run, "28 MiB: microseconds a read", said[run, "28: ms"] / 4)
	for (size = 4; size <= 28; size += 4)
		wrong[run] += said[run, size ": wrong"]
	figure(run, "reads of a wrong word", wrong[run])
	memory[run] = in_memory(run, 28)
}

END {
	print_run("mib20")
	print_run("mib24")
	figure("both", "MiB in memory: 24 less 20", memory["mib24"] - memory["mib20"])
}
