#!/bin/bash
# guests.t - ten small programs on Pagoda's kernel and on Linux: the same output and status, two recordings
# that hold, and make diff's table of the two.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

setup/linux.sh get >"$scratch/log" 2>&1 || skip_all "no Linux kernel: $(tail -n 1 "$scratch/log")"

# record GUEST DIR VARIABLE=VALUE...
record()
{
	make --no-print-directory trace GUEST="$1" OUT="$2" MEM=128 TIMEOUT=600 "${@:3}"
}

# both NAME VARIABLE=VALUE...
both()
{
	local a=$scratch/$1.pagoda b=$scratch/$1.linux tables
	ok "$1: on Pagoda" record kernel "$a" APPEND=selftest=none "${@:2}"
	ok "$1: on Linux" record linux "$b" "${@:2}"
	ok "$1: the same standard output" cmp "$a/stdout.txt" "$b/stdout.txt"
	is "$1: the same status" "$(sed -n 's/^prog_status,//p' "$a/meta.csv")" \
		"$(sed -n 's/^prog_status,//p' "$b/meta.csv")"
	for guest in "$a" "$b"; do
		like "$1: every check holds of ${guest##*.}" "$(analysis/check.sh "$guest")" '^checks passed$'
	done
	tables=$(make --no-print-directory diff A="$a" B="$b" 2>&1)
	like "$1: both have faults, instructions for each, side by side" "$tables" \
		'^  filled  *[0-9]+  *[0-9]+  *[0-9]+  *[0-9]+  *[0-9.]+$'
	note "$tables"
}

plan 70
seq 1 3000 | sort -R --random-source=/bin/ls >"$scratch/numbers"
both tiny PROG=build/user/tiny
both sort PROG=build/deps/busybox ARGS='sort -n numbers' FILES="$scratch/numbers"
both sorter PROG=build/sorter ARGS=numbers FILES="$scratch/numbers"
both awk PROG=build/deps/busybox ARGS="awk '{ n[\$1 % 97]++ } END { for (i = 0; i < 97; i++) print n[i] }' numbers" \
	FILES="$scratch/numbers"
for name in cow family heap mapping pipes stack; do
	both $name PROG=build/test-user/$name
done
done_testing
