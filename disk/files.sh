#!/bin/bash
# files.sh - what a guest has left on its disk: what it wrote in /work, and files of it brought back.
#
#   disk/files.sh check NAMES                refuse NAMES that could not be brought
#   disk/files.sh list IMAGE                 all that is in /work, for `written`
#   disk/files.sh written IMAGE LIST [GET]   the files of /work that are not as in LIST, for people;
#                                            GET: how to have them, in a few words
#   disk/files.sh get IMAGE DIR NAMES        copy NAMES of the guest into DIR, which is made
#
# NAMES are split as ARGS is. Each is of /work, or an absolute path: work's go to DIR/NAME, others to
# DIR/PATH. Directories come whole; * ? [...] match as in a shell. `get` prints one line: how much
# it brought or, and it ends 1 then, what was not there. Files are copied, and links that lead
# nowhere but into their own directory or below; other links and special files are left out, each
# with a line on standard error. Nothing is written outside DIR, whatever names the guest has made.
#
# A file is as in LIST when inode, size and time are.
# debugfs reads the image, so no root and no mount are needed. Names are in its notation (\x0a for a
# line break) until a file is made by one, and so are those that are printed.
set -euo pipefail
export LC_ALL=C TZ=UTC PATH=$PATH:/usr/sbin:/sbin

readonly partition=1048576 # where mkimage.sh puts the root file system
readonly depth_max=100 lines_max=10 notes_max=5
readonly large=1048576 # bytes of a file whose holes must not fill this machine's disk
tab=$'\t'

die()
{
	echo "FAILED: $*" >&2
	exit 1
}

. disk/words.sh

# debugfs_do: the orders on standard input, each of them printed before its output
debugfs_do()
{
	debugfs -f /dev/stdin "$image?offset=$partition" 2>"$scratch/err"
}

# entries LIST: the entries of directories, LIST has a line `inode path` each (tabs between): lines of
# mode, inode, size, date, path. An order that debugfs prints begins the next directory.
entries()
{
	awk -F'\t' '{ print "ls -l <" $1 ">" }' "$1" | debugfs_do | awk -v list="$1" '
		/^debugfs: ls / {
			getline path <list
			sub(/^[^\t]*\t/, "", path)
			next
		}
		match($0, /^ *[0-9]+ +[0-7]+ +\([0-9]+\) +[0-9]+ +[0-9]+ +[0-9]+ +[0-9]+-[A-Z][a-z]+-[0-9]+ [0-9:]+ /) {
			name = substr($0, RLENGTH + 1)
			if (name != "" && name != "." && name != ".." && name !~ /\/|\\x2f|\\x00/)
				printf "%06d\t%d\t%s\t%s %s\t%s\n", $2, $1, $6, $7, $8, path name
		}'
}

# tree INODE PREFIX: all below a directory, itself left out; each directory once.
tree()
{
	local depth
	printf '%s\t%s\n' "$1" "$2" >"$scratch/level"
	: >"$scratch/seen"
	for ((depth = 0; depth < depth_max; depth++)); do
		entries "$scratch/level" >"$scratch/entries"
		cat "$scratch/entries"
		awk -F'\t' -v OFS='\t' -v seen="$scratch/seen" '
			BEGIN { while ((getline ino <seen) > 0) old[ino] }
			$1 ~ /^04/ && !($2 in old) { old[$2]; print $2 >>seen; print $2, $5 "/" }' \
			"$scratch/entries" >"$scratch/level"
		[ -s "$scratch/level" ] || break
	done
}

work_inode()
{
	printf '2\t\n' >"$scratch/level"
	entries "$scratch/level" | awk -F'\t' '$1 ~ /^04/ && $5 == "work" { print $2 }'
}

list_work()
{
	local inode
	inode=$(work_inode)
	[ -z "$inode" ] || tree "$inode" ''
}

written()
{
	list_work | sort -t "$tab" -k 5 | awk -F'\t' -v list="$1" -v hint="${2-}" -v max=$lines_max '
		function grouped(n,   s)
		{
			for (s = ""; length(n) > 3; n = substr(n, 1, length(n) - 3))
				s = "," substr(n, length(n) - 2) s
			return n s
		}
		BEGIN {
			while ((getline <list) > 0)
				before[$5] = $2 FS $3 FS $4
		}
		{ old = $5 in before }
		$1 !~ /^10/ || (old && before[$5] == $2 FS $3 FS $4) { next }
		++n == 1 { print "The program wrote in /work" (hint != "" ? " (" hint "):" : ":") }
		n <= max { printf "  %13s  %s%s\n", grouped($3), $5, old ? " (changed)" : "" }
		END { if (n > max) printf "  %13s  and %d more\n", "", n - max }'
}

# plain TEXT: without debugfs's notation, in $plain
plain()
{
	printf -v plain '%b' "$1"
}

# place NAME: sets $path, from the root of the guest.
place()
{
	local word=$1
	while [[ $word == */ ]]; do word=${word%/}; done
	[ -n "$word" ] || die "GET: '$1': neither a file nor a directory"
	case $word in
	/*) path=${word#/} ;;
	*) path=work/$word ;;
	esac
	path=$(tr -s / <<<"$path" | sed 's|/\(\./\)*|/|g; s|/\.$||')
	case /$path/ in */../*) die "GET: $1: no .. in a path, please" ;; esac
}

check()
{
	local word path
	split_words GET "$1"
	for word in "${words[@]}"; do
		place "$word"
	done
}

# find_names PATH: what matches it, as lines of `entries`.
find_names()
{
	local parts part mode ino size date name
	IFS=/ read -r -a parts <<<"$1"
	printf '040755\t2\t0\t-\t\n' >"$scratch/found"
	for part in "${parts[@]}"; do
		awk -F'\t' -v OFS='\t' '$1 ~ /^04/ { print $2, $5 == "" ? "" : $5 "/" }' \
			"$scratch/found" >"$scratch/level"
		entries "$scratch/level" >"$scratch/entries"
		while IFS=$tab read -r mode ino size date name; do
			plain "${name##*/}"
			case $plain in .*) [[ $part == .* ]] || continue ;; esac
			# shellcheck disable=SC2053 # a pattern
			[ "$plain" = "$part" ] || [[ $plain == $part ]] || continue
			printf '%s\t%s\t%s\t%s\t%s\n' "$mode" "$ino" "$size" "$date" "$name"
		done <"$scratch/entries" >"$scratch/found"
	done
	cat "$scratch/found"
}

