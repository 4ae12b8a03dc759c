# phases.awk - reads the recordings of a lab's runs, so that its figures.awk is only about figures.
#
# Input: for each run `run=NAME` and marks.csv, meta.csv, stdout.txt, faults.csv, tlb.csv, and model.csv of one
# with what-if TLBs, in this order. For the rules of figures.awk it keeps
#
#   run      the run that the row is of
#   table    marks, meta, stdout, faults, tlb or model
#   phase    label of the mark that the row comes after, in faults and tlb
#   misses[run, model, tlb, phase]   of each what-if TLB; of a whole model (its walks) without tlb; and
#   because[run, model, tlb, phase, reason]
#
# and figure() is what they end in. Names of the columns that labs use (of faults, then of tlb):
BEGIN {
	FS = ","
	ADDR = 3; CAUSE = 12; MAJOR = 13; COST = 14; ROUNDS = 16
	TLB = 3; EVENT = 4; REASON = 5; VPAGE = 6; FRAME = 7; SIZE = 8; MODE = 10; WALK = 12
}

FNR == 1 {
	table = FILENAME
	sub(/.*\//, "", table)
	sub(/\.[a-z]*$/, "", table)
	at = 0
	phase = ""
	if (table == "marks")
		marks = 0
	if (table == "model")
		for (reason = 8; reason <= 12; reason++)
			reason_of[reason] = $reason
	if (table != "stdout")
		next
}

table == "marks" {
	began[++marks] = $1 + 0
	label[marks] = $3
	start_of[run, $3] = $1 + 0
}

table == "meta" { meta[run, $1] = $2 }

table == "stdout" { said[run, $1] = $2 }

table == "model" && $4 == "phase" {
	misses[run, $1, $2, $5] = $6 - $7
	for (reason = 8; reason <= 12; reason++)
		because[run, $1, $2, $5, reason_of[reason]] = $reason
}

table == "faults" || table == "tlb" {
	while (at < marks && $1 + 0 > began[at + 1])
		phase = label[++at]
}

# Is it an address of the lab's memory at HERE, or at THERE (lab.h)?
function here(address)
{
	return substr(address, 1, 3) == "0x5"
}

function there(address)
{
	return substr(address, 1, 3) == "0x6"
}

# One figure of the answer; no fraction unless it has one.
function figure(of, name, value)
{
	print of "," name "," (value == int(value) ? sprintf("%.0f", value) : sprintf("%.2f", value))
}

function mean(sum, n)
{
	return n ? sum / n : 0
}

# The number of an address 0xHHHHHHHH.
function hex(address,    i, n)
{
	for (i = 3; i <= length(address); i++)
		n = n * 16 + index("0123456789abcdef", substr(address, i, 1)) - 1
	return n
}
