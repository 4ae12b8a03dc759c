# stats.awk - does a file of /proc or /sys have, byte by byte, the layout that Linux gives it?
#
#   awk -v kind=buddyinfo -f stats.awk FILE
#
# Each line is taken apart into its fields and put together again as Linux prints them; what then
# differs from the line is reported. Prints nothing, and ends 0, when the file is right. Kinds:
# buddyinfo pagetypeinfo zoneinfo meminfo node_meminfo vmstat slabinfo vmallocinfo.

function bad(why)
{
	printf "line %d, %s: \"%s\"\n", NR, why, $0
	failed = 1
	if (++reported == 5)
		exit 1
}

function is_number(s)
{
	return s ~ /^[0-9]+$/
}

# The fields from `first` on, printed with `format`; all must be numbers.
function numbers(first, format, i, line)
{
	line = ""
	for (i = first; i <= NF; i++) {
		if (!is_number($i))
			bad("field " i " is no number")
		line = line sprintf(format, $i)
	}
	return line
}

function expect(line, why)
{
	if ($0 != line)
		bad(why " (expected \"" line "\")")
}

{ lines++ }

kind == "buddyinfo" {
	expect(sprintf("Node %d, zone %8s ", $2 + 0, $4) numbers(5, "%6s "), "buddyinfo row")
	if (NF != 4 + 11)
		bad("not eleven orders")
}

kind == "pagetypeinfo" && NR == 1 { expect("Page block order: " $4, "first line"); next }
kind == "pagetypeinfo" && NR == 2 { expect("Pages per block:  " $4, "second line"); next }
kind == "pagetypeinfo" && NR == 4 {
	line = sprintf("%-43s ", "Free pages count per migrate type at order")
	for (i = 0; i < 11; i++)
		line = line sprintf("%6d ", i)
	expect(line, "heading")
	next
}
kind == "pagetypeinfo" && /^Number of blocks type/ {
	line = sprintf("%-23s", "Number of blocks type ")
	for (i = 5; i <= NF; i++)
		line = line sprintf("%12s ", $i)
	expect(line, "second heading")
	types = NF - 4
	second = 1
	next
}
kind == "pagetypeinfo" && $0 == "" { blank++; next }
kind == "pagetypeinfo" && !second {
	gsub(/>/, "")
	expect(sprintf("Node %4d, zone %9s type %12s ", $2 + 0, $4, $6) numbers(7, "%6s "), "row of a type")
	rows++
	next
}
kind == "pagetypeinfo" {
	expect(sprintf("Node %d, zone %8s ", $2 + 0, $4) numbers(5, "%12s "), "row of pageblocks")
	if (NF != 4 + types)
		bad("not a number for each type")
	zones++
}
END {
	if (kind == "pagetypeinfo" && (blank != 2 || !zones || rows != zones * types)) {
		printf "%d rows, %d zones, %d types, %d empty lines\n", rows, zones, types, blank
		failed = 1
	}
}

kind == "zoneinfo" && /^Node/ { expect(sprintf("Node %d, zone %8s", $2 + 0, $4), "zone"); zones++; next }
kind == "zoneinfo" && /^  per-node stats$/ { next }
kind == "zoneinfo" && /^  pages free / { expect("  pages free     " $3, "free"); next }
kind == "zoneinfo" && /^  pagesets$/ { next }
kind == "zoneinfo" && /^    cpu: [0-9]+$/ { next }
kind == "zoneinfo" && /^        protection: \([0-9]+(, [0-9]+)*\)$/ { protections++; next }
kind == "zoneinfo" && /^              (count|high|batch|high_min|high_max): +[0-9]+$/ { next }
kind == "zoneinfo" && /^  vm stats threshold: [0-9]+$/ { next }
kind == "zoneinfo" && /^  node_unreclaimable:  [0-9]+$/ { next }
kind == "zoneinfo" && /^  start_pfn:           [0-9]+$/ { next }
kind == "zoneinfo" && /^        [a-z]/ { expect(sprintf("        %-8s %s", $1, $2), "size"); next }
kind == "zoneinfo" { expect(sprintf("      %-12s %s", $1, $2), "counter") }
END {
	if (kind == "zoneinfo" && (!zones || zones != protections)) {
		printf "%d zones, %d protections\n", zones, protections
		failed = 1
	}
}

kind == "meminfo" && /^HugePages_/ { expect(sprintf("%-16s%8s", $1, $2), "row"); next }
kind == "meminfo" { expect(sprintf("%-16s%8s kB", $1, $2), "row") }
kind == "meminfo" && !is_number($2) { bad("no number") }

kind == "node_meminfo" && $3 ~ /^HugePages_/ { next }
kind == "node_meminfo" {
	expect(sprintf("Node %d %-16s%8s kB", $2, $3, $4), "row")
	if (!is_number($4))
		bad("no number")
}

kind == "vmstat" { expect($1 " " $2, "row") }
kind == "vmstat" && (NF != 2 || !is_number($2) || seen[$1]++) { bad("not a name and its number") }

kind == "slabinfo" && NR == 1 { expect("slabinfo - version: 2.1", "first line"); next }
kind == "slabinfo" && NR == 2 {
	expect("# name            <active_objs> <num_objs> <objsize> <objperslab> <pagesperslab>" \
		" : tunables <limit> <batchcount> <sharedfactor>" \
		" : slabdata <active_slabs> <num_slabs> <sharedavail>", "heading")
	next
}
kind == "slabinfo" {
	expect(sprintf("%-17s %6s %6s %6s %4s %4s : tunables %4s %4s %4s : slabdata %6s %6s %6s",
		$1, $2, $3, $4, $5, $6, $9, $10, $11, $14, $15, $16), "row")
	if ($2 > $3 || $3 != $5 * $15 || $14 > $15)
		bad("its figures do not agree")
}

kind == "vmallocinfo" &&
	!/^0x[0-9a-f]+-0x[0-9a-f]+ +[0-9]+ ([^ ]+\+0x[0-9a-f]+\/0x[0-9a-f]+ |unpurged vm_area$)/ {
	bad("not a range, a size and a place")
}

END {
	if (!lines) {
		print "empty"
		failed = 1
	}
	exit failed
}
