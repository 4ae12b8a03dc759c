#!/bin/bash
# linux.t - Debian's own kernel as the guest: what its run leaves is a recording like ours, and a run
# of it that goes wrong fails.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

setup/linux.sh get >"$scratch/log" 2>&1 || skip_all "no Linux kernel: $(tail -n 1 "$scratch/log")"

# linux NAME VARIABLE=VALUE...: records into $scratch/NAME
linux()
{
	make --no-print-directory trace GUEST=linux OUT="$scratch/$1" TIMEOUT=300 "${@:2}"
}

# fails NAME ERE VARIABLE=VALUE...: a run that must fail, with this as its last line
fails()
{
	local name=$1 said
	if said=$(linux wrong "${@:3}" 2>&1); then
		fail "$name"
		diag "$said"
	else
		like "$name" "$(printf '%s\n' "$said" | grep -v '^make: ' | tail -n 1)" "$2"
	fi
}

# meta NAME KEY
meta()
{
	sed -n "s/^$2,//p" "$scratch/$1/meta.csv"
}

plan 29
seq 1 2000 | sort -R --random-source=/bin/ls >"$scratch/numbers"
sorting=(PROG=build/deps/busybox ARGS="sh -c 'sort -n numbers | md5sum; wc -l; echo late >&2'"
	FILES="$scratch/numbers" STDIN="$scratch/numbers")
ok "a program with arguments, a file and standard input" linux one "${sorting[@]}"
is "its output is what it is on this machine" "$(cat "$scratch/one/stdout.txt")" \
	"$(seq 1 2000 | md5sum; echo 2000)"
is "its standard error, too" "$(cat "$scratch/one/stderr.txt")" late
like "meta.csv names the guest" "$(meta one guest)" '^Linux [0-9.]+-[0-9]+-686$'
is "... how its program ended, and that all is there" \
	"$(meta one prog_status) $(meta one outcome) $(meta one complete)" "0 ok 1"
like "... and which hints it had" "$(meta one hints_from)" '^program$'
said=$(analysis/check.sh "$scratch/one") || true
like "every check of the recording holds" "$said" '^checks passed$'
like "... and those that need our own kernel are named as skipped" "$said" \
	'^ok [0-9]+ - faults.csv: rows are the faults that the kernel counted.* # SKIP the guest is Linux'
is "marks frame the job" "$(sed 1d "$scratch/one/marks.csv" | cut -d, -f2,3 | paste -sd' ')" \
	"1,user 1,busybox 1,busybox end"
like "the kernel's tasks are known by name" "$(cut -d, -f3,7 "$scratch/one/tasks.csv" | sort -u | paste -sd' ')" \
	'switch,busybox.*switch,init.*switch,swapper/0'
is "rows of the program stand under its task" "$(awk -F, '
	FNR == NR { if ($7 == "busybox") of[$4]; next }
	$4 == "fill" && $10 == "u" && $15 < "0xc0000000" && $14 in of { n++ }
	END { print (n > 50) }' "$scratch/one/tasks.csv" "$scratch/one/tlb.csv")" 1
like "the report names the kernel's functions" "$(cat "$scratch/one/analysis/"*.csv)" 'handle_mm_fault'
ok "the same again" linux two "${sorting[@]}"
for file in tlb faults tasks marks meta; do
	cmp "$scratch/one/$file.csv" "$scratch/two/$file.csv"
done >"$scratch/differences" 2>&1
is "two runs give the same bytes" "$(cat "$scratch/differences")" ""

ok "a program may name its phases by the port" linux phases PROG=build/test-guest/phases
like "... which is a mark of its own" "$(cat "$scratch/phases/marks.csv")" ',a phase of its own,'
fails "... but cannot say the last word for the guest" 'hints made no sense' PROG=build/test-guest/phases ARGS=finish
ok "compressed" linux packed PROG=build/user/tiny TRACE=compress=zstd
like "... every check holds, too" "$(analysis/check.sh "$scratch/packed")" '^checks passed$'
for name in sorter threads; do
	i686-linux-gnu-gcc -static -pthread -O2 -g -o "$scratch/$name" examples/$name.c
done
ok "a script" linux script SCRIPT=examples/three.sh FILES="$scratch/sorter $scratch/threads"
busybox=PROG=build/deps/busybox
fails "a program's status" '^FAILED: program status 3: ' $busybox ARGS="sh -c 'exit 3'"
fails "a program that is killed" 'killed by signal 11 .SIGSEGV' $busybox ARGS="sh -c 'kill -SEGV \$\$'"
fails "a panic of Linux" '^FAILED: Kernel panic - not syncing: sysrq triggered crash' \
	$busybox ARGS="sh -c 'echo c >/proc/sysrq-trigger'"
is "... is the outcome in meta.csv, too" "$(meta wrong outcome)" panic
fails "a panic before the first program" '^FAILED: Kernel panic - not syncing: VFS: Unable to mount root fs' \
	APPEND=rdinit=/none PROG=build/user/tiny
fails "a guest that resets the machine" '^FAILED: the guest reset the machine' \
	$busybox ARGS="sh -c 'echo b >/proc/sysrq-trigger'"
fails "one that hangs" '^FAILED: hang: ' $busybox ARGS="sh -c 'while :; do :; done'" TIMEOUT=20
ok "a panic that is only printed is none" linux printed $busybox \
	ARGS="sh -c 'echo \"[    1.0] Kernel panic - not syncing: no\" >/dev/console'"
like "files cannot be fetched from it, which is said before" "$(linux get GET=x PROG=build/user/tiny 2>&1)" '^FAILED: GET: '
done_testing
