#!/bin/bash
# shmem_swap.t - two processes share more memory than there is, at 24 MiB, and all of memory is
# compacted again and again meanwhile: every word is what was written, and in the end hardly any slot is
# in use.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
# shellcheck disable=SC2016 # the shell of the guest expands it
work='used() { awk "/^SwapTotal/ { n = \$2 } /^SwapFree/ { print (n - \$2 < 2000) ? \"hardly any\" : n - \$2 }" /proc/meminfo; }
event() { awk "\$1 == \"$1\" { print \$1, (\$2 > 100 ? \"many\" : \$2) }" /proc/vmstat; }
/bin/shared_swap 30 & pid=$!
while [ -d /proc/$pid ] && ! grep -q "^State:.Z" /proc/$pid/status; do
	echo 1 >/proc/sys/vm/compact_memory
	sleep 1
done
wait $pid; echo "status $?"
echo "swap in use: $(used)"
for e in pswpin pswpout pgmigrate_success; do event $e; done'
disk/job.sh -n busybox -a 'sh /script' "$root"
mkdir -p "$root/bin"
cp build/test-user/shared_swap "$root/bin/"
printf '%s\n' "$work" >"$root/script"
boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k build/boot.elf \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none' build/root "$root" &&
		tests/run/boot.sh -o "$scratch/out" -m 24 -t 300 "$scratch/disk.img"
}
ok 'boots and powers off' boot
is 'shared memory larger than memory keeps its contents, and leaves no slots behind' \
	"$(cat "$scratch/out/stdout.txt")" "child's status 0
3 rounds
status 0
swap in use: hardly any
pswpin many
pswpout many
pgmigrate_success many"
rm -f "$scratch"/*.img
done_testing
