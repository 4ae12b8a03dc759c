#!/bin/bash
# examples.t - README's worked cases of a user's program: its own lines are run, and what it says that
# each program says is what it says.
. tests/tap.sh
set -u

# The cases: each block of commands, from `## Trace your own program` on, that ends in `# says: TEXT`.
cases()
{
	sed -n '/^## Trace your own program/,/^## \|^### /p' README.md |
		awk -v dir="$scratch" '
			/^    / { block = block substr($0, 5) "\n" }
			/^    # says: / { printf "%s", block >(dir "/case" ++n); close(dir "/case" n) }
			!/^    / { block = "" }
			END { print n + 0 }'
}

# What README calls out/latest lies here, and the figures of a self-test are not what is looked at.
make()
{
	command make --no-print-directory OUT="$scratch/out" MEM=64 APPEND=selftest=none "$@"
}

# run_case FILE: its commands, as a user types them. What one prints goes to $scratch/printed.
run_case()
{
	local commands
	commands=$(sed "s|out/latest|$scratch/out|g; /^# says: /d" "$1")
	set -eo pipefail
	eval "$commands" >"$scratch/printed"
}

is 'README has seven cases' "$(cases)" 7
for case in "$scratch"/case?; do
	name=$(grep -o 'make trace.*' "$case" | head -n 1)
	(run_case "$case") >"$scratch/log" 2>&1
	status=$?
	if grep -q '^FAILED: PACKAGES: .*is there a network?' "$scratch/log"; then
		pass "$name # SKIP no network here, and it is not in the cache"
		continue
	fi
	is "$name" $status 0 || diag "$(cat "$scratch/log" "$scratch/printed")"
	want=$(sed -n 's/^# says: //p' "$case")
	got=$(tail -n 1 "$(grep -q '^head' "$case" && echo "$scratch/printed" || echo "$scratch/out/stdout.txt")")
	is 'says what README says that it says' "$got" "$want"
done
done_testing
