# schema_check.awk - is this file a table of the schema? Says where it is not, with file and line.
#
#   mawk -F, -f analysis/lib.awk -f analysis/schema.awk -f analysis/schema_check.awk \
#       -v schema=analysis/schema.csv -v table=tlb <out/latest/tlb.csv
#
# Ends with 1 when anything is wrong, and stops behind the tenth such field. With header=1 it prints the
# table's header and reads nothing.
BEGIN {
	schema_read(schema)
	if (!failed && !(table in schema_count))
		bad("schema_check.awk: " (table == "" ? "which table? -v table=NAME" : "no such table: " table))
	if (!failed && header) {
		print schema_header[table]
		exit
	}
	columns = schema_count[table]
	for (i = 1; i <= columns; i++)
		type[i] = schema_type[table, i]
	if (!failed)
		schema_rows("/dev/stdin")
	exit failed
}

function schema_rows(file,    F, n)
{
	csv_line = 0
	while ((n = csv_next(file, F)) != 0) {
		if (csv_line == 1)
			schema_columns(F, n)
		else
			schema_row(F, n)
		if (schema_wrong >= 10)
			break
	}
	if (!csv_line)
		schema_complain("empty; expected the header " schema_header[table])
}

function schema_columns(F, n,    i)
{
	for (i = 1; i <= n || i <= columns; i++) {
		if (i > columns)
			schema_complain("unknown column " F[i])
		else if (i > n)
			schema_complain("no column " schema_name[table, i])
		else if (F[i] != schema_name[table, i])
			schema_complain("column " i " is " F[i] ", expected " schema_name[table, i])
		if (schema_wrong)
			exit 1
	}
}

function schema_row(F, n,    i)
{
	if (n != columns) {
		schema_complain(n < 0 ? "broken quotes" : n " fields, expected " columns)
		return
	}
	for (i = 1; i <= n; i++)
		if (!schema_fits(type[i], F[i]))
			schema_complain(schema_name[table, i] " is '" F[i] "', not " type[i])
}

function schema_complain(what)
{
	print table ".csv:" csv_line ": " what
	schema_wrong++
	failed = 1
}
