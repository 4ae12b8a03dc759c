# map_count.awk - which addresses missed the TLB or faulted, and when?
#
# Variables: layout (path of layout.csv), faults, tasks, vmas (paths, may be empty), start, end,
# bins. After lib.awk, run.awk, areas.awk and tlb.awk.
#
# A row of tlb.csv is counted under the map's row of its page and its kind. Which row that is, is
# worked out once for a page (its number in hex, five digits) and pid.
#
# Results: map.csv, one row for a bin, row and event; shades.csv, rectangles of the map in which an
# area existed
BEGIN {
	bins_init()
	tasks_read(tasks)
	areas_open(vmas)
	map_read_layout(layout)
	turn_open("faults", faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid")
	map_fault_time = turn_next("faults", map_fault)
	map_file = result("map.csv")
	print "bin,row,event,rows" > map_file
	map_rows_out = sorter(map_file, "-k1,1n -k2,2n -k3,3")
	map_bin = 0
	map_next = bin_start(1)
}

{
	if ($0 + 0 >= map_next)
		map_advance($0 + 0)
	map_key = substr($0, at + 3, 5) substr($0, at + 56, pid_width)
	map_of_key = map_row[map_key]
	if (map_of_key == "")
		map_of_key = map_row[map_key] = map_resolve(map_key)
	map_n[map_of_key substr($0, at - 2, 2)] += times
}

END {
	if (!failed) {
		map_advance(9e15)
		close(map_rows_out)
		map_print_shades(result("shades.csv"))
	}
}

# Row of a page of a task, or "" if it is not drawn.
function map_find(page, pid,    i, number, tgid)
{
	number = hex(page) / 4096
	tgid = page >= "0xc0000000" ? "" : pid == "" ? "?" : tgid_of(pid)
	for (i = 1; i <= map_segments; i++)
		if (number >= map_first[i] && number <= map_last[i] && map_pid[i] == tgid)
			return map_cell(i, number)
	return ""
}

# High addresses stand on top.
function map_cell(i, number)
{
	return map_top[i] + map_rows[i] - 1 - \
		int((number - map_first[i]) * map_rows[i] / (map_last[i] - map_first[i] + 1))
}

# Ends bins until the one that holds `now` is the present one (all of them for a `now` past the end).
function map_advance(now)
{
	while (map_bin < bins && now >= map_next) {
		map_take_faults(map_bin + 1 < bins ? map_next : 9e15)
		map_close_bin()
		map_shade()
		map_bin++
		map_next = map_bin + 1 < bins ? bin_start(map_bin + 1) : 9e15
	}
}

# The counters of a bin: "row,kind". Flushes and the like have other kinds, pages that are not drawn
# the row "-".
function map_close_bin(    k, part)
{
	for (k in map_n) {
		split(k, part, ",")
		if (part[1] != "-" && (substr(k, length(k) - 1) in kind_name || part[2] == "fault"))
			print map_bin "," part[1] "," (part[2] == "fault" ? "fault" : \
				kind_name[substr(k, length(k) - 1)]) "," map_n[k] | map_rows_out
	}
	split("", map_n)
}

# "row," for a key, or "-," if its page is not drawn.
function map_resolve(key,    pid, row)
{
	pid = substr(key, 6)
	row = map_find("0x" substr(key, 1, 5) "000", pid == "" || substr(pid, 1, 1) == "," ? "" : pid + 0)
	return (row == "" ? "-" : row) ","
}

# Adds the faults before `until` to the present bin.
function map_take_faults(until,    row)
{
	for (; map_fault_time < until; map_fault_time = turn_next("faults", map_fault)) {
		row = map_find(page_of(map_fault[3]), map_fault[10])
		if (row != "")
			map_n[row ",fault"]++
	}
}

# Notes the rows that each area of the processes drawn covers at the end of the present bin.
function map_shade(    i, k, tgid, from, to, key)
{
	areas_until(map_bin + 1 < bins ? map_next : end)
	for (i = 1; i <= map_segments; i++) {
		tgid = map_pid[i]
		if (tgid == "")
			continue
		for (k = 1; k <= areas_count[tgid]; k++) {
			from = areas_from[tgid, k] / 4096
			to = areas_to[tgid, k] / 4096 - 1
			if (to < map_first[i] || from > map_last[i])
				continue
			to = map_cell(i, to < map_last[i] ? to : map_last[i])
			from = map_cell(i, from > map_first[i] ? from : map_first[i])
			key = to "," (from - to + 1) "," map_panel[i] "," csv_line_of(areas_name[tgid, k])
			if (!(key in map_shade_from))
				map_shade_from[key] = map_bin
			map_shade_to[key] = map_bin
		}
	}
	map_end_shades(map_bin)
}

# Keeps the rectangles that ended before `bin`.
function map_end_shades(bin,    k)
{
	for (k in map_shade_from)
		if (map_shade_to[k] < bin) {
			map_shades[++map_shade_count] = map_shade_from[k] "," map_shade_to[k] "," k
			delete map_shade_from[k]
		}
}

function map_print_shades(file,    i)
{
	map_end_shades(bins)
	sort(map_shades, map_shade_count, 1)
	print "from,to,row,rows,panel,name" > file
	for (i = 1; i <= map_shade_count; i++)
		print map_shades[i] > file
	close_result(file)
}
