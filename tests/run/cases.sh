#!/bin/sh
# cases.sh - was every case of the in-kernel suites run by some boot?
#
#   cases.sh note CONSOLE FILE   adds a line `ran|skipped SUITE: CASE` to FILE for each result
#   cases.sh judge FILE          names the cases that every boot skipped; ends 1 if there are any
#
# boot.sh notes, when P_CASES names the file; `make check` judges when all tests have run.
set -eu

note()
{
	tr -d '\r' <"$1" | awk '
		sub(/^  # Subtest: /, "") { suite = $0 }
		/^  (not )?ok [0-9]+ / {
			word = / # SKIP/ ? "skipped" : "ran"
			sub(/^ *(not )?ok [0-9]+ (- )?/, "")
			sub(/ # SKIP.*/, "")
			print word " " suite ": " $0
		}' >"$2.$$"
	cat "$2.$$" >>"$2" # at once: another boot may be writing too
	rm -f "$2.$$"
}

judge()
{
	awk '
		{ word = $1; sub(/^[a-z]+ /, ""); seen[$0] = 1 }
		word == "ran" { ran[$0] = 1 }
		END {
			for (name in seen) {
				n++
				if (!(name in ran)) {
					print "skipped by every boot: " name
					bad++
				}
			}
			if (!n)
				print "no boot ran a self-test"
			else if (!bad)
				print n " cases of the self-test, each of them run by some boot"
			exit !n || bad
		}' "$1"
}

case ${1-} in
note) note "$2" "$3" ;;
judge) judge "$2" ;;
*)
	echo "usage: cases.sh note CONSOLE FILE | judge FILE" >&2
	exit 2
	;;
esac
