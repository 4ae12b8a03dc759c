# who.awk - which processes ran, and for how long?
#
# Variables: tasks, start, end. After lib.awk and run.awk; reads no input of its own.
#
# The instructions between two switches belong to the task switched to; a process has those of all
# its threads. What ran before the first switch belongs to nobody, and what was not recorded does
# not count.
#
# Results: processes.csv, in order of appearance
BEGIN {
	tasks_read(tasks)
	who_read(tasks)
	who_print(result("processes.csv"))
	exit failed
}

function who_read(file,    F, tgid)
{
	who_since = start
	if (!csv_open(file, task_columns))
		return
	while (csv_row(file, F) > 0) {
		tgid = F[5]
		if (!(tgid in who_first))
			who_first[tgid] = who_last[tgid] = F[1]
		if (F[3] == "switch") {
			who_stop(F[1])
			who_now = tgid
			who_running = 1
			who_switches[tgid]++
		} else if (F[3] == "exit" && F[4] == tgid) {
			who_last[tgid] = F[1]
			who_exited[tgid] = 1
		}
	}
	who_stop(end)
	close(file)
}

function who_stop(now)
{
	if (who_running) {
		who_ran[who_now] += recorded(now + 0) - recorded(who_since)
		if (now + 0 > who_last[who_now] + 0)
			who_last[who_now] = now
	}
	who_since = now + 0
}

function who_print(file,    i, tgid)
{
	print "pid,first,last,instructions,switches,exited,name" > file
	for (i = 1; i <= task_count; i++) {
		tgid = task_list[i]
		print tgid "," whole(who_first[tgid]) "," whole(who_last[tgid]) "," \
			whole(who_ran[tgid]) "," whole(who_switches[tgid]) "," \
			who_exited[tgid] + 0 "," csv(task_name[tgid]) > file
	}
	close_result(file)
}
