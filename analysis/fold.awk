# fold.awk - what is kept out of the way: phases and processes of the kernel itself, so that the program is seen.
#
# For html.awk and summary.awk, after page.awk. Where nothing is known of a program, nothing is folded.

BEGIN {
	fold_name = "boot, init, self-test"
}

# Sets folded[pid] for swapper and init, for nobody (what came before the first task) and for each
# process that was over before the program's first phase. Returns 1 if others are left.
function folds_read(    T, n, i, from, left)
{
	split("", folded)
	n = load("phases.csv", T)
	for (i = 1; i <= n && phase_fold(i, T[i, "label"]) != ""; i++)
		;
	if (i > n)
		return 0
	from = T[i, "from"] + 0
	n = load("processes.csv", T)
	for (i = 1; i <= n; i++)
		if (T[i, "pid"] + 0 <= 1 || (T[i, "exited"] + 0 && T[i, "last"] + 0 <= from))
			folded[T[i, "pid"]] = 1
		else
			left = 1
	if (left)
		folded[""] = folded[0] = folded[1] = 1
	else
		split("", folded)
	return left + 0
}

# Adds row i of T to row `to`, in all columns but names.
function fold_add(T, i, to,    k)
{
	for (k = 1; k in load_column; k++)
		if (load_column[k] !~ /^(pid|area|name|first|last|exited)$/)
			T[to, load_column[k]] += T[i, load_column[k]]
}

# Where the kernel's own phases are folded to; nothing for a phase of the program. Row i is phase i - 1.
function phase_fold(i, label)
{
	return i - 1 > marks_kernel ? "" : label == "selftest" ? "selftest" : "boot"
}

# Sets own_rows[column]: the sums of phases.csv, and own_faults[column], of fault_phases.csv, over the
# program's phases, or over all where the program's start is not known. own_instructions is how long those were.
function own_read(    T, n, i, k)
{
	n = load("phases.csv", T)
	for (i = own_first(); i <= n; i++)
		for (k = 1; k in load_column; k++)
			own_rows[load_column[k]] += T[i, load_column[k]]
	n = load("fault_phases.csv", T)
	for (i = own_first(); i <= n; i++)
		for (k = 1; k in load_column; k++)
			own_faults[load_column[k]] += T[i, load_column[k]]
	own_rows["fill"] = own_rows["cold"] + own_rows["conflict"] + own_rows["flushed"]
	whole_instructions = meta["icount_end"] - meta["icount_start"]
	own_instructions = program_start == "" ? whole_instructions : meta["icount_end"] - program_start
}

# Row of phases.csv with which the headline begins.
function own_first()
{
	return program_start == "" ? 1 : marks_kernel + 2
}

# Reads phases.csv and fault_phases.csv into T[1..n, column] and U[1..n, column]: a line for each phase of
# the program, then one for what the kernel marked boot and user, and one for its selftest. T[i, "instr"] is how long it was. Returns n.
function phases_read(T, U,    A, B, n, i, at, lines, fold)
{
	split("", T)
	split("", U)
	n = load("phases.csv", A)
	load("fault_phases.csv", B)
	for (i = 1; i <= n; i++)
		if (phase_fold(i, A[i, "label"]) == "") {
			T[at[i] = ++lines, "label"] = A[i, "label"]
			T[lines, "pid"] = A[i, "pid"]
			T[lines, "from"] = A[i, "from"]
			T[lines, "to"] = A[i, "to"]
		}
	for (i = 1; i <= n; i++) {
		fold = phase_fold(i, A[i, "label"])
		if (fold == "" || (i == 1 && A[i, "to"] + 0 <= A[i, "from"] + 0))
			continue
		if (!(fold in at))
			T[at[fold] = ++lines, "label"] = fold
		if (A[i, "label"] == "user")
			T[at[fold], "label"] = "boot, user"
		at[i] = at[fold]
	}
	for (i in at)
		T[at[i], "instr"] += A[i, "to"] - A[i, "from"]
	phases_sum(A, T, at)
	phases_sum(B, U, at)
	return lines + 0
}

# Adds the counts of each row of A to its line of T.
function phases_sum(A, T, at,    key, part)
{
	for (key in A) {
		split(key, part, SUBSEP)
		if (part[1] in at && part[2] !~ /^(phase|from|to|pid|label)$/)
			T[at[part[1]], part[2]] += A[key]
	}
}
