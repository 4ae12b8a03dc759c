# processes.awk - the report's tables of processes and of their areas, with what fold.awk folds behind a line.

function processes(    T, U, n, i, area)
{
	section("processes", "Processes", "")
	n = load("areas.csv", U)
	for (i = 1; i <= n; i++) {
		area = U[i, "area"] ~ /^\[(direct map|vmalloc|kmap|fixmap)\]$/ ? "kernel misses" : "user misses"
		process_n[U[i, "pid"], area] += U[i, "rows"]
	}
	n = load("fault_areas.csv", U)
	for (i = 1; i <= n; i++) {
		process_n[U[i, "pid"], "faults"] += U[i, "rows"]
		process_n[U[i, "pid"], "major"] += U[i, "major"]
	}
	n = load("processes.csv", T)
	process_table(T, n, 0)
	put("<p class=\"note\">Misses: fills and upgrades (without Bochs's own), by the half of the " \
	    "address space they fell in.</p>")
	if (folds) {
		fold_begin(fold_title())
		process_table(T, n, 1)
		fold_end()
	}
	put("</section>")
}

# The processes that are folded, or the others and the sum of those.
function process_table(T, n, inside,    i, k, m, kept, order, fold)
{
	for (i = 1; i <= n; i++) {
		fold = T[i, "pid"] in folded
		T[i, "rank"] = fold == inside ? T[i, "instructions"] : -1
		kept += fold == inside
		if (!inside)
			process_sum[fold ? "switches" : "others"] += T[i, fold ? "switches" : "instructions"]
	}
	m = ranked(T, n, "rank", order, kept < 16 ? kept : 16)
	table("", "n:Process;Name;n:Instructions;n:Share;n:Switched to;n:User misses;n:Kernel misses;n:Faults;n:Major;n:From;n:To")
	for (k = 1; k <= m; k++)
		process_row(T, order[k], T[order[k], "pid"])
	if (folds && !inside) {
		T["fold", "name"] = fold_name
		T["fold", "switches"] = process_sum["switches"]
		T["fold", "instructions"] = whole_instructions - process_sum["others"]
		process_fold_sums()
		process_row(T, "fold", "fold")
	}
	table_end()
	if (kept > m)
		put("<p class=\"note\">" commas(kept - m) " more, with fewer instructions, are in " \
		    "<code>analysis/processes.csv</code>.</p>")
}

# What nobody did (before the first task) is in no row but in the sum.
function process_fold_sums(    k, part)
{
	for (k in process_n) {
		split(k, part, SUBSEP)
		if (part[1] in folded)
			process_sum[part[2]] += process_n[k]
	}
	for (k in process_sum)
		process_n["fold", k] = process_sum[k]
}

function process_row(T, i, pid)
{
	cell(i == "fold" ? "" : pid, "n")
	cell(T[i, "name"])
	number(T[i, "instructions"])
	cell(percent(T[i, "instructions"], whole_instructions), "n")
	number(T[i, "switches"])
	number(process_n[pid, "user misses"])
	number(process_n[pid, "kernel misses"])
	number(process_n[pid, "faults"])
	number(process_n[pid, "major"])
	cell(i == "fold" ? "" : commas(T[i, "first"]), "n")
	cell_html(i == "fold" ? "" : T[i, "exited"] ? commas(T[i, "last"]) : "&ndash;", "n")
	if (i != "fold") {
		row_is("process-name", process(pid))
		row_time(T[i, "first"], T[i, "exited"] ? T[i, "last"] : end)
	}
	row_end()
}

# The title of a list of what is folded.
function fold_title()
{
	return "Boot, init and self-test, one by one"
}

function areas(    T, U, n, m, i, key)
{
	section("areas", "Areas", "TLB misses and page faults by memory area (named as in " \
		"<code>/proc/PID/maps</code>; the kernel's are its direct map, vmalloc and two windows).")
	m = load("fault_areas.csv", U)
	n = load("areas.csv", T)
	for (i = 1; i <= m; i++) {
		key = U[i, "pid"] SUBSEP U[i, "area"]
		area_faulted[key] = U[i, "rows"]
		area_major[key] = U[i, "major"]
		area_cost[key] = U[i, "cost"] - U[i, "rounds"]
	}
	area_table(T, n, 0)
	if (folds) {
		fold_begin(fold_title())
		area_table(T, n, 1)
		fold_end()
	}
	put("</section>")
}

# The areas of the processes that are folded, or the others and the sum of those.
function area_table(T, n, inside,    i, shown_rows, left)
{
	table("", "Process;Area;n:Pages;Misses;n:Cold;n:Conflict;n:Flushed;n:Upgrades;n:Faults;n:Major;n:Instructions in faults")
	area_most = inside || !folds ? T[1, "rows"] + 0 : area_fold(T, n)
	for (i = 1; i <= n; i++) {
		if ((T[i, "pid"] in folded) != inside)
			continue
		if (++shown_rows > 30)
			left++
		else
			area_row(T, i, T[i, "pid"] SUBSEP T[i, "area"])
	}
	if (folds && !inside) {
		T[n + 1, "area"] = fold_name
		area_fold_sums()
		area_row(T, n + 1, "fold")
	}
	table_end()
	if (left)
		put("<p class=\"note\">" commas(left) " more areas are in <code>analysis/areas.csv</code> and " \
		    "<code>analysis/fault_areas.csv</code>.</p>")
}

# Sums up the folded areas as row n + 1. Returns the most misses of a row.
function area_fold(T, n,    i, most)
{
	for (i = 1; i <= n; i++)
		if (T[i, "pid"] in folded)
			fold_add(T, i, n + 1)
		else if (T[i, "rows"] > most)
			most = T[i, "rows"]
	return T[n + 1, "rows"] > most ? T[n + 1, "rows"] : most
}

function area_fold_sums(    key, part)
{
	for (key in area_faulted) {
		split(key, part, SUBSEP)
		if (!(part[1] in folded) || key == "fold")
			continue
		area_fold_faulted += area_faulted[key]
		area_fold_major += area_major[key]
		area_fold_cost += area_cost[key]
	}
	area_faulted["fold"] = area_fold_faulted
	area_major["fold"] = area_fold_major
	area_cost["fold"] = area_fold_cost
}

function area_row(T, i, key)
{
	cell(key == "fold" ? "" : owner(T[i, "pid"]))
	cell(T[i, "area"], key == "fold" ? "" : "mono")
	number(T[i, "pages"])
	bar(area_most, "cold", T[i, "cold"], "conflict", T[i, "conflict"], "flushed", \
	    T[i, "flushed"], "upgrade", T[i, "upgrade"])
	number(T[i, "cold"])
	number(T[i, "conflict"])
	number(T[i, "flushed"])
	number(T[i, "upgrade"])
	number(area_faulted[key])
	number(area_major[key])
	number(area_cost[key])
	row_end()
}
