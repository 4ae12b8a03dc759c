# layout.awk - which rows of the address map show which addresses?
#
# Input: "rows,pid,page" of every page touched, sorted by pid, then page. Variables: tasks.
# After lib.awk and run.awk.
#
# Of 4 GiB a program touches little: pages with fewer than `apart` untouched ones between them make
# a segment, and only segments are drawn, high addresses on top. `apart` grows until a panel has at
# most 8 of them. A segment's height follows the square of the logarithm of its size, so that a
# stack of three pages and a heap of thousands can both be seen.
#
# A panel shows one process; those with most events get one. A guest that does not tell its tasks has
# the one process "?". The kernel's half is the last panel.
#
# Results: layout.csv, one row a segment: its first row of cells (0 on top), rows, first and last page
BEGIN {
	FS = ","
	panel_max = 4
	segment_max = 8
	kernel_rows = 88
	panel_gap = 15
	tasks_read(tasks)
}

$3 >= "0xc0000000" {
	add("kernel", hex($3) / 4096, $1)
	next
}
{
	add($2 == "" ? "?" : $2, hex($3) / 4096, $1)
	user_weight += $1
}

# Pages come sorted; a page that lies close to the last one joins its run.
function add(panel, page, weight,    n)
{
	n = runs[panel] + 0
	if (!n && panel != "kernel")
		panel_list[++panels] = panel
	panel_weight[panel] += weight
	if (n && page - run_to[panel, n] <= 64) {
		if (page > run_to[panel, n])
			run_to[panel, n] = page
		return
	}
	runs[panel] = ++n
	run_from[panel, n] = run_to[panel, n] = page
}

END {
	print "panel,pid,name,row,rows,first,last" > result("layout.csv")
	choose_panels()
	for (i = 1; i <= panels; i++)
		weight_shown += panel_weight[panel_list[i]]
	for (i = 1; i <= panels; i++)
		draw(panel_list[i], task_name[panel_list[i]], \
		     50 + int(120 * panel_weight[panel_list[i]] / weight_shown))
	if (runs["kernel"])
		draw("kernel", "kernel", kernel_rows)
	close_result(result("layout.csv"))
}

# Leaves in panel_list the processes with most events, the busiest first.
function choose_panels(    i, k, best, n, chosen, order)
{
	for (k = 1; k <= panel_max; k++) {
		best = 0
		for (i = 1; i <= panels; i++)
			if (!(i in chosen) && (!best || panel_weight[panel_list[i]] > \
						      panel_weight[panel_list[best]]))
				best = i
		if (best && (k == 1 || panel_weight[panel_list[best]] * 50 >= user_weight)) {
			chosen[best] = panel_list[best]
			order[++n] = best
		}
	}
	for (k = 1; k <= n; k++)
		panel_list[k] = chosen[order[k]]
	panels = n + 0
}

# Joins runs until few are left; returns their number, with the bounds in seg_from and seg_to.
function segments(panel,    apart, i, n)
{
	for (apart = 64; ; apart *= 2) {
		n = 0
		for (i = 1; i <= runs[panel]; i++) {
			if (n && run_from[panel, i] - seg_to[n] <= apart) {
				seg_to[n] = run_to[panel, i]
			} else {
				seg_from[++n] = run_from[panel, i]
				seg_to[n] = run_to[panel, i]
			}
		}
		if (n <= segment_max)
			return n
	}
}

function draw(panel, name, height,    i, n, total, weight, rows)
{
	n = segments(panel)
	for (i = 1; i <= n; i++)
		total += weight[i] = visible(seg_to[i] - seg_from[i] + 1)
	height -= 3 * (n - 1)
	for (i = n; i >= 1; i--) {
		rows = int(weight[i] * height / total)
		if (rows < 5)
			rows = 5
		print panel_no + 0 "," (panel == "kernel" ? "" : panel) "," csv(name) "," top + 0 "," \
			rows "," to_hex(seg_from[i] * 4096) "," to_hex(seg_to[i] * 4096) \
			> result("layout.csv")
		top += rows + 3
	}
	top += panel_gap - 3
	panel_no++
}

# (1 + log2(pages))^2, the logarithm drawn straight between powers of two.
function visible(pages,    log2, power)
{
	for (power = 1; power * 2 <= pages; power *= 2)
		log2++
	log2 += pages / power - 1
	return (1 + log2) * (1 + log2)
}
