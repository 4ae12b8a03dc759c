#!/bin/bash
# mutants.sh - breaks the tree on purpose, one break at a time, and sees whether the tests notice.
#
#   tests/mutants/mutants.sh [-l LIST]... [-j N] [-f] [-n] [PATTERN]...
#     -l LIST   the breaks (all of tests/mutants/*.mut)     -j N  how many at a time (2)
#     -f        try again what was tried before on this very tree
#     -n        only looks whether every text stands once where it should
#     PATTERN   only the breaks whose names match one of these shell patterns
#
# A list holds records with blank lines between them and # for comments:
#
#   name TEXT          unique; a file name          file PATH   what is broken
#   test TEST...       those that should see it, the quickest first
#   -LINE  +LINE       text that stands in the file exactly once (a part of a line will do), and what
#                      takes its place; several lines of each are joined by line breaks, and a - after
#                      a + begins another piece of the same file
#   equivalent REASON  why no test can see it
#
# Tests: host:NAME, host-sparse:NAME (build/host*/test_NAME); guest:SUITE,...[+WORD]... (a boot with
# these suites, and WORDs on the kernel command line); user:NAME,... (programs of tests/user beside
# this machine's Linux); races:NAME,... and shared:NAME,... (programs of races.t and shared.t, on a
# kernel that overwrites what it frees); stale:SUITE,...[+PROGRAM[=ARG]]... (suites, or none, and
# programs of tests/user by stale.t: does check=stale report anything?); plugin:PART (tests/host/plugin/test_PART.c); analysis:CASE
# of analysis/cases, or analysis:checks (those of check.sh, on damaged recordings); thin:WORD,... and curves:WORD,...
# (thin.t and curves.t, with their tools built anew) and part:SCRIPT:WORD,...
# (of tests/SCRIPT.t what stands before its first `# --- HEADING`, and the parts whose headings begin
# with a WORD, _ being a blank; all without a WORD).
#
# Breaks are made in copies of the tree, build/ and all, under build/mutants/ (or MUTANTS_WORK); each
# test must first pass there unbroken. A break is killed when one of its tests fails or takes ten times as long, it
# lived when all pass. The status is 0 only when all are killed, or lived and are marked equivalent.
set -euo pipefail

readonly self=$PWD/tests/mutants/mutants.sh
work=${MUTANTS_WORK:-$PWD/build/mutants} # tree-N, log/, record/, result/, base/
export LC_ALL=C CCACHE_BASEDIR=${CCACHE_BASEDIR:-$PWD}
unset MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES

die()
{
	echo "mutants: $*" >&2
	exit 2
}

# --- Lists ---------------------------------------------------------------------------------------
# Writes every record of the lists to a file of its own, $work/record/NAME, and prints the names.
read_lists()
{
	rm -rf "$work/record"
	mkdir -p "$work"/{record,result,log,base}
	awk -v dir="$work/record" '
		function fail(text) { print "mutants: " text | "cat >&2"; failed = 1; exit 2 }
		function finish() {
			if (record == "")
				return
			if (name !~ /^[a-z0-9][a-z0-9_-]*$/)
				fail("no name, or none for a file: \"" name "\" in:\n" record)
			if (name in seen)
				fail(name ": two breaks of this name")
			if (!file || !tests || !minus)
				fail(name ": file, test or the text to replace is missing")
			seen[name] = 1
			printf "%s", record >(dir "/" name)
			close(dir "/" name)
			print name
			record = name = ""
			file = tests = minus = 0
		}
		/^$/ || FNR == 1 { finish() }
		/^#/ || /^$/ { next }
		{ record = record $0 "\n" }
		$1 == "name" { name = $2; next }
		$1 == "file" { file++; next }
		$1 == "test" { tests++; next }
		$1 == "equivalent" { next }
		/^-/ { minus++; next }
		/^\+/ { next }
		{ fail("not understood: " $0) }
		END { if (!failed) finish() }' "${lists[@]}"
}

# field RECORD KEY: the rest of that line
field()
{
	sed -n "s/^$2 *//p" "$work/record/$1"
}

# --- Copies of the tree --------------------------------------------------------------------------
list_files()
{
	git ls-files -co --exclude-standard 2>/dev/null ||
		find . \( -name .git -o -path ./build -o -path ./out \) -prune -o -type f -printf '%P\n'
}

