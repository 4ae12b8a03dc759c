#!/bin/bash
# memory.t - the kernel boots and passes its self-test however memory is made: little and much of it,
# around the end of the direct map, with holes, as one node or four, in all three memory models.
#
# Mostly on QEMU, where a boot takes two seconds; boot.t does the usual sizes on Bochs. Each row's
# words on the console are looked for in its log: that the self-test passes is not enough, it must
# have run on the memory that was meant.
. tests/tap.sh

models=(flat discontig sparse)
guest_root=$scratch/root
disk/job.sh -n busybox -a true "$guest_root"

for model in "${models[@]}"; do
	suffix=$([ "$model" = flat ] || echo "-$model")
	i686-linux-gnu-strip --strip-debug -o "$scratch/$model.elf" "build/kernel$suffix/kernel.elf"
done

# start MODEL MIB CMDLINE: boots; sets $status, the log is $scratch/out/console.log
start()
{
	status=0
	disk/mkimage.sh -o "$scratch/disk.img" -k "$scratch/$1.elf" \
		-a "root=/dev/hda1 rw console=ttyS0 $3" build/root "$guest_root" &&
		verdict=$(tests/run/boot.sh -e "${emulator:-qemu}" -o "$scratch/out" -m "$2" -t 90 "$scratch/disk.img" 2>&1) ||
		status=$?
	log=$(tr -d '\r' <"$scratch/out/console.log")
}

# boot MODEL MIB CMDLINE [ERE]...: must pass, and say these things
boot()
{
	local name="$1, $2 MiB${3:+, $3}" pattern missing=()
	start "$1" "$2" "$3"
	for pattern in "memory model $1\$" "${@:4}"; do
		grep -qE -e "$pattern" <<<"$log" || missing+=("$pattern")
	done
	if [ $status = 0 ] && [ ${#missing[@]} = 0 ]; then
		pass "$name"
	else
		fail "$name"
		diag "$(tail -n 12 <<<"$verdict")"
		diag "not said: ${missing[*]}"
	fi
}

# refuse MIB CMDLINE ERE: must not start, and say why
refuse()
{
	start flat "$1" "$2"
	is "$1 MiB, $2: refused, with a reason" "$((status != 0)):$(grep -v '^---' <<<"$log" | grep -cE -e "$3")" 1:1 ||
		diag "$verdict"
}

# Every size in at least two models and with different numbers of nodes.
four='^node 3: \[mem 0x[0-9a-f]{8}-0x[0-9a-f]{8}\]'
two='^node 1: \[mem '
boot flat 16 ''
boot sparse 16 'numa=fake=2' 'numa=fake=2: this memory makes at most 1 node'
boot discontig 64 'numa=fake=4' "$four"
boot sparse 64 ''
boot flat 895 'numa=fake=2' "$two" '\(0K HighMem\)'
boot discontig 896 'numa=fake=4' "$four" '\(0K HighMem\)'
boot sparse 896 'numa=fake=2' "$two"
boot flat 897 '' '\([1-9][0-9]*K HighMem\)'
boot sparse 897 'numa=fake=4' "$four" '\([1-9][0-9]*K HighMem\)'
boot discontig 1024 ''
boot flat 1024 'numa=fake=4' "$four"
boot sparse 2048 'numa=fake=4' "$four"
boot discontig 2048 'numa=fake=2' "$two"
boot discontig 3584 '' '\(2[0-9]{6}K HighMem\)'
boot sparse 3584 'numa=fake=8' '^node 7: '

# QEMU checks each write to a page on which it has seen code run: no page of what the loader left
# behind may stay so while the kernel uses it, or everything is 20 times as slow.
watched_writes()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k "$scratch/flat.elf" \
		-a 'root=/dev/hda1 rw console=ttyS0' build/root "$guest_root"
	timeout 90 qemu-system-i386 -accel tcg -machine pc -cpu qemu32 -m 16 -boot c -display none \
		-drive "file=$scratch/disk.img,format=raw,if=ide,index=0" -monitor none -nic none \
		-no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 -serial null \
		-trace memory_notdirty_write_access 2>&1 |
		awk 'match($0, / 0x[cf][0-9a-f]+ ram_addr 0x[0-9a-f]+/) {
				n[substr($0, RSTART + 23, RLENGTH - 26)]++
				all++
			}
			END {
				for (page in n)
					if (length(page) <= 2 && n[page] > 100000)
						print "frame 0x" page ": " n[page] " writes"
				print all ? "watched" : "nothing watched"
			}'
}
is 'no low page stays known as code' "$(watched_writes)" watched

