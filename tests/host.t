#!/bin/sh
# host.t - lib/ and mm/ on this machine: every program of tests/host, test by test; those that look
# at struct pages in every memory model.
. tests/tap.sh

# The programs are built for `make check` by tests/host/host.mk; their sources name them.
run_program()
{
	name=$1
	log=$scratch/$name.tap
	if [ ! -x "$2" ]; then
		fail "$name is built"
		return
	fi
	status=0
	timeout 120 "$2" >"$log" 2>&1 || status=$?
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
}

for source in tests/host/test_*.c; do
	name=$(basename "$source" .c)
	run_program "$name" "build/host/$name"
done
for model in discontig sparse; do
	for name in test_zone test_buddy; do
		run_program "${name}_$model" "build/host-$model/$name"
	done
done
# Instructions counted one by one: the limits were set with this compiler, another may need more.
case $(i686-linux-gnu-gcc -dumpversion) in
12*) run_program test_cost build/host/test_cost ;;
*) note 'instructions not counted: their limits are for GCC 12' ;;
esac
done_testing
