# model_trace.awk - refs.csv as a trace in text for build/analysis/model.
#
# Variables: k, rows (from meta.csv), marks, tasks (paths). After lib.awk. The models get phases and tasks with
# their names from the other two tables; and they are told that references are missing, and for which
# TLBs this does not matter.
BEGIN {
	FS = ","
	csv_open(marks, "icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs")
	while (csv_row(marks, F) > 0)
		label[F[1]] = one_line(F[3])
	csv_open(tasks, "icount,cpu,event,pid,tgid,cr3,name")
	next_task()
	print "reduced " k
}

# A name may hold a line that would be an event of the trace.
function one_line(text)
{
	return replace(replace(text, "\n", " "), "\r", " ")
}

# The next row of tasks.csv that gives a task its name.
function next_task()
{
	task_time = 9e15
	while (csv_row(tasks, task) > 0)
		if (task[3] == "switch" || task[3] == "exec") {
			task_time = task[1] + 0
			return
		}
}

NR == 1 {
	if ($0 != "icount,event,mode,page,size,global,allows,space,pid,eip,refs")
		bad("refs.csv: wrong header: " $0)
	next
}

NF != 11 {
	bad("refs.csv:" NR ": " NF " columns of 11")
}

# The hint itself is an instruction of the task as it was called before.
$1 + 0 > task_time {
	while (task_time < $1 + 0) {
		name[task[4]] = one_line(task[7])
		next_task()
	}
}

$9 "" != now || name[$9] != now_name {
	now = $9
	now_name = name[$9]
	print "task " now " " now_name
}

$8 != space {
	if ($2 != "cr3" && $2 != "rename")
		print "space " $8
	space = $8
}

$11 != "" {
	print $2 " " $4 ($3 == "k" ? " k" : "") ($6 ? " g" : "") ($5 == "4M" ? " 4M" : "") " a=" $7 " e=" $10 " n=" $11
	next
}

$2 == "cr3" {
	print "cr3 " $8 ($6 ? " all" : "")
	next
}

$2 == "rename" {
	print "rename " $8
	next
}

$2 == "mark" {
	print "mark " label[$1]
	next
}

{
	print $2 " " $4
}

END {
	if (!failed && NR != rows + 1)
		bad("refs.csv:" NR ": ends here, but meta.csv has " rows " rows")
	exit failed
}
