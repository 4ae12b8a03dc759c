#!/bin/sh
# curves.t - strings of references: curves, reduced strings and policies, by the tools, and by
# curves.sh from a recording.
#
# The algorithms have their models in tests/host (test_refs, test_list_policies, test_policy). Here are
# the tools themselves, built with ASan, on what they read and write, and against each other.
. tests/tap.sh

curves=build/host/curves
replay=build/host/replay
for tool in $curves $replay build/analysis/curves build/analysis/replay; do
	ok "$tool is built" test -x $tool
done

# --- What is read -----------------------------------------------------------------------------------
# says TEXT TOOL...: what the tool prints of the string TEXT, both outputs, and its status
says()
{
	text=$1
	shift
	# shellcheck disable=SC2059 # a string with \n
	printf "$text" | "$@" 2>&1
	echo "status $?"
}

# refused NAME TEXT MESSAGE [TOOL...]
refused()
{
	name=$1 text=$2 message=$3
	shift 3
	[ $# -gt 0 ] || set -- $curves lru
	tool=${1##*/}
	is "refused: $name" "$(says "$text" "$@" | tail -n 2)" "$tool: $message
status 2"
}

refused 'a word' '1\nx\n' 'line 2: no page number'
refused 'a negative page' '1\n--1\n' 'line 2: no page number behind -'
refused 'a page of more than 64 bits' '0x1ffffffffffffffff\n' 'line 1: no page number'
refused 'an empty line' '1\n\n2\n' 'line 2: no page number'
refused 'more than a page' '0x1000 w r\n' 'line 1: more than a page number, w and @time'
refused 'more than a page that is gone' '1\n-1 w\n' 'line 2: more than - and a page number'
refused 'time that goes backwards' '1 @5\n2 @4\n' 'line 2: time goes backwards'
refused 'a time too late' '1\n2 @4\n' 'line 2: a time, and the lines before have none'
refused 'a time too few' '1 @3\n2\n' 'line 2: no time, and the lines before have one'
refused 'a reduced string without its end' '# reduced k=2\n1\n' 'line 2: the reduced string ends too soon'
refused 'one with a line too few' '# reduced k=2\n1\n# references=9 kept=2\n' \
	'line 3: that is not what was read: the string is not whole'
refused 'one that goes on behind its end' '# reduced k=2\n1\n# references=9 kept=1\n2\n' \
	'line 4: something behind the end of a reduced string'
refused 'one that begins too late' '1\n# reduced k=2\n' \
	'line 2: a reduced string begins with this, once, and k is not 0'
whole='# reduced k=3\n1\n# references=9 kept=1\n'
refused 'policies for fewer frames than it is exact for' "$whole" \
	'line 3: this string is reduced: exact for more frames only' $replay 2
refused 'a sample of it' "$whole" \
	'line 3: no sample of a reduced string: what it lacks is not the same everywhere' $curves lru -s 4
refused 'its working sets' "$whole" \
	'line 3: no working sets of a reduced string: uses that it lacks count here' $curves ws
refused 'reducing it for fewer' "$whole" 'line 2: this string is reduced already, for more frames' $curves reduce -k 2
refused 'no number' '1\n' '0 is no number from 1 to 1073741824' $curves reduce -k 0
refused 'frames that are none' '1\n' '4x is no number from 1 to 16777216' $replay 4x
refused 'a policy that there is not' '1\n' 'no policy is called mru' $replay -p lru,mru 4
for wrong in '' 'lru extra' 'lru -k 4' reduce 'lru -x' most; do
	# shellcheck disable=SC2086
	like "usage: curves $wrong" "$(says '1\n' $curves $wrong)" '^usage: curves lru '
done
like "usage: replay" "$(says '1\n' $replay)" '^usage: replay '
like "an output that is full" "$(says '1\n2\n' sh -c "$curves lru >/dev/full")" '^curves: standard output: '
like "a file that cannot be" "$(says '1\n2\n' $curves lru -i "$scratch/none/info")" '^curves: .*none/info: No such file'

# --- What is written --------------------------------------------------------------------------------
is "an empty string" "$(says '' $curves lru)" "frames,misses,ratio
1,0,0.000000
status 0"
is "no working set of nothing" "$(says '' $curves ws)" "window,pages,misses,ratio
status 0"
# The books' string: 7 0 1 2 0 3 0 4 2 3 0 3 2 1 2 0 1 7 0 1. With 3 frames LRU has 12 faults, OPT 9, FIFO 15.
books='7\n0\n1\n2\n0\n3\n0\n4\n2\n3\n0\n3\n2\n1\n2\n0\n1\n7\n0\n1\n'
is "the books' string: LRU with any number of frames" "$(says "$books" $curves lru)" "frames,misses,ratio
1,20,1.000000
2,17,0.850000
3,12,0.600000
4,8,0.400000
5,7,0.350000
6,6,0.300000
status 0"
is "OPT and FIFO with 3" "$(says "$books" $replay -p opt,fifo,lru 3)" "frames,policy,faults,writes
3,fifo,15,0
3,lru,12,0
3,opt,9,0
status 0"
is "pages that go, times, writes" "$(says '0x2000 w @10\n0x1000,@15\n0x2000 @15\n-0x2000\n0x2000 @30\n-\n0x1000 w@40\n' $curves ws | head -n 4)" \
	"window,pages,misses,ratio
1,0.161,5,1.000000
2,0.226,5,1.000000
3,0.290,5,1.000000"
is "a page that is gone is another page when it comes again" "$(says '1\n2\n-1\n1\n2\n-\n2\n' $curves lru)" "frames,misses,ratio
1,5,1.000000
2,4,0.800000
status 0"
is "a reduced string says what it is, of how many" "$(says '1 w @1\n2 @2\n1 w @3\n2 @4\n1 @5\n2 @6\n-2\n1 @9\n' $curves reduce -k 2)" \
	"# reduced k=2
0x00000001 w @1
0x00000002 @2
0x00000001 w @5
0x00000002 @6
-0x00000002
0x00000001 @9
# references=7 kept=5
status 0"

# --- Against each other, on a string of 60,000 ------------------------------------------------------
awk 'BEGIN {
	for (i = 0; i < 60000; i++) {
		seed = (seed * 1103 + 12345) % 1048573
		page = seed % 10 < 4 ? loop++ % 900 : seed % 10 < 8 ? 1000 + seed % 13 * (seed % 7) : 2000 + seed % 3001
		print page (seed % 3 ? "" : " w")
		if (seed % 997 == 0)
			print "-" page
	}
}' >"$scratch/string"
sizes='1 2 3 5 8 20 64 100 333 400 700 900 1000 1500 2500'
# shellcheck disable=SC2086
build/analysis/replay $sizes <"$scratch/string" >"$scratch/policies"
build/analysis/curves lru -s 8 -i "$scratch/info" <"$scratch/string" >"$scratch/lru"
# at FILE COLUMN: value of a curve's column at each of $sizes
at()
{
	# shellcheck disable=SC2086
	printf '%s\n' $sizes | awk -F, -v column="$2" 'NR == FNR { row[++n] = $1; value[n] = $column; next }
		{ while (k < n && row[k + 1] + 0 <= $1) k++; print $1, value[k] }' "$1" -
}
is "curves and replay agree on LRU" "$(at "$scratch/lru" 2)" \
	"$(awk -F, '$2 == "lru" { print $1, $3 }' "$scratch/policies")"
is "LRU and OPT have never more misses with more frames" \
	"$(awk -F, '$2 ~ /^(lru|opt)$/ { if ($2 in last && $3 > last[$2]) print; last[$2] = $3 }' "$scratch/policies")" ''
is "no policy has fewer than OPT" "$(awk -F, 'NR > 1 { n[$1, $2] = $3 } END { for (i in n) { split(i, k, SUBSEP)
	if (n[i] < n[k[1], "opt"]) print i } }' "$scratch/policies")" ''
