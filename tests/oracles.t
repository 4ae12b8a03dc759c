#!/bin/bash
# oracles.t - counters that know nothing of each other agree on what happened, to the last event.
#
# The plugin, the rows of the recording, the kernel, a Bochs that counts by itself (the flavour
# `counted`), and the model of a TLB that replays the recording: one run, one table. Then the same
# without global and large pages, where the kernel flushes otherwise.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

# table NAME JOB APPEND: boots, checks and compares
table()
{
	local out=$scratch/$1 verdict what
	disk/job.sh -n "$2" "$scratch/root" && disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 $3" build/root "$scratch/root"
	ok "$1: the run passes" env PAGODA_COUNTS="$scratch/counts" tests/run/boot.sh -e bochs-counted \
		-m 64 -o "$out" "$scratch/disk.img" || return
	ok "$1: every check of the recording holds" analysis/check.sh -r "$scratch/replayed" "$out"
	awk -F, -f tests/bochs/oracles.awk "$out"/{meta,tlb,faults,tasks}.csv \
		"$scratch/counts" "$scratch/replayed" >"$scratch/table"
	head -n 1 "$scratch/table"
	while read -r verdict what; do
		case $verdict in
		ok) pass "$1: $what" ;;
		not) fail "$1: ${what#ok }" ;;
		esac
	done <"$scratch/table"
	# A cause or a reason that did not occur has no line, so there may be more.
	ok "$1: nothing is left out" test "$(grep -c -v '^#' "$scratch/table")" -ge "$4"
	rm -f "$scratch/disk.img" "$out/tlb.csv"
}

ok 'a Bochs that counts can be built' setup/bochs.sh counted || done_testing
table demo demo selftest=none 34
table plain tiny 'selftest=none nopse nopge' 30
done_testing
