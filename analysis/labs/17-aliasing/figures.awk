# figures.awk - lab 17: misses of pages that share a place, in Bochs's TLB and in others of its size.

table == "tlb" && $TLB == "d" && $EVENT == "fill" && here($VPAGE) { fills[phase]++ }

BEGIN {
	phases = split("2 pages;4 pages;8 pages;16 pages;16 pages skewed", name, ";")
	models = split("ways1 ways2 ways4 ways8 full pentium zen", model, " ")
}

END {
	for (i = 1; i <= phases; i++)
		figure("recorded", name[i] ": fills", fills[name[i]] + 0)
	for (m = 1; m <= models; m++)
		for (i = 1; i <= phases; i++)
			figure(model[m], name[i] ": misses", misses[run, model[m], "DTLB", name[i]] + 0)
	for (m = 1; m <= 2; m++)
		figure(model[m], "16 pages: by conflict", because[run, model[m], "DTLB", "16 pages", "conflict"])
}
