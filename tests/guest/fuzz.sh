#!/bin/bash
# fuzz.sh - one boot of a program that tries random things; the seed decides everything.
#
#   fuzz.sh NAME SEED COUNT DIR     seeds from SEED on, COUNT of them; DIR gets the recording
#   fuzz.sh names                   what there is
#   fuzz.sh run SECONDS NAME        boots with new seeds for so long
#
#   mmap_calls   the mmap family, compared with this machine's Linux
#
#   syscalls     all system calls, by three tasks at once; allocations fail; objects and free pages
#                are watched (slab_debug=FZPU page_poison=1)
#
#   elf_mutants  broken variants of a static and of a dynamic program, executed; 50 times COUNT
#
#   soak         programs larger than memory that write, drop, fork, map files; the seed chooses the size of
#                memory and of the swap area, too; each seed is a boot. `make soak` tries this alone
#
# A failure prints what differs or how the kernel ended, and the command that repeats it. The first
# seed of `run` is the time of day.
set -euo pipefail

readonly limit=300 # seconds of a boot
readonly names='mmap_calls syscalls elf_mutants soak'
boot_elf=${P_BOOT_ELF:-build/boot.elf}

die()
{
	echo "fuzz: $*" >&2
	exit 2
}

# boot MEM CMDLINE [SWAP]: what $dir/root says; prints and keeps nothing unless it fails
boot()
{
	disk/mkimage.sh -o "$dir/disk.img" -k "$boot_elf" -s "${3:-64}" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $2" build/root "$dir/root" &&
		tests/run/boot.sh -o "$dir/out" -d "$dir/after.img" -m "$1" -t $limit -T events=fault \
			"$dir/disk.img" >"$dir/verdict" 2>&1
}

sound_disk()
{
	dd if="$dir/after.img" of="$dir/fs.img" bs=1M skip=1 conv=sparse status=none
	PATH=$PATH:/usr/sbin:/sbin e2fsck -fn "$dir/fs.img" >"$dir/e2fsck" 2>&1 || {
		cat "$dir/e2fsck"
		return 1
	}
}

try_mmap_calls()
{
	local program=build/test-guest/mmap_calls
	disk/job.sh -a "$1 $2 200" "$dir/root" $program
	boot 128 '' || { cat "$dir/verdict"; return 1; }
	(cd "$dir" && env -i setarch -R "$OLDPWD/$program" "$1" "$2" 200) >"$dir/linux.txt"
	awk '/^seed/ { seed = $2 } { print (seed ? "seed " seed ": " : "") $0 }' \
		"$dir/linux.txt" >"$dir/want"
	awk '/^seed/ { seed = $2 } { print (seed ? "seed " seed ": " : "") $0 }' \
		"$dir/out/stdout.txt" >"$dir/got"
	diff -u "$dir/want" "$dir/got" >"$dir/difference" || { head -n 40 "$dir/difference"; return 1; }
	sound_disk
}

# The kernel lives, can kill every task, has nothing to complain of, and gets its memory back but for
# what it caches of files.
try_syscalls()
{
	disk/job.sh -a "$1 $2 1000" "$dir/root" build/test-guest/syscalls
	boot 64 'slab_debug=FZPU page_poison=1' || { cat "$dir/verdict"; return 1; }
	! grep -aE '^BUG |(Poison|Redzone) overwritten' "$dir/out/console.log" || return 1
	grep -q '^end, ' "$dir/out/stdout.txt" || { tail "$dir/out/stdout.txt"; return 1; }
	sound_disk
}

try_elf_mutants()
{
	mkdir -p "$dir"
	echo 'int main(void) { return 3; }' |
		i686-linux-gnu-gcc -O1 -s -x c -o "$dir/dynamic" - || return
	disk/job.sh "$dir/libraries" "$dir/dynamic" # for the loader and the C library
	i686-linux-gnu-strip -o "$dir/static" build/test-user/bare || return
	disk/job.sh -a "$1 $(($2 * 50)) static dynamic" -f "$dir/static $dir/dynamic" "$dir/root" \
		build/test-guest/elf_mutants || return
	cp -r "$dir/libraries/lib" "$dir/root"
	boot 64 'slab_debug=FZPU page_poison=1' || { cat "$dir/verdict"; return 1; }
	awk '/ refused, .* ran$/ { print; ok = $1 && $3 && $5 } END { exit !ok }' "$dir/out/stdout.txt" || return 1
	sound_disk
}

# A number below $1, of the sequence that $state decides, in $random.
random()
{
	state=$(((state * 1103515245 + 12345) & 0x7fffffff))
	random=$(((state >> 8) % $1))
}

# What a seed stands for: $mem and $swap in MiB, $pages of the working set, $tasks. The set is larger
# than memory, but four fifths of what there is must do.
soak_parameters()
{
	local sizes=(2 8 32 64 128)
	state=$1
	random 32
	mem=$((17 + random))
	random 5
	swap=${sizes[random]}
	random 6
	tasks=$((1 + random))
	random 60
	pages=$((mem * (110 + random * 5) * 256 / 100))
	local most=$(((mem - 5 + swap) * 256 * 4 / 5))
	[ "$pages" -lt "$most" ] || pages=$most
}

# Every page is what it should be, every count right (validate), and the swap area free again but for
# what process 1 has there.
try_soak()
{
	local seed mem swap tasks pages state random
	for ((seed = $1; seed < $1 + $2; seed++)); do
		soak_parameters "$seed"
		disk/job.sh -a "$seed $pages $tasks $((6000 / tasks))" "$dir/root" build/test-guest/soak
		echo "soak: seed $seed: MEM=$mem SWAP=$swap, $tasks tasks, $pages pages"
		boot "$mem" validate "$swap" || { cat "$dir/verdict"; return 1; }
		awk '/^end, / { print; ok = $(NF - 1) <= 512 } END { exit !ok }' "$dir/out/stdout.txt" || {
			tail "$dir/out/stdout.txt"
			return 1
		}
		sound_disk || return 1
	done
}

# try NAME SEED COUNT
try()
{
	local status=0
	"try_$1" "$2" "$3" || status=$?
	rm -f "$dir"/*.img "$dir"/out/*.csv
	[ $status = 0 ] || echo "FAILED: $1: again with: tests/guest/fuzz.sh $1 $2 $3 $dir"
	return $status
}

is_name()
{
	case " $names " in *" $1 "*) ;; *) die "no target named $1; there are: $names" ;; esac
}

case ${1-} in
names) echo "$names" ;;
run)
	is_name "${3:?}"
	dir=build/fuzz/guest/$3
	mkdir -p "$dir"
	end=$((SECONDS + ${2:?}))
	seed=$(date +%s)
	first=$seed
	count=20
	[ "$3" != soak ] || count=1 # each is a boot, and the one that fails is named
	while [ $SECONDS -lt $end ]; do
		try "$3" "$seed" $count
		seed=$((seed + count))
	done
	echo "$3: seeds $first to $((seed - 1)), none failed"
	;;
*)
	is_name "${1:?usage: fuzz.sh NAME SEED COUNT DIR}"
	dir=${4:?}
	mkdir -p "$dir"
	try "$1" "${2:?}" "${3:?}"
	;;
esac
