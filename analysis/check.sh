#!/bin/sh
# check.sh [-r FILE] DIR - checks the recording in DIR and prints TAP; ends with 1 when anything is wrong.
#
# The last line, behind the TAP, is `checks passed` or `CHECK FAILED: N of M checks`.
# Every file parses, every column has its form, times never fall; rows, counted by each word they use,
# and digests are those of meta.csv and of the kernel; and the events can be true: a model of the TLBs
# does the same, each fault's instruction comes again when the fault is over, tasks, address spaces
# and areas are those that were there. AWK=name chooses the awk.
# FILE gets what the model of the TLBs has counted, "NAME VALUE".
set -eu

exec 3>&1 # of those who print into a pipe, too

fail()
{
	echo "check.sh: $*" >&2
	printf '%s\n' "Bail out! $*" 'CHECK FAILED: nothing was checked' >&3
	exit 1
}

replayed=
if [ "${1-}" = -r ]; then
	replayed=${2-}
	shift 2
fi
[ $# = 1 ] || fail "usage: analysis/check.sh [-r FILE] DIR"
dir=${1%/}
here=$(dirname "$0")
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
need_files
work=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-check.XXXXXX")
trap 'rm -rf "$work"' EXIT

for name in $all_small; do
	! has "$name" || feed "$name.csv" >"$work/$name.csv"
done
digests >"$work/.sums"
[ ! -f "$work/.failed" ] || exit 1
meta_sum=$(sha256sum <"$dir/meta.csv" | cut -d' ' -f1)
sealed=$(cut -d' ' -f1 "$dir/meta.sha256" 2>/dev/null || true)

# ask FILE...: runs one set of checks over standard input.
ask()
{
	run_awk "lib run areas check_tap check_counts check_meta $*" -F, -v metafile="$dir/meta.csv" -v sums="$work/.sums" \
		-v faults="$work/faults.csv" -v tasks="$work/tasks.csv" -v vmas="$work/vmas.csv" \
		-v marks="$work/marks.csv" -v latency="$work/latency.csv" -v waiting="$work/waiting.csv" -v io="$work/io.csv" -v reclaim="$work/reclaim.csv" -v uses="$work/uses.csv" -v models="$work/model.csv" -v stale="$work/stale.csv" -v stacks="$work/stacks.csv" -v buddy="$work/buddy.csv" -v epochs="$work/.flushes" -v replayed="$replayed" \
		-v emulator="$dir/emulator.log" -v console="$dir/console.log" -v meta_sum="$meta_sum" -v sealed="$sealed"
}

{
	feed tlb.csv | grep ',-,flush' >"$work/.flushes" || true
	ask check_rows check_reclaim check_model check_stale check_buddy check_files </dev/null || echo "not ok - the small files can be read"
	feed tlb.csv | ask stream replay retry check_uses check_stacks check_tlb || echo "not ok - tlb.csv can be read"
	! has refs || feed refs.csv | ask check_refs || echo "not ok - refs.csv can be read"
} >"$work/results"

$AWK '/^(not )?ok - / { sub(/ok -/, "ok " ++n " -"); bad += /^not/ } { print }
	END {
		print "1.." n
		print bad ? "CHECK FAILED: " bad " of " n " checks" : "checks passed"
		exit bad > 0
	}' "$work/results"
