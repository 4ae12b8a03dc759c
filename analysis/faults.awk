# faults.awk - what were the page faults, when, where, and what did they cost?
#
# Variables: faults, tasks, vmas, marks, start, end, bins and those of symbols.awk and lines.awk. After
# lib.awk, run.awk, areas.awk, symbols.awk, lines.awk and instructions.awk; reads no input of its own. `cost` is in instructions.
# Percentiles and the histogram count each `rep` instruction once (cost - rounds), so that a page cleared
# round by round compares with one copied in one go. Sums are of costs as they stand, which are time,
# with those of `rounds` beside them.
#
# Of a guest that tells no causes, the change of the page's entry stands for the cause (lib.awk).
#
# Results: causes.csv (with percentiles of cost), costs.csv (histogram); both for the faults from the program's
# start on, where there is one, in program_causes.csv and program_costs.csv;
# fault_bins.csv, fault_phases.csv, fault_phase_causes.csv, fault_areas.csv, fault_pages.csv, fault_code.csv,
# fault_functions.csv, fault_lines.csv
BEGIN {
	phase = 0
	causes = "anon_zero anon file file_cow shared cow cow_reuse stack swap swap_cache " \
		"vmalloc_sync migration spurious fixup sigsegv sigbus oom panic unknown"
	bins_init()
	marks_read(marks)
	tasks_read(tasks)
	symbols_open()
	zero_frame = symbol_frame("empty_zero_page")
	columns = "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma"
	if (csv_open(faults, columns))
		while (csv_row(faults, F) > 0)
			fault()
	if (!failed)
		print_all()
	exit failed
}

function fault(    cause, tgid, key, own)
{
	cause = F[12] != "" ? F[12] : entry_change(F[17], F[18], zero_frame)
	if (cause == "")
		cause = "unknown"
	else if (F[12] == "" && !told) {
		told = 1
		causes = causes " filled zero copied upgraded back none same"
	}
	while (phase < marks_count && mark_time[phase + 1] <= F[1] + 0)
		phase++
	own = of_program(F[1])
	n[own, cause]++
	n_mode[own, cause, F[7]]++
	n_bin[bin_of(F[1]), cause]++
	if (index(" " causes " ", " " cause " ") == 0)
		bad(file_shown(faults) ": line " csv_line ": unknown cause: " cause)
	n_phase[phase]++
	major[own, cause] += F[13]
	major_phase[phase] += F[13]
	cost[own, cause] += F[14]
	rounds[own, cause] += F[16]
	cost_phase[phase] += F[14]
	key = phase "," cause
	n_both[key]++
	major_both[key] += F[13]
	cost_both[key] += F[14]
	rounds_both[key] += F[16]
	if (F[14] - F[16] > most_both[key] + 0)
		most_both[key] = F[14] - F[16]
	if (F[14] != "")
		n_cost[own, cause, whole(F[14] - F[16])]++
	tgid = tgid_of(F[10])
	key = tgid SUBSEP (F[15] != "" ? F[15] : F[3] >= "0xc0000000" ? kernel_area(F[3]) : "[none]")
	n_area[key]++
	major_area[key] += F[13]
	cost_area[key] += F[14]
	rounds_area[key] += F[16]
	n_page[(F[3] >= "0xc0000000" ? "" : tgid) "," page_of(F[3])]++
	n_code[(F[4] >= "0xc0000000" ? "" : F[10]) "," F[4]]++
}

function print_all()
{
	if (program_start != "")
		print_scope("program_")
	add_others()
	print_scope("")
	print_bins(result("fault_bins.csv"))
	print_phases(result("fault_phases.csv"))
	print_phase_causes(result("fault_phase_causes.csv"))
	print_areas(result("fault_areas.csv"))
	print_pages(result("fault_pages.csv"))
	instructions_print(n_code, "fault_")
}

# What is counted by [own, cause]: 1 are the program's, 0 all others.
function print_scope(prefix)
{
	print_causes(result(prefix "causes.csv"))
	print_costs(result(prefix "costs.csv"))
}

# From here on 1 are all.
function add_others()
{
	add_other(n)
	add_other(n_mode)
	add_other(major)
	add_other(cost)
	add_other(rounds)
	add_other(n_cost)
}

