#!/bin/sh
# packages.sh - what `make deps` runs: the Debian packages that Pagoda needs.
#
#   setup/packages.sh run      what building, booting and tracing need
#   setup/packages.sh check    that, and what the tests need
#   setup/packages.sh fetch    put all of it into the directory $P_OFFLINE, install nothing
#
# Two kinds of package are told apart. The first kind is installed, with apt-get, as root or through
# sudo, after saying what. The second kind is only unpacked, into the cache: a 32-bit static busybox
# (the guest's shell); GRUB legacy, which cannot be installed beside a Debian machine's own GRUB 2;
# and, for the tests, 32-bit programs that read /proc and /sys, with their libraries. They come
# through a private apt state directory (apt.sh).
#
# A machine without a network takes everything from the directory $P_OFFLINE (OFFLINE= of make),
# which `make deps-fetch OFFLINE=dir` fills on one of the same release that has a network:
# debs/ is a repository of what is installed, with all that it needs; NAME-SUITE/ are the packages
# that are only unpacked, and Bochs's source lies beside them (bochs.sh).
#
# Says nothing when there is nothing to do. With NO_APT=1 it installs and fetches nothing, names
# what is missing and ends non-zero if that is anything. Leaves build/deps/{busybox,grub/}, and for
# the tests build/deps/stats/{bin,lib}/.
set -eu

run_packages='g++ make xz-utils bzip2 libncurses-dev libzstd-dev libssl-dev bochsbios vgabios
	gcc-i686-linux-gnu libc6-dev-i386-cross libc6-i386-cross
	e2fsprogs fdisk mawk gawk perl gnuplot-nox libjs-dygraphs sqlite3 zstd qemu-system-x86'
check_packages='g++-i686-linux-gnu libasan8-i386-cross libubsan1-i386-cross parallel file
	shellcheck cppcheck clang-format-19 clang-19 libclang-rt-19-dev chromium
	man-db'

deps=build/deps
grub_suite=bookworm # the last to have GRUB legacy: the package of that name in Debian 13 is empty

# Programs for tests/stats.t, of one release everywhere, and the packages that have what they need.
stats_suite=bookworm
stats_packages='procps libproc2-0 libsystemd0 libcap2 libgcrypt20 libgpg-error0 liblz4-1 liblzma5
	libzstd1 libncursesw6 libtinfo6 util-linux libsmartcols1 numactl libnuma1'
stats_programs='free vmstat slabtop lsmem numactl numastat'

die()
{
	echo "deps: $*" >&2
	exit 1
}

. setup/apt.sh

# The names among the arguments of packages that are not installed.
missing()
{
	for package; do
		status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
		[ "$status" = installed ] || printf '%s ' "$package"
	done
}

# install_from DIR: the missing packages from a directory and nowhere else.
install_from()
{
	[ -s "$1/Packages" ] || die "OFFLINE: no package lists in $1: 'make deps-fetch OFFLINE=dir' makes them"
	local_state=$(mktemp -d)
	chmod 755 "$local_state"
	mkdir -p "$local_state/lists/partial" "$local_state/archives/partial"
	echo "deb [trusted=yes] copy:$(cd "$1" && pwd) ./" >"$local_state/sources.list"
	set -- -q -o Dir::State::Lists="$local_state/lists" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::Etc::SourceList="$local_state/sources.list" -o APT::Sandbox::User= \
		-o Dir::Cache::archives="$local_state/archives" -o Dir::Cache::pkgcache= \
		-o Dir::Cache::srcpkgcache=
	advice="make deps OFFLINE=$P_OFFLINE"
	as_root apt-get "$@" update
	# shellcheck disable=SC2086 # a list of names
	as_root env DEBIAN_FRONTEND=noninteractive apt-get "$@" -y --no-install-recommends \
		--no-remove install $lacking ||
		die "OFFLINE=$P_OFFLINE does not do for $lacking(see apt-get's message above)"
	as_root rm -rf "$local_state"
}

# --no-remove: never trade one of the user's packages (gcc-multilib, say) for one of ours.
install_packages()
{
	echo "deps: installing $lacking"
	if [ -n "${P_OFFLINE-}" ]; then
		install_from "$P_OFFLINE/debs"
		return
	fi
	install="apt-get install --no-install-recommends $lacking"
	advice="apt-get update; $install"
	as_root true
	stale=
	update_lists || {
		echo "deps: apt-get update failed; trying with the package lists as they are" >&2
		stale="; apt-get update had failed before: $no_network"
	}
	# shellcheck disable=SC2086 # a list of names
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		--no-remove install $lacking ||
		die "apt-get could not install $lacking(see its message above)$stale"
}

