# check_refs.awk - is refs.csv as the contract has it, and does it agree with what else was recorded?
#
# Variables: faults, tasks, marks (paths), epochs (the flush rows of tlb.csv), metafile. After lib.awk, run.awk,
# check_tap.awk, check_counts.awk and check_meta.awk. Input: refs.csv. A recording without TRACE=refs has none: not
# to be run then.
BEGIN {
	meta_read(metafile)
	ours = meta["guest"] ~ /^Pagoda /
	hex4 = "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
	page = "0x" hex4 "[0-9a-f]000"
	reference_row = "^[0-9]+,[rwx],[uk]," page ",4[KM],[01],([0-9]|1[0-5]),[0-9]+,[0-9]+,0x" hex4 hex4 ",[1-9][0-9]*$"
	event_row = "^[0-9]+,(cr3,,,,[01]|flush,,,,1|rename,,,,0|mark,,,,0|(invlpg|fault|fault_x),," page ",,0),,[0-9]+,[0-9]+,,$"
	fault_columns = "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause"
	of_faults = index(meta["events"], "fault") && csv_open(faults, fault_columns)
	fault_width = csv_columns
	of_tasks = meta["hints_from"] != "program" && csv_open(tasks, "icount,cpu,event,pid,tgid,cr3,name")
	task_width = csv_columns
	refs_next_switch()
	of_flushes = index(meta["events"], "flush")
}

function refs_next_switch(    F)
{
	switch_time = 9e15
	csv_columns = task_width
	while (of_tasks && csv_row(tasks, F) > 0)
		if (F[3] == "switch") {
			switch_time = F[1] + 0
			switch_to = F[4]
			return
		}
}

NR == 1 {
	if ($0 != "icount,event,mode,page,size,global,allows,space,pid,eip,refs")
		wrong_row("refs", "refs", 1, "header is " $0)
	next
}

$1 + 0 < refs_before {
	wrong_row("refs.time", "refs", NR, $0)
}

{
	refs_before = $1 + 0
	while (switch_time < $1 + 0) {
		running = switch_to
		refs_next_switch()
	}
	if (of_tasks && running != "" && $9 != running && ($1 + 0 < switch_time || $9 != switch_to))
		wrong_row("refs.pid", "refs", NR, running " runs: " $0)
}

$11 != "" {
	if ($0 !~ reference_row)
		wrong_row("refs", "refs", NR, $0)
	refs_kept++
	refs_all += $11
	if (ours && $4 "" >= "0xc0000000" && $3 == "u")
		wrong_row("refs.half", "refs", NR, $0)
	next
}

$0 !~ event_row {
	wrong_row("refs", "refs", NR, $0)
}

$2 ~ /^fault/ && of_faults {
	csv_columns = fault_width
	if (csv_row(faults, F) <= 0)
		wrong_row("refs.fault", "refs", NR, "faults.csv has no more: " $0)
	else if (F[1] != $1 || page_of(F[3]) != $4 || (F[6] == "x") != ($2 == "fault_x"))
		wrong_row("refs.fault", "refs", NR, "faults.csv has " F[3] " (" F[6] ") at " F[1] ": " $0)
}

$2 == "cr3" && of_flushes {
	refs_next_load(F)
	if (F[1] != $1 || (F[4] == "flush_all") != $6)
		wrong_row("refs.cr3", "refs", NR, "tlb.csv has " F[4] " at " F[1] ": " $0)
}

# The next load of CR3 in tlb.csv.
function refs_next_load(F,    line)
{
	F[1] = F[4] = "none"
	while ((getline line < epochs) > 0) {
		split(line, F, ",")
		if (F[5] == "cr3" || F[5] == "task")
			return
		F[1] = F[4] = "none"
	}
}

$2 == "mark" {
	refs_marks[$1]
	refs_mark_count++
}

END {
	if (failed)
		exit 1
	check_marks_told()
	verdict("refs", "refs.csv: header, columns and their forms")
	verdict("refs.time", "refs.csv: times never fall")
	verdict("refs.pid", "refs.csv: every row's task is the one that runs" (of_tasks ? "" : " # SKIP switches are told late"))
	verdict("refs.half", "refs.csv: programs use pages of their half" (ours ? "" : " # SKIP a promise of our own kernel's"))
	if (of_faults && csv_row(faults, F) > 0)
		wrong_row("refs.fault", "refs", NR, "ends before the fault at " F[1])
	verdict("refs.fault", "refs.csv: faults are those of faults.csv" (of_faults ? "" : " # SKIP there are none"))
	if (of_flushes) {
		refs_next_load(F)
		if (F[1] != "none")
			wrong_row("refs.cr3", "refs", NR, "ends before the load of CR3 at " F[1])
	}
	verdict("refs.cr3", "refs.csv: loads of CR3 are those of tlb.csv" (of_flushes ? "" : " # SKIP there are none"))
	verdict("refs.mark", "refs.csv: marks are those of marks.csv")
	same("refs.csv: rows are those of meta.csv", NR - 1, "refs.rows")
	same("refs.csv: references that rows stand for", refs_all, "refs_references")
	same("refs.csv: references that have a row", refs_kept, "refs_kept")
}

function check_marks_told(    F, marked)
{
	csv_open(marks, "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs")
	while (csv_row(marks, F) > 0) {
		marked += F[1] in refs_marks
		if (meta["start"] == "boot" && meta["stop"] == "end" && meta["pid"] == "" && !(F[1] in refs_marks))
			wrong("refs.mark", "refs.csv:" NR ": the mark at " F[1] " is missing")
	}
	if (marked != refs_mark_count + 0)
		wrong("refs.mark", "refs.csv:" NR ": " whole(refs_mark_count + 0) " marks, but " whole(marked) " of marks.csv")
	csv_columns = fault_width
}
