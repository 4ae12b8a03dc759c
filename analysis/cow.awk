# cow.awk - what did each fork share, and what of it was copied after all?
#
# Variables: faults, tasks, vmas, start, end, marks. After lib.awk, run.awk and areas.awk; reads no input of its own.
#
# The pages that a process has of its own are those that its faults gave it (anon, stack, file_cow, cow, swap,
# swap_cache) and that have an area still; what the kernel put there by itself (a new program's arguments, pages that it
# mapped ahead) has no fault and is seen only when it is copied. At a fork the child shares them all, those in a
# swap area too. A fault cow or cow_reuse belongs to the last fork that its process took part in, as parent or
# child: `cow` copied a page, and `cow_reuse` found that nobody shared it any more. (The first write to a page of a
# file that had been read is a `cow` as well, and no fork's: one of a page that is not known, in the area of a
# file.) Pages that were not copied, because nobody wrote to them or the other was gone by then, are `saved`.
# Costs are in instructions, each `rep` counted once. Beside them `at_once` says what copying all pages at the
# fork would take, at most: as many times the median of all `cow` faults, each of which has a trap as well.
#
# The pages of 1 MiB are one string ("|00|01"), so that a fork copies few things.
#
# Results: cow.csv, a fork a row; the last cow_rows of them, and one row without a fork for the faults that
# belong to none of them
BEGIN {
	if (!cow_rows)
		cow_rows = 2000
	marks_read(marks)
	cow_given = " anon stack file_cow cow swap swap_cache "
	cow_run()
	if (!failed)
		cow_print(result("cow.csv"))
	exit failed
}

