#!/bin/bash
# lint.t - form and rules that a program can check: layout, length, dependencies, static analysis.
. tests/tap.sh

# Everything that is or could be under version control; in a tree without git, all but the output.
list_files()
{
	git ls-files -co --exclude-standard 2>/dev/null ||
		find . \( -name .git -o -path ./build -o -path ./out \) -prune -o -type f -printf '%P\n'
}

mapfile -t listed < <(list_files | sort)

# files PATTERN...: those that match one of the patterns, in which * also stands for slashes
files()
{
	local file pattern
	for file in "${listed[@]}"; do
		for pattern; do
			# shellcheck disable=SC2053 # a pattern is meant
			if [[ $file == $pattern ]] && [ -f "$file" ]; then
				printf '%s\n' "$file"
				break
			fi
		done
	done
}

mapfile -t c_files < <(files '*.c')
mapfile -t source_files < <(files '*.c' '*.h' '*.cc')
mapfile -t all_files < <(files '*' | grep -vE '\.(csv|ok|png|svg|in|zst)$|^tests/host/corpus/')
mapfile -t scripts < <(grep -lE '^#!/bin/(ba)?sh|^# shellcheck shell=' "${all_files[@]}")

# nothing NAME COMMAND...: ok when the command prints nothing; what it prints are the offenders
nothing()
{
	local name=$1 output
	shift
	output=$("$@" 2>&1)
	[ -z "$output" ] && pass "$name" && return
	fail "$name"
	diag "$(head -n 30 <<<"$output")"
}

# opinion NAME VERSION KNOWN COMMAND...: what an analyser thinks of the tree. One of a release that
# the tree was not written with (KNOWN, an ERE) may see new things in unchanged code: they are
# shown, but nobody's check is red because of them.
opinion()
{
	local name=$1 version=$2 known=$3
	shift 3
	if [[ $version =~ ^($known)$ ]]; then
		ok "$name" "$@"
	elif output=$("$@" 2>&1); then
		pass "$name"
	else
		pass "$name # SKIP release $version is not one of $known: its findings do not count"
		note "$(tail -n 40 <<<"$output")"
	fi
}

# --- Form ----------------------------------------------------------------------------------------
formatted()
{
	clang-format-19 --dry-run -Werror "${source_files[@]}" 2>&1 | grep -E ': error:' | sort -u -t: -k1,1
}

long_files()
{
	wc -l "${all_files[@]}" | awk '$2 == "total" || $2 ~ /^(LICENSE|(mm\/)?README\.md)$/ { next }
		$1 > ($2 == "GNUmakefile" ? 286 : 600) { print $2 ": " $1 " lines" }'
}

# A function's body is from a brace in the first column to the next one.
long_functions()
{
	awk 'FNR == 1 { start = 0 }
		/^\{/ { start = FNR }
		/^\}/ && start {
			if (FNR - start + 1 > 82)
				print FILENAME ":" start ": function of " FNR - start - 1 " lines"
			start = 0
		}' "${source_files[@]}"
}

