# model.awk - which TLB would have missed less, and in which functions does each model walk?
#
# Variables: tasks, models (paths; only the first may be empty) and those of symbols.awk. After lib.awk,
# run.awk, areas.awk and symbols.awk; reads no input of its own.
#
# Results: models.csv, one row a model: references, walks by reason, and how many walks a thousand
# references take; model_functions.csv, the walks of each function of a process or (without pid) of the
# kernel, by model, most first
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
			print_model(F[1], F[6], F[6] - F[7], F[8] "," F[9] "," F[10] "," F[11] "," F[12])
		else if (F[4] == "code")
			add_code(F[1], F[5], F[6])
	}
	close_result(result("models.csv"))
	print_functions(result("model_functions.csv"))
	exit failed
}

function print_model(name, references, walks, reasons)
{
	printf "%s,%s,%s,%.3f,%s\n", name, whole(references), whole(walks), \
		references ? 1000 * walks / references : 0, reasons > result("models.csv")
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
