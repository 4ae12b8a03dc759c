#!/bin/bash
# floppy.t - the diskette as programs see it, and machines without one.
#
# All its bytes, by ISA DMA, must be those of the image; a machine without a drive, or with nothing in it,
# must say so, and the drive must not make the start longer.
. tests/tap.sh

image=$scratch/disk.img

# guest NAME SELFTEST COMMAND BOOT_OPTION...: the shell command's output is in $scratch/NAME/stdout.txt
guest()
{
	disk/job.sh -n busybox -a "sh -c '$3'" "$scratch/root" &&
		disk/mkimage.sh -o "$image" -k build/boot.elf \
			-a "root=/dev/hda1 rw console=ttyS0 selftest=$2" build/root "$scratch/root" &&
		tests/run/boot.sh -o "$scratch/$1" -t 120 "${@:4}" "$image"
}

# started NAME: the instruction at which user mode was reached
started()
{
	awk -F, '$3 == "user" { print $1 }' "$scratch/$1/marks.csv"
}

ok 'a program reads the whole diskette' guest whole none 'cat /dev/fd0'
ok 'every byte is the image'\''s' cmp build/floppy.img "$scratch/whole/stdout.txt"

# Where sectors, pages and reads do not meet; from the end; past it.
edges='dd if=/dev/fd0 bs=1000 skip=1000 count=9 2>/dev/null; tail -c 700 /dev/fd0
	dd if=/dev/fd0 bs=1474560 skip=1 count=1 2>/dev/null'
ok 'a program reads parts' guest parts none "$(tr '\n' ';' <<<"$edges")"
{
	dd if=build/floppy.img bs=1000 skip=1000 count=9 status=none
	tail -c 700 build/floppy.img
} >"$scratch/parts.ok"
ok 'they are the image'\''s parts' cmp "$scratch/parts.ok" "$scratch/parts/stdout.txt"

ok 'it cannot be written' guest write none '(echo >/dev/fd0) 2>&1; cat /proc/iomem /proc/ioports; true'
text=$(<"$scratch/write/stdout.txt")
like 'and the error says so' "$text" 'Read-only file system'
like '/proc/iomem has memory' "$text" '^00100000-07[0-9a-f]{6} : System RAM$'
like '/proc/iomem has the kernel in it' "$text" '^  00100000-001[0-9a-f]{5} : Kernel code$'
like '/proc/iomem has the screen' "$text" '^000a0000-000bffff : Video RAM area$'
like '/proc/ioports has the controller' "$text" '^03f2-03f5 : floppy$'
like '/proc/ioports has the disk around it' "$text" '^03f6-03f6 : ide0$'

ok 'without a drive' guest none isa_dma '(cat /dev/fd0) 2>&1; true' -f none
like 'there is no device' "$(<"$scratch/none/stdout.txt")" 'No such device or address'
like 'the self-test says why it skips' "$(tr -d '\r' <"$scratch/none/console.log")" \
	'^  ok [0-9]+ read # SKIP no diskette drive$'
ok 'without a drive and self-test' guest bare none true -f none
more=$(($(started whole) - $(started bare)))
ok "the drive makes the start no longer ($more instructions)" test $more -lt 100000

ok 'an empty drive, on QEMU' guest empty isa_dma '(cat /dev/fd0) 2>&1; true' -e qemu -f none
like 'reading it fails' "$(tr -d '\r' <"$scratch/empty/console.log")" 'No such device or address'
like 'the self-test says so' "$(tr -d '\r' <"$scratch/empty/console.log")" \
	'^  ok [0-9]+ read # SKIP no medium in the drive$'

done_testing
