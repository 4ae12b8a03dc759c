#!/bin/bash
# pressure.sh - figures of a kernel whose memory is short, for `make bench`: what a page that leaves
# costs, how much of all that is kswapd's, how many pages a second go to the swap area and back.
# Prints a table and adds to out/bench.csv.
#
#   tests/run/pressure.sh [-k ELF] [-o DIR]       the kernel to boot (build/boot.elf); recordings
#                                                 (build/bench)
#   tests/run/pressure.sh phase RECORDING LABEL   only what a recording says of a phase
#
# Instructions are those of the guest, exact, interrupts that fell into them included. Seconds are the
# guest's, of 200 million instructions each, and what they say of the disk is Bochs's doing: its DMA
# takes time, its PIO none, and a `rep` of PIO, which it does in bulk, hardly counts. So the rates tell
# one kernel from another, not DMA from PIO on hardware.
set -euo pipefail
export LC_ALL=C
# shellcheck source=tests/run/booted.sh
. "$(dirname "$0")/booted.sh"

readonly csv=out/bench.csv program=build/test-guest/reclaim_bench pages=4096
boot_elf=build/boot.elf work=build/bench
while getopts k:o: option; do
	case $option in
	k) boot_elf=$OPTARG ;;
	o) work=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
mkdir -p "$work" out

# boot NAME MIB OPTIONS ARGS [PROGRAM]: a recording $work/NAME
boot()
{
	booted "$work/$1" "$2" "$3" "${5-$program}" "$4"
}

# phase RECORDING LABEL: what it says of the phase of this label, as "key value" lines: instructions
# (of all but the idle task), kswapd (its own), by_kswapd and by_others (pages that they dropped)
phase()
{
	awk -F, -v label="$2" '
		FNR == 1 { file++ }
		file == 1 {
			if (start && !end) end = $1
			if ($3 == label && !start) start = $1
		}
		file == 2 && $3 == "switch" {
			from = last > start ? last : start
			to = $1 < end ? $1 : end
			if (name != "" && to > from) spent[name] += to - from
			last = $1
			name = $7
			if (name == "kswapd0") kswapd = $4
		}
		file == 3 && $1 > start && $1 <= end && $2 == "drop" { dropped[$3 == kswapd]++ }
		END {
			if (last < end)
				spent[name] += end - (last > start ? last : start)
			for (name in spent)
				if (name != "swapper") all += spent[name]
			print "instructions", all
			print "kswapd", spent["kswapd0"] + 0
			print "by_kswapd", dropped[1] + 0
			print "by_others", dropped[0] + 0
		}' "$1"/{marks,tasks,reclaim}.csv
}

# of KEY: that number, of the phase on standard input
of()
{
	awk -v key="$1" '$1 == key { print $2 }'
}

# figure NAME UNIT NUMERATOR DENOMINATOR: a row
figure()
{
	awk -v name="$1" -v unit="$2" -v a="$3" -v b="$4" 'BEGIN {
		if (a == "" || b + 0 == 0) exit 1
		x = a / b
		x = sprintf(x < 100 ? "%.1f" : "%.0f", x)
		print name "," unit "," x "," x "," x ",1"
	}' || { echo "bench: no figure $1" >&2; return 1; }
}

# throughput NAME: of a run of `reclaim_bench swap`
throughput()
{
	local way took spent
	for way in out in; do
		spent=$(phase "$work/$1" swap_$way | of instructions)
		took=$(sed -n "s/^swap_$way,//p" "$work/$1/stdout.txt")
		figure "swap_${way}_$1" instructions "$spent" $pages
		figure "swap_${way}_$1_rate" pages/s "${pages}000000" "$took"
	done
}

figures()
{
	local it
	throughput dma
	throughput pio
	it=$(phase "$work/file" file)
	figure reclaim_read_page instructions "$(of kswapd <<<"$it")" "$(of by_kswapd <<<"$it")"
	it=$(phase "$work/file" take)
	figure reclaim_file_page instructions "$(of kswapd <<<"$it")" "$(of by_kswapd <<<"$it")"
	it=$(phase "$work/zipf" 'use zipf')
	figure reclaim_mixed_page instructions "$(of kswapd <<<"$it")" "$(of by_kswapd <<<"$it")"
	figure kswapd_share percent "$(of kswapd <<<"$it")00" "$(of instructions <<<"$it")"
	figure direct_share percent "$(of by_others <<<"$it")00" \
		"$(awk '/^by_/ { n += $2 } END { print n }' <<<"$it")"
	for it in dma pio zipf; do
		figure "irqs_off_$it" instructions "$(sed -n 's/^irqs_off_max,//p' "$work/$it/meta.csv")" 1
	done
}

if [ "${1-}" = phase ]; then
	phase "$2" "$3"
	exit
fi
boot dma 64 '' "swap $pages"
boot pio 64 ide=pio "swap $pages"
boot file 16 '' 'file 32'
boot zipf 16 '' 'run 3300 zipf' build/test-guest/workload
figures >"$work/pressure"
cat "$work/pressure" >>$csv
awk -F, '
	NR == FNR { v[$1] = $3; unit[$1] = $2; next }
	FNR == 1 { printf "  %-58s %9s %9s\n", "memory is short", "is", "target"; next }
	$1 in v { printf "  %-58s %9s %9s%s\n", $3 ", " unit[$1], v[$1], $2,
		         ($2 != "" && v[$1] + 0 > $2 + 0) ? "  over" : "" }' "$work/pressure" tests/run/pressure-targets.csv
