#!/bin/bash
# swapon.t - swapon and swapoff at 24 MiB, with a partition and a file: tests/guest/swapcalls.c says what
# it saw, and the disk is whole afterwards.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

disk/job.sh -n swapcalls "$scratch/root" build/test-guest/swapcalls
boot()
{
	disk/mkimage.sh -s "$1" -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $2" build/root "$scratch/root" &&
		tests/run/boot.sh -o "$scratch/out" -d "$scratch/after.img" -m 24 -t 240 "$scratch/disk.img"
}

ok 'boots, swaps and powers off' boot 16 ''
is 'what is refused, claimed, brought back' "$(cat "$scratch/out/stdout.txt")" "$(cat tests/swapon.want)"
like 'the log says where the hole is' "$(cat "$scratch/out/console.log")" 'hole: has a hole at page 77'
dd if="$scratch/after.img" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
ok 'the file system is sound, with a file that was in use to the end' e2fsck -fn "$scratch/fs.img"
rm -f "$scratch"/*.img

# Writes and reads of swap areas fail: whose page it is dies of it or not, and all others go on.
disk/job.sh -n swapstorm "$scratch/root" build/test-guest/swapstorm
ok 'errors by chance: boots, swaps and powers off' boot 32 fail_make_request=20,30,0,-1
is 'nobody sees what he did not write' "$(cat "$scratch/out/stdout.txt")" \
	"$(printf '%s\n' 'all: right, or SIGBUS' 'right: some' 'SIGBUS: some')"
note "$(cat "$scratch/out/stderr.txt")"
like 'slots that cannot be written are given up' "$(cat "$scratch/out/console.log")" 'swap: /dev/hda2: slot [0-9]+ cannot be written'
unlike 'without warnings or panics' "$(cat "$scratch/out/console.log")" '^(BUG|WARNING|.*[Pp]anic)'

# The partition goes out of use and comes back all the time.
disk/job.sh -n swapstorm -a toggle "$scratch/root" build/test-guest/swapstorm
ok 'swapoff and swapon under load: boots and powers off' boot 32 ''
is 'all have what they wrote' "$(cat "$scratch/out/stdout.txt")" \
	"$(printf '%s\n' 'toggle: to the end' 'file off: ok' 'all: right, or SIGBUS' 'right: some' 'SIGBUS: none')"
note "$(cat "$scratch/out/stderr.txt")"
times=$(grep -c '^Adding .* on /dev/hda2' "$scratch/out/console.log")
ok "it went and came $times times" test "$times" -ge 5
rm -f "$scratch"/*.img
done_testing
