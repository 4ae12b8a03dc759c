#!/bin/sh
# report.t - the report of a made-up recording, as a user sees it: summary, page, browser.
. tests/tap.sh

rec=$scratch/rec
browser=
for name in chromium chromium-browser google-chrome; do
	if command -v $name >/dev/null; then
		browser=$name
		break
	fi
done

# recording DIR [PRESSURE]: a fresh one; PRESSURE: in which memory is short.
recording()
{
	rm -rf "$1"
	mkdir -p "$1"
	mawk -f analysis/lib.awk -f analysis/cases/recording.awk -v dir="$1" -v size=2 -v pressure="${2-}" </dev/null
	printf '%s\n' '08048000 T _start' '08048100 T quicksort' '08050000 T insert' |
		sed '1i object 0x08048000 /bin/demo' >"$1/objects.sym"
	printf '%s\n' 'c0100000 T _stext' 'c0108000 T schedule' 'c0110000 t find_page' \
		'c0130000 T _etext' >"$1/kernel.sym"
}

# --- The summary and the files -------------------------------------------------------------------
recording "$rec"
summary=$(analysis/report.sh "$rec" 2>&1)
is "report.sh ends with 0" $? 0
like "summary: instructions" "$summary" '^  instructions +[0-9,]+'
like "summary: fills by reason" "$summary" '^  TLB fills +[0-9,]+  cold [0-9,]+, conflict [0-9,]+, flushed'
like "summary: faults by cause" "$summary" '^  page faults +[0-9,]+  .*anon [0-9,]+'
like "summary: a phase" "$summary" '^  sort a large array +[0-9,]+ +[0-9,]+'
is "summary: the program's phases first, then a line each for what was before" \
	"$(printf '%s\n' "$summary" | sed -n '/^  phase /,/^$/s/^  \([a-z-]*\).*/\1/p' | tr '\n' ' ')" \
	'phase sort hash fork map boot selftest '
sums()
{
	awk -F, -v column="$2" '
		NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i }
		NR > 1 && $5 ~ /^(|user)$/ { n += $c }
		END { print n }' "$1/analysis/phases.csv"
}
is "boot is what was before the first mark and between self-test and program" \
	"$(printf '%s\n' "$summary" | awk '/^  boot, user / { gsub(/,/, ""); print $3 - 0, $4, $5, $6, $7 }')" \
	"$(($(sums "$rec" to) - $(sums "$rec" from))) $(sums "$rec" cold) $(sums "$rec" conflict) $(
		sums "$rec" flushed) $(sums "$rec" upgrade)"
# --- The headline is the program's ---------------------------------------------------------------
# line NAME: the figures of that line of the summary, without commas
line()
{
	printf '%s\n' "$summary" | sed -n "s/^  $1  *//p" | sed 's/,//g; s/[^0-9]/ /g; s/   */ /g; s/ $//'
}
# rows COLUMN: the sum of that column, counted from the last, of the table of phases but for boot and self-test
rows()
{
	printf '%s\n' "$summary" | awk -v from="$1" '
		/^  phase / { on = 1; next }
		on && /^$/ { exit }
		on && !/^  (boot, user|selftest) / { gsub(/,/, ""); n += $(NF - from) }
		END { printf "%d", n }'
}
fills_of()
{
	awk -F, '$4 == "fill" { n++ } END { print n }' "$1/tlb.csv"
}
# rows_of FILE COLUMN: the sum of it in a table of the analysis
rows_of()
{
	awk -F, -v column="$2" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == column) c = i }
		NR > 1 { n += $c } END { printf "%d", n }' "$rec/analysis/$1"
}
is "the program's phases add up to the headline: instructions" "$(line instructions)" "$(rows 5)"
is "fills by reason" "$(line 'TLB fills')" "$(($(rows 4) + $(rows 3) + $(rows 2))) $(rows 4) $(rows 3) $(rows 2)"
is "upgrades" "$(line 'TLB upgrades' | cut -d' ' -f1)" "$(rows 1)"
is "faults" "$(line 'page faults' | cut -d' ' -f1)" "$(rows 0)"
is "so do the causes and the costs" "$(rows_of program_causes.csv rows) $(rows_of program_costs.csv rows)" \
	"$(rows 0) $(rows 0)"
is "and the whole run is told beside" "$(line 'whole run')" \
	"$(sed -n 's/^icount_end,//p' "$rec/meta.csv") $(fills_of "$rec") $(($(wc -l <"$rec/faults.csv") - 1))"
ok "which is more" test "$(fills_of "$rec")" -gt "$(line 'TLB fills' | cut -d' ' -f1)"
like "summary: an area" "$summary" '^  2 demo \[heap\] +[0-9,]+'
like "summary: path of the report" "$summary" "report  $rec/report.html"
unlike "summary: no check failed" "$summary" 'CHECK FAILED'
# functions CAPTION: whose functions that table has, each once.
functions()
{
	tr -d '\n' <"$rec/report.html" | sed "s|.*>$1<||; s|</table>.*||; s|<tr|\n<tr|g" |
		sed -n 's|^<tr[^>]*><td[^>]*>[^<]*</td><td[^>]*>\([^<]*\)</td>.*|\1|p' | sort -u | tr '\n' ' '
}
is "the program's own functions have a table" "$(functions 'Functions of the program with most TLB misses')" '2 demo 3 demo 4 demo 5 demo '
is "and all functions" "$(functions 'Functions with most TLB misses')" '2 demo 3 demo 4 demo 5 demo kernel '
for name in timeline.svg map.svg map.png costs.svg; do
	ok "picture $name is there" test -s "$rec/analysis/$name"
