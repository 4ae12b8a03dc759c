# check_stale.awk - is stale.csv what `check=stale` can have found, and do its accounts agree?
#
# For check_files.awk, whose read_file() gives each row to look_stale(). A recording without that option
# has no such table.
BEGIN {
	stale_columns = "icount,pid,eip,access,mode,page,kind,held_by,cached,memory,changed,changed_pid,changed_eip"
	key_is("any", "^stale$", "check")
	key_is_of("stale")
	key_is("stale.", "^[0-9]+$", "stale_suspects stale_flushed stale_restored stale_replaced stale_left " \
	       "stale_reports stale_reports_bochs stale_unseen")
}

function check_stale(    line)
{
	if ((meta["check"] == "stale") != (meta["stale.file"] != ""))
		wrong("stale.asked", "meta.csv:check: " meta["check"] ", but stale.file is " meta["stale.file"])
	if (meta["stale.file"] == "" || (getline line < stale) < 0) {
		verdict("stale.asked", "meta.csv: there is a stale.csv if check says so")
		return
	}
	close(stale)
	verdict("stale.asked", "meta.csv: there is a stale.csv if check says so")
	form["address?"] = "^(" substr(address, 2, length(address) - 2) ")?$"
	form["stale_kind"] = "^(present|frame|user|write|dirty|accessed)$"
	form["stale_holder"] = "^(bochs|tlb|directory)$"
	read_file("stale", stale, stale_columns, "number number address access mode page stale_kind stale_holder " \
		  "address address number? number? address?", 1)
	verdict("stale.entry", "stale.csv: both entries differ as the kind says")
	verdict("stale.change", "stale.csv: the change came before the use")
	same("stale.csv: rows are those of meta.csv", rows["stale"], "stale.rows")
	same("stale.csv: rows are the reports that the plugin counted", rows["stale"], "stale_reports")
	same("stale.csv: rows of what Bochs held, too", stale_of["bochs"], "stale_reports_bochs")
	same("stale.csv: rows of changes that were not seen", stale_unseen, "stale_unseen")
	same("every suspect was flushed, restored, replaced or is left", meta["stale_flushed"] + \
	     meta["stale_restored"] + meta["stale_replaced"] + meta["stale_left"], "stale_suspects")
	if ((meta["outcome"] == "stale") != (rows["stale"] > 0) && meta["outcome"] ~ /^(ok|stale|selftest_failed|program_failed)$/)
		wrong("stale.outcome", "meta.csv:outcome: " meta["outcome"] ", but stale.csv has " rows["stale"] + 0 " rows")
	verdict("stale.outcome", "stale.csv: the run failed if there are reports")
}

function look_stale(F,    cached, now, both)
{
	stale_of[F[8]]++
	cached = hex(F[9])
	now = hex(F[10])
	if (F[9] == F[10] || !bit_of(cached, 1) || (F[7] == "present") == bit_of(now, 1) || \
	    (F[7] == "frame" && F[8] != "directory" && int(cached / 4096) == int(now / 4096)) || \
	    (F[7] == "dirty" && (!bit_of(cached, 64) || bit_of(now, 64))) || \
	    (F[7] == "accessed" && (!bit_of(cached, 32) || bit_of(now, 32))))
		wrong_row("stale.entry", "stale", csv_line, raw_text)
	stale_unseen += F[11] == ""
	if ((F[11] == "") != (F[13] == "") || (F[11] == "") != (F[12] == "") || F[11] + 0 > F[1] + 0)
		wrong_row("stale.change", "stale", csv_line, raw_text)
}
