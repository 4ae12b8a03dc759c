# lib.awk - what every question needs: CSV, big numbers, addresses, sorting.
#
# Runs unchanged under mawk, gawk and busybox awk. What they disagree on is kept out of the other
# files and lives here:
#  - "%d" and the printing of a number above 2^31 go wrong in mawk: whole() prints every count;
#  - a field that reads "0x10" is a number for some: addresses are compared as strings, and
#    hex() is the only place where one becomes a number;
#  - busybox has no log() and no "^".

# Splits one record of RFC 4180 into F[1..n] and returns n. Reads on from `file` while a quoted
# field runs over the end of the line. The number of the record's last line stands in csv_line.
function csv_split(line, F, file,    n, rest, part, at)
{
	if (index(line, "\"") == 0)
		return split(line, F, ",")
	split("", F)
	for (rest = line; ; rest = substr(rest, at + 1)) {
		n++
		if (substr(rest, 1, 1) != "\"") {
			at = index(rest, ",")
			F[n] = at ? substr(rest, 1, at - 1) : rest
		} else {
			part = ""
			rest = substr(rest, 2)
			while (!csv_closed(rest)) {
				part = part rest "\n"
				if (file == "" || (getline rest < file) <= 0)
					return -1
				csv_line++
			}
			F[n] = part csv_unquote(rest)
			rest = csv_after
			at = index(rest, ",")
			if (at != 1 && rest != "")
				return -1
		}
		if (at == 0 || rest == "")
			return n
	}
}

# Does the quoted field that began in `text` (or on an earlier line) end in it? Sets csv_end.
function csv_closed(text,    at, from)
{
	for (from = 1; (at = index(substr(text, from), "\"")) > 0; from = csv_end + 2) {
		csv_end = from + at - 1
		if (substr(text, csv_end + 1, 1) != "\"")
			return 1
	}
	return 0
}

# The field's text up to the quote at csv_end, doubled quotes made single; csv_after: what follows.
function csv_unquote(text,    field)
{
	csv_after = substr(text, csv_end + 1)
	field = substr(text, 1, csv_end - 1)
	gsub(/""/, "\"", field)
	return field
}

# Reads the next record of `file` into F. Returns the number of fields, 0 at the end of the file,
# -1 when the record is not CSV.
function csv_next(file, F,    line)
{
	if ((getline line < file) <= 0)
		return 0
	csv_line++
	return csv_split(line, F, file)
}

# Opens `file`: reads its header and demands that it begins with the columns `want` (more may have
# been appended since). Ends the program with a message that names the file when it is otherwise.
function csv_open(file, want,    line)
{
	csv_line = 1
	if ((getline line < file) <= 0)
		return bad(file_shown(file) ": empty or unreadable; expected the header " want)
	if (line != want && index(line, want ",") != 1)
		return bad(file_shown(file) ": wrong header\n  expected: " want "\n  found:    " line)
	csv_columns = split(line, csv_header, ",")
	return 1
}

# csv_next for a file that must hold csv_columns fields a record; ends the program otherwise.
function csv_row(file, F,    n)
{
	n = csv_next(file, F)
	if (n != 0 && n != csv_columns)
		bad(file_shown(file) ": line " csv_line ": " (n < 0 ? "broken quotes" : n " fields") ", expected " \
		    csv_columns)
	return n
}

# Opens one of several files that are read by turns, in order of time. One that is not there has no rows.
function turn_open(name, file, want,    line)
{
	turn_file[name] = ""
	if (file == "" || (getline line < file) < 0)
		return
	close(file)
	csv_open(file, want)
	turn_file[name] = file
	turn_columns[name] = csv_columns
	turn_line[name] = csv_line
}

# Its next row into F. Returns that one's time, or 9e15 behind the last.
function turn_next(name, F,    time)
{
	csv_columns = turn_columns[name]
	csv_line = turn_line[name]
	time = turn_file[name] != "" && csv_row(turn_file[name], F) > 0 ? F[1] + 0 : 9e15
	turn_line[name] = csv_line
	return time
}

# A file's name for a message; report.sh and check.sh work on copies NAME/analysis/.FILE, others on
# copies .FILE of what is in the directory `recording`.
function file_shown(file)
{
	if (recording != "" && sub(/^.*\/\./, "", file))
		file = recording "/" file
	sub(/\/analysis\/\./, "/", file)
	return file
}

function bad(message)
{
	print message > "/dev/stderr"
	failed = 1
	exit 1
}

