# crash.awk - where was a program that a fault killed? Put behind the cause of a failed run.
#
# Variables: console, faults, kernel_sym, prog_sym, vmas. After lib.awk, run.awk, symbols.awk and failure.awk, with
# meta[] and the tasks read. The kernel says on the console which instruction it was; faults.csv, what it did.

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
	if (failure == "" || meta["outcome"] != "program_failed" || want == "" || console == "")
		return
	while ((getline line < console) > 0)
		if (match(line, /\[[0-9]+\]: SIG[A-Z]+ at address 0x[0-9a-f]+, eip 0x[0-9a-f]+/))
			n = split(substr(line, RSTART + 1, RLENGTH - 1), part, /[^0-9A-Za-z]+/)
	close(console)
	# PID SIGNAL at address ADDRESS eip EIP
	if (n != 7 || part[2] != want)
		return
	symbols_open(kernel_sym, prog_sym, vmas)
	place = symbol_place(part[1], part[7])
	# The cause names the signal, or its number alone.
	failure = failure (index(failure, want) ? ":" : ": " want) crash_access(part[1], part[5], part[7]) ", at eip " part[7] \
		(place == "" ? "" : " (" place ")") ", task " part[1] " (" base_name(task_name[tgid_of(part[1])]) ")"
}

# " writing address 0x00000020": the last such fault tells which.
function crash_access(pid, address, eip,    F, verb)
{
	verb = "at"
	if (csv_open(faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause"))
		while (csv_row(faults, F) > 0)
			if (F[3] "" == address "" && F[4] "" == eip "" && F[10] == pid && F[12] ~ /^sig/)
				verb = F[6] == "r" ? "reading" : F[6] == "w" ? "writing" : "executing"
	close(faults)
	return " " verb " address " address
}