done
is "fills by page add up to the plugin's count" \
	"$(awk -F, 'NR > 1 { n += $1 } END { print n }' "$rec/analysis/pages.csv")" \
	"$(awk -F, '/^(fills|upgrades_entry),/ { n += $2 } END { print n }' "$rec/meta.csv")"
sum_meta()
{
	awk -F, -v key="^$1\$" '$1 ~ key { n += $2 } END { print n + 0 }' "$rec/meta.csv"
}
sum_result()
{
	awk -F, -v column="$2" 'NR > 1 { n += $column } END { print n + 0 }' "$rec/analysis/$1"
}
is "fills by what dropped their entries, too" "$(sum_result dropped.csv 1)" "$(sum_meta 'fills_dropped_.*')"
is "and by function" "$(sum_result dropped_functions.csv 1)" "$(sum_meta 'fills_dropped_.*')"
is "and by phase" "$(sum_result dropped_phases.csv 3)" "$(sum_meta 'fills_dropped_.*')"
is "fills that large pages would save and others are all" "$(sum_result reach.csv 4)" "$(sum_meta fills)"
is "rows of all windows are all walks but for faults" "$(sum_result windows.csv 3)" "$(sum_meta '(fills|upgrades)')"
is "copies of all forks and of none are all" \
	"$(awk -F, 'NR > 1 { n += $6 + $7 + $8 + $9 } END { print n + 0 }' "$rec/analysis/cow.csv")" \
	"$(sum_meta 'faults_cause_cow(_reuse)?')"
for table in 'Which page misses next' 'In which phase they were needed again' 'How far is it to the next data miss' \
	'Forks and the pages' 'Most frames'; do
	like "the page says what would change its figures: $table" "$(cat "$rec/report.html")" "<caption>$table"
done
like "and what global pages save" "$(cat "$rec/report.html")" 'Global pages: at [1-9][0-9,]* loads of CR3 [1-9]'
is "the last phase ends with the recorded part" "$(tail -n 1 "$rec/analysis/phases.csv" | cut -d, -f3)" \
	"$(sed -n 's/^icount_end,//p' "$rec/meta.csv")"
is "nothing is loaded from elsewhere" \
	"$(sed '/^<script id="dygraphs">$/,/^<\/script>$/d; /^<script type="text\/plain"/,/^<\/script>$/d' "$rec/report.html" |
		grep -oE '(src|href)="[^#d"][^"]*|url\([^)]*|@import|https?://[^ "]*' |
		grep -v '^http://www.w3.org/2000/svg$')" ""
like "kernel function named" "$(cat "$rec/analysis/code.csv")" ',find_page,$'
like "program's function named" "$(cat "$rec/analysis/code.csv")" '^[0-9]+,2,0x08049...,quicksort,$'
unlike "other processes' are not" "$(cat "$rec/analysis/code.csv")" '^[0-9]+,1,.*quicksort,'

is "kernel's rows are called as their marks" "$(printf '%s\n' "$summary" | grep -cE '^  (boot, user|selftest)  ')" 2
like "areas: one line for all that is not the program's" "$summary" '^  boot, init, self-test +[0-9,]+'
unlike "and none for init or nobody" "$summary" '^  (0|1|\(no task yet\)|\[)[^A-Za-z]*\['
sum_of()
{
	awk -F, 'NR > 1 && ($2 == "" || $2 <= 1) { n += $4 } END { print n }' "$rec/analysis/areas.csv"
}
is "which is their sum" "$(printf '%s\n' "$summary" | sed -n 's/^  boot, init, self-test  *\([0-9,]*\) .*/\1/p' | tr -d ,)" \
	"$(sum_of)"
# folded: the rows of the page's lists that are closed at first, "SECTION: first cells"
folded()
{
	awk '/^<section/ { split($0, part, "\""); s = part[2] }
		/<details/ { on = !/ open/ } /<\/details>/ { on = 0 }
		/<tr[^>]*><td/ && on { row = $0; gsub(/<[^>]*>/, "|", row); gsub(/[|]+/, "|", row); split(row, cell, "|")
			print s ": " cell[2] " " cell[3] }' "$rec/report.html"
}
shown()
{
	sed '/<details/,/<\/details>/d; s/<[^>]*>/|/g; s/||*/|/g' "$rec/report.html"
}
like "the page folds the phases of boot away" "$(folded)" '^phases: selftest [0-9,]+'
like "one by one" "$(folded)" '^phases: [(]before the first mark[)] [0-9,]+'
like "and the processes" "$(folded)" '^processes: 1 /sbin/init'
like "and the areas" "$(folded)" '^areas: 0 \[direct map\]'
like "with sums in their place: phases" "$(shown)" '^[|]boot, user[|][0-9,]+[|]'
like "processes" "$(shown)" '^[|]boot, init, self-test[|][0-9,]+[|][0-9.]+ %[|]'
like "areas" "$(shown)" '^[|]boot, init, self-test[|][0-9,]+[|][0-9,]+[|]'
unlike "and nothing of them beside" "$(shown)" '^[|](0|1 /sbin/init|1 init|[(]no task yet[)])[|][^|]+[|]'
is "no area is of nobody" "$(shown | grep -A 100 Areas | grep '^[|][|]*\[')" ""

