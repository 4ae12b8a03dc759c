# reclaim.awk - what did reclaim do, on whose time, and why did pages stay in memory?
#
# Variables: reclaim. After lib.awk and run.awk; reads no input of its own. A page is looked at when it
# comes off an inactive list; it is then kept, made active, set aside (unevictable) or dropped.
#
# Results: reclaimers.csv, by kswapd, by tasks that needed memory at once (direct), and otherwise (other);
# judged.csv: what became of the pages, and why; oom.csv: whom the kernel killed as memory was out
BEGIN {
	if (reclaim != "" && csv_open(reclaim, "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value")) {
		while (csv_row(reclaim, F) > 0)
			done(F[2], F[3])
		if (!failed && csv_line > 1)
			print_all()
	}
	exit failed
}

function done(event, pid,    who)
{
	if (event == "oom")
		killed[++kills] = whole(F[1]) "," F[8] "," F[15]
	if (event == "state" || event == "oom")
		return
	if (event ~ /^(kswapd_wake|direct)$/)
		open_by[event == "direct" ? "direct" : "kswapd", pid]
	who = (("direct", pid) in open_by ? "direct" : ("kswapd", pid) in open_by ? "kswapd" : "other") "," pid
	if (event ~ /^(kswapd_sleep|direct_end)$/)
		delete open_by[event == "direct_end" ? "direct" : "kswapd", pid]
	seen[who]
	n[who, event]++
	if (event == "swap_in" || event == "refault")
		return
	if (F[6] != "")
		judged[event "," F[7] "," F[14]]++
}

function print_all(    to, order, who)
{
	to = result("reclaimers.csv")
	print "dropped,by,pid,runs,looked_at,kept,activated,unevictable,slots,written" > to
	order = sorter(to, "-k1,1nr -k2,2 -k3,3n")
	for (who in seen)
		if (looked(who) + n[who, "kswapd_wake"] + n[who, "direct"] + n[who, "deactivate"])
			print whole(n[who, "drop"]) "," who "," whole(n[who, "kswapd_wake"] + n[who, "direct"]) "," \
				whole(looked(who)) "," whole(n[who, "keep"]) "," whole(n[who, "activate"]) "," \
				whole(n[who, "unevictable"]) "," whole(n[who, "swap_out"]) "," whole(n[who, "write"]) | order
	close(order)
	to = result("judged.csv")
	print "rows,event,kind,reason" > to
	order = sorter(to, "-k1,1nr -k2,4")
	for (who in judged)
		print whole(judged[who]) "," who | order
	close(order)
	print_kills(result("oom.csv"))
}

function print_kills(to,    i)
{
	print "icount,pid,badness" > to
	for (i = 1; i <= kills; i++)
		print killed[i] > to
	close(to)
}

function looked(who)
{
	return n[who, "keep"] + n[who, "activate"] + n[who, "unevictable"] + n[who, "drop"]
}
