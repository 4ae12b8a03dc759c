# schema.awk - what columns does each table of a recording have, and what may stand in them?
#
# schema.csv is the one place that says so. A type is one of those below, with "?" behind it where the
# field may be empty, or the words that there are, with "|" between them (and one at the end: or empty).
# After lib.awk.

# Reads schema.csv: column i = 1..schema_count[table] is schema_name[table, i], of schema_type[table, i];
# schema_table[1..schema_tables] are the tables.
function schema_read(file,    F, table, i)
{
	if (!csv_open(file, "table,column,type"))
		return
	while (csv_row(file, F) > 0) {
		table = F[1]
		if (!(table in schema_count))
			schema_table[++schema_tables] = table
		i = ++schema_count[table]
		schema_name[table, i] = F[2]
		schema_type[table, i] = F[3]
		schema_header[table] = schema_header[table] (i > 1 ? "," : "") F[2]
		if (!schema_known(F[3]))
			bad(file ":" csv_line ": no such type: " F[3])
	}
	close(file)
}

# Can a field of the type hold this text? The types' expressions are constants: some awks build an
# expression anew for each field otherwise.
function schema_fits(type, text)
{
	if (index(type, "|"))
		return index("|" type "|", "|" text "|") > 0 && index(text, "|") == 0
	if (text == "" && type ~ /[?]$/)
		return 1
	sub(/[?]$/, "", type)
	if (type == "count")
		return text ~ /^[0-9]+$/
	if (type == "address")
		return length(text) == 10 && text ~ /^0x[0-9a-f]+$/
	if (type == "page")
		return length(text) == 10 && text ~ /^0x[0-9a-f]+000$/
	if (type == "frame" || type == "entry") # more than 32 bits under PAE
		return length(text) >= 10 && (type == "frame" ? text ~ /^0x[0-9a-f]+000$/ : text ~ /^0x[0-9a-f]+$/)
	if (type == "bit")
		return text ~ /^[01]$/
	if (type == "walk")
		return text ~ /^[0-9]+[+][0-9]+$/
	if (type == "slot")
		return text ~ /^[0-9]+:[0-9]+$/
	if (type == "addresses")
		return text ~ /^(0x[0-9a-f]+( |$))*$/
	return type == "text"
}

# Is there such a type?
function schema_known(type)
{
	return index(type, "|") || type ~ /^(text|addresses|(count|bit|address|page|frame|entry|walk|slot)[?]?)$/
}

# Is it a number in a database?
function schema_numeric(type)
{
	return type ~ /^(count|bit|address|page|frame|entry)[?]?$/
}
