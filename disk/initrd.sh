#!/bin/bash
# initrd.sh - the root file system of a Linux guest, as the archive that its kernel unpacks at boot.
#
#   disk/initrd.sh ARCHIVE INIT ROOT_DIR...
#
# Takes the union of the ROOT_DIRs that disk/mkimage.sh takes, by the same rules (disk/tree.sh), and
# the program INIT as /init. The format is cpio's "newc" (Linux's
# Documentation/driver-api/early-userspace/buffer-format.rst), uncompressed: unpacking would cost the
# guest more than reading. Owners are root, times 0, inodes numbered in order: the same inputs
# give the same bytes.
set -euo pipefail
export LC_ALL=C

die()
{
	echo "initrd: $*" >&2
	exit 1
}

. disk/tree.sh

archive=${1:?usage: initrd.sh ARCHIVE INIT ROOT_DIR...} init=${2:?}
shift 2
scratch=$(mktemp -d "$(dirname "$archive")/.initrd.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/root"
cp "$init" "$scratch/root/init"

# Of all names of an inode, the first one gets what is in the file: "inode mode links size path
# source", tab-separated. Linux makes the others links when the number of the inode is the same, and
# takes the contents from any.
numbered()
{
	awk -F'\t' -v OFS='\t' '
		FNR == NR { links[$3]++; next }
		{
			if (!($3 in number))
				number[$3] = ++count
			first = !written[$3]++
			kind = $1 == "d" ? 16384 : $1 == "l" ? 40960 : 32768
			mode = $1 == "d" || $1 == "l" || $2 ~ /[1357]/ ? 493 : 420
			if ($4 == "tmp")
				mode = 1023
			print number[$3], kind + mode, $1 == "d" ? 2 : links[$3], \
				$1 == "l" ? length($5) : $1 == "f" && first ? "file" : 0, $4, $5
		}' "$1" "$1"
}

# entry INODE MODE LINKS SIZE NAME: the header, and the name to a multiple of 4 bytes.
entry()
{
	local pad=$(((4 - (110 + ${#5} + 1) % 4) % 4))
	printf '070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%s\0' \
		"$1" "$2" 0 0 "$3" 0 "$4" 0 0 0 0 $((${#5} + 1)) 0 "$5"
	zeros $pad
}

zeros()
{
	case $1 in
	1) printf '\0' ;;
	2) printf '\0\0' ;;
	3) printf '\0\0\0' ;;
	esac
}

write_archive()
{
	local inode mode links size path source
	while IFS=$'\t' read -r inode mode links size path source; do
		if [ "$size" = file ]; then
			size=$(stat -L -c %s "$source")
			entry "$inode" "$mode" "$links" "$size" "$path"
			cat "$source"
		else
			entry "$inode" "$mode" "$links" "$size" "$path"
			[ "$size" = 0 ] || printf %s "$source"
		fi
		zeros $(((4 - size % 4) % 4))
	done
	entry 0 0 1 0 'TRAILER!!!'
}

list_files "$@" "$scratch/root" >"$scratch/files"
numbered "$scratch/files" | write_archive >"$scratch/archive"
mv "$scratch/archive" "$archive"
