# oracles.awk - what several counters that know nothing of each other say of the same run.
#
#   awk -F, -f oracles.awk meta.csv tlb.csv faults.csv tasks.csv counts replayed
#
# `counts` is by Bochs itself (counted.h), `replayed` by the model of analysis/replay.awk. One line for
# each thing that was counted: "ok" or "not ok", its name, and what the plugin (at the event), the rows
# of the recording, the kernel, Bochs and the replay say; "-" where one does not count it.
FNR == 1 {
	file = FILENAME
	sub(/.*\//, "", file)
}
file == "counts" || file == "replayed" {
	split($0, F, " ")
	if (file == "counts")
		bochs[F[1]] = F[2]
	else
		replay[F[1]] = F[2]
	next
}
FNR == 1 {
	next
}
file == "meta.csv" {
	meta[$1] = $2
}
file == "tlb.csv" {
	row[$4]++
	row[$4 "," $5]++
	if ($4 == "fill") {
		row[$3]++
		evictions += $16 != ""
		dropped[$17]++
	}
}
file == "faults.csv" {
	faults++
	cause[$12]++
	major += $13
}
file == "tasks.csv" && $3 == "switch" {
	switches++
}

END {
	n = split("cold conflict flushed", name, " ")
	for (i = 1; i <= n; i++)
		replay["fills"] += replay["fills_" name[i]]
	flushes = row["flush"] + row["flush_all"]
	printf "%-34s %9s %9s %9s %9s %9s\n", "#  what", "plugin", "rows", "kernel", "Bochs", "replay"
	line("walks", meta["walks"], row["fill"] + row["upgrade"] + faults, "-", bochs["walks"], "-")
	line("walks, and misses without paging", meta["walks"] + bochs["misses_unpaged"], "-", "-", \
	     bochs["own_misses"], "-")
	line("fills", meta["fills"], row["fill"], "-", bochs["fills"], replay["fills"])
	for (i = 1; i <= n; i++)
		line("fills: " name[i], meta["fills_" name[i]], row["fill," name[i]], "-", "-", \
		     replay["fills_" name[i]])
	line("fills of the data TLB", "-", row["d"], "-", bochs["fills_d"], "-")
	line("fills of the instruction TLB", "-", row["i"], "-", bochs["fills_i"], "-")
	line("evictions", "-", evictions, "-", bochs["evictions"], replay["evictions"])
	for (key in meta)
		if (key ~ /^fills_dropped_/ && meta[key])
			line("fills: dropped by " substr(key, 15), meta[key], dropped[substr(key, 15)], "-", "-", \
			     replay["dropped_" substr(key, 15)])
	line("upgrades: entry", meta["upgrades_entry"], row["upgrade,entry"], "-", "-", \
	     replay["upgrades_entry"])
	line("upgrades: kind", meta["upgrades_kind"], row["upgrade,kind"], "-", "-", replay["upgrades_kind"])
	line("upgrades", meta["upgrades"], row["upgrade"], "-", bochs["upgrades"], replay["upgrades"])
	line("faults", meta["faults"], faults, meta["kernel.pgfault"], bochs["faults"], "-")
	line("faults: major", meta["faults_major"], major, meta["kernel.pgmajfault"], "-", "-")
	for (key in meta)
		if (key ~ /^kernel.pgfault_/ && (meta[key] || cause[substr(key, 16)]))
			line("faults: " substr(key, 16), meta["faults_cause_" substr(key, 16)] + 0, cause[substr(key, 16)], meta[key], "-", "-")
	line("entries that faults dropped", "-", "-", "-", bochs["fault_drops"], replay["fault_drops"])
	line("flushes", meta["flushes"], flushes, "-", bochs["flushes"] + bochs["flushes_all"], "-")
	line("flushes that keep global entries", "-", row["flush"], "-", bochs["flushes"], "-")
	line("flushes, and those without paging", meta["flushes"] + bochs["flushes_unpaged"], "-", "-", \
	     bochs["own_flushes"], "-")
	line("invlpgs", meta["invlpgs"], row["invlpg"], meta["kernel.nr_tlb_flush_page"], bochs["invlpgs"], "-")
	line("data entries left at the end", "-", "-", "-", bochs["left_d"], replay["left_d"])
	line("instruction entries left", "-", "-", "-", bochs["left_i"], replay["left_i"])
	line("switches", "-", switches, meta["kernel.ctxt"], "-", "-")
}

# All that count it must say the same, two at least; a counter that should be there and is not, is 0.
function line(what, plugin, rows, kernel, emulator, model,    said, i, first, bad, tellers, text)
{
	split(plugin + 0 "," rows + 0 "," kernel + 0 "," emulator + 0 "," model + 0, said, ",")
	text = (plugin == "-") (rows == "-") (kernel == "-") (emulator == "-") (model == "-")
	for (i = 1; i <= 5; i++) {
		if (substr(text, i, 1) == "1") {
			said[i] = "-"
			continue
		}
		if (!tellers++)
			first = said[i]
		bad += said[i] != first
	}
	printf "%-6s %-27s %9s %9s %9s %9s %9s\n", bad || tellers < 2 ? "not ok" : "ok", what, said[1], \
	       said[2], said[3], said[4], said[5]
}
