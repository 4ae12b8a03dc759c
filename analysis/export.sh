#!/bin/sh
# export.sh [-p PID] [-o TO] FORMAT DIR - the recording in DIR in a form that other tools read.
#
#   chrome       trace events as JSON, for ui.perfetto.dev and chrome://tracing: TO/trace.json
#   folded       for flame graphs: TO/stacks.folded. Of a recording with TRACE=stacks=... chains of calls and
#                their faults and fills; else task;function;source line and a count of misses
#   libcachesim  time,object,size: TO/libcachesim.csv
#   din          Dinero's traditional format: TO/trace.din
#   lackey       as valgrind --tool=lackey --trace-mem=yes prints: TO/trace.lackey
#
# Without TO the text goes to standard output. PID: of this process only (the last three). What each
# holds stands in analysis/README.md. AWK=name chooses the awk. Ends with 1 and a message on bad input.
set -eu

formats='chrome folded libcachesim din lackey'

fail()
{
	echo "export.sh: $*" >&2
	exit 1
}

process='' to=''
while getopts p:o: option; do
	case $option in
	p) process=$OPTARG ;;
	o) to=$OPTARG ;;
	*) fail "usage: analysis/export.sh [-p PID] [-o TO] FORMAT DIR" ;;
	esac
done
shift $((OPTIND - 1))
[ $# = 2 ] || fail "usage: analysis/export.sh [-p PID] [-o TO] FORMAT DIR; the formats are $formats"
format=$1
dir=${2%/}
case $format in
chrome) file=trace.json ;;
folded) file=stacks.folded ;;
libcachesim) file=libcachesim.csv ;;
din | lackey) file=trace.$format ;;
'') fail "which FORMAT? There are $formats" ;;
*) fail "$format: no such format; there are $formats" ;;
esac
case $process in
*[!0-9]*) fail "-p $process: not the number of a process" ;;
?*) case $format in chrome | folded) fail "-p: $format is of all processes" ;; esac ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
need_files
work=$(mktemp -d "${TMPDIR:-/tmp}/pagoda-export.XXXXXX")
trap 'rm -rf "$work"; [ -z "$to" ] || rm -f "$to/$file.new"' EXIT
trap 'exit 1' INT TERM
if [ -n "$to" ]; then
	[ -d "$to" ] || fail "$to: no such directory"
	exec >"$to/$file.new"
fi

bounds
[ "$format" = folded ] || need_all_rows
whole_small
[ -z "$process" ] || cut -d, -f5 "$work/.tasks.csv" | grep -qx "$process" ||
	fail "-p $process: tasks.csv has no such process"

stacks=$work/.stacks.csv
[ -f "$stacks" ] || stacks=

# there FILE: its path, if the recording has it.
there()
{
	[ ! -f "$dir/$1" ] || echo "$dir/$1"
}

# ask QUESTION...: runs them over standard input.
ask()
{
	run_awk "lib $*" -F, -v format="$format" -v process="$process" -v recording="$dir" -v start="$start" -v end="$end" \
		-v tables=" $tables " -v dir="$work" -v tasks="$work/.tasks.csv" -v marks="$work/.marks.csv" \
		-v code="$dir/analysis/code.csv" -v stacks="$stacks" -v rate="$(meta stacks | sed -n 's|.*fill/||p')" \
		-v vmas="$work/.vmas.csv" -v kernel_sym="$(there kernel.sym)" -v objects_sym="$(there objects.sym)"
}

case $format in
chrome) whole_rows tlb.csv | ask run export_chrome ;;
folded)
	[ -n "$stacks" ] || [ -f "$dir/analysis/code.csv" ] ||
		fail "$dir/analysis/code.csv: missing; make report OUT=$dir makes it"
	ask run symbols chains export_folded </dev/null
	;;
*) whole_rows tlb.csv | ask run export_refs ;;
esac || exit 1
[ ! -f "$work/.failed" ] || exit 1
if [ -n "$to" ]; then
	mv "$to/$file.new" "$to/$file"
	echo "$to/$file" >&2
fi
