#!/bin/bash
# latency.t - nothing that a program can ask for keeps others waiting: how long interrupts are off,
# and how long a task runs on whose turn is over while another one waits. The plugin counts both in
# instructions; tests/guest/latency.c does the long things beside a second task. Time is slow here (a
# tick is 10,000 instructions, a turn 100,000), so that turns end inside of everything that is long.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

irqs_off_limit=20000
no_resched_limit=200000
out=$scratch/out

record()
{
	disk/job.sh "$scratch/root" build/test-guest/latency &&
		disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
			-a 'root=/dev/hda1 rw console=ttyS0 selftest=none' build/root "$scratch/root" &&
		tests/run/boot.sh -o "$out" -m 256 -t 240 -r 1000000 -T 'events=flush' "$scratch/disk.img"
}

# The longest stretch of each kind within each operation: "instructions name" of those over 0.
operations()
{
	awk -F, -v kind="$1" '
		FILENAME ~ /marks/ && /,"?op / {
			gsub(/"/, "")
			sub(/,[0-9]+,[0-9]+,[0-9]+,[0-9]+,[0-9]+,[0-9]+$/, "") # the running totals
			from[++n] = $1 + 0
			name[n] = substr($0, index($0, ",op ") + 4)
		}
		FILENAME ~ /latency/ && FNR > 1 && $2 == kind {
			for (i = n; i > 1 && from[i] > $1 + $3; i--)
				;
			if ($3 > most[i]) {
				most[i] = $3
				eip[i] = $5
			}
		}
		END { for (i = 1; i < n; i++) print most[i] + 0 "\t" (eip[i] ? eip[i] : "-") "\t" name[i] }' \
		"$out/marks.csv" "$out/latency.csv"
}

# function EIP: the kernel's function that holds it
function_at()
{
	i686-linux-gnu-addr2line -fe "$boot_elf" "$1" | head -n 1
}

# judge KIND LIMIT: a result for each operation, the longest stretch in its name
judge()
{
	local most eip name
	while IFS=$'\t' read -r most eip name; do
		if [ "$most" -le "$2" ]; then
			[ "$most" != 0 ] || most=short
			pass "$1: $name: $most"
		else
			fail "$1: $name: $most instructions of $2, from $(function_at "$eip")"
		fi
	done < <(operations "$1")
}

ok "the long things, beside a second task" record
rm -f "$scratch/disk.img"
like "all of them" "$(tr -d '\r' <"$out/console.log")" '^done$'
judge irqs_off $irqs_off_limit
judge no_resched $no_resched_limit
for key in irqs_off_max no_resched_max; do
	limit=${key%_max}_limit
	value=$(sed -n "s/^$key,//p" "$out/meta.csv")
	ok "$key of the whole run: ${value:-none} of ${!limit}" test "${value:-999999999}" -le "${!limit}"
done
done_testing
