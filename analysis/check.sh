#!/bin/sh
# check.sh DIR - checks the recording in DIR and prints TAP; ends with 1 when anything is wrong.
#
# Every file parses, every column has its form, times never fall, rows and digests are those of
# meta.csv, and the events can be true: fills of known tasks, of pages in their areas, with the
# page-table entries that their access needs. AWK=name chooses the awk.
set -eu

fail()
{
	echo "check.sh: $*" >&2
	echo "Bail out! $*"
	exit 1
}

[ $# = 1 ] || fail "usage: analysis/check.sh DIR"
dir=${1%/}
here=$(dirname "$0")
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
need_files
work=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-check.XXXXXX")
trap 'rm -rf "$work"' EXIT

for name in faults tasks vmas marks; do
	feed $name.csv >"$work/$name.csv"
done
! has latency || feed latency.csv >"$work/latency.csv"
digests >"$work/.sums"

# ask FILE: runs one set of checks over standard input.
ask()
{
	$AWK -F, -f "$here/lib.awk" -f "$here/run.awk" -f "$here/areas.awk" -f "$here/check_tap.awk" \
		-f "$here/$1.awk" -v metafile="$dir/meta.csv" -v sums="$work/.sums" \
		-v faults="$work/faults.csv" -v tasks="$work/tasks.csv" -v vmas="$work/vmas.csv" \
		-v marks="$work/marks.csv" -v latency="$work/latency.csv"
}

{
	ask check_files </dev/null || echo "not ok - the small files can be read"
	feed tlb.csv | ask check_tlb || echo "not ok - tlb.csv can be read"
} >"$work/results"
[ ! -f "$work/.failed" ] || exit 1

$AWK '/^(not )?ok - / { sub(/ok -/, "ok " ++n " -"); bad += /^not/ } { print }
	END { print "1.." n; exit bad > 0 }' "$work/results"
