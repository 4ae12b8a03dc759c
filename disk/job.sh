#!/bin/bash
# job.sh - make the overlay of the root file system that tells init what to run.
#
#   disk/job.sh [-n NAME] [-s STDIN] [-a ARGS] [-f FILES] [-c] DIR [PROG]
#
# Writes DIR afresh: PROG as bin/PROG, FILES in work/ (the program's working directory), STDIN as
# etc/stdin, and etc/job, one `key value` a line, which init obeys:
#
#   name X      what to call the job           stdin PATH   its standard input (/dev/null)
#   cwd PATH    its working directory          env K=V      one more environment variable
#   arg TEXT    one element of argv; the first is the path of the program
#
# A job ends at a blank line; a file may hold several, which run one after the other. ARGS and FILES
# are split as a shell splits words: blanks separate, '…' "…" and \ quote; nothing is expanded.
# STDIN is a file, a pipe, `-` for what stands on this script's own standard input, or /dev/null, as
# without it; then -c makes it the console. -n names a program that the guest already has in /bin, in
# place of PROG. A dynamic PROG gets the loader and the C library of the cross compiler in /lib.
#
# A PROG that cannot run is refused here, before anything boots.
set -euo pipefail
export LC_ALL=C

readonly cross_lib=/usr/i686-linux-gnu/lib

die()
{
	echo "FAILED: $*" >&2
	exit 1
}

# looked_in PATH: with `make -C` that is not where the user is.
looked_in()
{
	case $1 in
	/*) ;;
	*) echo " in $PWD" ;;
	esac
}

name='' stdin='' args='' files='' console=''
while getopts n:s:a:f:c option; do
	case $option in
	n) name=$OPTARG ;;
	s) stdin=$OPTARG ;;
	a) args=$OPTARG ;;
	f) files=$OPTARG ;;
	c) console=1 ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
dir=${1:?usage: job.sh [option]... DIR [PROG]}
prog=${2-}

# split_words LABEL TEXT: sets $words.
split_words()
{
	local out
	case $2 in *$'\n'*) die "$1: a line break in an argument cannot be passed on" ;; esac
	out=$(words_text=$2 awk -v label="$1" '
		function end_word() { if (in_word) words = words word "\n"; word = ""; in_word = 0 }
		BEGIN {
			text = ENVIRON["words_text"]
			for (i = 1; i <= length(text); i++) {
				c = substr(text, i, 1)
				if (quote == "" && c ~ /[ \t]/) {
					end_word()
					continue
				}
				in_word = 1
				next_c = substr(text, i + 1, 1)
				if (c == "\\" && quote != "\x27" &&
				    (quote == "" || next_c ~ /["\\$`]/)) {
					word = word next_c
					i++
				} else if (quote == "" && c ~ /["\x27]/)
					quote = c
				else if (c == quote)
					quote = ""
				else
					word = word c
			}
			if (quote != "") {
				print label ": quote " quote " is not closed"
				exit 1
			}
			end_word()
			printf "%s", words
		}') || die "$out"
	words=()
	[ -z "$out" ] || mapfile -t words <<<"$out"
}

# field OFFSET SIZE: an unsigned little-endian number of $prog.
field()
{
	od -An -t "u$2" -j "$1" -N "$2" "$prog" | tr -d ' '
}

# Refuse what the kernel could not execute; sets $interpreter for a dynamic program.
check_prog()
{
	local size phoff phentsize phnum i at
	[ -e "$prog" ] || die "PROG=$prog: no such file$(looked_in "$prog")"
	[ -f "$prog" ] || die "PROG=$prog: not a regular file"
	[ -r "$prog" ] || die "PROG=$prog: not readable"
	case ${prog##*/} in *[\"\\]*) die "PROG=$prog: no quote or backslash in the name, please" ;; esac
	size=$(stat -L -c %s "$prog")
	[ "$(head -c 4 "$prog" | od -An -t x1)" = ' 7f 45 4c 46' ] || die "PROG=$prog: not an ELF file"
	[ "$size" -ge 52 ] || die "PROG=$prog: truncated: no whole ELF header"
	case $(field 4 1) in
	1) ;;
	2) die "PROG=$prog: a 64-bit program; build it with i686-linux-gnu-gcc or gcc -m32" ;;
	*) die "PROG=$prog: neither a 32-bit nor a 64-bit ELF file" ;;
	esac
	[ "$(field 18 2)" = 3 ] || die "PROG=$prog: not for the Intel 386"
	case $(field 16 2) in
	2 | 3) ;;
	*) die "PROG=$prog: an ELF file, but not an executable" ;;
	esac
	phoff=$(field 28 4) phentsize=$(field 42 2) phnum=$(field 44 2)
	[ "$phentsize" = 32 ] || die "PROG=$prog: program headers of an unknown size"
	[ "$phnum" -gt 0 ] || die "PROG=$prog: no program headers"
	[ $((phoff + phnum * 32)) -le "$size" ] || die "PROG=$prog: truncated: program headers missing"
	for ((i = 0; i < phnum; i++)); do
		at=$((phoff + i * 32))
		case $(field $at 4) in
		1 | 3)
			[ $(($(field $((at + 4)) 4) + $(field $((at + 16)) 4))) -le "$size" ] ||
				die "PROG=$prog: truncated: its segments need more than $size bytes"
			;;
		esac
		[ "$(field $at 4)" != 3 ] || interpreter=yes
	done
}

