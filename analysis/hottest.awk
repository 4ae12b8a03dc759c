# hottest.awk - the report's section on what missed most: source lines, pages, functions, instructions.

function hottest()
{
	section("hottest", "Hottest", "Of the whole recording, boot and self-test included.")
	hot_lines()
	hot_pages()
	hot_variables()
	hot_pairs()
	kernel_uses()
	hot_chains()
	hot_functions()
	put("<div class=\"two\"><div>")
	hot_instructions("code.csv", "Instructions with most TLB misses", "Misses")
	put("</div><div>")
	hot_instructions("fault_code.csv", "Instructions with most page faults", "Faults")
	put("</div></div></section>")
}

# Source lines of the program; those of the kernel behind a line to click on.
function hot_lines(    T, U, n, i, faulted)
{
	n = load("fault_lines.csv", U)
	for (i = 1; i <= n; i++)
		faulted[U[i, "pid"], U[i, "line"]] += U[i, "rows"]
	n = load("lines.csv", T)
	line_table("Source lines of the program with most TLB misses", T, n, faulted, 0)
	fold_begin("Source lines of the kernel with most TLB misses")
	line_table("", T, n, faulted, 1)
	fold_end()
}

# At most 20 rows of lines.csv.
function line_table(caption, T, n, faulted, of_kernel,    i, rows, most)
{
	for (i = 1; i <= n && rows < 20; i++) {
		if ((T[i, "pid"] == "") != of_kernel || (!of_kernel && T[i, "pid"] in folded))
			continue
		if (!rows++) {
			table(caption, "Line;Misses;;n:Faults;Function;Process;Source")
			most = T[i, "rows"]
		}
		cell(T[i, "line"], "mono")
		bar(most, "zero", T[i, "rows"])
		number(T[i, "rows"])
		number(faulted[T[i, "pid"], T[i, "line"]] + 0)
		cell(T[i, "symbol"], "mono")
		cell(of_kernel ? "kernel" : process(T[i, "pid"]))
		cell(T[i, "text"], "mono")
		row_end()
	}
	if (rows)
		table_end()
	else
		put("<p class=\"note\">No source lines: " (of_kernel ? "the kernel has" : "the program has") \
		    " no debug information (<code>gcc -g</code>), or its file was not there.</p>")
}

function hot_pages(    T, F, n, i, faulted)
{
	load_max = 20
	n = load("pages.csv", T)
	load_max = 1e9
	for (i = 1; i <= n; i++)
		faulted[T[i, "pid"], T[i, "page"]] = 0
	csv_open(out "/fault_pages.csv", "rows,pid,page")
	while (csv_row(out "/fault_pages.csv", F) > 0)
		if ((F[2], F[3]) in faulted)
			faulted[F[2], F[3]] = F[1]
	table("Pages with most TLB misses", "Page;Process;Area;Misses;n:Cold;n:Conflict;n:Flushed;n:Upgrades;n:Faults")
	for (i = 1; i <= n; i++) {
		cell(T[i, "page"], "mono")
		cell(T[i, "page"] >= "0xc0000000" ? "kernel" : process(T[i, "pid"]))
		cell(T[i, "area"] use_of(T[i, "page"]), "mono")
		bar(T[1, "rows"], "cold", T[i, "cold"], "conflict", T[i, "conflict"], "flushed", \
		    T[i, "flushed"], "upgrade", T[i, "upgrade"])
		number(T[i, "cold"])
		number(T[i, "conflict"])
		number(T[i, "flushed"])
		number(T[i, "upgrade"])
		number(faulted[T[i, "pid"], T[i, "page"]])
		row_end()
	}
	table_end()
}

# Two pages that lie a multiple of the TLB's size apart and are used in turn.
function hot_pairs(    T, n, i, side)
{
	load_max = 12
	n = load(program_result("pairs.csv"), T)
	load_max = 1e9
	if (!n)
		return
	table("Pages that take each other's place" (program_start == "" ? "" : ", from the program's start on"), \
	      "Page;What it is;Other;What it is;TLB;Times;")
	for (i = 1; i <= n; i++) {
		for (side = 1; side <= 2; side++) {
			cell(T[i, side == 1 ? "page" : "other"], "mono")
			cell(page_is(T[i, "pid"], T[i, side == 1 ? "page" : "other"]))
		}
		cell(T[i, "tlb"] == "i" ? "instruction" : "data")
		bar(T[1, "rows"], "conflict", T[i, "rows"])
		number(T[i, "rows"])
		row_end()
	}
	table_end()
}

# Variables of the program, and of the kernel behind a line to click on.
function hot_variables(    T, U, n, i, faulted)
{
	n = load("fault_variables.csv", U)
	for (i = 1; i <= n; i++)
		faulted[U[i, "pid"], U[i, "variable"], U[i, "object"]] = U[i, "faults"]
	n = load("variables.csv", T)
	variable_table("Variables of the program with most TLB fills", T, n, faulted, 0)
	fold_begin("Variables of the kernel with most TLB fills")
	variable_table("", T, n, faulted, 1)
	fold_end()
}

