#!/bin/bash
# fault_inject.t - programs whose allocations fail: one after the other (/proc/PID/fail-nth), and by
# chance (failslab=, fail_page_alloc=). The calls report it or the program is killed; the kernel goes
# on, powers off in order, and leaves a sound disk.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

# boot NAME CMDLINE: sets $scratch/NAME/
boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k build/boot.elf \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $2" build/root "$scratch/root" &&
		tests/run/boot.sh -o "$scratch/$1" -d "$scratch/after.img" -t 120 "$scratch/disk.img"
}

sound_disk()
{
	dd if="$scratch/after.img" of="$scratch/fs.img" bs=1M skip=1 conv=sparse status=none
	e2fsck -fn "$scratch/fs.img"
}

disk/job.sh -a count "$scratch/root" build/test-user/failnth
ok 'fail-nth: boots and powers off' boot nth ''
ok 'fail-nth: file system sound after it' sound_disk
for call in 'fork 10' 'mmap 6' 'pipe 4' 'fresh 5' 'open 5' 'exec 15'; do
	read -r name least <<<"$call"
	failures=$(sed -n "s/^$name: in the end it succeeds, \([0-9]*\) failures\$/\1/p" "$scratch/nth/stdout.txt")
	note "$name: ${failures:-no} failures"
	ok "fail-nth: $name survives each of its failures" test "${failures:-0}" -ge "$least"
done

# What becomes of a shell differs with the place of the failures, so there are many, one after the
# other: a few die.
# shellcheck disable=SC2016 # the shell of the guest expands it
work='i=0; while [ $i -lt 2 ]; do i=$((i + 1)); seq 1 500 | sort -n | tail -n 1 >x$i; cat /proc/meminfo /proc/self/maps | wc -l; rm -f x$i; done'
disk/job.sh -n busybox -a "sh -c '$work'" "$scratch/root"
cp "$scratch/root/etc/job" "$scratch/job"
for _ in $(seq 1 14); do
	echo
	cat "$scratch/job"
done >>"$scratch/root/etc/job"
boot chance 'failslab=10,1,20000,-1 fail_page_alloc=10,2,0,-1' >"$scratch/verdict" 2>&1 || true
console=$(cat "$scratch/chance/console.log")
unlike 'by chance: no panic, no warning' "$console" 'Kernel panic|WARNING|BUG'
like 'by chance: failures did happen' "$console" 'FAULT_INJECTION: forcing a failure: failslab'
like 'by chance: of both kinds' "$console" 'FAULT_INJECTION: forcing a failure: fail_page_alloc'
like 'by chance: orderly power-off' "$console" '^Pagoda: power off, status 0'
endings=$(grep -c '^#end busybox' "$scratch/chance/stdout.txt")
survivors=$(grep -c '^#end busybox 0$' "$scratch/chance/stdout.txt")
note "$survivors of $endings shells saw no failure that ended them"
ok 'by chance: every shell came to an end' test "$endings" = 15
ok 'by chance: some lived, some did not' test "$survivors" -gt 0 -a "$survivors" -lt 15
ok 'by chance: the recording is true' analysis/check.sh "$scratch/chance"
ok 'by chance: file system sound after it' sound_disk

rm -f "$scratch"/*.img
disk/job.sh -n busybox -a true "$scratch/root"
ok 'numbers that are none: boots without failures' boot bad 'failslab=1,200,0,-1 fail_page_alloc=1,2'
like 'numbers that are none: says so' "$(tr -d '\r' <"$scratch/bad/console.log")" \
	'^kernel option failslab=1,200,0,-1: expected interval,probability,space,times '
rm -f "$scratch"/*.img "$scratch"/*/*.csv
done_testing