# With `validate`, a counter that an interrupt has changed meanwhile is no damage.
boot flat 64 'selftest=vmstat validate'
ok '... and nothing of suite vmstat was skipped' tried_all vmstat "$scratch/out/console.log"

# HIGHMEM where there would be none, more of it, less of it; what is too much is cut.
boot flat 128 'highmem=32M' '\((3[01][0-9]{3}|32[0-7][0-9]{2})K HighMem\)'
for suite in kmap buddy; do
	ok "... and nothing of suite $suite was skipped" tried_all $suite "$scratch/out/console.log"
done
boot sparse 128 'highmem=64M movablecore=20M numa=fake=2' "$two" '\(6[0-5][0-9]{3}K HighMem\)' \
	'^node 1: ZONE_MOVABLE has '
boot discontig 1024 'highmem=512M numa=fake=4' "$four" '\(52[0-9]{4}K HighMem\)'
boot flat 1024 'highmem=64M' 'highmem=65536K: memory ends at frame 0x3c000' '\(65[0-9]{3}K HighMem\)'
boot flat 64 'highmem=1G' 'highmem=1048576K: more than this memory has to spare, which is '
boot sparse 16 'highmem=8M' 'highmem=8192K: .* which is 0K' '\(0K HighMem\)'

# ZONE_MOVABLE: above 896 MiB, in the direct map, and on several nodes.
boot sparse 1500 'movablecore=300M numa=fake=2' '^node 1: ZONE_MOVABLE has 30[0-9]{4}K'
for suite in migrate rmap compaction hotplug; do
	ok "... and nothing of suite $suite was skipped" tried_all $suite "$scratch/out/console.log"
done
boot sparse 128 'movablecore=50% memmap=4M$120M' '^node 0: ZONE_MOVABLE has [56][0-9]{4}K'
ok '... sections went offline and came back' tried_all hotplug "$scratch/out/console.log"
boot flat 128 'movablecore=50%' '^node 0: ZONE_MOVABLE has 6[0-9]{4}K'
boot discontig 1200 'kernelcore=90% numa=fake=4' '^node 3: ZONE_MOVABLE has 1[0-9]{5}K'

# Holes: in the middle of a section, over several sections, at a node's border.
boot sparse 256 'memmap=5M$19M,40M$60M numa=fake=2' 'e820: \[0x003c00000-0x0063fffff\] reserved' "$two"
boot discontig 256 'memmap=40M$100M memmap=4K$200M numa=fake=3' '^node 2: ' 'e820: \[0x00c800000-'
boot flat 256 'memmap=1K$20M memmap=70000K$90M' 'e820: \[0x005a00000-'

# What makes no sense is said, and the machine starts without it.
boot flat 128 'numa=fake=99 kernelcore=junk memmap=junk' 'numa=fake=99: this memory makes at most 8 nodes' '^node 7: ' \
	'kernelcore=junk: expected a size or a percentage' 'memmap=junk: expected a hole, nn\$ss'
boot flat 64 'numa=fake=x movablecore=8G' 'numa=fake=x: expected off or fake=1..8' \
	'movablecore: .* wanted, but memory has 65[0-9]{3}K; no ZONE_MOVABLE'
boot sparse 64 'numa=fake=0' 'numa=fake=0: expected off or fake=1..8'
refuse 64 'mem=1M' 'too little memory: [0-9]+ KiB usable, 8192 KiB needed'
refuse 64 'memmap=60M$1M' 'too little memory: '

# Bochs records what these kernels do, and the plugin's accounts must agree.
emulator=bochs boot sparse 1024 'numa=fake=4 movablecore=40%' "$four" '^node 3: ZONE_MOVABLE has '
rm -f "$scratch"/out/*.csv

# A program sees what it asked for: pages of its own choice of nodes.
cp build/test-user/numa "$guest_root/bin"
printf '%s\n' 'name numa' 'cwd /work' 'stdin /dev/null' 'arg /bin/numa' 'arg nodes' '' \
	>"$guest_root/etc/job"
boot sparse 256 'numa=fake=4 selftest=none' '^nodes: 4$' \
	'^interleaved pages: spread evenly' "^a child's pages: spread evenly" \
	'^bound pages: all on that node' '^preferred pages: all on that node'

done_testing
