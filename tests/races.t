#!/bin/bash
# races.t - tasks that end, execute and fork while others look at them, on a kernel whose slab poisons
# what is freed: the programs of tests/user that provoke this, by what they print and how they end.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

names=(family killable limits restart robust threads)

mkdir -p "$scratch/root"/{bin,etc,work}
for name in "${names[@]}"; do
	i686-linux-gnu-strip -o "$scratch/root/bin/$name" "build/test-user/$name"
	printf 'name %s\ncwd /work\narg /bin/%s\n\n' "$name" "$name" >>"$scratch/root/etc/job"
done
boot()
{
	disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a 'root=/dev/hda1 rw console=ttyS0 selftest=none slab_debug=FZPU' build/root "$scratch/root" &&
		tests/run/boot.sh -o "$scratch/out" -t 240 "$scratch/disk.img"
}

plan $((${#names[@]} + 2))
ok 'one boot runs them all' boot
for name in "${names[@]}"; do
	is "$name ends well" "$(grep "^#end $name " "$scratch/out/stdout.txt")" "#end $name 0"
done
unlike 'nothing was written to what was free' "$(cat "$scratch/out/console.log")" 'Poison|Redzone|BUG'
rm -f "$scratch"/*.img
done_testing
