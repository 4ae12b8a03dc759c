#!/bin/bash
# qemu.t - the image that Bochs boots passes the same self-test on QEMU.
#
# A second machine finds what the first one forgives: other firmware, other timing, a disk that
# completes commands late. The hints to the plugin must do nothing here.
. tests/tap.sh

plan 8

image=build/image/default/disk.img # what `make` has just built, with the demo as its job
after=$scratch/after.img

ok 'the image of make trace passes' \
	tests/run/boot.sh -e qemu -o "$scratch/demo" -t 300 -d "$after" "$image"
ok 'ISA DMA tried in full' tried_all isa_dma "$scratch/demo/console.log"
dd if="$after" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
ok 'its file system is sound afterwards' e2fsck -fn "$scratch/fs.img"
rm -f "$after" "$scratch/fs.img"
ok 'no recording is made' test ! -e "$scratch/demo/tlb.csv"

# As little as there may be.
disk/job.sh -n busybox -a true "$scratch/root"
disk/mkimage.sh -o "$scratch/true.img" -k "$boot_elf" -a 'root=/dev/hda1 rw console=ttyS0' \
	build/root "$scratch/root"
ok 'with 16 MiB' tests/run/boot.sh -e qemu -o "$scratch/small" -m 16 -t 300 "$scratch/true.img"

cp build/test-user/bare "$scratch/root/bin"
disk/mkimage.sh -o "$scratch/bare.img" -k "$boot_elf" \
	-a 'root=/dev/hda1 rw console=ttyS0 init=/bin/bare' build/root "$scratch/root"
# As on Bochs, GRUB needs CMOV; the kernel and bare.c do not.
ok 'on a 486' tests/run/boot.sh -e qemu -c 486,+cmov -o "$scratch/486" -t 300 "$scratch/bare.img"

debug_elf=build/kernel${boot_elf#build/boot}
debug_elf=${debug_elf%.elf}/kernel.debug
like 'the kernel for gdb has line numbers' "$(i686-linux-gnu-addr2line -e "$debug_elf" \
	"$(i686-linux-gnu-nm "$debug_elf" | sed -n 's/ T schedule$//p')")" 'kernel/sched/sched\.c:[0-9]+$'
# What script(1) starts is $SHELL, and only bash goes on after a Ctrl-C that its child has heard.
press_ctrl_c()
{
	timeout 60 bash -c "until [ -e '$scratch/debug/console.log' ]; do sleep 0.1; done"
	sleep 3
	printf '\003'
	sleep 3
}
press_ctrl_c | SHELL=$(command -v bash) timeout 90 script -qec "tests/run/boot.sh -e qemu -i -g -t 0 \
	-o '$scratch/debug' '$scratch/true.img'; echo left \$?" /dev/null >"$scratch/debug.log" 2>&1 || true
like 'Ctrl-C leaves make debug' "$(tr -d '\r' <"$scratch/debug.log")" 'left 130$'
done_testing
