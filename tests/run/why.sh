#!/bin/sh
# why.sh - why tests failed: what `make check` prints when prove has counted.
#
#   why.sh DIR     of the directory P_WHY of tests/tap.sh: NAME.why are failures with their
#                  diagnostics, NAME.stderr is there when the test did not end well
set -eu

for errors in "$1"/*.stderr; do
	[ -e "$errors" ] || break
	test=${errors##*/}
	test=${test%.stderr}
	printf '\n--- tests/%s.t failed:\n' "$test"
	if [ -s "$1/$test.why" ]; then
		awk '/^not ok / { n = 0 } n++ < 42' "$1/$test.why" # so many lines of each failure
	else
		echo 'it ended before its end, or counted wrongly'
	fi
	if [ -s "$errors" ]; then
		echo 'the end of its standard error:'
		tail -n 10 "$errors" | sed 's/^/  /'
	fi
done