is "no bar is longer than its place" "$(grep -o 'class="bar".*' "$rec/report.html" | grep -oE 'width:(10[1-9]|1[1-9][0-9]|[2-9][0-9]{2}|[0-9]{4,})')" ""
is "the shares of all processes make the whole" "$(sed -n '/id="processes"/,/<details/s/.*<td class="n">\([0-9.]*\) %<.*/\1/p' \
	"$rec/report.html" | awk '{ n += $1 } END { print (n > 99.5 && n < 100.5) ? "100 %" : n }')" "100 %"

# --- Numbers and axes ----------------------------------------------------------------------------
# texts FILE: what a reader sees of a page; addresses, names and the picture's data left out.
texts()
{
	sed '/^<style>$/,/^<\/style>$/d; /^<script/,/^<\/script>$/d; /base64,$/,/^"\/>$/d; s/<[^>]*>/\n/g; s/&[^;]*;/ /g' "$1" | grep .
}
crowd='(^|[^0-9A-Za-z_.,/:-])[0-9]{4,}([^0-9A-Za-z_]|$)'
is "thousands are separated in the page" "$(texts "$rec/report.html" | grep -E "$crowd")" ""
is "and in the summary" "$(printf '%s\n' "$summary" | grep -E "$crowd")" ""
like "where there are some" "$(texts "$rec/report.html")" '^1,024 entries, direct-mapped$'
like "in the checks too" "$(texts "$rec/report.html" | grep -A 3 'Rows of tlb.csv are\|^Rows of tlb')" '^[0-9]+,[0-9]+$'
unlike "no line of the summary ends in a blank" "$summary" ' $'

# axis START END [PHASE]: the labels of an axis of 900 pixels; of two phases, the left half ends at PHASE.
axis()
{
	awk -v a="$1" -v b="$2" -v c="${3:-$((($1 + $2) / 2))}" 'BEGIN {
		print "bin,icount"
		for (i = 0; i < 450; i++)
			printf "%d,%.0f\n", i, i < 225 ? a + (c - a) * i / 225 : c + (b - c) * (i - 225) / 225 }' \
		>"$scratch/edges"
	cat >"$scratch/axis.awk" <<-'END'
		BEGIN {
			bins_init()
			svg_file = "/dev/stdout"
			if (marked)
				phase_mark[phase_marks = 1] = 490
			svg_time_axis(40, 900, 0)
		}
	END
	mawk -f analysis/lib.awk -f analysis/run.awk -f analysis/svg.awk -f "$scratch/axis.awk" -v edges="$scratch/edges" \
		-v start="$1" -v end="$2" -v marked="${3+1}" | sed -n 's/.*"mid">\(.*\)<.*/\1/p' | tr '\n' ' '
}
is "axis: even steps" "$(axis 0 1969600000)" '0 200 400 600 800 1,000 1,200 1,400 1,600 1,800 '
is "of 1, 2 or 5" "$(axis 11000000 110400000)" '15 20 25 30 35 40 45 50 55 60 65 70 75 80 85 90 95 100 105 110 '
is "with as many decimals as the step has" "$(axis 109500000 110010000)" \
	'109.50 109.55 109.60 109.65 109.70 109.75 109.80 109.85 109.90 109.95 110.00 '
is "each phase has steps of its own" "$(axis 0 1969600000 1800000000)" \
	'0 500 1,000 1,500 1,800 1,820 1,840 1,860 1,880 1,900 1,920 1,940 1,960 '
is "billions" "$(axis 0 20000000000)" '0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 '
is "nothing at all" "$(axis 0 1)" ''
is "numbers at the side of a chart" "$(mawk -f analysis/lib.awk -f analysis/run.awk -f analysis/svg.awk -f /dev/stdin <<-'END'
	BEGIN { print short(0), short(0.25), short(1), short(1.5), short(15), short(950), short(1234), short(34000) }
END
)" '0 0.25 1 1.5 15 950 1.2k 34k'

# crowded SVG: labels below a picture that touch each other or its edge, or that there are none
crowded()
{
	sed -n 's/<text x="\([0-9.]*\)" y="\([0-9.]*\)" class="mid">\(.*\)<.*/\1 \2 \3/p' "$1" | sort -n |
		awk '{ half = 3 * length($3) }
			NR > 1 && $1 - half < edge + 6 || $1 + half > 1000
			{ edge = $1 + half }
			END { if (NR < 4) print NR " labels" }'
}
for name in timeline map costs; do
	is "$name: labels keep apart" "$(crowded "$rec/analysis/$name.svg")" ""
done

