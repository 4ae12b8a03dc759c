#!/bin/bash
# bench.sh - the figures of `make bench`: what operations cost on this kernel, and what the recording
# costs on this host. Prints tables and writes out/bench.csv (figure,unit,median,min,max,runs).
#
#   tests/run/bench.sh IMAGE KERNEL_IMAGE BOOT_IMAGE STRIDE_IMAGE RANDOM_IMAGE
#   tests/run/bench.sh --storms STRIDE_IMAGE RANDOM_IMAGE    only what a TLB fill at every access costs
#
# IMAGE runs disk/user/bench.c as its job, KERNEL_IMAGE tests/kernel/bench.c, BOOT_IMAGE the self-test
# and the demo, the last two disk/user/storm.c. Instructions are exact. A cleared page is one `rep` instruction of 1,024 rounds, each of which Bochs counts: bench.c says how
# many there were, and 1,023 rounds for each are left out, as in the figures of Linux. Times are this
# machine's and noisy, so they count as ratios only: the median of $runs pairs taken in turn.
set -euo pipefail
export LC_ALL=C

readonly usage='usage: bench.sh [--storms | IMAGE KERNEL_IMAGE BOOT_IMAGE] STRIDE_IMAGE RANDOM_IMAGE'
only_storms=''
if [ "${1-}" = --storms ]; then
	only_storms=1
	set -- - - - "${@:2}"
fi
readonly image=${1:?$usage} kernel_image=${2:?$usage} boot_image=${3:?$usage}
readonly stride_image=${4:?$usage} random_image=${5:?$usage}
readonly work=build/bench csv=out/bench.csv runs=5 storm_runs=3
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

# figures: from marks.csv, "name,instructions,median,min,max,batches" for each operation of bench.c.
figures()
{
	awk -F, '
		FNR == 1 { next }
		$3 == "." { if (name != "") print name, count, $1 - start; name = ""; next }
		split($3, word, " ") == 2 && word[2] ~ /^[0-9]+$/ { name = word[1]; count = word[2]; start = $1 }' \
		"$1/marks.csv" | sort -k 1,1 -k 3,3n | awk -v rounds=1023 '
		function flush_name(   mid, base) {
			if (name == "") return
			mid = int((n + 1) / 2)
			median[name] = v[mid]; low[name] = v[1]; high[name] = v[n]; size[name] = count; batches[name] = n
		}
		FILENAME != "-" { if ($1 == "cleared") cleared[$2] = $3; next }
		$1 != name { flush_name(); name = $1; n = 0 }
		{ v[++n] = $3; count = $2 }
		END {
			flush_name()
			if ("overhead" in median) empty = median["overhead"]
			for (name in median) {
				if (name == "overhead" || name == "kernel_nothing" || name == "sigsegv_base") continue
				taken = name == "sigsegv_handler" ? median["sigsegv_base"] : empty
				if (name ~ /^kernel_/) # a cold row allocates and frees in calls of their own
					taken = median["kernel_nothing"] / size["kernel_nothing"] * size[name] * (name ~ /_cold$/ ? 2 : 1)
				taken += cleared[name] / batches[name] * rounds
				printf "%s,instructions,%.0f,%.0f,%.0f,%d\n", name, (median[name] - taken) / size[name],
				       (low[name] - taken) / size[name], (high[name] - taken) / size[name], batches[name]
			}
		}' "$1/stdout.txt" -
	# From the first instruction of the kernel that is known to the first of a program.
	awk -F, '
		$3 == "boot" { first = $1 }
		$3 == "user" && !seen++ { printf "boot_to_user,instructions,%.0f,%.0f,%.0f,1\n", $1 - first, $1 - first, $1 - first }' \
		"$1/marks.csv"
}