# One field as RFC 4180 wants it.
function csv(field)
{
	if (field !~ /[",\r\n]/)
		return field
	gsub(/"/, "\"\"", field)
	return "\"" field "\""
}

# The same of a name in a result whose rows are sorted, line by line: a file's may have line breaks.
function csv_line_of(name)
{
	gsub(/[\r\n]/, "?", name)
	return csv(name)
}

# A whole number of any size up to 2^53, in full.
function whole(n)
{
	return sprintf("%.0f", n)
}

# 1234567 as 1,234,567: how every count is shown to a reader; CSV has it as it is.
function commas(n,    text, grouped)
{
	text = whole(n)
	while (length(text) > 3) {
		grouped = "," substr(text, length(text) - 2) grouped
		text = substr(text, 1, length(text) - 3)
	}
	return text grouped
}

# The same for each count within a text; names, paths, addresses and decimals stay.
function commas_in(text,    done, number)
{
	while (match(text, /[0-9][0-9][0-9][0-9]+/)) {
		number = substr(text, RSTART, RLENGTH)
		done = done substr(text, 1, RSTART - 1)
		text = substr(text, RSTART + RLENGTH)
		done = done (done ~ /[A-Za-z0-9_.,\/:-]$/ || text ~ /^[A-Za-z_]/ ? number : commas(number))
	}
	return done text
}

function hex_init(    i)
{
	for (i = 0; i < 256; i++)
		hex_of[sprintf("%02x", i)] = i
	hex_ready = 1
}

# The bit of that value in a number.
function bit_of(number, value)
{
	return int(number / value) % 2
}

# The same of a page-table entry as text: 1 (present), 2 (writable), 4 (user) or 8.
function entry_bit(entry, value)
{
	return bit_of(index("0123456789abcdef", substr(entry, length(entry))) - 1, value)
}

# What became of a page's entry in a fault (columns before and after of faults.csv): filled, where it was empty;
# back, where it was neither that nor present, as that of a page in the swap area; copied, to another
# frame; upgraded, to writable; same; none, when there is still no page. Empty when not known. `zero`
# is the frame of zeros, where that is known: zero, when an empty entry got it.
function entry_change(before, after, zero)
{
	if (before == "" || after == "")
		return ""
	if (!entry_bit(after, 1))
		return "none"
	if (!entry_bit(before, 1))
		return before != "0x00000000" ? "back" : \
		       substr(after, 1, 7) "000" == zero ? "zero" : "filled"
	if (substr(before, 1, 7) != substr(after, 1, 7))
		return "copied"
	return entry_bit(after, 2) > entry_bit(before, 2) ? "upgraded" : "same"
}

# The value of an address 0xHHHHHHHH.
function hex(address)
{
	if (!hex_ready)
		hex_init()
	return ((hex_of[substr(address, 3, 2)] * 256 + hex_of[substr(address, 5, 2)]) * 256 + \
		hex_of[substr(address, 7, 2)]) * 256 + hex_of[substr(address, 9, 2)]
}

# An address from its value; "%x" is not safe above 2^31.
function to_hex(n,    high)
{
	high = int(n / 65536)
	return sprintf("0x%04x%04x", high, n - high * 65536)
}

# The page that holds an address.
function page_of(address)
{
	return substr(address, 1, 7) "000"
}

# Sorts A[1..n] upwards: as numbers, or, when `text` is set, as strings.
function sort(A, n, text,    i, end, keep)
{
	for (i = int(n / 2); i >= 1; i--)
		sort_sink(A, i, n, text)
	for (end = n; end > 1; end--) {
		keep = A[end]
		A[end] = A[1]
		A[1] = keep
		sort_sink(A, 1, end - 1, text)
	}
}

# Heap step: lets A[at] sink below the larger of its children.
function sort_sink(A, at, n, text,    child, keep)
{
	keep = A[at]
	for (; (child = at * 2) <= n; at = child) {
		if (child < n && less(A[child], A[child + 1], text))
			child++
		if (!less(keep, A[child], text))
			break
		A[at] = A[child]
	}
	A[at] = keep
}

function less(a, b, text)
{
	return text ? (a "") < (b "") : a + 0 < b + 0
}

# Where the result `name` goes: the directory `out`, or standard output when there is none.
function result(name)
{
	return out == "" ? "/dev/stdout" : out "/" name
}

# Ends a result, so that others may read it; standard output stays open for the next one.
function close_result(file)
{
	if (file != "/dev/stdout")
		close(file)
}

# All `c` in the text by something else; awks differ in what gsub() makes of a backslash.
function replace(text, c, by,    at, done)
{
	while ((at = index(text, c)) > 0) {
		done = done substr(text, 1, at - 1) by
		text = substr(text, at + length(c))
	}
	return done text
}

# A word as the shell must have it, to be taken as it is.
function shell_word(word)
{
	return "'" replace(word, "'", "'\\''") "'"
}

# A command that sorts rows to the end of a result whose header has just been printed.
function sorter(file, keys)
{
	fflush(file)
	if (file == "/dev/stdout")
		return "LC_ALL=C sort -t, " keys
	close(file)
	return "LC_ALL=C sort -t, " keys " >>" shell_word(file)
}