# once FIELD: the sum of cost - rounds of the faults with that cause or area
once()
{
	awk -F, -v of="$1" 'NR > 1 && ($12 == of || ($10 == 2 && $15 == of)) { n += $14 - $16 } END { printf "%.0f", n }' "$rec/faults.csv"
}
cells()
{
	sed -n "/id=\"$1\"/,/<\/table/s/<[^>]*>/|/gp" "$rec/report.html" | sed 's/,//g; s/||*/|/g'
}
like "a cause's instructions count each rep once" "$(cells faults)" "^[|]anon[|].*[|]$(once anon)[|]\$"
like "so do an area's" "$(cells areas)" "^[|]2 demo[|].heap.[|].*[|]$(once '[heap]')[|]\$"
is "and there are such" "$(awk -F, '$16 > 100 { n++ } END { print (n > 10) }' "$rec/faults.csv")" 1

# --- Words ---------------------------------------------------------------------------------------
page=$(cat "$rec/report.html")
like "the report opens with what this TLB is" "$(texts "$rec/report.html" | tr -s '\n ' ' ')" \
	"TLB of this recording is Bochs s, not a real processor s[.].*direct-mapped.*capacity misses.* Instructions [0-9,]+ from the program's start on; whole run: [0-9,]+ TLB fills"
like "the summary says what a conflict is" "$(printf '%s\n' "$summary" | tr -s ' \n' ' ')" \
	'cold [0-9,]+, conflict [0-9,]+, flushed [0-9,]+ .conflict: .*direct-mapped.*capacity misses included'
# The made-up recording has no such pair; a third of this one's conflicts are of one.
unlike "no pair of pages is told of where none stands out" "$page$summary" 'id="finding"|by two pages'
recording "$scratch/pair"
awk -F, -v OFS=, '$5 == "conflict" && ++n % 3 == 1 { $6 = n % 2 ? "0xc1001000" : "0xc1801000"; $16 = n % 2 ? "0xc1801000" : "0xc1001000" } 1' \
	"$rec/tlb.csv" >"$scratch/pair/tlb.csv"
like "where one does, the summary tells" "$(analysis/report.sh "$scratch/pair" | tr -s ' \n' ' ')" \
	'by two pages 1,9[0-9][0-9] 3[34][.0-9]* % of the conflicts: 0xc1001000 .\[direct map\] of the kernel. and 0xc1801000'
like "and the page" "$(texts "$scratch/pair/report.html" | tr -s '\n ' ' ')" \
	"Two pages make 3[34][.0-9]* % of the conflicts from the program's start on: 0xc1001000 .* 8 MiB apart, so they have the same place in the data TLB"
# A pair that only the kernel had, before the program began.
recording "$scratch/pair"
awk -F, -v OFS=, -v from="$(awk -F, '$3 ~ /^sort/ { print $1 }' "$rec/marks.csv")" '
	NR > 1 && $1 + 0 < from && $4 == "fill" { $5 = "conflict"; $6 = ++n % 2 ? "0xc1001000" : "0xc1801000"; $16 = n % 2 ? "0xc1801000" : "0xc1001000" } 1' \
	"$rec/tlb.csv" >"$scratch/pair/tlb.csv"
told=$(analysis/report.sh "$scratch/pair")
is "that of the kernel's is not the program's" "$(printf '%s\n' "$told" | grep -c 'by two pages')$(
	grep -c 'id="finding"' "$scratch/pair/report.html") $(sed -n 2p "$scratch/pair/analysis/pairs.csv" | cut -d, -f4-)" \
	'00 0xc1001000,0xc1801000'
# Where nobody said when a program began, all is one.
recording "$scratch/pair"
sed -i 2,3!d "$scratch/pair/marks.csv"
sed -i '1i icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs' "$scratch/pair/marks.csv"
like "without a program the headline is the whole run" "$(analysis/report.sh "$scratch/pair" | tr -s ' \n' ' ')" \
	"instructions $(sed -n 's/^icount_end,//p' "$rec/meta.csv" | sed 's/\(...\)\(...\)$/,\1,\2/') TLB fills [0-9,]+ cold"
like "and the page says so" "$(texts "$scratch/pair/report.html" | tr -s '\n ' ' ')" ' Instructions [0-9,]+ from power-on to power-off'
# ids_of, links_of: the words that the glossary explains, and those that the page above it links to
ids_of()
{
	sed -n 's/^<dt id="\([^"]*\)">.*<\/dt><dd>[A-Z].*/\1/p' "$rec/report.html" | sort
}
links_of()
{
	sed '/<section id="glossary">/q' "$rec/report.html" | grep -o 'class="term" href="#[^"]*"' |
		sed 's/.*#\(.*\)"/\1/' | sort
}
is "each word of the glossary is linked from its first use, once" "$(links_of)" "$(ids_of)"
for word in upgrade direct-map conflict flushed cold major minor phase mark fill walk eviction rounds copy-on-write; do
	like "glossary: $word" "$(ids_of)" "^term-$word\$"
done
is "no link leads nowhere" "$(printf '%s\n' "$page" | grep -o 'href="#[^"]*' | sed 's/.*#//' | sort -u |
	while read -r id; do printf '%s\n' "$page" | grep -q "id=\"$id\"" || echo "$id"; done)" ""

