#!/bin/sh
# diff.sh A B - two recordings side by side.
#
# Prints tables: how the machines and guests differ; events from the program's start to its end (all tasks'; of
# a recording without one, of the whole of it), and those by phase; page faults by what became of the
# page's entry (lib.awk's entry_change(), one rule for every guest), with instructions for each. Of two
# recordings of the same guest, also the first event that differs. Counts are of one run each: nothing
# is said about whether a difference means anything. AWK=name chooses the awk.
#
# Ends with 0 when the tables could be made, whatever they say; with 1 and the name of the file when not.
set -eu

fail()
{
	echo "diff.sh: $*" >&2
	exit 1
}

[ $# = 2 ] && [ -n "$1" ] && [ -n "$2" ] || fail "usage: make diff A=dir B=dir"
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-diff.XXXXXX")
trap 'rm -rf "$work"' EXIT
top=$work
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"

# side A|B DIR: its figures, "GROUP<tab>NAME<tab>VALUE", to $top/A or $top/B
side()
{
	dir=${2%/}
	need_files
	work=$top/$1.files
	mkdir "$work"
	need_all_rows
	for name in tasks marks faults; do
		feed $name.csv >"$work/$name.csv"
	done
	sym=$dir/kernel.sym
	[ -f "$sym" ] || sym=
	end=$(meta icount_end)
	feed tlb.csv | run_awk 'lib run symbols diff_side' -F, \
		-v start="$(meta icount_start)" -v end="${end:-9e15}" -v metafile="$dir/meta.csv" \
		-v marks="$work/marks.csv" -v faults="$work/faults.csv" -v kernel_sym="$sym" >"$top/$1" ||
		fail "$dir cannot be read"
	[ ! -f "$work/.failed" ] || exit 1
}

# first_difference NAME: of a table: "ICOUNT<tab>NAME<tab>LINE", of the earlier of the two rows
first_difference()
{
	for one in A B; do
		dir=$one_dir
		[ $one = A ] || dir=$other_dir
		has "$1" || return 0
		feed "$1.csv" >"$top/$one.table"
	done
	line=$(cmp "$top/A.table" "$top/B.table" 2>&1 | sed -n 's/.*[,: ]line \([0-9]*\).*/\1/p')
	[ -n "$line" ] || return 0
	for one in A B; do # where one file ends before the other, cmp names its last line
		sed -n "${line}p" "$top/$one.table" >"$top/$one.$1.row"
	done
	if cmp -s "$top/A.$1.row" "$top/B.$1.row"; then
		line=$((line + 1))
		for one in A B; do
			sed -n "${line}p" "$top/$one.table" >"$top/$one.$1.row"
		done
	fi
	cat "$top/A.$1.row" "$top/B.$1.row" | cut -d, -f1 | sort -n | sed -n "1s/\$/	$1	$line/p"
}

one_dir=${1%/} other_dir=${2%/}
side A "$one_dir"
side B "$other_dir"
printf 'A  %s\nB  %s\n' "$one_dir" "$other_dir"
$AWK -f "$here/diff.awk" "$top/A" "$top/B"
if [ "$(dir=$one_dir meta guest)" != "$(dir=$other_dir meta guest)" ]; then
	printf '\nThe guests differ: events have no counterparts, and no first difference is looked for.\n'
	exit 0
fi
work=$top
for table in tlb faults tasks vmas marks; do
	first_difference $table
done >"$top/differences"
first=$(sort -n "$top/differences" | head -n 1)
if [ -z "$first" ]; then
	printf '\nNo event differs.\n'
else
	name=$(echo "$first" | cut -f2)
	printf '\nThe first event that differs is at %s, in line %s of %s.csv:\n' "$(echo "$first" | cut -f1)" \
		"$(echo "$first" | cut -f3)" "$name"
	printf '  A  %s\n  B  %s\n' "$(grep . "$top/A.$name.row" || echo '(ends before)')" \
		"$(grep . "$top/B.$name.row" || echo '(ends before)')"
fi
