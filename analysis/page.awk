# page.awk - what the report's page is built from: numbers, tables, and the words for what is shown.

BEGIN {
	split("cold conflict flushed upgrade", fill_kinds, " ")
	meaning["cold"] = "first fill of the page in this address space"
	meaning["conflict"] = "was there earlier; another page took its place, the only one that it can have"
	meaning["flushed"] = "was there earlier; a flush, invlpg or page fault dropped it"
	meaning["upgrade"] = "was there, but the page's entry had not permitted the access: walked again"
	meaning["flush cr3"] = "CR3 written: all but global entries (a switch of address space)"
	meaning["flush_all cr3"] = "CR3 written: all entries"
	meaning["flush cr4"] = meaning["flush_all cr4"] = "CR4 written (paging features)"
	meaning["flush cr0"] = meaning["flush_all cr0"] = "CR0 written (paging or write protection)"
	meaning["flush task"] = meaning["flush_all task"] = "hardware task switch"
	meaning["flush emulator"] = meaning["flush_all emulator"] = \
		meaning["invlpg emulator"] = "Bochs itself dropped entries (A20, debug registers, memory map)"
	meaning["invlpg "] = "one page dropped by INVLPG"
	meaning["anon_zero"] = "read of an untouched anonymous page: the zero page"
	meaning["anon"] = "first write of an anonymous page"
	meaning["file"] = "file page mapped from the page cache"
	meaning["file_cow"] = "first write of a private file page: copied"
	meaning["shared"] = "write to a shared mapping"
	meaning["cow"] = "write to a shared frame: copied"
	meaning["cow_reuse"] = "write by the last owner: made writable"
	meaning["stack"] = "the stack grew"
	meaning["swap"] = "read back from the swap area"
	meaning["swap_cache"] = "found in the swap cache"
	meaning["vmalloc_sync"] = "kernel directory entry copied"
	meaning["migration"] = "waited for a page being moved"
	meaning["spurious"] = "the entry already allowed it"
	meaning["fixup"] = "kernel access to a bad user address: EFAULT"
	meaning["sigsegv"] = "bad address: SIGSEGV"
	meaning["sigbus"] = "no page behind the mapping: SIGBUS"
	meaning["oom"] = "out of memory"
	meaning["panic"] = "kernel bug"
	meaning["unknown"] = "the guest gave no hint"
	meaning["filled"] = "the page's entry was empty, and names a frame now (no hint says why)"
	meaning["zero"] = "the page's entry was empty, and names the frame of zeros now"
	meaning["copied"] = "the page's entry names another frame now"
	meaning["upgraded"] = "the page's entry allows writing now"
	meaning["back"] = "the page's entry said where the page was, and names a frame now"
	meaning["none"] = "the page's entry is still empty"
	meaning["same"] = "the page's entry is what it was"
}

function put(text)
{
	print text > page
}

# A number with a decimal while that tells something.
function rate(n)
{
	return n < 100 ? n1(n) : commas(n)
}

function percent(part, of)
{
	return !of ? "" : !part ? "0" : part * 1000 < of && part > 0 ? "< 0.1 %" : sprintf("%.1f %%", 100 * part / of)
}

# A section with a heading and one paragraph of explanation (HTML), or none.
function section(id, title, lead)
{
	put("<section id=\"" id "\">\n<h2>" title "</h2>")
	if (lead != "")
		put("<p class=\"lead\">" gloss(lead) "</p>")
}

# Begins a table; columns: "n:Fills;Area": n for numbers. What a column named in row_keys says of a row, row_end()
# tells page.js as well: data-process, data-area, data-phase.
function table(caption, columns, class,    i, n, column, part)
{
	put("<div class=\"wide\"><table" (class == "" ? "" : " class=\"" class "\"") ">" \
	    (caption == "" ? "" : "<caption>" caption "</caption>"))
	n = split(columns, column, ";")
	row = row_data = ""
	split("", column_key)
	cells = 0
	for (i = 1; i <= n; i++) {
		part = column[i]
		sub(/^n:/, "", part)
		if (part ~ /^(Process|Area|Phase)$/)
			column_key[i] = tolower(part)
		if (substr(column[i], 1, 2) == "n:")
			row = row "<th class=\"n\" scope=\"col\">" gloss(substr(column[i], 3)) "</th>"
		else
			row = row "<th scope=\"col\">" gloss(column[i]) "</th>"
	}
	put(columns == "" ? "<tbody>" : "<thead><tr>" row "</tr></thead><tbody>")
	row = ""
}

