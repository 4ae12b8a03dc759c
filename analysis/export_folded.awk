# export_folded.awk - folded stacks: chains of calls that led to faults and fills, or instructions that missed.
#
# Variables: stacks (stacks.csv, or empty), rate (each how many-th fill has a stack), code (analysis/code.csv of the
# report), tasks, and those of symbols.awk. After lib.awk, run.awk, symbols.awk and chains.awk; reads no input of its
# own.
#
# With stacks.csv: `faults` or `fills`, the process, and the functions from the outermost on; the kernel's end in
# "_[k]", as flamegraph.pl has it. Where a chain is not whole, "[no frame pointer]" or the like stands below it.
# Else the levels are the process (or `kernel`), the function that missed the TLB, and its source lines from the
# function's own to the one that was inlined innermost.
BEGIN {
	tasks_read(tasks)
	if (stacks != "") {
		symbols_open()
		if (!failed && csv_open(stacks, "stack,pid,faults,fills,end,chain,called"))
			while (csv_row(stacks, F) > 0)
				chain_folded(F)
	} else if (!failed && csv_open(code, "rows,pid,eip,symbol,line"))
		while (csv_row(code, F) > 0)
			folded_add(F)
	for (stack in folded)
		print stack " " whole(folded[stack]) | "LC_ALL=C sort"
	exit failed
}

function folded_add(F,    stack, part, i)
{
	stack = F[2] == "" ? "kernel" : level(task_name[tgid_of(F[2])]) " (" tgid_of(F[2]) ")"
	stack = stack ";" (F[4] == "" ? F[3] : level(F[4]))
	for (i = split(F[5], part, " < "); i > 0; i--)
		stack = stack ";" level(part[i])
	folded[stack] += F[1]
}

function chain_folded(F,    n, stack, mark)
{
	stack = F[2] == "" ? "" : F[2] + 0 == 0 ? ";kernel" : ";" level(task_name[F[2]]) " (" F[2] ")"
	mark = chain_mark(F[5])
	stack = stack (mark == "" ? "" : ";" mark)
	for (n = chain_frames(F[2], F[6], F[7]); n > 0; n--)
		stack = stack ";" level(frame[n]) (frame_kernel[n] ? "_[k]" : "")
	if (F[3] + 0)
		folded["faults" stack] += F[3]
	if (F[4] + 0)
		folded["fills" (rate + 0 > 1 ? " (1 in " rate ")" : "") stack] += F[4]
}

# A name without what divides levels and lines.
function level(name)
{
	gsub(/[;\r\n]/, "?", name)
	return name == "" ? "?" : name
}
