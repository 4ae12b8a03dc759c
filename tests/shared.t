#!/bin/bash
# shared.t - memory that the kernel has freed reaches no program: programs of tests/user whose tasks
# share kernel objects while copies sleep, on a kernel that overwrites what it frees
# (slab_debug=FZPU). Their output must be that of this machine's Linux.
#
#   tests/shared.t [NAME]...   only these programs
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

programs=(shared_file shared_calls pipes)
[ $# -eq 0 ] || programs=("$@")
guest_root=$scratch/root
bochs_out=$scratch/out

mkdir -p "$guest_root"/{bin,etc,work} "$scratch/host"
for program in "${programs[@]}"; do
	i686-linux-gnu-strip -o "$guest_root/bin/$program" "build/test-user/$program"
	printf '%s\n' "name $program" "cwd /work" "stdin /dev/null" "arg /bin/$program" "" \
		>>"$guest_root/etc/job"
done
printf 'name false\narg /bin/false\n' >>"$guest_root/etc/job" # init marks jobs when there are several

boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none slab_debug=FZPU' \
		build/root "$guest_root" &&
		tests/run/boot.sh -o "$bochs_out" -t 240 "$scratch/disk.img"
}

guest_output()
{
	job_output "$1" "$bochs_out/stdout.txt"
}

host_output()
{
	local status=0 program=$PWD/$guest_root/bin/$1
	(cd "$scratch/host" && exec "$program" </dev/null 2>/dev/null) || status=$?
	echo
	echo "status $status"
}

plan $((${#programs[@]} + 1))
ok "one boot runs them all, with the debugging slab" boot
for program in "${programs[@]}"; do
	is "$program" "$(guest_output "$program")" "$(host_output "$program")"
done
rm -f "$scratch"/*.img
done_testing
