#!/bin/bash
# thrash.t - more memory in use than there is: all who fit into memory and swap get done, however slowly;
# of many small ones that do not fit some are killed and the others get done; nobody is stuck, and a
# signal ends what waits for memory.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
disk/job.sh -n busybox -a 'sh /script' "$root"
mkdir -p "$root/bin"; cp build/test-guest/hog "$root/bin/"
# boot SWAP SCRIPT: at 17 MiB
boot()
{
	printf '%s\n' "$2" >"$root/script"
	disk/mkimage.sh -s "$1" -o "$scratch/disk.img" -k "$boot_elf" \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none' build/root "$root" &&
		tests/run/boot.sh -o "$scratch/out" -m 17 -t 300 "$scratch/disk.img"
}
console() { tr -d '\r' <"$scratch/out/console.log"; }

# shellcheck disable=SC2016 # the shell of the guest expands it
work='mlocked() { awk "/^Mlocked/ { print \$2 }" /proc/meminfo; }
echo "at first $(mlocked)"
hog locked 4 /stop & locked=$!
sleep 1
[ "$(mlocked)" -ge 4096 ] && echo "4 MiB are locked"
for i in 1 2 3 4; do hog fill 8 2 & p="$p $!"; done
for i in $p; do wait $i; echo "$?"; done
hog fill 40 1000 & long=$!
sleep 3
kill -9 $long
read before rest </proc/uptime; wait $long; echo "killed: $?"; read after rest </proc/uptime
awk "BEGIN { print \"in less than a second:\", ($after - $before < 1) }"
[ "$(mlocked)" -ge 4096 ] && echo "locked still"
>/stop; wait $locked; echo "locked: $?, in the end $(mlocked)"'
ok 'boots with 64 MiB of swap' boot 64 "$work"
is 'four at a time that need twice the memory get done, one more hears SIGKILL, locked memory stays' \
	"$(cat "$scratch/out/stdout.txt")" \
	"$(printf '%s\n' 'at first 0' filled '4 MiB are locked' 0 0 0 0 'killed: 137' 'in less than a second: 1' \
		'locked still' 'major faults: 0' 'locked: 0, in the end 0')"
is 'nobody was killed for memory' "$(console | grep -c 'Out of memory')" 0

# shellcheck disable=SC2016
work='for i in 1 2 3 4 5 6 7 8; do hog fill 8 3 & p="$p $!"; done
for i in $p; do wait $i; echo "$?"; done'
ok 'boots with 16 MiB of swap' boot 16 "$work"
is 'eight are dead or done' "$(grep -cxE '0|137' "$scratch/out/stdout.txt")" 8
ok 'some get done' grep -qx 0 "$scratch/out/stdout.txt"
is 'as many are dead as were killed' "$(grep -cx 137 "$scratch/out/stdout.txt")" \
	"$(console | grep -c 'Out of memory: Killed process [0-9]* (hog)')"
ok 'which was needed' grep -qx 137 "$scratch/out/stdout.txt"
# The processor goes round among eight: one may need the two seconds after which his memory is taken.
reaped=$(console | grep -c 'oom_reaper')
ok "nearly all came to their end in order, but for $reaped" test "$reaped" -le 1
rm -f "$scratch"/*.img
done_testing
