# strides.awk - how far is it from one miss to the next, and what would a prefetcher have known?
#
# Variables: tasks, vmas. After lib.awk, run.awk, areas.awk and tlb.awk.
#
# A stride is the distance in pages from a process's last data miss (a fill, or an upgrade but for those of
# `kind`) in its own half to the present one, if both are in one area. Beyond 16 pages, strides are put together by
# powers of two: 32 stands for 17 to 32. Code, and the kernel's half, are left out.
#
# What would have told the page of a miss from the misses before it: `next_page`, the page after the last one;
# `same_stride`, the last stride once more; `same_follower`, the page that missed after the last one the
# time before (of at most strides_followers pages of all processes; then all are forgotten). Several may tell one, and
# `none` counts those that none tells. `same_page` is the last page once more, which nobody needs to be told.
#
# Results: strides.csv, misses by process, area and stride; next_pages.csv, by process
#
# With `thinned` set the input is not tlb.csv, but what build/analysis/thin has found for each miss:
# icount,rows,process,page,page before,stride,same_page,next_page,same_stride,same_follower,none, in which pages
# are numbers, and stand for all between the same two borders of areas.
BEGIN {
	if (!strides_followers)
		strides_followers = 200000
	tasks_read(tasks)
	areas_open(vmas)
	for (i = 0; i < 4096; i++)
		strides_high[sprintf("%03x", i)] = i * 256
	for (i = 0; i < 256; i++)
		strides_low[sprintf("%02x", i)] = i
	strides_rules = split("same_page next_page same_stride same_follower none", strides_name, " ")
}

thinned {
	strides_thinned()
	next
}
substr($0, at + 3, 1) < "c" && substr($0, at + 26, 1) != "x" && substr($0, at - 2, 2) != "nd" && \
    substr($0, at - 2, 2) in kind_name {
	if ($0 + 0 >= areas_time) {
		areas_until($0 + 0)
		split("", strides_from)
	}
	pid = substr($0, at + 56, pid_width)
	if (!(pid in strides_process))
		strides_process[pid] = substr(pid, 1, 1) == "," ? "" : tgid_of(pid + 0)
	tgid = strides_process[pid]
	page = strides_high[substr($0, at + 3, 3)] + strides_low[substr($0, at + 6, 2)]
	strides_all[tgid]++
	if (tgid in strides_last) {
		strides_known(page - strides_last[tgid])
		if (tgid in strides_from && page >= strides_from[tgid] && page < strides_to[tgid])
			strides_n[strides_area[tgid] strides_far(page - strides_last[tgid])]++
		else
			strides_enter()
	} else {
		strides_enter()
	}
	strides_last[tgid] = page
}

END {
	if (!failed) {
		strides_print(result("strides.csv"))
		strides_print_known(result("next_pages.csv"))
	}
}

# The page is in an area that the one before was not in, as far as is known: looks it up.
function strides_enter(    i, last)
{
	i = areas_find(tgid, page * 4096)
	if (!i) {
		delete strides_from[tgid]
		return
	}
	strides_from[tgid] = areas_from[tgid, i] / 4096
	strides_to[tgid] = areas_to[tgid, i] / 4096
	strides_area[tgid] = tgid SUBSEP areas_name[tgid, i] SUBSEP
	last = strides_last[tgid]
	if (last != "" && last >= strides_from[tgid] && last < strides_to[tgid])
		strides_n[strides_area[tgid] strides_far(page - last)]++
}

function strides_thinned(    F, i)
{
	split($0, F, ",")
	if (F[1] + 0 >= areas_time)
		areas_until(F[1] + 0)
	strides_all[F[3]] += F[2]
	for (i = 1; i <= strides_rules; i++)
		strides_rule[F[3], strides_name[i]] += F[6 + i] * F[2]
	i = F[5] == "" ? 0 : areas_find(F[3], F[4] * 4096)
	if (i && F[5] * 4096 >= areas_from[F[3], i] && F[5] * 4096 < areas_to[F[3], i])
		strides_n[F[3] SUBSEP areas_name[F[3], i] SUBSEP F[6]] += F[2]
}

# The stride as it is counted.
function strides_far(stride,    far, most)
{
	if (stride <= 16 && stride >= -16)
		return stride
	far = stride < 0 ? -stride : stride
	for (most = 32; most < far; most *= 2)
		;
	return stride < 0 ? -most : most
}

# Which of the rules would have told the page?
function strides_known(stride,    told, k)
{
	k = tgid SUBSEP strides_last[tgid]
	if (!stride) {
		strides_rule[tgid, "same_page"]++
		return
	}
	if (stride == 1)
		told = ++strides_rule[tgid, "next_page"]
	if (stride == strides_before[tgid])
		told = ++strides_rule[tgid, "same_stride"]
	if (strides_follower[k] == page)
		told = ++strides_rule[tgid, "same_follower"]
	if (!told)
		strides_rule[tgid, "none"]++
	strides_before[tgid] = stride
	if (strides_follower[k] == "")
		strides_room()
	strides_follower[k] = page
}

# One more page that has a follower.
function strides_room()
{
	if (strides_followed++ >= strides_followers) {
		split("", strides_follower)
		strides_followed = 1
	}
}

function strides_print(file,    k, part, order)
{
	print "rows,pid,stride,area" > file
	order = sorter(file, "-k1,1nr -k2,2n -k3,3n -k4")
	for (k in strides_n) {
		split(k, part, SUBSEP)
		print whole(strides_n[k]) "," part[1] "," part[3] "," csv_line_of(part[2]) | order
	}
	close(order)
}

function strides_print_known(file,    tgid, order, i, row)
{
	print "rows,pid,same_page,next_page,same_stride,same_follower,none" > file
	order = sorter(file, "-k1,1nr -k2,2n")
	for (tgid in strides_all) {
		row = whole(strides_all[tgid]) "," tgid
		for (i = 1; i <= strides_rules; i++)
			row = row "," whole(strides_rule[tgid, strides_name[i]])
		print row | order
	}
	close(order)
}
