# refs.awk - the string of references of one process, for build/analysis/replay: a page a line, and w for a write.
#
#   awk -v pid=4 -f analysis/refs.awk out/latest/tlb.csv | build/analysis/replay 512 1024
#
# Each fill and upgrade of the TLB by a user page of the process is one. A use that the TLB already
# knew left no row. So the string is complete only where no page is used again while its entry stands:
# what is left out are repetitions that are close in time, which change no fault of LRU as long as frames
# are (many) more than the TLB's entries; FIFO and OPT count nearly the same; clock and aging see fewer
# accessed bits than there were.
BEGIN {
	FS = ","
	if (pid == "") {
		print "refs.awk: which process? -v pid=N" > "/dev/stderr"
		failed = 1
		exit 2
	}
}

($4 == "fill" || $4 == "upgrade") && $14 == pid && $6 "" < "0xc0000000" {
	print $6 ($9 == "w" ? " w" : "")
}

END {
	if (failed)
		exit 2
}
