# figures.awk - lab 6: faults in a mapped file, and which of them waited for the disk.

table == "faults" && here($ADDR) {
	faults[phase, $CAUSE]++
	n[phase]++
	major[phase] += $MAJOR
	cost[phase] += $COST - $ROUNDS
}

END {
	figure(run, "from the disk: faults file", faults["from the disk", "file"] + 0)
	figure(run, "from the disk: of them major", major["from the disk"] + 0)
	figure(run, "from the cache: faults file", faults["from the cache", "file"] + 0)
	figure(run, "from the cache: of them major", major["from the cache"] + 0)
	figure(run, "one in 16: faults file", faults["one in 16", "file"] + 0)
	figure(run, "16 pages from page 8: faults file", faults["16 pages from page 8", "file"] + 0)
	figure(run, "write: faults file_cow", faults["write", "file_cow"] + 0)
	figure(run, "from the disk: instructions of a fault", mean(cost["from the disk"], n["from the disk"]))
	figure(run, "from the cache: instructions of a fault", mean(cost["from the cache"], n["from the cache"]))
	figure(run, "from the cache: instructions for a page", mean(cost["from the cache"], 16 * n["from the cache"]))
	figure(run, "write: instructions of a fault", mean(cost["write"], n["write"]))
}