# fetch NAME ARCH SUITE [PACKAGE]...: unpack the packages (one called NAME) into $cache/NAME-SUITE,
# all of them or nothing.
fetch()
{
	name=$1 arch=$2 suite=$3
	shift 3
	[ $# -gt 0 ] || set -- "$name"
	[ ! -d "$cache/$name-$suite" ] || return 0
	mkdir -p "$cache/tmp"
	fetched=$(mktemp -d "$cache/tmp/XXXXXX")
	if [ -n "${P_OFFLINE-}" ]; then
		cp "$P_OFFLINE/$name-$suite"/*.deb "$fetched" 2>/dev/null ||
			die "OFFLINE=$P_OFFLINE: no $name-$suite/*.deb there"
	else
		download "$fetched" "$@"
	fi
	mkdir "$fetched/root"
	for deb in "$fetched"/*.deb; do
		dpkg-deb -x "$deb" "$fetched/root"
	done
	mv "$fetched/root" "$cache/$name-$suite"
	rm -rf "$fetched"
}

# Those that are only unpacked: CALL NAME ARCH SUITE [PACKAGE]... for each.
each_unpacked()
{
	"$1" busybox-static i386 "$codename"
	"$1" grub-legacy amd64 $grub_suite
	# shellcheck disable=SC2086 # a list of names
	[ "$2" = run ] || "$1" stats i386 $stats_suite $stats_packages
}

# Their files into $P_OFFLINE.
save()
{
	name=$1 arch=$2 suite=$3
	shift 3
	[ $# -gt 0 ] || set -- "$name"
	rm -rf "${P_OFFLINE:?}/$name-$suite"
	mkdir -p "$P_OFFLINE/$name-$suite"
	download "$P_OFFLINE/$name-$suite" "$@"
}

# A repository of what `make deps` installs on a machine that has nothing yet.
save_debs()
{
	debs=$P_OFFLINE/debs
	mkdir -p "$debs/partial" "$cache/tmp"
	echo "deps: fetching what the packages need, into $debs"
	# shellcheck disable=SC2086 # a list of names
	apt-get -q -y -o Dir::State::status=/dev/null -o Debug::NoLocking=1 -o Dir::Cache::pkgcache= \
		-o Dir::Cache::srcpkgcache= -o Dir::Cache::archives="$debs" -o APT::Sandbox::User= \
		-o APT::Keep-Downloaded-Packages=true --no-install-recommends --download-only \
		install $wanted >"$cache/tmp/log" 2>&1 ||
		die "cannot fetch the packages: $(tail -n 1 "$cache/tmp/log"); apt-get update needed? $no_network"
	for deb in "$debs"/*.deb; do
		dpkg-deb -f "$deb"
		printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "${deb##*/}" "$(stat -c %s "$deb")" \
			"$(sha256sum "$deb" | cut -d' ' -f1)"
	done >"$debs/Packages.new"
	mv "$debs/Packages.new" "$debs/Packages"
	rm -rf "$debs/partial" "$debs/lock"
}

# Put what the image builder needs of the unpacked packages under build/.
stage()
{
	mkdir -p "$deps/grub"
	cp -p "$(find "$cache/busybox-static-$codename" -path '*bin/busybox' -type f)" "$deps/busybox"
	grub=$cache/grub-legacy-$grub_suite/usr
	cp -p "$grub/sbin/grub" "$grub"/lib/grub/*/stage1 "$grub"/lib/grub/*/stage2 \
		"$grub"/lib/grub/*/e2fs_stage1_5 "$deps/grub"
}

# The same for the programs of the tests, with the libraries under the names they are asked for by.
stage_stats()
{
	root=$cache/stats-$stats_suite
	rm -rf "$deps/stats"
	mkdir -p "$deps/stats/bin" "$deps/stats/lib"
	for program in $stats_programs; do
		cp -p "$root/usr/bin/$program" "$deps/stats/bin"
	done
	find "$root" -path '*/lib/i386-linux-gnu/lib*.so.[0-9]*' ! -name '*.so.*.*' \
		-exec cp -Lp {} "$deps/stats/lib" \;
}

case ${1-} in
run) wanted=$run_packages ;;
check | fetch) wanted="$run_packages $check_packages" ;;
*) die "usage: setup/packages.sh run|check|fetch" ;;
esac
need_debian

mkdir -p "$cache" "$deps"
exec 9>"$cache/lock"
if [ "$1" = fetch ]; then
	[ -n "${P_OFFLINE-}" ] || die "where to? make deps-fetch OFFLINE=dir"
	mkdir -p "$P_OFFLINE"
	P_OFFLINE=$(cd "$P_OFFLINE" && pwd) # of a relative path apt has its own idea
	flock 9
	each_unpacked save check
	save_debs
	exit
fi
if [ -n "${P_OFFLINE-}" ] && [ ! -d "$P_OFFLINE" ]; then
	die "OFFLINE=$P_OFFLINE: no such directory"
fi

# shellcheck disable=SC2086 # a list of names
lacking=$(missing $wanted)
if [ "${NO_APT-}" = 1 ]; then
	[ "$1" = run ] && stats='' || stats=stats-$stats_suite
	for package in "busybox-static-$codename" "grub-legacy-$grub_suite" $stats; do
		[ -d "$cache/$package" ] || lacking="$lacking$package(cached) "
	done
	[ -z "$lacking" ] || die "missing: $lacking"
fi
[ -z "$lacking" ] || install_packages

flock 9
each_unpacked fetch "$1"
stage
[ "$1" = run ] || stage_stats
