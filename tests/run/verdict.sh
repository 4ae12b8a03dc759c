#!/bin/sh
# verdict.sh - say from what a run left behind whether it passed.
#
#   tests/run/verdict.sh [-u] [-g GUEST] [-e ENDED] CONSOLE [META]
#
# CONSOLE is the guest's serial log, META the recording's meta.csv (none without the plugin), ENDED
# what the runner saw: `exit` (the default: the guest left by the emulator's port), `timeout:SECONDS`,
# `panic`, `triple`, `killed:SIGNAL` (the emulator was), `interrupted:SIGNAL` (the runner was) or
# `failed:TEXT` (the emulator gave up). The run passed when the console shows a whole KTAP report
# (version, plan, as many results as planned at every level, all of them ok, totals that agree),
# then, as its very last line, the power-off line with status 0, and META says the same by the
# kernel's hints and is complete. Prints one line; ends 0 when that line says that the run passed, 3
# when only the program's own status is not 0, otherwise 1.
# Of a GUEST other than `kernel` there is no such report, and META alone counts: it is complete, and of
# `linux` it has the program's status, which its process 1 told by a hint; of another `image`
# only that it powered the machine off, unless it gives such hints, too. A Linux that panics resets the machine, which ends the run; the
# reason is looked for on the console.
# Absence of output is failure. -u: a failure and its name go into META, for the report.
#
# Nothing that a program prints decides: its output comes behind the self-test's totals and before
# the kernel's last line. META has the kernel's own word by hints. Without META the last line is the
# kernel's when the guest left by the port, as only the kernel can do that; a panic with `panic=0`,
# where it does not, then counts as a hang.
set -eu

ended="exit"
update='' guest=kernel
while getopts ue:g: option; do
	case $option in
	u) update=1 ;;
	e) ended=$OPTARG ;;
	g) guest=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
console=${1:?usage: verdict.sh [-u] [-g GUEST] [-e ENDED] CONSOLE [META]}
meta=${2-}

# fail OUTCOME TEXT [STATUS]
fail()
{
	# What the guest has printed may be part of it, and goes to a terminal.
	set -- "$1" "$(printf '%s' "$2" | tr '\001-\010\012-\037\177' '?')" "${3:-1}"
	[ -z "$update" ] || [ ! -s "$meta" ] || note_outcome "$1" "$2"
	echo "FAILED: $2"
	exit "$3"
}

# The rows outcome and failure, in place of the plugin's; `complete` stays the last one.
note_outcome()
{
	if why=$2 awk -v outcome="$1" '
		function rows(   text)
		{
			text = ENVIRON["why"]
			gsub(/[\001-\037\177]/, " ", text)
			if (text ~ /[,"]/) {
				gsub(/"/, "\"\"", text)
				text = "\"" text "\""
			}
			print "outcome," outcome
			print "failure," text
			done = 1
		}
		/^(outcome|failure),/ { next }
		/^complete,/ { rows() }
		{ print }
		END { if (!done) rows() }' "$meta" >"$meta.new" 2>/dev/null; then
		mv "$meta.new" "$meta"
	else
		rm -f "$meta.new"
	fi
}

# recorded KEY: its value in META, without the quotes of CSV.
recorded()
{
	[ -n "$meta" ] && [ -f "$meta" ] || return 0
	sed -n "s/^$1,//p" "$meta" | sed 's/^"\(.*\)"$/\1/; s/""/"/g' | head -n 1
}

# The last line on the console, or nothing.
last_line()
{
	tr -d '\r' <"$console" | grep -a . | tail -n 1 | cut -c 1-"${1:-100}"
}

[ -f "$console" ] || fail emulator_failed "no console log: the guest never started"

# The order counts: a panic also truncates the log, and is the better answer.
outcome=$(recorded outcome)
case $outcome in
panic | disk_full | recording_failed | stale) fail "$outcome" "$(recorded failure)" ;;
reset)
	panic=$(tr -d '\r' <"$console" | sed -n 's/^\[[ 0-9.]*\] \(Kernel panic - not syncing: .*\)/\1/p' | head -n 1)
	[ -z "$panic" ] || fail panic "$panic"
	fail reset "$(recorded failure)"
	;;
esac
if [ -z "$meta" ]; then
	panic=$(last_line 400 | sed -n 's/^---\[ end \(Kernel panic - not syncing: .*\) \]---$/\1/p')
	case $ended:$panic in
	exit:?* | panic:?*) fail panic "$panic" ;;
	esac
fi
case $ended in
panic) fail panic "Kernel panic, without a message at the end of the console log" ;;
triple) fail triple "triple fault: the processor shut down" ;;
timeout:*)
	last=$(last_line)
	fail hang "hang: not finished after ${ended#timeout:} s; last line on the console: ${last:-(nothing)}"
	;;
killed:*) fail killed "the emulator was killed by signal ${ended#killed:}$(
	name=$(kill -l "${ended#killed:}" 2>/dev/null) && echo " (SIG$name)")" ;;
interrupted:*) fail interrupted "interrupted by SIG${ended#interrupted:}" ;;
failed:*)
	[ "$outcome" != interrupted ] || fail interrupted "the emulator was $(recorded failure)"
	[ -s "$console" ] || fail emulator_failed "the emulator did not start: ${ended#failed:}"
	fail emulator_failed "the emulator ended by itself: ${ended#failed:}"
	;;
esac

