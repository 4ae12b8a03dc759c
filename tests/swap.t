#!/bin/bash
# swap.t - programs larger than memory: every byte is right whatever is done to pages that are on the
# disk; without swap, with too little of it, on a disk that fails, and when the power goes.
#
# All boots run with `validate`: counts, reverse maps and slots are compared with page tables and page
# flags each time kswapd goes to rest. `make soak` does more, at random.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
image=$scratch/disk.img
program=$scratch/swap
i686-linux-gnu-strip -o "$program" build/test-guest/swap

# image SWAP APPEND CASE:PAGES...: a disk whose init runs these, one after the other
image()
{
	local swap=$1 append=$2 case
	shift 2
	rm -rf "$root"
	mkdir -p "$root"/{bin,etc,work}
	cp "$program" "$root/bin"
	for case; do
		printf 'name %s\ncwd /work\narg /bin/swap\narg %s\narg %s\n\n' "${case/:/.}" "${case%:*}" "${case#*:}"
	done >"$root/etc/job"
	# Where the disk fails, whose parent was killed may be at work still, and the one who tells may be hit.
	if [[ $append = *fail_make_request* ]]; then
		for case in 1 2 3 4; do
			printf 'name left.%s\ncwd /work\narg /bin/sh\narg -c\narg kill -9 -1; sleep 1; cat /proc/meminfo\n\n' $case
		done
	else
		printf 'name left\ncwd /work\narg /bin/cat\narg /proc/meminfo\n\n'
	fi >>"$root/etc/job"
	disk/mkimage.sh -o "$image" -k "$boot_elf" -s "$swap" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none validate $append" build/root "$root"
}

# boot NAME MEM: boots it on Bochs; the disk afterwards is $scratch/after.img
boot()
{
	tests/run/boot.sh -o "$scratch/$1" -m "$2" -t 280 -d "$scratch/after.img" -T events=fault "$image"
}

# sound: the file system that the guest left
sound()
{
	dd if="$scratch/after.img" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
	e2fsck -fn "$scratch/fs.img"
}

console()
{
	tr -d '\r' <"$scratch/$1/console.log"
}

# ran NAME CASE:PAGES [STATUS]: what the case wrote; a status but 0 is that of one that may write nothing
ran()
{
	local case=${2%:*} want
	want=$case': ok'$'\n\n''status 0'
	[ $# = 2 ] || want=$'\n'"status $3"
	is "$1: $case${3:+ ends with $3}" "$(job_output "${2/:/.}" "$scratch/$1/stdout.txt")" "$want"
}

# used NAME: KiB of swap that are still in use behind all programs
used()
{
	awk '$1 == "SwapTotal:" { total = $2 } $1 == "SwapFree:" { print total - $2; exit }' "$scratch/$1/stdout.txt"
}

# --- More than memory ----------------------------------------------------------------------------
cases=(sequential:5600 random:6000 processes:6000 forks:3600 threads:6000 mixed:6000 execs:4600 calls:4400
	copies:4400)
ok 'boots with 17 MiB' eval "image 64 '' ${cases[*]} && boot large 17"
for case in "${cases[@]}"; do
	ran large "$case"
done
ok "the swap area is free again, but for $(used large) KiB" test "$(used large)" -le 512
ok 'the file system is clean' sound
unlike 'nobody was killed' "$(console large)" 'Out of memory'

# --- Four times as much as memory ----------------------------------------------------------------
ok 'boots with 17 MiB' eval "image 96 '' random:13400 && boot fourfold 17"
ran fourfold random:13400
ok "the swap area is free again, but for $(used fourfold) KiB" test "$(used fourfold)" -le 512
unlike 'nobody was killed' "$(console fourfold)" 'Out of memory'

# --- No swap, and hardly any ---------------------------------------------------------------------
# mixed has more dirty pages of a file than fit beside its memory: they must be written in time.
cases=(sequential:2560 hog:8192 mixed:6144 hog:9000 sequential:2561)
image 64 '' "${cases[@]}"
dd if=/dev/zero of="$image" bs=4096 seek=$((65 * 256)) count=1 conv=notrunc status=none
ok 'boots with a swap partition that is none' boot none 24
like 'and says so' "$(console none)" '^swapon: /dev/hda2: no swap area'
ok 'boots with 1 MiB of swap' eval "image 1 '' ${cases[*]} forks:1500 && boot little 24"
for run in none little; do
	for case in "${cases[@]}"; do
		case $case in
		hog:*) ran $run "$case" 137 ;;
		*) ran $run "$case" ;;
		esac
	done
	is "$run: only the hogs are killed" "$(console $run | grep -o 'Killed process [0-9]*' | sort -u | wc -l)" 2