function table_end()
{
	put("</tbody></table></div>")
}

# Cells are gathered in `row` until row_end().
function cell(text, class)
{
	if (++cells in column_key)
		row_is(column_key[cells], column_key[cells] == "process" ? process_key(text) : text)
	row = row "<td" (class == "" ? ">" : " class=\"" class "\">") (class == "text" ? gloss(markup(text)) : markup(text)) "</td>"
}

# What page.js is to know of the row: data-KEY.
function row_is(key, value)
{
	row_data = row_data " data-" key "=\"" markup(value) "\""
}

# When that was; a sum of several times has none.
function row_time(from, to)
{
	if (from == "")
		return
	row_is("from", from)
	row_is("to", to)
}

# The process that a cell names: its number, "kernel", or nothing.
function process_key(text)
{
	return match(text, /^[0-9]+/) ? substr(text, 1, RLENGTH) : text == "kernel" ? text : ""
}

function cell_html(html, class)
{
	cells++
	row = row "<td" (class == "" ? ">" : " class=\"" class "\">") html "</td>"
}

function number(n)
{
	cells++
	row = row "<td class=\"n" (n + 0 ? "" : " zero") "\">" (n == "" ? "" : commas(n)) "</td>"
}

# A bar as long as part is of `of`; further pairs of class and part stand behind it.
function bar(of, class, part, class2, part2, class3, part3, class4, part4, class5, part5)
{
	cells++
	row = row "<td class=\"bar\">" bar_piece(of, class, part) bar_piece(of, class2, part2) \
		bar_piece(of, class3, part3) bar_piece(of, class4, part4) bar_piece(of, class5, part5) "</td>"
}

function bar_piece(of, class, part)
{
	return part + 0 && of ? "<i class=\"c-" class "\" style=\"width:" n1(100 * part / of) "%\"></i>" : ""
}

function row_end()
{
	put("<tr" row_data ">" row "</tr>")
	row = row_data = ""
	cells = 0
}

function dot(class, text)
{
	return "<span class=\"dot c-" class "\"></span>" gloss(markup(text))
}

# A file's content as it stands; of a picture without its style.
function include(file, skip_style,    line, skip)
{
	while ((getline line < file) > 0) {
		if (line ~ /# sourceMappingURL=/) # nothing is loaded from elsewhere
			sub(/(\/\/|\/\*)# sourceMappingURL=.*/, "", line)
		if (skip_style && line == "<style>")
			skip = 1
		if (!skip)
			put(line)
		if (line == "</style>")
			skip = 0
	}
	close(file)
}

# Reads a result into T[1..n, column name]; returns n.
function load(name, T,    F, n, i, columns, head)
{
	split("", T)
	csv_line = 1
	if ((getline head < (out "/" name)) <= 0)
		return 0
	columns = split(head, load_column, ",")
	csv_columns = columns
	while (csv_row(out "/" name, F) > 0) {
		n++
		for (i = 1; i <= columns; i++)
			T[n, load_column[i]] = F[i]
		if (n == load_max)
			break
	}
	close(out "/" name)
	return n + 0
}

# The name of a process for a table; nothing when the guest does not say which ran.
function process(pid)
{
	return pid (task_name[pid] == "" ? "" : " " base_name(task_name[pid]))
}

# Whose an area is, for a table.
function owner(pid)
{
	return pid == "" && task_count ? "(no task yet)" : process(pid)
}

# Text for a terminal, which must not get the control characters of a program's names and words.
function plain(text)
{
	gsub(/[\001-\037\177]/, "?", text)
	return text
}

# The same, cut to a width.
function fit(text, width)
{
	text = plain(text)
	return length(text) > width ? substr(text, 1, width - 3) "..." : text
}

# What a page of the kernel's was, mostly: ", slab bio", or nothing where that is not known.
function use_of(page,    F, header)
{
	if (page < "0xc0000000")
		return ""
	if (!uses_loaded++ && (getline header < (out "/page_uses.csv")) > 0) {
		close(out "/page_uses.csv")
		csv_open(out "/page_uses.csv", "page,use")
		while (csv_row(out "/page_uses.csv", F) > 0)
			page_use[F[1]] = F[2]
		close(out "/page_uses.csv")
	}
	return page in page_use && page_use[page] != "not known" ? ", " page_use[page] : ""
}