# check_recording KEY...: META is of a whole run, with these and the tables' digests.
check_recording()
{
	[ -f "$meta" ] || fail recording_failed "no recording: $meta is missing"
	[ "$(tail -n 1 "$meta")" = complete,1 ] ||
		fail recording_failed "incomplete recording: no complete,1 in meta.csv"
	for key in "$@" tlb.sha256 faults.sha256 tasks.sha256 vmas.sha256 marks.sha256 latency.sha256 \
		stdout.sha256 stderr.sha256; do
		[ -n "$(recorded $key)" ] || fail recording_failed "incomplete recording: $meta:$key: missing"
	done
}

# check_program STATUS: what the program ended with.
check_program()
{
	memory=
	if [ "$1" -gt 128 ] && [ "$1" -le 192 ]; then # init's 128 + signal; of those there are 64
		if [ "$1" = $((128 + 9)) ] && [ "$(recorded kernel.oom_kill)" -gt 0 ] 2>/dev/null; then
			memory=": out of memory (MEM=$(recorded memory_mib))"
		fi
		fail program_failed "program status $1: killed by signal $(($1 - 128))$(
			name=$(kill -l $(($1 - 128)) 2>/dev/null) && echo " (SIG$name)")$memory" 3
	fi
	[ "$1" = 0 ] || fail program_failed "program status $1: what the program itself returned; the run is complete" 3
}

if [ "$guest" != kernel ]; then
	case $outcome in ok | program_failed) ;; *) fail "${outcome:-unfinished}" "$(recorded failure)" ;; esac
	check_recording prog_status
	status=$(recorded prog_status)
	case $guest:$status in
	image:none)
		echo "passed: the guest powered the machine off"
		exit 0
		;;
	*:*[0-9]) ;;
	*) fail recording_failed "program status $status: nobody has said it" ;;
	esac
	check_program "$status"
	echo "passed: $(recorded guest)"
	exit 0
fi

# Prints `pass N skip N status N`, or what is wrong with the log.
report=$(tr -d '\r' <"$console" | awk '
	function wrong(text)
	{
		if (!failed)
			print text
		failed = 1
		exit
	}

	# A level (its column, two a nesting) is over: it must have kept its plan.
	function close_level(d)
	{
		if (done[d] != plan[d])
			wrong("truncated log: " done[d] " of " plan[d] " results" \
				(last[d] != "" ? " after \"" last[d] "\"" : ""))
		delete plan[d]
	}

	function result(d, passed, number, name,   leaf)
	{
		if (!(d in plan))
			wrong("truncated log: no plan before \"" name "\"")
		leaf = !((d + 2) in plan)
		if (!leaf)
			close_level(d + 2)
		if (number != ++done[d])
			wrong("truncated log: result " done[d] " is missing before \"" name "\"")
		last[d] = name
		if (!passed)
			bad = bad == "" ? name why : bad
		why = ""
		if (leaf && passed)
			name ~ /# SKIP/ ? skip++ : pass++
		if (leaf && !passed)
			fail++
	}

	{ text = $0 }
	text != "" { final = text }
	totals { next }
	text == "KTAP version 1" { version = 1 }
	!version { next }
	text ~ /^ *1\.\.[0-9]+/ {
		d = match(text, /[^ ]/) - 1
		if (d in plan)
			close_level(d)
		sub(/^ *1\.\./, "", text)
		plan[d] = text + 0
		done[d] = 0
		last[d] = ""
	}
	text ~ /^ *# / && text !~ /# (Subtest|Totals):/ { why = " (" substr(text, index(text, "#") + 2) ")" }
	text ~ /^ *(not )?ok [0-9]+/ {
		d = match(text, /[^ ]/) - 1
		text = substr(text, d + 1)
		passed = text !~ /^not/
		sub(/^(not )?ok /, "", text)
		number = text + 0
		sub(/^[0-9]+ *(- )?/, "", text)
		result(d, passed, number, text)
	}
	text ~ /^# Totals: / {
		if (!(0 in plan))
			wrong("truncated log: totals without a plan")
		close_level(0)
		expected = sprintf("# Totals: pass:%d fail:%d skip:%d", pass, fail, skip)
		totals = text
		if (bad == "" && index(totals, expected) != 1)
			wrong("totals disagree: results say \"" expected "\", the log \"" totals "\"")
	}

	END {
		if (failed)
			exit
		if (bad != "")
			print "failed test: " bad
		else if (!version)
			print "truncated log: no self-test (no \"KTAP version 1\")"
		else if (!totals)
			print "truncated log: the self-test has no totals"
		else if (final !~ /^Pagoda: power off, status [0-9]+$/)
			print "truncated log: no power-off line at the end"
		else {
			sub(/.* /, "", final)
			print "pass " pass + 0 " skip " skip + 0 " status " final
		}
	}') || fail truncated "the console log cannot be read"
case $report in
pass*) ;;
"failed test"*) fail selftest_failed "$report" ;;
*) fail truncated "$report" ;;
esac

status=${report##* }
counts=$(echo "$report" | awk '{ print $2 " passed, 0 failed, " $4 " skipped" }')
if [ -n "$meta" ]; then
	check_recording prog_status kernel.selftest_pass kernel.selftest_failures kernel.selftest_skip
	kernel=$(recorded prog_status)
	[ "$kernel" = "$status" ] ||
		fail truncated "the recording says program status $kernel, the console $status"
	kernel="$(recorded kernel.selftest_pass) passed, $(recorded kernel.selftest_failures) failed, $(recorded kernel.selftest_skip) skipped"
	[ "$kernel" = "$counts" ] ||
		fail truncated "self-test: the recording says $kernel, the console $counts"
fi
check_program "$status"
echo "passed: $(echo "$report" | awk '{ print $2 " self-tests ok, " $4 " skipped" }')"
