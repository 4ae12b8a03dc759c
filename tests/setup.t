#!/bin/bash
# setup.t - what setup/ says and does on machines that lack something: on stand-ins for apt and dpkg.
. tests/tap.sh
set -u

# stand_in NAME TEXT: a command that is found first
stand_in()
{
	printf '#!/bin/sh\n%s\n' "$2" >"$scratch/bin/$1"
	chmod +x "$scratch/bin/$1"
}

# A bare machine of an ordinary user: nothing installed, no package lists, no network, no sudo.
mkdir -p "$scratch"/{bin,tools,home}
for tool in env sh bash cat cp mv rm mkdir mktemp chmod awk sed grep tail cut sort tr ln dirname tar \
	readlink flock sha256sum stat find head xargs nproc g++ make xz apt-config dpkg dpkg-deb; do
	ln -sf "$(command -v $tool)" "$scratch/tools/$tool"
done
stand_in id 'echo 1000'
stand_in dpkg-query 'exit 1'
# shellcheck disable=SC2016 # they are for the stand-in
stand_in apt-get 'echo "apt-get $*" >>"$LOG"
case " $* " in
*" update "*) echo "Err: could not resolve"; exit 100 ;;
*" indextargets "*) ;;
*) exit 100 ;;
esac'
log=$PWD/$scratch/log
mkdir "$scratch/tree" # the scripts work there, not here
ln -s "$PWD"/{setup,kernel,tests,bochs-plugin} "$scratch/tree"

# setup SCRIPT ARG [NAME=VALUE]...: what it says, and its status
setup()
{
	local script=$1 arg=$2 place=$PWD/$scratch
	shift 2
	: >"$log"
	(cd "$scratch/tree" && exec env -i LOG="$log" HOME="$place/home" \
		PATH="$place/bin:$place/tools" "$@" "setup/$script" "$arg" 2>&1)
	echo "status $?"
}

said=$(setup packages.sh run)
like 'without root or sudo: what root should type' "$said" \
	'as root: apt-get update; apt-get install --no-install-recommends [a-z]'
stand_in dpkg-query 'echo installed'
said=$(setup packages.sh run)
like 'packages there, package lists empty: apt-get update is named' "$said" 'as root: apt-get update$'
unlike '... and no empty list of packages' "$said" 'install'
stand_in id 'echo 0'
said=$(setup packages.sh run)
like 'no network: that is asked for' "$said" 'apt-get update failed: is there a network\?.*OFFLINE=dir'
stand_in dpkg-query 'exit 1'
said=$(setup packages.sh run)
like '... also when packages are missing' "$said" \
	'could not install .*apt-get update had failed.*is there a network\?'
like '... which every failed source is enough for' "$(cat "$log")" 'APT::Update::Error-Mode=any update'
like '... and Bochs cannot be had' "$(setup bochs.sh trace)" 'apt-get update\?.*BOCHS_SRC=FILE'
like 'a directory that is not there' "$(setup packages.sh run P_OFFLINE=/none)" \
	'OFFLINE=/none: no such directory'
like 'a place is needed to fetch to' "$(setup packages.sh fetch)" 'make deps-fetch OFFLINE=dir'

like 'an unknown release is refused' "$(setup release.sh 11)" 'RELEASE=12 or RELEASE=13'
stand_in id 'echo 1000'
like 'another release needs root' "$(setup release.sh 13)" 'sudo make check-release RELEASE=13'
stand_in id 'echo 0'

# A machine without a network, and a directory that deps-fetch filled: made of small packages here.
offline=$PWD/$scratch/offline
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")

# deb DIR NAME FILE...: a package in the offline directory
deb()
{
	local dir=$offline/$1 package=$scratch/deb/$2 file
	mkdir -p "$dir" "$package/DEBIAN"
	printf '%s\n' "Package: $2" 'Version: 1' 'Architecture: all' 'Maintainer: nobody <>' \
		'Description: stand-in' >"$package/DEBIAN/control"
	for file in "${@:3}"; do
		mkdir -p "$package/$(dirname "$file")"
		echo "$2" >"$package/$file"
	done
	dpkg-deb --root-owner-group -b "$package" "$dir/$2.deb" >/dev/null
}

deb "busybox-static-$codename" busybox-static bin/busybox
deb grub-legacy-bookworm grub-legacy usr/sbin/grub usr/lib/grub/i386-pc/{stage1,stage2,e2fs_stage1_5}
deb debs gawk usr/bin/gawk
echo 'Package: gawk' >"$offline/debs/Packages"
# shellcheck disable=SC2016 # they are for the stand-in
stand_in apt-get 'echo "apt-get $*" >>"$LOG"
for word; do case $word in *sources.list) cat "${word#*=}" >>"$LOG" ;; esac; done'
said=$(setup packages.sh run P_OFFLINE="$offline")
like 'with OFFLINE=dir all is well' "$said" 'status 0'
like '... packages come from there alone' "$(cat "$log")" "^deb \[trusted=yes\] copy:$offline/debs ./"
is '... and what is only unpacked' \
	"$(cat "$scratch"/tree/build/deps/{busybox,grub/stage1} | paste -sd' ')" 'busybox-static grub-legacy'
unlike '... and nothing from elsewhere' "$(cat "$log")" 'indextargets|download'
rm -r "$offline/grub-legacy-bookworm" "$scratch/home/.cache"
like 'what it lacks is named' "$(setup packages.sh run P_OFFLINE="$offline")" \
	"OFFLINE=$offline: no grub-legacy-bookworm/"
like "Linux's package too" "$(setup linux.sh get P_OFFLINE="$offline")" "OFFLINE=$offline: no linux-bookworm/"
like '... which NO_APT=1 does not fetch' "$(setup linux.sh get NO_APT=1)" 'not in the cache, and NO_APT=1'
like "Bochs's source too" "$(setup bochs.sh trace P_OFFLINE="$offline")" "OFFLINE=$offline: no bochs_.* there"
# shellcheck disable=SC2016 # they are for the stand-in
stand_in apt-get 'echo "apt-get $*" >>"$LOG"
case " $* " in *" indextargets "*) echo "none: $CODENAME main Debian Packages" ;; esac'
setup packages.sh fetch P_OFFLINE=stick CODENAME="$codename" >/dev/null
like 'deps-fetch to a directory named from here: apt gets it whole' "$(cat "$log")" \
	"Dir::Cache::archives=$PWD/$scratch/tree/stick/debs "

done_testing
