# when.awk - when did the TLB change: events over time and between marks.
#
# Also sees to it that every row is an event, so that the other questions need not.
#
# Variables: start, end (icount), bins (how many equal ones), marks (path of marks.csv, may be
# empty). After lib.awk, run.awk and tlb.awk.
#
# Rows come in order of time. The edges of bins and phases, sorted together, cut the run into
# slices, and only one counter per kind is touched for a row; at the end of a slice it is added to
# the slice's bin and phase. Phase 0 is what came before the first mark.
#
# Results: over_time.csv, phases.csv, events.csv
BEGIN {
	when_columns = "cold,conflict,flushed,upgrade,invlpg,flush,flush_all,kind"
	when_kinds = split(when_columns, when_kind, ",")
	bins_init()
	marks_read(marks)
	when_phase = 0
	when_bin = 0
	when_next = when_edge()
}

{
	if ($0 + 0 >= when_next)
		when_advance($0 + 0)
	kind = substr($0, at - 2, 2)
	when_n[kind] += times
	if (!(kind in kind_name))
		when_other()
	else if (length($0) < at + 67)
		bad(tlb_name ": line " NR ": row cut short: " $0)
}

END {
	if (!failed) {
		when_close()
		when_print_bins(result("over_time.csv"))
		when_print_phases(result("phases.csv"))
		when_print_events(result("events.csv"))
	}
}

# The time at which the present slice ends.
function when_edge(    bin_end, mark)
{
	bin_end = when_bin + 1 < bins ? bin_start(when_bin + 1) : 9e15
	mark = when_phase < marks_count ? mark_time[when_phase + 1] : 9e15
	return mark < bin_end ? mark : bin_end
}

# Ends slices until the one that holds `now` is the present one.
function when_advance(now)
{
	when_close()
	while (when_bin + 1 < bins && bin_start(when_bin + 1) <= now)
		when_bin++
	while (when_phase < marks_count && mark_time[when_phase + 1] <= now)
		when_phase++
	when_next = when_edge()
}

function when_close(    k, name)
{
	for (k in when_n) {
		name = k in kind_name ? kind_name[k] : k
		when_in_bin[when_bin, name] += when_n[k]
		when_in_phase[when_phase, name] += when_n[k]
	}
	split("", when_n)
}

# A flush or invlpg: counted by event, and by event and reason for the totals.
function when_other(    F)
{
	if (split($0, F, ",") < 16 || F[4] !~ /^(flush|flush_all|invlpg)$/)
		bad(tlb_name ": line " NR ": not an event: " $0)
	if (!(when_n[kind] -= times))
		delete when_n[kind]
	when_n[F[4]] += times
	when_flush[F[4] "," F[5]] += times
}

function when_print_bins(file,    i)
{
	print "bin,icount," when_columns > file
	for (i = 0; i < bins; i++)
		print i "," whole(bin_start(i)) when_row(when_in_bin, i) > file
	close_result(file)
}

function when_print_phases(file,    i)
{
	print "phase,from,to,pid,label," when_columns > file
	for (i = 0; i <= marks_count; i++) {
		print i "," whole(mark_time[i]) "," whole(phase_end(i)) "," mark_pid[i] "," \
			csv(mark_label[i]) when_row(when_in_phase, i) > file
	}
	close_result(file)
}

function when_all(name,    i, n)
{
	for (i = 0; i <= marks_count; i++)
		n += when_in_phase[i, name]
	return whole(n)
}

function when_row(counts, i,    k, row)
{
	for (k = 1; k <= when_kinds; k++)
		row = row "," whole(counts[i, when_kind[k]])
	return row
}

function when_print_events(file,    i, k, n, name, order)
{
	print "event,reason,rows" > file
	for (k = 1; k <= 3; k++)
		print "fill," when_kind[k] "," when_all(when_kind[k]) > file
	print "upgrade,entry," when_all("upgrade") > file
	print "upgrade,kind," when_all("kind") > file
	n = 0
	for (name in when_flush)
		order[++n] = name
	sort(order, n, 1)
	for (i = 1; i <= n; i++)
		print order[i] "," whole(when_flush[order[i]]) > file
	close_result(file)
}
