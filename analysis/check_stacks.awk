# check_stacks.awk - is stacks.csv of chains that can have been, each there once, for as many faults and fills as there were?
#
# Variables: stacks (path). After lib.awk, check_tap.awk, check_counts.awk and check_meta.awk, with
# check_tlb.awk; tlb.csv is the input.
$4 == "fill" {
	stack_fills++
}

END {
	if (!failed)
		check_stacks()
}

function check_stacks(    F, line, n, faults, fills, rate, want)
{
	if (meta["complete"] == 1 && (meta["stacks"] != "") != (meta["stacks.file"] != ""))
		wrong("stacks.asked", "meta.csv:stacks: " meta["stacks"] ", but stacks.file is " meta["stacks.file"])
	verdict("stacks.asked", "meta.csv: there is a stacks.csv if stacks says so")
	if (meta["stacks.file"] == "" || (getline line < stacks) < 0)
		return
	close(stacks)
	csv_open(stacks, "stack,pid,faults,fills,end,chain,called")
	while ((n = csv_next(stacks, F)) != 0) {
		stack_look(F, n)
		faults += F[3]
		fills += F[4]
	}
	close(stacks)
	verdict("stacks", "stacks.csv: chains have their form, and each stands once")
	want = meta["stacks"] ~ /fault/ ? meta["faults.rows"] : 0
	if (faults != want)
		wrong("stacks.faults", "stacks.csv:1: " whole(faults) " faults, faults.csv has " want)
	verdict("stacks.faults", "stacks.csv: as many faults as in faults.csv")
	rate = meta["stacks"]
	want = sub(/.*fill\//, "", rate) ? int(stack_fills / rate) : 0
	if (fills != want)
		wrong("stacks.fills", "stacks.csv:1: " whole(fills) " fills, of tlb.csv there should be " whole(want))
	verdict("stacks.fills", "stacks.csv: as many fills as in tlb.csv, or the part that was asked for")
	same("stacks.csv: rows are those of meta.csv", stack_rows, "stacks.rows")
}

function stack_look(F, n,    i, at, to, count, lost)
{
	lost = F[5] == "lost"
	count = split(F[6], at, " ")
	if (n != 7 || F[1] != ++stack_rows "" || F[3] !~ /^[0-9]+$/ || F[4] !~ /^[0-9]+$/ || F[3] + F[4] == 0 || \
	    F[2] !~ (lost ? "^$" : "^[0-9]+$") || F[5] !~ /^(start|depth|order|unreadable|no_call|entry|unknown|lost)$/ || \
	    split(F[7], to, " ") != count || (count == 0) != lost || count > 64 || (F[5] == "depth") != (count == 64))
		wrong_row("stacks", "stacks", csv_line, F[1] "," F[2] "," F[3] "," F[4] "," F[5] "," F[6])
	for (i = 1; i <= count; i++)
		if (at[i] !~ /^0x[0-9a-f]+$/ || length(at[i]) != 10 || to[i] !~ /^(-|[*]|[?]?0x[0-9a-f]+)$/ || \
		    (i == 1 && to[i] != "-"))
			wrong_row("stacks", "stacks", csv_line, "no address, or what was called there: " at[i] " " to[i])
	if ((F[2], F[5], F[6], F[7]) in stack_seen)
		wrong_row("stacks", "stacks", csv_line, "stands twice")
	stack_seen[F[2], F[5], F[6], F[7]]
}
