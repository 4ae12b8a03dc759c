# tlb.awk - reads tlb.csv fast; the questions that come after it (-f) see each row.
#
# Splitting sixteen fields costs more than most questions do, and a recording has millions of rows.
# In tlb.csv every field from `page` on but `pid` has a fixed width, so one index() finds them all:
#
#   icount,cpu,tlb,event,reason,0x0825c000,0x0368b000,4K,r,u,0x02986067,2+0,0x0012d800,7,0x0825c040,
#                            |||^at+1      ^at+12     ^23         ^30       ^45        ^56
#                            kind          at stands on the comma before the page
#
# The two characters before that comma, `kind`, tell the rows with a page apart
#   ld fill,cold   ct fill,conflict   ed fill,flushed   ry upgrade,entry   nd upgrade,kind
#   e, upgrade (of older recordings)   g, invlpg   or invlpg,emulator
# In a flush, which has no page, `at` stands before cr3, and kind is ",,". What is cut from a flush or
# an invlpg never looks like what is cut from a fill, so a question may count first and sort out the
# keys at its end. An upgrade for the kind of access is Bochs's own, and no miss: questions about
# misses leave it out, and call it `kind` where they count it. The row's time is $0 + 0. Messages call the file `tlb_name`.
#
# With `thinned` set, the input is what build/analysis/thin made of the rows for this question: a row stands for
# `times` of them, which is what column `cpu` has, and one more. Else `times` is 1.
#
# With `wide` set (the guest has 64-bit page-table entries), frames and entries may be longer; they
# are cut to their low halves first.
#
# Which entries are global: those with the G bit, substr($0, at + 37, 1) in tlb_odd, while tlb_pge is set. It
# is by tlb_flushed(), for those who ask.
BEGIN {
	if (tlb_name == "")
		tlb_name = "tlb.csv"
	times = 1
	kind_name["ld"] = "cold"
	kind_name["ct"] = "conflict"
	kind_name["ed"] = "flushed"
	kind_name["e,"] = kind_name["ry"] = "upgrade"
	kind_name["nd"] = "kind"
	tlb_pge = 0
	split("1 3 5 7 9 b d f", tlb_digit, " ")
	for (i in tlb_digit)
		tlb_odd[tlb_digit[i]]
	tlb_read_header()
}

wide {
	tlb_narrow()
}
{
	at = index($0, ",0x")
}
thinned {
	times = substr($0, index($0, ",") + 1) + 1
}

function tlb_narrow(    F, n, i, line)
{
	n = split($0, F, ",")
	if (n < 16 || (length(F[7]) <= 10 && length(F[11]) <= 10))
		return
	F[7] = "0x" substr(F[7], length(F[7]) - 7)
	F[11] = "0x" substr(F[11], length(F[11]) - 7)
	for (i = 1; i <= n; i++)
		line = line (i > 1 ? "," : "") F[i]
	$0 = line
}

# What a flush (its event and reason) tells of CR4.PGE: a load of CR3 would drop all, were there no global pages.
function tlb_flushed(event, reason)
{
	if (reason == "cr3")
		tlb_pge = event == "flush"
	else if (reason == "cr4")
		tlb_pge = 1
}

function tlb_read_header(    want)
{
	want = "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted"
	if (getline <= 0)
		bad(tlb_name ": empty or unreadable; expected a header")
	else if (!thinned && $0 != want && index($0, want ",") != 1)
		bad(tlb_name ": wrong header\n  expected: " want "\n  found:    " $0)
}
