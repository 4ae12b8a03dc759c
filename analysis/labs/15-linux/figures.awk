# figures.awk - lab 15: how many faults of which kind, and what each costs, on two kernels.

table == "faults" && (here($ADDR) || there($ADDR)) {
	faults[run, phase]++
	changed[run, phase, change($17, $18)]++
	cost[run, phase] += $COST - $ROUNDS
}

# What became of the page's entry (FORMAT.md), as far as this program's faults need it.
function change(before, after)
{
	if (before == "0x00000000")
		return "filled"
	if (substr(before, 1, 7) != substr(after, 1, 7))
		return "copied"
	return "upgraded"
}

function each(run, name)
{
	return mean(cost[run, name], faults[run, name])
}

function print_run(run)
{
	figure(run, "read: faults that fill an entry", changed[run, "read", "filled"] + 0)
	figure(run, "write after read: faults that copy", changed[run, "write after read", "copied"] + 0)
	figure(run, "write at once: faults that fill an entry", changed[run, "write at once", "filled"] + 0)
	figure(run, "read a file: faults", faults[run, "read a file"] + 0)
	figure(run, "child writes: faults that copy", changed[run, "child writes", "copied"] + 0)
	figure(run, "parent writes: faults that upgrade", changed[run, "parent writes", "upgraded"] + 0)
}

function compare(name)
{
	figure("pagoda", name ": instructions of a fault", each("pagoda", name))
	figure("linux", name ": instructions of a fault", each("linux", name))
	figure("both", name ": Linux / Pagoda", mean(each("linux", name), each("pagoda", name)))
}

END {
	print_run("pagoda")
	print_run("linux")
	compare("read")
	compare("write after read")
	compare("write at once")
	compare("child writes")
	compare("parent writes")
	for (i = 1; i <= 2; i++) {
		run = i == 1 ? "pagoda" : "linux"
		fork[i] = start_of[run, "child writes"] - start_of[run, "fork"]
		figure(run, "instructions from fork to the child", fork[i])
	}
	figure("both", "fork: Linux / Pagoda", mean(fork[2], fork[1]))
}
