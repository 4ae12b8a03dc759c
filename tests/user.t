#!/bin/bash
# user.t - programs behave on this kernel as they do on this machine's Linux: the same binaries, the
# same arguments, one boot for all; output and exit status are compared. The first group is
# tests/user (one behaviour a program), the second busybox, which nobody here prepared. None may use a
# translation that the page tables no longer give (check=stale).
#
#   tests/user.t [NAME]...   only these programs of tests/user
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

guest_root=$scratch/root
bochs_out=$scratch/out
busybox=$PWD/build/deps/busybox
names=()

# job NAME ARGV0 ARG...: one more record of the job file; the same words are kept for the host.
job()
{
	local name=$1
	shift
	names+=("$name")
	{
		echo "name $name"
		echo "cwd /work"
		echo "stdin /work/input"
		printf 'arg %s\n' "$@"
		echo
	} >>"$guest_root/etc/job"
	printf '%s\0' "$@" >"$scratch/$name.argv"
}

mkdir -p "$guest_root"/{bin,etc,work} "$scratch/host"
for program in build/test-user/*; do
	case $program in *.d) continue ;; esac
	case " ${*:-${program##*/}} " in *" ${program##*/} "*) cp "$program" "$guest_root/bin" ;; esac
done
i686-linux-gnu-strip "$guest_root"/bin/*
awk 'BEGIN { for (i = 0; i < 3000; i++) printf "%d line %d of the input %x\n", i * 7919 % 3001, i, i * i }' \
	>"$guest_root/work/input"
cp "$guest_root/work/input" "$scratch/host"

for program in "$guest_root"/bin/*; do
	job "${program##*/}" "/bin/${program##*/}"
done
busybox_jobs()
{
	# shellcheck disable=SC2016 # the shell of the guest expands it
	fibonacci='f() { if [ $1 -lt 2 ]; then echo $1; else echo $(($(f $(($1-1))) + $(f $(($1-2))))); fi; }'
	job sort /bin/sh -c 'sort -n input | md5sum'
	job gzip /bin/sh -c 'gzip -c input >x.gz && gunzip -c x.gz | cmp - input && md5sum x.gz && rm x.gz'
	job bzip2 /bin/sh -c 'bzip2 -c <input | md5sum'
	job sha /bin/sha256sum input
	job awk /bin/awk '{ n[$1 % 13] += $5 + length($0) } END { for (i = 0; i < 13; i++) print i, n[i] }' input
	job sed /bin/sed -n 's/line \([0-9]*55\) of/\1/p' input
	job script /bin/sh -c "$fibonacci; f 9; seq 1 400 | grep 7 | tac | head -n 3; (exit 5); echo \$?; echo a b | { read x y; echo \$y; }"
	job find /bin/sh -c 'mkdir -p d/e/f && touch d/1 d/e/2 && find d | sort && tar c d | tar t | sort; rm -r d; ls'
	job pipe_status /bin/sh -c 'yes | head -n 20000 | wc -l; kill -9 $$'
}
[ $# -gt 0 ] || busybox_jobs
job false /bin/false # init marks where a job's output begins when there are several

boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" -a 'root=/dev/hda1 rw console=ttyS0 selftest=none' \
		build/root "$guest_root" &&
		tests/run/boot.sh -o "$bochs_out" -d "$scratch/after.img" -t 240 -T check=stale "$scratch/disk.img"
}

# The guest's part of stdout.txt for one job, and its status line.
guest_output()
{
	job_output "$1" "$bochs_out/stdout.txt"
}

# The same on this machine: argv[0] is the guest's path, the binary is found under $guest_root;
# areas lie where they lie without randomisation.
host_output()
{
	local -a argv
	local program status=0
	mapfile -d '' argv <"$scratch/$1.argv"
	program=$PWD/$guest_root${argv[0]}
	[ -e "$program" ] || program=$busybox
	(
		cd "$scratch/host" && ulimit -S -s 8192 -c 0 &&
			exec env -i PATH="$tools" HOME=/work LC_ALL=C \
				setarch -R "$runner" "$program" "${argv[@]}" <input 2>/dev/null
	) || status=$?
	echo
	echo "status $status"
}

tools=$PWD/$scratch/tools # busybox's, not this machine's
mkdir -p "$tools"
"$busybox" --list | while read -r applet; do ln -s "$busybox" "$tools/$applet"; done
rm -f "$tools/setarch"
ln -s "$(command -v setarch)" "$tools"
runner=$PWD/$scratch/runner
echo '#include <unistd.h>
int main(int argc, char **argv) { return argc < 3 || execv(argv[1], argv + 2); }' |
	i686-linux-gnu-gcc -static -x c -o "$runner" -

plan $((${#names[@]} + 4))
ok "one boot runs them all" boot
for name in "${names[@]}"; do
	host=$(host_output "$name")
	case $host in # containers may forbid memory policies
	*"allowed nodes: "E[PN]*) pass "$name # SKIP this machine forbids it" ;;
	*) is "$name" "$(guest_output "$name")" "$host" ;;
	esac
done
is "the working directory is as it was" "$(ls "$scratch/host")" input
check_disk()
{
	# The first partition of the image as the guest left it.
	dd if="$scratch/after.img" of="$scratch/fs.img" bs=1M skip=1 conv=sparse status=none
	PATH=$PATH:/usr/sbin:/sbin e2fsck -fn "$scratch/fs.img"
}
ok "the file system is clean afterwards" check_disk
ok "every check of the recording of all this holds" analysis/check.sh "$bochs_out"
rm -f "$scratch"/*.img
done_testing
