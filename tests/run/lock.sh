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