is "and all policies are there" "$(awk -F, '$1 == 64 { printf "%s ", $2 }' "$scratch/policies")" \
	'twolist clock fifo random aging lru wsclock 2q arc lirs opt '
anomaly='1\n2\n3\n4\n1\n2\n5\n1\n2\n3\n4\n5\n'
is "Belady's anomaly: FIFO, not LRU" "$(says "$anomaly" $replay -p fifo,lru 3 4 | sed 1d)" "3,fifo,9,0
3,lru,10,0
4,fifo,10,0
4,lru,8,0
status 0"

for k in 20 333; do
	build/analysis/curves reduce -k $k <"$scratch/string" >"$scratch/reduced"
	larger=
	for size in $sizes; do
		[ "$size" -lt $k ] || larger="$larger $size"
	done
	# shellcheck disable=SC2086
	is "reduced from $k frames on: LRU and OPT, faults and LRU's writes, are the same" \
		"$(build/analysis/replay $larger <"$scratch/reduced" | sed 's/,opt,\([0-9]*\),.*/,opt,\1/')" \
		"$(awk -F, -v k=$k 'NR == 1 || ($2 ~ /^(lru|opt)$/ && $1 >= k)' "$scratch/policies" | sed 's/,opt,\([0-9]*\),.*/,opt,\1/')"
	# What else there is of it is told with -a: near the whole string's. The further k is below the frames, the nearer.
	# shellcheck disable=SC2086
	like "-a: how far the others are off, at most, of $k frames and more" "$(build/analysis/replay -a $larger <"$scratch/reduced" |
		awk -F, 'NR == FNR { whole[$1, $2] = $3; next } FNR > 1 {
			by = $3 / whole[$1, $2] - 1; n++; by = by < 0 ? -by : by; if (by > most) most = by } END { printf "%.3f %d", most, (n > 20) }' \
			"$scratch/policies" -)" '^0[.]0([0-2][0-9]|30) 1$'
	is "and of no other string" "$(says '1\n' build/analysis/replay -a -p lru 3 | tail -n 2)" "3,lru,1,0
