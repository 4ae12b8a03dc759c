# page_string.awk - the string of page uses of one process, and what the kernel made of the same string.
#
# Over tlb.csv, after lib.awk, run.awk and areas.awk. Variables: tasks, vmas, faults and (if there is one)
# reclaim, files; pid, the process. Writes the
# string for build/analysis/curves and replay to standard output, with times, and what the kernel did as
# key,value to kernel.csv (into `out`). With the variable refs, over refs.csv (which has refs_rows rows), reduced for
# so many frames and more: the string alone, of all that the process did.
#
# A use is a fill or an upgrade of a page of the user's half, by any thread of the process, since its
# last exec. What the TLB knew left no row: see refs.awk. A page is gone when its area is, or when it is
# touched for the first time again (MADV_DONTNEED); what comes at its address later is a new page.
#
# The kernel loads a page when it is used first, and when it is used again after its frame was dropped
# (reclaim.csv). One that it read ahead counts when it is used: so this is a demand paging of the string,
# with no more frames than the most that the process ever had, and OPT with as many cannot be worse.
BEGIN {
	FS = ","
	tasks_read(tasks)
	if (pid == "")
		exit
	exec_read()
	areas_open(vmas)
	turn_open("faults", faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause")
	turn_open("reclaim", reclaim, "icount,event,pid,node,zone,frame,kind")
	fault_time = turn_next("faults", fault)
	drop_next()
	started = 1
	if (refs)
		print "# reduced k=" refs
}

function exec_read(    F)
{
	csv_open(tasks, task_columns)
	while (csv_row(tasks, F) > 0)
		if (F[3] == "exec" && F[5] == pid)
			exec_time = F[1] + 0
	close(tasks)
}

# The next row of reclaim.csv that drops or writes a page.
function drop_next()
{
	do
		drop_time = turn_next("reclaim", drop)
	while (drop_time < 9e15 && drop[2] != "drop" && drop[2] != "write")
}

# All that happened before the row at `now`, in order.
function until(now)
{
	while (fault_time <= now || drop_time <= now || areas_time <= now) {
		if (areas_time <= fault_time && areas_time <= drop_time)
			area_changes()
		else if (drop_time <= fault_time)
			page_leaves()
		else
			page_faults()
	}
	areas_left()
}

# Pages of an area that goes or shrinks may be gone: areas_left() looks, when all that belongs to the
# change has come (two areas become one by an unmap and a change).
function area_changes(    i, from, to)
{
	if (areas_event[3] == pid && areas_event[2] != "map") {
		from = hex(areas_event[4])
		to = hex(areas_event[5])
		if (areas_event[2] == "change" && (i = areas_find(pid, from))) {
			from = areas_from[pid, i]
			to = areas_to[pid, i]
		}
		left_from[++left] = from
		left_to[left] = to == 0 ? 4294967296 : to
	}
	areas_apply(areas_event[2], areas_event[3], hex(areas_event[4]), hex(areas_event[5]), "")
	areas_read()
}

function areas_left(    i, at, page)
{
	for (i = 1; i <= left; i++)
		for (at = left_from[i]; at < left_to[i]; at += 4096) {
			page = to_hex(at)
			if (page in known && !areas_find(pid, at))
				gone(page)
		}
	left = 0
}

function gone(page)
{
	if (page in resident) {
		frames--
		delete resident[page]
	}
	delete known[page]
	print "-" page
}

function page_leaves(    page)
{
	page = page_in[drop[6]]
	if (page in resident && frame_of[page] == drop[6]) {
		if (drop[2] == "write") {
			writes++
		} else {
			frames--
			delete resident[page]
			if (!dropped++)
				full_since = uses
		}
	}
	drop_next()
}

function page_faults(    page)
{
	if (tgid_of(fault[10]) == pid && fault[8] == 0 && fault[12] ~ /^(anon|anon_zero|stack)$/ && fault_time >= exec_time) {
		page = page_of(fault[3])
		if (page in known)
			gone(page)
	}
	fault_time = turn_next("faults", fault)
}

# Of refs.csv. A reference of the instruction that faults comes before the fault, whose row says where; no
# reference before that row was left out for one behind it, nor across a change of an area.
refs && started && $11 == "" && NR > 1 {
	until($1 + 0)
}

refs && started && $11 != "" && $4 "" < "0xc0000000" && $1 + 0 >= exec_time && tgid_of($9) == pid {
	if ($1 > fault_time || $1 > areas_time)
		until($1 - 1)
	uses++
	references += $11
	known[$4]
	print $4 ($2 == "w" ? " w" : "") " @" $1
}

!refs && started && ($4 == "fill" || $4 == "upgrade") && $6 "" < "0xc0000000" && $1 + 0 >= exec_time && tgid_of($14) == pid {
	if ($1 + 0 >= fault_time || $1 + 0 >= drop_time || $1 + 0 >= areas_time)
		until($1 + 0)
	uses++
	if (!($6 in resident)) {
		if ($6 in known)
			reloads++
		else
			cold++
		known[$6]
		resident[$6]
		if (++frames > most)
			most = frames
	}
	if (dropped)
		sum += frames
	frame_of[$6] = $7
	page_in[$7] = $6
	print $6 ($9 == "w" ? " w" : "") " @" $1
}

END {
	if (!started || failed)
		exit 2
	if (refs && NR != refs_rows + 1)
		bad("refs.csv:" NR ": ends here, but meta.csv has " refs_rows " rows")
	if (refs) {
		print "# references=" whole(references) " kept=" whole(uses)
		exit failed
	}
	kernel = result("kernel.csv")
	print "key,value" > kernel
	print "pid," pid > kernel
	print "name," csv_line_of(task_name[pid]) > kernel
	print "uses," whole(uses) > kernel
	print "first_uses," whole(cold) > kernel
	print "loads," whole(cold + reloads) > kernel
	print "dropped," whole(dropped) > kernel
	print "writes," whole(writes) > kernel
	print "frames_most," whole(most) > kernel
	if (dropped)
		print "frames_mean," whole(uses > full_since ? sum / (uses - full_since) : frames) > kernel
	close(kernel)
}
