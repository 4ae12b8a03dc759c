# weigh.awk - how wide should the pictures draw each phase?
#
# Input: tlb.csv. Variables: marks, faults (paths, may be empty), start, end, bins, sample (look at
# every sample-th row only). After lib.awk and run.awk.
#
# Most events come in bursts between long stretches of plain computing. So a phase gets 3 tenths of
# its width for its share of the instructions and 7 for its share of the events; inside a phase time
# runs evenly. What the kernel marks (boot, selftest, user) is folded: it gets a tenth of the width beside
# other phases, or less. With no mark, or more than 60, all of time runs evenly.
#
# A start of 0 becomes the time of the first row: before it paging was off and there is nothing to show.
#
# Results: bins.csv, the first icount of each bin
BEGIN {
	weigh_events = 0.7
	marks_read(marks)
	if (marks_count > 60)
		marks_count = 0
	weigh_next = marks_count ? mark_time[1] : 9e15
	weigh_faults()
}

NR == 2 && !start {
	start = mark_time[0] = $0 + 0
}
NR % sample == 0 && NR > 1 {
	while ($0 + 0 >= weigh_next)
		weigh_next = ++weigh_phase < marks_count ? mark_time[weigh_phase + 1] : 9e15
	weigh_n[weigh_phase + 0] += sample
	weigh_total += sample
}

END {
	if (!failed)
		weigh_print(result("bins.csv"))
}

function weigh_faults(    F, phase)
{
	if (faults == "" || !csv_open(faults, "icount,cpu,addr"))
		return
	while (csv_row(faults, F) > 0) {
		while (phase < marks_count && mark_time[phase + 1] <= F[1] + 0)
			phase++
		weigh_n[phase + 0]++
		weigh_total++
	}
	close(faults)
}

# Weight of phase i in the pictures' width.
function weigh_phase_weight(i,    time, weight)
{
	time = (phase_end(i) - mark_time[i]) / (end - start)
	weight = weigh_total ? (1 - weigh_events) * time + weigh_events * weigh_n[i] / weigh_total : time
	return weigh_of_kernel(i) ? weight * weigh_kernel : weight
}

function weigh_of_kernel(i)
{
	return i <= marks_kernel
}

# Sets weigh_kernel, by which the weight of the kernel's phases is multiplied. Returns the sum of all.
function weigh_fold(    i, kernels, others)
{
	weigh_kernel = 1
	for (i = 0; i <= marks_count; i++)
		if (weigh_of_kernel(i))
			kernels += weigh_phase_weight(i)
		else
			others += weigh_phase_weight(i)
	if (others > 0 && kernels * 9 > others)
		weigh_kernel = others / (kernels * 9)
	return kernels * weigh_kernel + others
}

# A phase too narrow for a bin goes to the bin before it.
function weigh_print(file,    i, k, n, bin, place, total)
{
	total = weigh_fold()
	print "bin,icount" > file
	for (i = 0; i <= marks_count; i++) {
		place += weigh_phase_weight(i) / total
		n = (i == marks_count ? bins : int(place * bins + 0.5)) - bin
		for (k = 0; k < n; k++)
			print bin++ "," whole(bin == 1 ? start : mark_time[i] + \
				(phase_end(i) - mark_time[i]) * k / n) > file
	}
	close_result(file)
}
