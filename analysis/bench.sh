#!/bin/bash
# bench.sh DIR [RUNS]: how fast is each single pass over tlb.csv?
#
# Prints, for each pass of report.sh, rows and megabytes per second and the ratio of its speed to that
# of `mawk '{ n++ } END { print n }'`, which does nothing but read: medians of RUNS (5) pairs. Processor
# time is measured, so that other work on the machine disturbs less. DIR must have its report and a
# plain tlb.csv.
set -euo pipefail
export LC_ALL=C TIMEFORMAT='%U %S'

dir=${1:?usage: analysis/bench.sh DIR [RUNS]}
runs=${2:-5}
here=$(dirname "$0")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
bytes=$(stat -c %s "$dir/tlb.csv")
rows=$(awk -F, '$1 == "tlb.rows" { print $2 }' "$dir/meta.csv")
end=$(awk -F, '$1 == "icount_end" { print $2 }' "$dir/meta.csv")

# cost COMMAND...: its processor time in seconds
cost()
{
	{ time "$@" >/dev/null 2>&1; } 2>&1 | awk '{ print $1 + $2 }'
}

# pass FILE...: those questions in one pass
pass()
{
	local name files=()
	for name in lib "$@"; do
		files+=(-f "$here/$name.awk")
	done
	mawk "${files[@]}" -v out="$scratch" -v start=0 -v end="$end" -v bins=450 -v sample=64 \
		-v edges="$dir/analysis/bins.csv" -v layout="$dir/analysis/layout.csv" -v tasks="$dir/tasks.csv" \
		-v vmas="$dir/vmas.csv" -v marks="$dir/marks.csv" -v faults="$dir/faults.csv" <"$dir/tlb.csv"
}

printf '%-12s %12s %8s %7s\n' pass rows/s MB/s ratio
for question in weigh "tlb when" "tlb kind" "tlb when kind" "areas tlb where" \
	"symbols lines instructions tlb code" "tlb pairs" \
	"areas tlb map_count" "symbols lines tlb dropped" "areas tlb reach" "areas tlb strides" "tlb windows" "tlb ownership"; do
	for ((i = 0; i < runs; i++)); do
		# shellcheck disable=SC2016,SC2086
		echo "$(cost mawk '{ n++ } END { print n }' "$dir/tlb.csv") $(cost pass run $question)"
	done | awk '{ print $2, $1 / $2 }' | sort -n | sed -n "$(((runs + 1) / 2))p" |
		awk -v name="${question#*tlb }" -v rows="$rows" -v bytes="$bytes" \
			'{ printf "%-12s %12.0f %8.0f %7.3f\n", name, rows / $1, bytes / $1 / 1e6, $2 }'
done
