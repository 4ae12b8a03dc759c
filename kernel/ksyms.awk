# ksyms.awk - the kernel's symbol table, as assembler, from `nm -n` of the first link.
# Keeps functions only; of several names of one address the first. POSIX awk.
BEGIN {
	print "/* Made by kernel/ksyms.awk. */"
	print "\t.section .ksyms, \"a\", @progbits"
	print "\t.globl ksym_count, ksym_addresses, ksym_name_offsets, ksym_names"
	print "\t.balign 4"
	print "ksym_addresses:"
}
$3 == "_etext" { end = $1 }
$2 ~ /^[tT]$/ && $3 !~ /^(_text|_etext|boot_entry_phys|\.L.*)$/ && $1 != last && end == "" {
	print "\t.long 0x" $1
	name[n++] = $3
	last = $1
}
END {
	print "\t.long 0x" (end == "" ? "0" : end)
	print "ksym_name_offsets:"
	for (i = 0; i < n; i++) {
		print "\t.long " (offset + 0)
		offset += length(name[i]) + 1
	}
	print "ksym_count:\n\t.long " (n + 0)
	print "ksym_names:"
	for (i = 0; i < n; i++)
		print "\t.asciz \"" name[i] "\""
	print "\t.section .note.GNU-stack, \"\", @progbits"
}
