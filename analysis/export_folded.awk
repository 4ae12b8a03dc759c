# export_folded.awk - the instructions that missed the TLB, as folded stacks.
#
# Variables: code (analysis/code.csv of the report), tasks. After lib.awk and run.awk; reads no input of
# its own. No call stacks are recorded: the levels are the process (or `kernel`), the function, and its source
# lines from the function's own to the one that was inlined innermost.
BEGIN {
	tasks_read(tasks)
	if (!failed && csv_open(code, "rows,pid,eip,symbol,line"))
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

# A name without what divides levels and lines.
function level(name)
{
	gsub(/[;\r\n]/, "?", name)
	return name == "" ? "?" : name
}
