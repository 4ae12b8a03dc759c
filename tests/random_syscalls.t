#!/bin/bash
# random_syscalls.t - the kernel lives through random system calls of several tasks whose allocations
# fail now and then, and gets its memory back (tests/guest/syscalls.c). `make fuzz FUZZ=syscalls`
# tries more.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

seeds=40
plan 3
ok "seeds 1 to $seeds" tests/guest/fuzz.sh syscalls 1 $seeds "$scratch"
stdout=$(cat "$scratch/out/stdout.txt")
is "all of them ran" "$(grep -c '^seed ' <<<"$stdout")" $seeds
# Each leaves a directory with a few files, pages of which stay in the page cache.
lost=$(awk '/ kB free$/ { free[++n] = $(NF - 2) } END { print (n > 1 ? free[1] - free[n] : 1e9) }' <<<"$stdout")
ok "memory is free again afterwards: $lost kB less" test "$lost" -le $((seeds * 64))
done_testing
