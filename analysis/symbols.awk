# symbols.awk - which function holds an instruction? From the output of `nm -n`.
#
# kernel.sym serves every address of the kernel's half. prog.sym serves the processes that run the
# program it belongs to: a first line "file NAME" says which; without it, all but process 1.
# Symbols that are not code only end the function before them. Labels within a function (".L30", "$x")
# are left out: an assembler that keeps them does not end a function with them.
BEGIN {
	symbol_rank["T"] = 3
	symbol_rank["W"] = symbol_rank["V"] = symbol_rank["i"] = 2
	symbol_rank["t"] = symbol_rank["w"] = 1
}

# Reads a symbol file into set `set`. A file that is not there leaves the set empty.
function symbols_read(set, file,    line, part, n, at)
{
	n = 0
	while (file != "" && (getline line < file) > 0) {
		if (split(line, part, " ") == 2 && part[1] == "file")
			symbol_file[set] = part[2]
		if (part[3] ~ /^[.$]/ || part[3] == "" || length(part[1]) < 8)
			continue
		at = "0x" substr(part[1], length(part[1]) - 7)
		if (n && symbol_at[set, n] == at) {
			symbols_choose(set, n, part[2], part[3])
		} else if (!n || at > symbol_at[set, n]) {
			symbol_at[set, ++n] = at
			symbol_type[set, n] = part[2]
			symbol_name[set, n] = part[3]
		}
	}
	if (file != "")
		close(file)
	symbols[set] = n
}

# Of two names for one address: a global before a local one, a plain before an underscored one.
function symbols_choose(set, i, type, name,    old)
{
	old = symbol_rank[symbol_type[set, i]] + 0
	if (symbol_rank[type] > old || (symbol_rank[type] == old && name !~ /^_/ && \
					symbol_name[set, i] ~ /^_/)) {
		symbol_type[set, i] = type
		symbol_name[set, i] = name
	}
}

# Name of the function of set `set` that holds the address, or "".
function symbol_in(set, at,    i)
{
	i = symbol_index(set, at)
	return i ? symbol_name[set, i] : ""
}

# The frame of a variable of the kernel's that lies in the direct map, or "".
function symbol_frame(name,    i)
{
	for (i = symbols["kernel"]; i > 0; i--)
		if (symbol_name["kernel", i] == name)
			return to_hex(hex(symbol_at["kernel", i]) - 3221225472)
	return ""
}

# The function's number in the set, or 0.
function symbol_index(set, at,    low, high, middle)
{
	low = 0
	high = symbols[set]
	while (low < high) {
		middle = int((low + high + 1) / 2)
		if (symbol_at[set, middle] <= at)
			low = middle
		else
			high = middle - 1
	}
	return low && symbol_rank[symbol_type[set, low]] ? low : 0
}

# Reads both files. A program linked at 0 is looked up from where its first area began (prog_base).
function symbols_open(kernel_file, prog_file, vmas,    i, name)
{
	symbols_read("kernel", kernel_file)
	symbols_read("prog", prog_file)
	for (i = 1; i <= task_count; i++) {
		name = base_name(task_name[task_list[i]])
		symbol_prog[task_list[i]] = symbol_file["prog"] == "" ? task_list[i] != "1" : 			name == substr(symbol_file["prog"], 1, length(name)) && name != ""
	}
	prog_base = 0
	if (symbols["prog"] && symbol_at["prog", 1] < "0x00010000")
		prog_base = symbols_base(vmas, symbol_file["prog"])
}

function base_name(path)
{
	if (path ~ /^[.]*\//) # not "ksoftirqd/0"
		sub(/.*\//, "", path)
	return path
}

# Lowest address at which a file of that name was ever mapped.
function symbols_base(vmas, prog,    F, base, name)
{
	base = 0
	if (vmas == "" || !csv_open(vmas, "icount,event,pid,start,end,prot,flags,offset,name"))
		return base
	while (csv_row(vmas, F) > 0) {
		name = base_name(F[9])
		if (name == prog && F[2] == "map" && (!base || hex(F[4]) < base))
			base = hex(F[4])
	}
	close(vmas)
	return base
}

# Name of the function that task `pid` ran at `eip`, or "".
function symbol_of(pid, eip)
{
	if (eip >= "0xc0000000")
		return symbol_in("kernel", eip)
	return symbol_known(pid) ? symbol_in("prog", symbol_linked(eip)) : ""
}

# The same with the distance from its start: "main+0x1c".
function symbol_place(pid, eip,    set, at, i, offset)
{
	set = eip >= "0xc0000000" ? "kernel" : "prog"
	at = set == "kernel" ? eip : symbol_linked(eip)
	i = set == "kernel" || symbol_known(pid) ? symbol_index(set, at) : 0
	if (!i)
		return ""
	offset = substr(to_hex(hex(at) - hex(symbol_at[set, i])), 3)
	sub(/^0+/, "", offset)
	return symbol_name[set, i] (offset == "" ? "" : "+0x" offset)
}

# Does the task run the program that prog.sym belongs to?
function symbol_known(pid)
{
	return symbols["prog"] && symbol_prog[tgid_of(pid)]
}

# The address at which the program was linked, of one at which it runs.
function symbol_linked(eip)
{
	return prog_base ? to_hex(hex(eip) - prog_base) : eip
}

# Adds a count to the function that holds an instruction; functions_print() writes the sums.
function functions_add(pid, symbol, n)
{
	if (symbol != "")
		function_n[(pid == "" ? "" : tgid_of(pid)) "," csv(symbol)] += n
}

function functions_print(file,    k, order)
{
	print "rows,pid,symbol" > file
	order = sorter(file, "-k1,1nr -k3 -k2,2n")
	for (k in function_n)
		print whole(function_n[k]) "," k | order
	close(order)
}
