# check_reclaim.awk - can what reclaim.csv says have happened: to pages, their slots, and who reclaimed?
#
# For check_files.awk, whose read_file() gives each row to look_reclaim(). The kernel counts each kind of
# row, io.csv has the pages that were moved, and each slot of a swap area has a life of its own:
#
#	swap_out -> write -> drop -> swap_in -> drop -> swap_in ...	by frame: write -> its end
#
# A slot that nobody needs any more is given back without a row, and begins anew with the next swap_out.
BEGIN {
	reclaim_columns = "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value," \
		"free,min,low,high,inactive_anon,active_anon,inactive_file,active_file,unevictable,swap_used"
	scanned = " keep activate unevictable drop "
	page_events = scanned "rotate deactivate swap_out write swap_in refault "
	actor_events = " kswapd_wake kswapd_sleep direct direct_end oom "
}

# A recording by an older plugin has no such table. That the file is gone, check_digests() tells.
function check_reclaim(    line)
{
	if (meta["reclaim.file"] == "" || (getline line < reclaim) < 0)
		return
	close(reclaim)
	form["reclaim_event"] = "^(keep|activate|unevictable|drop|rotate|deactivate|swap_out|write|swap_in|refault|" \
		"kswapd_wake|kswapd_sleep|direct|direct_end|oom|state)$"
	form["zone?"] = "^(DMA|Normal|HighMem|Movable)?$"
	form["page?"] = "^(" substr(page, 2, length(page) - 2) ")?$"
	form["kind?"] = "^(anon|file|shmem)?$"
	form["slot?"] = "^([0-9]+:[1-9][0-9]*)?$"
	form["reclaim_why"] = "^(referenced|locked|writeback|dirty|mapped|busy|gone|mlocked|no_slot|io_error|ahead|" \
		"workingset|advised|policy)?$"
	read_file("reclaim", reclaim, reclaim_columns, "number reclaim_event number number zone? page? kind? number? " \
		  "page? address? number? number? slot? reclaim_why number? number? number? number? number? number? " \
		  "number? number? number? number? number?", 2)
	verdict("reclaim.shape", "reclaim.csv: rows have what their events need, and no more")
	verdict("reclaim.pid", "reclaim.csv: who reclaims is the task that runs")
	verdict("reclaim.frame", "reclaim.csv: frames lie in their zones, which their watermarks divide")
	verdict("reclaim.slot", "reclaim.csv: what leaves memory was written, and leaves it once; what comes back was out")
	verdict("reclaim.turn", "reclaim.csv: kswapd and tasks begin and end in turn, with as many frames as they dropped")
	count_reclaim()
}

function look_reclaim(F)
{
	reclaim_of[F[2]]++
	check_shape(F)
	if (F[3] != runs("reclaim", F[1] + 0))
		wrong_row("reclaim.pid", "reclaim", csv_line, "task " runs("reclaim", F[1] + 0) " runs: " raw_text)
	if (F[6] != "" && !in_zone(F[6], F[5]))
		wrong_row("reclaim.frame", "reclaim", csv_line, raw_text)
	if (F[2] == "state" && (F[17] + 0 > F[18] + 0 || F[18] + 0 > F[19] + 0))
		wrong_row("reclaim.frame", "reclaim", csv_line, raw_text)
	if (index(page_events, " " F[2] " "))
		look_page(F)
	else if (F[2] != "state")
		look_actor(F)
}

# Which columns a row has: a page's, an actor's or a zone's; a page that is kept, and why.
function check_shape(F,    i, of_page, of_file, filled)
{
	of_page = index(page_events, " " F[2] " ") > 0
	of_file = F[7] != "" && F[7] != "anon"
	for (i = 16; i <= 25; i++)
		filled += F[i] != ""
	if ((F[5] != "") != (of_page || F[2] == "state") || (F[6] != "") != of_page || (F[7] != "") != of_page || \
	    (F[8] != "" ? !of_page && F[2] != "oom" : F[2] == "oom") || (F[9] != "") != (of_page && F[8] != "") || \
	    (F[11] != "") != (F[12] != "") || (F[10] != "" && F[11] == "") || (F[11] != "" && !of_file) || \
	    (F[13] != "" && F[7] != "anon" && F[7] != "shmem") || (F[14] != "" && !of_page) || \
	    (F[2] ~ /^(keep|activate|unevictable)$/ && F[14] == "") || (F[2] == "drop" && F[14] !~ /^(advised)?$/) || \
	    (F[14] == "advised" && F[2] !~ /^(drop|deactivate)$/) || \
	    (F[15] != "") != (F[2] ~ /^(refault|kswapd_sleep|direct|direct_end|oom)$/) || filled != (F[2] == "state" ? 10 : 0) || \
	    (F[2] ~ /^(swap_out|swap_in)$/ && F[13] == "") || (F[2] == "drop" && F[7] == "anon" && F[13] == "") || \
	    (F[9] >= "0xc0000000") || (F[8] != "" && !(F[8] in task_tgid)))
		wrong_row("reclaim.shape", "reclaim", csv_line, raw_text)
}