guest_figures()
{
	tests/run/boot.sh -o $work/guest -m 256 "$image" >$work/guest.log 2>&1 || { cat $work/guest.log >&2; return 1; }
	figures $work/guest >$work/figures
	cat $work/figures >>$csv
	awk -F, '
		NR == FNR { v[$1] = $3; low[$1] = $4; high[$1] = $5; next }
		FNR == 1 {
			printf "  %-46s %9s %9s %9s %9s %10s\n", "guest instructions per operation", "median", "min", "max",
			       "target", "Linux 6.1"
			next
		}
		$1 in v {
			printf "  %-46s %9d %9d %9d %9d %10s%s\n", $4, v[$1], low[$1], high[$1], $2, $3,
			       (v[$1] + 0 > $2 + 0) ? "  over" : ""
		}' $work/figures tests/run/targets.csv
}

# kernel_run MIB: the figures of tests/kernel/bench.c with so much memory
kernel_run()
{
	local log=$work/kernel.log
	tests/run/boot.sh -o $work/kernel -m "$1" "$kernel_image" >$log 2>&1 || { cat $log >&2; return 1; }
	figures $work/kernel | grep ^kernel_
}

# The same with little memory and with much: nothing may depend on its size.
kernel_figures()
{
	local small=64 large=3584
	kernel_run $small >$work/small
	kernel_run $large >$work/large
	awk -F, -v OFS=, -v small=$small 'FILENAME ~ /small$/ { $1 = $1 "_" small "m" } { print }' \
		$work/small $work/large >>$csv
	awk -F, -v small=$small -v large=$large '
		FILENAME ~ /small$/ { s[$1] = $3; next }
		FILENAME ~ /large$/ { l[$1] = $3; next }
		FNR == 1 {
			printf "  %-46s %5d MiB %5d MiB %9s\n", "guest instructions inside the kernel", small, large, "target"
			next
		}
		$1 in l {
			over = $2 != "" && (l[$1] > $2 + 0 || s[$1] > $2 + 0)
			printf "  %-46s %9d %9d %9s%s\n", $4, s[$1], l[$1], $2, over ? "  over" : ""
		}' $work/small $work/large tests/run/kernel-targets.csv
}

