# memory.awk - how much memory was free, and what was the rest used for, while it was short?
#
# Variables: reclaim, start, end, bins, edges. After lib.awk and run.awk; reads no input of its own. The kernel
# tells the state of each zone now and then; a bin has the sum of the last ones up to its end, and the
# least of free frames that was told in it. Bins before the first state have none.
#
# Results: memory.csv, in frames; a recording without a state has none
BEGIN {
	bins_init()
	columns = "free,min,low,high,inactive_anon,active_anon,inactive_file,active_file,unevictable,swap_used"
	if (reclaim != "" && csv_open(reclaim, "icount,event,pid,node,zone,frame,kind,owner,page,dev,inode,index,slot,reason,value," columns)) {
		bin = 0
		while (csv_row(reclaim, F) > 0)
			if (F[2] == "state")
				state(F[1] + 0)
		if (!failed && told)
			print_bins_to(bins)
	}
	exit failed
}

function state(now,    zone, i)
{
	if (!told++) {
		bin = bin_of(now)
		to = result("memory.csv")
		print "bin,icount," columns ",free_least" > to
	}
	print_bins_to(bin_of(now))
	zone = F[4] "," F[5]
	if (zone in of_now)
		look_at_free()
	of_now[zone]
	zones[zone]
	for (i = 16; i <= 25; i++)
		last[zone, i] = F[i]
	swap_used = F[25]
}

# All zones have been told of.
function look_at_free(    free)
{
	split("", of_now)
	free = sum(16)
	if (least == "" || free < least)
		least = free
}

# Of all zones; a slot is of no zone.
function sum(i,    zone, total)
{
	if (i == 25)
		return swap_used
	for (zone in zones)
		total += last[zone, i]
	return total
}

# Bins that are over; one without a state is as the one before it.
function print_bins_to(next_bin,    i, row, zone)
{
	for (zone in of_now)
		if (bin < next_bin)
			look_at_free()
	for (; bin < next_bin; bin++) {
		row = bin "," whole(bin_start(bin))
		for (i = 16; i <= 25; i++)
			row = row "," whole(sum(i))
		print row "," whole(least == "" ? sum(16) : least) > to
		least = ""
	}
}
