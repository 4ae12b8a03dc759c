#!/bin/bash
# objects.sh - the names in what a guest ran: programs, shared libraries, the kernel.
#
#   tests/run/objects.sh OUT DISK KERNEL PROG DIR
#
# OUT is a recording, DISK the image as the run left it, KERNEL and PROG are files of this machine
# ("none" or "": there is none). Written are OUT/kernel.sym (`nm -n`, and behind the name of a variable its
# size) and OUT/objects.sym: of each file
# that a process had mapped to be executed, a line "object DELTA PATH" and its symbols. DELTA is what
# takes a place in the file to the address that it was linked at.
#
# DIR gets the files themselves, for their line tables: kernel, and 1, 2, ... in the order of
# objects.sym. A program of PROG's name is taken from PROG, when it is the same but for what was
# stripped. A guest that tells of no areas is taken to have run PROG alone.
set -euo pipefail
export LC_ALL=C PATH=$PATH:/usr/sbin:/sbin

out=$1 disk=$2 kernel=$3 prog=$4 dir=$5
readonly partition=1048576 # where mkimage.sh puts the root file system

# The files that were mapped to be executed: names with a comma or a quote are not worth the trouble.
mapped()
{
	awk -F, 'FNR > 1 && $2 != "unmap" && $6 % 8 >= 4 && NF == 9 && $9 ~ /^\/[^"]*$/ && !seen[$9]++ {
		print $9
	}' "$out/vmas.csv"
}

# Where the parts of a program are: as long as they are the same, so are the addresses.
parts()
{
	readelf -lW "$1" 2>/dev/null | grep LOAD
}

# delta FILE: of the part that is executed.
delta()
{
	local type offset vaddr rest
	while read -r type offset vaddr rest; do
		[ "$type" = LOAD ] || continue
		printf '0x%08x\n' $((vaddr - offset & 0xffffffff))
		return
	done < <(readelf -lW "$1" 2>/dev/null | grep -E 'LOAD.* R?W?.?E ' || true)
}

# with_sizes: "address size type name" as "address type name", and the size behind it if it is data.
with_sizes()
{
	awk 'NF != 4 { print; next } { sub(/@.*/, "", $4); print $1, $3, $4 ($3 ~ /[BbDdRrGgSsVvu]/ ? " " $2 : "") }'
}

# symbols FILE: its own table, or at least what it offers to others.
symbols()
{
	local names
	names=$(i686-linux-gnu-nm -nS "$1" 2>/dev/null || true)
	[ -n "$names" ] || names=$(i686-linux-gnu-nm -nDS "$1" 2>/dev/null || true)
	with_sizes <<<"$names" | sed 's/@.*//'
}

# object FILE PATH: the next one
object()
{
	local at
	at=$(delta "$1")
	[ -n "$at" ] || return 0
	cp -- "$1" "$dir/$((++n))"
	echo "object $at $2"
	symbols "$1"
}

mkdir -p "$dir"
case $kernel in
*.sym) cp -- "$kernel" "$out/kernel.sym" ;; # of a guest whose kernel was not built here
esac
if [ -f "$kernel" ] && [ "${kernel%.sym}" = "$kernel" ]; then
	i686-linux-gnu-nm -nS "$kernel" | with_sizes >"$out/kernel.sym"
	# What was loaded has no line tables; they lie beside it.
	[ ! -f "${kernel%.elf}.debug" ] || ln -sfn "$(realpath -- "${kernel%.elf}.debug")" "$dir/kernel"
fi
[ -f "$prog" ] || prog=

n=0
[ ! -f "$out/vmas.csv" ] || mapfile -t paths < <(mapped)
for i in "${!paths[@]}"; do
	printf 'dump "%s" "%s/disk%s"\n' "${paths[i]}" "$dir" "$i"
done | debugfs -f /dev/stdin "$disk?offset=$partition" >/dev/null 2>&1 || true
{
	for i in "${!paths[@]}"; do
		file=$dir/disk$i
		[ -s "$file" ] || continue
		if [ -n "$prog" ] && [ "${paths[i]##*/}" = "${prog##*/}" ] && [ "$(parts "$file")" = "$(parts "$prog")" ]; then
			file=$prog
		fi
		object "$file" "${paths[i]}"
	done
	[ -z "$prog" ] || [ $n != 0 ] || object "$prog" "${prog##*/}"
} >"$out/objects.sym"
rm -f "$dir"/disk*