host_figures()
{
	local i traced plain bytes rows
	for ((i = 0; i < runs; i++)); do
		traced=$(seconds tests/run/boot.sh -o $work/traced "$boot_image")
		plain=$(seconds tests/run/boot.sh -e bochs-plain -o $work/plain "$boot_image")
		echo "$traced $plain"
	done >$work/pairs
	awk '{ printf "%.3f\n", $1 / $2 }' $work/pairs | spread recording_slowdown ratio
	rows=$(awk -F, '$1 ~ /[.]rows$/ { n += $2 } END { print n + 0 }' $work/traced/meta.csv)
	bytes=$(cat $work/traced/*.csv | wc -c)
	awk -v n="$rows" '{ printf "%.0f\n", n / $1 }' $work/pairs | spread rows_recorded rows/s
	echo "$bytes $rows" | awk '{ printf "%.1f\n", $1 / $2 }' | spread bytes_per_row bytes
	for ((i = 0; i < runs; i++)); do
		seconds analysis/report.sh $work/traced
	done | awk -v n="$rows" '{ printf "%.0f\n", n / $1 }' | spread rows_analysed rows/s
}

# ticks PID: its state, its processor time in seconds, and that of its first thread, the emulator's
ticks()
{
	awk -v hz="$(getconf CLK_TCK)" '
		{ sub(/.*[)] /, "") } # a name may hold blanks
		NR == 1 { printf "%s", $1 }
		{ printf " %.2f", ($12 + $13) / hz }' "/proc/$1/stat" "/proc/$1/task/$1/stat"
}

# storm_run EMULATOR OPTIONS IMAGE: "wall whole emulator" in seconds, of the emulator alone
storm_run()
{
	local runner pid='' start now last=''
	tests/run/boot.sh -e "$1" -T "$2" -m 256 -o $work/storm "$3" >$work/storm.log 2>&1 &
	runner=$!
	while kill -0 $runner 2>/dev/null; do
		if [ -n "$pid" ]; then
			now=$(ticks "$pid" 2>/dev/null) || break
			last="$EPOCHREALTIME $now"
			[ "${now%% *}" != Z ] || break # it has ended; boot.sh will see that in a moment
		elif pid=$(pgrep -P $runner -x "$1"); then
			start=$EPOCHREALTIME
		fi
		sleep 0.02
	done
	wait $runner || { cat $work/storm.log >&2; return 1; }
	awk -v start="$start" '{ printf "%.3f %s %s\n", $1 - start, $3, $4 }' <<<"$last"
}

# column N [DIVISOR]: column N of $work/storms, or its ratio to another one
column()
{
	awk -v n="$1" -v d="${2-}" '{ x = d ? $n / $d : $n; printf (x < 1000 ? "%.2f\n" : "%.0f\n"), x }' $work/storms
}

# What a TLB fill at (nearly) every access costs: NAME IMAGE
storm_figures()
{
	local i mode at=4 rows bytes
	for ((i = 0; i < storm_runs; i++)); do
		storm_run bochs-plain '' "$2"
		for mode in none zstd; do
			storm_run bochs "compress=$mode" "$2"
			rows=$(sed -n 's/^tlb.rows,//p' $work/storm/meta.csv)
			bytes=$(cat $work/storm/tlb.csv* | wc -c)
			echo "$rows $bytes"
			rm -f $work/storm/tlb.csv*
		done
	done | paste -d' ' - - - - - >$work/storms
	column 3 | spread "storm_$1_plain" "s of CPU"
	for mode in csv zstd; do
		column $((at + 2)) 3 | spread "storm_$1_${mode}_emulator" "ratio of CPU"
		column $((at + 1)) 3 | spread "storm_$1_${mode}_whole" "ratio of CPU"
		column $at 1 | spread "storm_$1_${mode}_wall" ratio
		column $((at + 3)) $at | spread "storm_$1_${mode}_rows" rows/s
		column $((at + 4)) $((at + 3)) | spread "storm_$1_${mode}_row" bytes
		at=$((at + 5))
	done
}

storms()
{
	echo "A TLB fill at every access, against Bochs without instrumentation; aims on two idle processors:"
	echo "emulator 1.5, wall 3 with plain CSV and 2 with zstd"
	storm_figures stride "$stride_image"
	storm_figures random "$random_image"
}

# The report of a large recording, all questions of it.
report_figures()
{
	local i rows
	echo "A report of a program that reads at random; aim on two idle processors: 20 s of 10 million rows"
	storm_run bochs '' "$random_image" >/dev/null
	rows=$(sed -n 's/^tlb.rows,//p' $work/storm/meta.csv)
	for ((i = 0; i < storm_runs; i++)); do
		seconds analysis/report.sh $work/storm
	done | awk -v n="$rows" '{ printf "%.1f\n", $1 * 1e7 / n }' | spread report_10m_rows "s"
	rm -rf $work/storm/tlb.csv $work/storm/analysis
}

# one_tlb: a model of one TLB, of 64 entries in 16 sets
one_tlb()
{
	printf '%s\n' 'model one' 'tlb TLB' 'level 1' 'of both' 'pages pieces' 'entries 64' 'ways 4'
}

# What-if models, against the same recording without them: processor time of the emulator, and wall time.
model_figures()
{
	local i eight
	one_tlb >$work/one
	eight=$(printf ',model=analysis/models/%s' 486 pentium pentium-pro pentium-iii pentium-4 core2 skylake zen)
	echo "What-if models, against the recording without them; aims: one of 64 entries 3, eight processors 6"
	for ((i = 0; i < storm_runs; i++)); do
		storm_run bochs '' "$boot_image"
		storm_run bochs-refs "model=$work/one" "$boot_image"
		storm_run bochs-refs "${eight#,}" "$boot_image"
	done | paste -d' ' - - - >$work/storms
	column 5 2 | spread model_one "ratio of CPU"
	column 4 1 | spread model_one_wall ratio
	column 8 2 | spread model_eight "ratio of CPU"
	column 7 1 | spread model_eight_wall ratio
}

if [ -n "$only_storms" ]; then
	storms
	exit
fi
echo "Pagoda on Bochs, 256 MiB:"
guest_figures
kernel_figures
echo "This host (ratios; rates are this machine's of this moment):"
host_figures
report_figures
model_figures
storms
echo "written: $csv"
