# uses.awk - what were the kernel's pages that the TLB took in?
#
# Variables: uses (path of uses.csv), tasks, and those of symbols.awk. After lib.awk, run.awk and
# symbols.awk; reads no input of its own.
#
# Results: kernel_uses.csv (`fills` and `pages` of each use, most fills first; tables and stacks of all processes
# together), page_uses.csv (of each page the use that it was filled most for).
BEGIN {
	tasks_read(tasks)
	symbols_open()
	image_end = symbol_named("_end")
	uses_read()
	uses_print(result("kernel_uses.csv"))
	page_uses_print(result("page_uses.csv"))
}

function uses_read(    F, use, general)
{
	if (uses == "" || !csv_open(uses, "page,use,fills"))
		return
	while (csv_row(uses, F) > 0) {
		use = use_shown(F[1], F[2])
		general = use
		sub(/ of [0-9]+.*/, "", general)
		use_fills[general] += F[3]
		if (!((general, F[1]) in use_seen)) {
			use_seen[general, F[1]]
			use_pages[general]++
		}
		if (F[3] + 0 > page_most[F[1]] + 0) {
			page_most[F[1]] = F[3]
			page_use[F[1]] = use
		}
	}
	close(uses)
}

# With names instead of numbers.
function use_shown(page, use,    name)
{
	if (use ~ /^vmalloc /) {
		name = symbol_in("kernel", substr(use, 9))
		return name == "" ? use : "vmalloc by " name
	}
	if (use ~ / of [0-9]+$/) {
		name = use
		sub(/.* /, "", name)
		return use (name in task_name ? " " base_name(task_name[name]) : "")
	}
	return use == "" ? "not known" : use != "reserved" ? use : image_end != "" && page < image_end ? "kernel image" : "reserved"
}

function uses_print(file,    use, order)
{
	print "fills,pages,use" > file
	order = sorter(file, "-k1,1nr -k3")
	for (use in use_fills)
		print whole(use_fills[use]) "," use_pages[use] "," csv_line_of(use) | order
	close(order)
}

function page_uses_print(file,    page, order)
{
	print "page,use" > file
	order = sorter(file, "-k1,1")
	for (page in page_use)
		print page "," csv_line_of(page_use[page]) | order
	close(order)
}