# --- Memory that was short -----------------------------------------------------------------------
unlike "memory was never short: no word of it" "$summary" 'pages dropped'
unlike "nor in the page" "$(cat "$rec/report.html")" 'id="pressure"'
short=$scratch/short
recording "$short" 1
pressed=$(analysis/report.sh "$short" 2>&1)
like "short of memory: what was dropped, and by whom" "$pressed" '^  pages dropped +40  kswapd 36, direct reclaim 4; 28 written first$'
like "what came back" "$pressed" '^  came back +20  20 of them too early [(]policy twolist[)]$'
# section: the page's text on it
section()
{
	sed -n '/id="pressure"/,/<\/section>/p' "$short/report.html" | sed 's/<[^>]*>/|/g; s/||*/|/g'
}
like "its section in the page: who reclaimed" "$(section)" '^[|]kswapd[|]6 kswapd0[|]36[|]12[|]'
like "which pages left too early, whose" "$(section)" '^[|]0x0808[0-9a-f]*[|]2 demo[|][[]heap[]][|]'
like "why pages stayed" "$(section)" '^[|]keep[|]file[|]locked[|]12[|]'
for name in memory refaults; do
	ok "picture $name.svg is there" test -s "$short/analysis/$name.svg"
done
printf 'Command line: root=/dev/hda1 reclaim=clock\r\n' >"$short/console.log"
like "the policy's name" "$(analysis/report.sh "$short" 2>&1)" '[(]policy clock[)]$'
cat >"$short/console.log" <<-'END'
	Command line: root=/dev/hda1 reclaim=closk
	kernel option reclaim=closk: expected twolist, clock, fifo, random, aging, lru or wsclock
	VFS: mounted root (ext2) on hda1
	Command line: reclaim=mine
	Out of memory: Killed process 7 (mine) total-vm:31664kB, anon-rss:22000kB
END
summary=$(analysis/report.sh "$short" 2>&1)
like "a policy that there is not" "$summary" '[(]policy twolist[)]$'
unlike "nobody was killed, on a program's word" "$summary" '^  out of memory'
cp "$short/reclaim.csv" "$scratch/reclaim.csv"
awk -F, 'END { printf "%.0f,oom,2,0,,,,2,,,,,,,700,,,,,,,,,,\n", $1 }' "$short/reclaim.csv" >>"$short/reclaim.csv"
like "who was killed for memory" "$(analysis/report.sh "$short" 2>&1)" '^  out of memory +1  killed: 2 demo$'
like "so in the page" "$(section)" 'the kernel killed 2 demo[.]'
mv "$scratch/reclaim.csv" "$short/reclaim.csv"
analysis/report.sh "$short" >"$scratch/summary" 2>&1
# How many pages were dropped between a page's last drop and its return, by looking back from each return.
is "distances are those that are found by looking back" \
	"$(awk -F, '{ event[NR] = $2; slot[NR] = $13 }
		$2 == "swap_in" { d = 0
			for (i = NR - 1; !(event[i] == "drop" && slot[i] == $13); i--)
				d += event[i] == "drop"
			n[d]++ }
		END { for (d = 0; d < 8; d++) if (n[d]) print d, n[d]
			for (d = 8; d < 1000; d++) far += n[d]
			print "far", far }' "$short/reclaim.csv")" \
	"$(awk -F, 'NR > 1 && $1 < 8 { print $1, $3 } NR > 1 && $1 >= 8 { far += $3 } END { print "far", far }' \
		"$short/analysis/refaults.csv")"
# Frames in lists, free ones and slots of the last state are those of the last bin.
is "the last bin has the last state" "$(awk -F, '$2 == "state" { row = $16 "," $20 + $21 + $22 + $23 "," $25 } END { print row }' \
	"$short/reclaim.csv")" "$(awk -F, 'END { print $3 "," $7 + $8 + $9 + $10 "," $12 }' "$short/analysis/memory.csv")"

# Results with no figure twice: each is in its own column, and what is made of several is right.
tables=$scratch/tables
mkdir -p "$tables"
# result NAME HEADER ROW...: a file of results
result()
{
	name=$1
	shift
	printf '%s\n' "$@" >"$tables/$name.csv"
}
result reclaimers dropped,by,pid,runs,looked_at,kept,activated,unevictable,slots,written \
	900,kswapd,6,11,12,13,14,15,16,17 70,direct,2,21,22,23,24,25,26,27 5,other,3,0,32,33,34,35,36,37
