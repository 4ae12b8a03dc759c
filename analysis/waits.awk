# waits.awk - how long did page faults wait for the disk?
#
# Variables: faults, io. After lib.awk; reads no input of its own. A fault's cost leaves out what it waits; io.csv
# has that, for the task that asked: the first piece of work of the fault's kind that it handed in before
# its next fault. Microseconds are of the machine's time. Who waits for what another asked for has no row there.
#
# Results: waits.csv, for each cause of major faults; costs count each `rep` once
BEGIN {
	if (faults != "" && io != "" && \
	    csv_open(faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds")) {
		while (csv_row(faults, F) > 0)
			fault(F[10])
		close(faults)
		if (csv_open(io, "icount,queued,started,wait,service,pid,device,sector,sectors,pages,rw,why"))
			while (csv_row(io, F) > 0)
				if (F[2] != "" && F[11] == "r")
					work(F[6])
		if (!failed && major_faults)
			print_all()
	}
	exit failed
}

function fault(pid,    i)
{
	i = ++faults_n[pid]
	at[pid, i] = F[1] + 0
	if (F[13] != 1)
		return
	major_faults++
	cause[pid, i] = F[12]
	n[F[12]]++
	cost[F[12]] += F[14] - F[16]
}

# The fault of `pid` in which it handed in what is in F[].
function work(pid,    low, high, middle, k)
{
	low = 0
	high = faults_n[pid] + 0
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (at[pid, middle] <= F[2] + 0)
			low = middle
		else
			high = middle - 1
	}
	k = pid SUBSEP low
	if (!(k in cause) || (F[12] == "swap_in") != (cause[k] ~ /^swap/) || (k in queued && queued[k] <= F[2] + 0))
		return
	queued[k] = F[2] + 0
	wait[k] = F[4]
}

function print_all(    to, order, k, c)
{
	for (k in wait) {
		c = cause[k]
		known[c]++
		sum[c] += wait[k]
		if (wait[k] + 0 > most[c] + 0)
			most[c] = wait[k]
	}
	to = result("waits.csv")
	print "cause,major,cost_mean,known,wait_mean,wait_max" > to
	order = sorter(to, "-k2,2nr -k1,1")
	for (c in n) {
		known[c] += 0 # a number before it is handed to a function, or gawk takes it for true
		print c "," whole(n[c]) "," whole(int(cost[c] / n[c] + 0.5)) "," whole(known[c]) "," \
			(known[c] ? whole(int(sum[c] / known[c] + 0.5)) : "") "," (known[c] ? whole(most[c]) : "") | order
	}
	close(order)
}
