# reach.awk - which fills would large or global pages save?
#
# Variables: tasks, vmas, marks, start, end. After lib.awk, run.awk, areas.awk and tlb.awk.
#
# Large pages: what if one entry served each aligned 4 MiB that lies within one area (in the kernel's half: the
# direct map)? Assumed is that the memory behind could be had in one piece and that large entries never lose their
# places to others: `needed` fills are the first in the 4 MiB since a flush, an invlpg or a fault dropped its entry;
# the others are `saved`. That is the most that large pages could do. Rows of pages that are large already (Bochs
# fills them in pieces of 4 KiB, and a CPU need not) are `large`, and among the rest as well. The two TLBs have entries of
# their own.
#
# Global pages: fills of the kernel's half that a load of CR3 had dropped are those that the global bit would
# save; `kept` counts the global entries that were there at each load of CR3, of which each may have saved one fill
# until the next: an upper bound, for a hit has no row.
#
# Results: reach.csv and program_reach.csv, by process and area, most saved first; global.csv
BEGIN {
	tasks_read(tasks)
	marks_read(marks)
	areas_open(vmas)
	reach_turn = program_start == "" ? 9e15 : program_start
	reach_own = 0
	for (i = 0; i < 4096; i++)
		reach_region[sprintf("%03x", i)] = sprintf("%03x", i - i % 4)
	reach_flushes[0] = reach_flushes[1] = 1
}

{
	if ($0 + 0 >= areas_time || $0 + 0 >= reach_turn)
		reach_until($0 + 0)
	kind = substr($0, at - 2, 2)
	if (kind == "ct" || kind == "ld" || kind == "ed") {
		reach_far = tlb_pge && substr($0, at + 37, 1) in tlb_odd
		reach_tlb = substr($0, at + 26, 1) == "x" ? "x" : "d"
		reach_key = reach_region[substr($0, at + 3, 3)] reach_tlb
		reach_entry = reach_far ? reach_key : reach_key substr($0, at + 45, 10)
		reach_key = reach_key substr($0, at + 56, pid_width)
		reach_n[reach_key] += times
		if (substr($0, length($0) - 5) == ",fault") {
			reach_since[reach_entry] = reach_flushes[reach_far]
			reach_needed[reach_key] += times
		} else if (reach_since[reach_entry] != reach_flushes[reach_far]) {
			reach_since[reach_entry] = reach_flushes[reach_far]
			reach_needed[reach_key]++
		}
		if (substr($0, at + 23, 2) != "4K")
			reach_large[reach_key] += times
		if (tlb_pge)
			reach_keep(index(substr($0, at + 67, 8), ",0x"))
		if (kind != "ld" && !reach_far && substr($0, at + 1, 10) >= "0xc0000000" && \
		    substr($0, length($0) - 3) == ",cr3")
			reach_would[reach_own] += times
	} else if (!(kind in kind_name)) {
		reach_drop()
	}
}

END {
	if (!failed) {
		reach_settle()
		if (program_start != "" && reach_own)
			reach_print(result("program_reach.csv"))
		reach_merge()
		reach_print(result("reach.csv"))
		reach_print_global(result("global.csv"))
	}
}

# Areas change, or the program begins: what was counted so far belongs to what was until now.
function reach_until(now)
{
	reach_settle()
	if (now >= reach_turn) {
		reach_own = 1
		reach_turn = 9e15
	}
	areas_until(now)
}

# The global entries that are there, by page and TLB: one comes or stays, and what loses its place to it goes.
function reach_keep(evicted)
{
	if (evicted && ((evicted = reach_tlb substr($0, at + 67 + evicted, 10)) in reach_there)) {
		delete reach_there[evicted]
		reach_kept_now--
	}
	if (reach_far && !((evicted = reach_tlb substr($0, at + 1, 10)) in reach_there)) {
		reach_there[evicted]
		reach_kept_now++
	}
}

