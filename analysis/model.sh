#!/bin/sh
# model.sh MODEL... DIR - what the TLBs of the files MODEL would have done in the recording DIR, as model.csv.
#
# The recording has refs.csv (TRACE=refs). Its references are reduced: what they cannot tell is refused.
# Counts are those of TRACE=model=MODEL, but for areas: all is one.
set -eu

fail()
{
	echo "model.sh: $*" >&2
	exit 1
}

[ $# -gt 1 ] || fail "usage: analysis/model.sh MODEL... DIR"
here=$(cd "$(dirname "$0")" && pwd)
tool=$here/../build/analysis/model
[ -x "$tool" ] || fail "$tool: missing; make builds it"
for dir; do :; done
dir=${dir%/}
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
need_files
has refs || fail "$dir: no refs.csv: record with TRACE=refs"
[ -z "$(meta pid)" ] || fail "$dir: only process $(meta pid) was recorded: what flushed the TLBs between is missing"
models=$(($# - 1))
for model; do
	shift
	[ $models -gt 0 ] || continue
	models=$((models - 1))
	[ -f "$model" ] || fail "$model: no such file"
	set -- "$@" "$model"
done
work=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-model.XXXXXX")
trap 'rm -rf "$work"' EXIT
for name in marks tasks; do
	feed $name.csv >"$work/$name.csv"
done
{ feed refs.csv || echo failed; } | $AWK -f "$here/lib.awk" -f "$here/model_trace.awk" -v k="$(meta refs)" -v rows="$(meta refs.rows)" -v marks="$work/marks.csv" \
	-v tasks="$work/tasks.csv" >"$work/trace" || : >"$work/.failed"
[ ! -f "$work/.failed" ] || fail "$dir: refs.csv cannot be read"
"$tool" "$@" <"$work/trace"
