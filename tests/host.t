#!/bin/sh
# host.t - lib/ and mm/ on this machine: every program of tests/host, test by test.
. tests/tap.sh

# The programs are built for `make check` by tests/host/host.mk; their sources name them.
for source in tests/host/test_*.c; do
	name=$(basename "$source" .c)
	log=$scratch/$name.tap
	if [ ! -x "build/host/$name" ]; then
		fail "$name is built"
		continue
	fi
	status=0
	timeout 120 "build/host/$name" >"$log" 2>&1 || status=$?
	while IFS= read -r line; do
		case $line in
		"ok "*) pass "${name#test_}: ${line#ok * - }" ;;
		"not ok "*) fail "${name#test_}: ${line#not ok * - }" ;;
		"#"*) printf '%s\n' "$line" ;;
		esac
	done <"$log"
	planned=$(sed -n 's/^1\.\.//p' "$log")
	is "${name#test_}: ran to its end" "status $status, $(grep -c '^\(not \)*ok ' "$log") results" \
		"status 0, $planned results" || diag "$(tail -n 40 "$log")"
done
done_testing
