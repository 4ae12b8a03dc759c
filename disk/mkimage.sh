#!/bin/bash
# mkimage.sh - build the disk image that the guest boots from.
#
#   disk/mkimage.sh -o IMAGE -k KERNEL [-a CMDLINE] [-m MODULE] [-s SWAP_MIB] [ROOT_DIR]...
#
#   sector 0      MBR: partition table, GRUB legacy stage 1 (stage 1.5 lies in the gap behind it)
#   1 MiB         partition 1: ext2, the kernel, GRUB, the root file system; 4 KiB blocks are pages
#   behind it     partition 2: Linux swap, SWAP_MIB MiB (64; 0: no such partition)
#
# MODULE is a file that GRUB loads behind the kernel: Linux's initramfs.
#
# The root file system is the union of the ROOT_DIRs (disk/tree.sh).
# Hard links within a ROOT_DIR stay hard links, symbolic ones symbolic. /usr/bin, /usr/sbin and
# /usr/lib are those without /usr, whatever a ROOT_DIR has them for. No root, no loop device, no
# mount: mke2fs makes an empty file system in a file and debugfs fills it. Debugfs rather than
# `mke2fs -d`, because it takes names in the order given and its own clock and owner: the same
# inputs give the same bytes, whoever builds them and wherever. The image is sparse, and is left
# alone when its inputs (by SHA-256) are those of the last time.
set -euo pipefail
export LC_ALL=C TZ=UTC E2FSPROGS_FAKE_TIME=1000000000
export PATH=$PATH:/usr/sbin:/sbin

readonly mib=1048576
readonly cylinder=$((16 * 63 * 512)) # the geometry that Bochs and the BIOS assume
readonly deps=build/deps
readonly fs_uuid=70a60da0-0000-4000-8000-000000000001
readonly swap_uuid=70a60da0-0000-4000-8000-000000000002
readonly cmdline_max=1000 # GRUB legacy's heap ends at 1,500 bytes

die()
{
	echo "mkimage: $*" >&2
	exit 1
}

. disk/tree.sh

image='' kernel='' cmdline='' module='' swap_mib=64
while getopts o:k:a:m:s: option; do
	case $option in
	o) image=$OPTARG ;;
	k) kernel=$OPTARG ;;
	a) cmdline=$OPTARG ;;
	m) module=$OPTARG ;;
	s) swap_mib=$OPTARG ;;
	*) die "usage: mkimage.sh -o IMAGE -k KERNEL [-a CMDLINE] [-m MODULE] [-s SWAP_MIB] [ROOT_DIR]..." ;;
	esac
done
shift $((OPTIND - 1))
[ -n "$image" ] || die "-o IMAGE is needed"
[ -f "$kernel" ] || die "no kernel at ${kernel:-(no -k)}"
[[ $swap_mib =~ ^(0|[1-9][0-9]{0,3})$ ]] || die "SWAP=$swap_mib: not a number of MiB from 0 to 9999"
[ "${#cmdline}" -le $cmdline_max ] || die "kernel command line longer than $cmdline_max bytes"
case $cmdline in *$'\n'*) die "kernel command line with a line break" ;; esac

