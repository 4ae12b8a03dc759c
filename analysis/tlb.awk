# tlb.awk - reads tlb.csv fast; the questions that come after it (-f) see each row.
#
# Splitting sixteen fields costs more than most questions do, and a recording has millions of rows.
# In tlb.csv every field from `page` on but `pid` has a fixed width, so one index() finds them all:
#
#   icount,cpu,tlb,event,reason,0x0825c000,0x0368b000,4K,r,u,0x02986067,2+0,0x0012d800,7,0x0825c040,
#                            |||^at+1      ^at+12     ^23         ^30       ^45        ^56
#                            kind          at stands on the comma before the page
#
# `kind` is the two characters before that comma: they tell the rows with a page apart
#   ld fill,cold   ct fill,conflict   ed fill,flushed   e, upgrade   g, invlpg   ",," other
# and a flush, which has no page, is told by split(). The row's time is $0 + 0. Messages call the
# file `tlb_name`.
BEGIN {
	if (tlb_name == "")
		tlb_name = "tlb.csv"
}

NR == 1 {
	tlb_header = "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted"
	if ($0 != tlb_header && index($0, tlb_header ",") != 1)
		bad(tlb_name ": wrong header\n  expected: " tlb_header "\n  found:    " $0)
	kind_name["ld"] = "cold"
	kind_name["ct"] = "conflict"
	kind_name["ed"] = "flushed"
	kind_name["e,"] = "upgrade"
	kind_name["g,"] = "invlpg"
	next
}
{
	at = index($0, ",0x")
	kind = substr($0, at - 2, 2)
}
END {
	if (NR == 0)
		bad(tlb_name ": empty or unreadable; expected a header")
}
