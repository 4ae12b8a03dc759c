#!/bin/bash
# races.t - tasks that end, execute and fork while others look at them, on a kernel whose slab poisons
# what is freed: the programs of tests/user that provoke this, by what they print and how they end.
#
#   tests/races.t [NAME]...   only these programs, and nothing typed at a terminal
# shellcheck disable=SC2016 # "$" is for the shell of the guest
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

names=(family killable restart task_limits robust threads)
[ $# -eq 0 ] || names=("$@")

mkdir -p "$scratch/root"/{bin,etc,work}
for name in "${names[@]}"; do
	i686-linux-gnu-strip -o "$scratch/root/bin/$name" "build/test-user/$name"
	printf 'name %s\ncwd /work\narg /bin/%s\n\n' "$name" "$name" >>"$scratch/root/etc/job"
done
printf 'name false\narg /bin/false\n' >>"$scratch/root/etc/job" # init marks jobs when there are several
boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none slab_debug=FZPU' build/root "$scratch/root" &&
		tests/run/boot.sh -o "$scratch/out" -t 240 "$scratch/disk.img"
}

plan $((${#names[@]} + 2 + ($# == 0)))
ok 'one boot runs them all' boot
for name in "${names[@]}"; do
	is "$name ends well" "$(grep "^#end $name " "$scratch/out/stdout.txt")" "#end $name 0"
done
unlike 'nothing was written to what was free' "$(cat "$scratch/out/console.log")" 'Poison|Redzone|BUG'

if [ $# -gt 0 ]; then
	rm -f "$scratch"/*.img
	done_testing
fi

# ^C at a terminal, with nobody running, with somebody, and for a group of more than one batch
# (kill.c): all of the group end, the shell does not.
typed()
{
	local console=$scratch/tty/console.log
	for _ in $(seq 300); do
		grep -aq 'work # ' "$console" 2>/dev/null && break
		sleep 0.2
	done
	sleep 1
	for line in 'sleep 99 | sleep 99' 'while :; do :; done' \
		'eval "sleep 99 $(for i in $(seq 60); do printf "| sleep 99 "; done)"'; do
		printf '%s\r' "$line"
		sleep 2
		printf '\003'
		sleep 1
		printf 'echo status $? $(pidof sleep)\r'
		sleep 1
	done
	printf 'exit 0\r'
	sleep 5
}
disk/job.sh -c -n busybox -a 'sh -i' "$scratch/shell"
disk/mkimage.sh -o "$scratch/tty.img" -k "$boot_elf" -a 'root=/dev/hda1 rw console=ttyS0 selftest=none' \
	build/root "$scratch/shell"
typed | tests/run/boot.sh -e qemu -i -o "$scratch/tty" -t 90 "$scratch/tty.img" >/dev/null 2>&1
is '^C ends what runs in the foreground' "$(tr -d '\r' <"$scratch/tty/console.log" | grep -ac '^status 130$')" 3
rm -f "$scratch"/*.img
done_testing