no_first_comment()
{
	local file name
	for file in "${source_files[@]}"; do
		name=${file##*/}
		head -n 2 "$file" | grep -qF -e "/* $name - " -e " * $name - " -e "// $name - " ||
			echo "$file: does not begin with \"$name - what it is for\""
	done
}

nothing 'C is laid out as .clang-format says' formatted
nothing 'no file over 600 lines' long_files
nothing 'no function over 80 lines' long_functions
nothing 'every source file says first what it is for' no_first_comment
nothing 'no blanks at the ends of lines' grep -nIE '[ 	]+$' "${all_files[@]}"
nothing 'no unfinished business' grep -nIwE 'TO''DO|FIX''ME|XX''X' "${all_files[@]}"

# --- Dependencies --------------------------------------------------------------------------------
# includes ALLOWED_ERE FILE...: include lines that name something else
includes()
{
	local allowed=$1
	shift
	grep -nE '^[ 	]*#[ 	]*include' "$@" /dev/null | grep -vE "include[ 	]*$allowed"
}

mapfile -t mm_files < <(files 'mm/*.c' 'mm/*.h')
mapfile -t lib_files < <(files 'kernel/lib/*')
mapfile -t plugin_c < <(files 'bochs-plugin/*.c' 'bochs-plugin/*.h')

conditionals()
{
	grep -nE '^[ 	]*#[ 	]*(if|ifdef|elif)\>' "${mm_files[@]}"
	grep -nE '^[ 	]*#[ 	]*ifndef' "${mm_files[@]}" | grep -vE '#ifndef (MM|_MM)_[A-Z0-9_]*H$'
}

plugin_kernel_headers()
{
	grep -rnE 'include[ 	]*[<"](.*/)?(arch|mm|kernel)/' bochs-plugin | grep -v kernel/trace_port\\.h
}

nothing 'mm/ has no conditional compilation' conditionals
mm_rooms=$(cd mm && printf '%s\n' */ | grep -v '^include/$' | paste -sd'|' | tr -d /)
nothing 'mm/ includes nothing above it' includes "([<\"](mm|kernel|arch)/|\"(($mm_rooms)/)?[a-z_]+\\.h\"|<std(arg|bool|def|int)\\.h>)" \
	"${mm_files[@]}"
nothing 'kernel/lib includes only basics' includes '(<kernel/|<std(arg|bool|def|int)\.h>|")' \
	"${lib_files[@]}"
nothing 'the plugin shares one header with the kernel' plugin_kernel_headers
nothing 'no plain C of the plugin sees Bochs' grep -nE 'include[ 	]*"(bochs|cpu|memory|iodev|siminterface)' \
	"${plugin_c[@]}" /dev/null

# --- What must not be in the tree ------------------------------------------------------------------
host_names()
{
	grep -nIE '(deb|ftp|security|snapshot|archive|httpredir)[a-z0-9.-]*\.debian\.(org|net)' "${all_files[@]}"
	grep -nIE '(registry|proxy|mirror)\.[a-z]+\.(org|com|io|net)' "${all_files[@]}"
}

nothing 'no mirror or registry is named' host_names
nothing 'no path of one machine' grep -nIE '(^|[^a-zA-Z0-9_.$}/-])/(home|root|work/main|work/shared)/[a-z]' "${all_files[@]}"

# --- Static analysis -------------------------------------------------------------------------------
# Uninitialised variables are the compiler's business: cppcheck 2.17 sees some that are not.
# -Itests as the kernel's own makefile has it.
check_c()
{
	cppcheck -q -j 2 --std=c11 --platform=unix32 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 --template='{file}:{line}: {id}: {message}' \
		--suppress='nullPointer:tests/user/*' --suppress=normalCheckLevelMaxBranches \
		--suppress=uninitvar --suppress='incorrectStringBooleanError:tests/host/*' \
		--suppress='nullPointerOutOfMemory:tests/*' \
		--suppress='nullPointerArithmeticOutOfMemory:tests/*' \
		-Ikernel/include -Imm/include -Imm/include/flat -Ikernel -Imm -Itests -Ibuild "${c_files[@]}"
}

# A break whose text has moved on breaks nothing: the list says more than it proves.
stale_breaks()
{
	MUTANTS_WORK=$scratch/mutants tests/mutants/mutants.sh -n | grep -v ' breaks fit the tree, '
}

nothing 'every break of tests/mutants has its place in the tree' stale_breaks
# Those of Debian 12 and 13.
opinion 'shellcheck is content' "$(shellcheck --version | sed -n 's/^version: //p')" '0\.(9|10)\.[0-9]+' \
	shellcheck -x -S warning "${scripts[@]}"
opinion 'cppcheck is content' "$(cppcheck --version | sed 's/.* //')" '2\.(10|17)(\.[0-9]+)?' check_c

lenient()
{
	(
		pass() { echo "$1"; }
		fail() { echo "not $1"; }
		note() { :; }
		diag() { :; }
		opinion x "$1" '2\.10' false
	)
}
is "an unknown analyser's findings do not count, a known one's do" \
	"$(lenient 2.99 | sed 's/:.*//') $(lenient 2.10)" 'x # SKIP release 2.99 is not one of 2\.10 not x'

done_testing
