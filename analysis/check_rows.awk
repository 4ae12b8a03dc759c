# check_rows.awk - what each row of the small tables must be: faults, tasks, areas, marks, stretches, disk,
# and what was waited for.
#
# For check_files.awk, whose read_file() gives each row to a look_...() here: F[] are its fields,
# csv_line and raw_text its line and text.
# The columns before and after, of which a recording by an older plugin has none.
function entry_columns(    line)
{
	getline line < faults
	close(faults)
	return line ~ /,before,after$/ ? ",before,after" : ""
}

function check_faults()
{
	told = entry_columns()
	change_forms()
	form["address?"] = "^(" substr(address, 2, length(address) - 2) ")?$"
	form["number"] = number
	form["cpu"] = "^0$"
	form["number?"] = "^[0-9]*$"
	form["address"] = address
	form["page"] = page
	form["access"] = "^[rwx]$"
	form["mode"] = "^[uk]$"
	form["bit"] = "^[01]$"
	form["bit?"] = "^[01]?$"
	form["depth"] = "^[1-9][0-9]*$"
	read_file("faults", faults, \
		  "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds" told, \
		  "number cpu address address number access mode bit address number? depth free bit? " \
		  "number? free number?" (told == "" ? "" : " address? address?"), 1)
	verdict("faults.error", "faults.csv: access, mode and present are what the error code says")
	verdict("faults.cost", "faults.csv: a cost is not 0, and holds its repeated rounds")
	verdict("faults.cause", "faults.csv: every cause is one of the contract's and fits its fault")
	verdict("faults.pid", "faults.csv: every task is known from tasks.csv, and asked for")
}

# What a cause asks of its fault, as "access mode present": no first write is a read, nothing that was
# present is read from a file, and only the kernel's own accesses have fixups.
function cause_forms()
{
	cause_form["anon_zero"] = "^[rx].0"
	cause_form["anon"] = "^w"
	cause_form["file"] = "^[rx].0"
	cause_form["file_cow"] = "^w.0"
	cause_form["shared"] = "^w"
	cause_form["cow"] = "^w.1"
	cause_form["cow_reuse"] = "^w.1"
	cause_form["stack"] = "^..0"
	cause_form["swap"] = "^..0"
	cause_form["swap_cache"] = "^..0"
	cause_form["vmalloc_sync"] = "^.k0"
	cause_form["migration"] = "^..0"
	cause_form["fixup"] = "^.k"
	cause_form["sigsegv"] = "^.u"
	cause_form["sigbus"] = "^.u"
	cause_form["panic"] = "^.k"
	waits = " file file_cow shared swap swap_cache spurious fixup sigbus oom panic "
}

# What becomes of the page's entry: change_form[cause], as lib.awk's entry_change() names it.
function change_forms()
{
	change_form["anon_zero"] = change_form["file"] = change_form["stack"] = "^filled$"
	change_form["anon"] = "^(filled|copied)$" # copied: from the frame of zeros
	change_form["file_cow"] = "^(filled|copied)$"
	change_form["shared"] = "^(filled|upgraded)$"
	change_form["cow"] = "^copied$"
	change_form["cow_reuse"] = "^upgraded$"
	change_form["swap"] = change_form["swap_cache"] = "^(back|filled)$" # filled: of shared memory
}

# Error code: bit 0 present, 1 write, 2 user, 4 fetch (Intel SDM volume 3, figure 4-12).
function look_fault(F,    error, change)
{
	error = F[5]
	if (error % 2 != F[8] || (bit_of(error, 4) ? "u" : "k") != F[7] || \
	    bit_of(error, 2) != (F[6] == "w") || (bit_of(error, 16) && F[6] != "x"))
		wrong_row("faults.error", "faults", csv_line, raw_text)
	faults_of[F[12]]++
	faults_major += F[13] == 1
	faults_without_cost += F[14] == ""
	if (F[12] != "" && index(causes, " " F[12] " ") == 0)
		wrong_row("faults.cause", "faults", csv_line, F[12])
	if (ours && ((F[12] in cause_form && F[6] F[7] F[8] !~ cause_form[F[12]]) || (F[7] == "k" && F[4] < "0xc0000000") || \
	    (F[13] == 1 && index(waits, " " F[12] " ") == 0) || (F[15] != "" && F[3] >= "0xc0000000")))
		wrong_row("faults.cause", "faults", csv_line, F[12] " cannot be: " raw_text)
	if ((F[14] == "") != (F[16] == "") || F[16] + 0 > F[14] + 0 || F[14] == "0")
		wrong_row("faults.cost", "faults", csv_line, raw_text)
	change = entry_change(F[17], F[18])
	if (ours && change != "" && F[12] in change_form && change !~ change_form[F[12]]) {
		odd_line[++odd] = csv_line
		odd_from[odd] = F[1] + 0
		odd_to[odd] = F[1] + F[14]
		odd_text[odd] = F[12] ", and the entry is " change ": " raw_text
	}
	if (F[12] == "" && meta["guest"] != "" && meta["hints_from"] != "program")
		wrong_row("faults.cause", "faults", csv_line, "none, though the guest gives hints")
	if ((F[10] != "" && F[10] != "0" && !(F[10] in task_tgid)) || !asked_for(F[10]))
		wrong_row("faults.pid", "faults", csv_line, raw_text)
}

