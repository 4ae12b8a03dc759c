# figures.awk - lab 16: walks of real processors' TLBs, for matrices by rows and by columns.

table == "tlb" && $TLB == "d" && $EVENT == "fill" && here($VPAGE) { fills[phase]++ }

function walks_of(model, names,    i, n, name)
{
	n = split(names, name, ";")
	for (i = 1; i <= n; i++)
		figure(model, name[i] ": walks", misses[run, model, "", name[i]])
}

END {
	figure("bochs", "1024 by columns: fills", fills["1024 by columns"] + 0)
	figure("bochs", "2560 by columns: fills", fills["2560 by columns"] + 0)
	models = split("486 pentium skylake zen", model, " ")
	for (m = 1; m <= models; m++)
		walks_of(model[m], "16 by columns;96 by rows;96 by columns;1024 by rows;1024 by columns;2560 by rows;2560 by columns")
	figure("skylake", "96 by columns: misses of its 64 entries", misses[run, "skylake", "DTLB", "96 by columns"])
	figure("skylake", "1024 by columns: misses of its 64 entries", misses[run, "skylake", "DTLB", "1024 by columns"])
}
