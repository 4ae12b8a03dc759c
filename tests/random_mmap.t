#!/bin/bash
# random_mmap.t - random calls of the mmap family behave as on this machine's Linux: the same binary
# (tests/guest/mmap_calls.c), the same seeds, the same output. `make fuzz FUZZ=mmap_calls` tries more.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

plan 1
ok "seeds 1 to 100, 200 calls each" tests/guest/fuzz.sh mmap_calls 1 100 "$scratch"
rm -f "$scratch"/*.img
done_testing