# The entry is read when the fault returns. Where others ran before that, they may have changed it again.
function check_changes(    i, k)
{
	if (told == "")
		return
	for (i = 1; i <= odd; i++) {
		while (k < switched && switch_time[k + 1] <= odd_from[i])
			k++
		if (k == switched || switch_time[k + 1] > odd_to[i])
			wrong_row("faults.change", "faults", odd_line[i], odd_text[i])
	}
	verdict("faults.change", "faults.csv: what became of the page's entry fits the cause")
}

function check_tasks()
{
	form["event"] = "^(switch|fork|clone|exec|exit)$"
	read_file("tasks", tasks, task_columns, "number cpu event number number address free", 2)
	verdict("tasks.order", "tasks.csv: tasks keep their process, and nothing comes after their exit")
}

# A thread that executes takes the pid of its process's leader, which has exited: a switch to that pid
# and the exec (`ghost`), which the kernel does not count as a switch.
# A task that was there before the first hint has no fork. An exiting task still runs until it is
# switched from, so only a switch to it, an exec or a second exit is wrong.
function look_task(F)
{
	if (ghost && (F[3] != "exec" || F[4] != ghost_pid))
		wrong_row("tasks.order", "tasks", ghost, ghost_pid " had exited")
	switches += (F[3] == "switch") - (ghost > 0)
	ghost = 0
	if (F[3] == "switch") {
		switch_time[++switched] = F[1] + 0
		switch_pid[switched] = F[4]
	}
	if (F[3] == "fork" || F[3] == "clone" || F[3] == "exec") {
		began[F[4]] = csv_line
		tgid_said[F[4]] = F[5]
	} else if (F[4] in tgid_said && tgid_said[F[4]] != F[5]) {
		wrong_row("tasks.order", "tasks", csv_line, "its process was " tgid_said[F[4]] ": " raw_text)
	} else {
		tgid_said[F[4]] = F[5]
	}
	if (F[3] == "fork" && F[4] != F[5])
		wrong_row("tasks.order", "tasks", csv_line, "a fork has a process of its own: " raw_text)
	if (F[3] == "fork" || F[3] == "clone" || (F[3] == "exec" && F[4] == ghost_pid)) {
		gone[F[4]] = 0
	} else if (gone[F[4]] && F[3] == "switch" && F[4] == F[5]) {
		ghost = csv_line
		ghost_pid = F[4]
	} else if (gone[F[4]])
		wrong_row("tasks.order", "tasks", csv_line, raw_text)
	if (F[3] == "exit") {
		gone[F[4]] = 1
		last_gone = F[4]
	}
}

function check_vmas()
{
	form["area_event"] = "^(map|unmap|change)$"
	form["area_end"] = "^0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]000$"
	read_file("vmas", vmas, "icount,event,pid,start,end,prot,flags,offset,name", \
		  "number area_event number page area_end number number number free", 2)
	if (merged)
		wrong_row("vmas.unmap", "vmas", merged, "it was of other protection")
	verdict("vmas.bounds", "vmas.csv: areas are not empty and lie in the user's half")
	verdict("vmas.overlap", "vmas.csv: a new area overlaps no other")
	verdict("vmas.unmap", "vmas.csv: what goes was there, with these bounds, flags and name")
}

