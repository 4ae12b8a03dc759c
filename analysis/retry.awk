# retry.awk - after each fault that was resolved, its instruction comes again and fills the page.
#
# For check_tlb.awk, called from stream.awk. That fill tells when the fault returned: its task has
# then run for exactly `cost` instructions, and one more that is the retried one. It is later when an
# interrupt or a signal comes in at the return: of few faults, one and one in 100. When the retried
# instruction faults on another page that it needs, which may have left memory meanwhile, the fill comes
# when that fault is over.
#
# A task's open faults are a stack: retry_depth[pid] of them, the ends (by the task's own clock) in
# retry_end[pid, depth]; so the depth of each fault is known, and what mode its task is in.
function retry_fault(F,    pid, begin, depth, key, again)
{
	pid = F[10]
	begin = ran(pid, F[1] + 0)
	if (pid != pid_now && !(pid == "0" && pid_now == ""))
		wrong_row("fault", "faults", turn_line["faults"], "task " pid_now " runs, not " pid)
	if (F[9] != cr3_now)
		wrong_row("fault", "faults", turn_line["faults"], "cr3 is " cr3_now ", not " F[9])
	depth = retry_open(pid, begin)
	if (F[11] != depth + 1)
		wrong_row("fault", "faults", turn_line["faults"], "depth " F[11] ", but " depth \
			  " of its task's are open")
	retry_depth[pid] = F[11] + 0
	retry_end[pid, F[11] + 0] = F[14] == "" ? 9e15 : begin + F[14]
	faults_with_cost += F[14] != ""
	again = retry_next[pid] == begin # the same instruction, and another page that it needs
	if (again)
		retry_next[pid] = 0
	if (F[14] == "" || F[12] == "" || index(" fixup sigsegv sigbus oom panic ", " " F[12] " "))
		return
	key = pid page_of(F[3]) F[6] F[7] F[4]
	if (area_told && F[3] < "0xc0000000")
		retry_area(F, pid)
	retry_time[key] = retry_next[pid] = begin + F[14] + 1
	retry_keys[pid] = (again ? retry_put_off(retry_keys[pid], retry_next[pid]) " " : "") key
	retry_line[key] = retry_next_line[pid] = turn_line["faults"]
	retry_page[pid] = page_of(F[3])
	retry_eip[pid] = F[4]
	retry_other[pid] = ""
}

# The fills of these faults come later.
function retry_put_off(keys, time,    n, key, i)
{
	n = split(keys, key, " ")
	for (i = 1; i <= n; i++)
		if (key[i] in retry_time)
			retry_time[key[i]] = time
	return keys
}

# The fault's area, unless the stack has yet to grow to it, and whose address space it is.
function retry_area(F, pid,    i, owner)
{
	areas_until(F[1] + 0)
	owner = area_owner(pid, F[9])
	i = areas_find(owner, hex(F[3]))
	if (i ? areas_name[owner, i] != F[15] : areas_count[owner] && F[15] != "[stack]")
		wrong_row("fault", "faults", turn_line["faults"], "its area is " \
			  (i ? areas_name[owner, i] : "none") ", not " F[15])
}

# How many faults of a task are open when its clock says `clock`?
function retry_open(pid, clock,    depth)
{
	depth = retry_depth[pid] + 0
	while (depth && retry_end[pid, depth] <= clock)
		depth--
	return depth
}

# A row of tlb.csv: is it one that a fault waits for? And no program runs within its own fault.
function retry_row(    clock, key)
{
	if ($10 == "u" && retry_depth[$14]) {
		clock = ran($14, $1 + 0)
		retry_depth[$14] = retry_open($14, clock - 1)
		if (retry_depth[$14])
			wrong_row("fault", "tlb", NR, "the program runs, but its fault is not over: " $0)
	}
	key = $14 $6 $9 $10 $15
	if (retry_next[$14])
		retry_at_once(key)
	if (!(key in retry_time))
		return
	clock = ran($14, $1 + 0) - retry_time[key]
	if (clock < 0)
		wrong_row("fault", "faults", retry_line[key], "cost: the instruction comes again " whole(-clock) \
			  " instructions before its fault is over, in tlb.csv:" NR)
	else if (clock > 0)
		retry_odd(retry_line[key], "cost: the instruction comes again only " whole(clock) \
			  " instructions after its fault, in tlb.csv:" NR)
	delete retry_time[key]
}

# At the very time at which the instruction is to come again, it must be this one, and it must fill
# the page that was missing.
function retry_at_once(key,    left)
{
	left = retry_next[$14] - ran($14, $1 + 0)
	if (left > 0)
		return
	if (left == 0 && $6 == retry_page[$14] && $15 != retry_eip[$14]) {
		wrong_row("fault", "faults", retry_next_line[$14], "its page is filled when it is over, but by " \
			  "another instruction, in tlb.csv:" NR)
	} else if (left == 0 && !(key in retry_time)) {
		if ($15 == retry_eip[$14])
			retry_other[$14] = NR
		return
	} else if (left < 0 && retry_other[$14]) {
		wrong_row("fault", "faults", retry_next_line[$14], "its instruction comes again when it is over, " \
			  "but fills another page or otherwise, in tlb.csv:" retry_other[$14])
	}
	retry_next[$14] = 0
}

# An interrupt or a signal at the return of a fault, or a page that goes again at once, are rare.
function retry_odd(line, why)
{
	odd_line[++odd] = line
	odd_why[odd] = why
}

function retry_end_all(    key, i)
{
	for (key in retry_time)
		retry_odd(retry_line[key], "the instruction never came again to fill the page in tlb.csv")
	if (odd <= 1 + faults_with_cost / 100)
		return
	for (i = 1; i <= odd; i++)
		wrong_row("fault", "faults", odd_line[i], odd_why[i])
}

function retry_exit(pid)
{
	retry_depth[pid] = 0
	retry_next[pid] = 0
}
