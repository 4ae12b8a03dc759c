# check.awk - compares measured figures with a lab's expected.csv; ends with 1 when one is outside.
#
# Input: the figures (run,figure,value), then expected.csv. With quiet=1 only what is wrong is shown.
# A wrong one is followed by what speaks for the range.
BEGIN { FS = "," }

FNR == 1 { file++ }

file == 1 {
	measured[$1, $2] = $3
	next
}

FNR == 1 {
	if ($0 != "run,figure,min,max,from,why") {
		print "expected.csv: wrong header: " $0
		failed = 1
		exit
	}
	if (!quiet)
		printf "  %-9s %-48s %10s %15s\n", "run", "figure", "measured", "expected"
	next
}

NF != 6 {
	print "expected.csv: line " FNR ": " NF " fields"
	failed = 1
	exit
}

{
	rows++
	there = ($1, $2) in measured
	value = there ? measured[$1, $2] : "missing"
	right = there && value != "" && value + 0 >= $3 + 0 && value + 0 <= $4 + 0
	if (!right)
		failed = 1
	wanted = $3 == $4 ? $3 : $3 " to " $4
	if (!quiet || !right)
		printf "  %-9s %-48s %10s %15s  %s\n", $1, $2, value, wanted, right ? "ok" : "NOT AS EXPECTED"
	if (!right)
		printf "  %-9s   (%s: %s)\n", "", $5, $6
}

END { exit failed || !rows }
