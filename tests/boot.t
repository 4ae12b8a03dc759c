#!/bin/bash
# boot.t - the kernel boots, tests itself and powers off, whatever the memory and the processor.
#
# Every boot is a traced one, so that the plugin's own accounts (each walk is one fill, upgrade or
# fault) are checked on every processor model too, and that no translation is used that the page tables
# no longer give (check=stale); and after each the root file system must be sound.
. tests/tap.sh

irqs_off_limit=20000 # as in latency.t: the self-test keeps to it too
image=$scratch/disk.img
disk/job.sh -n busybox -a true "$scratch/root"
cp build/test-user/bare "$scratch/root/bin"

# boot NAME MIB CPU [CMDLINE]
boot()
{
	local name=$1 after=$scratch/after.img irqs_off
	disk/mkimage.sh -o "$image" -k "$boot_elf" -a "root=/dev/hda1 rw console=ttyS0 ${4-}" \
		build/root "$scratch/root"
	ok "$name: boots and passes" \
		tests/run/boot.sh -o "$scratch/out" -m "$2" -c "$3" -t 120 -T check=stale -d "$after" "$image"
	irqs_off=$(sed -n 's/^irqs_off_max,//p' "$scratch/out/meta.csv")
	ok "$name: interrupts were off for $irqs_off instructions at most, of $irqs_off_limit" \
		test "${irqs_off:-999999999}" -le $irqs_off_limit
	# What the suites do is on record, too, and has to be true.
	[ "$name" != 'p2_klamath' ] || ok "$name: every check of the recording holds" analysis/check.sh "$scratch/out"
	# With 16 MiB there is no memory that ISA DMA does not reach.
	[ "$2" = 16 ] || ok "$name: ISA DMA tried in full" tried_all isa_dma "$scratch/out/console.log"
	dd if="$after" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
	ok "$name: file system sound after it" e2fsck -fn "$scratch/fs.img"
	rm -f "$after" "$scratch/fs.img" "$scratch"/out/*.csv
}

for mib in 16 64 1024 3584; do
	boot "$mib MiB" $mib ''
done
# Without CR4; without global pages; without SSE; without 4 MiB pages in long use since.
boot 'i486dx4' 32 i486dx4
boot 'i486dx4, no C library' 16 i486dx4 init=/bin/bare
boot 'pentium' 128 pentium
boot 'p2_klamath' 128 p2_klamath
boot 'core2_penryn_t9600' 128 core2_penryn_t9600
boot 'nopse nopge nofxsr' 128 '' 'nopse nopge nofxsr'

done_testing
