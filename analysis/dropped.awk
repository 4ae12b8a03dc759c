# dropped.awk - what dropped an entry that was needed again?
#
# Variables: tasks, marks, start, end, and those of symbols.awk and lines.awk. After lib.awk, run.awk,
# symbols.awk, lines.awk and tlb.awk.
#
# A fill says in `dropped_by` what sort of event dropped its page's entry first since the page last came in. Which
# one that was is found as the recorder does it: flushes are numbered, each page remembers the number at
# which it came in, and the next one dropped it. Flushes that spare global pages have numbers of their own.
# The last dropped_window flushes are remembered by their instruction; the rare page that comes back after
# more than that many has no place named. A `fault` drops the entry that was too weak for it; its place is the
# instruction that came again.
#
# Results: dropped.csv, each instruction that dropped entries: `rows` fills that this cost (`program` of them from
# the program's start on; `user`, `kernel` by the half that the page is in; `conflict` those whose place
# another page had taken as well), `drops` how often it did so (flushes and invlpgs; nothing for faults).
# dropped_functions.csv, the same by function; dropped_phases.csv, by the phase in which the page was
# needed again.
BEGIN {
	tasks_read(tasks)
	marks_read(marks)
	dropped_window = 200000
	dropped_phase = dropped_phase_kept = 0
	dropped_next = marks_count ? mark_time[1] : 9e15
	dropped_has = index($0, ",dropped_by")
}

$0 + 0 >= dropped_next {
	while (dropped_phase < marks_count && mark_time[dropped_phase + 1] <= $0 + 0)
		dropped_phase++
	dropped_next = dropped_phase < marks_count ? mark_time[dropped_phase + 1] : 9e15
}

{
	kind = substr($0, at - 2, 2)
	if (kind == "ct" || kind == "ld" || kind == "ed") {
		dropped_far = tlb_pge && substr($0, at + 37, 1) in tlb_odd
		dropped_key = substr($0, at + 26, 1) == "x" ? "x" substr($0, at + 1, 10) : substr($0, at + 1, 10)
		if (!dropped_far)
			dropped_key = dropped_key substr($0, at + 45, 10)
		if (kind != "ld" && dropped_has && substr($0, length($0)) != ",")
			dropped_refill()
		if (dropped_key in dropped_single)
			delete dropped_single[dropped_key]
		dropped_since[dropped_key] = dropped_flushes[dropped_far]
	} else if (!(kind in kind_name)) {
		dropped_drop()
	}
}

END {
	if (!failed) {
		symbols_open()
		dropped_sum()
		dropped_print()
	}
}

# A flush or an invlpg: notes who did it.
function dropped_drop(    F, place, key, i)
{
	split($0, F, ",")
	place = (F[15] >= "0xc0000000" ? "" : F[14]) "," F[15]
	dropped_drops[(F[4] == "invlpg" ? "invlpg" : F[5]) "," place "," dropped_phase]++
	if (F[4] == "invlpg") {
		split(F[6] "," F[6] F[13] ",x" F[6] ",x" F[6] F[13], key, ",")
		for (i = 1; i <= 4; i++)
			if (!(key[i] in dropped_single) && key[i] in dropped_since)
				dropped_single[key[i]] = place
		return
	}
	dropped_log(0, F[5] "," place)
	if (F[4] == "flush_all")
		dropped_log(1, F[5] "," place)
	tlb_flushed(F[4], F[5])
}

# Numbers a flush among those that spare nothing that is not global (0), or nothing at all (1).
function dropped_log(far, what)
{
	dropped_ring[far, ++dropped_flushes[far] % dropped_window] = what
}

