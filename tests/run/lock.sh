# lock.sh - one run at a time in a directory of recordings. Source it, then:
# shellcheck shell=bash
#
#   lock_out DIR    makes DIR; ends with one line and status 1 when another run uses it
#
# The lock is flock's, on DIR/.lock as file 9, which the emulator inherits: it is held as long as
# anybody of this run is alive, and one of a run that was killed does not linger.

lock_out()
{
	mkdir -p "$1" 2>/dev/null || lock_refused "OUT=$1: cannot make this directory"
	if [ ! "/proc/self/fd/9" -ef "$1/.lock" ]; then
		: 2>/dev/null >>"$1/.lock" || lock_refused "OUT=$1: cannot write there"
		exec 9>>"$1/.lock"
	fi
	flock -n 9 || lock_refused "OUT=$1: in use: another run is recording there"
}

lock_refused()
{
	echo "FAILED: $1" >&2
	exit 1
}

# new_out NAME: makes and locks out/NAME-N, N one more than any there is; sets $out.
new_out()
{
	local name n=0 dir last
	name=$(printf '%s' "${1##*/}" | LC_ALL=C tr -c 'A-Za-z0-9._+-' _)
	for dir in "out/$name"-*; do
		last=${dir##*-}
		case $last in '' | 0* | *[!0-9]* | ??????????*) continue ;; esac
		[ "$last" -le $n ] || n=$last
	done
	mkdir -p out || lock_refused "out: cannot make this directory"
	until n=$((n + 1)) && mkdir "out/$name-$n" 2>/dev/null; do
		[ -e "out/$name-$n" ] || lock_refused "out/$name-$n: cannot make this directory"
	done
	out=out/$name-$n
	lock_out "$out"
}

# point_latest DIR: out/latest is a link to DIR, of out/. A directory of that name, of a time when
# recordings went there, becomes one more recording.
point_latest()
{
	local link=out/.latest.$$ n=1
	if [ -d out/latest ] && [ ! -L out/latest ]; then
		while [ -e "out/earlier-$n" ]; do n=$((n + 1)); done
		mv out/latest "out/earlier-$n"
	fi
	ln -s "${1#out/}" "$link" && mv -T "$link" out/latest
}
