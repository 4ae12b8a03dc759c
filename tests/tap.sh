# tap.sh - TAP for the shell tests; source it: . tests/tap.sh
# shellcheck shell=sh
#
#   plan N                      how many results will follow (or done_testing at the end)
#   ok NAME COMMAND [ARG]...    ok when COMMAND ends 0; else its output follows as diagnostics
#   not_ok NAME COMMAND...      ok when COMMAND does not end 0
#   is NAME GOT WANT            equal strings
#   like NAME TEXT ERE          TEXT has a line that matches
#   unlike NAME TEXT ERE        TEXT has none
#   pass NAME, fail NAME        a result known otherwise
#   tried_all SUITE LOG         true when a console log has the suite, and no case of it skipped
#   job_output NAME FILE        what job NAME wrote, of the standard output of several, and its status
#   skip_all REASON             this machine cannot run any of this file
#   diag TEXT                   comment lines: why the result before it is what it is
#   note TEXT                   comment lines of no importance, which prove -v alone shows
#
# Under `make check`, which names a directory with P_WHY, the failures with their diagnostics go there
# too, for tests/run/why.sh to show at the end: prove shows none. What the test and its programs
# say on standard error (bash names each one that was killed on purpose) is shown only
# when the test fails. A test that is run by hand says all at once.
#
# A test runs from the top of the tree; $scratch is its own empty directory under build/test/.

PATH=$PATH:/usr/sbin:/sbin # e2fsck, for one, of a user who is not root

tap_count=0
tap_failed=0

# A test that calls make must not inherit the variables of the make that runs the tests.
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

# shellcheck disable=SC2034 # the kernel to boot: what MEMMODEL= of make check names
boot_elf=${P_BOOT_ELF:-build/boot.elf}

tap_name=${0##*/}
scratch=build/test/${tap_name%.t}
tap_why=/dev/null tap_stderr=/dev/null
if [ -n "${P_WHY-}" ]; then
	tap_why=$P_WHY/${tap_name%.t}.why
	tap_stderr=$P_WHY/${tap_name%.t}.stderr
	exec 2>"$tap_stderr"
	unset P_WHY # of this test, not of one that it starts
fi
rm -rf "$scratch"
mkdir -p "$scratch"

plan()
{
	echo "1..$1"
	tap_planned=$1
}

tried_all()
{
	awk -v suite="$1" '
		{ sub(/\r$/, "") }
		$0 == "  # Subtest: " suite { inside = seen = 1 }
		/^(not )?ok / { inside = 0 }
		inside && / # SKIP / { print; skipped = 1 }
		END { exit !seen || skipped }' "$2"
}

note()
{
	printf '%s\n' "$*" | sed 's/^/# /'
}

diag()
{
	if [ "$tap_why" = /dev/null ]; then
		printf '%s\n' "$*" | sed 's/^/# /' >&2
	else
		printf '%s\n' "$*" | sed 's/^/# /' | tee -a "$tap_why"
	fi
}

pass()
{
	tap_count=$((tap_count + 1))
	echo "ok $tap_count - $1"
}

fail()
{
	tap_count=$((tap_count + 1))
	tap_failed=$((tap_failed + 1))
	echo "not ok $tap_count - $1" | tee -a "$tap_why"
}

ok()
{
	tap_title=$1
	shift
	if tap_output=$("$@" 2>&1); then
		pass "$tap_title"
	else
		fail "$tap_title"
		# Of what is a test itself, what went well is not the reason.
		diag "$(printf '%s' "$tap_output" | grep -v '^ok ' | tail -n 40)"
		return 1
	fi
}

not_ok()
{
	tap_title=$1
	shift
	if tap_output=$("$@" 2>&1); then
		fail "$tap_title"
		diag "$(printf '%s' "$tap_output" | tail -n 40)"
		return 1
	else
		pass "$tap_title"
	fi
}

is()
{
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1"
		diag " got: $2"
		diag "want: $3"
		return 1
	fi
}

like()
{
	if printf '%s\n' "$2" | grep -qE -e "$3"; then
		pass "$1"
	else
		fail "$1"
		diag "no line matches: $3"
		diag "$(printf '%s' "$2" | tail -n 20)"
		return 1
	fi
}

unlike()
{
	if printf '%s\n' "$2" | grep -qE -e "$3"; then
		fail "$1"
		diag "a line matches: $3"
		diag "$(printf '%s' "$2" | grep -E -e "$3" | head -n 20)"
		return 1
	else
		pass "$1"
	fi
}

# All is well: nothing needs an explanation.
tap_forget()
{
	[ "$tap_stderr" = /dev/null ] || rm -f "$tap_stderr"
}

skip_all()
{
	tap_forget
	echo "1..0 # SKIP $1"
	exit 0
}

job_output()
{
	awk -v name="$1" '
		$0 == "#job " name { on = 1; next }
		on && $1 == "#end" && $2 == name { print "status " $3; exit }
		on' "$2"
}

done_testing()
{
	[ -n "${tap_planned-}" ] || echo "1..$tap_count"
	[ $tap_failed = 0 ] && [ "${tap_planned:-$tap_count}" = "$tap_count" ] || exit 1
	tap_forget
	exit 0
}
