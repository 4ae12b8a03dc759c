# sql.awk - the tables of a recording as SQL, for sqlite3.
#
# Variables: schema, metafile, tables (the small ones that there are, blanks between them), dir (where their
# plain text is, as .NAME.csv), tasks, vmas, marks, start, end and those of symbols.awk and lines.awk.
# After lib.awk, schema.awk, run.awk, areas.awk, symbols.awk and lines.awk. Input: tlb.csv.
#
# Addresses go on as they are: 0x10 is a number for SQLite. An empty field is NULL. Besides its own columns
# a row of tlb and faults has its process, phase and code; one of tlb also its area. Of the rows no more
# is kept than the pages since the last change of an area, and the instructions.
BEGIN {
	schema_read(schema)
	tasks_read(tasks)
	marks_read(marks)
	print "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;\nBEGIN;"
	sql_tables()
	sql_phases()
	n = split("meta " tables, name, " ")
	for (i = 1; i <= n && !failed; i++)
		sql_small(name[i], name[i] == "meta" ? metafile : name[i] == "source" ? source : dir "/." name[i] ".csv")
	if (failed)
		exit
	areas_open(vmas)
	columns = sql_open("tlb")
	phase = 0
}

NR == 1 {
	if ($0 != schema_header["tlb"])
		bad("tlb.csv: wrong header\n  expected: " schema_header["tlb"] "\n  found:    " $0)
	next
}

{
	if (NF != columns)
		bad("tlb.csv: line " NR ": " NF " fields, expected " columns)
	now = $1 + 0
	if (now >= areas_time) {
		areas_until(now)
		split("", area_known)
	}
	row = $1
	for (i = 2; i <= columns; i++)
		row = row "," ($i "" == "" ? "NULL" : numeric[i] ? $i : "'" $i "'")
	sql_row("tlb", row "," sql_process($14) "," sql_phase(now) "," sql_area($14, $6) "," sql_code($14, $15))
}

END {
	if (failed)
		exit 1
	if (NR == 0)
		bad("tlb.csv: empty; expected the header " schema_header["tlb"])
	sql_end()
	sql_codes()
	print "COMMIT;"
}

function sql_tables(    t, i, table, columns)
{
	for (t = 1; t <= schema_tables; t++) {
		table = schema_table[t]
		columns = ""
		for (i = 1; i <= schema_count[table]; i++)
			columns = columns (i > 1 ? ", " : "") "\"" schema_name[table, i] "\" " \
				  (schema_numeric(schema_type[table, i]) ? "INTEGER" : "TEXT")
		if (table == "tlb" || table == "faults")
			columns = columns ", process INTEGER, phase INTEGER" (table == "tlb" ? ", area TEXT" : "") ", code INTEGER"
		print "CREATE TABLE " table " (" columns ");"
	}
	print "CREATE TABLE phases (phase INTEGER PRIMARY KEY, pid INTEGER, label TEXT, start INTEGER, \"end\" INTEGER);"
	print "CREATE TABLE code (code INTEGER PRIMARY KEY, process INTEGER, eip INTEGER, function TEXT, line TEXT, text TEXT);"
}

function sql_phases(    i)
{
	for (i = 0; i <= marks_count; i++)
		sql_row("phases", i "," (i ? mark_pid[i] : "NULL") "," sql_text(mark_label[i]) "," \
			whole(mark_time[i]) "," whole(phase_end(i)))
	sql_end()
}

# Notes for a table which of its columns are numbers; returns how many columns it has.
function sql_open(table,    i)
{
	for (i = 1; i <= schema_count[table]; i++)
		numeric[i] = schema_numeric(schema_type[table, i])
	return schema_count[table]
}

function sql_small(table, file,    F, n, i, row)
{
	if (!csv_open(file, schema_header[table]))
		return
	n = sql_open(table)
	while (csv_row(file, F) > 0) {
		row = ""
		for (i = 1; i <= n; i++) {
			if (numeric[i] && F[i] !~ /^(0x[0-9a-f]+|[0-9]*)$/)
				return bad(table ".csv: line " csv_line ": " schema_name[table, i] " is " F[i])
			row = row (i > 1 ? "," : "") (F[i] "" == "" ? "NULL" : numeric[i] ? F[i] : sql_text(F[i]))
		}
		if (table == "faults")
			row = row "," sql_process(F[10]) "," sql_phase(F[1] + 0) "," sql_code(F[10], F[4])
		sql_row(table, row)
	}
	close(file)
	sql_end()
	phase = 0
}

# A row of many: 200 in a statement, which is what makes SQLite fast.
function sql_row(table, row)
{
	if (sql_rows % 200 == 0)
		printf "%sINSERT INTO %s VALUES\n(%s)", sql_rows ? ";\n" : "", table, row
	else
		printf ",\n(%s)", row
	sql_rows++
}

function sql_end()
{
	if (sql_rows)
		print ";"
	sql_rows = 0
}

function sql_text(text)
{
	if (text "" == "")
		return "NULL"
	gsub(/'/, "''", text)
	return "'" text "'"
}

function sql_process(pid)
{
	return pid "" == "" ? "NULL" : pid in task_tgid ? task_tgid[pid] : pid
}

# Times only rise, but for a fault's: it may stand at the very moment of a mark.
function sql_phase(now)
{
	while (phase < marks_count && mark_time[phase + 1] <= now)
		phase++
	return phase
}

function sql_area(pid, page,    key)
{
	if (page "" == "")
		return "NULL"
	key = pid page
	if (!(key in area_known))
		area_known[key] = sql_text(area_of(tgid_of(pid), page))
	return area_known[key]
}

# Code of the kernel is the same in all processes.
function sql_code(pid, eip,    key)
{
	key = (eip "" >= "0xc0000000" ? "" : sql_process(pid)) "," eip
	if (!(key in code_id)) {
		code_id[key] = ++codes
		code_key[codes] = key
	}
	return code_id[key]
}

function sql_codes(    i, part, set)
{
	close(vmas) # which areas.awk has read
	symbols_open()
	if (codes)
		line_want("kernel", "0xffffffff") # reads source.csv
	for (i = 1; i <= codes; i++) {
		split(code_key[i], part, ",")
		set = symbol_set(part[1], part[2])
		sql_row("code", i "," (part[1] "" == "" ? "NULL" : part[1]) "," part[2] "," \
			sql_text(set == "" ? "" : symbol_in(set, symbol_address)) "," \
			sql_text(set == "" ? "" : line_of[set, symbol_address]) "," \
			sql_text(set == "" ? "" : line_text[set, symbol_address]))
	}
	sql_end()
}
