# windows.awk - how many pages does each stretch of time use, and where does the program change its ways?
#
# Variables: start, end, bins, edges, tasks, marks. After lib.awk, run.awk and tlb.awk.
#
# A window is a bin of the report's pictures. Its pages are those of its rows, each with its process: a lower bound
# of the entries that would have been needed, for an entry that is only hit has no row. Phases are told by the
# code that misses: the shares that the blocks of 256 bytes of code have in a window's rows are a vector, and half the
# sum of the differences of two such vectors is the distance of two windows, from 0 to 1 (what Sherwood et al. do with
# basic blocks; sets of pages would make a new phase of each window of a program that walks through its
# memory). Where a window is windows_far or more from the one before, a new phase begins. Phases whose first windows are
# less far from each other are of one kind: the program is back at what it did. The first
# windows_kinds kinds are known again. A window of fewer than windows_few rows says nothing and ends no phase.
#
# Results: windows.csv; phases_found.csv, with the mean number of pages of a window, the mean distance
# within, and the mark in whose phase it begins
BEGIN {
	windows_far = 0.5
	windows_kinds = 64
	windows_few = 32
	bins_init()
	tasks_read(tasks)
	marks_read(marks)
	windows_bin = 0
	windows_end = bins > 1 ? bin_start(1) : 9e15
	windows_file = result("windows.csv")
	print "window,icount,rows,pages,regions,distance" > windows_file
}

{
	if ($0 + 0 >= windows_end)
		windows_advance($0 + 0)
	if (substr($0, at - 2, 2) in kind_name) {
		windows_n[substr($0, at + 1, 10) substr($0, at + 56, pid_width + 1)]++
		windows_code[substr($0, at + 56, pid_width + 9)]++
	}
}

END {
	if (!failed) {
		while (windows_bin < bins)
			windows_close()
		close_result(windows_file)
		windows_print(result("phases_found.csv"))
	}
}

function windows_advance(now)
{
	while (windows_bin + 1 < bins && now >= bin_start(windows_bin + 1))
		windows_close()
	windows_end = windows_bin + 1 < bins ? bin_start(windows_bin + 1) : 9e15
}

# Ends the window: counts its pages, and compares its code with that of the last one that had enough.
function windows_close(    k, page, pid, now, pages, seen, region, regions, rows, distance)
{
	for (k in windows_n) {
		rows += windows_n[k]
		page = substr(k, 1, 10)
		pid = substr(k, 11)
		sub(/,.*/, "", pid)
		if (page >= "0xc0000000")
			pid = ""
		if ((page, pid) in seen)
			continue
		seen[page, pid]
		pages++
		k = substr(page, 1, 4) windows_quarter(substr(page, 5, 1)) SUBSEP pid
		if (!(k in region)) {
			region[k]
			regions++
		}
	}
	if (rows >= windows_few) {
		windows_shares(now, rows)
		distance = found ? windows_distance(now) : 1
	}
	print windows_bin "," whole(bin_start(windows_bin)) "," whole(rows) "," whole(pages) "," \
		whole(regions) "," (distance == "" ? "" : sprintf("%.3f", distance)) > windows_file
	if (distance != "") {
		windows_phase(now, pages, distance)
		split("", windows_last)
		for (k in now)
			windows_last[k] = now[k]
	} else if (found) {
		found_to[found] = windows_bin + 1
	}
	split("", windows_n)
	split("", windows_code)
	windows_bin++
}

# now[block of code] = its share of the window's rows; the kernel's is the same for all.
function windows_shares(now, rows,    k, part, eip)
{
	for (k in windows_code) {
		split(k, part, ",")
		eip = substr(part[2], 1, 8)
		now[eip >= "0xc00000" ? eip : part[1] "," eip] += windows_code[k] / rows
	}
}

# How far is `now` from the last window?
function windows_distance(now,    k, common)
{
	for (k in now)
		if (k in windows_last)
			common += now[k] < windows_last[k] ? now[k] : windows_last[k]
	return common > 1 ? 0 : 1 - common
}

# Which quarter of 16 MiB the second digit of an address is in.
function windows_quarter(digit)
{
	return digit < "4" ? 0 : digit < "8" ? 4 : digit ~ /[89ab]/ ? 8 : "c"
}

# Adds the window to the present phase, or begins one.
function windows_phase(now, pages, distance,    i, k)
{
	if (!found || distance >= windows_far) {
		found_from[++found] = windows_bin
		for (i = 1; i <= kinds && !windows_alike(now, i); i++)
			;
		found_kind[found] = i <= windows_kinds ? i : ""
		if (i > kinds && kinds < windows_kinds) {
			kinds++
			for (k in now)
				kind_share[i, k] = now[k]
		}
	} else {
		found_distance[found] += distance
	}
	found_to[found] = windows_bin + 1
	found_windows[found]++
	found_pages[found] += pages
}

# Is the window of phase kind i?
function windows_alike(now, i,    k, common)
{
	for (k in now)
		if ((i, k) in kind_share)
			common += now[k] < kind_share[i, k] ? now[k] : kind_share[i, k]
	return 1 - common < windows_far
}

function windows_print(file,    i, m, from, n)
{
	print "phase,from,to,windows,kind,pages,distance,label" > file
	for (i = 1; i <= found; i++) {
		from = bin_start(found_from[i])
		while (m < marks_count && mark_time[m + 1] <= from)
			m++
		n = found_windows[i]
		print i "," whole(from) "," whole(bin_start(found_to[i])) "," n "," found_kind[i] "," \
			whole(found_pages[i] / n) "," (n > 1 ? sprintf("%.3f", found_distance[i] / (n - 1)) : "") "," \
			csv(mark_label[m]) > file
	}
	close_result(file)
}
