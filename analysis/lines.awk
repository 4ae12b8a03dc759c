# lines.awk - which source line is an instruction of? By addr2line, which is asked once for each.
#
# Variables: source, the recording's file of what it said (it is read, and what is new is added);
# elf_dir, the files that objects.sh took from the guest, or nothing: then only what is known is known;
# addr2line, the command; cwd, the directory whose name is left out of paths. After lib.awk and symbols.awk.

# Asks for the line of an address that set `set` has its symbols for.
function line_want(set, address)
{
	if (!lines_ready)
		lines_open()
	if (!((set, address) in line_of)) {
		line_of[set, address] = ""
		line_wanted[set] = line_wanted[set] address "\n"
	}
}

function lines_open(    F, header)
{
	lines_ready = 1
	if (source == "")
		return
	if ((getline header < source) > 0) {
		close(source)
		if (!csv_open(source, "object,address,line,text"))
			return
		while (csv_row(source, F) > 0) {
			line_of[F[1], F[2]] = F[3]
			line_text[F[1], F[2]] = F[4]
		}
	} else {
		print "object,address,line,text" > source
	}
	close(source)
}

# Finds the lines of all that was asked for: line_of[set, address], "" where there is none.
function lines_find(    i)
{
	if (source == "" || elf_dir == "")
		return
	lines_ask("kernel", "kernel")
	for (i = 1; i <= object_count; i++)
		lines_ask(object_path[i], i)
	close(source)
}

function lines_ask(set, file,    command, answers)
{
	if (line_wanted[set] == "")
		return
	file = elf_dir "/" file
	answers = elf_dir "/.answers"
	command = addr2line " -a -i -e " shell_word(file) " >" shell_word(answers) " 2>/dev/null"
	printf "%s", line_wanted[set] | command
	close(command)
	lines_take(set, answers)
	delete line_wanted[set]
}

# An answer is the address, then a line for the place and one for each that it was inlined into.
function lines_take(set, answers,    row, address)
{
	address = ""
	while ((getline row < answers) > 0) {
		if (row ~ /^0x[0-9a-f]+$/) {
			line_keep(set, address)
			address = row
			line_of[set, address] = ""
		} else if (row !~ /^\?\?/) {
			sub(/ \(discriminator [0-9]+\)$/, "", row)
			line_of[set, address] = line_of[set, address] (line_of[set, address] == "" ? "" : " < ") line_path(row)
		}
	}
	line_keep(set, address)
	close(answers)
}

# FILE:LINE, with the path as short as it can be found by from here.
function line_path(place)
{
	sub(/:\?$/, "", place)
	if (cwd != "" && index(place, cwd "/") == 1)
		place = substr(place, length(cwd) + 2)
	while (sub(/^\.\//, "", place) || sub(/\/\.\//, "/", place) || sub(/[^\/.]+\/\.\.\//, "", place))
		;
	return place
}

function line_keep(set, address,    place)
{
	place = line_of[set, address]
	if (address == "" || place == "")
		return
	sub(/ < .*/, "", place)
	line_text[set, address] = source_text(place)
	print csv(set) "," address "," csv(line_of[set, address]) "," csv(line_text[set, address]) >> source
}

# The line of the source itself, when it is still there.
function source_text(place,    at, file, n)
{
	at = match(place, /:[0-9]+$/)
	if (!at)
		return ""
	file = substr(place, 1, at - 1)
	n = substr(place, at + 1)
	if (!(file in source_lines))
		source_read(file)
	return source_line[file, n + 0]
}

function source_read(file,    n, row)
{
	while ((getline row < file) > 0) {
		gsub(/[ \t\r]+/, " ", row)
		sub(/^ /, "", row)
		source_line[file, ++n] = substr(row, 1, 120)
	}
	close(file)
	source_lines[file] = n + 0
}
