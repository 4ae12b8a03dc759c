# agreement.awk - does the recording agree with itself, and with what the guest counted?
#
# Variables: metafile (meta.csv), marks (marks.csv), sums (lines "name sha256" of the files as they are),
# out (directory with events.csv, causes.csv, phases.csv and fault_phases.csv). After lib.awk and run.awk; reads no input of its own.
#
# Results: checks.csv; result is ok, bad, or skip when the recording does not hold what is compared
BEGIN {
	meta_read(metafile)
	rows_counted()
	filtered = meta["start"] != "boot" || meta["stop"] != "end" || meta["pid"] != "" || \
		   meta["events"] != "tlb fault flush"
	print "result,check,detail" > result("checks.csv")
	complete()
	equal("Every walk ended as one fill, one upgrade or one fault", meta["walks"], \
	      meta["fills"] + meta["upgrades"] + meta["walk_faults"], 0)
	equal("Fills in tlb.csv are those the plugin counted", rows["fill"], meta["fills"], filtered)
	equal("Upgrades in tlb.csv are those the plugin counted", rows["upgrade"], \
	      meta["upgrades"], filtered)
	each_equal("Fills by reason, upgrades by reason, flushes and INVLPGs too", \
		   "fill,cold=fills_cold fill,conflict=fills_conflict fill,flushed=fills_flushed " \
		   "upgrade,entry=upgrades_entry upgrade,kind=upgrades_kind flush=flushes invlpg=invlpgs")
	equal("Rows of faults.csv are the faults that Bochs delivered", rows["fault"], \
	      meta["faults"], filtered)
	if (meta["hints_from"] == "program")
		say("skip", "The kernel counted the same page faults", "another kernel counts by rules of its own")
	else
		equal("The kernel counted the same page faults", rows["fault"], meta["kernel.pgfault"], filtered)
	each_equal("Faults by cause, and the major ones, are those that plugin and kernel counted", causes_told())
	equal("The kernel counted the same INVLPGs", rows["invlpg,"], \
	      meta["guest"] ~ /^Pagoda / ? meta["kernel.nr_tlb_flush_page"] : "", filtered)
	phases_equal("Rows of each phase, of each kind, are those that the plugin counted from mark to mark")
	equal("Rows of tlb.csv", rows["tlb"], meta["tlb.rows"], 0)
	equal("Rows of faults.csv", rows["fault"], meta["faults.rows"], 0)
	equal("TLB entries in which the plugin's shadow differs from Bochs's at the end", 0, \
	      meta["shadow_mismatches"], 0)
	equal("Hints of the guest that made no sense", 0, meta["hints_bad"], 0)
	digests(sums)
	say(meta["selftest"] ~ /^(none)?$/ ? "skip" : meta["selftest"] == "ok" ? "ok" : "bad", \
	    "The kernel's self-test", meta["selftest"])
	close_result(result("checks.csv"))
	exit failed
}

function say(verdict, check, detail)
{
	print verdict "," csv(check) "," csv(detail) > result("checks.csv")
}

# Of a run that failed before its end, which is told on top, it is no news.
function complete()
{
	if (meta["complete"] != 1 && meta["outcome"] ~ /^(panic|hang|triple|interrupted|killed|emulator_failed|disk_full)$/) {
		say("skip", "The recording is complete", "no: the run failed before its end")
		return
	}
	say(meta["complete"] == 1 ? "ok" : "bad", "The recording is complete", \
	    meta["complete"] == 1 ? "meta.csv ends with complete,1" : \
	    "meta.csv has no complete,1: the run was cut short or its books do not balance")
}

# Both numbers must be there and equal.
function equal(check, got, want, skip)
{
	if (skip || got == "" || want == "")
		say("skip", check, skip ? "only a part was recorded" : "not in meta.csv")
	else
		say(got + 0 == want + 0 ? "ok" : "bad", check, got + 0 == want + 0 ? whole(got) : \
		    whole(got) " against " whole(want))
}

