#!/bin/sh
# typos.sh - what the user typed and nothing would read.
#
#   setup/typos.sh variables        the variables of make that `make help` lists, one a line
#   setup/typos.sh variable NAME    what to say of a variable that make does not have
#   setup/typos.sh targets          the targets of make that are no files, one a line
#   setup/typos.sh target NAME      what to say of a target that make does not have
#   setup/typos.sh nearest WORD     the nearest of the words on standard input, if one is near
#   setup/typos.sh suites CMDLINE   refuses a selftest= that names a suite which the kernel lacks, and a mem= in bytes
set -eu
export LC_ALL=C

# Each is a line of the recipe of `help`.
variables()
{
	sed -n 's/^\t\t"\{0,1\}\([A-Z][A-Z_]*\)=.*/\1/p' GNUmakefile
}

targets()
{
	sed -n 's/^\.PHONY: *//p' GNUmakefile ./*/*.mk tests/host/*.mk tests/host/fuzz/*.mk | tr ' ' '\n'
}

# Those that `make help` lists.
help_targets()
{
	sed -n 's/^\([a-z-]*\):[^#]*## .*/\1/p' GNUmakefile analysis/*.mk
}

suites()
{
	printf '%s\n' all quick none
	sed -n 's/^const struct ktap_suite [a-z0-9_]* = {"\([^"]*\)".*/\1/p' tests/kernel/*.c
}

# nearest WORD: of the words on standard input the one that fewest edits make of it (one edit: a
# letter put in, left out, changed, or two exchanged; a word that goes on counts as one), or nothing
# when none is near. Capitals do not count.
nearest()
{
	word=$1 awk '
		function least(a, b) { return a < b ? a : b }
		function edits(a, b,    i, j, d, other)
		{
			if (index(a, b) == 1 || index(b, a) == 1)
				return a != b
			for (i = 0; i <= length(a); i++)
				for (j = 0; j <= length(b); j++) {
					if (!i || !j) {
						d[i, j] = i + j
						continue
					}
					d[i, j] = least(d[i - 1, j] + 1, d[i, j - 1] + 1)
					other = substr(a, i, 1) != substr(b, j, 1)
					d[i, j] = least(d[i, j], d[i - 1, j - 1] + other)
					if (i > 1 && j > 1 && substr(a, i, 1) == substr(b, j - 1, 1) &&
					    substr(a, i - 1, 1) == substr(b, j, 1))
						d[i, j] = least(d[i, j], d[i - 2, j - 2] + 1)
				}
			return d[length(a), length(b)]
		}
		BEGIN { word = tolower(ENVIRON["word"]) }
		length($0) > 1 {
			n = edits(word, tolower($0))
			if (n <= 2 && n < length(word) && (best == "" || n < fewest)) {
				best = $0
				fewest = n
			}
		}
		END { print best }'
}

# suites_of CMDLINE: the names behind its last selftest=, which is the one that counts, one a line
suites_of()
{
	printf '%s\n' "$1" | tr ' \t' '\n\n' | sed -n 's/^selftest=//p' | tail -n 1 | tr ',' '\n'
}

check_suites()
{
	suites_of "$1" | while read -r name; do
		[ -n "$name" ] && ! suites | grep -qxFe "$name" || continue
		near=$(suites | nearest "$name")
		echo "FAILED: selftest=$name: no such suite${near:+; the nearest is $near}; there are:" \
			"$(suites | tr '\n' ' ')" >&2
		exit 1
	done
}

# The kernel counts in bytes, as Linux does; less than 1 MiB is nobody's wish.
check_memory()
{
	printf '%s\n' "$1" | tr ' \t' '\n\n' | sed -n 's/^mem=\([0-9][0-9]*\)$/\1/p' | while read -r bytes; do
		[ "${#bytes}" -le 7 ] && [ "$bytes" -lt 1048576 ] || continue
		echo "FAILED: mem=$bytes means $bytes bytes; mem=${bytes}M, or make's MEM=$bytes, was meant?" >&2
		exit 1
	done
}

case ${1-} in
variables) variables ;;
variable)
	near=$(variables | nearest "$2")
	echo "$2=: make has no such variable${near:+; the nearest is $near}; \`make help' lists them"
	;;
targets) targets ;;
target)
	near=$(help_targets | nearest "$2")
	echo "$2: make has no such target${near:+; the nearest is $near}; \`make help' lists them"
	;;
nearest) nearest "$2" ;;
suites)
	check_suites "$2"
	check_memory "$2"
	;;
*) exit 2 ;;
esac