status 0"
	ok "it is shorter" [ "$(wc -l <"$scratch/reduced")" -lt $((60055 - 2000)) ]
	build/analysis/curves lru <"$scratch/reduced" >"$scratch/reduced.lru"
	is "its curve begins there, and is the whole one's" "$(sed 1d "$scratch/reduced.lru")" \
		"$(awk -F, -v k=$k '$1 + 0 >= k && !printed++ && $1 != k { print k "," before } $1 + 0 >= k { print $1 "," $2 "," $3 }
			{ before = $2 "," $3 }' "$scratch/lru" | awk -F, '!(($2) in seen) { seen[$2]; print }')"
done
is "reducing again changes nothing but the header" \
	"$(build/analysis/curves reduce -k 333 <"$scratch/reduced" | cksum)" "$(cksum <"$scratch/reduced")"

# The error of the sample is what the two curves say: with one page in 8 alone, at every size.
build/analysis/curves lru -e -s 8 <"$scratch/string" >"$scratch/sample"
is "the sample's error is the one reported" "$(awk -F, '
	FILENAME == ARGV[1] { if (FNR > 1) { exact[$1] = $2; if ($1 > last) last = $1 + 0 } next }
	FNR > 1 { guess[$1] = $2; if ($1 > last) last = $1 + 0 }
	END {
		for (m = 1; m <= last; m++) {
			if (m in exact) e = exact[m]
			if (m in guess) g = guess[m]
			d = (e > g ? e - g : g - e) / 60000
			sum += d
			if (d > most) most = d
		}
		printf "%.6f %.6f", sum / last, most
	}' "$scratch/lru" "$scratch/sample")" \
	"$(awk -F, '$1 ~ /^error_(mean|most)$/ { printf "%s%s", s, $2; s = " " }' "$scratch/info")"
ok "and is small" awk -F, '$1 == "error_mean" && $2 < 0.05 { ok = 1 } END { exit !ok }' "$scratch/info"

# --- From a recording -------------------------------------------------------------------------------
busybox=$(command -v busybox || echo "$PWD/build/deps/busybox")
rec=$scratch/rec
mkdir -p "$rec"
mawk -f analysis/lib.awk -f analysis/cases/recording.awk -v dir="$rec" -v size=2 -v pressure=1 </dev/null
for AWK in mawk gawk "$busybox awk"; do
	if ! $AWK 'BEGIN { exit 0 }' 2>/dev/null; then
		pass "$AWK # SKIP not installed"
		continue
	fi
	export AWK
	shown=$(analysis/curves.sh "$rec" 2>&1)
	is "${AWK##*/}: curves.sh ends well" $? 0
	sums=$(cat "$rec"/curves/*.csv "$rec/analysis/curves.svg" | cksum)
	is "${AWK##*/}: and says what the first awk said" "$sums $shown" "${first:=$sums $shown}"
done
unset AWK
like "the kernel's result is in the table" "$shown" '^  the kernel, in this run  '
like "and in a sentence" "$shown" '^The kernel loaded [0-9,]+ pages with [0-9,]+ frames at most'
is "OPT is no worse than the kernel, with the most frames that it had" "$(awk -F, '
	{ n[$1, $2] = $3; last = $1 }
	END { print (n[last, "kernel"] >= n[last, "opt"] && n[last, "opt"] > 0) }' "$rec/curves/policies.csv")" 1
like "the page has its section" "$(cat "$rec/report.html")" '<section id="curves">'
like "with the picture" "$(cat "$rec/report.html")" 'Loads for each use, by frames of memory'
analysis/report.sh "$rec" >/dev/null 2>&1
like "another report keeps it" "$(cat "$rec/report.html")" '<section id="curves">'
pid=$(awk -F, '$1 == "pid" { print $2 }' "$rec/curves/kernel.csv")
is "the string alone is the one that was used" "$(analysis/curves.sh -s "$rec" "$pid" | build/analysis/curves lru)" \
	"$(cut -d, -f1-3 "$rec/curves/lru.csv" | awk -F, '!($2 in seen) { seen[$2]; print }')"
like "a process that there is not" "$(analysis/curves.sh "$rec" 999 2>&1)" '^curves.sh: .*: process 999 used no page$'
like "no process number" "$(analysis/curves.sh "$rec" demo 2>&1)" '^curves.sh: demo: no process number$'
like "no recording" "$(analysis/curves.sh "$scratch/nothing" 2>&1)" 'no such directory'
is "and nothing is left lying about" "$(find "$rec" "$scratch" -name '.curves*')" ''
done_testing