# Faults, tasks and areas, in order of time; at the same time an area or a task comes first.
function cow_run(    F, T, V, fault, task, area)
{
	turn_open("faults", faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds")
	turn_open("tasks", tasks, task_columns)
	turn_open("vmas", vmas, "icount,event,pid,start,end,prot,flags,offset,name")
	fault = turn_next("faults", F)
	task = turn_next("tasks", T)
	area = turn_next("vmas", V)
	while (!failed && (fault < 9e15 || task < 9e15)) {
		if (task <= fault && task <= area) {
			cow_task(T)
			task = turn_next("tasks", T)
		} else if (area <= fault) {
			cow_area(V)
			area = turn_next("vmas", V)
		} else {
			cow_fault(F)
			fault = turn_next("faults", F)
		}
	}
}

function cow_task(T,    parent)
{
	cow_tgid[T[4]] = T[5]
	if (T[3] == "switch") {
		cow_now = T[5]
	} else if (T[3] == "fork") {
		parent = cow_now
		cow_fork(T[1], parent, T[5])
	} else if ((T[3] == "exit" && T[4] == T[5]) || T[3] == "exec") {
		cow_forget(T[5])
	}
}

# The child has what its parent has; who runs then is the parent.
function cow_fork(now, parent, child,    n, i, part)
{
	cow_forget(child)
	cow_last[parent] = cow_last[child] = ++cow_forks
	cow_time[cow_forks] = now
	cow_parent[cow_forks] = parent
	cow_child[cow_forks] = child
	n = split(cow_parts[parent], part, " ")
	for (i = 1; i <= n; i++)
		cow_pages[child, part[i]] = cow_pages[parent, part[i]]
	cow_parts[child] = cow_parts[parent]
	cow_shared[cow_forks] = cow_count[child] = cow_count[parent] + 0
	if (cow_forks > cow_rows)
		cow_merge(cow_forks - cow_rows)
}

# An old fork has no row of its own any more.
function cow_merge(f)
{
	if (cow_last[cow_parent[f]] == f)
		cow_last[cow_parent[f]] = 0
	if (cow_last[cow_child[f]] == f)
		cow_last[cow_child[f]] = 0
	cow_add(0, "p", cow_n[f, "p"])
	cow_add(0, "c", cow_n[f, "c"])
	cow_add(0, "pr", cow_n[f, "pr"])
	cow_add(0, "cr", cow_n[f, "cr"])
	cow_cost[0] += cow_cost[f]
	delete cow_n[f, "p"]
	delete cow_n[f, "c"]
	delete cow_n[f, "pr"]
	delete cow_n[f, "cr"]
	delete cow_cost[f]
	delete cow_time[f]
	delete cow_parent[f]
	delete cow_child[f]
	delete cow_shared[f]
}

function cow_add(f, what, n)
{
	cow_n[f, what] += n
}

function cow_forget(tgid,    n, i, part)
{
	n = split(cow_parts[tgid], part, " ")
	for (i = 1; i <= n; i++)
		delete cow_pages[tgid, part[i]]
	delete cow_parts[tgid]
	delete cow_count[tgid]
	delete cow_last[tgid]
}

function cow_fault(F,    tgid, f, price, part, page, mine)
{
	tgid = F[10] in cow_tgid ? cow_tgid[F[10]] : F[10]
	if (F[3] "" >= "0xc0000000" || !index(cow_given, " " F[12] " ") && F[12] != "cow_reuse")
		return
	part = substr(F[3], 1, 5)
	page = "|" substr(F[3], 6, 2)
	mine = index(cow_pages[tgid, part], page)
	if (F[12] == "cow" || F[12] == "cow_reuse") {
		f = mine || F[15] !~ /^\// ? cow_last[tgid] + 0 : 0
		price = F[14] - F[16]
		if (F[12] == "cow" && F[14] != "")
			cow_prices[price]++
		if (f && !mine)
			cow_shared[f]++ # one that no fault had told of
		cow_n[f, (tgid == cow_child[f] ? "c" : "p") (F[12] == "cow" ? "" : "r")]++
		cow_cost[f] += price
	}
	cow_have(tgid, part, page)
}

# An area goes, comes or is another one from here on. Pages that lose theirs are put aside until the next of these
# events of the process, for they may have an area again: when two areas become one, the second is unmapped and
# the first changes, at once; when one is cut, it changes, and the other piece of it is mapped.
function cow_area(V,    tgid, from, to, i, old_from, old_to)
{
	tgid = V[3]
	from = hex(V[4])
	to = V[5] == "0x00000000" ? 4294967296 : hex(V[5])
	if (V[2] == "map" && cow_aside_tgid == tgid && cow_aside_name == V[9] && from >= cow_aside_from && to <= cow_aside_to) {
		cow_take_back(tgid, from, to)
	} else if (V[2] == "change" && cow_aside_tgid == tgid && cow_aside_name == "" && V[1] - cow_aside_time < 1000 && \
		   from <= cow_aside_from && to >= cow_aside_to) {
		cow_take_back(tgid, from, to)
	} else if (V[2] == "unmap") {
		cow_put_aside(V, from, to, "")
		cow_unmap(tgid, from, to)
	} else if (V[2] == "change" && (i = areas_find(tgid, from))) {
		old_from = areas_from[tgid, i]
		old_to = areas_to[tgid, i]
		if (old_from < from || old_to > to)
			cow_put_aside(V, old_from, old_to, V[9])
		cow_unmap(tgid, old_from, from)
		cow_unmap(tgid, to, old_to)
	}
	areas_apply(V[2], tgid, from, to, V[9], 0)
}

# Begins with nothing aside. Name: of an area that was cut; none: of one that went.
function cow_put_aside(V, from, to, name)
{
	split("", cow_aside)
	cow_aside_tgid = V[3]
	cow_aside_time = V[1]
	cow_aside_name = name
	cow_aside_from = from
	cow_aside_to = to
}

function cow_take_back(tgid, from, to,    part, n, k, page, at)
{
	for (part in cow_aside) {
		n = split(cow_aside[part], page, "|")
		for (k = 2; k <= n; k++) {
			at = hex(part page[k] "000")
			if (at >= from && at < to)
				cow_have(tgid, part, "|" page[k])
		}
	}
}

# A page that the process has and had not.
function cow_have(tgid, part, page)
{
	if (index(cow_pages[tgid, part], page))
		return
	if (cow_pages[tgid, part] == "")
		cow_parts[tgid] = cow_parts[tgid] " " part
	cow_pages[tgid, part] = cow_pages[tgid, part] page
	cow_count[tgid]++
}

# What lies in [from, to) of the process goes.
function cow_unmap(tgid, from, to,    n, i, part, kept, base)
{
	if (from >= to)
		return
	n = split(cow_parts[tgid], part, " ")
	for (i = 1; i <= n; i++) {
		base = hex(part[i] "00000")
		if (base + 1048576 > from && base < to)
			cow_cut(tgid, part[i], base, from, to)
		if (cow_pages[tgid, part[i]] == "")
			delete cow_pages[tgid, part[i]]
		else
			kept = kept " " part[i]
	}
	cow_parts[tgid] = kept
}

# The same of one MiB, which begins at `base`.
function cow_cut(tgid, part, base, from, to,    n, k, page, left, at)
{
	n = split(cow_pages[tgid, part], page, "|")
	for (k = 2; k <= n; k++) {
		at = base + hex("0x000" page[k] "000")
		if (at >= from && at < to) {
			cow_aside[part] = cow_aside[part] "|" page[k]
			cow_count[tgid]--
		} else {
			left = left "|" page[k]
		}
	}
	cow_pages[tgid, part] = left
}

# The price that half of the copies did not exceed.
function cow_median(    k, n, i, C, total, sum)
{
	for (k in cow_prices) {
		C[++n] = k
		total += cow_prices[k]
	}
	sort(C, n)
	for (i = 1; i <= n; i++)
		if ((sum += cow_prices[C[i]]) * 2 >= total)
			return C[i]
	return ""
}

function cow_print(file,    f, median, copied)
{
	median = cow_median()
	print "icount,parent,child,program,pages,parent_cow,parent_reuse,child_cow,child_reuse,saved,cost,at_once" > file
	for (f = cow_forks > cow_rows ? cow_forks - cow_rows + 1 : 1; f <= cow_forks; f++) {
		copied = cow_n[f, "p"] + cow_n[f, "c"]
		print whole(cow_time[f]) "," cow_parent[f] "," cow_child[f] "," of_program(cow_time[f]) "," \
			whole(cow_shared[f]) "," cow_row(f) "," \
			whole(cow_shared[f] > copied ? cow_shared[f] - copied : 0) "," \
			whole(cow_cost[f]) "," (median == "" ? "" : whole(cow_shared[f] * median)) > file
	}
	if ((0, "p") in cow_n || (0, "pr") in cow_n)
		print ",,,,," cow_row(0) ",," whole(cow_cost[0]) "," > file
	close_result(file)
}

function cow_row(f)
{
	return whole(cow_n[f, "p"]) "," whole(cow_n[f, "pr"]) "," whole(cow_n[f, "c"]) "," whole(cow_n[f, "cr"])
}
