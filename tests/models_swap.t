#!/bin/bash
# models_swap.t - programs twice as large as memory in the memory models discontig and sparse, as one node
# and several, with a hole and with other zones: every byte is right, the frames of each node had many
# owners, and in the end hardly any slot is in use.
#
# On QEMU, where a boot takes little time; swap.t and moving_swap.t are on Bochs. All boots run with
# `validate`, as those of swap.t.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

root=$scratch/root
disk/job.sh -n busybox -a 'sh /script' "$root"
mkdir -p "$root/bin"
cp build/test-guest/swap build/test-user/shared_swap "$root/bin/"
for model in discontig sparse; do
	i686-linux-gnu-strip --strip-debug -o "$scratch/$model.elf" "build/kernel-$model/kernel.elf"
done

# $root/programs is that of the boot; $pages are those that are free at first.
# shellcheck disable=SC2016 # the shell of the guest expands it
cat >"$root/script" <<'SCRIPT'
pages=$(awk '/^MemFree/ { print int($2 / 4) }' /proc/meminfo)
run() { "$@"; echo "status $?"; }
. /programs
awk -v pages=$pages '/^pswp/ { print $1, ($2 > pages / 2 ? "many" : $2) }' /proc/vmstat
awk '/^SwapTotal/ { n = $2 } /^SwapFree/ { print "in use:", (n - $2 < 2048 ? "hardly any" : n - $2) }' /proc/meminfo
for node in /sys/devices/system/node/node*; do
	awk 'FILENAME ~ /meminfo/ && /MemTotal/ { pages = $4 / 4 } FILENAME ~ /numastat/ && /^numa_(hit|miss)/ { n += $2 }
		END { print "node", (n > 2 * pages ? "in use" : n " times for " pages " pages") }' $node/meminfo $node/numastat
done
ps | awk '/\[kswapd/ { print $NF }'
SCRIPT

# boot MODEL MIB NODES WORDS ERE PROGRAM[:PERCENT]...: programs with so much of the free memory; all is as it
# should be, and the console has this
boot()
{
	local name="$1, $2 MiB, $4" model=$1 mem=$2 nodes=$3 words=$4 ere=$5 program node
	shift 5
	for program; do
		case $program in
		shared_swap*) echo "run shared_swap \$((pages * ${program#*:} / 100 / 256))" ;;
		*) echo "run swap ${program%:*} \$((pages * ${program#*:} / 100))" ;;
		esac
	done >"$root/programs"
	disk/mkimage.sh -s 128 -o "$scratch/disk.img" -k "$scratch/$model.elf" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none validate $words" build/root "$root"
	ok "$name: boots" tests/run/boot.sh -e qemu -o "$scratch/out" -m "$mem" -t 200 "$scratch/disk.img" || return
	tr -d '\r' <"$scratch/out/console.log" >"$scratch/console"
	is "$name: nothing is lost, all nodes took part" "$(sed '1,/^Adding/d; /^Pagoda/d' "$scratch/console")" "$(
		for program; do
			case $program in
			shared_swap*) printf '%s\n' "child's status 0" '3 rounds' ;;
			*) echo "${program%:*}: ok" ;;
			esac
			echo 'status 0'
		done
		printf '%s\n' 'pswpin many' 'pswpout many' 'in use: hardly any'
		for ((node = 0; node < nodes; node++)); do echo 'node in use'; done
		for ((node = 0; node < nodes; node++)); do echo "[kswapd$node]"; done
	)"
	like '... and memory was made so' "$(grep "memory model $model\$" -A 99 "$scratch/console")" "$ere"
}

boot discontig 48 1 'highmem=12M' '\(1[12][0-9]{3}K HighMem\)' random:200
boot sparse 32 2 'numa=fake=2' '^node 1: ' random:200 forks:110
boot sparse 40 1 'movablecore=16M memmap=6M$20M' '^node 0: ZONE_MOVABLE has 1' random:200 shared_swap:120
boot discontig 48 3 'numa=fake=3 memmap=6M$20M' '^node 2: ' random:200
rm -f "$scratch"/*.img
done_testing
