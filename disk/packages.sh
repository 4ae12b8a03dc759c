#!/bin/bash
# packages.sh - Debian i386 packages for the guest's root, unpacked with all that they depend on.
#
#   disk/packages.sh link PACKAGES LINK    makes LINK point to the directory that has their files
#   disk/packages.sh fetch PACKAGES        puts them into $P_OFFLINE, for a machine without a network
#
# The packages are those of this machine's release and, for i386, of the mirror that it uses; what
# Depends and Pre-Depends name comes along, Recommends does not. They are unpacked and no more:
# their maintainer scripts, which would make the links of /etc/alternatives, do not run. Without root
# and without touching the machine's own apt (setup/apt.sh).
#
# The cache keeps each set of packages, so the second run of one needs no network; the machine's own
# apt-get asks for package lists no more than once a day. In it, as in $P_OFFLINE:
#
#   packages-RELEASE/debs/     the packages, those of all sets together
#   packages-RELEASE/sets/SET  the names of their files, one a line
#   packages-RELEASE/roots/SET (cache only) the set unpacked
#
# dash is in every set, as Debian's programs expect it to be /bin/sh; and the guest's own shell, which
# is busybox, would call busybox's xz although the set has one.
#
# With NO_APT=1 nothing is fetched.
set -euo pipefail
export LC_ALL=C

# What the guest does without: none of it is read by a program at work.
readonly left_out=(usr/share/{doc,doc-base,man,info,locale,lintian,bug,menu})

die()
{
	echo "FAILED: PACKAGES: $*" >&2
	exit 1
}

. setup/apt.sh
no_network="is there a network? (without one: OFFLINE=dir, filled by"
no_network+=" 'make deps-fetch PACKAGES=... OFFLINE=dir' elsewhere)"

# Sets ${packages[@]}, and $set, what to call them.
split_packages()
{
	local package
	mapfile -t packages < <(tr -s ' \t' '\n\n' <<<"$1" | sed '/^$/d' | sort -u)
	[ ${#packages[@]} -gt 0 ] || die "no name among \"$1\""
	for package in "${packages[@]}"; do
		[[ $package =~ ^[a-z0-9][a-z0-9+.-]*[a-z0-9+.]$ ]] ||
			die "$package: not the name of a package"
	done
	set=$(IFS=, && echo "${packages[*]}")
	[ ${#set} -le 200 ] || set=$(sha256sum <<<"$set" | cut -c 1-32)
}

# Ends the script when apt does not know one of the packages.
check_names()
{
	local package near
	private_apt cache pkgnames 2>/dev/null | awk '{ print length($0), $0 }' | sort -n |
		cut -d ' ' -f 2 >"$work/names"
	[ -s "$work/names" ] || die "no package lists: $no_network"
	for package in "${packages[@]}"; do
		! grep -qxFe "$package" "$work/names" || continue
		near=$(private_apt cache showpkg "$package" 2>/dev/null |
			sed '1,/^Reverse Provides:/d; s/ .*//' | sort -u | paste -sd ' ')
		[ -z "$near" ] || die "$package is only a name for one of: $near"
		near=$(awk -v name="$package" 'index($0, name) == 1 ||
				substr($0, 1, 1) == substr(name, 1, 1) &&
				(length($0) - length(name)) ^ 2 <= 4' "$work/names" |
			setup/typos.sh nearest "$package")
		near=${near:+; the nearest is $near}
		die "$package: Debian $codename has no such package for i386$near;" \
			"'apt-cache search WORD' looks for one"
	done
}

solve()
{
	private_apt get -y --no-install-recommends -o Dir::Cache::archives="$1" \
		-o APT::Keep-Downloaded-Packages=true -o Debug::NoLocking=1 "${@:2}" \
		install "${packages[@]}" dash
}

why()
{
	grep -m 1 '^E: ' "$1" || tail -n 1 "$1"
}

# The packages into $1/debs and the names of their files into $work/set.
fetch_set()
{
	local debs=$1/debs
	mkdir -p "$work/none/partial" "$debs/partial"
	check_names
	solve "$work/none" --print-uris >"$work/log" 2>&1 || die "${packages[*]}: $(why "$work/log")"
	sed -n "s/^'[^']*' \([^ ]*\.deb\) [0-9]* .*/\1/p" "$work/log" >"$work/set"
	echo "packages: fetching ${packages[*]}: $(wc -l <"$work/set") with what they need"
	solve "$debs" --download-only >"$work/log" 2>&1
}

# The lists are those of today; a mirror that has changed since is asked again.
fetch()
{
	arch=i386 suite=$codename
	private_state
	[ "${NO_APT-}" != 1 ] || die "${packages[*]}: not in the cache, and NO_APT=1"
	if [ -z "$(find "$state/updated" -mmin -1440 2>/dev/null)" ]; then
		update_private || echo "packages: no new package lists: $(tail -n 1 "$state/log")" >&2
	fi
	fetch_set "$1" || { update_private && fetch_set "$1"; } ||
		die "${packages[*]}: $(why "$work/log"); $no_network"
	rm -rf "$1/debs/"{partial,lock}
	mkdir -p "$1/sets"
	mv "$work/set" "$1/sets/$set"
}

# unpack FROM: as this user's files, and mkimage.sh wants no odd names.
unpack()
{
	local deb
	mkdir "$work/root"
	while IFS= read -r deb; do
		dpkg-deb --fsys-tarfile "$1/debs/$deb" | tar -x -C "$work/root" --no-same-owner \
			--keep-directory-symlink --exclude-from=<(printf './%s/*\n' "${left_out[@]}") ||
			die "$deb cannot be unpacked"
	done <"$1/sets/$set"
	chmod -R u+rwX,u-s,g-s "$work/root"
	find "$work/root" -depth \( -name '*["\\]*' -o -name $'*[\t\n]*' \) -exec rm -rf {} +
	mkdir -p "$store/roots" "$work/root/usr/bin"
	ln -sf dash "$work/root/usr/bin/sh"
	mv "$work/root" "$store/roots/$set"
}

link()
{
	local from=$store
	if [ ! -d "$store/roots/$set" ]; then
		if [ -n "${P_OFFLINE-}" ]; then
			from=$P_OFFLINE/packages-$codename
			[ -f "$from/sets/$set" ] ||
				die "OFFLINE=$P_OFFLINE has no ${packages[*]}:" \
					"make deps-fetch PACKAGES='${packages[*]}' OFFLINE=dir, elsewhere"
		else
			fetch "$store"
		fi
		unpack "$from"
	fi
	ln -sfn "$store/roots/$set" "$1"
}

need_debian
store=$cache/packages-$codename
split_packages "${2-}"
mkdir -p "$store" "$cache/tmp"
work=$(mktemp -d "$cache/tmp/XXXXXX")
trap 'rm -rf "$work"' EXIT
exec 9>"$cache/lock"
flock 9
case ${1-} in
link) link "${3:?}" ;;
fetch)
	[ -n "${P_OFFLINE-}" ] || die "where to? make deps-fetch OFFLINE=dir"
	mkdir -p "$P_OFFLINE"
	fetch "$(realpath "$P_OFFLINE")/packages-$codename" # of a relative path apt has its own idea
	;;
*) die "usage: disk/packages.sh link|fetch PACKAGES [LINK]" ;;
esac
