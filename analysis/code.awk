# code.awk - which instructions miss the TLB?
#
# Variables: tasks, and those of symbols.awk and lines.awk. After lib.awk, run.awk, symbols.awk, lines.awk,
# instructions.awk and tlb.awk.
#
# The key is cut from the row at a fixed place: "pid,eip"; a shorter pid drags a comma or a digit
# along, which is cut off at the end. Kernel code is the same for every task and has no pid here.
#
# Results: code.csv, every instruction with its fills and upgrades (but for those of Bochs's own kind), most
# rows first; functions.csv and lines.csv, the same added up for each function and each source line of a
# process or (without pid) of the kernel.
BEGIN {
	tasks_read(tasks)
	code_length = pid_width + 11
}

substr($0, at - 2, 2) != "nd" {
	code_n[substr($0, at + 56, code_length)] += times
}

END {
	if (!failed) {
		symbols_open()
		code_counts()
		instructions_print(code_total, "")
	}
}

function code_counts(    k, part)
{
	for (k in code_n)
		if (split(k, part, ",") >= 2 && part[2] ~ /^0x/)
			code_total[(part[2] >= "0xc0000000" ? "" : part[1]) "," part[2]] += code_n[k]
}
