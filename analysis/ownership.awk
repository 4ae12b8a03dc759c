# ownership.awk - whose were the frames of memory, over time?
#
# Variables: tasks, vmas, start, end, bins, edges, reclaim (may be empty). After lib.awk, run.awk and tlb.awk.
#
# As the walks tell: the frame of a page in a process's own half is its from the fill on, until another process
# fills it, another frame has come to the page, reclaim drops it, its area is unmapped, or the process ends (exec
# included). A frame that several map is the last one's that used it. Frames of the kernel, and pages that a process has
# but does not use, are not seen. (Free memory by order has no rows in a recording: how broken up it was
# cannot be told.)
#
# Results: ownership.csv, at the end of each bin the frames of each of the ownership_most processes that had most
# at any bin's end, of all others (pid "other"), and of nobody any more (pid "left"); frames.csv, the most frames that a
# process had at the end of a bin, how many it lost to reclaim and how many it took over from others
BEGIN {
	if (!ownership_most)
		ownership_most = 16
	tasks_read(tasks)
	bins_init()
	own_bin = 0
	own_seen = 0
	turn_open("reclaim", reclaim, "icount,event,pid,node,zone,frame")
	turn_open("tasks", tasks, task_columns)
	turn_open("vmas", vmas, "icount,event,pid,start,end,prot,flags,offset,name")
	own_reclaim = turn_next("reclaim", own_R)
	own_task = turn_next("tasks", own_T)
	own_area = turn_next("vmas", own_V)
	own_step()
}

$0 + 0 >= own_next {
	own_until($0 + 0)
}

substr($0, at + 3, 1) < "c" && substr($0, at - 2, 2) in kind_name {
	own_pid = substr($0, at + 56, pid_width)
	if (!(own_pid in own_process))
		own_process[own_pid] = substr(own_pid, 1, 1) == "," ? "" : tgid_of(own_pid + 0)
	own_key = substr($0, at + 1, 10) own_process[own_pid]
	if (own_frame[own_key] != substr($0, at + 12, 10) && own_process[own_pid] != "")
		own_come(own_key, substr($0, at + 12, 10))
}

END {
	if (!failed) {
		own_until(end + 0)
		while (own_bin < bins)
			own_close()
		own_print()
	}
}

# own_next: when something happens next that is no row of tlb.csv.
function own_step()
{
	own_next = own_bin + 1 < bins ? bin_start(own_bin + 1) : 9e15
	if (own_task < own_next)
		own_next = own_task
	if (own_area < own_next)
		own_next = own_area
	if (own_reclaim < own_next)
		own_next = own_reclaim
}

function own_until(now)
{
	for (; own_next <= now; own_step()) {
		if (own_next == own_task) {
			if (own_T[3] == "exec" || (own_T[3] == "exit" && own_T[4] == own_T[5]))
				own_unmap(own_T[5], "0x00000000", "0xc0000000")
			own_task = turn_next("tasks", own_T)
		} else if (own_next == own_area) {
			if (own_V[2] == "unmap")
				own_unmap(own_V[3], own_V[4], own_V[5])
			own_area = turn_next("vmas", own_V)
		} else if (own_next == own_reclaim) {
			if (own_R[2] == "drop" && own_R[6] in own_page)
				own_reclaimed()
			own_reclaim = turn_next("reclaim", own_R)
		} else {
			own_close()
		}
	}
}

# The frame is that of the page of `key` ("0xPPPPP000TGID") from now on.
function own_come(key, frame,    old, part)
{
	if (own_frame[key] != "")
		own_go(key)
	if (frame in own_page) {
		old = own_page[frame]
		if (substr(old, 11) != substr(key, 11))
			own_taken[substr(key, 11)]++
		own_go(old)
	}
	if (!(frame in own_known)) {
		own_known[frame]
		own_seen++
	}
	own_frame[key] = frame
	own_page[frame] = key
	own_count[substr(key, 11)]++
	part = substr(key, 1, 5) substr(key, 11)
	if (!(part in own_part)) {
		own_part[part] = 0
		own_parts[substr(key, 11)] = own_parts[substr(key, 11)] " " substr(key, 1, 5)
	}
	own_part[part]++
}

