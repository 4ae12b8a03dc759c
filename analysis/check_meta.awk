# check_meta.awk - is each key of meta.csv there, and what the rows, the files and the logs say?
#
# Variables: emulator, console (paths of the logs; the files may be missing, as a recorder that was
# started by hand may write none), sealed (the digest of meta.csv by meta.sha256, or empty), meta_sum.
# After lib.awk and check_tap.awk. FORMAT.md says of each key what it is checked against.
BEGIN {
	key_is("all", "^1$", "format complete tlb_ways")
	key_is("all", ".", "bochs cpu_model host_system host_machine start stop")
	key_is("all", "^[0-9]+$", "memory_mib ips dtlb_entries itlb_entries icount_start icount_end walks fills " \
	       "fills_cold fills_conflict fills_flushed upgrades upgrades_entry upgrades_kind walk_faults faults " \
	       "faults_major faults_hint_unmatched faults_cost_unknown flushes invlpgs flushes_emulator " \
	       "pdpte_loads walks_unresolved accesses_stray shadow_mismatches hints_bad fills_dropped_cr3 " \
	       "fills_dropped_cr4 fills_dropped_cr0 fills_dropped_task fills_dropped_emulator " \
	       "fills_dropped_invlpg fills_dropped_fault tlb.rows faults.rows tasks.rows vmas.rows " \
	       "marks.rows latency.rows")
	key_is("all", "^(none|zstd)$", "compress")
	key_is("all", "^(tlb|fault|flush|tlb fault|tlb flush|fault flush|tlb fault flush)$", "events")
	key_is("all", "^(tlb|faults|tasks|vmas|marks|latency)[.]csv([.]zst)?$", \
	       "tlb.file faults.file tasks.file vmas.file marks.file latency.file")
	key_is("all", "^std(out|err)[.]txt$", "stdout.file stderr.file")
	key_is("all", "^[0-9a-f]+$", "tlb.sha256 faults.sha256 tasks.sha256 vmas.sha256 marks.sha256 " \
	       "latency.sha256 stdout.sha256 stderr.sha256")
	key_is("all", "^(ok|failed|none)$", "selftest")
	# What else there is (panic, hang, ...) is of a recording that is not complete, or was put there
	# by whoever watched the run.
	key_is("all", "^(ok|stale|selftest_failed|program_failed|truncated|hang|killed|interrupted|emulator_failed|reset)$", \
	       "outcome")
	key_is("hints", "^1$", "trace_port_version")
	key_is("hints", ".", "guest")
	key_is("any", "^program$", "hints_from")
	key_is("hints", "^[0-9]+$", "irqs_off_max irqs_off_max_pid no_resched_max no_resched_max_pid")
	key_is("hints", "^0x[0-9a-f]+$", "irqs_off_max_eip no_resched_max_eip")
	key_is("ours", "^[0-9]+$", "kernel.pgfault kernel.pgmajfault kernel.nr_tlb_flush_page " \
	       "kernel.nr_tlb_flush_mm kernel.nr_tlb_flush_all kernel.ctxt kernel.warnings " \
	       "kernel.unknown_options kernel.selftest_pass kernel.selftest_failures kernel.selftest_skip " \
	       "kernel.pgfault_anon_zero kernel.pgfault_anon kernel.pgfault_file kernel.pgfault_file_cow " \
	       "kernel.pgfault_shared kernel.pgfault_cow kernel.pgfault_cow_reuse kernel.pgfault_stack " \
	       "kernel.pgfault_spurious kernel.pgfault_vmalloc_sync kernel.pgfault_fixup " \
	       "kernel.pgfault_sigsegv kernel.pgfault_sigbus kernel.pgfault_oom kernel.pgfault_migration " \
	       "kernel.io_done kernel.io_failed kernel.pgfault_swap kernel.pgfault_swap_cache " \
	       "kernel.pgscan_kswapd kernel.pgscan_direct kernel.pgsteal_kswapd kernel.pgsteal_direct kernel.pgactivate kernel.pgdeactivate kernel.pswpin kernel.pswpout " \
	       "kernel.allocstall kernel.pageoutrun kernel.oom_kill")
	key_is("ours", "^([0-9]+|none)$", "prog_status")
	key_is("any", ".", "command failure")
	key_is("any", "^[0-9]+$", "pid")
	key_is("any", "^(fault|fill/[1-9][0-9]*|fault fill/[1-9][0-9]*)$", "stacks")
	# Of an older plugin there are none of these; of models only where there are some.
	key_is_of("waiting io reclaim uses model stacks buddy")
	# Of a recording with TRACE=refs.
	key_is("any", "^[1-9][0-9]*$", "refs")
	key_is_of("refs")
	key_is("refs.", "^[0-9]+$", "refs_references refs_kept")
	key_form["refs.file"] = "^refs[.]csv([.]zst)?$"
}

