#!/bin/bash
# swap_away.t - the disk with the swap area, a slave, goes away while pages are in it (QEMU): what needs
# one of them is killed by SIGBUS, all others go on, and the file system on the first disk is clean. The first
# of two programs fills memory and the area, the second one is locked in memory; both look at all they have when
# the disk is gone: tests/guest/swap_away.c.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
image=$scratch/disk.img slave=$scratch/slave.img console=$scratch/console.log
disk/job.sh -n swap_away "$root" build/test-guest/swap_away
mkdir -p "$root/bin"
cp build/test-guest/{hog,swap} "$root/bin/"
disk/mkimage.sh -s 0 -o "$image" -k "$boot_elf" -a 'root=/dev/hda1 rw console=ttyS0 selftest=none validate' build/root "$root"
truncate -s 64M "$slave"
mkswap "$slave" >/dev/null 2>&1

# run: boots; takes the slave away when the guest says so
run()
{
	mkfifo "$scratch/monitor"
	timeout 120 qemu-system-i386 -accel tcg -machine pc -cpu qemu32 -m 24 -boot c -display none \
		-drive "file=$image,format=raw,if=ide,index=0" \
		-drive "file=$slave,format=raw,if=none,id=slave" -device ide-hd,bus=ide.0,unit=1,drive=slave \
		-nic none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-serial "file:$console" -monitor stdio <"$scratch/monitor" >"$scratch/monitor.log" 2>&1 &
	local qemu=$!
	exec 3>"$scratch/monitor"
	until grep -q '^take it away' "$console" 2>/dev/null; do
		kill -0 $qemu 2>/dev/null || break
		sleep 0.1
	done
	echo 'drive_del slave' >&3
	wait $qemu
	exec 3>&-
	# Init is larger than what it uses before its end: that may have been on the disk.
	grep -qE '^Pagoda: power off, status (0|135)' "$console"
}
ok 'boots and powers off in order' run
tr -d '\r' <"$console" >"$scratch/told"
others=$'sequential: ok\nanother: 0\na file: 0'
is 'who needs it is killed, others are not' \
	"$(sed '1,/^Adding/d' "$scratch/told" | grep -vE '^(hdb: |swap: |Pagoda: |(init|hog)\[[0-9]+\]: SIGBUS)')" "$(
	printf '%s\n' 'swapon: 0' filled filled swapped "$others" 'take it away' 'large: 135' 'major faults: 0' \
		'small: 0' "$others")"
like 'why' "$(cat "$scratch/told")" '^hog\[[0-9]+\]: SIGBUS at address'
like 'the console says of which disk' "$(cat "$scratch/told")" '^hdb: read of [0-9]+ sectors at [0-9]+: failed'
dd if="$image" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
ok 'the file system is clean' e2fsck -fn "$scratch/fs.img"
rm -f "$scratch"/*.img
done_testing
