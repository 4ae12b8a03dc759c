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
# With `thinned` set the input is not tlb.csv, but what build/analysis/thin has counted: icount,rows,pid,block of code, and for
# each window icount,rows,pages,regions,window.
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

$0 + 0 >= windows_end {
	windows_advance($0 + 0)
}

thinned {
	windows_thinned()
	next
}
{
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

function windows_thinned(    F)
{
	if (split($0, F, ",") == 4) {
		windows_code[F[3] "," F[4]] += F[2]
		return
	}
	windows_rows = F[2]
	windows_pages = F[3]
	windows_regions = F[4]
}

function windows_advance(now)
{
	while (windows_bin + 1 < bins && now >= bin_start(windows_bin + 1))
		windows_close()
	windows_end = windows_bin + 1 < bins ? bin_start(windows_bin + 1) : 9e15
}

# Ends the window: counts its pages, and compares its code with that of the last one that had enough.
function windows_close(    k, now, distance)
{
	windows_count()
	if (windows_rows >= windows_few) {
		for (k in windows_code)
			now[windows_block(k)] += windows_code[k]
		distance = found ? windows_distance(now) : 1
	}
	print windows_bin "," whole(bin_start(windows_bin)) "," whole(windows_rows) "," whole(windows_pages) "," \
		whole(windows_regions) "," (distance == "" ? "" : sprintf("%.3f", distance)) > windows_file
	if (distance != "") {
		windows_phase(now, windows_pages, distance)
		split("", windows_last)
		for (k in now)
			windows_last[k] = now[k]
		windows_last_rows = windows_rows
	} else if (found) {
		found_to[found] = windows_bin + 1
	}
	split("", windows_n)
	split("", windows_code)
	windows_rows = windows_pages = windows_regions = 0
	windows_bin++
}

# Adds up the rows and the pages of the window, and the regions of 4 MiB that they are in.
function windows_count(    k, page, pid, seen, region)
{
	for (k in windows_n) {
		windows_rows += windows_n[k]
		page = substr(k, 1, 10)
		pid = substr(k, 11)
		sub(/,.*/, "", pid)
		if (page >= "0xc0000000")
			pid = ""
		if ((page, pid) in seen)
			continue
		seen[page, pid]
		windows_pages++
		k = substr(page, 1, 4) windows_quarter(substr(page, 5, 1)) SUBSEP pid
		if (!(k in region)) {
			region[k]
			windows_regions++
		}
	}
}

# The block of code of a key "pid,eip"; the kernel's is the same for all.
function windows_block(key,    part, eip)
{
	split(key, part, ",")
	eip = substr(part[2], 1, 8)
	return eip >= "0xc00000" ? eip : part[1] "," eip
}

# How far is `now` from the last window? Counts, not shares, are compared: whole numbers, whose sum is the same in
# whatever order an awk has them.
function windows_distance(now,    k, common)
{
	for (k in now)
		if (k in windows_last)
			common += windows_less(now[k] * windows_last_rows, windows_last[k] * windows_rows)
	return 1 - common / windows_rows / windows_last_rows
}

function windows_less(a, b)
{
	return a < b ? a : b
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
			kind_rows[i] = windows_rows
			for (k in now)
				kind_count[i, k] = now[k]
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
		if ((i, k) in kind_count)
			common += windows_less(now[k] * kind_rows[i], kind_count[i, k] * windows_rows)
	return 1 - common / windows_rows / kind_rows[i] < windows_far
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