result oom icount,pid,badness 10,2,7 20,3,8
result refaults distance_from,kind,rows,early 256,anon,5,4 512,file,3,2 1024,anon,1,0 2048,anon,1,0
result early early,back,dropped,least_distance,pid,page,symbol,area '41,42,43,44,2,0x08100000,reader,[heap]'
result early_areas early,back,dropped,pages,pid,area '51,52,53,54,2,[heap]'
result judged rows,event,kind,reason 61,keep,file,locked
result waits cause,major,cost_mean,known,wait_mean,wait_max swap,71,72,10,74,75
result bits walk,rows 2+0,81 2+1,19
# on_page: the section made of these
on_page()
{
	mawk -f analysis/lib.awk -f analysis/run.awk -f analysis/svg.awk -f analysis/symbols.awk -f analysis/page.awk \
		-f analysis/glossary.awk -f analysis/charts.awk -f analysis/pressure.awk -f "$scratch/section.awk" -v out="$tables" -v page="$scratch/section" </dev/null
	sed 's/<[^>]*>/|/g; s/||*/|/g; s/&nbsp;/ /g' "$scratch/section"
}
echo 'BEGIN { load_max = 1e9; pressure(); close(page); exit failed }' >"$scratch/section.awk"
is "each figure is in its column" "$(on_page | sed -n '/^|[^|]*|.*[0-9]|.*[0-9]|$/p; /^|keep/p')" \
	'|0x08100000|2|[heap]|reader|41|42|43|44|
|kswapd|6|900|11|12|13|14|15|16|17|
|direct|2|70|21|22|23|24|25|26|27|
|on request|3|5|0|32|33|34|35|36|37|
|[heap]|2|54|53|52|51|
|swap|71|72|74|75|740|
|keep|file|locked|61|'
like "who was killed, each of them" "$(on_page)" 'the kernel killed 2, 3[.]'
like "how much more memory would have spared half of the returns, and nine in ten" "$(on_page)" \
	' 1 MiB more would have spared half of the returns, 4 MiB nine in ten[.][|]$'
like "accessed bits that a fill wrote again" "$(on_page)" ' of 100 fills of pages .*, 19 had to write it again'
result refaults distance_from,kind,rows,early 256,anon,5,4 384,file,4,2 1024,anon,1,0
like "a short step between the two is a knee" "$(on_page)" ' 1 MiB more .*, 1[.]5 MiB nine in ten: the step '

# --- Other recordings ----------------------------------------------------------------------------
if command -v zstd >/dev/null; then
	recording "$scratch/zst"
	zstd -q --rm "$scratch/zst/tlb.csv" "$scratch/zst/faults.csv"
	ok "a packed recording is read" analysis/report.sh "$scratch/zst"
	is "and gives the same page" "$(sed "s,$scratch/zst,REC," "$scratch/zst/report.html" | cksum)" \
		"$(sed "s,$rec,REC," "$rec/report.html" | cksum)"
	truncate -s -1000 "$scratch/zst/tlb.csv.zst"
	not_ok "a damaged packed file is refused" analysis/report.sh "$scratch/zst"
else
	pass "a packed recording # SKIP zstd not installed"
fi
cut=$scratch/cut
recording "$cut"
sed -i '/^complete/d;/^icount_end/d;/rows,/d' "$cut/meta.csv"
truncate -s -30 "$cut/tlb.csv"
summary=$(analysis/report.sh "$cut" 2>&1)
is "a recording cut off in a row is analysed" $? 0
like "the summary says that it is incomplete" "$summary" 'THE RECORDING IS INCOMPLETE'
like "and that nobody knows why" "$summary" 'THE RUN FAILED: the recording was cut off, and nobody was left'
like "the page says so too" "$(cat "$cut/report.html")" \
	'class="alarm" role="alert">The run failed: the recording was cut off'
recording "$cut"
sed -i '/^complete/d' "$cut/meta.csv"
printf '%s\n' outcome,panic 'failure,"Kernel panic - not syncing: a <b> "","' >>"$cut/meta.csv"
{
	printf 'line %d\r\n' $(seq 40)
	printf '%s\r\n' 'Oops: told' 'Kernel panic - not syncing: a <b> ",' 'Mem-Info:' '---[ end Kernel panic'
} >"$cut/console.log"
summary=$(analysis/report.sh "$cut" 2>&1)
like "a run that failed: the summary says so first" "$(printf '%s' "$summary" | head -n 1)" \
	'^  THE RUN FAILED: Kernel panic - not syncing: a <b> ",$'
like "what ran" "$summary" '^  Task 1 \(init\) ran last, in phase "map a file"; no other was alive'
like "with the last words before the panic" "$summary" '^    Oops: told$'
unlike "not all of them" "$summary" '^    line 7$'
unlike "and not what came behind" "$summary" 'Mem-Info'
like "the page too" "$(cat "$cut/report.html")" 'role="alert">The run failed: Kernel panic - not syncing: a &lt;b&gt; &quot;,'
like "with the same last words" "$(cat "$cut/report.html")" '^Oops: told$'
printf '%s\r\n' 'ok 1 buddy' '# Totals: pass:1 fail:0 skip:0' 'VFS: mounted root' 'Kernel panic - not syncing: b' \
	>"$cut/console.log"