# At most 12; a row of several variables has no faults of its own.
function variable_table(caption, T, n, faulted, kernel,    i, rows, first)
{
	for (i = 1; i <= n && rows < 12; i++) {
		if ((T[i, "pid"] == "") != kernel || (!kernel && T[i, "pid"] in folded))
			continue
		if (!rows++) {
			first = i
			table(caption, "Variable;In;Fills;;n:Pages;n:Bytes;n:Faults")
		}
		cell(T[i, "variable"], "mono")
		cell(T[i, "object"] (kernel ? "" : ", " process(T[i, "pid"])))
		bar(T[first, "fills"], "zero", T[i, "fills"])
		number(T[i, "fills"])
		number(T[i, "pages"])
		if (T[i, "size"] == "") {
			cell("")
			cell("")
		} else {
			number(T[i, "size"])
			number(faulted[T[i, "pid"], T[i, "variable"], T[i, "object"]] + 0)
		}
		row_end()
	}
	if (rows)
		table_end()
	else if (kernel)
		put("<p class=\"note\">None, or no sizes of variables are known.</p>")
}

# At most 12 chains of calls, if such were recorded: most faults first, or fills if that is what there is.
function hot_chains(    T, n, i, rows, one_in)
{
	one_in = meta["stacks"]
	one_in = sub(/.*fill\//, "", one_in) && one_in > 1 ? " (1 in " one_in ")" : ""
	load_max = 200
	n = load("call_chains.csv", T)
	load_max = 1e9
	for (i = 1; i <= n && rows < 12; i++) {
		if (T[i, "pid"] in folded)
			continue
		if (!rows++)
			table("Chains of calls with most " (meta["stacks"] ~ /fault/ ? "page faults" : "TLB fills"), "Functions, the innermost first;Process;n:Faults;n:Fills" one_in)
		cell(T[i, "functions"], "mono")
		cell(T[i, "pid"] == "" ? "" : process(T[i, "pid"]))
		number(T[i, "faults"])
		number(T[i, "fills"])
		row_end()
	}
	if (rows)
		table_end()
}

# Whose page, of which area, and what for.
function page_is(pid, page)
{
	if (!page_areas_read++)
		page_areas_load()
	if (page >= "0xc0000000")
		return page_areas["", page] use_of(page)
	return process(pid) " " page_areas[pid, page]
}

function page_areas_load(    F)
{
	csv_open(out "/pages.csv", "rows,pid,page,cold,conflict,flushed,upgrade,kind,area")
	while (csv_row(out "/pages.csv", F) > 0)
		page_areas[F[2], F[3]] = F[9]
	close(out "/pages.csv")
}

function kernel_uses(    T, n, i)
{
	load_max = 15
	n = load("kernel_uses.csv", T)
	load_max = 1e9
	if (!n)
		return
	table("What the kernel's pages were when the TLB took them in", "Use;Fills;;n:Pages")
	for (i = 1; i <= n; i++) {
		cell(T[i, "use"], "mono")
		bar(T[1, "fills"], "zero", T[i, "fills"])
		number(T[i, "fills"])
		number(T[i, "pages"])
		row_end()
	}
	table_end()
	put("<p class=\"note\"><code>allocated</code> is what has been given out and is no user's page yet: mostly pages " \
	    "that are cleared or copied to before a process gets them.</p>")
}

function hot_functions(    T, U, n, i, faulted)
{
	n = load("fault_functions.csv", U)
	for (i = 1; i <= n; i++)
		faulted[U[i, "pid"], U[i, "symbol"]] = U[i, "rows"]
	n = load("functions.csv", T)
	if (folds) {
		function_table("Functions of the program with most TLB misses", T, n, faulted, 1)
		fold_begin("Functions of all, the kernel&rsquo;s too")
	}
	function_table("Functions with most TLB misses", T, n, faulted, 0)
	if (folds)
		fold_end()
}

# At most 20 rows of functions.csv: all, or only those of processes that are not folded.
function function_table(caption, T, n, faulted, own,    i, first, rows)
{
	for (first = 1; first <= n && own && T[first, "pid"] in folded; first++)
		;
	if (first > n)
		return
	table(caption, "Function;In;Misses;;n:Faults")
	for (i = first; i <= n && rows < 20; i++) {
		if (own && T[i, "pid"] in folded)
			continue
		rows++
		cell(T[i, "symbol"], "mono")
		cell(T[i, "pid"] == "" ? "kernel" : process(T[i, "pid"]))
		bar(T[first, "rows"], "zero", T[i, "rows"])
		number(T[i, "rows"])
		number(faulted[T[i, "pid"], T[i, "symbol"]] + 0)
		row_end()
	}
	table_end()
}

function hot_instructions(name, caption, what,    T, n, i)
{
	load_max = 15
	n = load(name, T)
	load_max = 1e9
	table(caption, "Instruction;Function;Line;Process;n:" what)
	for (i = 1; i <= n; i++) {
		cell(T[i, "eip"], "mono")
		cell(T[i, "symbol"], "mono")
		cell(T[i, "line"], "mono")
		cell(T[i, "eip"] >= "0xc0000000" ? "kernel" : process(tgid_of(T[i, "pid"])))
		number(T[i, "rows"])
		row_end()
	}
	table_end()
}
