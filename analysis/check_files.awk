# check_files.awk - are the small files of a recording as the contract has them, and do the books balance?
#
# Variables: metafile, faults, tasks, vmas, marks, latency, waiting, io, reclaim, models, stale, buddy (paths), sums (lines "name sha256 file"). After lib.awk,
# run.awk, areas.awk, check_tap.awk, check_counts.awk, check_meta.awk, check_rows.awk, check_reclaim.awk, check_model.awk, check_stale.awk and check_buddy.awk; reads no input of its own.
BEGIN {
	number = "^[0-9]+$"
	address = "^0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]$"
	page = "^0x[0-9a-f][0-9a-f][0-9a-f][0-9a-f][0-9a-f]000$"
	causes = " anon_zero anon file file_cow shared cow cow_reuse stack swap swap_cache vmalloc_sync " \
		"migration spurious fixup sigsegv sigbus oom panic "
	meta_read(metafile)
	ours = meta["guest"] ~ /^Pagoda /
	if (!ours)
		skip_checks("meta.selftest vmas.left", "no kernel of ours that could say it")
	if (!ours && (meta["guest"] == "" || meta["hints_from"] == "program"))
		skip_checks("faults.cause faults.change vmas.bounds vmas.overlap vmas.unmap", "this guest's kernel tells no causes and areas")
	cause_forms()
	whole_run = meta["start"] == "boot" && meta["stop"] == "end" && meta["pid"] == "" && \
		    meta["events"] == "tlb fault flush"
	tasks_read(tasks)
	check_meta()
	check_faults()
	check_tasks()
	check_changes()
	check_vmas()
	check_left()
	check_marks()
	check_latency()
	check_waiting()
	check_io()
	check_reclaim()
	check_model()
	check_stale()
	check_buddy()
	check_books()
	check_digests(sums)
	exit failed
}

# Reads all of a file, checks its form by one pattern a column ("" for free text) and, when `timed`,
# that its times never fall or (2) always rise, as those of hints do: each is an instruction of its
# own; gives each row to look(). Prints the verdicts and keeps the row count.
function read_file(name, path, columns, patterns, timed,    F, n, i, pattern, count, before)
{
	count = split(patterns, pattern, " ")
	csv_line = 0
	before = -1
	while ((n = raw_next(path, F)) != 0) {
		if (csv_line == 1) {
			if (raw_text != columns)
				wrong_row(name, name, 1, "header is " raw_text)
			continue
		}
		rows[name]++
		if (n != count || csv_joined(F, n) != raw_text) {
			wrong_row(name, name, csv_line, raw_text)
			continue
		}
		for (i = 1; i <= n; i++)
			if (pattern[i] != "free" && F[i] !~ form[pattern[i]])
				wrong_row(name, name, csv_line, "column " i ": " raw_text)
		if (F[1] + 0 > last_time)
			last_time = F[1] + 0
		if (timed && (F[1] + 0 < before || (timed == 2 && F[1] + 0 == before)))
			wrong_row(name ".time", name, csv_line, raw_text)
		before = F[1] + 0
		look(name, F)
	}
	close(path)
	if (csv_line == 0)
		wrong(name, name ".csv: no header")
	verdict(name, name ".csv: header, columns and their forms")
	if (timed)
		verdict(name ".time", name ".csv: times " (timed == 2 ? "rise" : "never fall"))
}

# csv_next that also keeps the record's text in raw_text (one of several lines: as it must be).
function raw_next(path, F,    line, first, n)
{
	if ((getline line < path) <= 0)
		return 0
	csv_line++
	raw_text = line
	first = csv_line
	n = csv_split(line, F, path)
	if (csv_line != first)
		raw_text = csv_joined(F, n)
	return n
}

# The record as it must have been written.
function csv_joined(F, n,    i, text)
{
	text = csv(F[1])
	for (i = 2; i <= n; i++)
		text = text "," csv(F[i])
	return text
}

function look(name, F)
{
	if (name == "meta")
		look_meta(F)
	else if (name == "faults")
		look_fault(F)
	else if (name == "tasks")
		look_task(F)
	else if (name == "vmas")
		look_area(F)
	else if (name == "marks")
		look_mark(F)
	else if (name == "latency")
		look_latency(F)
	else if (name == "waiting")
		look_waiting(F)
	else if (name == "io")
		look_io(F)
	else if (name == "reclaim")
		look_reclaim(F)
	else if (name == "model")
		look_model(F)
	else if (name == "stale")
		look_stale(F)
	else if (name == "buddy")
		look_buddy(F)
}

function check_meta()
{
	form["key"] = "^[A-Za-z0-9_.:-]+$"
	read_file("meta", metafile, "key,value", "key free", 0)
	verdict("meta.keys", "meta.csv: every key stands once")
	if (last_key != "complete" || meta["complete"] != 1)
		wrong("meta.complete", "meta.csv:complete: the last row is not complete,1" \
		      (meta["outcome"] == "" || meta["outcome"] == "ok" ? "" : "; the run failed: " meta["failure"]))
	verdict("meta.complete", "meta.csv: the recording is complete")
	check_keys()
}