summary=$(analysis/report.sh "$cut" 2>&1)
like "behind the self-test only" "$summary" '^    VFS: mounted root$'
unlike "which is left out" "$summary" '^    (ok 1|# Totals)'
# killed SIGNAL EIP [ADDRESS ESP]: the verdict on a run whose program that ended, with the console's line.
killed()
{
	recording "$cut"
	sed -i '/^complete/d; s/^prog_status,.*/prog_status,'"$((128 + $1))"'/; s/^outcome,.*//' "$cut/meta.csv"
	printf '%s\n' outcome,program_failed "failure,program status $((128 + $1)): killed by signal $1 (SIG$(kill -l "$1"))" complete,1 \
		>>"$cut/meta.csv"
	printf '%s\r\n' 'x[9]: SIGSEGV at address 0x00000001, eip 0x00000002, esp 0xbffff000' \
		"demo[2]: SIGSEGV at address ${3:-0x00000020}, eip $2, esp ${4:-0xbffffd9c}" 'Pagoda: power off' >"$cut/console.log"
	echo "7700000,0,${3:-0x00000020},$2,6,w,u,0,0x00403000,2,1,sigsegv,0,900,,0,," >>"$cut/faults.csv"
	# Another task's there, and one of its own that killed nobody.
	echo "7700001,0,0x00000020,$2,4,r,u,0,0x00404000,3,1,sigsegv,0,900,,0,," >>"$cut/faults.csv"
	echo "7700002,0,0x00000020,$2,4,r,u,0,0x00403000,2,1,anon,0,900,,0,," >>"$cut/faults.csv"
	analysis/report.sh "$cut" | sed -n '1s/.*PROGRAM FAILED: //p'
}
told='program status 139: killed by signal 11 (SIGSEGV): writing address 0x00000020, at eip'
is "a program that a fault killed: the verdict says where" "$(killed 11 0x0804810b)" \
	"$told 0x0804810b (quicksort+0xb), task 2 (demo)"
like "in the page too" "$(cat "$cut/report.html")" 'role="alert">The program failed: program status 139.*quicksort[+]0xb'
deep="beyond the stack's limit [(]it had grown to 128 KiB[)], at eip"
like "a stack that has no more room: it says so" "$(killed 11 0x0804810b 0xbffdfffc 0xbffe0000)" "address 0xbffdfffc, $deep"
if command -v gawk >/dev/null; then
	like "under gawk too" "$(AWK=gawk killed 11 0x0804810b 0xbffdfffc 0xbffe0000)" "address 0xbffdfffc, $deep"
else
	pass "under gawk too # SKIP gawk is not installed"
fi
like "by a large frame too" "$(killed 11 0x0804810b 0xbf000010 0xbf000000)" "address 0xbf000010, $deep"
unlike "not of a wild pointer while the stack has room" "$(killed 11 0x0804810b 0xbffdfffc 0xbffe0004)" 'limit'
unlike "nor of a stack elsewhere" "$(killed 11 0x0804810b 0xbf000010 0x080f3000)" 'limit'
unlike "nor of a low address with a lost stack pointer" "$(killed 11 0x0804810b 0x00000020 0x00000024)" 'limit'
# starved NAME: the same when the kernel says that it killed that task for memory
starved()
{
	killed 9 0x0804810b >/dev/null
	printf 'Out of memory: Killed process %s\r\n' "$1" >>"$cut/console.log"
	sed -i '$i kernel.oom_kill,'"$2" "$cut/meta.csv"
	analysis/report.sh "$cut" | sed -n '1s/.*PROGRAM FAILED: //p'
}
is "out of memory: it says so" "$(starved '2 (demo)' 1)" \
	'program status 137: killed by signal 9 (SIGKILL): out of memory (MEM=128), task 2 (demo)'
sed -i '/^failure,/s/$/: out of memory (MEM=128)/' "$cut/meta.csv"
is "once, if the verdict has said so" "$(analysis/report.sh "$cut" | sed -n '1s/.*PROGRAM FAILED: //p')" \
	'program status 137: killed by signal 9 (SIGKILL): out of memory (MEM=128), task 2 (demo)'
unlike "not on a program's word" "$(starved '2 (demo)' 0)" 'out of memory'
unlike "nor of a task that never was" "$(starved '77 (demo)' 1)" 'out of memory'
is "where no function is known, without one" "$(killed 11 0x08040000)" "$told 0x08040000, task 2 (demo)"
is "and nothing when the console tells of another signal" "$(killed 6 0x0804810b)" \
	'program status 134: killed by signal 6 (SIGABRT)'
recording "$cut"
sed -i 's/,demo$/,de\x1b[31mmo/' "$cut/tasks.csv"
sed -i 's/,\[heap\]$/,"a\nb"/' "$cut/vmas.csv"
sed -i '/^outcome,/d; /^complete/d' "$cut/meta.csv"
printf '%s\n' outcome,hang 'failure,hang' >>"$cut/meta.csv"
summary=$(analysis/report.sh "$cut" 2>&1)
is "a task's name with an escape, a file's with a line break: there is a report" \
	"$?:$(printf '%s' "$summary" | grep -c "$(printf '\033')"):$(grep -c ',a?b$' "$cut/analysis/areas.csv")" 0:0:4
recording "$cut"
sed -i "s/^start,.*/start,nosuch/; s/^icount_start,.*/icount_start,$(sed -n 's/^icount_end,//p' "$cut/meta.csv")/" "$cut/meta.csv"
like "a mark to start at that never came: the summary says so" "$(analysis/report.sh "$cut" 2>&1)" \
	'^  NOTHING WAS RECORDED: the mark "nosuch" never came'