# What results depend on: every file but the lists.
digest_tree()
{
	list_files | grep -v '\.mut$' | sort | while read -r file; do
		[ ! -f "$file" ] || printf '%s\0' "$file"
	done | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

copy_tree()
{
	local tree=$work/tree-$1
	[ "$(cat "$tree/.digest" 2>/dev/null)" != "$digest" ] || return 0
	rm -rf "$tree"
	mkdir -p "$tree"
	{
		list_files | while read -r file; do
			[ ! -f "$file" ] || printf '%s\n' "$file"
		done
		find build \( -path 'build/mutants*' -o -path build/test -o -path build/run -o \
			-path build/image -o -path build/fuzz \) -prune -o -print
	} | tar -c --no-recursion --verbatim-files-from -T - | tar -x -C "$tree"
	echo "$digest" >"$tree/.digest"
}

# A break that an interrupted run left behind goes first.
restore()
{
	[ ! -e .broken ] || cp .pristine "$(cat .broken)"
	rm -f .broken
}

# --- Tests, run from the top of a copy -----------------------------------------------------------
# Each ends with 0 (passed), 3 (does not build) or something else (failed).
build()
{
	make -s -j2 "$@" || return 3
}

build_kernel()
{
	build -f kernel/kernel.mk build/kernel/kernel.elf &&
		i686-linux-gnu-strip --strip-debug -o build/boot.elf build/kernel/kernel.elf
}

test_host()
{
	build -f tests/host/host.mk "build/$1/test_$2" && "build/$1/test_$2"
}

# The program that follows the suites is the smallest.
test_guest()
{
	local suites=${1%%+*} words=''
	[ "$suites" = "$1" ] || words=${1#*+}
	build_kernel || return
	disk/job.sh -n tiny build/mutant-root
	disk/mkimage.sh -o build/mutant.img -k build/boot.elf \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=$suites ${words//+/ }" build/root build/mutant-root
	tests/run/boot.sh -o build/mutant-out -t 600 build/mutant.img
}

# test_programs SCRIPT NAME,...
test_programs()
{
	build_kernel || return
	# shellcheck disable=SC2086 # names
	"tests/$1.t" ${2//,/ }
}

test_stale()
{
	local words=${1//+/ }
	build_kernel || return
	# shellcheck disable=SC2086 # names
	tests/stale.t $words
}

test_part()
{
	build_kernel || return
	mkdir -p build/part
	awk -v words="${2//_/ }" '
		BEGIN { n = split(words, word, ",") }
		/^# --- / {
			on = n == 0
			for (i = 1; i <= n; i++)
				on = on || index($0, "# --- " word[i]) == 1
			begun = 1
			found += on
		}
		on || !begun { print }
		END {
			print "done_testing"
			exit n && found != n
		}' "tests/$1.t" >"build/part/$1.t" && bash "build/part/$1.t"
}

run_test()
{
	local arg=${1#*:}
	case $1 in
	host:* | host-sparse:* | host-discontig:*) test_host "${1%%:*}" "$arg" ;;
	guest:*) test_guest "$arg" ;;
	user:* | races:* | shared:*) test_programs "${1%%:*}" "$arg" ;;
	stale:*) test_stale "$arg" ;;
	plugin:*) tests/plugin.t --part "$arg" ;;
	part:*) test_part "${arg%%:*}" "${arg#*:}" ;;
	thin:*) build -f tests/host/host.mk build/host/thin build/analysis/thin && test_part thin "$arg" ;;
	curves:*)
		build -f tests/host/host.mk build/{host,analysis}/{curves,replay} && test_part curves "$arg"
		;;
	analysis:checks) tests/analysis.t --checks ;;
	analysis:*) tests/analysis.t --case "$arg" ;;
	*) die "no such kind of test: $1" ;;
	esac
}

# limited SECONDS TEST LOG: the status of the test, 124 when it took too long
limited()
{
	timeout -k 20 "$1" "$self" .run "$2" >>"$3" 2>&1 </dev/null
}

# --- One job, in the copy of its slot -----------------------------------------------------------
# base TEST: passes unbroken, and how many seconds it takes; one after another, whoever comes first.
base()
{
	local mark start=$SECONDS
	mark=$work/base/$(tr -c 'a-z0-9\n' _ <<<"$1")-$digest
	[ ! -e "$mark" ] || return 0
	if limited 900 "$1" "$mark.log"; then
		echo $((SECONDS - start)) >"$mark"
	else
		echo "mutants: $1 fails without any break: $mark.log" >&2
		return 1
	fi
}

limit_of()
{
	local seconds
	seconds=$(cat "$work/base/$(tr -c 'a-z0-9\n' _ <<<"$1")-$digest")
	echo $((30 + 10 * seconds))
}

# piece NAME N SIGN: the lines of that sign in the Nth piece of the break
piece()
{
	awk -v n="$2" -v sign="$3" '/^[-+]/ {
		now = substr($0, 1, 1)
		at += now == "-" && last != "-"
		last = now
		if (at == n && now == sign)
			print substr($0, 2)
	}' "$work/record/$1"
}

