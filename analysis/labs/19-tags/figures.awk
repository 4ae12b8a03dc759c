# figures.awk - lab 19: walks for each switch between two address spaces, with and without tags.

table == "tlb" && $EVENT == "flush" && $REASON == "cr3" { switches[phase]++ }

function each(model, name, reason)
{
	return mean(reason == "" ? misses[run, model, "", name] : because[run, model, "", name, reason], switches[name])
}

END {
	phases = split("4 pages;16 pages;256 pages", name, ";")
	models = split("plain-64 tagged-64 plain-1536 tagged-1536 486 skylake", model, " ")
	for (i = 1; i <= phases; i++)
		figure("recorded", name[i] ": switches", switches[name[i]])
	for (m = 1; m <= models; m++)
		for (i = 1; i <= phases; i++) {
			figure(model[m], name[i] ": walks for a switch", each(model[m], name[i]))
			if (m <= 4)
				figure(model[m], name[i] ": because of the flush", \
				       each(model[m], name[i], "flush"))
		}
}
