# agreement.awk - does the recording agree with itself, and with what the guest counted?
#
# Variables: metafile (meta.csv), sums (lines "name sha256" of the files as they are), out (directory
# with events.csv and causes.csv). After lib.awk and run.awk; reads no input of its own.
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
	equal("Rows of faults.csv are the faults that Bochs delivered", rows["fault"], \
	      meta["faults"], filtered)
	equal("The kernel counted the same page faults", rows["fault"], meta["kernel.pgfault"], filtered)
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

function complete()
{
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

function rows_counted(    F)
{
	csv_open(out "/events.csv", "event,reason,rows")
	while (csv_row(out "/events.csv", F) > 0) {
		rows[F[1]] += F[3]
		rows["tlb"] += F[3]
	}
	csv_open(out "/causes.csv", "rows,cause")
	rows["fault"] = 0
	while (csv_row(out "/causes.csv", F) > 0)
		rows["fault"] += F[1]
}

function digests(file,    line, part, n, wrong)
{
	while ((getline line < file) > 0) {
		split(line, part, " ")
		if (meta[part[1] ".sha256"] == "")
			continue
		n++
		if (meta[part[1] ".sha256"] != part[2])
			wrong = wrong " " part[1] ".csv"
	}
	say(!n ? "skip" : wrong == "" ? "ok" : "bad", "SHA-256 of the files", \
	    !n ? "not in meta.csv" : wrong == "" ? n " files" : "differs:" wrong)
}
