# diff.awk - the figures of two recordings side by side, from what diff_side.awk printed of each.
BEGIN {
	FS = "\t"
}
{
	side = FILENAME == ARGV[1] ? 1 : 2
	if (!(($1, $2) in seen)) {
		seen[$1, $2]
		name[$1, ++count[$1]] = $2
	}
	for (i = 3; i <= NF; i++)
		value[side, $1, $2, i - 2] = $i
}

END {
	facts()
	table("events", "events")
	faults()
	phases()
	print "\nCounts of one run each; nothing is claimed about what a difference means."
}

function facts(    i, key, a, b)
{
	for (i = 1; i <= count["fact"]; i++) {
		key = name["fact", i]
		a = value[1, "fact", key, 1]
		b = value[2, "fact", key, 1]
		if (a == b && key != "guest")
			continue
		printf "  %-14s A: %s\n  %-14s B: %s\n", key, a == "" ? "(none)" : a, "", b == "" ? "(none)" : b
	}
}

# A figure, or nothing where there is none.
function figure(side, group, key, i,    x)
{
	x = value[side, group, key, i]
	return x == "" ? "-" : sprintf("%.0f", x)
}

function ratio(a, b)
{
	return a + 0 && b != "-" && a != "-" ? sprintf("%.2f", b / a) : "-"
}

function table(group, title,    i, key, a, b)
{
	printf "\n  %-26s %15s %15s %9s\n", title, "A", "B", "B / A"
	for (i = 1; i <= count[group]; i++) {
		key = name[group, i]
		a = figure(1, group, key, 1)
		b = figure(2, group, key, 1)
		printf "  %-26s %15s %15s %9s\n", key, a, b, ratio(a, b)
	}
}

function faults(    i, j, n, kind)
{
	printf "\n  %-26s %11s %11s %15s %15s %9s\n", "page faults: the entry was", "A", "B", "instr. each, A", "B", "B / A"
	n = split("zero filled copied upgraded back same none unknown", kind, " ")
	for (j = 1; j <= 2; j++)
		for (i = 1; i <= n; i++)
			fault(kind[i] (j == 1 ? "" : ", by the kernel"))
}

function fault(key,    a, b)
{
	if (!(("faults", key) in seen))
		return
	a = figure(1, "faults", key, 2)
	b = figure(2, "faults", key, 2)
	printf "  %-26s %11s %11s %15s %15s %9s\n", key, figure(1, "faults", key, 1), figure(2, "faults", key, 1), \
		a, b, ratio(a, b)
}

# Those that both have by that name, up to the same next one.
function phases(    i, key, shown)
{
	for (i = 1; i <= count["phases"]; i++) {
		key = name["phases", i]
		if (value[1, "phases", key, 1] == "" || value[2, "phases", key, 1] == "" || \
		    value[1, "phases", key, 4] != value[2, "phases", key, 4])
			continue
		if (!shown++)
			printf "\n  %-20s %13s %13s %10s %10s %9s %9s\n", "phase", "instr., A", "B", "fills, A", "B", \
				"faults, A", "B"
		printf "  %-20s %13s %13s %10s %10s %9s %9s\n", substr(key, 1, 20), figure(1, "phases", key, 1), \
			figure(2, "phases", key, 1), figure(1, "phases", key, 2), figure(2, "phases", key, 2), \
			figure(1, "phases", key, 3), figure(2, "phases", key, 3)
	}
}