# broken_file NAME: the file with the break in it, and a dot; what is wrong when it cannot be
broken_file()
{
	local file text with content rest n
	file=$(field "$1" file)
	[ -f "$file" ] || { echo "$file: no such file" && return 1; }
	content=$(cat "$file" && echo .)
	for ((n = 1; ; n++)); do
		text=$(piece "$1" $n -)
		[ -n "$text" ] || break
		with=$(piece "$1" $n +)
		rest=${content#*"$text"}
		[ "$rest" != "$content" ] || { echo "text not found in $file" && return 1; }
		[ "${rest#*"$text"}" = "$rest" ] || { echo "text found twice in $file" && return 1; }
		content=${content%%"$text"*}$with$rest
	done
	printf '%s' "$content"
}

# break_file NAME: prints what is wrong when it cannot
break_file()
{
	local file content
	file=$(field "$1" file)
	content=$(broken_file "$1") || { echo "$content" && return 1; }
	cp "$file" .pristine
	echo "$file" >.broken
	printf '%s' "${content%.}" >"$file"
}

# result NAME VERDICT SECONDS DETAIL...
result()
{
	printf '%s\t%s\t%s\t%s\t%s\n' "$1" "$(field "$1" file)" "$2" "$3" "${*:4}" >"$work/result/$1.new"
	mv "$work/result/$1.new" "$work/result/$1"
	{ cat "$work/record/$1" && echo "$digest"; } | sha256sum >"$work/result/$1.key"
	printf '%-12s%-28s%4s s  %s\n' "$2" "$1" "$3" "${*:4}"
}

try()
{
	local name=$1 why test status start=$SECONDS log=$work/log/$1
	: >"$log"
	if ! why=$(break_file "$name"); then
		result "$name" error 0 "$why"
		return
	fi
	for test in $(field "$name" test); do
		status=0
		limited "$(limit_of "$test")" "$test" "$log" || status=$?
		[ $status = 0 ] || break
	done
	restore
	why=$(field "$name" equivalent)
	case $status in
	0) result "$name" "$([ -n "$why" ] && echo equivalent || echo lived)" $((SECONDS - start)) ;;
	3) result "$name" error $((SECONDS - start)) 'does not build' ;;
	124 | 137) result "$name" killed $((SECONDS - start)) "$test: hangs" ;;
	*) result "$name" killed $((SECONDS - start)) "$test" ;;
	esac
}

case ${1-} in
.run)
	run_test "$2"
	exit
	;;
.base | .try)
	digest=$(cat "$work/digest")
	cd "$work/tree-${slot:?}"
	restore
	"${1#.}" "$2"
	exit
	;;
esac

# --- All of them ---------------------------------------------------------------------------------
lists=() jobs=2 force='' look=''
while getopts l:j:fn option; do
	case $option in
	l) lists+=("$OPTARG") ;;
	j) jobs=$OPTARG ;;
	f) force=1 ;;
	n) look=1 ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
[ ${#lists[@]} -gt 0 ] || lists=(tests/mutants/*.mut)

# matches NAME PATTERN...
matches()
{
	local name=$1 pattern
	shift
	[ $# -gt 0 ] || return 0
	for pattern; do
		# shellcheck disable=SC2053 # a pattern is meant
		[[ $name != $pattern ]] || return 0
	done
	return 1
}

# tried NAME: before, on this tree; an error is always tried again
tried()
{
	[ -z "$force" ] && [ -s "$work/result/$1" ] &&
		[ "$(cut -f3 "$work/result/$1")" != error ] &&
		[ "$({ cat "$work/record/$1" && echo "$digest"; } | sha256sum)" = "$(cat "$work/result/$1.key")" ]
}

if [ -n "$look" ]; then # a run with the same lists may be going on
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
fi
names=$(read_lists) || exit 2
digest=$(digest_tree)
echo "$digest" >"$work/digest"
chosen=() todo=()
for name in $names; do
	matches "$name" "$@" || continue
	chosen+=("$name")
	tried "$name" || todo+=("$name")
done
[ ${#chosen[@]} -gt 0 ] || die "no break matches: $*"

if [ -n "$look" ]; then
	wrong=0
	for name in "${chosen[@]}"; do
		why=$(broken_file "$name") || { echo "$name: $why" && wrong=$((wrong + 1)); }
	done
	echo "$((${#chosen[@]} - wrong)) breaks fit the tree, $wrong do not"
	exit $((wrong > 0))
fi

if [ ${#todo[@]} -gt 0 ]; then
	for ((slot = 0; slot < jobs; slot++)); do copy_tree $slot; done
	for name in "${todo[@]}"; do field "$name" test; done | tr ' ' '\n' | sort -u |
		xargs -P "$jobs" --process-slot-var=slot -n 1 "$self" .base || die 'see above'
	printf '%s\n' "${todo[@]}" | xargs -P "$jobs" --process-slot-var=slot -n 1 "$self" .try
fi

echo
for name in "${chosen[@]}"; do cat "$work/result/$name"; done | awk -F '\t' -v records="$work/record/" '
	function reason(name,   line) {
		while ((getline line <(records name)) > 0)
			if (sub(/^equivalent */, "", line))
				return line
		return ""
	}
	BEGIN { printf "%-12s%-28s%-32s%s\n", "verdict", "break", "file", "by" }
	{
		marked = reason($1)
		if ($3 == "killed" && marked != "") {
			$3 = "error"
			$5 = "marked equivalent, but killed by " $5
		}
		n[$3]++
		printf "%-12s%-28s%-32s%s\n", $3, $1, $2, $3 == "equivalent" ? marked : $5
	}
	END {
		printf "\n%d breaks: %d killed, %d lived, %d equivalent, %d errors\n", NR, n["killed"], n["lived"],
			n["equivalent"], n["error"]
		exit n["lived"] + n["error"] > 0
	}'
