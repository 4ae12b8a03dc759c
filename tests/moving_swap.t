#!/bin/bash
# moving_swap.t - two processes share more memory than there is, others have it by fork; meanwhile all of
# memory is compacted again and again, or a section of it emptied: every word is what was written, and in
# the end hardly any slot is in use.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

# shellcheck disable=SC2016 # the shell of the guest expands it
work='used() { awk "/^SwapTotal/ { n = \$2 } /^SwapFree/ { print (n - \$2 < 2000) ? \"hardly any\" : n - \$2 }" /proc/meminfo; }
event() { awk "\$1 == \"$1\" { print \$1, (\$2 > 100 ? \"many\" : \$2) }" /proc/vmstat; }
runs() { [ -d /proc/$pid ] && ! grep -q "^State:.Z" /proc/$pid/status; }
for program in "shared_swap 30" "forked_swap 14"; do
	/bin/$program & pid=$!
	while runs; do
		echo 1 >/proc/sys/vm/compact_memory
		sleep 1
	done
	wait $pid; echo "status $?"
done
echo "swap in use: $(used)"
for e in pswpin pswpout pgmigrate_success; do event $e; done'
# The last section that can go is emptied again and again.
# shellcheck disable=SC2016
section='cd /sys/devices/system/memory
for dir in memory*; do
	[ "$(cat $dir/removable)" = 0 ] || last=$dir
done
cat $last/valid_zones
runs() { [ -d /proc/$pid ] && ! grep -q "^State:.Z" /proc/$pid/status; }
for program in "shared_swap 75" "forked_swap 22"; do
	/bin/$program & pid=$!
	times=0
	while runs; do
		echo offline >$last/state && times=$((times + 1))
		sleep 1
		echo online >$last/state
		sleep 1
	done 2>/dev/null
	wait $pid; echo "status $?"
	[ $times -gt 0 ] && echo "went offline"
done
cat $last/state'

# boot NAME KERNEL MIB SCRIPT [WORD]: the script in a guest; its standard output is in $scratch/NAME.
boot()
{
	local root=$scratch/root-$1

	disk/job.sh -n busybox -a 'sh /script' "$root"
	mkdir -p "$root/bin"
	cp build/test-user/{shared,forked}_swap "$root/bin/"
	printf '%s\n' "$4" >"$root/script"
	disk/mkimage.sh -o "$scratch/disk.img" -k "$2" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none ${5-}" build/root "$root" &&
		tests/run/boot.sh -o "$scratch/out-$1" -m "$3" -t 300 "$scratch/disk.img" &&
		cp "$scratch/out-$1/stdout.txt" "$scratch/$1"
}
ok 'boots and powers off' boot compact build/boot.elf 24 "$work"
is 'memory that is shared or had by fork keeps its contents, and leaves no slots behind' \
	"$(cat "$scratch/compact")" "child's status 0
3 rounds
status 0
3 children, 0 pages are wrong
status 0
swap in use: hardly any
pswpin many
pswpout many
pgmigrate_success many"
i686-linux-gnu-strip --strip-debug -o "$scratch/sparse.elf" build/kernel-sparse/kernel.elf
ok 'boots with sections' boot sections "$scratch/sparse.elf" 64 "$section" movablecore=32M
is 'a section is emptied while its pages are swapped' "$(cat "$scratch/sections")" "Movable
child's status 0
3 rounds
status 0
went offline
3 children, 0 pages are wrong
status 0
went offline
online"
rm -rf "$scratch"/*.img "$scratch"/root-*
done_testing
