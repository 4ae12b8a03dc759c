# instructions.awk - what was counted by instruction, as tables by instruction, function and source line.
#
# After symbols.awk and lines.awk.

# counts["pid,eip"], without pid for the kernel's: writes PREFIXcode.csv, PREFIXfunctions.csv and
# PREFIXlines.csv. Threads add up to their process in the latter two; `line` is where the instruction
# stands, and after " < " what that was inlined into.
function instructions_print(counts, prefix,    k, part, set, order, symbol, line, file)
{
	for (k in counts) {
		split(k, part, ",")
		if ((set = symbol_set(part[1], part[2])) != "")
			line_want(set, symbol_address)
	}
	lines_find()
	file = result(prefix "code.csv")
	print "rows,pid,eip,symbol,line" > file
	order = sorter(file, "-k1,1nr -k3,3 -k2,2n")
	for (k in counts) {
		split(k, part, ",")
		set = symbol_set(part[1], part[2])
		symbol = set == "" ? "" : symbol_in(set, symbol_address)
		line = set == "" ? "" : line_of[set, symbol_address]
		instructions_add(part[1], symbol, line, line_text[set, symbol_address], counts[k])
		print whole(counts[k]) "," k "," csv(symbol) "," csv(line) | order
	}
	close(order)
	sums_print(result(prefix "functions.csv"), "rows,pid,symbol", function_n)
	sums_print(result(prefix "lines.csv"), "rows,pid,line,symbol,text", line_n)
}

function instructions_add(pid, symbol, line, text, n,    process)
{
	process = pid == "" ? "" : tgid_of(pid)
	if (symbol != "")
		function_n[process "," csv(symbol)] += n
	sub(/ < .*/, "", line)
	if (line != "")
		line_n[process "," csv(line) "," csv(symbol) "," csv(text)] += n
}

function sums_print(file, header, sums,    k, order)
{
	print header > file
	order = sorter(file, "-k1,1nr -k3 -k2,2n")
	for (k in sums)
		print whole(sums[k]) "," k | order
	close(order)
}
