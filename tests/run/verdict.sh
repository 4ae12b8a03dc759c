#!/bin/sh
# verdict.sh - say from what a run left behind whether it passed.
#
#   tests/run/verdict.sh [-e ENDED] CONSOLE [META]
#
# CONSOLE is the guest's serial log, META the recording's meta.csv (none on QEMU), ENDED what the
# runner saw: `exit` (the default: the emulator ended by itself), `timeout:SECONDS`, `panic` or
# `triple`. The run passed when the console shows a whole KTAP report (version, plan, as many
# results as planned at every level, all of them ok, totals that agree), then, as its very last
# line, the power-off line with status 0, and META is complete and names no other program status.
# Prints one line; ends 0 when that line says that the run passed. Absence of output is failure.
set -eu

ended="exit"
if [ "${1-}" = -e ]; then
	ended=$2
	shift 2
fi
console=${1:?usage: verdict.sh [-e ENDED] CONSOLE [META]}
meta=${2-}

fail()
{
	echo "FAILED: $*"
	exit 1
}

[ -f "$console" ] || fail "no console log: the guest never started"

# The order counts: a panic also truncates the log, and is the better answer.
panic=$(grep -a -m 1 -o 'Kernel panic - not syncing: .*' "$console" | tr -d '\r') || panic=
[ -z "$panic" ] || fail "$panic"
case $ended in
triple) fail "triple fault: the processor shut down" ;;
timeout:*)
	last=$(tr -d '\r' <"$console" | grep -a . | tail -n 1 | cut -c 1-100) || last='(nothing)'
	fail "hang: not finished after ${ended#timeout:} s; last line on the console: $last"
	;;
esac

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
	}') || fail "the console log cannot be read"
case $report in
pass*) ;;
*) fail "$report" ;;
esac

status=${report##* }
if [ -n "$meta" ]; then
	[ -f "$meta" ] || fail "no recording: $meta is missing"
	[ "$(tail -n 1 "$meta")" = complete,1 ] || fail "incomplete recording: no complete,1 in meta.csv"
	recorded=$(sed -n 's/^prog_status,//p' "$meta")
	[ "${recorded:-$status}" = "$status" ] ||
		fail "the recording says program status $recorded, the console $status"
fi
if [ "$status" -gt 128 ]; then
	fail "program status $status: killed by signal $((status - 128))"
fi
[ "$status" = 0 ] || fail "program status $status"
echo "passed: $(echo "$report" | awk '{ print $2 " self-tests ok, " $4 " skipped" }')"
