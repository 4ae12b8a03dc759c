#!/bin/bash
# disk.t - the disk seen from outside: by DMA and by PIO, on other machines, and with real faults.
#
# Sectors that QEMU refuses to read or write (blkdebug), an image shorter than its partition, a disk
# that is not there, a bus without PCI; and errors by chance in every place.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
image=$scratch/disk.img
pages=300

# guest APPEND COMMAND...: an image whose job is the shell command
guest()
{
	disk/job.sh -n busybox -a 'sh /script' "$root" &&
		printf '%s\n' "$2" >"$root/script" && cp "$scratch/data" "$root" &&
		disk/mkimage.sh -o "$image" -k build/boot.elf \
			-a "root=/dev/hda1 rw console=ttyS0 selftest=none $1" build/root "$root"
}

# bochs NAME: boots it
bochs()
{
	tests/run/boot.sh -o "$scratch/$1" -t 120 "$image"
}

console()
{
	tr -d '\r' <"$scratch/$1/console.log"
}

# A file of words that tell where they are; its pages lie side by side.
data=$scratch/data
seq -f %07g $((pages * 512)) >"$data"
sum=$(md5sum <"$data")
read='md5sum </data; dd if=/data of=/copy bs=64k 2>/dev/null; sync; echo 3 >/proc/sys/vm/drop_caches; md5sum </copy'
both=$sum$'\n'$sum

# --- DMA and PIO on Bochs -------------------------------------------------------------------------
ok 'boots with DMA' eval "guest '' '$read; cat /proc/ioports' && bochs dma"
like 'and says so' "$(console dma)" '^hda: .*UDMA [0-9]$'
is 'reads and writes a file' "$(head -n 2 "$scratch/dma/stdout.txt")" "$both"
like 'PCI has its ports' "$(<"$scratch/dma/stdout.txt")" '^0cf8-0cff : PCI conf1$'
like 'the bus master has its ports' "$(<"$scratch/dma/stdout.txt")" '^[0-9a-f]{3}0-[0-9a-f]{3}f : ide0 bus master$'
ok 'boots with ide=pio' eval "guest ide=pio '$read; cat /proc/ioports' && bochs pio"
like 'and says why' "$(console pio)" '^ide0: no DMA: ide=pio$'
like 'hda is by PIO' "$(console pio)" '^hda: .*PIO, 8 sectors a block$'
is 'reads and writes a file' "$(head -n 2 "$scratch/pio/stdout.txt")" "$both"
unlike 'nobody has the ports of the bus master' "$(<"$scratch/pio/stdout.txt")" 'ide0 bus master'
for run in dma pio; do
	ok "$run: its recording is right" analysis/check.sh "$scratch/$run"
done

# most_pages NAME WHY: the most pages that one row of this kind moved
most_pages()
{
	awk -F, -v why="$2" '$12 == why && $10 + 0 > most { most = $10 } END { print most + 0 }' "$scratch/$1/io.csv"
}
is 'readahead: 32 pages at once' "$(most_pages dma readahead)" 32
is 'writeback: 32 pages at once' "$(most_pages dma writeback)" 32
# Programs are read by faults, 16 pages each; the two files by 32.
read_by()
{
	awk -F, '$12 ~ /^read/ { pages += $10; commands += !seen[$13]++ } END { print int(pages / commands) }' "$scratch/dma/io.csv"
}
ok "pages of a command that reads: $(read_by)" test "$(read_by)" -ge 12

# --- An image shorter than its partition, a disk that is not there --------------------------------
ok 'an image that ends in its second partition' eval "guest '' 'md5sum </data' && truncate -s 80M '$image' && bochs short"
like 'that is refused' "$(console short)" '^hda2: partition ignored: it runs past the end of the disk$'
is 'the first one works' "$(<"$scratch/short/stdout.txt")" "$sum"
unlike 'there is no second disk' "$(console short)" '^hdb'

