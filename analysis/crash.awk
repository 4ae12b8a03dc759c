# crash.awk - where was a program that a fault killed, and was it for want of stack or memory? Put behind the cause
# of a failed run.
#
# Variables: console, faults, vmas. After lib.awk, run.awk, areas.awk, symbols.awk and failure.awk, with meta[], the tasks
# and (by failure_read()) the symbols read. The kernel says on the console which instruction it was; faults.csv, what it did.

BEGIN {
	signal_name[4] = "SIGILL"
	signal_name[5] = "SIGTRAP"
	signal_name[7] = "SIGBUS"
	signal_name[8] = "SIGFPE"
	signal_name[11] = "SIGSEGV"
}

# Adds the signal, address, instruction and task to `failure`.
function crash_read(    want, line, part, n, place)
{
	want = signal_name[meta["prog_status"] - 128]
	if (meta["prog_status"] == 128 + 9 && meta["kernel.oom_kill"] > 0)
		crash_memory()
	if (failure == "" || meta["outcome"] != "program_failed" || want == "" || console == "")
		return
	while ((getline line < console) > 0)
		if (match(line, /\[[0-9]+\]: SIG[A-Z]+ at address 0x[0-9a-f]+, eip 0x[0-9a-f]+(, esp 0x[0-9a-f]+)?/))
			n = split(substr(line, RSTART + 1, RLENGTH - 1), part, /[^0-9A-Za-z]+/)
	close(console)
	# PID SIGNAL at address ADDRESS eip EIP esp ESP
	if (n < 7 || part[2] != want)
		return
	place = symbol_place(part[1], part[7])
	# The cause names the signal, or its number alone.
	failure = failure (index(failure, want) ? ":" : ": " want) crash_access(part[1], part[5], part[7], part[9]) ", at eip " part[7] \
		(place == "" ? "" : " (" place ")") ", task " part[1] " (" base_name(task_name[tgid_of(part[1])]) ")"
}

# Adds that memory was out, unless the verdict has said so, and whom the kernel killed for it last.
function crash_memory(    line, part)
{
	if (failure == "" || meta["outcome"] != "program_failed" || console == "")
		return
	while ((getline line < console) > 0)
		if (line ~ /^Out of memory: Killed process [0-9]+ [(]/)
			split(line, part, " ")
	close(console)
	if (!(part[6] in task_name))
		return
	if (!index(failure, ": out of memory"))
		failure = failure ": out of memory (MEM=" meta["memory_mib"] ")"
	failure = failure ", task " part[6] " (" base_name(task_name[part[6]]) ")"
}

# Was it the stack that had no more room? So it was when stack pointer and address lie in no area, and
# the next one above both is the stack.
function crash_stack(pid, address, esp, now,    tgid, i, n)
{
	if (esp == "" || address >= "0xc0000000" || esp >= "0xc0000000")
		return ""
	tgid = tgid_of(pid)
	areas_open(vmas)
	areas_until(now - 1)
	close(vmas)
	n = areas_count[tgid] + 0
	for (i = n; i > 0 && areas_name[tgid, i] != "[stack]"; i--)
		;
	if (i == 0 || hex(address) >= areas_from[tgid, i] || hex(esp) > areas_from[tgid, i] || \
	    (i > 1 && (hex(address) < areas_to[tgid, i - 1] || hex(esp) <= areas_to[tgid, i - 1])))
		return ""
	return ", beyond the stack's limit (it had grown to " commas((areas_to[tgid, i] - areas_from[tgid, i]) / 1024) " KiB)"
}

# " writing address 0x00000020": the last such fault tells which.
function crash_access(pid, address, eip, esp,    F, verb, when)
{
	verb = "at"
	if (csv_open(faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause"))
		while (csv_row(faults, F) > 0)
			if (F[3] "" == address "" && F[4] "" == eip "" && F[10] == pid && F[12] ~ /^sig/) {
				verb = F[6] == "r" ? "reading" : F[6] == "w" ? "writing" : "executing"
				when = F[12] == "sigsegv" ? F[1] : ""
			}
	close(faults)
	return " " verb " address " address (when == "" ? "" : crash_stack(pid, address, esp, when))
}
