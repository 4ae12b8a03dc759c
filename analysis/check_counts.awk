# check_counts.awk - the rows, counted by every word they use, against meta.csv and the kernel.
#
# For check_files.awk, which counts faults.csv and tasks.csv, and check_tlb.awk, which counts
# tlb.csv. What the plugin counted at the event covers the whole run, so it is compared only when all
# of it was recorded (`whole_run`). What another guest calls its counters is not known (`ours`).
function count_tlb(    fills, i, n, name)
{
	same("tlb.csv: rows are those of meta.csv", NR - 1, "tlb.rows")
	count_asked()
	if (!whole_run)
		return
	n = split("cold conflict flushed", name, " ")
	for (i = 1; i <= n; i++) {
		same("tlb.csv: " name[i] " fills", counted["fill," name[i]], "fills_" name[i])
		fills += counted["fill," name[i]]
	}
	same("tlb.csv: fills", fills, "fills")
	same("tlb.csv: upgrades", counted["upgrade,entry"] + counted["upgrade,kind"], "upgrades")
	same("tlb.csv: upgrades by the entry", counted["upgrade,entry"], "upgrades_entry")
	same("tlb.csv: upgrades by the kind of access", counted["upgrade,kind"], "upgrades_kind")
	n = split("cr3 cr4 cr0 task invlpg fault emulator", name, " ")
	for (i = 1; i <= n; i++)
		same("tlb.csv: fills of pages dropped by " name[i], dropped[name[i]], "fills_dropped_" name[i])
	same("tlb.csv: invlpgs", counted["invlpg,"], "invlpgs")
	n = split("cr0 cr3 cr4 task", name, " ")
	for (i = 1; i <= n; i++)
		flushes += counted["flush," name[i]] + counted["flush_all," name[i]]
	same("tlb.csv: flushes", flushes, "flushes")
	same("tlb.csv: flushes of the emulator's own", counted["flush,emulator"] + \
	     counted["flush_all,emulator"] + counted["invlpg,emulator"], "flushes_emulator")
	count_kernel_flushes()
}

# The recorder's options `events` and `pid`: what was not asked for has no rows.
function count_asked(    key, part, rows)
{
	for (key in counted) {
		split(key, part, ",")
		rows[part[1] ~ /^(fill|upgrade)$/ ? "tlb" : part[1] ~ /^(flush|flush_all|invlpg)$/ ? "flush" : ""] += counted[key]
	}
	if ((rows["tlb"] && index(meta["events"], "tlb") == 0) || (rows["flush"] && index(meta["events"], "flush") == 0))
		wrong("asked", "meta.csv:events: " meta["events"] ", but tlb.csv has rows of others")
	if (not_asked)
		wrong("asked", "meta.csv:pid: " meta["pid"] ", but tlb.csv has " not_asked " rows of others")
	verdict("asked", "tlb.csv: rows are of the events and of the process of meta.csv")
}

# May a row be of the task `pid`?
function asked_for(pid)
{
	return meta["pid"] == "" || pid == meta["pid"] || tgid_of(pid) == meta["pid"]
}

# Why another kernel's counters are compared with nothing.
function other_kernel()
{
	return "the guest is " (meta["guest"] == "" ? "unknown" : meta["guest"]) ", which counts by rules of its own"
}

# The kernel flushes a page by INVLPG, an address space by loading CR3 with what is in it, and all
# by turning CR4.PGE off and on; without PGE, by CR3 too, and once when it has set up its pages.
function count_kernel_flushes()
{
	if (!ours) {
		skipped("tlb.csv: pages and address spaces that the kernel flushed", other_kernel())
		return
	}
	same("tlb.csv: pages that the kernel flushed", counted["invlpg,"], "kernel.nr_tlb_flush_page")
	if (counted["flush,cr3"]) {
		same("tlb.csv: address spaces that the kernel flushed", counted["same cr3"], \
		     "kernel.nr_tlb_flush_mm")
		same("tlb.csv: kernel's flushes of all", counted["cr4 pair"], "kernel.nr_tlb_flush_all")
	} else {
		meta["kernel.nr_tlb_flush_mm"] += meta["kernel.nr_tlb_flush_all"] + 1
		same("tlb.csv: flushes of the kernel", counted["any same cr3"], "kernel.nr_tlb_flush_mm")
	}
}

function count_faults(    i, n, name)
{
	same("faults.csv: rows are those of meta.csv", rows["faults"], "faults.rows")
	same("faults.csv: rows without cost", faults_without_cost, "faults_cost_unknown")
	if (!whole_run)
		return
	same("faults.csv: rows are the faults that Bochs delivered", rows["faults"], "faults")
	same("faults.csv: major rows are those that the plugin counted", faults_major, "faults_major")
	n = split(causes, name, " ")
	for (i = 1; i <= n; i++)
		if (faults_of[name[i]] || meta["faults_cause_" name[i]] + 0)
			same("faults.csv: rows with cause " name[i], faults_of[name[i]], "faults_cause_" name[i])
	if (!ours) {
		skipped("faults.csv: rows are the faults that the kernel counted, by cause", other_kernel())
		skipped("tasks.csv: switches are those that the kernel counted", other_kernel())
		return
	}
	same("faults.csv: rows are the faults that the kernel counted", rows["faults"], "kernel.pgfault")
	same("faults.csv: rows that are major", faults_major, "kernel.pgmajfault")
	for (i = 1; i <= n; i++)
		if (faults_of[name[i]] || meta["kernel.pgfault_" name[i]] + 0)
			same("faults.csv: rows that the kernel counted as " name[i], faults_of[name[i]], \
			     "kernel.pgfault_" name[i])
	same("tasks.csv: switches are those that the kernel counted", switches, "kernel.ctxt")
}
