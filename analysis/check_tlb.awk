# check_tlb.awk - is every row of tlb.csv as the contract has it, and can it be true?
#
# Variables: tasks, faults, vmas, marks (paths), epochs (the flush rows of tlb.csv), metafile. After
# lib.awk, run.awk, areas.awk, check_tap.awk, check_counts.awk, check_meta.awk, stream.awk, replay.awk and retry.awk. Input: tlb.csv.
BEGIN {
	fault_columns = "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds"
	mark_columns = "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs"
	meta_read(metafile)
	tasks_read(tasks)
	areas_open(vmas)
	ours = meta["guest"] ~ /^Pagoda /
	if (!ours)
		skip_checks("area program", "a promise of our own kernel's")
	watched = meta["hints_from"] == "program" # switches are noted with the event that follows
	area_told = ours && areas_time < 9e15
	slots["d"] = meta["dtlb_entries"]
	slots["i"] = meta["itlb_entries"]
	whole_run = meta["start"] == "boot" && meta["stop"] == "end" && meta["pid"] == "" && \
		    meta["events"] == "tlb fault flush"
	replaying = meta["start"] == "boot" && meta["pid"] == "" && meta["events"] == "tlb fault flush"
	hex4 = "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
	any = "0x" hex4 hex4
	page = "0x" hex4 "[0-9a-f]000"
	tail = any ",[0-9]*," any
	fill_row = "^[0-9]+,0,[di],(fill,(cold|conflict|flushed)|upgrade,(entry|kind))," page ",0x[0-9a-f]*" \
		hex4 "[0-9a-f]000,[42][KM],[rwx],[uk],0x[0-9a-f]*" hex4 hex4 ",[12][+][012]," tail \
		",(" page ")?,(cr3|cr4|cr0|task|invlpg|fault|emulator)?$"
	flush_row = "^[0-9]+,0,-,flush,(cr3|task|emulator),,,,,,,," tail ",,$"
	flush_all_row = "^[0-9]+,0,-,flush_all,(cr3|cr4|cr0|task|emulator),,,,,,,," tail ",,$"
	invlpg_row = "^[0-9]+,0,-,invlpg,(emulator)?," page ",,,,,,," tail ",,$"
	columns = "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted,dropped_by"
	for (i = 0; i < 16; i++)
		digit[sprintf("%x", i)] = i
	titles()
	if (replaying) {
		replay_init()
		stream_open()
	}
}

function titles()
{
	checks = split("form time entry walk slot pid space eip area replay need program fault mark", check, " ")
	title["form"] = "tlb.csv: header, columns and their forms"
	title["time"] = "tlb.csv: times never fall"
	title["entry"] = "tlb.csv: page-table entries agree with frame, access and privilege, and stay without a flush"
	if (!ours)
		sub(/, and stay.*/, "", title["entry"])
	title["walk"] = "tlb.csv: walks read as many entries as the page's size needs"
	title["slot"] = "tlb.csv: a page displaces only pages of its own slot"
	title["pid"] = "tlb.csv: every row's task is the one that runs"
	title["space"] = "tlb.csv: every row's cr3 is the one that was loaded"
	title["eip"] = "tlb.csv: instructions are fetched from the page that is filled"
	title["area"] = "tlb.csv: a process reaches pages of its areas only, by entries that give what these allow"
	title["replay"] = "tlb.csv: a TLB would have done the same: event, reason, evicted and dropped_by"
	title["need"] = "tlb.csv: upgrades are of entries that did not permit the access"
	title["program"] = "tlb.csv, tasks.csv: programs run in the address spaces of their tasks"
	title["mark"] = "marks.csv: running totals are those of the rows"
	title["fault"] = "faults.csv: depth, cost, area and the instruction that comes again agree"
}

NR == 1 {
	if ($0 != columns)
		wrong_row("form", "tlb", 1, "header is " $0)
	next
}
{
	if ($1 + 0 < last_time)
		wrong_row("time", "tlb", NR, $0)
	last_time = $1 + 0
	if (replaying) {
		stream_until(last_time)
		if ($14 != pid_now)
			check_pid()
		totals[$4]++
	} else if ($14 != "" && $14 != "0" && !($14 in task_tgid)) {
		wrong_row("pid", "tlb", NR, $0)
	}
}
$3 != "-" && $0 ~ fill_row {
	counted[$4 "," $5]++
	dropped[$17]++
	not_asked += meta["pid"] != "" && !asked_for($14)
	check_entry()
	check_walk()
	if ($16 != "")
		check_slot()
	if (replaying) {
		if ($13 != cr3_now)
			check_space()
		replay_fill(nibble($11, 3) % 2)
		retry_row()
	}
	# The kernel's own accesses: of a task. A self-test has other address spaces, which nobody tells of.
	if (area_told && $6 < "0xc0000000" && ($10 == "u" || $13 in space_owner || ($14 > 0 && meta["selftest"] == "none")))
		check_area()
	if ($10 == "u" && replaying)
		check_program()
	next
}
$0 ~ flush_row || $0 ~ flush_all_row {
	counted[$4 "," $5]++
	if ($5 == "cr3") {
		counted["same cr3"] += $4 == "flush" && $13 == cr3_now
		counted["any same cr3"] += $13 == cr3_now
		cr3_now = $13
	} else if ($5 == "cr4") {
		counted["cr4 pair"] += $1 + 0 <= cr4_time + 1 && cr4_time != ""
		cr4_time = $1 + 0
	} else if ($13 != cr3_now && replaying && $5 != "task") {
		check_space()
	}
	cr3_now = $13
	if (replaying)
		replay_flush()
	next
}
$0 ~ invlpg_row {
	counted[$4 "," $5]++
	if (replaying) {
		if ($13 != cr3_now)
			check_space()
		replay_invlpg()
	}
	next
}
{
	wrong_row("form", "tlb", NR, $0)
}

