#!/bin/sh
# packages.sh - what `make deps` runs: the Debian packages that Pagoda needs.
#
#   setup/packages.sh run      what building, booting and tracing need
#   setup/packages.sh check    that, and what the tests need
#
# Two kinds of package are told apart. The first kind is installed, with apt-get, as root or through
# sudo, after saying what. The second kind is only unpacked, into the cache: a 32-bit static busybox
# (the guest's shell); GRUB legacy, which cannot be installed beside a Debian machine's own GRUB 2;
# and, for the tests, 32-bit programs that read /proc and /sys, with their libraries. They come
# through a private apt state directory, so that the machine's sources,
# architectures and package lists stay as they are; the mirror is the one the machine already uses.
#
# Says nothing when there is nothing to do. With NO_APT=1 it installs and fetches nothing, names
# what is missing and ends non-zero if that is anything. Leaves build/deps/{busybox,grub/}, and for
# the tests build/deps/stats/{bin,lib}/.
set -eu

run_packages='g++ make xz-utils bzip2 libncurses-dev libzstd-dev libssl-dev bochsbios vgabios
	gcc-i686-linux-gnu libc6-dev-i386-cross libc6-i386-cross
	e2fsprogs fdisk mawk gawk perl gnuplot-nox zstd qemu-system-x86'
check_packages='libasan8-i386-cross libubsan1-i386-cross parallel file
	shellcheck cppcheck clang-format-19 clang-19 libclang-rt-19-dev chromium'

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pagoda
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

# The names among the arguments of packages that are not installed.
missing()
{
	for package; do
		status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) || status=
		[ "$status" = installed ] || printf '%s ' "$package"
	done
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "not root and no sudo here; as root: apt-get install --no-install-recommends $lacking"
	fi
}

# --no-remove: never trade one of the user's packages (gcc-multilib, say) for one of ours.
install_packages()
{
	echo "deps: installing $lacking"
	as_root apt-get -q update ||
		echo "deps: apt-get update failed; trying with the package lists as they are" >&2
	# shellcheck disable=SC2086 # a list of names
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends \
		--no-remove install $lacking ||
		die "apt-get could not install $lacking(see its message above)"
}

private_apt()
{
	apt-get -q -o Dir::State="$state" -o Dir::State::status=/dev/null \
		-o Dir::Cache="$state/cache" -o Dir::Etc::SourceList="$state/sources.list" \
		-o Dir::Etc::SourceParts=/dev/null -o APT::Architecture="$arch" \
		-o APT::Architectures="$arch" -o APT::Sandbox::User= -o Acquire::Languages=none \
		-o Acquire::Retries=3 "$@"
}

# One `deb` line: the mirror of this machine's own sources, but $suite and $arch.
private_sources()
{
	for keyring in /usr/share/keyrings/debian-archive-keyring.gpg \
		/usr/share/keyrings/debian-archive-keyring.pgp; do
		[ ! -e "$keyring" ] || break
	done
	# shellcheck disable=SC2016 # the dollars are apt's
	apt-get indextargets --format '$(REPO_URI) $(CODENAME) $(COMPONENT) $(LABEL) $(CREATED_BY)' |
		awk -v codename="$codename" -v tail="$suite main" \
			-v options="[arch=$arch signed-by=$keyring]" '
			$2 == codename && $3 == "main" && $4 == "Debian" && $5 == "Packages" {
				print "deb", options, $1, tail
				exit
			}'
}

# fetch NAME ARCH SUITE [PACKAGE]...: unpack the packages (one called NAME) into $cache/NAME-SUITE,
# all of them or nothing.
fetch()
{
	name=$1 arch=$2 suite=$3
	shift 3
	[ $# -gt 0 ] || set -- "$name"
	[ ! -d "$cache/$name-$suite" ] || return 0
	state=$cache/apt-$suite-$arch
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial" "$cache/tmp"
	echo "deps: fetching $name:$arch of $suite into the cache"
	private_sources >"$state/sources.list"
	if [ ! -s "$state/sources.list" ]; then # this machine has no package lists yet
		as_root apt-get -q update
		private_sources >"$state/sources.list"
		[ -s "$state/sources.list" ] || die "apt has no source for Debian $codename main"
	fi
	private_apt update >"$state/log" 2>&1 ||
		die "no package lists for $suite: $(tail -n 1 "$state/log")"
	fetched=$(mktemp -d "$cache/tmp/XXXXXX")
	(cd "$fetched" && private_apt download "$@") >"$state/log" 2>&1 ||
		die "cannot fetch $name: $(tail -n 1 "$state/log")"
	mkdir "$fetched/root"
	for deb in "$fetched"/*.deb; do
		dpkg-deb -x "$deb" "$fetched/root"
	done
	mv "$fetched/root" "$cache/$name-$suite"
	rm -rf "$fetched"
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
check) wanted="$run_packages $check_packages" ;;
*) die "usage: setup/packages.sh run|check" ;;
esac
command -v dpkg-query >/dev/null || die "this is not a Debian machine (no dpkg-query)"
[ "$(dpkg --print-architecture)" = amd64 ] || die "an amd64 machine is needed"
# shellcheck source=/dev/null
codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
[ -n "$codename" ] || die "/etc/os-release names no Debian release"

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

mkdir -p "$cache" "$deps"
exec 9>"$cache/lock"
flock 9
fetch busybox-static i386 "$codename"
fetch grub-legacy amd64 $grub_suite
stage
if [ "$1" = check ]; then
	# shellcheck disable=SC2086 # a list of names
	fetch stats i386 $stats_suite $stats_packages
	stage_stats
fi