# A fill of a page that something had dropped.
function dropped_refill(    tail, by, what, since, F)
{
	match($0, /[^,]*$/)
	by = substr($0, RSTART)
	if (by == "invlpg")
		what = dropped_single[dropped_key]
	else if (by == "fault") {
		split(substr($0, at + 56), F, ",")
		what = (F[2] >= "0xc0000000" ? "" : F[1]) "," F[2]
	} else if (dropped_key in dropped_since) {
		since = dropped_since[dropped_key]
		what = dropped_flushes[dropped_far] - since < dropped_window ? \
			dropped_ring[dropped_far, (since + 1) % dropped_window] : ""
		if (index(what, by ",") == 1)
			what = substr(what, length(by) + 2)
		else
			what = ""
	}
	if (what == "")
		what = ","
	dropped_n[by "," what "," dropped_phase "," (substr($0, at + 1, 10) >= "0xc0000000" ? "k" : "u") kind]++
}

# Adds up by instruction, function and phase.
function dropped_sum(    k, P, key, set, n)
{
	for (k in dropped_n) {
		split(k, P, ",")
		n = dropped_n[k]
		key = P[1] "," P[2] "," P[3]
		dropped_add("rows", key, P[4], n)
		if (program_start != "" && P[4] > marks_kernel)
			dropped_add("program", key, "", n)
		dropped_add(substr(P[5], 1, 1) == "u" ? "user" : "kernel", key, "", n)
		if (substr(P[5], 2) == "ct")
			dropped_add("conflict", key, "", n)
	}
	for (k in dropped_drops) {
		split(k, P, ",")
		dropped_add("drops", P[1] "," P[2] "," P[3], P[4], dropped_drops[k])
	}
	for (key in dropped_places) {
		split(key, P, ",")
		if (P[3] != "" && (set = symbol_set(P[2], P[3])) != "")
			line_want(set, symbol_address)
	}
	lines_find()
}

# `what` of the place; with a phase given, of that too.
function dropped_add(what, key, phase, n,    P, by)
{
	dropped_places[key]
	dropped_of[key, what] += n
	if (phase == "")
		return
	by = substr(key, 1, index(key, ",") - 1)
	dropped_in[phase "," by]
	dropped_in[phase "," by, what] += n
}

function dropped_print(    file, order, key, P, set, name, columns, function_of, k)
{
	columns = "rows program user kernel conflict drops"
	file = result("dropped.csv")
	print "rows,program,user,kernel,conflict,drops,dropped_by,pid,eip,symbol,line" > file
	order = sorter(file, "-k1,1nr -k7,7 -k9,9 -k8,8n")
	for (key in dropped_places) {
		split(key, P, ",")
		set = P[3] == "" ? "" : symbol_set(P[2], P[3])
		name = set == "" ? "" : symbol_in(set, symbol_address)
		print dropped_row(dropped_of, key, columns) "," key "," csv(name) "," \
			csv(set == "" ? "" : line_of[set, symbol_address]) | order
		k = P[1] "," (P[2] == "" ? "" : tgid_of(P[2])) "," csv(name)
		function_of[k]
		dropped_move(k, key, columns, function_of)
	}
	close(order)
	file = result("dropped_functions.csv")
	print "rows,program,user,kernel,conflict,drops,dropped_by,pid,symbol" > file
	order = sorter(file, "-k1,1nr -k7,7 -k9,9 -k8,8n")
	for (k in function_of)
		if (index(k, SUBSEP) == 0)
			print dropped_row(function_of, k, columns) "," k | order
	close(order)
	file = result("dropped_phases.csv")
	print "phase,dropped_by,rows,drops" > file
	order = sorter(file, "-k1,1n -k2,2")
	for (k in dropped_in)
		if (index(k, SUBSEP) == 0)
			print k "," dropped_row(dropped_in, k, "rows drops") | order
	close(order)
}

# Adds the figures of a place to those of its function.
function dropped_move(k, key, columns, to,    i, n, what)
{
	n = split(columns, what, " ")
	for (i = 1; i <= n; i++)
		to[k, what[i]] += dropped_of[key, what[i]]
}

# The named figures of `key`, with commas between them; a fault is not counted here, so it has no drops.
function dropped_row(of, key, columns,    i, n, what, row)
{
	n = split(columns, what, " ")
	for (i = 1; i <= n; i++)
		row = row (i > 1 ? "," : "") (what[i] == "drops" && key ~ /(^|,)fault(,|$)/ ? "" : whole(of[key, what[i]]))
	return row
}