# Notes of keys who must have them and what their values look like.
function key_is(need, like, keys,    key, n, i)
{
	n = split(keys, key, " ")
	for (i = 1; i <= n; i++) {
		key_list[++key_count] = key[i]
		key_need[key[i]] = need
		key_form[key[i]] = like
	}
}

# The same for tables of which an older plugin writes none: each has all three keys or none.
function key_is_of(tables,    table, n, i)
{
	n = split(tables, table, " ")
	for (i = 1; i <= n; i++) {
		key_is(table[i] ".", "^[0-9]+$", table[i] ".rows")
		key_is(table[i] ".", "^" table[i] "[.]csv$", table[i] ".file")
		key_is(table[i] ".", "^[0-9a-f]+$", table[i] ".sha256")
	}
}

# Must a recording of this guest have `key`?
function key_wanted(key,    need)
{
	need = key_need[key]
	if (need ~ /[.]$/) # a table's
		return meta[need "file"] meta[need "rows"] meta[need "sha256"] != ""
	return need == "all" || (need == "hints" && meta["guest"] meta["trace_port_version"] != "") || \
	       (need == "ours" && meta["guest"] ~ /^Pagoda /)
}

# Did the run end as something that says why it did not come to its end? What is told at the end is
# not missed then.
function cut_short()
{
	return meta["complete"] != 1 && meta["outcome"] != "" && meta["outcome"] != "ok"
}

# Of `complete` there is a check of its own.
function check_keys(    i, key, like)
{
	for (i = 1; i <= key_count; i++)
		if (!cut_short() && key_wanted(key_list[i]) && !(key_list[i] in key_seen) && key_list[i] != "complete")
			wrong("meta.there", "meta.csv:" key_list[i] ": missing")
	verdict("meta.there", "meta.csv: no key is missing")
	for (i = 1; i <= keys_read; i++) {
		key = key_read[i]
		like = key in key_form ? key_form[key] : \
		       key ~ /^kernel[.]/ || (key ~ /^faults_cause_/ && index(causes, " " substr(key, 14) " ")) ? "^[0-9]+$" : ""
		if (like == "")
			wrong("meta.form", "meta.csv:" key ": no such key")
		else if (meta[key] !~ like || (key ~ /sha256$/ && length(meta[key]) != 64))
			wrong("meta.form", "meta.csv:" key ": cannot be: " meta[key])
		else if (key ~ /^kernel[.]/ && meta["guest"] == "")
			wrong("meta.form", "meta.csv:" key ": no guest could have said it")
	}
	verdict("meta.form", "meta.csv: values are what their keys can have")
	if (sealed != "" && sealed != meta_sum)
		wrong("meta.sum", "meta.sha256: meta.csv has " meta_sum)
	verdict("meta.sum", "meta.csv: SHA-256 is that of meta.sha256" (sealed == "" ? " # SKIP no such file" : ""))
}

# meta.csv must say under `key` what `log_name` says.
function logged(key, value, log_name)
{
	if (value != "" && meta[key] != "" && meta[key] != value)
		wrong("meta.logs", "meta.csv:" key ": " meta[key] ", but by " log_name " it is " value)
}

function check_logs()
{
	check_emulator_log()
	check_console()
	verdict("meta.logs", "meta.csv: machine, guest and statuses are those of emulator.log and console.log")
}

