#!/bin/bash
# release.sh - what `make check-release RELEASE=13` runs: the two commands of README on another
# Debian release, in a directory of its own, as root and as an ordinary user without sudo.
#
#   setup/release.sh RELEASE      12 or 13
#
# debootstrap makes a minimal system of that release in the cache, from the mirror that this
# machine uses, with nothing but make; what HEAD holds is unpacked there, as a fresh clone would be,
# and each of the two runs `make trace` and `make check`. Everything is mounted in a name space of
# its own, which ends with the run. Only the kernel is this machine's.
#
#   TESTS='tests/x.t ...'     these tests alone; as for make check
#   RUNS='root user'          who
#   P_COMMANDS='trace check'  what of the two
#
# The system stays in the cache; `make distclean` removes it, and the next one is fresh.
# The user's cache begins as a copy of root's, so that Bochs is not compiled twice.
# Logs: build/release-RELEASE/{root,user}-{trace,check}.log. Ends non-zero when one of them failed.
set -euo pipefail

die()
{
	echo "check-release: $*" >&2
	exit 1
}

case ${1-} in
12) suite=bookworm ;;
13) suite=trixie ;;
*) die 'RELEASE=12 or RELEASE=13: which Debian release?' ;;
esac
release=$1
commands=${P_COMMANDS:-trace check}
system=${XDG_CACHE_HOME:-$HOME/.cache}/pagoda/release-$release
logs=$PWD/build/release-$release
[ "$(id -u)" = 0 ] || die "debootstrap and chroot need root: sudo make check-release RELEASE=$release"
for tool in debootstrap unshare chroot git; do
	PATH=$PATH:/usr/sbin command -v $tool >/dev/null || die "no $tool: apt-get install $tool"
done
PATH=$PATH:/usr/sbin:/sbin
mkdir -p "$logs"

# The address of the Debian archive that this machine's own packages come from.
mirror()
{
	# shellcheck disable=SC2016 # the dollars are apt's
	apt-get indextargets --format '$(REPO_URI) $(COMPONENT) $(LABEL) $(CREATED_BY)' |
		awk '$2 == "main" && $3 == "Debian" && $4 == "Packages" { print $1; exit }'
}

make_system()
{
	local from
	from=$(mirror)
	[ -n "$from" ] || die 'apt has no package lists that name a Debian mirror: apt-get update'
	echo "check-release: making a minimal Debian $release in $system"
	rm -rf --one-file-system "$system" "$system.new"
	debootstrap --variant=minbase --include=make,ca-certificates "$suite" "$system.new" "$from" \
		>"$logs/debootstrap.log" 2>&1 || die "debootstrap failed, see $logs/debootstrap.log"
	chroot "$system.new" useradd -m user
	mv "$system.new" "$system"
}

# inside WHO COMMAND: runs a shell command in the other system; called in a name space of its own
inside()
{
	mount --bind "$system" "$system"
	mount -t proc proc "$system/proc"
	mount -t sysfs -o ro sysfs "$system/sys"
	mount --rbind /dev "$system/dev"
	mount -t tmpfs -o mode=1777 tmpfs "$system/tmp"
	exec chroot "$system" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LC_ALL=C.UTF-8 \
		${http_proxy:+http_proxy="$http_proxy"} su -s /bin/bash "$1" -c "$2"
}
export system
export -f inside

run()
{
	unshare --mount --pid --fork --kill-child bash -euc 'inside "$@"' inside "$@"
}

# The tree as a fresh clone has it, in the home directory of root or user.
unpack_tree()
{
	local home=/root
	[ "$1" = root ] || home=/home/$1
	rm -rf "$system$home/pagoda"
	mkdir "$system$home/pagoda"
	git archive HEAD | tar -x -C "$system$home/pagoda"
	if [ "$1" != root ] && [ -d "$system/root/.cache" ] && [ ! -d "$system$home/.cache" ]; then
		cp -a "$system/root/.cache" "$system$home"
	fi
	chroot "$system" chown -R "$1:" "$home"
}

[ -d "$system" ] || make_system
cp -L /etc/resolv.conf "$system/etc/resolv.conf"
failed=0
for who in ${RUNS:-root user}; do
	unpack_tree "$who"
	for command in $commands; do
		tests=
		[ "$command" = trace ] || tests=${TESTS:+"TESTS='$TESTS'"}
		log=$logs/$who-$command.log verdict=passed start=$SECONDS
		run "$who" "cd ~/pagoda && make $command $tests" >"$log" 2>&1 </dev/null || verdict=FAILED
		printf '%-7s Debian %s, %s: make %s%s (%d s, %s)\n' "$verdict" "$release" "$who" "$command" \
			"${tests:+ $tests}" $((SECONDS - start)) "${log#"$PWD"/}"
		[ $verdict = passed ] || {
			failed=1
			tail -n 40 "$log" | sed 's/^/    /'
		}
	done
done
exit $failed