sed -i 's/^kernel.pgfault.*/kernel.pgfault,7/' "$rec/meta.csv"
like "a count that disagrees with the kernel's is told" "$(analysis/report.sh "$rec")" \
	'CHECK FAILED: The kernel counted the same page faults: [0-9,]+ against 7'
recording "$rec"
analysis/report.sh "$rec" >/dev/null
recording "$cut"
for name in faults tasks vmas marks; do
	sed -i 1d "$cut/$name.csv"
	like "$name.csv without its header is refused by name" "$(analysis/report.sh "$cut" 2>&1)" \
		"$cut/$name.csv: wrong header"
	recording "$cut"
done
sed -i '1s/page,frame/frame,page/' "$cut/tlb.csv"
like "tlb.csv with other columns is refused by name" "$(analysis/report.sh "$cut" 2>&1)" \
	"$cut/tlb.csv: wrong header"
rm "$cut/marks.csv"
like "a missing file is named" "$(analysis/report.sh "$cut" 2>&1)" "$cut/marks.csv: missing"
not_ok "and is an error" analysis/report.sh "$cut"
for name in tlb faults tasks vmas marks; do
	recording "$cut"
	sed -i '1!d' "$cut/$name.csv"
	ok "a recording with no row in $name.csv has a report" analysis/report.sh "$cut"
done
recording "$cut"
sed -i '1!d' "$cut"/tlb.csv "$cut"/faults.csv
is "an empty map is drawn without a complaint" "$(analysis/report.sh "$cut" 2>&1 | grep warning)" ""

# --- In a browser --------------------------------------------------------------------------------
if [ -z "$browser" ]; then
	pass "the page in a browser # SKIP chromium is not installed"
	done_testing
fi

# Written into the page, this leaves what a reader would see as attributes of <html>.
probe='<script>
window.onerror = e => document.documentElement.setAttribute("data-error", e)
window.onload = () => {
	const set = (name, value) => document.documentElement.setAttribute("data-" + name, value)
	const all = selector => [...document.querySelectorAll(selector)]
	set("sections", all("section[id]").filter(s => s.offsetHeight > 60).map(s => s.id).join(" "))
	set("charts", all("svg.chart").filter(s => s.getBoundingClientRect().height > 100).length)
	set("marks", all("svg.chart path[class^=f-]").length)
	set("tables", all("table").length)
	set("empty", all("tbody").filter(t => !t.rows.length).length)
	set("overflow", document.documentElement.scrollWidth - document.documentElement.clientWidth)
	set("width", innerWidth)
	set("text", getComputedStyle(document.body).color)
	set("ground", getComputedStyle(document.body).backgroundColor)
	set("bad", /NaN|undefined|Infinity/.test(document.body.innerText + all("path").map(p => p.getAttribute("d"))))
	const image = new Image()
	image.onload = () => set("plane", image.naturalWidth + "x" + image.naturalHeight)
	image.src = document.querySelector("svg image").getAttribute("href").replace(/\s/g, "")
}
</script>'

# browse NAME WIDTH [OPTION]: what the browser made of the page, in $dom; its complaints in $log.
browse()
{
	head -n -2 "$rec/report.html" >"$scratch/probed.html"
	printf '%s\n</body></html>\n' "$probe" >>"$scratch/probed.html"
	rm -rf "$scratch/profile"
	dom=$(timeout 120 $browser --headless --no-sandbox --disable-gpu --disable-quic --no-first-run \
		--disable-background-networking --disable-component-update --disable-sync \
		--user-data-dir="$PWD/$scratch/profile" --window-size="$2,1200" --enable-logging=stderr \
		--virtual-time-budget=4000 $3 --dump-dom "file://$PWD/$scratch/probed.html" \
		2>"$scratch/$1.log")
	dom=$(printf '%s\n' "$dom" | grep -m1 '<html')
	log=$(grep -E 'CONSOLE|Uncaught|ERR_' "$scratch/$1.log" | head -n 5)
}

browse wide 1200 ''
like "all sections are shown" "$dom" \
	'data-sections="answers time map fills faults phases processes areas hottest change facts glossary"'
like "the charts that do not zoom are drawn" "$dom" 'data-charts="2"'
like "with their layers" "$dom" 'data-marks="[4-9]|data-marks="1[0-9]'
like "the map's picture has a pixel for each bin" "$dom" 'data-plane="450x[1-9][0-9]+"'
like "no table is empty" "$dom" 'data-empty="0"'
like "no figure is broken" "$dom" 'data-bad="false"'
like "nothing sticks out" "$dom" 'data-overflow="0"'
unlike "no script error" "$dom" 'data-error'
is "no complaint on the console" "$log" ""
light=$(printf '%s\n' "$dom" | grep -o 'data-ground="[^"]*"')
like "title" "$(cat "$rec/report.html")" '<title>Pagoda recording: make trace PROG=demo</title>'
browse narrow 500 ''
like "a narrow screen does not scroll sideways" "$dom" 'data-overflow="0"'
browse dark 1200 --blink-settings=preferredColorScheme=0
unlike "dark mode has another ground" "$dom" "$light"
done_testing
