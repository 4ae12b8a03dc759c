# syscall_tbl.awk - makes generated/syscalls.h of syscall.tbl: prototypes, and a row for each call.

function fail(text)
{
	print FILENAME ":" FNR ": " text >"/dev/stderr"
	failed = 1
	exit 1
}

BEGIN {
	print "/* syscalls.h - made of kernel/proc/syscall.tbl by syscall_tbl.awk. */"
	last = -1
}

/^#/ || NF == 0 { next }

{
	if ($1 !~ /^[0-9]+$/ || $2 !~ /^[a-z_0-9]+$/ || $3 !~ /^(-|[a-z_0-9]*)$/ || NF > 3)
		fail("want: number, name, and perhaps the function or -")
	if ($1 + 0 <= last)
		fail("numbers must rise")
	last = $1 + 0
	handler = NF == 3 ? $3 : $2
	entries = entries sprintf(" \\\n\tENTRY(%d, \"%s\", %s)", $1, $2, \
		handler == "-" ? "NULL" : "sys_" handler)
	if (handler != "-" && !(handler in seen)) {
		seen[handler]
		printf "long sys_%s(u32 a, u32 b, u32 c, u32 d, u32 e, u32 f);\n", handler
	}
}

END {
	if (failed)
		exit 1
	printf "#define NR_SYSCALLS %d\n#define SYSCALL_ENTRIES(ENTRY)%s\n", last + 1, entries
}
