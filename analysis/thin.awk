# thin.awk - what build/analysis/thin has to know besides tlb.csv: the PLAN that it reads.
#
# Variables: tasks, vmas, reclaim, marks, start, end, bins, edges; layout once there is one (may be empty). After
# lib.awk and run.awk.
#
# Result: on standard output "NAME NUMBER": at this time stream NAME must not add up further, or it is a page at
# which an area or a cell of the map begins or ends; "task PID TGID"
BEGIN {
	bins_init()
	marks_read(marks)
	tasks_read(tasks)
	thin_bins()
	thin_tasks()
	thin_areas()
	thin_reclaim()
	if (layout != "")
		thin_map()
	exit failed
}

function thin_bins(    i)
{
	for (i = 0; i < bins; i++) {
		print "when", whole_up(bin_start(i))
		print "windows", whole_up(bin_start(i))
		print "map_count", whole_up(bin_start(i))
	}
	for (i = 1; i <= marks_count; i++)
		print "when", whole_up(mark_time[i])
	if (program_start != "") {
		print "pairs", whole(program_start)
		print "reach", whole(program_start)
	}
}

# The first whole number that is not below it.
function whole_up(n)
{
	return whole(n > int(n) ? int(n) + 1 : n)
}

function thin_tasks(    pid, F)
{
	for (pid in task_tgid)
		print "task", pid, task_tgid[pid]
	if (tasks == "" || !csv_open(tasks, task_columns))
		return
	while (csv_row(tasks, F) > 0)
		if (F[3] == "exec" || F[3] == "exit")
			print "ownership", F[1]
	close(tasks)
}

function thin_areas(    F)
{
	if (vmas == "" || !csv_open(vmas, "icount,event,pid,start,end,prot,flags,offset,name"))
		return
	while (csv_row(vmas, F) > 0) {
		print "where", F[1]
		print "reach", F[1]
		print "strides", F[1]
		if (F[2] == "unmap")
			print "ownership", F[1]
		print "area_border", whole(hex(F[4]) / 4096)
		print "area_border", whole(hex(F[5]) / 4096)
	}
	close(vmas)
}

function thin_reclaim(    F, header)
{
	if (reclaim == "" || (getline header < reclaim) <= 0)
		return
	close(reclaim)
	csv_open(reclaim, "icount,event,pid")
	while (csv_row(reclaim, F) > 0) {
		print "ownership", F[1]
		print "bits", F[1]
	}
	close(reclaim)
}

# The first page of each cell of each segment.
function thin_map(    i, k)
{
	map_read_layout(layout)
	for (i = 1; i <= map_segments; i++)
		for (k = 0; k <= map_rows[i]; k++)
			print "map_border", whole(map_first[i] + \
				int((k * (map_last[i] - map_first[i] + 1) + map_rows[i] - 1) / map_rows[i]))
}
