# export_chrome.awk - a recording as trace events in JSON, for Perfetto and chrome://tracing.
#
# Variables: tables (those that there are), dir (where they are, as .NAME.csv), tasks, marks, start, end. After
# lib.awk and run.awk. Input: tlb.csv.
#
# An instruction is shown as a nanosecond. Each process has a track for each of its tasks with the turns that
# it had, and below it what it did there: faults, from delivery to return (other tasks' turns between
# count here, `cost` has them left out), and reclaim. Phases, disk and latency are processes of their own.
BEGIN {
	phases_pid = 4194305 # above every pid
	disk_pid = 4194306
	latency_pid = 4194307
	fault_tid = 5000000
	reclaim_tid = 10000000
	tasks_read(tasks)
	marks_read(marks)
	if (!failed)
		chrome_tables()
	if (failed)
		exit 1
	step = (end - start) / 1000
	if (step < 1)
		step = 1
	until = start + step
}

NR == 1 {
	if (index($0 ",", "icount,cpu,tlb,event,reason,") != 1)
		bad("tlb.csv: wrong header\n  found: " $0)
	next
}

{
	if ($1 + 0 >= until)
		chrome_count($1 + 0)
	if ($4 == "fill")
		filled[$5]++
}

END {
	if (failed)
		exit 1
	chrome_count(until)
	print "\n],\"displayTimeUnit\":\"ns\",\"otherData\":{\"unit\":\"1 ns is 1 guest instruction\"}}"
}

function chrome_tables()
{
	printf "{\"traceEvents\":["
	chrome_phases()
	chrome_turns()
	chrome_faults(dir "/.faults.csv")
	if (index(tables, " reclaim "))
		chrome_reclaim(dir "/.reclaim.csv")
	if (index(tables, " io "))
		chrome_disk(dir "/.io.csv")
	if (index(tables, " latency "))
		chrome_latency(dir "/.latency.csv")
}

# One event: `rest` is what follows the fields that all have.
function event(kind, name, pid, tid, at, rest)
{
	printf "%s\n{\"ph\":\"%s\",\"name\":%s,\"pid\":%s,\"tid\":%s,\"ts\":%s%s}", events++ ? "," : "", kind, \
		json(name), pid, tid, time(at), rest == "" ? "" : "," rest
}

function slice(name, kind, pid, tid, from, to, args)
{
	event("X", name, pid, tid, from, "\"cat\":\"" kind "\",\"dur\":" time(to - from) \
	      (args == "" ? "" : ",\"args\":{" args "}"))
}

function named(what, pid, tid, name)
{
	event("M", what, pid, tid, 0, "\"args\":{\"name\":" json(name) "}")
}

# Microseconds, to the nanosecond.
function time(icount)
{
	return sprintf("%.3f", icount / 1000)
}

function json(text,    i, done, c)
{
	text = replace(replace(text, "\\", "\\\\"), "\"", "\\\"")
	if (text !~ /[^ -~]/)
		return "\"" text "\""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		done = done (c ~ /[ -~]/ ? c : "?")
	}
	return "\"" done "\""
}

function chrome_phases(    i)
{
	named("process_name", phases_pid, 0, "phases")
	for (i = 1; i <= marks_count; i++)
		if (phase_end(i) > mark_time[i])
			slice(mark_label[i], "phase", phases_pid, 0, mark_time[i], phase_end(i), "\"pid\":" mark_pid[i])
}

# Each turn of each task: turn_from[pid, i] .. turn_to[pid, i], i = 1..turns[pid].
function chrome_turns(    F, i, pid, name)
{
	for (i = 1; i <= task_count; i++)
		named("process_name", task_list[i], task_list[i], task_name[task_list[i]])
	csv_open(tasks, task_columns)
	pid = ""
	while (csv_row(tasks, F) > 0) {
		if (F[3] != "exit")
			name[F[4]] = F[7]
		if (F[3] != "switch") {
			if (F[3] != "exit" || F[4] in name)
				event("i", F[3], F[5], F[4], F[1], "\"s\":\"t\",\"cat\":\"task\"")
			continue
		}
		chrome_turn(pid, F[1] + 0, name)
		pid = F[4]
		turn_from[pid, ++turns[pid]] = F[1] + 0
		if (turns[pid] == 1)
			named("thread_name", F[5], pid, F[7] " " pid)
	}
	chrome_turn(pid, end + 0, name)
	close(tasks)
}

function chrome_turn(pid, now, name)
{
	if (pid == "")
		return
	if (now < turn_from[pid, turns[pid]])
		now = turn_from[pid, turns[pid]]
	turn_to[pid, turns[pid]] = now
	slice(name[pid], "task", tgid_of(pid), pid, turn_from[pid, turns[pid]], now, "")
}

# When task `pid` had run `cost` instructions more than at `from`.
function when_done(pid, from, cost,    low, high, middle, i)
{
	if (!(pid in turns))
		return from + cost
	low = 1
	high = turns[pid]
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (turn_from[pid, middle] <= from)
			low = middle
		else
			high = middle - 1
	}
	for (i = low; i < turns[pid] && from + cost > turn_to[pid, i]; from = turn_from[pid, ++i])
		if (from < turn_to[pid, i])
			cost -= turn_to[pid, i] - from
	return from + cost
}