# ZONE_MOVABLE may be anywhere above the DMA zone's frames.
function in_zone(frame, zone)
{
	return (zone == "DMA" ? frame < "0x01000000" : frame >= "0x01000000") && \
	       (zone != "Normal" || frame < "0x38000000") && (zone != "HighMem" || frame >= "0x38000000") && \
	       (meta["memory_mib"] + 0 >= 3072 || hex(frame) < meta["memory_mib"] * 1048576)
}

function look_page(F,    event, slot)
{
	event = F[2]
	slot = F[13]
	swap_written += event == "write" && F[7] != "file"
	if (event == "write")
		being_written[F[6]]
	else if (index(scanned, " " event " "))
		delete being_written[F[6]]
	dropped_by[F[3]] += event == "drop"
	# Who was told to send pages away does so by itself, and not for want of memory; but for self-tests, that is
	# the only reason then.
	if (F[14] == "advised" ? turn[F[3]] != "" : event == "drop" && turn[F[3]] == "" && meta["selftest"] == "none")
		wrong_row("reclaim.turn", "reclaim", csv_line, raw_text)
	# Shared memory that nobody has written needs no slot; what has had one does.
	if (F[7] == "shmem" && event == "swap_out")
		shmem_written[F[11], F[12]]
	if (F[7] == "shmem" && event == "drop" && slot == "" && (F[11], F[12]) in shmem_written)
		wrong_row("reclaim.slot", "reclaim", csv_line, "has had a slot: " raw_text)
	if (slot == "")
		return
	if (event == "swap_out")
		slot_state[slot] = "new"
	else if (event == "write" && slot_state[slot] ~ /^(new|in)$/)
		slot_state[slot] = "in"
	else if ((event == "drop" && slot_state[slot] == "in") || (event == "swap_in" && slot_state[slot] == "out"))
		slot_state[slot] = event == "drop" ? "out" : "in"
	else if (event ~ /^(write|drop)$/ || (event == "swap_in" && (slot_state[slot] != "in" || io_errors + 0 == 0)))
		wrong_row("reclaim.slot", "reclaim", csv_line, "slot was " \
			  (slot_state[slot] == "" ? "never used" : slot_state[slot]) ": " raw_text)
}

# Each begins before it ends, and has freed what it dropped meanwhile. Who frees memory has reserves, and need
# not free any for that.
function look_actor(F,    pid, kind)
{
	if (F[2] == "oom")
		return
	pid = F[3]
	kind = F[2] ~ /^kswapd/ ? "kswapd" : "direct"
	if (F[2] ~ /^(kswapd_wake|direct)$/) {
		if (turn[pid] != "")
			wrong_row("reclaim.turn", "reclaim", csv_line, "the one before has not ended: " raw_text)
		turn[pid] = kind
		turn_began[pid] = dropped_by[pid] + 0
		return
	}
	if (turn[pid] != kind || dropped_by[pid] - turn_began[pid] != F[15] + 0)
		wrong_row("reclaim.turn", "reclaim", csv_line, raw_text)
	turn[pid] = ""
}

function count_reclaim(    i, n, part, frame, pending)
{
	same("reclaim.csv: rows are those of meta.csv", rows["reclaim"], "reclaim.rows")
	if (!ours)
		return
	same_sum("reclaim.csv: pages looked at are those that the kernel counted", reclaim_of["keep"] + \
		 reclaim_of["activate"] + reclaim_of["unevictable"] + reclaim_of["drop"], "pgscan")
	same_sum("reclaim.csv: rows drop are those that the kernel counted", reclaim_of["drop"], "pgsteal")
	n = split("activate pgactivate deactivate pgdeactivate swap_in pswpin direct allocstall " \
		  "kswapd_wake pageoutrun oom oom_kill", part, " ")
	for (i = 1; i < n; i += 2)
		same("reclaim.csv: rows " part[i] " are those that the kernel counted", reclaim_of[part[i]], "kernel." part[i + 1])
	same("reclaim.csv: pages written to swap areas are those that the kernel counted", swap_written, "kernel.pswpout")
	for (frame in being_written)
		pending++
	moved_by_disk("swap_out", swap_written, pending)
	moved_by_disk("swap_in", reclaim_of["swap_in"], 64)
	verdict("reclaim.io", "reclaim.csv, io.csv: the disk has moved the pages of swap areas, but those under way at the end")
}

# The kernel counts by who it was.
function same_sum(title, got, name,    direct)
{
	direct = "kernel." name "_direct"
	if (meta[direct] == "")
		same(title, got, direct)
	else
		same(title, got - meta[direct], "kernel." name "_kswapd")
}

# What is under way when the machine goes has no row of io.csv: a batch of each who writes, and some reads.
function moved_by_disk(why, pages, pending,    missing)
{
	missing = pages - io_pages[why]
	if (meta["io.file"] != "" && (missing < 0 || missing > pending + 0))
		wrong("reclaim.io", "meta.csv:io.rows: " whole(io_pages[why]) " pages " why ", but reclaim.csv has " whole(pages + 0))
}