done
ran little forks:1500
ok "the swap area is free again, but for $(used little) KiB" test "$(used little)" -le 512

# Pages that were read back keep their slots until none is free: then those in memory can go without one.
ok 'boots with swap for a quarter of memory' eval "image 8 '' sequential:6400 && boot full 24"
ran full sequential:6400

# --- A disk that fails ---------------------------------------------------------------------------
# Reads and writes fail by chance: what cannot be read back kills its task with SIGBUS, no other.
cases=(sequential:6000 processes:6000 forks:4000 sequential:3500)
ok 'boots with errors by chance' eval "image 64 fail_make_request=11,30,0,-1 ${cases[*]} && boot storm 17"
bus=$(grep -cE '^#end [a-z.0-9]+ 135$' "$scratch/storm/stdout.txt")
ok "tasks killed by SIGBUS: $bus" test "$bus" -ge 2
unlike 'none for another reason' "$(grep '^#end' "$scratch/storm/stdout.txt")" ' (1|99|137|139)$'
ok "the swap area is free again, but for $(used storm) KiB" test "$(used storm)" -le 512

# A slot that cannot be read, one that cannot be written (QEMU): the page is lost, or it stays.
# qemu NAME IOTYPE PAGE: a disk with one slot whose reads or writes fail
qemu()
{
	mkdir -p "$scratch/$1"
	timeout 200 qemu-system-i386 -accel tcg -machine pc -cpu qemu32 -m 24 -boot c -display none -monitor none \
		-drive "$(printf %s "driver=raw,file.driver=blkdebug,file.image.driver=file,file.image.filename=$image" \
			",file.inject-error.0.event=$2_aio,file.inject-error.0.iotype=$2,file.inject-error.0.errno=5" \
			",file.inject-error.0.sector=$((65 * 2048 + 8 * $3)),if=ide,index=0,rerror=report,werror=report")" \
		-nic none -no-reboot -device isa-debug-exit,iobase=0xf4,iosize=4 \
		-serial "file:$scratch/$1/console.log"
	console "$1" | grep -q '^Pagoda: power off, status'
}
ok 'a slot cannot be read' eval "image 64 '' sequential:8000 sequential:3000 && qemu read read 200"
sector=$((65 * 2048 + 8 * 200))
like 'the console says where' "$(console read)" "^hda: read of 8 sectors at $sector: failed"
like 'whose page it was, is killed' "$(console read)" '^#end sequential.8000 135'
like 'others are not' "$(console read)" '^#end sequential.3000 0'
ok 'a slot cannot be written' eval "image 64 '' sequential:8000 sequential:3000 && qemu write write 200"
like 'the console says where' "$(console write)" "^hda: write of 8 sectors at $sector: failed"
like 'its page stays in memory' "$(console write)" '^#end sequential.8000 0'

# --- The power goes ------------------------------------------------------------------------------
# cut SECONDS: Bochs is killed so long after the first program began; then the disk is repaired, and boots
cut_power()
{
	local pid
	rm -f "$scratch/cut/console.log"
	(exec tests/run/boot.sh -o "$scratch/cut" -m 17 -t 280 -d "$scratch/after.img" -T events=fault "$image" >/dev/null 2>&1) &
	pid=$!
	until grep -q '^#job mixed' "$scratch/cut/console.log" 2>/dev/null; do
		kill -0 $pid || return 1
		sleep 0.1
	done
	sleep "$1"
	kill "$pid"
	wait "$pid"
	dd if="$scratch/after.img" of="$scratch/fs.img" bs=1M skip=1 count=64 conv=sparse status=none
	e2fsck -fy "$scratch/fs.img"
	[ $? -le 1 ] && e2fsck -fn "$scratch/fs.img" || return 1
	dd if="$scratch/fs.img" of="$scratch/after.img" bs=1M seek=1 conv=notrunc status=none
}
image 64 '' mixed:9000 forks:5000
for after in 0.3 1.2 2.6; do
	ok "stopped $after s after the program began: e2fsck repairs all" cut_power $after
done
mv "$scratch/after.img" "$image"
ok 'and it boots again' boot again 32
ran again mixed:9000
ran again forks:5000
ok 'the file system is clean' sound
rm -f "$scratch"/*.img
done_testing
