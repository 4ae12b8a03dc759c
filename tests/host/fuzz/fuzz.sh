#!/bin/bash
# fuzz.sh - runs the fuzzers of tests/host/fuzz/targets.
#
#   fuzz.sh check NAME             a fixed number of inputs, the same ones each time
#   fuzz.sh run SECONDS [NAME]...  all, or those named, for so long each, two at a time; what they
#                                  find interesting stays in build/fuzz/corpus/NAME for the next run;
#                                  those of tests/guest/fuzz.sh too
#   fuzz.sh replay NAME FILE...    these inputs only
#   fuzz.sh control                finds, from nothing, the bug planted in build/fuzz/planted/
#   fuzz.sh keep [NAME]...         puts the fewest inputs that reach all that has been reached into
#                                  tests/host/corpus/NAME
#
# Every run begins with tests/host/corpus/NAME. An input that fails is written to build/fuzz/, and
# the command that repeats it is printed; the status is then 1. A target must have been built
# (make -f tests/host/host.mk fuzzers).
set -euo pipefail

readonly here=tests/host/fuzz
readonly keep_most=8192 # bytes of a target's corpus in the tree

die()
{
	echo "fuzz: $*" >&2
	exit 2
}

# Sets the columns of a target: $program, $property, $longest, $tries.
target()
{
	read -r _ program property longest tries < <(awk -v name="$1" '$1 == name' $here/targets) ||
		die "no target named $1; there are: $(names)"
	[ -x "build/fuzz/$program" ] || die "build/fuzz/$program is not built"
	mkdir -p "build/fuzz/corpus/$1" tests/host/corpus/"$1" # a new target's is empty
}

names()
{
	awk '/^[a-z]/ { printf "%s%s", sep, $1; sep = " " } END { print "" }' $here/targets
}

# fuzzer NAME [OPTION]...: what it prints goes to build/fuzz/NAME.log. The faults that the simulated
# TLB lives on are its own, not libFuzzer's.
fuzzer()
{
	local name=$1
	shift
	FUZZ_PROPERTY=$property ASAN_OPTIONS=detect_leaks=0 setarch -R "build/fuzz/$program" \
		-handle_segv=0 -handle_bus=0 -timeout=60 -len_control=0 -max_len="$longest" \
		-artifact_prefix="build/fuzz/$name-" "$@" >"build/fuzz/$name.log" 2>&1
}

# What went wrong, and how to see it again.
report()
{
	local input
	input=$(sed -n 's/.*Test unit written to \.*\///p; s/.*Test unit written to //p' "build/fuzz/$1.log" |
		tail -n 1)
	grep -v -e '^#[0-9]' -e '^INFO' -e '^ *#[0-9]* *0x.*LLVMFuzzer' "build/fuzz/$1.log" | head -n 40
	echo "FAILED: $1: again with: $here/fuzz.sh replay $1 ${input:-(no input was written)}"
	return 1
}

check()
{
	target "$1"
	mkdir -p "build/fuzz/check/$1"
	rm -f "build/fuzz/check/$1"/*
	fuzzer "$1" -seed=1 -runs="$tries" "build/fuzz/check/$1" tests/host/corpus/"$1" || report "$1"
	sed -n 's/^Done \([0-9]*\) runs in \([0-9]*\) second.*/\1 inputs/p' "build/fuzz/$1.log"
}

run_one()
{
	target "$2"
	fuzzer "$2" -max_total_time="$1" "build/fuzz/corpus/$2" tests/host/corpus/"$2" || report "$2"
	awk -v name="$2" '
		/^#.* cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") cov = $(i + 1) }
		/^Done / { print name ": " $2 " inputs, " cov " branches reached, none failed" }' \
		"build/fuzz/$2.log"
}

# Few: the longest inputs first, which reach most, until there is no room.
keep_one()
{
	local size used=0 input merged=build/fuzz/merged
	target "$1"
	rm -rf $merged
	mkdir -p $merged
	fuzzer "$1" -set_cover_merge=1 $merged tests/host/corpus/"$1" "build/fuzz/corpus/$1" || report "$1"
	rm -f tests/host/corpus/"$1"/*
	while read -r size input; do
		used=$((used + size))
		[ $used -le $keep_most ] || break
		mv "$input" tests/host/corpus/"$1"
	done < <(find $merged -type f -printf '%s %p\n' | sort -rn)
	echo "$1: $(find tests/host/corpus/"$1" -type f | wc -l) inputs, $used bytes"
}

# Status 0: found.
control()
{
	target radix_tree
	program=planted/radix_tree
	rm -f build/fuzz/control-*
	if fuzzer control -seed=1 -runs=200000; then
		echo "FAILED: the planted bug was not found: $(grep '^Done ' build/fuzz/control.log)"
		return 1
	fi
	grep -m 1 '^# ' build/fuzz/control.log
	ls build/fuzz/control-*
}

command=${1-}
shift || true
case $command in
check) check "${1:?}" ;;
run)
	seconds=${1:?}
	shift
	[ $# -gt 0 ] || read -ra all <<<"$(names) $(tests/guest/fuzz.sh names)"
	[ $# -gt 0 ] || set -- "${all[@]}"
	printf '%s\n' "$@" | xargs -P 2 -I{} "$0" one "$seconds" {}
	;;
one)
	case " $(tests/guest/fuzz.sh names) " in
	*" ${2:?} "*) tests/guest/fuzz.sh run "$1" "$2" ;;
	*) run_one "$@" ;;
	esac
	;;
replay)
	target "${1:?}"
	fuzzer "$@" || report "$1"
	;;
control) control ;;
keep)
	[ $# -gt 0 ] || read -ra all < <(names)
	for name in "${@:-${all[@]}}"; do keep_one "$name"; done
	;;
*) die "usage: fuzz.sh check|run|replay|control|keep ..." ;;
esac
