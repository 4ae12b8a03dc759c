# kind.awk - what kind of access missed the TLB, and what did its walk cost?
#
# After lib.awk and tlb.awk. One counter for each "size,access,mode" and for each "reads+writes".
# The instruction TLB's fills are those with access x. An upgrade for the kind of access is no miss.
#
# Results: accesses.csv, walks.csv
substr($0, at - 2, 2) != "nd" {
	kind_access[substr($0, at + 23, 6)] += times
	kind_walk[substr($0, at + 41, 3)] += times
}

END {
	if (!failed) {
		kind_print(result("accesses.csv"), "size,access,mode,rows", kind_access, \
			   "^[42][KM],[rwx],[uk]$")
		kind_print(result("walks.csv"), "walk,rows", kind_walk, "^[0-9][+][0-9]$")
	}
}

function kind_print(file, header, counts, form,    i, k, n, order)
{
	for (k in counts)
		if (k ~ form)
			order[++n] = k
	sort(order, n, 1)
	print header > file
	for (i = 1; i <= n; i++)
		print order[i] "," whole(counts[order[i]]) > file
	close_result(file)
}