function add_other(A,    k, others)
{
	for (k in A)
		if (substr(k, 1, 2) == 0 SUBSEP)
			others[k] = A[k]
	for (k in others)
		A[1 substr(k, 2)] += others[k]
}

# Distinct costs of a cause, upwards, in C[1..]; returns how many.
function costs_of(cause, C,    k, part, count)
{
	split("", C)
	for (k in n_cost) {
		split(k, part, SUBSEP)
		if (part[1] == 1 && part[2] == cause)
			C[++count] = part[3]
	}
	sort(C, count)
	return count
}

# The least cost that `percent` of the cause's faults do not exceed.
function percentile(cause, C, count, percent,    i, total, sum)
{
	for (i = 1; i <= count; i++)
		total += n_cost[1, cause, C[i]]
	for (i = 1; i <= count; i++) {
		sum += n_cost[1, cause, C[i]]
		if (sum * 100 >= total * percent)
			return C[i]
	}
	return ""
}

function print_causes(to,    c, k, part, order, C, count)
{
	print "rows,cause,user,kernel,major,cost,p50,p90,p99,max,rounds" > to
	order = sorter(to, "-k1,1nr -k2,2")
	for (k in n) {
		split(k, part, SUBSEP)
		if (part[1] != 1)
			continue
		c = part[2]
		count = costs_of(c, C)
		print whole(n[k]) "," c "," whole(n_mode[k, "u"]) "," whole(n_mode[k, "k"]) \
			"," whole(major[k]) "," whole(cost[k]) "," percentile(c, C, count, 50) \
			"," percentile(c, C, count, 90) "," percentile(c, C, count, 99) "," \
			(count ? C[count] : "") "," whole(rounds[k]) | order
	}
	close(order)
}

# Lower bound of the quarter of a power of two that holds a cost: 256, 320, 384, 448, 512, ...
function bucket(value,    low)
{
	for (low = 4; low * 2 <= value; low *= 2)
		;
	return value < 4 ? value : low + int((value - low) * 4 / low) * low / 4
}

function print_costs(to,    k, part, buckets, order)
{
	for (k in n_cost) {
		split(k, part, SUBSEP)
		if (part[1] == 1)
			buckets[whole(bucket(part[3] + 0)) "," part[2]] += n_cost[k]
	}
	print "cost_from,cause,rows" > to
	order = sorter(to, "-k1,1n -k2,2")
	for (k in buckets)
		print k "," whole(buckets[k]) | order
	close(order)
}

function print_bins(to,    i, k, name, count, row)
{
	count = split(causes, name, " ")
	row = "bin,icount"
	for (k = 1; k <= count; k++)
		row = row "," name[k]
	print row > to
	for (i = 0; i < bins; i++) {
		row = i "," whole(bin_start(i))
		for (k = 1; k <= count; k++)
			row = row "," whole(n_bin[i, name[k]])
		print row > to
	}
	close_result(to)
}

function print_phases(to,    i)
{
	print "phase,rows,major,cost" > to
	for (i = 0; i <= marks_count; i++)
		print i "," whole(n_phase[i]) "," whole(major_phase[i]) "," \
			whole(cost_phase[i]) > to
	close_result(to)
}

function print_phase_causes(to,    k, order)
{
	print "phase,cause,rows,major,cost,rounds,max" > to
	order = sorter(to, "-k1,1n -k3,3nr -k2,2")
	for (k in n_both)
		print k "," whole(n_both[k]) "," whole(major_both[k]) "," whole(cost_both[k]) "," \
			whole(rounds_both[k]) "," whole(most_both[k]) | order
	close(order)
}

function print_areas(to,    k, part, order)
{
	print "rows,pid,major,cost,rounds,area" > to
	order = sorter(to, "-k1,1nr -k2,2n -k6")
	for (k in n_area) {
		split(k, part, SUBSEP)
		print whole(n_area[k]) "," part[1] "," whole(major_area[k]) "," \
			whole(cost_area[k]) "," whole(rounds_area[k]) "," csv_line_of(part[2]) | order
	}
	close(order)
}

function print_pages(to,    k, order)
{
	print "rows,pid,page" > to
	order = sorter(to, "-k1,1nr -k3,3 -k2,2n")
	for (k in n_page)
		print whole(n_page[k]) "," k | order
	close(order)
}
