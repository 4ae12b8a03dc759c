# variables.awk - in which variables did pages miss and fault?
#
# Variables: pages_csv (pages.csv, as where.awk makes it), faults, tasks, vmas, and those of symbols.awk. After lib.awk, run.awk
# and symbols.awk; reads no input of its own. Of objects.sym and kernel.sym only names with a size are variables.
#
# Results: variables.csv (fills of pages by what lies in them; a page in which several variables lie counts for all
# of these together, `a and 3 more`, the one with most of the page first), fault_variables.csv (faults, which have an
# address each, by the variable itself). Without pid: the kernel's.
BEGIN {
	tasks_read(tasks)
	symbols_open()
	variables_open()
	if (!failed)
		variables_misses()
	if (!failed)
		variables_faults()
	if (!failed) {
		variables_print(result("variables.csv"), "fills,upgrades,pages,pid,variable,size,object", 1)
		variables_print(result("fault_variables.csv"), "faults,pid,variable,size,object", 0)
	}
	exit failed
}

# Variables of each set of symbols, in order of address; those within another one are left out.
function variables_open()
{
	variables_read("kernel", kernel_sym)
	variables_read("", objects_sym)
}

function variables_read(set, file,    line, part, n, from, end)
{
	while (file != "" && (getline line < file) > 0) {
		if (line ~ /^object 0x/) {
			set = substr(line, 19)
			end = 0
			continue
		}
		if (split(line, part, " ") != 4)
			continue
		from = hex("0x" substr(part[1], length(part[1]) - 7))
		if (from < end || from < 4096) # thread-local ones have offsets for addresses
			continue
		n = ++variables[set]
		variable_from[set, n] = from
		variable_end[set, n] = end = from + hex("0x" substr(part[4], length(part[4]) - 7))
		variable_name[set, n] = part[3]
	}
	if (file != "")
		close(file)
}

# The first variable of `set` that ends behind the address; there may be none.
function variable_at(set, address,    low, high, middle)
{
	low = 1
	high = variables[set] + 1
	while (low < high) {
		middle = int((low + high) / 2)
		if (variable_end[set, middle] > address)
			high = middle
		else
			low = middle + 1
	}
	return low
}

# What lies from `from` up to `end` in process `tgid`: sets found_set, found (the one with most of it) and
# found_more (how many others). Objects that came last first. False: no variable.
function variables_in(tgid, from, end,    i, path, shift)
{
	found_more = -1
	if (from >= 3221225472) {
		variables_of("kernel", from, end)
	} else {
		for (i = objects[tgid]; i > 0 && found_more < 0; i--) {
			path = object_file[tgid, i]
			shift = object_offset[tgid, i] + object_delta[path] - hex(object_from[tgid, i])
			variables_of(path, from + shift, end + shift)
		}
		# Of whose areas nothing is told runs the object of its name.
		path = object_path[1]
		if (!objects[tgid] && path != "" && starts_with(base_name(path), base_name(task_name[tgid])))
			variables_of(path, from, end)
	}
	return found_more >= 0
}

function variables_of(set, from, end,    i, bytes, most)
{
	for (i = variable_at(set, from); i <= variables[set] && variable_from[set, i] < end; i++) {
		bytes = (variable_end[set, i] < end ? variable_end[set, i] : end) - \
			(variable_from[set, i] > from ? variable_from[set, i] : from)
		if (bytes <= 0)
			continue
		found_more++
		if (bytes > most) {
			most = bytes
			found = i
		}
	}
	found_set = set
}

# "pid,variable,size,object" of what was found.
function variable_key(tgid)
{
	return (found_set == "kernel" ? "" : tgid) "," \
	       csv_line_of(variable_name[found_set, found] (found_more ? " and " found_more " more" : "")) "," \
	       (found_more ? "" : whole(variable_end[found_set, found] - variable_from[found_set, found])) "," \
	       csv_line_of(base_name(found_set))
}

function variables_misses(    F, at, key)
{
	if (!csv_open(pages_csv, "rows,pid,page,cold,conflict,flushed,upgrade,kind,area"))
		return
	while (csv_row(pages_csv, F) > 0) {
		at = hex(F[3])
		if (F[4] + F[5] + F[6] + F[7] == 0 || !variables_in(F[2], at, at + 4096))
			continue
		key = variable_key(F[2])
		variable_fills[key] += F[4] + F[5] + F[6]
		variable_upgrades[key] += F[7]
		variable_pages[key]++
	}
	close(pages_csv)
}

function variables_faults(    F, at, tgid)
{
	if (!csv_open(faults, "icount,cpu,addr,eip,error,access,mode,present,cr3,pid"))
		return
	while (csv_row(faults, F) > 0) {
		at = hex(F[3])
		tgid = tgid_of(F[10])
		if (variables_in(tgid, at, at + 1))
			variable_faults[variable_key(tgid)]++
	}
	close(faults)
}

function variables_print(file, header, misses,    key, order)
{
	print header > file
	order = sorter(file, misses ? "-k1,1nr -k2,2nr -k4,4n -k5" : "-k1,1nr -k2,2n -k3")
	if (misses) {
		for (key in variable_fills)
			print whole(variable_fills[key]) "," whole(variable_upgrades[key]) "," variable_pages[key] "," key | order
	} else {
		for (key in variable_faults)
			print whole(variable_faults[key]) "," key | order
	}
	close(order)
}