function after(text, mark)
{
	return substr(text, index(text, mark) + length(mark))
}

function check_emulator_log(    line)
{
	while ((getline line < emulator) > 0) {
		if (line ~ /i\[ *\] Bochs x86 Emulator /)
			logged("bochs", after(line, "Emulator "), "emulator.log")
		else if (line ~ /i\[ *\] IPS is set to /)
			logged("ips", after(line, "IPS is set to "), "emulator.log")
		else if (line ~ /i\[ *\]   Using pre-defined CPU configuration: /)
			logged("cpu_model", after(line, "configuration: "), "emulator.log")
		else if (line ~ /i\[MEM0 *\] [0-9]+[.]00MB$/)
			logged("memory_mib", after(line, "] ") + 0, "emulator.log")
		else if (line ~ /RIP|>>/)
			break
	}
	close(emulator)
}

# The kernel's own lines come before any program's: the first ones count, and of the last one, the
# last.
function check_console(    line, part, booting, last, limited, unknown)
{
	booting = 1
	while ((getline line < console) > 0) {
		sub(/\r$/, "", line)
		if (line != "")
			last = line
		unknown += line ~ /^command line: the kernel does not know /
		if (!booting)
			continue
		if (line ~ /^Pagoda .*, memory model /)
			logged("guest", substr(line, 1, index(line, ", memory model ") - 1), "console.log")
		else if (line ~ /^Command line: /)
			limited = line ~ / mem(map)?=/
		else if (line ~ /^RAM: [0-9]+ KiB in /)
			check_memory(after(line, "RAM: ") + 0, limited)
		else if (line ~ /^# Totals: pass:[0-9]+ fail:[0-9]+ skip:[0-9]+/) {
			split(line, part, ":")
			logged("kernel.selftest_pass", part[3] + 0 "", "console.log")
			logged("kernel.selftest_failures", part[4] + 0 "", "console.log")
			logged("kernel.selftest_skip", part[5] + 0 "", "console.log")
			booting = 0
		}
	}
	close(console)
	if (last ~ /^Pagoda: power off, status [0-9]+$/)
		logged("prog_status", after(last, "status "), "console.log")
	if (last != "" && meta["kernel.unknown_options"] + 0 > unknown)
		logged("kernel.unknown_options", unknown + 0 "", "console.log")
}

# The kernel has all of the memory up to 3 GiB, where Bochs has its devices, but what the firmware
# keeps (less than 1 MiB), or as much as it was told to use (`limited`).
function check_memory(kib, limited,    mib)
{
	mib = meta["memory_mib"] + 0
	if (mib * 1024 < kib || (!limited && (mib < 3072 ? mib : 3072) * 1024 >= kib + 1024))
		wrong("meta.logs", "meta.csv:memory_mib: " mib ", but by console.log the kernel has " kib " KiB")
}

# What was recorded: from a mark `start` to the next one `stop`, and again; icount_start and icount_end are the
# outer ones. And what was not asked for has no rows.
function check_part(    i, on, first, last)
{
	on = meta["start"] == "boot"
	if (on)
		first = "0"
	for (i = 1; i <= marked; i++) {
		if (mark_name[i] == meta["start"]) {
			on = 1
			first = first == "" ? mark_when[i] : first
		}
		if (mark_name[i] == meta["stop"] && meta["stop"] != "end" && on) { # a mark may be called that
			on = 0
			last = mark_when[i]
		}
	}
	if (first == "")
		first = meta["icount_end"]
	else if (on || meta["icount_end"] == "")
		last = ""
	part_edge("icount_start", first, "start " meta["start"])
	part_edge("icount_end", last, "stop " meta["stop"])
	if ((on || first == meta["icount_end"]) && meta["icount_end"] != "" && meta["icount_end"] + 0 < last_time)
		wrong("meta.part", "meta.csv:icount_end: rows go on to " whole(last_time))
	if (rows["faults"] && index(meta["events"], "fault") == 0)
		wrong("meta.part", "meta.csv:events: " meta["events"] ", but faults.csv has rows")
	verdict("meta.part", "meta.csv: the recorded part holds all rows, from the mark start to the mark stop")
}