scratch=$(mktemp -d "$(dirname "$image")/.mkimage.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

# The GRUB files and the kernel are one more root directory.
boot_tree()
{
	local boot=$scratch/root/boot
	mkdir -p "$boot/grub"
	cp "$kernel" "$boot/kernel.elf"
	cp $deps/grub/{stage1,stage2,e2fs_stage1_5} "$boot/grub"
	awk -v cmdline="${cmdline//\\/\\\\}" '
		i = index($0, "@CMDLINE@") { $0 = substr($0, 1, i - 1) cmdline }
		{ print }' disk/menu.lst >"$boot/grub/menu.lst"
	[ -z "$module" ] || {
		cp "$module" "$boot/module"
		echo 'module /boot/module' >>"$boot/grub/menu.lst"
	}
}

# A digest of all that the image is made from: names, which are links of which, and contents.
digest_inputs()
{
	{
		echo "$swap_mib"
		cat "$0" disk/tree.sh
		awk -F'\t' '{ if (!($3 in n)) n[$3] = ++count; print $1, $2, n[$3], $4, $1 == "l" ? $5 : "" }' \
			"$scratch/files"
		contents | xargs -0 sha256sum | cut -d ' ' -f 1
	} | sha256sum
}

# The sources of all files, each inode once, ended by NULs.
contents()
{
	awk -F'\t' '$1 == "f" && !seen[$3]++ { printf "%s%c", $5, 0 }' "$scratch/files"
}

# debugfs's orders: directories first made, then filled; a second name of an inode is a link.
# /bin gets room for its many names beforehand, as debugfs enlarges no directory for a link.
fill_script()
{
	awk -F'\t' '
		{
			name = $4
			sub(/.*\//, "", name)
			dir = substr($4, 1, length($4) - length(name))
			executable = $2 ~ /[1357]/
		}
		$1 == "d" {
			printf "cd \"/%s\"\nmkdir \"%s\"\n", dir, name
			printf "sif \"/%s\" mode %s\n", $4, $4 == "tmp" ? "041777" : "040755"
			if ($4 == "bin")
				print "expand_dir /bin\nexpand_dir /bin"
			next
		}
		$1 == "l" {
			printf "symlink \"/%s\" \"%s\"\n", $4, $5
			next
		}
		$3 in first {
			printf "ln \"/%s\" \"/%s\"\n", first[$3], $4
			printf "sif \"/%s\" links_count %d\n", $4, ++links[$3]
			next
		}
		{
			first[$3] = $4
			links[$3] = 1
			printf "cd \"/%s\"\nwrite \"%s\" \"%s\"\n", dir, $5, name
			printf "sif \"/%s\" mode %s\n", $4, executable ? "0100755" : "0100644"
		}' "$scratch/files"
}

# A file system with at least 32 MiB to spare for what the guest writes.
make_root()
{
	local used inodes
	used=$(contents | xargs -0 stat -c %s |
		awk '{ n += $1 + 4096 } END { print int(n / 1048576) }')
	inodes=$(wc -l <"$scratch/files")
	root_mib=$(((used * 21 / 20 + 32 + 63) / 64 * 64))
	truncate -s ${root_mib}M "$scratch/fs"
	mke2fs -q -F -t ext2 -b 4096 -I 128 -N $((4096 + inodes / 2048 * 2048)) -m 0 -L pagoda -U $fs_uuid \
		-O ^resize_inode,^dir_index,^ext_attr -E "hash_seed=$fs_uuid,root_owner=0:0" \
		"$scratch/fs" >"$scratch/out" 2>&1 || die "mke2fs: $(tail -n 1 "$scratch/out")"
	fill_script >"$scratch/fill"
	debugfs -w -f "$scratch/fill" "$scratch/fs" >"$scratch/out" 2>"$scratch/err" || true
	if grep -v '^debugfs 1\.' "$scratch/err" >&2; then
		die "debugfs could not fill the root file system"
	fi
	e2fsck -fn "$scratch/fs" >"$scratch/out" 2>&1 ||
		die "the root file system is not sound: $(head -n 5 "$scratch/out")"
}

# make_swap DISK MIB: the swap area, so many MiB into the disk
make_swap()
{
	truncate -s "${swap_mib}M" "$scratch/swap"
	mkswap -q -U $swap_uuid -L pagoda-swap "$scratch/swap" >/dev/null 2>&1 || die "mkswap failed"
	dd if="$scratch/swap" of="$1" bs=1M seek="$2" conv=sparse,notrunc status=none
}

make_image()
{
	local disk=$scratch/disk root_end=$((1 + root_mib)) size
	size=$((((root_end + swap_mib) * mib + cylinder - 1) / cylinder * cylinder))
	truncate -s $size "$disk"
	sfdisk -q "$disk" <<-END
		label: dos
		label-id: 0x70a60da0
		start=2048, size=$((root_mib * 2048)), type=83, bootable
		$([ "$swap_mib" = 0 ] || echo "start=$((root_end * 2048)), size=$((swap_mib * 2048)), type=82")
	END
	dd if="$scratch/fs" of="$disk" bs=1M seek=1 conv=sparse,notrunc status=none
	[ "$swap_mib" = 0 ] || make_swap "$disk" "$root_end"
	install_grub "$disk"
}

# GRUB's shell is a 32-bit program; the cross compiler's C library runs it on any machine.
install_grub()
{
	local lib=/usr/i686-linux-gnu/lib
	printf '%s\n' "device (hd0) $1" 'root (hd0,0)' 'setup (hd0)' 'quit' |
		$lib/ld-linux.so.2 --library-path $lib $deps/grub/grub --batch \
			--device-map=/dev/null >"$scratch/out" 2>&1 || true
	grep -q 'Running "install.*succeeded' "$scratch/out" ||
		die "GRUB could not be installed: $(grep -m 1 Error "$scratch/out" || tail -n 3 "$scratch/out")"
}

boot_tree
list_files "$@" "$scratch/root" >"$scratch/files"
digest_inputs >"$scratch/sum"
if [ -f "$image" ] && cmp -s "$scratch/sum" "$image.sum"; then
	exit 0
fi
rm -f "$image.sum"
make_root
make_image
mv "$scratch/disk" "$image"
mv "$scratch/sum" "$image.sum"