function chrome_faults(file,    F, pid, to)
{
	csv_open(file, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds")
	while (csv_row(file, F) > 0) {
		pid = F[10] == "" ? 0 : F[10]
		if (!(pid in fault_track)) {
			fault_track[pid]
			named("thread_name", tgid_of(pid), fault_tid + pid, "faults of " pid)
		}
		to = F[14] == "" ? F[1] : when_done(pid, F[1] + 0, F[14] + 0)
		slice(F[12] == "" ? "fault" : F[12], "fault", tgid_of(pid), fault_tid + pid, F[1], to, \
		      "\"addr\":\"" F[3] "\",\"eip\":\"" F[4] "\",\"access\":\"" F[6] "\",\"mode\":\"" F[7] \
		      "\",\"depth\":" F[11] ",\"major\":" F[13] + 0 ",\"cost\":" (F[14] == "" ? "null" : F[14]) \
		      ",\"area\":" json(F[15]))
	}
	close(file)
}

# Turns of kswapd and of who reclaims for itself; free memory; pages moved, by kind of event.
function chrome_reclaim(file,    F, from, work, pid)
{
	csv_open(file, "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value,free,min,low,high," \
		 "inactive_anon,active_anon,inactive_file,active_file,unevictable,swap_used")
	while (csv_row(file, F) > 0) {
		if (F[2] == "kswapd_wake" || F[2] == "direct") {
			from[F[3]] = F[1]
			work[F[3]] = F[2] == "direct" ? "direct reclaim" : "kswapd"
		} else if ((F[2] == "kswapd_sleep" || F[2] == "direct_end") && F[3] in from) {
			chrome_reclaimed(F[3], work[F[3]], from[F[3]], F[1], F[15])
			delete from[F[3]]
		} else if (F[2] == "oom") {
			event("i", "oom: " F[8], tgid_of(F[3]), F[3], F[1], "\"s\":\"g\",\"cat\":\"reclaim\"")
		} else if (F[2] == "state") {
			event("C", "free pages of node " F[4] " " F[5], phases_pid, 0, F[1], "\"args\":{\"free\":" F[16] + 0 "}")
			event("C", "swap slots used", phases_pid, 0, F[1], "\"args\":{\"used\":" F[25] + 0 "}")
		}
	}
	for (pid in from)
		chrome_reclaimed(pid, work[pid], from[pid], end > from[pid] + 0 ? end : from[pid], 0)
	close(file)
}

function chrome_reclaimed(pid, what, from, to, dropped)
{
	if (!(pid in reclaim_track)) {
		reclaim_track[pid]
		named("thread_name", tgid_of(pid), reclaim_tid + pid, "reclaim by " pid)
	}
	slice(what, "reclaim", tgid_of(pid), reclaim_tid + pid, from, to, "\"dropped\":" dropped + 0)
}

# Pieces of work may overlap: they are asynchronous, from when they were handed in to their end.
function chrome_disk(file,    F, rest)
{
	named("process_name", disk_pid, 0, "disk")
	csv_open(file, "icount,queued,started,wait,service,pid,device,sector,sectors,pages,rw,why,command,merged,error")
	while (csv_row(file, F) > 0) {
		rest = "\"cat\":\"disk\",\"id\":" ++pieces
		event("b", F[12] " " F[11], disk_pid, 0, F[2] == "" ? F[1] : F[2], rest ",\"args\":{\"sector\":" F[8] \
		      ",\"sectors\":" F[9] ",\"pid\":" F[6] + 0 ",\"wait_us\":" F[4] + 0 ",\"service_us\":" F[5] + 0 \
		      ",\"error\":" F[15] "}")
		event("e", F[12] " " F[11], disk_pid, 0, F[1], rest)
	}
	close(file)
}

function chrome_latency(file,    F)
{
	named("process_name", latency_pid, 0, "latency")
	csv_open(file, "icount,kind,instructions,pid,eip,end_eip")
	while (csv_row(file, F) > 0)
		slice(F[2], "latency", latency_pid, F[2] == "irqs_off" ? 1 : 2, F[1], F[1] + F[3], \
		      "\"pid\":" F[4] ",\"eip\":\"" F[5] "\",\"end_eip\":\"" F[6] "\"")
	close(file)
}

# Fills in the thousandth of the run that ends: a counter by reason.
function chrome_count(now)
{
	event("C", "TLB fills", phases_pid, 0, until - step, "\"args\":{\"cold\":" filled["cold"] + 0 ",\"conflict\":" \
	      filled["conflict"] + 0 ",\"flushed\":" filled["flushed"] + 0 "}")
	split("", filled)
	until += step
	if (now >= until) {
		event("C", "TLB fills", phases_pid, 0, until - step, "\"args\":{\"cold\":0,\"conflict\":0,\"flushed\":0}")
		until = start + step * (int((now - start) / step) + 1)
	}
}
