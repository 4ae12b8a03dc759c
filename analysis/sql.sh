#!/bin/sh
# sql.sh DIR [FILE] - the recording in DIR as an SQLite database, DIR/recording.sqlite or FILE.
#
# All tables with the columns of FORMAT.md (schema.csv has their types), the symbols of the instructions
# that stand in them, indexes, and views for the usual questions (views.sql). What was there is replaced,
# once the new one is whole. AWK=name chooses the awk. Ends with 1 and a message when DIR is no recording.
set -eu

fail()
{
	echo "sql.sh: $*" >&2
	exit 1
}

[ $# = 1 ] || [ $# = 2 ] || fail "usage: analysis/sql.sh DIR [FILE]"
dir=${1%/}
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
command -v sqlite3 >/dev/null || fail "sqlite3 is not installed (package sqlite3)"
need_files
database=${2:-$dir/recording.sqlite}
work=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-sql.XXXXXX")
trap 'rm -rf "$work" "$database.new"' EXIT
trap 'exit 1' INT TERM
rm -f "$database.new"

bounds
whole_small
! has refs || {
	whole_rows refs.csv >"$work/.refs.csv"
	tables="$tables refs"
}
objects_sym=$dir/objects.sym
kernel_sym=$dir/kernel.sym
[ -f "$objects_sym" ] || objects_sym=
[ -f "$kernel_sym" ] || kernel_sym=
source=$dir/source.csv
if [ -f "$source" ]; then tables="$tables source"; else source=; fi

questions()
{
	run_awk 'lib schema run areas symbols lines sql' -F, -v schema="$here/schema.csv" -v metafile="$dir/meta.csv" -v tables="$tables" -v dir="$work" \
		-v tasks="$work/.tasks.csv" -v vmas="$work/.vmas.csv" -v marks="$work/.marks.csv" \
		-v recording="$dir" -v start="$start" -v end="$end" -v kernel_sym="$kernel_sym" -v objects_sym="$objects_sym" \
		-v source="$source"
}

# Bad input ends the questions with 1; with something else when sqlite3 went away.
{ whole_rows tlb.csv | questions || [ $? != 1 ] || : >"$work/.failed"; cat "$here/views.sql"; } |
	sqlite3 -bail "$database.new" >"$work/said" 2>&1 || : >"$work/.sqlite"
[ ! -f "$work/.failed" ] || exit 1
[ ! -f "$work/.sqlite" ] || fail "$database: $(grep -vx off "$work/said" | head -n 1)" # off: what the PRAGMA answers
mv "$database.new" "$database"
echo "$database"
