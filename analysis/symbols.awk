# symbols.awk - which function holds an instruction? From the output of `nm -n`.
#
# Variables: kernel_sym serves every address of the kernel's half; objects_sym has the programs and
# libraries, each after a line "object DELTA PATH"; vmas tells which process had which of them where. An
# address of a file is linked at its place in the file + DELTA. Any of the three may be empty.
# Symbols that are not code only end the function before them. Labels within a function (".L30", "$x")
# are left out: an assembler that keeps them does not end a function with them.
BEGIN {
	symbol_rank["T"] = 3
	symbol_rank["W"] = symbol_rank["V"] = symbol_rank["i"] = 2
	symbol_rank["t"] = symbol_rank["w"] = 1
}

# Reads a symbol file into set `set`, and from each of its "object" lines on into the set of that path.
# A file that is not there leaves the set empty.
function symbols_read(set, file,    line, part, n, at)
{
	n = 0
	while (file != "" && (getline line < file) > 0) {
		if (line ~ /^object 0x/) {
			symbols[set] = n
			set = object_add(substr(line, 19), substr(line, 8, 10))
			n = 0
			continue
		}
		split(line, part, " ")
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

function object_add(path, delta)
{
	object_path[++object_count] = path
	object_delta[path] = hex(delta)
	return path
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

# Address of a symbol of the kernel's, or "".
function symbol_named(name,    i)
{
	for (i = symbols["kernel"]; i > 0; i--)
		if (symbol_name["kernel", i] == name)
			return symbol_at["kernel", i]
	return ""
}

# The frame of a variable of the kernel's that lies in the direct map, or "".
function symbol_frame(name,    at)
{
	at = symbol_named(name)
	return at == "" ? "" : to_hex(hex(at) - 3221225472)
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

function symbols_open()
{
	symbols_read("kernel", kernel_sym)
	symbols_read("", objects_sym)
	if (object_count)
		objects_place(vmas)
}

# Which process had which object where? object_file[tgid, i] lay in [object_from, object_to), the first
# byte being at object_offset of the file.
function objects_place(file,    F, i)
{
	if (file == "" || !csv_open(file, "icount,event,pid,start,end,prot,flags,offset,name"))
		return
	while (csv_row(file, F) > 0) {
		if (F[2] == "unmap" || F[6] % 8 < 4 || !(F[9] in object_delta))
			continue
		for (i = objects[F[3]]; i > 0; i--)
			if (object_file[F[3], i] == F[9] && object_from[F[3], i] == F[4] && object_to[F[3], i] == F[5])
				break
		if (i)
			continue
		i = ++objects[F[3]]
		object_file[F[3], i] = F[9]
		object_from[F[3], i] = F[4]
		object_to[F[3], i] = F[5]
		object_offset[F[3], i] = F[8] * 4096
	}
	close(file)
}

function base_name(path)
{
	if (path ~ /^[.]*\//) # not "ksoftirqd/0"
		sub(/.*\//, "", path)
	return path
}

# The set that knows the instruction of task `pid` at `eip`, or ""; symbol_address is where it looks it up.
# What lay there last counts. A process of whose areas nothing is told runs the object of its name.
function symbol_set(pid, eip,    tgid, i, path)
{
	symbol_address = eip
	if (eip >= "0xc0000000")
		return "kernel"
	tgid = tgid_of(pid)
	for (i = objects[tgid]; i > 0; i--)
		if (object_from[tgid, i] <= eip && eip < object_to[tgid, i]) {
			path = object_file[tgid, i]
			symbol_address = to_hex(hex(eip) - hex(object_from[tgid, i]) + object_offset[tgid, i] + \
				object_delta[path])
			return path
		}
	path = object_path[1]
	return objects[tgid] || path == "" || !starts_with(base_name(path), base_name(task_name[tgid])) ? "" : path
}

# A task's name is cut off at 15 characters.
function starts_with(text, beginning)
{
	return beginning != "" && substr(text, 1, length(beginning)) == beginning
}

# Name of the function that task `pid` ran at `eip`, or "".
function symbol_of(pid, eip,    set)
{
	set = symbol_set(pid, eip)
	return set == "" ? "" : symbol_in(set, symbol_address)
}

# The same with the distance from its start: "main+0x1c".
function symbol_place(pid, eip,    set, i, offset)
{
	set = symbol_set(pid, eip)
	i = set == "" ? 0 : symbol_index(set, symbol_address)
	if (!i)
		return ""
	offset = substr(to_hex(hex(symbol_address) - hex(symbol_at[set, i])), 3)
	sub(/^0+/, "", offset)
	return symbol_name[set, i] (offset == "" ? "" : "+0x" offset)
}
