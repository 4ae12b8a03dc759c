# run.awk - the frame of a recording: its bins of time, its marks, its tasks, and the segments of the address map.

# Cuts start..end into bins: as the file `edges` (bins.csv, by weigh.awk) says, or into equal ones.
# Bin i is from bin_edge[i] up to bin_edge[i + 1].
function bins_init(    i, F)
{
	if (edges != "" && csv_open(edges, "bin,icount")) {
		for (bins = 0; csv_row(edges, F) > 0; bins++)
			bin_edge[bins] = F[2] + 0
		close(edges)
	} else {
		for (i = 0; i < bins; i++)
			bin_edge[i] = start + (end - start) * i / bins
	}
	bin_edge[bins] = end > bin_edge[bins - 1] ? end : bin_edge[bins - 1] + 1
}

# First icount of a bin.
function bin_start(bin)
{
	return bin_edge[bin]
}

# The bin that holds `now`; what lies outside goes to the first and the last.
function bin_of(now,    low, high, middle)
{
	low = 0
	high = bins - 1
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (bin_edge[middle] <= now)
			low = middle
		else
			high = middle - 1
	}
	return low
}

# Where `now` stands on a scale on which every bin is 1 long.
function bin_place(now,    i, place)
{
	i = bin_of(now)
	place = (now - bin_edge[i]) / (bin_edge[i + 1] - bin_edge[i])
	return i + (place < 0 ? 0 : place > 1 ? 1 : place)
}

# Reads marks.csv: mark i = 1..marks_count began phase i at mark_time[i], the instruction behind its own, whose
# fills the plugin counts before the mark; phase 0 is what came before the first. What lies outside start..end was not recorded and lasts no time.
# Phases 0..marks_kernel are the kernel's own: its marks come first, and `user` is the last of them.
# program_start is when the program began, or nothing where that was not recorded.
function marks_read(file,    F)
{
	marks_count = marks_kernel = 0
	program_start = ""
	mark_time[0] = start
	mark_pid[0] = mark_label[0] = ""
	if (file == "" || !csv_open(file, "icount,pid,label"))
		return
	while (csv_row(file, F) > 0) {
		mark_time[++marks_count] = recorded(F[1] + (F[1] + 0 > start + 0))
		mark_pid[marks_count] = F[2]
		mark_label[marks_count] = F[3]
		if (marks_kernel == marks_count - 1 && mark_label[marks_kernel] != "user" && F[2] <= 1 && \
		    F[3] ~ /^(boot|selftest|user)$/)
			marks_kernel++
	}
	close(file)
	if (marks_kernel < marks_count && mark_time[marks_kernel + 1] > start + 0 && mark_time[marks_kernel + 1] < end + 0)
		program_start = mark_time[marks_kernel + 1]
}

# Is `now` the program's? Never where its start is not known.
function of_program(now)
{
	return program_start != "" && now + 0 >= program_start
}

# The result that tells of the program alone, where there is one; else that of the whole run.
function program_result(name)
{
	return program_start == "" ? name : "program_" name
}

# A time, moved into the recorded part of the run.
function recorded(time)
{
	return start == "" || end == "" || (time >= start + 0 && time <= end + 0) ? time : \
		time < start + 0 ? start + 0 : end + 0
}

# Icount at which phase i ended.
function phase_end(i)
{
	return i < marks_count ? mark_time[i + 1] : end
}

BEGIN {
	task_columns = "icount,cpu,event,pid,tgid,cr3,name"
}

# Reads tasks.csv: task_tgid[pid], task_name[tgid] (the last one it had), task_list[1..task_count]
# (tgids in order of appearance) and pid_width, the length of the longest pid.
function tasks_read(file,    F)
{
	pid_width = 1
	task_count = 0
	split("", task_name)
	split("", task_tgid)
	if (file == "" || !csv_open(file, task_columns))
		return
	while (csv_row(file, F) > 0) {
		if (length(F[4]) > pid_width)
			pid_width = length(F[4])
		task_tgid[F[4]] = F[5]
		if (!(F[5] in task_name))
			task_list[++task_count] = F[5]
		if (!(F[5] in task_name) || (F[4] == F[5] && F[3] != "exit"))
			task_name[F[5]] = F[7]
	}
	close(file)
}

# Reads layout.csv: of segment 1..map_segments the panel, process and name, the first row of cells (0 on
# top), their number, and the numbers of the first and last page. The map has map_height rows.
function map_read_layout(file,    F)
{
	csv_open(file, "panel,pid,name,row,rows,first,last")
	while (csv_row(file, F) > 0) {
		map_panel[++map_segments] = F[1]
		map_pid[map_segments] = F[2]
		map_name[map_segments] = F[3]
		map_top[map_segments] = F[4] + 0
		map_rows[map_segments] = F[5] + 0
		map_first[map_segments] = hex(F[6]) / 4096
		map_last[map_segments] = hex(F[7]) / 4096
		map_height = F[4] + F[5]
	}
	close(file)
}

# The process of a task; a pid that tasks.csv does not know is its own.
function tgid_of(pid)
{
	return pid in task_tgid ? task_tgid[pid] : pid
}

# group[cause]: the colour in which pictures and tables show a cause.
function cause_groups(    i, n, name, part)
{
	n = split("anon_zero=zero anon=anon file=file shared=file file_cow=cow cow=cow cow_reuse=cow " \
		  "stack=stack swap=swap swap_cache=swap vmalloc_sync=other migration=other " \
		  "spurious=other fixup=other sigsegv=other sigbus=other oom=other panic=other " \
		  "unknown=other filled=anon zero=zero copied=cow upgraded=cow back=swap none=other same=other", name, " ")
	for (i = 1; i <= n; i++) {
		split(name[i], part, "=")
		group[part[1]] = part[2]
	}
}

# Reads meta.csv into meta[key].
function meta_read(file,    F)
{
	csv_open(file, "key,value")
	while (csv_row(file, F) > 0)
		meta[F[1]] = F[2]
	close(file)
}
