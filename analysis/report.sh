#!/bin/sh
# report.sh DIR - analyses the recording in DIR.
#
# Writes DIR/report.html (one file, nothing loaded from elsewhere), its pictures and small tables
# to DIR/analysis/, and prints the summary. A DIR in out/ gets its line in out/index.html too. AWK=name chooses the awk (mawk if there is one: it is
# the fastest); ELF_DIR=dir, where tests/run/objects.sh put what the guest ran, adds source lines, found by
# ADDR2LINE, to DIR/source.csv. Ends with 1 and a message that names the file when the recording is not one.
#
# What dropped entries, reach, strides, windows and frames need five passes more, for which a report takes half as
# long again (58 % more of the processor for the demo's 51 MB): they are left out where tlb.csv is large (200 MB, or
# 20 MB packed), unless MORE=1; MORE=0 leaves them out always.
#
# Two stages: what is counted per page tells which addresses the map must show; only then can the
# map be drawn. Within a stage the passes over tlb.csv run two at a time.
set -eu

fail()
{
	echo "report.sh: $*" >&2
	exit 1
}

[ $# = 1 ] || fail "usage: analysis/report.sh DIR"
dir=${1%/}
here=$(cd "$(dirname "$0")" && pwd)
bins=450
# shellcheck source=analysis/recording.sh
. "$here/recording.sh"
command -v gnuplot >/dev/null || fail "gnuplot is not installed (package gnuplot-nox)"
need_files
work=$dir/analysis
rm -rf "$work"
mkdir -p "$work" || fail "$work: cannot be made"

# --- The recording -------------------------------------------------------------------------------
bounds
# Only a guest with PAE loads PDPTEs, and only that has 64-bit page-table entries.
wide=$(meta pdpte_loads)
wide=$((${wide:-1} > 0))

# --- Questions -----------------------------------------------------------------------------------
whole_small # whole rows of plain files, for those who read them twice
waiting=$work/.waiting.csv
[ -f "$waiting" ] || waiting=
short= # was memory ever short?
[ ! -f "$work/.reclaim.csv" ] || [ "$(wc -l <"$work/.reclaim.csv")" -le 1 ] || short=1

kernel_sym=$dir/kernel.sym
[ -f "$kernel_sym" ] || kernel_sym=
objects_sym=$dir/objects.sym
[ -f "$objects_sym" ] || objects_sym=
console=$dir/console.log
[ -f "$console" ] || console=
dygraphs=${DYGRAPHS-/usr/share/javascript/dygraphs} # of Debian's libjs-dygraphs; without it no chart zooms
licence=/usr/share/doc/libjs-dygraphs/copyright
[ -s "$dygraphs/dygraph.min.js" ] && [ -s "$licence" ] || dygraphs=
edges=
sample=1 # of a large tlb.csv, some rows tell enough about where the events are
[ -z "$(find "$dir" -name 'tlb.csv*' -size +20000k)" ] || sample=64

more=${MORE-}
[ -n "$more" ] || more=$([ -n "$(find "$dir" -name tlb.csv -size +200000k -o -name 'tlb.csv.*' -size +20000k)" ] || echo 1)

# ask QUESTION...: runs them over standard input.
ask()
{
	run_awk "lib $*" -v out="$work" -v page="$dir/report.html" \
		-v start="$start" -v end="$end" -v bins=$bins -v edges="$edges" -v sample=$sample \
		-v metafile="$dir/meta.csv" -v sums="$work/.sums" -v tlb_name="$dir/tlb.csv" -v wide="$wide" \
		-v console="$console" -v faults="$work/.faults.csv" -v tasks="$work/.tasks.csv" -v vmas="$work/.vmas.csv" \
		-v marks="$work/.marks.csv" -v layout="$work/layout.csv" -v pages_csv="$work/pages.csv" -v waiting="$waiting" \
		-v io="$work/.io.csv" -v uses="$work/.uses.csv" -v stacks="$work/.stacks.csv" -v buddy="$work/.buddy.csv" -v reclaim="$work/.reclaim.csv" -v models="$work/.model.csv" \
		-v kernel_sym="$kernel_sym" -v objects_sym="$objects_sym" \
		-v source="$dir/source.csv" -v elf_dir="${ELF_DIR-}" -v addr2line="${ADDR2LINE:-addr2line}" -v cwd="$PWD" \
		-v theme="$here/theme.css" -v style="$here/report.css" -v scripts="$here" -v dygraphs="$dygraphs" -v dygraphs_licence="$licence" -v plane="$work/.plane"
}

ask_tlb()
{
	if [ "$complete" = 1 ] && [ -f "$dir/tlb.csv" ]; then
		ask "$@" <"$dir/tlb.csv"
	else
		whole_rows tlb.csv | ask "$@"
	fi
}

# together A B: two jobs (functions) at a time; the report ends if either fails.
together()
{
	$1 &
	one=$!
	$2 &
	two=$!
	wait $one || failed=1
	wait $two || failed=1
	[ -z "${failed-}" ] && [ ! -f "$work/.failed" ] || exit 1
}

# The two jobs of the first stage, and of the second.
first()
{
	ask_tlb run areas tlb where
	ask run areas symbols lines instructions faults </dev/null
}

second()
{
	ask_tlb run tlb when kind ${short:+bits}
}

# "rows,pid,page" of every page with a fill or a fault, by process and address.
pages_touched()
{
	{
		tail -n +2 "$work/pages.csv"
		tail -n +2 "$work/fault_pages.csv"
	} | cut -d, -f1-3 | sort -t, -k2,2 -k3,3
}

the_map()
{
	pages_touched | ask run layout
	ask_tlb run areas tlb map_count
	ask raster <"$work/map.csv" >"$work/.cells"
	(
		cd "$work"
		height=$(tail -n 1 .cells | cut -d' ' -f2)
		gnuplot -e "width=$bins; height=$((height + 1))" "$here/map.gp"
	)
	base64 "$work/map.png" >"$work/.plane"
	ask run svg map_draw </dev/null
}

the_rest()
{
	ask_tlb run symbols lines instructions tlb code pairs
	ask run who </dev/null
	! has uses || ask run symbols uses </dev/null
	ask run symbols variables </dev/null
	! has buddy || ask buddy </dev/null
	! has stacks || ask run symbols chains stacks </dev/null
	! has io || ask io </dev/null
	! has model || {
		ask run areas symbols model </dev/null
		ask run svg model_draw </dev/null
	}
	[ -z "$short" ] || pressure
	[ ! -d "$dir/curves" ] || ask run svg curves_draw </dev/null
	ask run svg timeline </dev/null
	ask run svg costs </dev/null
	digests >"$work/.sums"
	ask run agreement </dev/null
}

pressure()
{
	ask run reclaim </dev/null
	ask run memory </dev/null
	ask run areas symbols refault </dev/null
	! has io || ask waits </dev/null
	ask run svg memory_draw </dev/null
	! has buddy || ask run svg buddy_draw </dev/null
	ask run svg refault_draw </dev/null
}

# The two jobs of the questions that are left out where there are too many rows.
more_one()
{
	ask_tlb run symbols lines tlb dropped
	ask_tlb run tlb windows
	ask run areas cow </dev/null
}

more_two()
{
	ask_tlb run areas tlb strides
	ask_tlb run areas tlb reach
	ask_tlb run tlb ownership
}

ask_tlb run weigh
edges=$work/bins.csv
start=$(sed -n '2s/.*,//p' "$edges")
together first second
together the_map the_rest
[ "$more" != 1 ] || together more_one more_two
ask run areas svg symbols page glossary fold finding answers waiting failure crash charts pressure curves what_if tables hottest more_tables processes html </dev/null
ask run areas svg symbols page glossary fold finding waiting failure crash charts pressure summary </dev/null
find "$work" -name ".*" -type f -exec rm -f {} +
# The page over all of out/ has one run more.
runs=$(cd "$here/.." && pwd -P)/out
[ "$(dirname "$(cd "$dir" && pwd -P)")" != "$runs" ] || "$here/index.sh" "$runs" || echo "report.sh: $runs/index.html was not made" >&2
