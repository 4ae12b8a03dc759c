# code.awk - which instructions miss the TLB?
#
# Variables: tasks, vmas, kernel_sym, prog_sym (paths, may be
# empty). After lib.awk, run.awk, symbols.awk and tlb.awk.
#
# The key is cut from the row at a fixed place: "pid,eip"; a shorter pid drags a comma or a digit
# along, which is cut off at the end. Kernel code is the same for every task and has no pid here.
#
# Results: code.csv, every instruction with its fills and upgrades (but for those of
# Bochs's own kind), most rows first; functions.csv,
# the same added up for each function of a process or (without pid) of the kernel
BEGIN {
	tasks_read(tasks)
	code_length = pid_width + 11
}

substr($0, at - 2, 2) != "nd" {
	code_n[substr($0, at + 56, code_length)]++
}

END {
	if (!failed) {
		symbols_open(kernel_sym, prog_sym, vmas)
		code_print(result("code.csv"))
		functions_print(result("functions.csv"))
	}
}

function code_print(file,    k, part, total, order, symbol)
{
	for (k in code_n) {
		if (split(k, part, ",") < 2 || part[2] !~ /^0x/)
			continue
		total[(part[2] >= "0xc0000000" ? "" : part[1]) "," part[2]] += code_n[k]
	}
	print "rows,pid,eip,symbol" > file
	order = sorter(file, "-k1,1nr -k3,3 -k2,2n")
	for (k in total) {
		split(k, part, ",")
		symbol = symbol_of(part[1], part[2])
		functions_add(part[1], symbol, total[k])
		print whole(total[k]) "," k "," csv(symbol) | order
	}
	close(order)
}
