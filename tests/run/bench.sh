#!/bin/bash
# bench.sh - the figures of `make bench`: what operations cost on this kernel, and what the recording
# costs on this host. Prints tables and writes out/bench.csv (figure,unit,median,min,max,runs).
#
#   tests/run/bench.sh IMAGE EMPTY_IMAGE
#
# IMAGE runs bench(1) as its job; EMPTY_IMAGE boots, runs the self-test and the demo. Instructions are exact.
# Times are this machine's and noisy: only their ratios are printed, as the median of $runs pairs
# taken in turn.
set -euo pipefail
export LC_ALL=C

readonly image=${1:?usage: bench.sh IMAGE BOOT_IMAGE} boot_image=${2:?usage: bench.sh IMAGE BOOT_IMAGE}
readonly work=build/bench csv=out/bench.csv runs=5
mkdir -p $work out
echo 'figure,unit,median,min,max,runs' >$csv

# seconds COMMAND...: its wall time.
seconds()
{
	local start=$EPOCHREALTIME
	"$@" >/dev/null 2>&1 || { echo "bench: failed: $*" >&2; return 1; }
	awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.3f\n", b - a }'
}

# spread FIGURE UNIT <numbers: one line of out/bench.csv, also printed.
spread()
{
	sort -g | awk -v figure="$1" -v unit="$2" '
		{ v[NR] = $1 }
		END { printf "%s,%s,%s,%s,%s,%d\n", figure, unit, v[int((NR + 1) / 2)], v[1], v[NR], NR }' >>$csv
	tail -n 1 $csv | awk -F, '{ printf "  %-44s %10s  (%s .. %s, %d runs)\n", $1 " [" $2 "]", $3, $4, $5, $6 }'
}

guest_figures()
{
	tests/run/boot.sh -o $work/guest -m 256 "$image" >$work/guest.log 2>&1 || { cat $work/guest.log >&2; return 1; }
	awk -F, -v OFS=, '
		NR == FNR { if (FNR > 1) { target[$1] = $2; linux[$1] = $3; title[$1] = $4 } next }
		FNR == 1 {
			printf "  %-46s %9s %9s %9s %9s\n", "guest instructions per operation", "median", "min",
			       "target", "Linux 6.1"
		}
		$1 != "overhead" && NF == 5 {
			printf "  %-46s %9d %9d %9s %9s%s\n", ($1 in title) ? title[$1] : $1, $2, $3, target[$1],
			       linux[$1], (target[$1] != "" && $2 + 0 > target[$1] + 0) ? "  over" : ""
		}' tests/run/targets.csv $work/guest/stdout.txt
	awk -F, -v OFS=, '$1 != "overhead" && NF == 5 { print $1, "instructions", $2, $3, $4, $5 }' \
		$work/guest/stdout.txt >>$csv
	awk -F, -v OFS=, '
		$3 == "boot" { first = $1 }
		$3 == "user" && !seen++ { print "boot_to_user", "instructions", $1 - first, $1 - first, $1 - first, 1 }' \
		$work/guest/marks.csv | tee -a $csv | awk -F, '{ printf "  %-46s %9d\n", $1, $3 }'
}

host_figures()
{
	local i traced plain bytes rows slow
	for ((i = 0; i < runs; i++)); do
		traced=$(seconds tests/run/boot.sh -o $work/traced "$boot_image")
		plain=$(seconds tests/run/boot.sh -e bochs-plain -o $work/plain "$boot_image")
		slow=$(seconds sh -c "cat $work/traced/tlb.csv $work/traced/faults.csv >$work/copy")
		echo "$traced $plain $slow"
	done >$work/pairs
	awk '{ printf "%.3f\n", $1 / $2 }' $work/pairs | spread recording_slowdown ratio
	rows=$(awk -F, '$1 ~ /[.]csv[._]?rows$/ || $1 ~ /^rows[._]/ { n += $2 } END { print n + 0 }' $work/traced/meta.csv)
	bytes=$(cat $work/traced/*.csv | wc -c)
	awk -v n="$rows" '{ printf "%.0f\n", n / $1 }' $work/pairs | spread rows_recorded rows/s
	awk -v b="$bytes" '{ printf "%.3f\n", (b / $1) / (b / ($3 > 0.001 ? $3 : 0.001)) }' $work/pairs |
		spread recording_bytes_vs_cat ratio
	echo "$bytes $rows" | awk '{ printf "%.1f\n", $1 / $2 }' | spread bytes_per_row bytes
	for ((i = 0; i < runs; i++)); do
		seconds analysis/report.sh $work/traced
	done | awk -v n="$rows" '{ printf "%.0f\n", n / $1 }' | spread rows_analysed rows/s
}

echo "Pagoda on Bochs, 256 MiB:"
guest_figures
echo "This host (ratios; rates are this machine's of this moment):"
host_figures
echo "written: $csv"
