# figures.awk - lab 13: faults of a string of 12 blocks, for each page of a block; the same by pencil.

table == "faults" && here($ADDR) {
	faults[run, phase]++
	all[run]++
}

function print_run(run)
{
	figure(run, "4th use: block 4", faults[run, "4: block 4"] / 730)
	figure(run, "5th use: block 1 again", faults[run, "5: block 1"] / 730)
	figure(run, "7th use: block 5", faults[run, "7: block 5"] / 730)
	figure(run, "8th use: block 1 again", faults[run, "8: block 1"] / 730)
	figure(run, "12th use: block 5 again", faults[run, "12: block 5"] / 730)
	figure(run, "faults in all", all[run] / 730)
	figure(run, "pages with wrong bytes", said[run, "wrong"])
}

# Faults with room for `frames` blocks; the block that goes is the one that came (fifo) or was used
# (lru) first.
function by_pencil(fifo, frames,    i, b, block, n, since, first, found)
{
	n = split("1 2 3 4 1 2 5 1 2 3 4 5", block, " ")
	split("", since)
	found = 0
	for (i = 1; i <= n; i++) {
		if (block[i] in since) {
			if (!fifo)
				since[block[i]] = i
			continue
		}
		found++
		if (found > frames) {
			first = ""
			for (b in since)
				if (first == "" || since[b] < since[first])
					first = b
			delete since[first]
		}
		since[block[i]] = i
	}
	return found
}

END {
	print_run("fifo13")
	print_run("fifo16")
	print_run("twolist13")
	print_run("twolist16")
	figure("pencil", "FIFO with 3 frames", by_pencil(1, 3))
	figure("pencil", "FIFO with 4 frames", by_pencil(1, 4))
	figure("pencil", "LRU with 3 frames", by_pencil(0, 3))
	figure("pencil", "LRU with 4 frames", by_pencil(0, 4))
}