# --- QEMU -----------------------------------------------------------------------------------------
# qemu NAME MACHINE DRIVE [ARG]...
qemu()
{
	mkdir -p "$scratch/$1"
	timeout 120 qemu-system-i386 -accel tcg -machine "$2" -cpu qemu32 -m 64 -boot c -display none -monitor none \
		-drive "$3" -nic none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-serial "file:$scratch/$1/console.log" "${@:4}"
	console "$1" | grep -q '^Pagoda: power off, status 0$'
}
plain=file=$image,format=raw,if=ide,index=0
ok 'QEMU: boots' eval "guest '' '$read' && qemu pc pc '$plain'"
like 'with DMA' "$(console pc)" '^hda: .*UDMA [0-9]$'
is 'reads and writes a file' "$(console pc | grep -c "^$sum$")" 2
ok 'QEMU: without PCI' qemu isa isapc "$plain" -vga std
like 'and so without DMA' "$(console isa)" '^ide0: no DMA: no PCI IDE controller$'
is 'reads and writes a file' "$(console isa | grep -c "^$sum$")" 2
cp "$image" "$scratch/second.img"
ok 'QEMU: a second disk' qemu two pc "$plain" -drive "file=$scratch/second.img,format=raw,if=ide,index=1"
like 'it has its name, and partitions' "$(console two)" '^hdb2: type 82'
rm -f "$scratch/second.img"

# sector_of FILE PAGE: where it is on the disk
sector_of()
{
	dd if="$image" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
	echo $((2048 + 8 * $(debugfs -R "bmap $1 $2" "$scratch/fs.img" 2>/dev/null)))
	rm -f "$scratch/fs.img"
}

# bad EVENT: the drive whose sector $bad_sector cannot be read_aio or write_aio
bad()
{
	printf %s "driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=$image" \
		",file.inject-error.0.event=$1,file.inject-error.0.sector=$bad_sector" \
		",file.inject-error.0.errno=5,if=ide,index=0,rerror=report,werror=report"
}

# Page 100 cannot be read: the error is that page's, what lies around it is good.
guest '' "head -c 409600 /data | md5sum; cat /data >/dev/null; echo \"whole: \$?\"
	dd if=/data bs=4096 skip=101 2>/dev/null | md5sum; dd if=/data bs=4096 skip=100 count=1 2>&1 >/dev/null | grep -o 'error'"
bad_sector=$(sector_of /data 100)
ok "QEMU: sector $bad_sector cannot be read" qemu read pc "$(bad read_aio)"
like 'what is before it can' "$(console read)" "^$(head -c 409600 "$data" | md5sum)$"
like 'what is behind it can' "$(console read)" "^$(tail -c +413697 "$data" | md5sum)$"
like 'who reads the whole file is told' "$(console read)" '^whole: 1$'
like 'who reads that page is told' "$(console read)" '^error$'
like 'the console says where' "$(console read)" "^hda: read of 8 sectors at $bad_sector: failed, status [0-9a-f]+"
unlike 'DMA is not blamed' "$(console read)" 'no DMA any more'

# The same for writing, over what is there: who asks for the data to be on the disk is told.
guest '' "dd if=/dev/zero of=/data bs=4096 count=$pages conv=notrunc,fsync 2>/dev/null; echo \"first: \$?\"
	echo 3 >/proc/sys/vm/drop_caches; dd if=/data bs=4096 count=100 2>/dev/null | md5sum"
bad_sector=$(sector_of /data 100)
qemu write pc "$(bad write_aio)"
like "QEMU: sector $bad_sector cannot be written: fsync tells" "$(console write)" '^first: 1$'
like 'the pages before it are on the disk' "$(console write)" "^$(head -c 409600 /dev/zero | md5sum)$"
like 'the console says where' "$(console write)" "^hda: write of 8 sectors at $bad_sector: failed, status [0-9a-f]+"

# --- Errors by chance -----------------------------------------------------------------------------
# Everywhere: the file system may lose data and says so; the kernel goes on, and the machine ends in order.
# shellcheck disable=SC2016 # the shell of the guest expands it
storm='i=0; while [ $i -lt 30 ]; do i=$((i+1)); dd if=/data of=/copy.$i bs=16k count=8 conv=fsync; md5sum </data; ls / >/dev/null
	echo 3 >/proc/sys/vm/drop_caches; rm -f /copy.$((i-3)); done >/dev/null 2>&1; true'
guest fail_make_request=7,40,0,-1 "$storm"
bochs storm >/dev/null 2>&1
like 'errors by chance: the kernel goes on to the end' "$(console storm)" '^Pagoda: power off, status'
unlike 'without warnings or panics' "$(console storm)" '^(BUG|WARNING|.*[Pp]anic)'
failures=$(sed -n 's/^kernel.fail_make_request,//p' "$scratch/storm/meta.csv")
ok "many of them: ${failures:-none}" test "${failures:-0}" -gt 20
rm -f "$image"
done_testing
