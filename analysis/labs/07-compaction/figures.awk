# figures.awk - lab 7: free memory as /proc/buddyinfo tells it, and the pages that were moved.

# The frame in which the program finds a page of the file, before and after.
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "look before" { frame[$VPAGE] = $FRAME }
table == "tlb" && $TLB == "d" && here($VPAGE) && phase == "look after" && frame[$VPAGE] != $FRAME { moved++ }

# How much more of `what` there was at `later`.
function more(what, before, later)
{
	return said[run, later ": " what] - said[run, before ": " what]
}

END {
	figure(run, "the file goes: free pages more by", more("free pages", "taken", "fragmented"))
	figure(run, "the file goes: single free pages more by", more("single free pages", "taken", "fragmented"))
	figure(run, "the file goes: in large blocks more by", more("in large blocks", "taken", "fragmented"))
	figure(run, "compact: single free pages left", said[run, "compacted: single free pages"])
	figure(run, "compact: in large blocks more by", more("in large blocks", "fragmented", "compacted"))
	figure(run, "compact: free pages more by", more("free pages", "fragmented", "compacted"))
	figure(run, "compact: pages moved (vmstat)", said[run, "pages moved"])
	others = said[run, "pages moved"] - moved
	read = meta[run, "kernel.pgpgin"] / 4
	figure(run, "compact: pages of the file that moved", moved)
	figure(run, "compact: other pages that moved", others)
	figure(run, "compact: others beyond those read from the disk", others > read ? others - read : 0)
	figure(run, "pages with wrong bytes", said[run, "pages with wrong bytes"])
}
