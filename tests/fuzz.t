#!/bin/bash
# fuzz.t - coverage-guided fuzzing, in small: each target tries its committed inputs and a few
# thousand changes of them, always the same; and a planted bug must be found from nothing.
# `make fuzz` is the long run.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

fuzz=tests/host/fuzz/fuzz.sh
mapfile -t names < <(awk '/^[a-z]/ { print $1 }' tests/host/fuzz/targets)

plan $((${#names[@]} + 3))
ok 'a planted bug is found' "$fuzz" control
input=$(ls build/fuzz/control-*)
cp "$input" "$scratch/input"
not_ok 'its input, replayed on a name that is none, is refused' "$fuzz" replay nothing "$scratch/input"
for name in "${names[@]}"; do
	ok "$name: $(find "tests/host/corpus/$name" -type f | wc -l) inputs and changes of them" "$fuzz" check "$name"
done
ok 'the committed inputs are small' test "$(find tests/host/corpus -type f -printf '%s\n' |
	awk '{ n += $1 } END { print n + 0 }')" -le 200000
done_testing