END {
	if (NR == 0)
		wrong("form", "tlb.csv: no header")
	if (replaying) {
		stream_until(9e15)
		retry_end_all()
		if (replayed != "")
			replay_tell()
	}
	for (i = 1; i <= checks; i++)
		verdict(check[i], title[check[i]])
	if (!ours)
		skipped("tlb.csv: page-table entries stay without a flush", "a promise of our own kernel's")
	count_tlb()
}

# Before the guest's first word of its tasks, it is task 0, and before its first hint none.
function check_pid()
{
	if (pid_now == "" && $14 == "0")
		pid_now = "0"
	else
		wrong_row("pid", "tlb", NR, "task " pid_now " runs: " $0)
}

# A program runs in its own address space, and somebody has begun it.
function check_program()
{
	if (!ours || program_of[$14] == $13)
		return
	if (program_of[$14] == "")
		wrong_row("program", "tlb", NR, "nobody forked or executed task " $14 ": " $0)
	else
		wrong_row("program", "tlb", NR, "task " $14 " is in " program_of[$14] ": " $0)
	program_of[$14] = $13
}

function check_space()
{
	if (cr3_now == "")
		cr3_now = $13
	else
		wrong_row("space", "tlb", NR, "cr3 is " cr3_now ": " $0)
}

# A directory entry and, unless it maps a large page, a table entry. Without a large page in it the
# directory entry needs no write but for its accessed bit, the table entry one for both of its.
function check_walk(    into)
{
	if (substr($12, 1, 1) != ($8 == "4K" ? "2" : "1") || ($8 != "4K" && substr($12, 3) > "1"))
		wrong_row("walk", "tlb", NR, $0)
	if ($3 == "i" && substr($15, 1, 7) != substr($6, 1, 7)) {
		into = hex($6) - hex($15)
		if (into < 1 || into > 15)
			wrong_row("eip", "tlb", NR, $0)
	} else if ($10 == "u" && $15 >= "0xc0000000") {
		wrong_row("eip", "tlb", NR, "not a program's: " $0)
	}
}

# Hex digit `place` (1: lowest) of an address or entry.
function nibble(text, place)
{
	return digit[substr(text, length(text) - place + 1, 1)]
}

# Present and accessed, and what the access needs: bit 1 write, 2 user, 6 dirty; bit 7 when it maps a
# large page. The frame must be the entry's own; of a large page, its upper part is, and the lower
# part is the linear address's.
function check_entry(    low, next_low)
{
	low = nibble($11, 1)
	next_low = nibble($11, 2)
	if (low % 2 == 0 || int(next_low / 2) % 2 == 0 || ($10 == "u" && int(low / 4) % 2 == 0) || \
	    ($9 == "w" && (int(next_low / 4) % 2 == 0 || ((ours || $10 == "u") && int(low / 2) % 2 == 0))) || \
	    ($3 == "i") != ($9 == "x") || ($8 != "4K" && next_low < 8) || \
	    ($8 == "4K" ? substr($7, 1, length($7) - 3) != frame_digits($11, $7) : !large_frame()) || \
	    (ours && $6 >= "0xc0000000" && $6 < "0xf8800000" && \
	     (substr($6, 4) != substr($7, 4) || nibble($6, 8) != nibble($7, 8) + 12)))
		wrong_row("entry", "tlb", NR, $0)
}

# 22 bits of a 4M page's frame come from the address, 21 of a 2M page's; of the entry of a page above
# 4 GiB, more bits than these name the frame.
function large_frame(    piece)
{
	piece = $8 == "4M" ? 4 : 2
	return substr($7, length($7) - 4) == substr($6, 6) && nibble($7, 6) % piece == nibble($6, 6) % piece && \
	       (length($7) > 10 || (int(nibble($7, 6) / piece) == int(nibble($11, 6) / piece) && \
				    substr($7, 3, 2) == substr($11, length($11) - 7, 2)))
}

# The entry cut to the digits that name the frame; bits above the frame (no-execute) are left out.
function frame_digits(entry, frame)
{
	return "0x" substr(entry, length(entry) - length(frame) + 3, length(frame) - 5)
}

function check_slot()
{
	if (slots[$3] && (hex($6) - hex($16)) / 4096 % slots[$3])
		wrong_row("slot", "tlb", NR, $0)
}

# The process by whose number vmas.csv calls an address space: the one that was forked or executed for
# it; others may share it.
function area_owner(pid, cr3)
{
	return cr3 in space_owner ? space_owner[cr3] : tgid_of(pid)
}

function check_area(    tgid, i)
{
	areas_until(last_time)
	tgid = area_owner($14, $13)
	i = $14 == "" ? 0 : areas_find(tgid, hex($6))
	if (!i)
		wrong_row("area", "tlb", NR, $0)
	else if (!area_allows(areas_may[tgid, i]))
		wrong_row("area", "tlb", NR, "the area has prot " areas_may[tgid, i] ": " $0)
}

# What the kernel says of the area (1 read, 2 write, 4 execute) and what the page-table entry gives: it
# may be written only where the area may, and nothing is there where nothing may be done.
function area_allows(prot)
{
	return prot > 0 && (!bit_of(nibble($11, 1), 2) || bit_of(prot, 2))
}