# Pairs "rows=key", of which all must be equal.
function each_equal(check, pairs,    pair, part, i, n, wrong)
{
	if (filtered || meta["fills_cold"] == "") {
		say("skip", check, filtered ? "only a part was recorded" : "not in meta.csv")
		return
	}
	n = split(pairs, pair, " ")
	for (i = 1; i <= n; i++) {
		split(pair[i], part, "=")
		if (rows[part[1]] + 0 != meta[part[2]] + 0)
			wrong = wrong (wrong ? "; " : "") part[2] " " whole(rows[part[1]]) " against " \
				whole(meta[part[2]])
	}
	say(wrong == "" ? "ok" : "bad", check, wrong == "" ? n " counts" : wrong)
}

# The running totals of marks.csv against the rows between the marks. The first phase that differs is told.
function phases_equal(check,    F, n, line, wrong, i, k, name, is, last)
{
	split("fills upgrades faults flushes invlpgs", name, " ")
	csv_open(out "/phases.csv", "phase,from,to,pid,label,cold,conflict,flushed,upgrade,invlpg,flush,flush_all,kind")
	while (csv_row(out "/phases.csv", F) > 0) {
		is[F[1], 1] = F[6] + F[7] + F[8]
		is[F[1], 2] = F[9] + F[13]
		is[F[1], 4] = F[11] + F[12]
		is[F[1], 5] = F[10]
	}
	csv_open(out "/fault_phases.csv", "phase,rows,major,cost")
	while (csv_row(out "/fault_phases.csv", F) > 0)
		is[F[1], 3] = F[2]
	csv_open(marks, "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs")
	while (csv_row(marks, F) > 0 && wrong == "") {
		for (k = 1; k <= 5; k++) {
			if (is[n + 0, k] + 0 != F[k + 4] - last[k] && wrong == "")
				wrong = "marks.csv:" csv_line ": " whole(F[k + 4] - last[k]) " " name[k] " up to " F[3] ", but " \
					whole(is[n + 0, k] + 0) " rows"
			last[k] = F[k + 4]
		}
		n++
	}
	say(filtered || !n ? "skip" : wrong == "" ? "ok" : "bad", check, filtered ? "only a part was recorded" : \
	    !n ? "no marks" : wrong == "" ? n " marks" : wrong)
}

# The pairs of causes and of major faults, as far as they were counted.
function causes_told(    key, pairs, n, i, name)
{
	pairs = "major=faults_major"
	if (meta["kernel.pgmajfault"] != "")
		pairs = pairs " major=kernel.pgmajfault"
	for (key in meta)
		if (key ~ /^(kernel.pgfault|faults_cause)_/)
			name[++n] = key
	sort(name, n, 1)
	for (i = 1; i <= n; i++) {
		key = name[i]
		sub(/^(kernel.pgfault|faults_cause)_/, "cause,", key)
		pairs = pairs " " key "=" name[i]
	}
	return pairs
}

function rows_counted(    F)
{
	csv_open(out "/events.csv", "event,reason,rows")
	while (csv_row(out "/events.csv", F) > 0) {
		rows[F[1] == "flush_all" ? "flush" : F[1]] += F[3]
		rows[F[1] "," F[2]] += F[3]
		rows["tlb"] += F[3]
	}
	# Bochs's own are none that the guest asked for, and not in the plugin's counts of these.
	rows["flush"] -= rows["flush,emulator"] + rows["flush_all,emulator"]
	rows["invlpg"] -= rows["invlpg,emulator"]
	csv_open(out "/causes.csv", "rows,cause")
	rows["fault"] = 0
	while (csv_row(out "/causes.csv", F) > 0) {
		rows["fault"] += F[1]
		rows["cause," F[2]] += F[1]
		rows["major"] += F[5]
	}
}

function digests(file,    line, part, key, n, wrong, there)
{
	while ((getline line < file) > 0) {
		split(line, part, " ")
		there[part[1] ".sha256"]
		if (meta[part[1] ".sha256"] == "")
			continue
		n++
		if (meta[part[1] ".sha256"] != part[2])
			wrong = wrong " " part[1] (part[1] ~ /^std/ ? ".txt" : ".csv")
	}
	for (key in meta)
		if (key ~ /\.sha256$/ && meta[key] != "" && !(key in there))
			wrong = wrong " " substr(key, 1, length(key) - 7) " (missing)"
	say(!n ? "skip" : wrong == "" ? "ok" : "bad", "SHA-256 of the files", \
	    !n ? "not in meta.csv" : wrong == "" ? n " files" : "differs:" wrong)
}
