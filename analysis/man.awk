# man.awk - the Markdown of this tree as a manual page, for troff's man macros.
#
# Variables: name, section, about (what stands behind the name), also ("NAME (SECTION)"). Knows what our texts use: headings, paragraphs,
# lists, tables, code set in by four blanks or between fences, pictures (left out), links, `code`, **bold** and
# *emphasis*. A row of a table becomes a tagged paragraph: the first cell is the tag; cells beyond the
# second come with the heading of their column. After lib.awk.
BEGIN {
	printf ".\\\" Made from Markdown by analysis/man.awk.\n"
	# Names of columns are not to be taken apart at the end of a line.
	printf ".TH %s %s \"\" Pagoda \"\"\n.nh\n.SH NAME\n%s \\- %s\n", replace(toupper(name), "-", "\\-"), section, replace(name, "-", "\\-"), about
	print ".SH DESCRIPTION"
}

/^```/ {
	flush_paragraph()
	fenced = !fenced
	print fenced ? ".PP\n.RS 4\n.nf" : ".fi\n.RE"
	next
}

fenced {
	print line_start(escape($0))
	next
}

/^    / && !paragraph {
	if (!code) {
		blanks = 0
		print ".PP\n.RS 4\n.nf"
	}
	for (; blanks > 0; blanks--)
		print ""
	code = 1
	print line_start(escape(substr($0, 5)))
	next
}

code && /^$/ {
	blanks++
	next
}

{
	end_code()
}

/^$/ {
	flush_paragraph()
	columns = 0
	next
}

/^#/ {
	flush_paragraph()
	level = match($0, /[^#]/) - 1
	text = substr($0, level + 2)
	if (level > 1)
		print (level == 2 ? ".SH " : ".SS ") "\"" quoted(inline(level == 2 ? toupper_plain(text) : text)) "\""
	fresh = level > 1
	next
}

/^!\[/ {
	next
}

/^\|/ {
	flush_paragraph()
	table_row($0)
	next
}

/^ *([-*]|[0-9]+[.]) / && !/^    / {
	flush_paragraph()
	match($0, /^ *([-*]|[0-9]+[.]) /)
	mark = substr($0, 1, RLENGTH)
	gsub(/ /, "", mark)
	item = mark ~ /[0-9]/ ? mark : "\\(bu"
	paragraph = substr($0, RLENGTH + 1)
	next
}

{
	sub(/^ +/, "")
	paragraph = paragraph (paragraph == "" ? "" : " ") $0
}

END {
	end_code()
	flush_paragraph()
	print ".SH \"SEE ALSO\"\n.BR " also
}

function end_code()
{
	if (code)
		print ".fi\n.RE"
	code = blanks = 0
}

function flush_paragraph()
{
	if (paragraph == "")
		return
	if (item != "")
		print ".IP " item " " (length(item) < 4 || item ~ /^\\/ ? 3 : 5)
	else if (!fresh)
		print ".PP"
	print line_start(inline(paragraph))
	paragraph = item = ""
	fresh = 0
}

# A row: "|" in code is part of the cell when a backslash stands before it.
function table_row(row,    n, i, cell)
{
	gsub(/\\\|/, "\001", row)
	sub(/^\| */, "", row)
	sub(/ *\|$/, "", row)
	n = split(row, cell, / *\| */)
	for (i = 1; i <= n; i++)
		gsub(/\001/, "|", cell[i])
	if (!columns) {
		columns = n
		for (i = 1; i <= n; i++)
			heading[i] = cell[i]
		return
	}
	if (row ~ /^[-: |]+$/)
		return
	print ".TP\n" line_start(inline(cell[1]))
	print line_start(inline(cell[2] == "" ? "\\ " : cell[2]))
	for (i = 3; i <= n; i++)
		if (cell[i] != "")
			print ".br\n" line_start(inline(heading[i] ": " cell[i]))
	fresh = 0
}

# Markdown within a line: what stands between backquotes goes on as it is, in bold.
function inline(text,    done, at, n, part, i)
{
	n = split(text, part, "`")
	for (i = 1; i <= n; i++)
		done = done (i % 2 ? spans(part[i]) : "\\fB" escape(part[i]) "\\fR")
	return done
}

function spans(text)
{
	text = text_escape(text)
	while (match(text, /!?\[[^]]*\]\([^)]*\)/))
		text = substr(text, 1, RSTART - 1) link(substr(text, RSTART, RLENGTH)) substr(text, RSTART + RLENGTH)
	text = faces(text, "\\*\\*[^*]+\\*\\*", 2, "\\fB")
	return faces(text, "\\*[^* ][^*]*\\*", 1, "\\fI")
}

function faces(text, form, width, face,    done)
{
	while (match(text, form)) {
		done = done substr(text, 1, RSTART - 1) face substr(text, RSTART + width, RLENGTH - 2 * width) "\\fR"
		text = substr(text, RSTART + RLENGTH)
	}
	return done text
}

function link(text,    words, target)
{
	if (text ~ /^!/)
		return ""
	words = target = text
	sub(/^\[/, "", words)
	sub(/\]\(.*/, "", words)
	sub(/.*\]\(/, "", target)
	sub(/\)$/, "", target)
	return target ~ /^#/ || target == words ? words : words " (" target ")"
}

# Code: a hyphen there is a minus, to be copied.
function escape(text)
{
	if (length(text) > 24 && text !~ / /)
		return replace(escape_code(text), ",", ", ") # a list of columns: lines may break there
	return escape_code(text)
}

function escape_code(text)
{
	text = replace(text, "\\", "\\e")
	text = replace(text, "-", "\\-")
	text = replace(text, "'", "\\(aq")
	text = replace(text, "`", "\\(ga")
	text = replace(text, "^", "\\(ha")
	return replace(text, "~", "\\(ti")
}

function text_escape(text)
{
	return text == "\\ " ? text : replace(text, "\\", "\\e")
}

# A line must not begin with what troff takes for a request.
function line_start(text)
{
	return text ~ /^[.']/ ? "\\&" text : text
}

function quoted(text)
{
	return replace(text, "\"", "\\(dq")
}

# Capitals, but for names of files and code.
function toupper_plain(text)
{
	return text ~ /`|[.]csv/ ? text : toupper(text)
}
