# model.awk - which TLB would have missed less, and in which functions does each model walk?
#
# Variables: tasks, models (paths; only the first may be empty) and those of symbols.awk. After lib.awk,
# run.awk, areas.awk and symbols.awk; reads no input of its own.
#
# Results: models.csv, one row a model: references, walks by reason, and how many walks a thousand
# references take; model_phases.csv, the same of each phase (without a name: before the first mark);
# model_functions.csv, the walks of each function of a process or (without pid) of the kernel, by model, most first
BEGIN {
	tasks_read(tasks)
	symbols_open()
	if (!csv_open(models, "model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade"))
		exit 1
	print "model,references,walks,per_thousand,cold,capacity,conflict,flush,upgrade" > result("models.csv")
	while (csv_row(models, F) > 0) {
		if (F[2] != "")
			continue
		if (F[4] == "all")
			print figures_of(F[1]) > result("models.csv")
		else if (F[4] == "phase")
			phase_row[++phases] = figures_of(F[1] "," csv_line_of(F[5]))
		else if (F[4] == "code")
			add_code(F[1], F[5], F[6])
	}
	close_result(result("models.csv"))
	print "model,phase,references,walks,per_thousand,cold,capacity,conflict,flush,upgrade" > result("model_phases.csv")
	for (i = 1; i <= phases; i++)
		print phase_row[i] > result("model_phases.csv")
	close_result(result("model_phases.csv"))
	print_functions(result("model_functions.csv"))
	exit failed
}

# References, walks and their reasons, of the row in F, behind what they are of.
function figures_of(what,    walks)
{
	walks = F[6] - F[7]
	return sprintf("%s,%s,%s,%.3f,%s,%s,%s,%s,%s", what, whole(F[6]), whole(walks), F[6] ? 1000 * walks / F[6] : 0, \
		F[8], F[9], F[10], F[11], F[12])
}

# The key of an instruction is "EIP", of the kernel, or "PID EIP".
function add_code(name, key, walks,    part, n, pid, eip)
{
	n = split(key, part, " ")
	eip = part[n]
	pid = n == 2 ? part[1] : ""
	functions[name "," pid "," csv(symbol_of(pid, eip))] += walks
}

function print_functions(file,    k, order)
{
	print "walks,model,pid,function" > file
	order = sorter(file, "-k2,2 -k1,1nr -k4,4 -k3,3n")
	for (k in functions)
		print whole(functions[k]) "," k | order
	close(order)
	close_result(file)
}
