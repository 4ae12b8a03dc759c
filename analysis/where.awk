# where.awk - which pages and which areas miss the TLB?
#
# Variables: tasks, vmas (paths, may be empty). After lib.awk, run.awk,
# areas.awk and tlb.awk.
#
# A row costs one counter, for its "kind,page" and pid. Whenever an area comes, goes or changes,
# what was counted so far is given to the areas as they were until then.
#
# Results: areas.csv (process and area, most rows first), pages.csv (all pages, most rows first);
# a page of the kernel's half has no pid there. A page that was in several areas stands in the one where it
# missed most. `rows` are misses: all but those of `kind`.
BEGIN {
	where_kinds = split("cold,conflict,flushed,upgrade,kind", where_kind, ",")
	tasks_read(tasks)
	areas_open(vmas)
}

{
	if ($0 + 0 >= areas_time) {
		where_settle()
		areas_until($0 + 0)
	}
	where_n[substr($0, at - 2, 13) substr($0, at + 56, pid_width)] += times
}

END {
	if (!failed) {
		where_settle()
		where_print_areas(result("areas.csv"))
		where_print_pages(result("pages.csv"))
	}
}

# Gives the counts since the last change of an area to the pages and areas.
function where_settle(    k, kind, page, tgid, area)
{
	for (k in where_n) {
		kind = substr(k, 1, 2)
		if (!(kind in kind_name))
			continue
		page = substr(k, 4, 10)
		tgid = substr(k, 14)
		tgid = substr(tgid, 1, 1) == "," ? "" : tgid_of(tgid + 0)
		area = area_of(tgid, page)
		where_add(tgid, area, page, kind_name[kind], where_n[k])
	}
	split("", where_n)
}

function where_add(tgid, area, page, kind, n,    key)
{
	key = tgid SUBSEP area
	where_area_n[key] += kind == "kind" ? 0 : n
	where_area_kind[key, kind] += n
	if (!((key, page) in where_seen)) {
		where_seen[key, page]
		where_area_pages[key]++
	}
	key = (page >= "0xc0000000" ? "" : tgid) SUBSEP page
	if (!(key in where_page_area))
		where_page_area[key] = area
	else if (where_page_area[key] != area || key in where_moved)
		where_move(key, area, kind == "kind" ? 0 : n)
	where_page_n[key] += kind == "kind" ? 0 : n
	where_page_kind[key, kind] += n
}

# A page that has been in several areas: counts its rows for each.
function where_move(key, area, n)
{
	if (!(key in where_moved))
		where_moved[key, where_page_area[key]] = where_page_n[key]
	where_moved[key]
	where_moved[key, area] += n
	if (where_moved[key, area] >= where_moved[key, where_page_area[key]])
		where_page_area[key] = area
}

function where_print_areas(file,    k, part, order)
{
	print "rows,pid,pages,cold,conflict,flushed,upgrade,kind,area" > file
	order = sorter(file, "-k1,1nr -k2,2n -k9")
	for (k in where_area_n) {
		split(k, part, SUBSEP)
		print whole(where_area_n[k]) "," part[1] "," whole(where_area_pages[k]) \
			where_row(where_area_kind, k) "," csv_line_of(part[2]) | order
	}
	close(order)
}

function where_print_pages(file,    k, part, order)
{
	print "rows,pid,page,cold,conflict,flushed,upgrade,kind,area" > file
	order = sorter(file, "-k1,1nr -k3,3 -k2,2n")
	for (k in where_page_n) {
		split(k, part, SUBSEP)
		print whole(where_page_n[k]) "," part[1] "," part[2] \
			where_row(where_page_kind, k) "," csv_line_of(where_page_area[k]) | order
	}
	close(order)
}

function where_row(counts, key,    i, row)
{
	for (i = 1; i <= where_kinds; i++)
		row = row "," whole(counts[key, where_kind[i]])
	return row
}