# An area that gets the protection of its neighbour is unmapped with its new protection, and comes back
# as a part of the neighbour in the change behind it (`merged`).
function look_area(F,    from, to, kept, i)
{
	from = hex(F[4])
	to = hex(F[5])
	if (from >= to || to > 3221225472)
		wrong_row("vmas.bounds", "vmas", csv_line, raw_text)
	if (F[2] == "map" && (areas_find(F[3], from) || areas_find(F[3], to - 1)))
		wrong_row("vmas.overlap", "vmas", csv_line, raw_text)
	if (merged && (F[2] != "unmap" || F[3] != merged_pid)) {
		if (F[2] != "change" || F[3] != merged_pid || from > merged_from || to < merged_to)
			wrong_row("vmas.unmap", "vmas", merged, "it was of other protection")
		merged = 0
	}
	kept = F[7] "," F[9] "," (F[9] ~ /^\// ? F[8] * 4096 - from : F[8])
	if (F[2] == "unmap") {
		i = areas_find(F[3], from)
		if (!i || areas_to[F[3], i] < to || areas_kept[areas_name[F[3], i]] != kept)
			wrong_row("vmas.unmap", "vmas", csv_line, "not what was there: " raw_text)
		else if (areas_prot[areas_name[F[3], i]] != F[6]) {
			if (!merged)
				merged_from = from
			merged = csv_line
			merged_pid = F[3]
			merged_to = to
		}
	}
	areas_prot[csv_line] = F[6]
	areas_kept[csv_line] = kept
	had_areas[F[3]]
	areas_apply(F[2], F[3], from, to, csv_line "")
}

# A process that is gone has no areas, and one that has given all of its up is gone. With the last one
# the machine may go.
function check_left(    tgid)
{
	for (tgid in had_areas)
		if (gone[tgid] && areas_count[tgid] && tgid != last_gone)
			wrong_row("vmas.left", "vmas", areas_name[tgid, 1], "process " tgid " exited and left this area")
		else if (!gone[tgid] && tgid in began && !areas_count[tgid])
			wrong_row("vmas.left", "tasks", began[tgid], "task " tgid " gave up all its areas, and no exit")
	verdict("vmas.left", "vmas.csv, tasks.csv: who exits leaves no area, who has none left exits")
}

function check_marks()
{
	read_file("marks", marks, "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs", \
		  "number number free number number number number number number", 2)
	verdict("marks.pid", "marks.csv: phases begin in the task that runs")
}

# Who runs at a time? Times must not fall from call to call for the same `who`.
function runs(who, time)
{
	while (at_switch[who] < switched && switch_time[at_switch[who] + 1] < time + (meta["hints_from"] == "program"))
		at_switch[who]++
	return at_switch[who] ? switch_pid[at_switch[who]] : "0"
}

function look_mark(F)
{
	mark_when[++marked] = F[1]
	mark_name[marked] = F[3]
	if (F[2] != runs("marks", F[1] + 0))
		wrong_row("marks.pid", "marks", csv_line, "task " runs("marks", F[1] + 0) " runs: " raw_text)
}

# Rows stand in the order in which the stretches ended. The longest of the run has a row, unless it
# is too short for one (latency_from). That the file is gone, check_digests() tells.
function check_latency(    line)
{
	if ((getline line < latency) < 0)
		return
	close(latency)
	form["latency_kind"] = "^(irqs_off|no_resched)$"
	latency_from["irqs_off"] = 5000
	latency_from["no_resched"] = 50000
	read_file("latency", latency, "icount,kind,instructions,pid,eip,end_eip", \
		  "number latency_kind number number address address", 0)
	if (whole_run) {
		latency_longest("irqs_off")
		latency_longest("no_resched")
	}
	verdict("latency.order", "latency.csv: rows stand in the order of their ends, under the task that ran")
	verdict("latency.max", "latency.csv: the longest are those of meta.csv")
	same("latency.csv: rows are those of meta.csv", rows["latency"], "latency.rows")
}

function look_latency(F,    end, pid)
{
	end = F[1] + F[3]
	if (end < latency_end || F[1] + 0 < latency_over[F[2]] || F[3] + 0 < latency_from[F[2]])
		wrong_row("latency.order", "latency", csv_line, raw_text)
	latency_end = latency_over[F[2]] = end
	if (end > last_time)
		last_time = end
	pid = runs("latency", end)
	if (F[4] != pid && F[4] != switch_pid[at_switch["latency"] + 1])
		wrong_row("latency.order", "latency", csv_line, "task " pid " ran: " raw_text)
	if (meta[F[2] "_max"] != "" && F[3] + 0 > meta[F[2] "_max"] + 0)
		wrong_row("latency.max", "latency", csv_line, raw_text)
	latency_is[F[2] "," F[3] "," F[5] "," F[4]]
}

function latency_longest(kind,    max)
{
	max = meta[kind "_max"]
	if (max + 0 >= latency_from[kind] && meta[kind "_max_eip"] != "" && meta[kind "_max_pid"] != "" && \
	    !((kind "," max "," meta[kind "_max_eip"] "," meta[kind "_max_pid"]) in latency_is))
		wrong("latency.max", "meta.csv:" kind "_max: latency.csv has no such row")
}

# A recording by an older plugin has no such table. Tasks that wait are those of a run without an end. That the
# file is gone, check_digests() tells.
function check_waiting(    line)
{
	form["waiting_state"] = "^(running|runnable|sleeping|uninterruptible|stopped|zombie|dead|[?])$"
	form["address?"] = "^(" substr(address, 2, length(address) - 2) ")?$"
	form["addresses"] = "^(" substr(address, 2, length(address) - 2) "( |$))*$"
	if (meta["waiting.file"] == "" || (getline line < waiting) < 0)
		return
	close(waiting)
	read_file("waiting", waiting, "pid,tgid,name,state,call,number,args,eip,kernel", \
		  "number number free waiting_state free number? addresses address? addresses", 0)
	if (meta["complete"] == 1 && rows["waiting"])
		wrong("waiting.end", "meta.csv:complete: 1, though the run was ended from outside")
	verdict("waiting.end", "waiting.csv: only of a run that did not come to its end")
	same("waiting.csv: rows are those of meta.csv", rows["waiting"], "waiting.rows")
}

# One that has never run stands where every task begins, at a function that nobody called.
function look_waiting(F)
{
	if (F[1] != 0 && (F[4] != "runnable" || F[9] ~ / /) && !(F[1] in task_tgid))
		wrong_row("waiting", "waiting", csv_line, "task " F[1] " is not known from tasks.csv")
}

# A row for each piece of work that a disk did. One command does all that was merged into it, so
# their rows stand together, with one number and one beginning; the next command has a higher number.
# Work of a device without a queue has no command (0) and begins with nothing. That the file is gone,
# check_digests() tells.
function check_io(    line)
{
	if (meta["io.file"] == "" || (getline line < io) < 0)
		return
	close(io)
	form["rw"] = "^[rw]$"
	form["device"] = address
	form["why"] = "^(raw|read|readahead|writeback|metadata|swap_in|swap_out|flush)$"
	read_file("io", io, "icount,queued,started,wait,service,pid,device,sector,sectors,pages,rw,why,command,merged,error", \
		  "number number? number? number? number? number? device number number number rw why number number number", 2)
	io_end()
	verdict("io.times", "io.csv: work is queued by a task, then begun, then done; waits hold the service")
	verdict("io.size", "io.csv: pages hold the sectors, a flush has none and is a write")
	verdict("io.merged", "io.csv: commands do one run of sectors, with as many rows as they say")
	same("io.csv: rows are those of meta.csv", rows["io"], "io.rows")
	if (!ours)
		return
	same("io.csv: rows are those that the kernel counted", rows["io"], "kernel.io_done")
	same("io.csv: rows with an error are those that the kernel counted", io_errors, "kernel.io_failed")
}

function look_io(F)
{
	io_errors += F[15] != "0"
	io_pages[F[12]] += F[10]
	if ((F[2] != "" && F[2] + 0 >= F[1] + 0) || (F[3] != "" && (F[3] + 0 <= F[2] + 0 || F[3] + 0 >= F[1] + 0)) || \
	    (F[2] == "") != (F[4] == "") || (F[3] == "") != (F[5] == "") || F[5] + 0 > F[4] + 0 || \
	    (F[6] != "" && F[6] != "0" && !(F[6] in task_tgid)))
		wrong_row("io.times", "io", csv_line, raw_text)
	if (F[12] == "flush" ? F[9] + F[10] || F[11] != "w" : F[9] < 1 || F[10] < 1 || F[9] > 8 * F[10])
		wrong_row("io.size", "io", csv_line, raw_text)
	if (F[13] == "0") {
		if (F[3] != "" || F[14] != "1")
			wrong_row("io.merged", "io", csv_line, raw_text)
		return
	}
	if (F[13] != io_command) {
		io_end()
		if (F[13] + 0 <= io_command + 0)
			wrong_row("io.merged", "io", csv_line, raw_text)
		io_command = F[13]
		io_line = csv_line
		io_merged = F[14]
		io_seen = 0
	} else if (F[7] != io_device || F[8] != io_next || F[11] != io_rw || F[14] != io_merged)
		wrong_row("io.merged", "io", csv_line, raw_text)
	io_seen++
	io_device = F[7]
	io_next = F[8] + F[9]
	io_rw = F[11]
}

# The rows of a command are over.
function io_end()
{
	if (io_seen != io_merged + 0)
		wrong_row("io.merged", "io", io_line, "command " io_command " has " io_seen " rows, not " io_merged)
}
