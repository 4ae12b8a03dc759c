# bits.awk - where reclaim had cleared a page's accessed bit, did the next walk set it again?
#
# Input: tlb.csv; variables: reclaim. After lib.awk and tlb.awk. A look at a page (kept or activated as
# referenced, or deactivated) takes the accessed bit from the entries that map it. The page's next fill by
# an address of the user's half reads its two entries and must write one: "2+1".
#
# Results: bits.csv, these fills by reads and writes of their walks; a recording in which nothing was looked at has none
BEGIN {
	turn_open("reclaim", reclaim, "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason")
	bits_next()
}

$0 + 0 >= bits_time {
	while (bits_time <= $0 + 0) {
		if (bits_gone)
			delete bits_cleared[bits_frame]
		else
			bits_cleared[bits_frame]
		bits_next()
	}
}
at && substr($0, at + 12, 10) in bits_cleared && substr($0, at + 1, 10) < "0xc0000000" {
	bits_walk[substr($0, at + 41, 3)]++
	delete bits_cleared[substr($0, at + 12, 10)]
}

END {
	if (!failed)
		bits_print()
}

# The next look, or frame that is given up (bits_gone): when, and which.
function bits_next(    F)
{
	while ((bits_time = turn_next("reclaim", F)) < 9e15) {
		bits_gone = F[2] == "drop"
		bits_frame = F[6]
		if (bits_gone || (F[8] != "" && (F[2] == "deactivate" || F[14] == "referenced")))
			return
	}
}

function bits_print(    to, order, walk, any)
{
	for (walk in bits_walk)
		any = 1
	if (!any)
		return
	to = result("bits.csv")
	print "walk,rows" > to
	order = sorter(to, "-k2,2nr -k1,1")
	for (walk in bits_walk)
		print walk "," whole(bits_walk[walk]) | order
	close(order)
}
