#!/bin/bash
# lab.sh - runs the labs: builds a lab's program, boots with it, compares figures with expected.csv.
#
#   analysis/labs/lab.sh [option]... run N      one lab, every figure; N is its number or name
#   analysis/labs/lab.sh [option]... again N    the same without a boot, from the recordings
#   analysis/labs/lab.sh [option]... all        every lab, one line each
#   analysis/labs/lab.sh list                   which labs there are
#     -o DIR    where the recordings go, DIR/LAB/RUN each (out/labs)
#     -k ELF    the kernel to boot (build/boot.elf)        -c CC   compiler (i686-linux-gnu-gcc)
#     -a ARGS   arguments of the program: the lab run otherwise than its README says
#     -b OPTS   more kernel options for each of its boots
#     -m MIB    memory of each boot, instead of what the lab says        -p CPU   processor model
#
# Ends 1 when a boot fails or a figure lies outside what is expected; the figures are kept in
# DIR/LAB/figures.csv. AWK=name chooses the awk. A lab is a directory here:
#
#   README.md      the question, in its first line; what to do and to look at
#   lab.c          the program                  figures.awk    the figures, from the recordings
#   runs           a boot a line: name, MiB of memory, kernel options; with guest=linux among them it is of
#                  Debian's kernel (disk/linux), and has none of the others; model=NAME is what-if TLBs, of the
#                  lab's own directory or of analysis/models
#   expected.csv   what each figure should be, and why
set -euo pipefail
export LC_ALL=C

readonly here=analysis/labs
out=out/labs boot_elf=build/boot.elf cc=i686-linux-gnu-gcc args='' append='' memory='' cpu=''
while getopts o:k:c:a:b:m:p: option; do
	case $option in
	o) out=$OPTARG ;;
	k) boot_elf=$OPTARG ;;
	c) cc=$OPTARG ;;
	a) args=$OPTARG ;;
	b) append=$OPTARG ;;
	m) memory=$OPTARG ;;
	p) cpu=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
kernel=build/kernel${boot_elf#build/boot} # with its symbols
kernel=${kernel%.elf}/kernel.elf
build=build/labs/${out//\//_}
read -ra awk <<<"${AWK:-awk}"

die()
{
	echo "FAILED: $*" >&2
	exit 1
}

question_of()
{
	sed -n '1s/^# Lab [0-9]*: //p' "$here/$1/README.md"
}

list()
{
	local dir lab
	for dir in "$here"/[0-9]*/; do
		lab=$(basename "$dir")
		printf '  N=%-2s %-18s %s\n' "$((10#${lab%%-*}))" "${lab#*-}" "$(question_of "$lab")"
	done
}

# nearest_lab N: "; the nearest is NAME", where one is near
nearest_lab()
{
	local near
	near=$(list | awk '{ print $2 }' | setup/typos.sh nearest "$1")
	echo "${near:+; the nearest is $near}"
}

# lab_named N: the directory of the lab with this number or name
lab_named()
{
	local dir lab
	for dir in "$here"/[0-9]*/; do
		lab=$(basename "$dir")
		case $1 in "$lab" | "${lab#*-}" | "${lab%%-*}" | "$((10#${lab%%-*}))")
			echo "$lab"
			return
			;;
		esac
	done
	{
		[ -z "$1" ] && echo "FAILED: which lab? Say N=, a number or a name:" || echo "FAILED: N=$1: no such lab$(nearest_lab "$1"). There are:"
		list
	} >&2
	return 1
}

# linux_files: builds what a boot of Linux needs; of a machine without a network that may be missing.
linux_files()
{
	setup/linux.sh get && env -u MAKEFLAGS -u MAKELEVEL make --no-print-directory \
		build/linux/{kernel.elf,init,kernel.sym,cmdline}
}

# models_of LAB OPTIONS: TRACE of the words model=NAME among the options
models_of()
{
	local word trace=''
	for word in $2; do
		[[ $word == model=* ]] || continue
		word=${word#model=}
		[ -f "$here/$1/$word" ] && word=$here/$1/$word || word=analysis/models/$word
		trace+=${trace:+,}model=$word
	done
	echo "$trace"
}

# boot LAB RUN MIB OPTIONS: records into $out/LAB/RUN
boot()
{
	local work=$build/$1/$2 to=$out/$1/$2 guest=kernel symbols=$kernel trace options
	mkdir -p "$work" "$to"
	trace=$(models_of "$1" "$4")
	options=$(sed 's/model=[^ ]*//g' <<<"$4")
	[ -z "$trace" ] || setup/bochs.sh refs >"$work/log" 2>&1 || die "lab $1: $(tail -n 1 "$work/log")"
	disk/job.sh -a "$args" "$work/root" "$build/$1/lab"
	case " $4 " in
	*" guest=linux "*)
		guest=linux
		linux_files >"$work/log" 2>&1 || die "lab $1: $(tail -n 1 "$work/log")"
		disk/initrd.sh "$work/initrd" build/linux/init build/root "$work/root"
		disk/mkimage.sh -o "$work/disk.img" -k build/linux/kernel.elf -m "$work/initrd" \
			-a "$(cat build/linux/cmdline) $append" -s 0
		;;
	*)
		disk/mkimage.sh -o "$work/disk.img" -k "$boot_elf" \
			-a "root=/dev/hda1 rw console=ttyS0 selftest=none $options $append" build/root "$work/root"
		;;
	esac
	TLBTRACE_COMMAND="make lab N=${1#*-}${args:+ ARGS='$args'}${append:+ APPEND='$append'} (boot $2)" \
		tests/run/boot.sh -G $guest -m "${memory:-$3}" -t 300 -o "$to" ${cpu:+-c "$cpu"} ${trace:+-T "$trace"} "$work/disk.img" \
		>"$work/verdict" 2>&1 || {
		cat "$work/verdict" >&2
		die "lab $1, boot $2"
	}
	[ $guest != linux ] || symbols=build/linux/kernel.sym
	tests/run/objects.sh "$to" "$work/disk.img" "$symbols" "$build/$1/lab" "$work/elf"
	rm -r "$work/disk.img" "$work/elf"
}

