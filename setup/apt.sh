# apt.sh - apt on a state directory of our own. Source it; `die MESSAGE...` is the caller's.
# shellcheck shell=sh disable=SC2154 # $suite, $arch and $name are set by the caller
#
#   need_debian                     ends the script elsewhere; sets $codename, of the release
#   update_lists                    the machine's own package lists, as root
#   as_root COMMAND...              an ordinary user without sudo is told what to do, $advice, instead
#   private_state                   sets $state, for packages of $suite and $arch
#   private_apt get|cache ARG...    apt-get or apt-cache there, with that one source
#   update_private                  its package lists
#   download DIR PACKAGE...         the files of packages
#
# The machine's sources, architectures and package lists stay as they are; the mirror is the one
# that it already uses.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/pagoda
no_network="is there a network? (without one: OFFLINE=dir, filled by 'make deps-fetch' elsewhere)"

need_debian()
{
	command -v dpkg-query >/dev/null || die "this is not a Debian machine (no dpkg-query)"
	[ "$(dpkg --print-architecture)" = amd64 ] || die "an amd64 machine is needed"
	# shellcheck source=/dev/null
	codename=$(. /etc/os-release && echo "${VERSION_CODENAME-}")
	[ -n "$codename" ] || die "/etc/os-release names no Debian release"
}

as_root()
{
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo "$@"
	else
		die "not root and no sudo here; as root: $advice"
	fi
}

# Fails too when but one source could not be reached: apt-get alone calls that a success.
update_lists()
{
	advice="apt-get update"
	as_root apt-get -q -o APT::Update::Error-Mode=any update
}

private_state()
{
	state=$cache/apt-$suite-$arch
	mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
}

private_apt()
{
	tool=apt-$1
	shift
	"$tool" -q -o Dir::State="$state" -o Dir::State::status=/dev/null \
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

update_private()
{
	private_sources >"$state/sources.list"
	if [ ! -s "$state/sources.list" ]; then # this machine has no package lists yet
		update_lists || die "apt-get update failed: $no_network"
		private_sources >"$state/sources.list"
		[ -s "$state/sources.list" ] || die "apt has no source for Debian $codename main"
	fi
	private_apt get -o APT::Update::Error-Mode=any update >"$state/log" 2>&1 || return 1
	: >"$state/updated"
}

download()
{
	into=$1
	shift
	private_state
	echo "deps: fetching $name:$arch of $suite"
	update_private || die "no package lists for $suite: $(tail -n 1 "$state/log"); $no_network"
	(cd "$into" && private_apt get download "$@") >"$state/log" 2>&1 ||
		die "cannot fetch $name: $(tail -n 1 "$state/log"); $no_network"
}
