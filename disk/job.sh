#!/bin/bash
# job.sh - make the overlay of the root file system that tells init what to run.
#
#   disk/job.sh [option]... DIR [PROG]
#     -n NAME    a program that the guest already has in /bin, in place of PROG
#     -a ARGS    its arguments                   -e ENV   more environment, as 'K=V K2=V2'
#     -f FILES   files and directories for its working directory
#     -s STDIN   its standard input; without it, -c makes that the console
#     -r ROOT    a directory that the guest's root is made from, besides DIR; may be repeated, the
#                later one counts
#     -L LIBS    directories of this machine to look for libraries in
#     -S SCRIPT  a shell script in place of PROG, each of whose commands gets its mark
#
# Writes DIR afresh: PROG as bin/PROG, FILES in work/ (the program's working directory), STDIN as
# etc/stdin, and etc/job, one `key value` a line, which init obeys:
#
#   name X      what to call the job           stdin PATH   its standard input (/dev/null)
#   cwd PATH    its working directory          env K=V      one more environment variable
#   arg TEXT    one element of argv; the first is the path of the program
#
# A job ends at a blank line; a file may hold several, which run one after the other. ARGS, ENV,
# FILES and LIBS are split as a shell splits words: blanks separate, '...' "..." and \ quote; nothing
# is expanded. STDIN is a file, a pipe, `-` for what stands on this script's own standard input, or
# /dev/null, as without it. A PROG that is not a file here is looked up in the ROOTs. What libraries
# a dynamic program brings along, disk/libraries.sh says; what becomes of SCRIPT, disk/script.sh.
#
# A PROG that cannot run is refused here, before anything boots.
set -euo pipefail
export LC_ALL=C

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

. disk/libraries.sh
. disk/script.sh
. disk/words.sh

name='' stdin='' args='' env='' files='' console='' script='' libs='' roots=()
while getopts n:s:a:e:f:r:L:S:c option; do
	case $option in
	n) name=$OPTARG ;;
	s) stdin=$OPTARG ;;
	a) args=$OPTARG ;;
	e) env=$OPTARG ;;
	f) files=$OPTARG ;;
	r) roots+=("$OPTARG") ;;
	L) libs=$OPTARG ;;
	S) script=$OPTARG ;;
	c) console=1 ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
dir=${1:?usage: job.sh [option]... DIR [PROG]}
prog=${2-}

# field OFFSET SIZE: an unsigned little-endian number of $prog.
field()
{
	od -An -t "u$2" -j "$1" -N "$2" "$prog" | tr -d ' '
}

# Where the program lies on this machine: $prog, and in the guest: $path. Refuse what cannot run.
find_prog()
{
	local given=$prog
	path=/bin/${prog##*/}
	if [ -n "$prog" ] && { [ ! -e "$prog" ] || is_elf "$prog" 02; }; then
		guest_prog
	fi
	[ -e "$prog" ] || die "PROG=$prog: no such file$(looked_in "$prog")${roots[*]:+, nor in the guest}"
	[ -f "$prog" ] || die "PROG=$prog: not a regular file"
	[ -r "$prog" ] || die "PROG=$prog: not readable"
	case ${prog##*/} in *[\"\\]*) die "PROG=$prog: no quote or backslash in the name, please" ;; esac
	if [ "$(head -c 2 "$prog" | tr -d '\0')" = '#!' ]; then
		check_script "PROG=$given" "$prog"
	else
		check_elf
	fi
}

# A program of the guest's own by that path, or of that name.
guest_prog()
{
	local try at tries=("$prog")
	case $prog in
	/*) ;;
	*/*) return ;;
	*) tries=({/bin,/sbin,/usr/local/bin,/usr/games}"/$prog") ;;
	esac
	for try in "${tries[@]}"; do
		at=$(guest_file "$try")
		if [ -n "$at" ]; then
			path=$try
			prog=$at
			return
		fi
	done
}

# Refuse what the kernel could not execute.
check_elf()
{
	local size phoff phentsize phnum i at
	size=$(stat -L -c %s "$prog")
	[ "$(head -c 4 "$prog" | od -An -t x1)" = ' 7f 45 4c 46' ] || die "PROG=$prog: not an ELF file, and no script (#!)"
	[ "$size" -ge 52 ] || die "PROG=$prog: truncated: no whole ELF header"
	case $(field 4 1) in
	1) ;;
	2) die "PROG=$prog: a 64-bit program; build it with i686-linux-gnu-gcc or gcc -m32, or take it from PACKAGES" ;;
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
	done
}

# FILES: each under its own name in work/, directories whole, executable ones executable.
copy_files()
{
	local file base odd
	split_words FILES "$files"
	for file in "${words[@]}"; do
		[ -e "$file" ] || die "FILES: $file: no such file$(looked_in "$file")"
		[ -f "$file" ] || [ -d "$file" ] || die "FILES: $file: neither a file nor a directory"
		base=$(basename -- "$(realpath -s -- "$file")")
		[ "$base" != / ] || die "FILES: $file: not the whole of this machine, please"
		[ ! -e "$dir/work/$base" ] || die "FILES: two of them are called $base"
		odd=$(find -H "$file" -name '*["\\]*' -print -quit)
		case $base in *[\"\\]*) odd=$file ;; esac
		[ -z "$odd" ] || die "FILES: $odd: no quote or backslash in the name, please"
		cp -rH "$file" "$dir/work/$base" || die "FILES: $file: cannot be copied"
		while IFS= read -r file; do
			bring_libraries "FILES: $file" "$file"
		done < <(find -H "$file" -type f \( -perm /111 -o -name '*.so*' \))
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

put_job()
{
	local word
	split_words ENV "$env"
	for word in "${words[@]}"; do
		[[ $word =~ ^[A-Za-z_][A-Za-z_0-9]*= ]] || die "ENV: $word: not NAME=value"
	done
	[ -z "$name" ] || echo "name $name"
	echo "cwd /work"
	[ ${#words[@]} = 0 ] || printf 'env %s\n' "${words[@]}"
	[ -n "$name" ] || return 0 # no job: a shell, with this environment
	job_stdin
	split_words ARGS "$args"
	printf 'arg %s\n' "${shell[@]}" "$path" "${words[@]}"
	echo
}

path=/bin/$name shell=()
[ -z "$script" ] || [ -z "$prog" ] ||
	die "PROG and SCRIPT: one of them, please; FILES brings the programs that a script calls"
[ -z "$prog" ] || find_prog
check_stdin
rm -rf "$dir"
mkdir -p "$dir/bin" "$dir/etc" "$dir/work"
split_words LIBS "$libs"
library_dirs=("${words[@]}")
for lib in "${library_dirs[@]}"; do
	[ -d "$lib" ] || die "LIBS: $lib: no such directory$(looked_in "$lib")"
done
if [ -n "$prog" ]; then
	name=${path##*/}
	bring_libraries "PROG=$prog" "$prog"
	if [ "$path" = "/bin/${prog##*/}" ]; then
		cp -L "$prog" "$dir$path"
		chmod 755 "$dir$path"
	fi
elif [ -n "$script" ]; then
	put_script
fi
copy_files
check_paths
if [ -n "$name$env" ]; then # neither: init starts a shell
	put_job >"$dir/etc/job"
fi