# The page of `key` has no frame any more.
function own_go(key)
{
	delete own_page[own_frame[key]]
	delete own_frame[key]
	own_count[substr(key, 11)]--
	own_part[substr(key, 1, 5) substr(key, 11)]--
}

function own_reclaimed(    key)
{
	key = own_page[own_R[6]]
	own_lost[substr(key, 11)]++
	own_go(key)
}

# What lies in [from, to) of the process goes, MiB by MiB.
function own_unmap(tgid, from, to,    n, i, part, kept, k)
{
	n = split(own_parts[tgid], part, " ")
	for (i = 1; i <= n; i++) {
		k = part[i] tgid
		if (own_part[k] && part[i] "" >= substr(from, 1, 5) && (part[i] "00000" < to || to == "0x00000000"))
			own_cut(tgid, part[i], from, to)
		if (own_part[k])
			kept = kept " " part[i]
		else
			delete own_part[k]
	}
	own_parts[tgid] = kept
}

function own_cut(tgid, part, from, to,    i, page)
{
	for (i = 0; i < 256; i++) {
		page = part sprintf("%02x", i) "000"
		if (page >= from && (page < to || to == "0x00000000") && (page tgid) in own_frame)
			if (own_frame[page tgid] != "")
				own_go(page tgid)
	}
}

# The end of a bin.
function own_close(    tgid, all)
{
	for (tgid in own_count) {
		if (!own_count[tgid]) {
			delete own_count[tgid]
			continue
		}
		own_at[own_bin, tgid] = own_count[tgid]
		all += own_count[tgid]
		if (own_count[tgid] > own_high[tgid] + 0)
			own_high[tgid] = own_count[tgid]
	}
	own_at[own_bin, "left"] = own_seen - all
	own_bin++
}

function own_print(    file, order, tgid, n, rank)
{
	file = result("frames.csv")
	print "frames,pid,lost,taken,name" > file
	order = sorter(file, "-k1,1nr -k2,2n")
	for (tgid in own_high)
		print whole(own_high[tgid]) "," tgid "," whole(own_lost[tgid]) "," whole(own_taken[tgid]) "," \
			csv_line_of(task_name[tgid]) | order
	close(order)
	for (tgid in own_high)
		rank[++n] = whole(own_high[tgid]) SUBSEP tgid
	own_print_bins(result("ownership.csv"), rank, n)
}

function own_print_bins(file, rank, n,    i, k, part, others)
{
	sort_by_first(rank, n)
	print "bin,icount,pid,frames" > file
	for (i = 0; i < bins; i++) {
		others = 0
		for (k = n; k >= 1; k--) {
			split(rank[k], part, SUBSEP)
			if (!((i, part[2]) in own_at))
				continue
			if (n - k >= ownership_most)
				others += own_at[i, part[2]]
			else
				own_row(file, i, part[2], own_at[i, part[2]])
		}
		if (others)
			own_row(file, i, "other", others)
		if (own_at[i, "left"] > 0)
			own_row(file, i, "left", own_at[i, "left"])
	}
	close_result(file)
}

function own_row(file, i, pid, n)
{
	print i "," whole(bin_start(i)) "," pid "," whole(n) > file
}

# Sorts "FRAMES SUBSEP PID" upwards; of as many frames the higher pid first, so that the lower comes out on top.
function sort_by_first(rank, n,    i, part)
{
	for (i = 1; i <= n; i++) {
		split(rank[i], part, SUBSEP)
		rank[i] = sprintf("%015.0f %015.0f", part[1], 999999999 - part[2]) SUBSEP part[2]
	}
	sort(rank, n, 1)
}
