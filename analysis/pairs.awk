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
	pair_most = 1000
	pair_turn = program_start == "" ? 9e15 : program_start
}

substr($0, at - 2, 2) == "ct" {
	if ($0 + 0 >= pair_turn)
		pairs_turn()
	pair_tail = substr($0, at + 56)
	pair_pid = index(pair_tail, ",")
	pair_n[substr($0, at + 1, 10) substr(pair_tail, pair_pid + 12, 10) substr($0, index($0, ",fill,") - 1, 1) \
	       substr(pair_tail, 1, pair_pid - 1)] += times
}

END {
	if (failed)
		exit 1
	if (program_start != "" && pair_turn < 9e15) # the program had no conflict
		pairs_turn()
	pairs_add(pair_n)
	if (program_start != "")
		pairs_print(result("program_pairs.csv"))
	pairs_add(pair_before)
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

# Adds what was counted for a page and one that evicts it to pair_total of the two, whichever comes first.
function pairs_add(counts,    k, page, other, pid)
{
	for (k in counts) {
		page = substr(k, 1, 10)
		other = substr(k, 11, 10)
		if (substr(other, 1, 2) != "0x")
			continue
		pid = substr(k, 22)
		pid = page >= "0xc0000000" && other >= "0xc0000000" || pid == "" ? "" : tgid_of(pid)
		pair_total[pid "," substr(k, 21, 1) "," (page < other ? page "," other : other "," page)] += counts[k]
	}
}

# The least count of the first pair_most pairs and of those that have as many as the last of these.
function pairs_least(    k, n, of_count, count, i, total)
{
	for (k in pair_total)
		if (!of_count[pair_total[k]]++)
			count[++n] = pair_total[k]
	sort(count, n)
	for (i = n; i > 1 && (total += of_count[count[i]]) < pair_most; i--)
		;
	return count[i]
}

function pairs_print(file,    key, order, least)
{
	least = pairs_least()
	print "rows,pid,tlb,page,other" > file
	order = sorter(file, "-k1,1nr -k4,4 -k5,5 -k2,2n -k3,3 | head -n " pair_most)
	for (key in pair_total)
		if (pair_total[key] >= least)
			print whole(pair_total[key]) "," key | order
	close(order)
}
