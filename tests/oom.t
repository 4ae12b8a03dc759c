#!/bin/bash
# oom.t - memory runs out at 24 MiB: the page cache gives way before anybody dies, and who asks for
# more than there is is killed, also when it is the kernel that touches a good buffer first.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
# shellcheck disable=SC2016 # the shell of the guest expands it
work='for i in 1 2 3; do
	md5sum </big
	dd if=/dev/zero of=/dev/null bs=6M count=1 2>/dev/null; echo "6M after the file: $?"
	awk "BEGIN { s = sprintf(\"%4000000s\", \"\"); print \"awk\", length(s) }"
done
/bin/fresh; echo "fresh: $?"
dd if=/dev/zero of=/dev/null bs=6M count=1 2>/dev/null; echo "6M after that: $?"'
disk/job.sh -n busybox -a 'sh /script' "$root"
mkdir -p "$root/bin"; cp build/test-user/fresh "$root/bin/"
printf '%s\n' "$work" >"$root/script"
truncate -s 48M "$root/big"
printf 'end' | dd of="$root/big" bs=1 seek=40000000 conv=notrunc status=none
boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k build/boot.elf \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none' build/root "$root" &&
		tests/run/boot.sh -o "$scratch/out" -m 24 -t 120 "$scratch/disk.img"
}
ok 'boots and powers off' boot
sum="$(md5sum <"$root/big")"
want="$(for _ in 1 2 3; do
	printf '%s\n' "$sum" '6M after the file: 0' 'awk 4000000'
done
printf '%s\n' begins 'fresh: 137' '6M after that: 0')"
is 'a file larger than memory leaves room for others; too much is killed' \
	"$(cat "$scratch/out/stdout.txt")" "$want"
like 'the console says who was killed' "$(cat "$scratch/out/console.log")" \
	'Out of memory: killed process [0-9]+ \(fresh\)'
is 'only that one' "$(grep -c 'Out of memory: killed' "$scratch/out/console.log")" 1
rm -f "$scratch"/*.img "$root/big"
done_testing