# The shared libraries that a program needs, and those that they need, as far as we have them.
copy_libraries()
{
	local queue=("$prog") needed library
	mkdir -p "$dir/lib"
	cp -L $cross_lib/ld-linux.so.2 "$dir/lib"
	while [ ${#queue[@]} -gt 0 ]; do
		needed=$(i686-linux-gnu-objdump -p "${queue[0]}" | awk '$1 == "NEEDED" { print $2 }')
		queue=("${queue[@]:1}")
		for library in $needed; do
			[ ! -e "$dir/lib/$library" ] || continue
			[ -e "$cross_lib/$library" ] ||
				die "PROG=$prog: needs $library, which $cross_lib does not have"
			cp -L "$cross_lib/$library" "$dir/lib"
			queue+=("$dir/lib/$library")
		done
	done
}

check_stdin()
{
	case $stdin in '' | - | /dev/null) return 0 ;; esac
	[ -e "$stdin" ] || die "STDIN=$stdin: no such file$(looked_in "$stdin")"
	[ -f "$stdin" ] || [ -p "$stdin" ] ||
		die "STDIN=$stdin: neither a file nor a pipe, nor /dev/null, nor - for what is piped into make"
	[ -r "$stdin" ] || die "STDIN=$stdin: not readable"
}

# A guest has no standard input that lasts: all of STDIN goes along in the image.
job_stdin()
{
	case $stdin:$console in
	:1) echo "stdin /dev/console" ;;
	: | /dev/null:*) echo "stdin /dev/null" ;;
	*)
		cat -- "$stdin" >"$dir/etc/stdin" || die "STDIN=$stdin: cannot be read"
		echo "stdin /etc/stdin"
		;;
	esac
}

interpreter=
[ -z "$prog" ] || check_prog
check_stdin
rm -rf "$dir"
mkdir -p "$dir/bin" "$dir/etc" "$dir/work"
if [ -n "$prog" ]; then
	name=${prog##*/}
	cp -L "$prog" "$dir/bin/$name"
	chmod 755 "$dir/bin/$name"
	[ -z "$interpreter" ] || copy_libraries
fi
[ -n "$name" ] || exit 0 # no job: init starts a shell

split_words FILES "$files"
for file in "${words[@]}"; do
	[ -f "$file" ] || die "FILES: $file: no such file$(looked_in "$file")"
	cp -L "$file" "$dir/work"
done
split_words ARGS "$args"
{
	echo "name $name"
	echo "cwd /work"
	job_stdin
	printf 'arg %s\n' "/bin/$name" "${words[@]}"
	echo
} >"$dir/etc/job"
