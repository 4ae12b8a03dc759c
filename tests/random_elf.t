#!/bin/bash
# random_elf.t - programs with broken headers are refused, are killed or run, and the kernel lives
# (tests/guest/elf_mutants.c). `make fuzz FUZZ=elf_mutants` tries more.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

plan 1
ok "2,000 variants of a static and a dynamic program" tests/guest/fuzz.sh elf_mutants 1 40 "$scratch"
done_testing