grouped()
{
	sed ':again; s/\B[0-9]\{3\}\>/,&/; t again' <<<"$1"
}

# left_out NAME WHY
left_out()
{
	[ $((++left)) -gt $notes_max ] || echo "note: GET: $1: $2; left out" >&2
}

# put_link INODE NAME SIZE: only one that cannot lead out of DIR
put_link()
{
	local target
	target=$(debugfs_do <<<"stat <$1>" | sed -n 's/^Fast link dest: "\(.*\)"$/\1/p')
	[ ${#target} = "$3" ] || target=$(debugfs_do <<<"cat <$1>" | tail -n +2)
	case /$target/ in
	*//* | */../* | *[!\ -~]*) left_out "$2" "a symbolic link, which leads elsewhere" ;;
	*) ln -sfT -- "$target" "$into/$plain" ;;
	esac
}

# What is to be copied at once: `dump` orders for debugfs, a file of $scratch/data for each inode.
plan_copies()
{
	awk -F'\t' -v large=$large -v dir="$scratch/data" '
		$1 ~ /^10/ && $3 <= large && !seen[$2]++ { print "dump <" $2 "> " dir "/" $2 }' \
		"$scratch/wanted"
}

# put_file INODE NAME SIZE MODE: a large one is copied now, and keeps its holes
put_file()
{
	local data=$scratch/data/$1
	if [ ! -f "$data" ] && [ "$3" -gt $large ] && [ "$3" -le "$(stat -L -c %s "$image")" ]; then
		debugfs_do <<<"dump <$1> $data" >/dev/null
		fallocate -d "$data" 2>/dev/null || true
	fi
	if [ ! -f "$data" ]; then
		left_out "$2" "larger than the disk of the guest"
		return
	fi
	[ "$(stat -c %s "$data")" = "$3" ] || die "GET: $2: could not be read whole"
	[[ $4 != *[1357]* ]] || chmod +x "$data"
	ln -fT -- "$data" "$into/$plain" 2>/dev/null || cp -fT -- "$data" "$into/$plain" || {
		rm -f -- "$into/$plain"
		die "GET: $2: cannot be written"
	}
	files=$((files + 1)) bytes=$((bytes + $3))
}

# Everything in $scratch/wanted: lines as of `entries`, the path as it shall be in DIR.
put_all()
{
	local mode ino size date name
	mkdir -p "$scratch/data"
	plan_copies | debugfs_do >/dev/null
	while IFS=$tab read -r mode ino size date name; do
		plain "$name"
		case $plain in
		*/*) mkdir -p -- "$into/${plain%/*}" ;;
		esac
		case $mode in
		04*) mkdir -p -- "$into/$plain" ;;
		10*) put_file "$ino" "$name" "$size" "${mode: -3}" ;;
		12*) put_link "$ino" "$name" "$size" ;;
		*) left_out "$name" "neither a file nor a directory" ;;
		esac
	done <"$scratch/wanted"
	[ $left -le $notes_max ] || echo "note: GET: $((left - notes_max)) more left out" >&2
}

# want WORD: adds what WORD of GET names to $scratch/wanted, or to $missing.
want()
{
	local path mode ino size date name
	place "$1"
	find_names "$path" >"$scratch/names"
	[ -s "$scratch/names" ] || missing+=("$1: not on the guest's disk when it stopped")
	while IFS=$tab read -r mode ino size date name; do
		case $name in
		work) name= ;;
		work/*) name=${name#work/} ;;
		esac
		case $mode:$1 in
		04*:* | 10*:* | *:*[*?[]*) ;;
		*) missing+=("$1: neither a file nor a directory, but a link or a device") ;;
		esac
		[ -z "$name" ] || printf '%s\t%s\t%s\t%s\t%s\n' "$mode" "$ino" "$size" "$date" "$name"
		[[ $mode != 04* ]] || tree "$ino" "${name:+$name/}"
	done <"$scratch/names" >>"$scratch/wanted"
}

get()
{
	local word missing=() files=0 bytes=0 left=0
	into=$1
	split_words GET "$2"
	: >"$scratch/wanted"
	for word in "${words[@]}"; do
		want "$word"
	done
	mkdir -p -- "$into" || die "GET: cannot make $into"
	put_all
	if [ ${#missing[@]} -gt 0 ]; then
		word=$(printf '; %s' "${missing[@]}")
		echo "GET: ${word#; }"
		exit 1
	fi
	echo "Brought back: $files file$([ $files = 1 ] || echo s), $(grouped "$bytes") bytes, in $into"
}

if [ "${1-}" = check ]; then
	check "$2"
	exit
fi
image=${2:?usage: files.sh check|list|written|get ...}
mkdir -p build/run
scratch=$(mktemp -d build/run/XXXXXX)
trap 'rm -rf "$scratch"' EXIT
case $1 in
list) list_work ;;
written) written "$3" "${4-}" ;;
get) get "$3" "$4" ;;
*) exit 2 ;;
esac
