#!/bin/bash
# oom.t - memory runs out: the page cache gives way before anybody dies, then the process with most
# memory dies and no other, with and without swap. So it does when the kernel is the first to touch a
# good buffer. Who is spared, who goes first, and what is said on the console.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
disk/job.sh -n busybox -a 'sh /script' "$root"
mkdir -p "$root/bin"; cp build/test-user/fresh build/test-guest/hog "$root/bin/"
# boot MEM SWAP SCRIPT [WORDS]: runs it as the shell's
boot()
{
	printf '%s\n' "$3" >"$root/script"
	disk/mkimage.sh -s "$2" -o "$scratch/disk.img" -k build/boot.elf \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none ${4:-}" build/root "$root" &&
		tests/run/boot.sh -o "$scratch/out" -m "$1" -t 300 "$scratch/disk.img"
}
console() { tr -d '\r' <"$scratch/out/console.log"; }
killed() { console | sed -n 's/^Out of memory: Killed process [0-9]* (\([^)]*\)) .*/\1/p'; }

# --- without swap: all of it in one boot
truncate -s 48M "$root/big"
printf 'end' | dd of="$root/big" bs=1 seek=40000000 conv=notrunc status=none
# shellcheck disable=SC2016 # the shell of the guest expands it
work='echo 1 >/proc/sys/vm/overcommit_memory # what follows may be promised
for i in 1 2 3; do
	md5sum </big
	dd if=/dev/zero of=/dev/null bs=6M count=1 2>/dev/null; echo "6M after the file: $?"
	awk "BEGIN { s = sprintf(\"%4000000s\", \"\"); print \"awk\", length(s) }"
done
/bin/fresh; echo "fresh: $?"
dd if=/dev/zero of=/dev/null bs=6M count=1 2>/dev/null; echo "6M after that: $?"
hog wait 2 /stop & innocent=$!
for how in fill threads vfork sys; do hog $how 64; echo "$how: $?"; done
sh -c "echo 1000 >/proc/self/oom_score_adj; exec hog wait 1 /stop" & first=$!
sleep 1
sh -c "echo 100 >/proc/self/oom_score_adj; exec hog fill 64"; echo "the second: $?"
wait $first; echo "the first: $?"
echo -1000 >/proc/$innocent/oom_score_adj # its program is read again and again: it may ask, too
echo 1 >/proc/sys/vm/oom_kill_allocating_task
hog fill 64; echo "who asks: $?"
>/stop
wait $innocent; echo "innocent: $?"
echo "kills: $(sed -n "s/^oom_kill //p" /proc/vmstat)"'
ok 'boots at 24 MiB and powers off' boot 24 0 "$work"
sum="$(md5sum <"$root/big")"
want="$(for _ in 1 2 3; do
	printf '%s\n' "$sum" '6M after the file: 0' 'awk 4000000'
done
printf '%s\n' begins 'fresh: 137' '6M after that: 0' filled \
	'fill: 137' 'threads: 137' 'vfork: 137' 'sys: 137' filled 'the second: 137' 'the first: 137' 'who asks: 137' \
	'innocent: 0' 'kills: 8')"
is 'a file larger than memory leaves room for others; too much is killed, and nobody else' \
	"$(cat "$scratch/out/stdout.txt")" "$want"
is 'the console says who was killed, in order' "$(killed | tr '\n' ' ')" 'fresh hog hog hog hog hog hog hog '
report="$(console | sed -n '/^fresh invoked oom-killer/,/^Out of memory/p')"
like 'who asked for what' "$report" \
	'fresh invoked oom-killer: gfp_mask=0x[0-9a-f]+\(GFP_HIGHUSER_MOVABLE[^)]*\), order=0, oom_score_adj=0'
like 'the state of memory' "$report" '^Node 0 DMA free:.*min:'
like 'and of swap' "$report" '^Free swap  = 0kB'
like 'all processes: their table' "$report" \
	'^\[  pid  \] +uid +tgid total_vm +rss pgtables_bytes swapents oom_score_adj name'
like 'and the one that asked' "$report" '^\[ +[0-9]+\] .* +0 +0 fresh'
like 'what the victim had' "$report" 'Out of memory: Killed process [0-9]+ \(fresh\) total-vm:[0-9]+kB, anon-rss:[12][0-9]{4}kB, file-rss:[0-9]+kB, shmem-rss:0kB, UID:0 pgtables:[0-9]+kB oom_score_adj:0'
is 'no request failed but for that' "$(console | grep -c 'allocation failure')" 0
rm -f "$root/big"

# --- with swap: what fits lives, also of the innocent
# shellcheck disable=SC2016
work='hog wait 4 /stop & innocent=$!
hog fill 20 3; echo "fits: $?"
hog fill 64; echo "does not: $?"
hog threads 64; echo "nor do threads: $?"
>/stop
wait $innocent; echo "innocent: $?"
hog fill 20 2; echo "fits again: $?"
awk "/^MemTotal/ { m = \$2 / 2 } /^SwapTotal/ { s = \$2 } /^CommitLimit/ { d = \$2 - m - s }
	END { print \"CommitLimit counts swap:\", (d >= -4 && d <= 4) }" /proc/meminfo
echo 2 >/proc/sys/vm/overcommit_memory
hog fill 64 2>/dev/null; echo "promised is no more than there is: $?"
hog fill 24; echo "that is kept: $?"'
ok 'boots at 17 MiB with 32 MiB of swap' boot 17 32 "$work"
is 'what does not fit both is killed, and nobody else' "$(cat "$scratch/out/stdout.txt")" \
	"$(printf '%s\n' filled 'fits: 0' 'does not: 137' 'nor do threads: 137' 'innocent: 0' 'fits again: 0' \
	'CommitLimit counts swap: 1' 'promised is no more than there is: 2' 'that is kept: 0')"
is 'only those' "$(killed | tr '\n' ' ')" 'hog hog '
like 'the table counts what is swapped' "$(console)" '\] +0 +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+ +[1-9][0-9]{3} +0 hog'

# --- nobody may be killed
boot 17 0 'echo -1000 >/proc/self/oom_score_adj; hog fill 64' >"$scratch/panic.log" 2>&1
like 'nobody to be killed: the end' "$(console)" 'Out of memory and no killable processes'
# shellcheck disable=SC2016
boot 17 0 'echo 1 >/proc/sys/vm/panic_on_oom; hog fill 64' >"$scratch/panic.log" 2>&1
like 'panic_on_oom' "$(console)" 'Out of memory: panic_on_oom is enabled'
rm -f "$scratch"/*.img
done_testing
