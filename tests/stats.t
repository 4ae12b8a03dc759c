#!/bin/bash
# stats.t - the statistics in /proc and /sys read as Linux's do.
#
# Judged by programs that nobody here prepared (free, vmstat, slabtop, lsmem, numastat of Debian's
# i386 packages, dynamically linked), and by tests/run/stats.awk, which rebuilds each line as Linux
# prints it, and must be content with this machine's own files too. One boot runs everything, on a
# kernel with sections (SPARSEMEM) and two nodes.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

sparse_elf=$scratch/boot.elf
guest_root=$scratch/root
out=$scratch/out
stats=build/deps/stats
cross_lib=/usr/i686-linux-gnu/lib
readonly proc_files='buddyinfo pagetypeinfo zoneinfo meminfo vmstat slabinfo vmallocinfo'
node=/sys/devices/system/node

# job NAME ARGV0 ARG...: one more program to run; what it prints is $out/NAME afterwards.
job()
{
	local name=$1
	shift
	{
		echo "name $name"
		echo "cwd /work"
		echo "env TERM=dumb"
		printf 'arg %s\n' "$@"
		echo
	} >>"$guest_root/etc/job"
}

mkdir -p "$guest_root"/{bin,lib,etc,work}
# The last section that can go: offline and back, then what is refused.
cat >"$guest_root/work/section.sh" <<'END'
cd /sys/devices/system/memory
for dir in memory*; do
	[ "$(cat $dir/removable)" = 0 ] || last=$dir
