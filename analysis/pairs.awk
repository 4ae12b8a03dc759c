# pairs.awk - which two pages take each other's place in the TLB?
#
# Variables: tasks, marks, start, end. After lib.awk, run.awk and tlb.awk.
#
# A conflict fill of one page that evicts the other, and the reverse, count for the pair. The processor
# forgets a process's pages when it leaves its address space, so both are of the process that runs, or the
# kernel's; a pair of two kernel pages has no pid. The two TLBs are told apart.
#
# Results: pairs.csv, the 1000 pairs with most rows; program_pairs.csv, the same from the program's start on
BEGIN {
	tasks_read(tasks)
	marks_read(marks)
	pair_turn = program_start == "" ? 9e15 : program_start
}

substr($0, at - 2, 2) == "ct" {
	if ($0 + 0 >= pair_turn)
		pairs_turn()
	pair_tail = substr($0, at + 56)
	pair_pid = index(pair_tail, ",")
	pair_n[substr($0, at + 1, 10) substr(pair_tail, pair_pid + 12, 10) substr($0, index($0, ",fill,") - 1, 1) \
	       substr(pair_tail, 1, pair_pid - 1)]++
}

END {
	if (failed)
		exit 1
	if (program_start != "") {
		if (pair_turn < 9e15) # the program had no conflict
			pairs_turn()
		pairs_print(result("program_pairs.csv"))
	}
	for (pair in pair_before)
		pair_n[pair] += pair_before[pair]
	pairs_print(result("pairs.csv"))
}

# The program has begun: what was counted so far is not its own.
function pairs_turn(    k)
{
	for (k in pair_n)
		pair_before[k] = pair_n[k]
	split("", pair_n)
	pair_turn = 9e15
}

function pairs_print(file,    k, page, other, pid, key, order, total)
{
	for (k in pair_n) {
		page = substr(k, 1, 10)
		other = substr(k, 11, 10)
		if (other !~ /^0x/)
			continue
		pid = substr(k, 22)
		pid = page >= "0xc0000000" && other >= "0xc0000000" || pid == "" ? "" : tgid_of(pid)
		key = page < other ? page "," other : other "," page
		total[pid "," substr(k, 21, 1) "," key] += pair_n[k]
	}
	print "rows,pid,tlb,page,other" > file
	order = sorter(file, "-k1,1nr -k4,4 -k5,5 -k2,2n -k3,3 | head -n 1000")
	for (key in total)
		print whole(total[key]) "," key | order
	close(order)
}