function part_edge(key, time, why)
{
	if (time != "" && meta[key] != "" && time + 0 != meta[key] + 0)
		wrong("meta.part", "meta.csv:" key ": " meta[key] ", but " why " was at " time)
}

# Splits a command as a shell does, as far as `make list` writes one: '...' and \. Returns the number of words,
# 0 when a quote is open at the end.
function shell_words(text, word,    n, i, c, quoted)
{
	n = 1
	word[1] = ""
	for (i = 1; i <= length(text); i++) {
		c = substr(text, i, 1)
		if (c == "'")
			quoted = !quoted
		else if (c == " " && !quoted)
			word[++n] = ""
		else
			word[n] = word[n] (c == "\\" && !quoted ? substr(text, ++i, 1) : c)
	}
	return quoted ? 0 : n
}

# What the command says of the machine and the recorder's options, when it is one that takes these.
function check_command(    word, n, i, trace)
{
	n = shell_words(meta["command"], word)
	if (word[1] == "make" && word[2] ~ /^(trace|run)$/) {
		for (i = 3; i <= n; i++) {
			if (word[i] ~ /^MEM=/)
				asked_by_command("memory_mib", substr(word[i], 5))
			else if (word[i] ~ /^CPU=./)
				asked_by_command("cpu_model", substr(word[i], 5))
			else if (word[i] ~ /^TRACE=/)
				trace = substr(word[i], 7)
		}
		if (n)
			check_trace(trace)
	}
	if ((meta["refs"] != "") != (meta["refs.file"] != ""))
		wrong("meta.command", "meta.csv:refs: " meta["refs"] ", but refs.file is " meta["refs.file"])
	verdict("meta.command", "meta.csv: the command asks for this machine and these options")
}

function asked_by_command(key, value)
{
	if (meta[key] != "" && meta[key] != value)
		wrong("meta.command", "meta.csv:" key ": " meta[key] ", but the command asks for " value)
}

# The plugin's line: a new option begins where a comma is followed by a word and "=".
function check_trace(text,    piece, n, i, value, name, wants)
{
	wants["compress"] = "none"
	wants["start"] = "boot"
	wants["stop"] = "end"
	wants["events"] = "tlb,fault,flush"
	wants["pid"] = ""
	wants["refs"] = ""
	n = split(text, piece, ",")
	for (i = 1; i <= n; i++) {
		sub(/^[ \t]+/, "", piece[i])
		if (piece[i] ~ /^refs[ \t]*$/) { # as many frames as are the recorder's habit
			wants["refs"] = meta["refs"] == "" ? "one" : meta["refs"]
		} else if (piece[i] ~ /^[a-z_]+=/) {
			name = substr(piece[i], 1, index(piece[i], "=") - 1)
			wants[name] = after(piece[i], "=")
		} else if (piece[i] != "") {
			wants[name] = wants[name] "," piece[i]
		}
	}
	sub(/^mark:/, "", wants["start"])
	sub(/^mark:/, "", wants["stop"])
	value = "," wants["events"] ","
	wants["events"] = substr((index(value, ",tlb,") ? " tlb" : "") (index(value, ",fault,") ? " fault" : "") \
				 (index(value, ",flush,") ? " flush" : ""), 2)
	value = "," wants["stacks"] ","
	wants["stacks"] = (index(value, ",fault,") ? " fault" : "") \
			  (match(value, /.*,fill(\/[0-9]+)?,/) ? " fill/" last_rate(value) : "")
	wants["stacks"] = substr(wants["stacks"], 2)
	for (name in wants)
		if (name ~ /^(compress|start|stop|events|pid|stacks|refs)$/ && meta[name] != wants[name])
			wrong("meta.command", "meta.csv:" name ": " meta[name] ", but the command asks for " wants[name])
}

# The last `fill/N` of the option `stacks`.
function last_rate(value)
{
	sub(/.*,fill/, "", value)
	sub(/^\//, "", value)
	sub(/,.*/, "", value)
	return value == "" ? 1 : value + 0
}