function look_meta(F)
{
	if (F[1] in key_seen)
		wrong("meta.keys", "meta.csv:" F[1] ": stands twice")
	key_seen[F[1]]
	key_read[++keys_read] = last_key = F[1]
}

function check_books()
{
	if (meta["fills"] != "" && meta["upgrades"] != "" && meta["walk_faults"] != "")
		same("walks = fills + upgrades + faults", meta["fills"] + meta["upgrades"] + meta["walk_faults"], "walks")
	same("tasks.csv: rows are those of meta.csv", rows["tasks"], "tasks.rows")
	same("vmas.csv: rows are those of meta.csv", rows["vmas"], "vmas.rows")
	same("marks.csv: rows are those of meta.csv", rows["marks"], "marks.rows")
	same("the plugin's shadow of the TLBs equals Bochs's", 0, "shadow_mismatches")
	same("no walk is unexplained", 0, "walks_unresolved")
	same("no access is unexplained", 0, "accesses_stray")
	same("no hint made no sense", 0, "hints_bad")
	same("no fault's hint had no fault", 0, "faults_hint_unmatched")
	if (ours) # which has no physical address extension
		same("no four entries over directories were read", 0, "pdpte_loads")
	check_part()
	check_selftest()
	check_logs()
	check_command()
	count_faults()
}

# The self-test's word and its counts.
function check_selftest(    failures, tests)
{
	failures = meta["kernel.selftest_failures"] + meta["kernel.warnings"]
	tests = meta["kernel.selftest_pass"] + meta["kernel.selftest_skip"]
	if (ours && meta["kernel.selftest_failures"] != "" && \
	    meta["selftest"] != (failures > 0 ? "failed" : tests > 0 ? "ok" : "none"))
		wrong("meta.selftest", "meta.csv:selftest: " meta["selftest"] ", but the kernel counted " tests \
		      " tests that did not fail, " failures " failures and warnings")
	verdict("meta.selftest", "meta.csv: the self-test's end is what the kernel counted")
	check_outcome()
}

# How the run ended, in four words that must say the same: outcome, failure, prog_status, selftest.
function check_outcome(    outcome, status)
{
	outcome = meta["outcome"]
	status = meta["prog_status"]
	if (outcome == "ok" && (meta["failure"] != "" || meta["selftest"] == "failed"))
		wrong("meta.outcome", "meta.csv:outcome: ok, though " \
		      (meta["failure"] != "" ? "there is a failure" : "the self-test failed"))
	if (outcome != "" && outcome != "ok" && meta["failure"] == "")
		wrong("meta.outcome", "meta.csv:failure: missing, though the outcome is " outcome)
	if (outcome == "program_failed" ? status + 0 == 0 : outcome == "ok" && status + 0 != 0)
		wrong("meta.outcome", "meta.csv:prog_status: " status ", though the outcome is " outcome)
	if (outcome == "program_failed" && (meta["failure"] ":") !~ ("^program status " status "[:;]"))
		wrong("meta.outcome", "meta.csv:failure: not that of program status " status)
	verdict("meta.outcome", "meta.csv: outcome, failure and statuses say the same")
}

# Compression is of the tables that can grow large.
function check_digests(file,    line, part, key, name, n, i, packed)
{
	while ((getline line < file) > 0) {
		split(line, part, " ")
		there[part[1]]
		key = part[1] ".sha256"
		if (meta[key] != "" && meta[key] != part[2])
			wrong("sum." part[1], "meta.csv:" key ": the file has " part[2])
		if (meta[key] != "")
			verdict("sum." part[1], part[1] (part[1] ~ /^std/ ? ".txt" : ".csv") ": SHA-256 is that of meta.csv")
		key = part[1] ".file"
		if (meta[key] != "" && meta[key] != part[3])
			wrong("sum.name", "meta.csv:" key ": " meta[key] ", but there is " part[3])
		packed = part[1] ~ /^(tlb|faults|refs)$/ && meta["compress"] == "zstd"
		if (meta["compress"] != "" && (part[3] ~ /zst$/) != packed)
			wrong("sum.name", "meta.csv:compress: " meta["compress"] ", but there is " part[3])
	}
	close(file)
	verdict("sum.name", "meta.csv: the files have the names and the packing that it says")
	for (key in meta)
		if (key ~ /\.sha256$/ && meta[key] != "")
			name[++n] = substr(key, 1, length(key) - 7)
	sort(name, n, 1)
	for (i = 1; i <= n; i++)
		if (!(name[i] in there))
			wrong("sum.there", "meta.csv:" name[i] ".sha256: there is no such file")
	verdict("sum.there", "meta.csv: the files that it has digests of are there")
}