done
total() { grep ^MemTotal /proc/meminfo; }
total; cat $last/state $last/valid_zones
echo offline >$last/state; cat $last/state; total
echo online >$last/state; cat $last/state; total
echo nonsense >$last/state; echo $?
echo offline >memory0/state; echo $?
cat memory0/state
END
cp -p "$stats"/bin/* "$guest_root/bin"
cp -p "$stats"/lib/* "$guest_root/lib"
cp -L $cross_lib/{ld-linux.so.2,libc.so.6,libm.so.6} "$guest_root/lib"
for file in $proc_files; do
	job "$file" /bin/cat "/proc/$file"
done
job node_meminfo /bin/cat $node/node0/meminfo $node/node1/meminfo
job node_vmstat /bin/cat $node/node1/vmstat
job free /bin/free -k
job vmstat_p /bin/vmstat
job vmstat_s /bin/vmstat -s
job vmstat_m /bin/vmstat -m
job slabtop /bin/slabtop -o
job numastat_m /bin/numastat -m
# shellcheck disable=SC2016 # the shell of the guest expands it
job lsmem /bin/lsmem
job numactl /bin/numactl --hardware
job section /bin/sh /work/section.sh
# shellcheck disable=SC2016 # the shell of the guest expands it
job sysctl /bin/sh -c 'cd /proc/sys/vm; cat min_free_kbytes; echo 4000 >min_free_kbytes; cat min_free_kbytes; echo x >min_free_kbytes; echo $?; cat min_free_kbytes lowmem_reserve_ratio'
job drop /bin/sh -c 'grep ^Cached /proc/meminfo; echo 3 >/proc/sys/vm/drop_caches; grep ^Cached /proc/meminfo'

boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k "$sparse_elf" \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none numa=fake=2 movablecore=40%' build/root "$guest_root" &&
		tests/run/boot.sh -o "$out" -m 256 -t 240 "$scratch/disk.img"
}

# What a job printed, and its status line; also kept in $scratch/NAME.
output()
{
	job_output "$1" "$out/stdout.txt" | tee "$scratch/$1.all"
	sed '$d' "$scratch/$1.all" | sed '${/^$/d}' >"$scratch/$1"
}

field()
{
	awk -v label="$2" '$1 == label { print $2 }' "$scratch/$1"
}

layout()
{
	awk -v kind="$1" -f tests/run/stats.awk "$2"
}

# The names that two files share stand in the same order in both.
names_in_order()
{
	awk 'NR == FNR { sub(/:$/, "", $1); if ($1 !~ /^pgdemote/) at[$1] = FNR; next }
		{ sub(/:$/, "", $1) }
		$1 in at { n++; if (at[$1] < last) { print $1 " comes earlier on Linux"; bad = 1 } last = at[$1] }
		END { print n " names"; exit bad || n < 20 }' "$1" "$2"
}

i686-linux-gnu-strip --strip-debug -o "$sparse_elf" build/kernel-sparse/kernel.elf
ok 'one boot runs them all' boot

for file in $proc_files; do
	like "$file: can be read" "$(output "$file")" '^status 0$'
	ok "$file: laid out as Linux does" layout "$file" "$scratch/$file"
	if [ -r "/proc/$file" ] && [ -s <(cat "/proc/$file") ]; then
		cat "/proc/$file" >"$scratch/host_$file"
	fi
	[ ! -s "$scratch/host_$file" ] ||
		ok "$file: this machine's Linux passes too" layout "$file" "$scratch/host_$file"
done
ok 'meminfo: names in the order of this machine' names_in_order /proc/meminfo "$scratch/meminfo"
ok 'vmstat: names in the order of this machine' names_in_order /proc/vmstat "$scratch/vmstat"
like 'node meminfo: can be read' "$(output node_meminfo)" '^status 0$'
ok 'node meminfo: laid out as Linux does' layout node_meminfo "$scratch/node_meminfo"
output node_vmstat >/dev/null
ok 'node vmstat: laid out as Linux does' layout vmstat "$scratch/node_vmstat"

total=$(field meminfo MemTotal:)
is 'the nodes have all memory' \
	"$(awk '$3 == "MemTotal:" { n += $4 } END { print n }' "$scratch/node_meminfo")" "$total"

# Programs. They ran one after the other: what is free differs a little, totals do not.
like 'free: knows the memory' "$(output free)" "^Mem: +$total( +[0-9]+){5}\$"
like 'free: knows the swap area' "$(output free)" \
	"^Swap: +$(field meminfo SwapTotal:) +0 +$(field meminfo SwapFree:)\$"
like 'vmstat: a row of 17 numbers' "$(output vmstat_p)" '^( *[0-9]+){17}$'
like 'vmstat -s: knows the memory' "$(output vmstat_s)" "^ +$total K total memory\$"
like 'vmstat -s: faults and pages read' "$(output vmstat_s)" '^ +[1-9][0-9]* K paged in$'
is 'vmstat -m: every cache' "$(output vmstat_m | awk '$1 != "Cache" && NF == 5 { n++ } END { print n }')" \
	"$(awk 'NR > 2 { n++ } END { print n }' "$scratch/slabinfo")"
like 'slabtop: sums' "$(output slabtop)" '^ Active / Total Objects \(% used\) +: [1-9][0-9]* / [1-9][0-9]* '
like 'slabtop: caches' "$(output slabtop)" '^ *[1-9][0-9]* +[0-9]+ +[0-9]+% .* kmalloc-64 *$'
ok 'numastat -m: memory of both nodes, in MiB to two places' awk -v kib="$total" '
	$1 == "MemTotal" { off = $4 * 1024 - kib; sum = $2 + $3 - $4; n++ }
	END { exit !(n == 1 && off < 11 && off > -11 && sum < 0.02 && sum > -0.02) }' <(output numastat_m)

like 'lsmem: all sections are online' "$(output lsmem)" '^Total online memory: +256M$'
like 'lsmem: none is not' "$(output lsmem)" '^Total offline memory: +0B$'
like 'numactl: two nodes' "$(output numactl)" '^available: 2 nodes \(0-1\)$'
like 'numactl: their distance' "$(output numactl)" '^ +1: +20 +10 *$'
output section >/dev/null
like 'a section goes offline and comes back' "$(awk '{ print /^MemTotal/ ? $2 - first : $0; if (NR == 1) first = $2 }
	' "$scratch/section" | sed 1d | head -n 8 | tr '\n' ' ')" '^online (Normal|Movable) offline -16384 online 0 1 1 $'
is 'the section of the kernel stays' "$(tail -n 1 "$scratch/section")" online

output sysctl >/dev/null
is 'min_free_kbytes: set, bad words refused' "$(sed -n '2,4p' "$scratch/sysctl" | tr '\n' ' ')" '4000 1 4000 '
like 'lowmem_reserve_ratio' "$(cat "$scratch/sysctl")" $'^256\t32\t0\t0$'
ok 'drop_caches: the cache is smaller' \
	awk '{ size[NR] = $2 } END { exit !(NR == 2 && size[2] < size[1]) }' <(output drop | head -n 2)
rm -f "$scratch"/*.img
done_testing
