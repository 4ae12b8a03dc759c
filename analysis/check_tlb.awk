# check_tlb.awk - is every row of tlb.csv as the contract has it, and can it be true?
#
# Variables: tasks, vmas (paths, may be empty), metafile. After lib.awk, run.awk, areas.awk and
# check_tap.awk. Input: tlb.csv.
BEGIN {
	meta_read(metafile)
	tasks_read(tasks)
	areas_open(vmas)
	area_told = areas_time < 9e15
	slots["d"] = meta["dtlb_entries"]
	slots["i"] = meta["itlb_entries"]
	hex4 = "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
	any = "0x" hex4 hex4
	page = "0x" hex4 "[0-9a-f]000"
	tail = any ",[0-9]*," any
	fill_row = "^[0-9]+,[0-9]+,[di],(fill,(cold|conflict|flushed)|upgrade,)," page ",0x[0-9a-f]*" \
		hex4 "[0-9a-f]000,[42][KM],[rwx],[uk],0x[0-9a-f]*" hex4 hex4 ",[0-9][+][0-9]," tail \
		",(" page ")?$"
	flush_row = "^[0-9]+,[0-9]+,-,flush(_all)?,(cr3|cr4|cr0|task|emulator),,,,,,,," tail ",$"
	invlpg_row = "^[0-9]+,[0-9]+,-,invlpg,(emulator)?," page ",,,,,,," tail ",$"
	columns = "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted"
	for (i = 0; i < 16; i++)
		digit[sprintf("%x", i)] = i
	split("form time entry slot pid area", checks, " ")
	title["form"] = "tlb.csv: header, columns and their forms"
	title["time"] = "tlb.csv: times never fall"
	title["entry"] = "tlb.csv: page-table entries agree with frame, access and privilege"
	title["slot"] = "tlb.csv: a page displaces only pages of its own slot"
	title["pid"] = "tlb.csv: every task is known from tasks.csv"
	title["area"] = "tlb.csv: user code reaches pages of its areas only"
}

NR == 1 {
	if ($0 != columns)
		wrong("form", "header is " $0)
	next
}
$1 + 0 < last_time {
	wrong("time", NR ": " $0)
}
{
	last_time = $1 + 0
	if ($14 != "" && $14 != "0" && !($14 in task_tgid) && tasks != "")
		wrong("pid", NR ": " $0)
}
$0 ~ fill_row {
	counted[$4]++
	check_entry()
	if ($16 != "")
		check_slot()
	if ($10 == "u" && area_told)
		check_area()
	next
}
$0 ~ flush_row || $0 ~ invlpg_row {
	next
}
{
	wrong("form", NR ": " $0)
}

END {
	if (NR == 0)
		wrong("form", "no header")
	for (i = 1; i <= 6; i++)
		verdict(checks[i], title[checks[i]])
	same("tlb.csv: rows are those of meta.csv", NR - 1, meta["tlb.rows"])
	if (meta["start"] == "boot" && meta["stop"] == "end" && meta["pid"] == "" && \
	    meta["events"] ~ /tlb/) {
		same("tlb.csv: fills are those of meta.csv", counted["fill"], meta["fills"])
		same("tlb.csv: upgrades are those of meta.csv", counted["upgrade"], meta["upgrades"])
	}
}

# Hex digit `place` (1: lowest) of an address or entry.
function nibble(text, place)
{
	return digit[substr(text, length(text) - place + 1, 1)]
}

# Present and accessed, and what the access needs: bit 1 write, 2 user, 6 dirty. The frame must be
# the entry's own; of a large page, the upper part is.
function check_entry(    low, next_low, write)
{
	low = nibble($11, 1)
	next_low = nibble($11, 2)
	write = $9 == "w"
	if (low % 2 == 0 || int(next_low / 2) % 2 == 0 || ($10 == "u" && int(low / 4) % 2 == 0) || \
	    (write && int(next_low / 4) % 2 == 0) || (write && $10 == "u" && int(low / 2) % 2 == 0) || \
	    ($3 == "i") != ($9 == "x") || \
	    ($8 == "4K" ? substr($7, 1, length($7) - 3) != frame_digits($11, $7) : \
			  substr($7, 1, length($7) - 6) != substr($11, length($11) - length($7) + 1, \
								  length($7) - 6) && $11 !~ /0x.........+/))
		wrong("entry", NR ": " $0)
}

# The entry cut to the digits that name the frame; bits above the frame (no-execute) are left out.
function frame_digits(entry, frame)
{
	return "0x" substr(entry, length(entry) - length(frame) + 3, length(frame) - 5)
}

function check_slot()
{
	if (slots[$3] && (hex($6) - hex($16)) / 4096 % slots[$3])
		wrong("slot", NR ": " $0)
}

function check_area(    tgid)
{
	areas_until(last_time)
	tgid = tgid_of($14)
	if ($14 == "" || !areas_find(tgid, hex($6)))
		wrong("area", NR ": " $0)
}
