# stream.awk - tasks.csv, faults.csv and marks.csv, brought in between the rows of tlb.csv in order of time.
#
# For check_tlb.awk, which counts events in totals[]. stream_until(t) brings all that happened before t. A task event comes by an
# instruction of its own, so it is behind all walks of its icount; but one that was noted with an event of that
# icount (`watched`) is before it. A fault may be before or behind
# walks of its icount: the replay takes it early by stream_fault_now() when a row asks for it.
#
# Sets pid_now, the task that runs, and ran(pid), the instructions that a task has run for.
function stream_open()
{
	turn_open("tasks", tasks, task_columns)
	turn_open("faults", faults, fault_columns)
	turn_open("marks", marks, mark_columns)
	pid_now = ""
	stream_next_task()
	stream_next_fault()
	stream_next_mark()
}

function stream_next_task()
{
	task_time = turn_next("tasks", stream_task)
}

function stream_next_fault()
{
	fault_time = turn_next("faults", stream_fault)
}

function stream_next_mark()
{
	mark_next = turn_next("marks", stream_mark)
}

function stream_until(now)
{
	while (task_time < now || (watched && task_time == now && now < 9e15) || fault_time < now || mark_next < now)
		if (task_time <= fault_time && task_time <= mark_next)
			stream_task_event()
		else if (fault_time <= mark_next)
			stream_fault_event()
		else
			stream_mark_event()
}

# A mark says how many rows there were of each kind.
function stream_mark_event(    is)
{
	is = totals["fill"] + totals["upgrade"] + \
	     stream_walk_faults(stream_mark[4] - totals["fill"] - totals["upgrade"]) "," \
	     totals["fill"] + 0 "," totals["upgrade"] + 0 "," totals["fault"] + 0 "," totals["flush"] + totals["flush_all"] "," \
	     totals["invlpg"] + 0
	if (is != stream_mark[4] "," stream_mark[5] "," stream_mark[6] "," stream_mark[7] "," \
	    stream_mark[8] "," stream_mark[9])
		wrong_row("mark", "marks", turn_line["marks"], "the rows up to it are " is)
	stream_next_mark()
}

# How many walks have ended in a fault, when a mark says `said`: that, or the nearest that can be.
# With PAE a fault may need no walk. So there are not more than since the mark before there were
# faults, and not so few or so many that those still to come cannot make up the whole (which a run that was
# killed has nobody to tell).
function stream_walk_faults(said,    least, most)
{
	least = meta["walk_faults"] - (meta["faults"] - totals["fault"])
	if (least < stream_walk_faulted)
		least = stream_walk_faulted
	most = stream_walk_faulted + totals["fault"] - stream_faulted
	if (meta["walk_faults"] != "" && most > meta["walk_faults"] + 0)
		most = meta["walk_faults"] + 0
	stream_faulted = totals["fault"]
	stream_walk_faulted = said < least ? least : said > most ? most : said
	return stream_walk_faulted
}

function stream_task_event(    event)
{
	event = stream_task[3]
	if (event == "switch") {
		ran_for[pid_now] += task_time - ran_since
		ran_since = task_time
		pid_now = stream_task[4]
		if (ours && pid_now in program_of && program_of[pid_now] != stream_task[6])
			wrong_row("program", "tasks", turn_line["tasks"], "task " pid_now " is in " \
				  program_of[pid_now] ", and has executed nothing since")
	} else if (event == "fork" || event == "exec" || event == "clone") {
		program_of[stream_task[4]] = stream_task[6]
		if (event != "clone") {
			replay_space(stream_task[6])
			space_owner[stream_task[6]] = stream_task[5]
		}
		if (ours && event != "exec" && (event == "clone") != (stream_task[6] == cr3_now))
			wrong_row("program", "tasks", turn_line["tasks"], event " in " cr3_now ": a clone shares " \
				  "it, a fork does not")
	} else if (event == "exit") {
		if (stream_task[6] in space_owner && space_owner[stream_task[6]] == stream_task[4])
			delete space_owner[stream_task[6]] # its memory may be anybody's next
		retry_exit(stream_task[4])
	}
	stream_next_task()
}

function stream_fault_event()
{
	totals["fault"]++
	replay_fault(stream_fault[3], stream_fault[6])
	retry_fault(stream_fault)
	stream_next_fault()
}

# Brings the fault of this row's icount, if there is one.
function stream_fault_now()
{
	if (fault_time != $1 + 0)
		return 0
	stream_fault_event()
	return 1
}

function ran(pid, now)
{
	return ran_for[pid] + (pid == pid_now ? now - ran_since : 0)
}
