#!/bin/bash
# symbols.sh - the names of a Linux kernel's functions, as it tells them itself.
#
#   disk/linux/symbols.sh FILE CMDLINE
#
# Boots build/linux/kernel.elf once with `cat /proc/kallsyms` as the program, unless FILE is there. It has
# what `nm -n` would print; variables that the kernel exports come from setup/linux.sh.
set -euo pipefail

file=${1:?usage: symbols.sh FILE CMDLINE} cmdline=${2?}
[ ! -s "$file" ] || exit 0
work=build/linux/symbols
echo "linux: asking $(cat build/deps/linux/version) for its symbols"
mkdir -p $work
disk/job.sh -n cat -a /proc/kallsyms $work/root
disk/initrd.sh $work/initrd build/linux/init build/root $work/root
disk/mkimage.sh -o $work/disk.img -k build/linux/kernel.elf -m $work/initrd -a "$cmdline" -s 0
tests/run/boot.sh -G linux -o $work/out -t 600 -T events=fault $work/disk.img >$work/log 2>&1 || {
	echo "FAILED: GUEST=linux: no symbols: $(tail -n 1 $work/log)" >&2
	exit 1
}
{
	grep ' [TtWw] ' $work/out/stdout.txt
	sed 's/ / D /' build/deps/linux/exports
} | awk '{ $1 = $1 } !seen[$1 " " $3]++' | sort -s -k 1,1 >"$file.new"
mv "$file.new" "$file"
