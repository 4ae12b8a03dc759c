# io.awk - what was asked of the disk, why, and how long did it take?
#
# Variables: io. After lib.awk; reads no input of its own. A command that did several things at once
# counts for each kind of them. `wait` (in the queue and in the drive) and `service` (in the drive) are
# microseconds of the machine's time: `wait` the mean and the longest of the rows, `service` the sum of the commands.
#
# Results: disk.csv, the most pages first; a recording without io.csv has none
BEGIN {
	columns = "icount,queued,started,wait,service,pid,device,sector,sectors,pages,rw,why,command,merged,error"
	if (io != "" && csv_open(io, columns)) {
		while (csv_row(io, F) > 0)
			work()
		if (!failed)
			print_disk(result("disk.csv"))
	}
	exit failed
}

function work(    kind)
{
	kind = F[12] "," F[11]
	rows[kind]++
	pages[kind] += F[10]
	errors[kind] += F[15] != "0"
	wait[kind] += F[4]
	if (F[4] + 0 > longest[kind] + 0)
		longest[kind] = F[4]
	if (F[13] == "0" || F[13] != command[kind]) {
		commands[kind]++
		service[kind] += F[5] # the command's, and so that of each of its rows
	}
	command[kind] = F[13]
}

function print_disk(to,    kind, order)
{
	print "why,rw,rows,commands,pages,errors,wait_mean,wait_max,service" > to
	order = sorter(to, "-k5,5nr -k1,2")
	for (kind in rows)
		print kind "," whole(rows[kind]) "," whole(commands[kind]) "," whole(pages[kind]) "," \
			whole(errors[kind]) "," whole(int(wait[kind] / rows[kind] + 0.5)) "," \
			whole(longest[kind]) "," whole(service[kind]) | order
	close(order)
}
