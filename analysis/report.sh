#!/bin/sh
# report.sh DIR - analyses the recording in DIR.
#
# Writes DIR/report.html (one file, nothing loaded from elsewhere), its pictures and small tables
# to DIR/analysis/, and prints the summary. A DIR in out/ gets its line in out/index.html too. AWK=name chooses the awk (mawk if there is one: it is
# the fastest); ELF_DIR=dir, where tests/run/objects.sh put what the guest ran, adds source lines, found by
# ADDR2LINE, to DIR/source.csv. Ends with 1 and a message that names the file when the recording is not one.
#
# Of a large tlb.csv (20 MB, or 2 MB packed), build/analysis/thin makes fewer rows for each question, if it was built; the
# answers are the same. THIN=1 wants it of a small one too, THIN=0 of none.
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

thin=$here/../build/analysis/thin
[ -x "$thin" ] || thin=
case ${THIN-} in
0) thin= ;;
1) [ -n "$thin" ] || fail "THIN=1: $here/../build/analysis/thin is not built" ;;
*) [ -n "$(find "$dir" -name tlb.csv -size +20000k -o -name 'tlb.csv.*' -size +2000k)" ] || thin= ;;
esac

# ask QUESTION...: runs them over standard input.
ask()
{
	run_awk "lib $*" -v out="$work" -v page="$dir/report.html" \
		-v thinned="${thinned-}" -v start="$start" -v end="$end" -v bins=$bins -v edges="$edges" -v sample=$sample \
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

# thin NAME...: makes the rows for these questions. Where it cannot, they read tlb.csv.
thin()
{
	[ -n "$thin" ] || return 0
	mkdir -p "$work/.thin"
	plan=$work/.plan-$1
	$AWK -f "$here/lib.awk" -f "$here/run.awk" -f "$here/thin.awk" -v start="$start" -v end="$end" -v edges="$edges" \
		-v layout="$layout" -v tasks="$work/.tasks.csv" -v vmas="$work/.vmas.csv" -v marks="$work/.marks.csv" \
		-v reclaim="$work/.reclaim.csv" >"$plan"
	said=$(whole_rows tlb.csv | "$thin" "$plan" "$work/.thin" "$@" 2>&1) && return 0
	echo "report.sh: $said; these questions read tlb.csv themselves: $*" >&2
	for name; do
		rm -f "$work/.thin/$name.csv"
	done
}

# ask_thin NAME QUESTION...: the same as ask_tlb, of the rows that thin has made for NAME.
ask_thin()
{
	rows=$work/.thin/$1.csv
	shift
	if [ -f "$rows" ]; then
		thinned=1
		ask "$@" <"$rows"
		thinned=
		rm "$rows"
	else
		ask_tlb "$@"
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

thin_one()
{
	thin when where code pairs
}

thin_two()
{
	thin dropped ownership reach strides windows ${short:+bits}
}

# The two jobs of the first stage, and of the second.
first()
{
	ask_thin where run areas tlb where
	ask run areas symbols lines instructions faults </dev/null
}

second()
{
	ask_thin when run tlb when kind
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
	layout=$work/layout.csv
	thin map_count
	ask_thin map_count run areas tlb map_count
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
	ask_thin code run symbols lines instructions tlb code
	ask_thin pairs run tlb pairs
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

more_one()
{
	ask_thin dropped run symbols lines tlb dropped
	ask_thin windows run tlb windows
	ask run areas cow </dev/null
}

more_two()
{
	ask_thin strides run areas tlb strides
	ask_thin reach run areas tlb reach
	ask_thin ownership run tlb ownership
	[ -z "$short" ] || ask_thin bits tlb bits
}

ask_tlb run weigh
edges=$work/bins.csv
start=$(sed -n '2s/.*,//p' "$edges")
layout=
together thin_one thin_two
together first second
together the_map the_rest
together more_one more_two
ask run areas svg symbols page glossary fold finding answers waiting failure crash charts pressure curves what_if tables hottest more_tables processes html </dev/null
ask run areas svg symbols page glossary fold finding waiting failure crash charts pressure summary </dev/null
find "$work" -name ".*" -type f -exec rm -f {} +
rm -rf "$work/.thin"
# The page over all of out/ has one run more.
runs=$(cd "$here/.." && pwd -P)/out
[ "$(dirname "$(cd "$dir" && pwd -P)")" != "$runs" ] || "$here/index.sh" "$runs" || echo "report.sh: $runs/index.html was not made" >&2
