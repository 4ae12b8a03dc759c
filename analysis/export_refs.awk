# export_refs.awk - fills and upgrades as a string of references, for simulators of caches.
#
# Variables: format (libcachesim, din or lackey), process (or all), tasks. After lib.awk and run.awk.
# Input: tlb.csv. A reference is one to a page that the TLB had to walk for: uses that it knew left no row.
BEGIN {
	tasks_read(tasks)
	columns = "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted,dropped_by"
	label["din", "r"] = 0
	label["din", "w"] = 1
	label["din", "x"] = 2
	label["lackey", "r"] = " L "
	label["lackey", "w"] = " S "
	label["lackey", "x"] = "I  "
	if (!failed && format == "libcachesim")
		print "time,object,size"
}

NR == 1 {
	if (index($0 ",", columns ",") != 1)
		bad("tlb.csv: wrong header\n  expected: " columns "\n  found:    " $0)
	next
}

$4 == "fill" || $4 == "upgrade" {
	tgid = $14 in task_tgid ? task_tgid[$14] : $14
	if (process != "" && tgid "" != process)
		next
	if (format == "libcachesim")
		print $1 "," object($6, tgid) ",4096"
	else if (format == "din")
		print label[format, $9] " " substr($6, 3)
	else
		print label[format, $9] substr($6, 3) ",1"
}

END {
	if (failed)
		exit 1
	if (NR == 0)
		bad("tlb.csv: empty; expected the header " columns)
}

# A number for each page of each process, 1 and up: those of the kernel's half are everybody's.
function object(page, tgid,    key)
{
	key = page "" >= "0xc0000000" ? page : page tgid
	if (!(key in number))
		number[key] = ++numbers
	return number[key]
}