# A flush or an invlpg.
function reach_drop(    F, region)
{
	split($0, F, ",")
	if (F[4] == "invlpg") {
		region = reach_region[substr(F[6], 3, 3)]
		delete reach_since[region "d"]
		delete reach_since[region "x"]
		delete reach_since[region "d" F[13]]
		delete reach_since[region "x" F[13]]
		reach_gone("d" F[6])
		reach_gone("x" F[6])
		return
	}
	reach_flushes[0]++
	if (F[5] == "cr3") {
		reach_loads[reach_own]++
		if (F[4] == "flush")
			reach_kept[reach_own] += reach_kept_now
	}
	if (F[4] == "flush_all") {
		reach_flushes[1]++
		split("", reach_there)
		reach_kept_now = 0
	}
	tlb_flushed(F[4], F[5])
}

function reach_gone(entry)
{
	if (entry in reach_there) {
		delete reach_there[entry]
		reach_kept_now--
	}
}

# Gives the counts since the last change of an area to the areas.
function reach_settle(    k, tgid, at, i, key)
{
	for (k in reach_n) {
		tgid = substr(k, 5)
		sub(/,.*/, "", tgid)
		tgid = k "" >= "c00" || tgid == "" ? "" : tgid_of(tgid)
		at = "0x" substr(k, 1, 3) "00000"
		key = reach_own SUBSEP tgid SUBSEP reach_area(tgid, at, hex(at))
		reach_fills[key] += reach_n[k]
		reach_needs[key] += key ~ /\[small\]$/ ? reach_n[k] : reach_needed[k]
		reach_larges[key] += reach_large[k]
		at = key SUBSEP at
		if (!(at in reach_seen)) {
			reach_seen[at]
			reach_regions[key]++
		}
	}
	split("", reach_n)
	split("", reach_needed)
	split("", reach_large)
}

# The area that holds all of the 4 MiB from `from` (the number of `at`) on, or [small].
function reach_area(tgid, at, from,    i)
{
	if (at >= "0xc0000000")
		return at < "0xf8800000" ? "[direct map]" : "[small]"
	i = areas_find(tgid, from)
	return i && areas_to[tgid, i] >= from + 4194304 ? areas_name[tgid, i] : "[small]"
}

# From here on 1 are all, not only the program's.
function reach_merge(    k, old, other)
{
	for (k in reach_fills)
		if (substr(k, 1, 1) == 0)
			old[k]
	for (k in old) {
		other = 1 substr(k, 2)
		reach_fills[other] += reach_fills[k]
		reach_needs[other] += reach_needs[k]
		reach_larges[other] += reach_larges[k]
	}
	split("", reach_regions)
	for (k in reach_seen)
		old[1 substr(k, 2)]
	for (k in old)
		if (k ~ /0x........$/) {
			sub(SUBSEP "0x........$", "", k)
			reach_regions[k]++
		}
}

function reach_print(file,    k, part, order)
{
	print "saved,pid,regions,fills,needed,large,area" > file
	order = sorter(file, "-k1,1nr -k4,4nr -k2,2n -k7")
	for (k in reach_fills) {
		split(k, part, SUBSEP)
		if (part[1] == 1)
			print whole(reach_fills[k] - reach_needs[k]) "," part[2] "," whole(reach_regions[k]) "," \
				whole(reach_fills[k]) "," whole(reach_needs[k]) "," whole(reach_larges[k]) "," \
				csv_line_of(part[3]) | order
	}
	close(order)
}

function reach_print_global(file)
{
	print "scope,cr3_loads,kept,refills" > file
	if (program_start != "")
		print "program," whole(reach_loads[1]) "," whole(reach_kept[1]) "," whole(reach_would[1]) > file
	print "whole," whole(reach_loads[0] + reach_loads[1]) "," whole(reach_kept[0] + reach_kept[1]) "," \
		whole(reach_would[0] + reach_would[1]) > file
	close_result(file)
}
