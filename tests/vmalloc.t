#!/bin/bash
# vmalloc.t - the vmalloc window seen from outside: a directory entry that a fault copies is in the
# recording, and a kernel stack that overflows is reported, whoever's it is.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

disk/job.sh -n busybox -a true "$scratch/root"

# boot CMDLINE [OPTION]...: its status; the recording is left in $scratch/out
boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k build/boot.elf \
		-a "root=/dev/hda1 rw console=ttyS0 $1" build/root "$scratch/root"
	tests/run/boot.sh -o "$scratch/out" -t 120 "${@:2}" "$scratch/disk.img"
}

ok 'suite vmalloc' boot selftest=vmalloc
# icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,...
awk -F, '$12 == "vmalloc_sync"' "$scratch/out/faults.csv" >"$scratch/rows"
like 'the recording shows a copied entry: in the window, by the kernel, not present' \
	"$(head -n 1 "$scratch/rows")" '^[0-9]+,0,0xf[89a-f][0-9a-f]{6},0xc[0-9a-f]{7},.*,k,0,0x'
# An entry is 4 MiB: the first ten bits of the address.
twice=$(awk -F, '{ n = index("0123456789abcdef", substr($3, 5, 1)) - 1
	print $9, substr($3, 1, 4), int(n / 4) }' "$scratch/rows" | sort | uniq -d)
is 'no address space needs the same entry twice' "$twice" ''

# vmalloc= moves the border between low memory and the window.
ok 'vmalloc=400M: all suites' boot 'selftest=all vmalloc=400M' -m 1024
like 'its window' "$(cat "$scratch/out/console.log")" ' vmalloc +: 0xe6400000 - 0xff7fe000  \( 403 MiB\)'
like 'its low memory' "$(cat "$scratch/out/console.log")" ' lowmem +: 0xc0000000 - 0xe5c00000  \( 604 MiB\)'
for size in 20M 3G; do
	ok "vmalloc=$size: boots" boot "selftest=none vmalloc=$size"
	like "vmalloc=$size: refused" "$(cat "$scratch/out/console.log")" \
		'^vmalloc=[0-9]+ KiB: 114680 to 786432 KiB are possible; it stays at 114680 KiB'
done

# overflow KIND TASK: what the report must say
overflow()
{
	boot "selftest=none crash=$1" >/dev/null 2>&1
	is "$1: status" $? 1
	for line in "^BUG: kernel stack overflow in task $2" \
		'^ESP 0x[0-9a-f]{8}, guard page 0x[0-9a-f]{5}000 - 0x[0-9a-f]{5}000, stack up to 0x[0-9a-f]{8}, CR3 was 0x' \
		'^EAX: [0-9a-f]{8} EBX: ' '^Call trace:' '^  \[0x[0-9a-f]{8}\] overflow.*\+0x' \
		'^Kernel panic - not syncing: kernel stack overflow'; do
		ok "$1: $line" grep -qE "$line" "$scratch/out/console.log"
	done
}
overflow stack '1 \(init\)'
overflow bootstack '0 \(swapper\)'

done_testing
