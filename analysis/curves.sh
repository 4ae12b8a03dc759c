#!/bin/sh
# curves.sh DIR [PID] - what every size of memory, and every policy, would have made of a program's pages.
#
# The program is process PID, or the one with most rows in tlb.csv after the mark `user`. Writes small
# tables to DIR/curves/ (analysis/FORMAT.md), puts them into the report and prints the main one. The string is that of
# refs.csv (TRACE=refs), where there is one, exact for LRU and OPT from its number of frames on; else that of tlb.csv.
#
#   curves.sh -s DIR [PID]         only the string of its page uses, on standard output, for build/analysis/*
#   curves.sh -r FILE DIR [PID]    with the string in FILE, of all its page uses, in place of the recording's
set -eu

fail()
{
	echo "curves.sh: $*" >&2
	exit 1
}

string_only='' whole=''
case ${1-} in
-s) string_only=1 && shift ;;
-r) whole=${2-} && [ -f "$whole" ] || fail "-r $whole: no such file"
	shift 2 ;;
esac
[ $# = 1 ] || [ $# = 2 ] || fail "usage: analysis/curves.sh [-s | -r FILE] DIR [PID]"
dir=${1%/}
pid=${2-}
case $pid in *[!0-9]*) fail "$pid: no process number" ;; esac
here=$(cd "$(dirname "$0")" && pwd)
tools=$here/../build/analysis
[ -x "$tools/curves" ] && [ -x "$tools/replay" ] || fail "$tools/curves: missing; make builds it"
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
need_files
work=$dir/.curves
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
rm -rf "$work"
mkdir -p "$work" || fail "$work: cannot be made"
need_all_rows

for name in tasks vmas faults reclaim marks; do
	! has $name || feed $name.csv >"$work/.$name.csv"
done
reclaim=
[ ! -f "$work/.reclaim.csv" ] || reclaim=$work/.reclaim.csv

# The process with most fills and upgrades of its own pages.
busiest()
{
	feed tlb.csv | $AWK -F, -v marks="$work/.marks.csv" -v tasks="$work/.tasks.csv" '
		BEGIN {
			while ((getline line < marks) > 0)
				if (split(line, f, ",") > 2 && f[3] == "user")
					from = f[1]
			while ((getline line < tasks) > 0)
				if (split(line, f, ",") > 4)
					tgid[f[4]] = f[5]
		}
		$1 + 0 >= from + 0 && ($4 == "fill" || $4 == "upgrade") && $14 != "" && $6 "" < "0xc0000000" { n[$14]++ }
		END {
			for (p in n)
				m[p in tgid ? tgid[p] : p] += n[p]
			for (p in m)
				if (m[p] > most || (m[p] == most && p + 0 < best + 0)) {
					most = m[p]
					best = p
				}
			print best
		}'
}

[ -n "$pid" ] || pid=$(busiest)
[ -n "$pid" ] || fail "$dir: no process used a page of its own"
# string_of FILE RECLAIM K: page_string.awk over it
string_of()
{
	if ! feed "$1" | run_awk 'lib run areas page_string' \
		-v pid="$pid" -v out="$work" -v tasks="$work/.tasks.csv" -v vmas="$work/.vmas.csv" \
		-v faults="$work/.faults.csv" -v reclaim="$2" -v refs="$3" -v refs_rows="$(meta refs.rows)" >"$work/.string" || [ -f "$work/.failed" ]; then
		fail "$dir: no string can be made of $1"
	fi
}

string_of tlb.csv "$reclaim" 0
least=1 string=tlb
if [ -z "$whole" ] && has refs; then
	least=$(meta refs)
	case $least in '' | *[!0-9]*) fail "$dir: refs.csv is there, but meta.csv does not say for how many frames" ;; esac
	string=refs
	string_of refs.csv '' "$least"
fi
if [ -n "$string_only" ]; then
	cat "$work/.string"
	exit
fi

# kernel KEY: its value in kernel.csv
kernel()
{
	$AWK -F, -v key="$1" '$1 == key { print $2 }' "$work/kernel.csv"
}

uses=$(kernel uses)
[ "$uses" != 0 ] || fail "$dir: process $pid used no page"
pages=$(kernel frames_most)
[ "$pages" -ge "$least" ] ||
	fail "$dir: process $pid never had more than $pages frames, and refs.csv is exact from $least on: record with TRACE=refs=K and a smaller K"
[ -z "$whole" ] || string=whole
echo "string,$string" >>"$work/kernel.csv"
[ -z "$whole" ] || cat "$whole" >"$work/.string"

# sizes PARTS MOST: numbers of frames from 4 (or where the string begins to be exact) to MOST, PARTS of them, each the
# same times the one before
sizes()
{
	$AWK -v parts="$1" -v most="$2" -v first="$((least > 4 ? least : 4))" 'BEGIN {
		if (most < first)
			most = first
		for (high = 2; ratio_power(high) < most / first; high *= 2)
			;
		for (i = 0; i < 40; i++) {
			middle = (low + high) / 2
			if (ratio_power(middle) < most / first)
				low = middle
			else
				high = middle
		}
		for (size = first; size < most; size *= high)
			if (int(size) != last)
				print last = int(size)
		print most
	}
	function ratio_power(ratio,    i, power) { power = 1; for (i = 1; i < parts; i++) power *= ratio; return power }'
}

# Of a reduced string nothing can be sampled, and what else is not exact must be asked for.
reduced=-a sample=
[ "$string" = refs ] || reduced='' sample='-s 16'
# shellcheck disable=SC2086 # options
"$tools/curves" lru $sample -i "$work/lru_info.csv" <"$work/.string" >"$work/lru.csv"
# shellcheck disable=SC2086
"$tools/curves" ws $reduced <"$work/.string" >"$work/working_set.csv"
# shellcheck disable=SC2046 # a list
"$tools/replay" -p opt $(sizes $((uses > 1000000 ? 10 : 24)) "$(tail -n 1 "$work/lru.csv" | cut -d, -f1)") <"$work/.string" >"$work/opt.csv"

# The table: an eighth, a quarter, half of the frames, and all that the kernel used. wsclock looks at all of them for each
# fault when they are fewer than the working set: not where that takes minutes.
table=$(for part in 8 4 2 1; do echo $((pages / part)); done | $AWK -v least="$least" '$1 >= least + 0 && !seen[$1]++')
policies=twolist,clock,fifo,random,lru,2q,arc,lirs,opt
[ "$string" = refs ] || policies=$policies,aging
[ "$string" = refs ] || [ "$uses" -gt 2000000 ] || [ $((uses / 1000 * pages / 1000)) -gt 10000 ] || policies=$policies,wsclock
# shellcheck disable=SC2086
"$tools/replay" $reduced -p $policies $table <"$work/.string" >"$work/policies.csv"
echo "$pages,kernel,$(kernel loads),$(kernel writes)" >>"$work/policies.csv"

find "$work" -name '.*' -type f -exec rm -f {} +
rm -rf "$dir/curves"
mv "$work" "$dir/curves"
"$here/report.sh" "$dir" >/dev/null
run_awk 'lib run svg symbols page glossary curves' -v show=1 -v out="$dir/analysis"
echo "report: $dir/report.html#curves"