# record LAB: builds its program and does all its boots
record()
{
	local run mib options
	mkdir -p "$build/$1"
	"$cc" -static -O2 -g -Wall -Wextra -Werror -Ikernel/include -o "$build/$1/lab" "$here/$1/lab.c"
	while read -r run mib options; do
		boot "$1" "$run" "$mib" "$options"
	done <"$here/$1/runs"
}

# figures LAB: of its recordings
figures()
{
	local run rest table files=()
	while read -r run rest; do
		files+=("run=$run")
		for table in marks.csv meta.csv stdout.txt faults.csv tlb.csv; do
			[ -f "$out/$1/$run/$table" ] || die "lab $1: no recording $out/$1/$run/$table"
			files+=("$out/$1/$run/$table")
		done
		[[ " $rest " != *" model="* ]] || files+=("$out/$1/$run/model.csv")
	done <"$here/$1/runs"
	"${awk[@]}" -f "$here/phases.awk" -f "$here/$1/figures.awk" "${files[@]}" >"$out/$1/figures.csv"
}

# compare LAB [QUIET]
compare()
{
	"${awk[@]}" -v quiet="${2-}" -f "$here/check.awk" "$out/$1/figures.csv" "$here/$1/expected.csv"
}

# run N COMMAND...: the commands, each for this lab, then the comparison
run()
{
	local lab step
	lab=$(lab_named "$1")
	shift
	echo "lab ${lab%%-*}: $(question_of "$lab")"
	for step; do
		$step "$lab"
	done
	compare "$lab" || die "lab $lab: a figure is not as expected"
	echo "passed: lab $lab (why: $here/$lab/expected.csv; recordings: $out/$lab/)"
}

all()
{
	local dir lab wrong failed=''
	for dir in "$here"/[0-9]*/; do
		lab=$(basename "$dir")
		if grep -q guest=linux "$here/$lab/runs" && ! setup/linux.sh get >/dev/null 2>&1; then
			printf 'SKIP    %-18s no Linux kernel here, and no network\n' "$lab"
			continue
		fi
		record "$lab"
		figures "$lab"
		if wrong=$(compare "$lab" 1); then
			printf 'ok      %-18s %s\n' "$lab" "$(question_of "$lab")"
		else
			printf 'FAILED  %-18s %s\n%s\n' "$lab" "$(question_of "$lab")" "$wrong"
			failed="$failed $lab"
		fi
	done
	[ -z "$failed" ] || die "labs:$failed"
}

case ${1-} in
run) run "${2-}" record figures ;;
again) run "${2-}" figures ;;
all) all ;;
list) list ;;
*) die "usage: $here/lab.sh [option]... run N | again N | all | list" ;;
esac
