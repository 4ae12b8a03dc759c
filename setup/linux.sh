#!/bin/sh
# linux.sh - Debian's i386 kernel, unpacked for disk/linux: what GUEST=linux boots.
#
#   setup/linux.sh get      build/deps/linux/{setup,image,size,version,exports}, from the cache if it is there
#   setup/linux.sh fetch    puts the package into $P_OFFLINE, for a machine without a network
#
#   setup      the first KiB of the kernel's file, with its setup header
#   image      what it unpacks to, as it lies in memory from 16 MiB on
#   size       bytes that it needs from there on, its variables included
#   version    as `uname -r` says it
#   exports    "ADDRESS NAME" of what the kernel exports to modules, variables too
#
# The package is what `linux-image-686` of bookworm depends on, the last release that has a kernel for
# i386, from this machine's mirror (setup/apt.sh); of it only the kernel's file is kept. With NO_APT=1 nothing is fetched. Says nothing when there is
# nothing to do.
set -eu
export LC_ALL=C

readonly meta=linux-image-686
readonly kernel_suite=bookworm

die()
{
	echo "FAILED: GUEST=linux: $*" >&2
	exit 1
}

. setup/apt.sh
name=$meta
no_network="is there a network? (without one: OFFLINE=dir, filled by 'make deps-fetch OFFLINE=dir' elsewhere)"

# The package into the directory $1.
fetch_package()
{
	arch=i386 suite=$kernel_suite
	private_state
	echo "deps: fetching $meta:i386 of $suite"
	update_private || die "no package lists: $(tail -n 1 "$state/log"); $no_network"
	package=$(private_apt cache depends "$meta" 2>/dev/null | sed -n 's/^ *Depends: //p' | head -n 1)
	[ -n "$package" ] || die "Debian $suite has no $meta for i386"
	(cd "$1" && private_apt get download "$package") >"$state/log" 2>&1 ||
		die "cannot fetch $package: $(tail -n 1 "$state/log"); $no_network"
}

# number FILE OFFSET SIZE
number()
{
	od -An -t "u$3" -j "$2" -N "$3" "$1" | tr -d ' '
}

# The kernel's file holds an ELF file, packed with xz (Linux's Documentation/x86/boot.rst).
unpack_kernel()
{
	file=$(find "$work/root/boot" -name 'vmlinuz-*')
	[ -f "$file" ] || die "no kernel in the package"
	echo "${file##*/vmlinuz-}" >"$work/version"
	head -c 1024 "$file" >"$work/setup"
	from=$((($(number "$file" 497 1) + 1) * 512 + $(number "$file" 584 4)))
	length=$(number "$file" 588 4)
	tail -c +$((from + 1)) "$file" | head -c "$((length - 4))" | xz -dc >"$work/vmlinux" 2>/dev/null &&
		[ "$(stat -c %s "$work/vmlinux")" = "$(number "$file" $((from + length - 4)) 4)" ] ||
		die "the kernel's file is packed otherwise than by xz"
	i686-linux-gnu-objcopy -O binary "$work/vmlinux" "$work/image" ||
		die "the kernel's file holds no ELF file"
	[ "$(number "$file" 600 4)" = $((16 << 20)) ] || die "the kernel does not want to lie at 16 MiB"
	number "$file" 608 4 >"$work/size"
}

# section NAME: address, offset and size of a section of the ELF file, decimal.
section()
{
	i686-linux-gnu-readelf -SW "$work/vmlinux" | sed 's/^ *\[ *[0-9]*\] *//' | while read -r what _ addr off size _; do
		[ "$what" != "$1" ] || echo $((0x$addr)) $((0x$off)) $((0x$size))
	done
}

# What the kernel exports: for each, three offsets from where they stand, of the thing, its name, and
# its name space (Linux's struct kernel_symbol).
list_exports()
{
	# shellcheck disable=SC2046 # three numbers
	set -- $(section __ksymtab_strings)
	strings_at=$1
	tail -c +$(($2 + 1)) "$work/vmlinux" | head -c "$3" | tr '\n\0' ' \n' >"$work/strings"
	for table in __ksymtab __ksymtab_gpl; do
		# shellcheck disable=SC2046
		set -- $(section $table)
		tail -c +$(($2 + 1)) "$work/vmlinux" | head -c "$3" | od -An -v -t d4 -w12 |
			awk -v table="$1" -v strings="$strings_at" '
				function address(at, offset,    sum)
				{
					sum = at + offset
					return sum >= 4294967296 ? sum - 4294967296 : sum
				}
				FNR == NR { name[strings + before] = $0; before += length($0) + 1; next }
				{
					at = table + 12 * n++
					printf "%s %s\n", hex(address(at, $1)), name[address(at + 4, $2)]
				}
				function hex(value,    i, text)
				{
					for (i = 0; i < 8; i++) {
						text = substr("0123456789abcdef", value % 16 + 1, 1) text
						value = int(value / 16)
					}
					return text
				}' "$work/strings" -
	done | sort >"$work/exports"
	grep -q ' current_task$' "$work/exports" || die "the kernel's list of exported names cannot be read"
}

get()
{
	store=$cache/linux-$kernel_suite
	exec 9>"$cache/lock"
	flock 9
	if [ ! -d "$store" ]; then
		mkdir -p "$cache/tmp"
		work=$(mktemp -d "$cache/tmp/XXXXXX")
		trap 'rm -rf "$work"' EXIT
		if [ -n "${P_OFFLINE-}" ]; then
			cp "$P_OFFLINE/linux-$kernel_suite"/*.deb "$work" 2>/dev/null ||
				die "OFFLINE=$P_OFFLINE: no linux-$kernel_suite/*.deb there"
		elif [ "${NO_APT-}" = 1 ]; then
			die "$meta is not in the cache, and NO_APT=1"
		else
			fetch_package "$work"
		fi
		mkdir "$work/root" "$work/done"
		dpkg-deb --fsys-tarfile "$work"/*.deb | tar -x -C "$work/root" ./boot
		unpack_kernel
		list_exports
		(cd "$work" && mv setup image size version exports "$work/done")
		mv "$work/done" "$store"
	fi
	mkdir -p build/deps
	[ "$(readlink build/deps/linux)" = "$store" ] || ln -sfn "$store" build/deps/linux
}

need_debian
mkdir -p "$cache"
case ${1-} in
get) get ;;
fetch)
	[ -n "${P_OFFLINE-}" ] || die "where to? make deps-fetch OFFLINE=dir"
	mkdir -p "$P_OFFLINE"
	into=$(cd "$P_OFFLINE" && pwd)/linux-$kernel_suite
	rm -rf "$into"
	mkdir "$into"
	fetch_package "$into"
	;;
*) die "usage: setup/linux.sh get|fetch" ;;
esac
