# stacks.awk - which chains of calls lead to most faults and fills?
#
# Variables: stacks (path of stacks.csv), tasks, and those of symbols.awk. After lib.awk, run.awk,
# symbols.awk and chains.awk; reads no input of its own.
#
# Results: call_chains.csv (each chain of functions, innermost first, with its faults and fills as they stand in
# stacks.csv: of fills each so many-th), call_functions.csv (of each function its own, and those of all that it
# called; without pid the kernel's, in all processes).
BEGIN {
	tasks_read(tasks)
	symbols_open()
	if (!failed && csv_open(stacks, "stack,pid,faults,fills,end,chain,called"))
		while (csv_row(stacks, F) > 0)
			stack_add(F)
	if (!failed) {
		chains_print(result("call_chains.csv"))
		callers_print(result("call_functions.csv"))
	}
	exit failed
}

function stack_add(F,    n, i, key, text, seen)
{
	n = chain_frames(F[2], F[6], F[7])
	for (i = 1; i <= n; i++) {
		text = text (i > 1 ? " < " : "") frame[i]
		key = (frame_kernel[i] ? "" : F[2]) "," csv_line_of(frame[i])
		if (i == 1) {
			own_faults[key] += F[3]
			own_fills[key] += F[4]
		}
		if (key in seen)
			continue # it calls itself
		seen[key]
		all_faults[key] += F[3]
		all_fills[key] += F[4]
	}
	text = text (chain_mark(F[5]) == "" ? "" : (n ? " < " : "") chain_mark(F[5]))
	key = F[2] "," csv_line_of(text)
	chain_faults[key] += F[3]
	chain_fills[key] += F[4]
}

function chains_print(file,    key, order)
{
	print "faults,fills,pid,functions" > file
	order = sorter(file, "-k1,1nr -k2,2nr -k3,3n -k4")
	for (key in chain_faults)
		print whole(chain_faults[key]) "," whole(chain_fills[key]) "," key | order
	close(order)
}

function callers_print(file,    key, order)
{
	print "faults,fills,faults_within,fills_within,pid,symbol" > file
	order = sorter(file, "-k3,3nr -k4,4nr -k5,5n -k6")
	for (key in all_faults)
		print whole(own_faults[key]) "," whole(own_fills[key]) "," whole(all_faults[key]) "," \
			whole(all_fills[key]) "," key | order
	close(order)
}
