# diff_side.awk - the figures of one recording, for diff.awk to set beside another's.
#
# Variables: metafile, marks, faults, kernel_sym (paths; the last may be empty), start, end (of what was
# recorded). After lib.awk, run.awk and symbols.awk; reads tlb.csv. Prints "GROUP<tab>NAME<tab>VALUE[<tab>VALUE]".
#
# The part that counts is from the program's start to its end: from the first mark that is not the
# kernel's to the one of that name with " end" behind it.
BEGIN {
	OFS = "\t"
	meta_read(metafile)
	marks_read(marks)
	first = program_start == "" ? 0 : marks_kernel + 1
	from = first ? mark_time[first] : start + 0
	to = end + 0
	for (i = first + 1; i <= marks_count; i++)
		if (first && mark_label[i] == mark_label[first] " end") {
			to = mark_time[i]
			break
		}
	print_facts()
	fault_columns = "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds"
	csv_open(faults, fault_columns)
	told = csv_header[17] == "before" && csv_header[18] == "after"
	find_zero()
	csv_open(faults, fault_columns)
	while (csv_row(faults, F) > 0)
		if (F[1] + 0 >= from && F[1] + 0 < to)
			fault(F)
	close(faults)
}

FNR > 1 && $1 + 0 >= from && $1 + 0 < to {
	row[$4 ($4 == "fill" || $4 == "upgrade" ? " " $5 : "")]++
	phase_row[phase_at($1 + 0), $4]++
}

END {
	if (failed)
		exit failed
	print_events()
	print_phases()
	for (i = 1; i <= kinds; i++)
		print "faults", kind_name[i], n[kind_name[i]], n_cost[kind_name[i]] ? \
			cost[kind_name[i]] / n_cost[kind_name[i]] : ""
}

function print_facts(    i, key, count)
{
	count = split("guest outcome prog_status bochs cpu_model memory_mib ips dtlb_entries itlb_entries command", key, " ")
	for (i = 1; i <= count; i++)
		print "fact", key[i], meta[key[i]]
	print "fact", "counted", first ? "from mark \"" mark_label[first] "\"" : "the whole recording"
}

# The frame of zeros: by the kernel's name for it, or as the causes tell.
function find_zero(    F)
{
	symbols_read("kernel", kernel_sym)
	zero = symbol_frame("empty_zero_page")
	while (zero == "" && told && csv_row(faults, F) > 0)
		if (F[12] == "anon_zero" && F[18] != "")
			zero = substr(F[18], 1, 7) "000"
	close(faults)
}

function fault(F,    kind)
{
	kind = told ? entry_change(F[17], F[18], zero) : ""
	if (kind == "")
		kind = "unknown"
	kind = kind (F[7] == "k" ? ", by the kernel" : "")
	if (!(kind in n))
		kind_name[++kinds] = kind
	n[kind]++
	all++
	phase_row[phase_at(F[1] + 0), "fault"]++
	if (F[14] != "") {
		n_cost[kind]++
		cost[kind] += F[14] - F[16]
	}
}

# The number of the mark that began the phase at this time; times come in order, of either file.
function phase_at(time)
{
	if (time < mark_time[phase])
		phase = first
	while (phase < marks_count && mark_time[phase + 1] <= time)
		phase++
	return phase + 0
}

function print_events(    i, name, count)
{
	print "events", "instructions", to - from
	print "events", "page walks", row["fill cold"] + row["fill conflict"] + row["fill flushed"] + row["upgrade entry"] + \
		row["upgrade kind"] + all
	count = split("fill cold,fill conflict,fill flushed,upgrade entry,upgrade kind,flush,flush_all,invlpg", name, ",")
	for (i = 1; i <= count; i++)
		print "events", name[i], row[name[i]] + 0
	print "events", "page faults", all + 0
}

# Only a program that names its phases has any.
function print_phases(    i)
{
	for (i = first; i <= marks_count && mark_time[i] < to; i++)
		if (i && !(mark_label[i] in printed)) {
			printed[mark_label[i]]
			print "phases", mark_label[i], phase_end(i) - mark_time[i], phase_row[i, "fill"] + 0, \
				phase_row[i, "fault"] + 0, mark_label[i + 1]
		}
}
