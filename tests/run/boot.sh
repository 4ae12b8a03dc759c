#!/bin/bash
# boot.sh - boot a disk image under an emulator, with a time limit, and give the verdict.
#
#   tests/run/boot.sh [option]... IMAGE
#     -o DIR    where the recording and console.log go
#     -n NAME   or else in a new directory out/NAME-N, to which out/latest points then, unless -i
#     -e NAME   emulator: bochs (bochs-refs when -T has a model, refs or a check), bochs-counted (setup/bochs.sh), bochs-plain (no recording), qemu
#     -m MIB    guest memory (128)            -c NAME  processor model (the emulator's default)
#     -t S      seconds until the run counts as hung (600; 0: no limit)
#     -T OPTS   plugin options, as `pid=3, compress=zstd`
#     -r IPS    instructions in a second of the guest (200000000): with few, ticks come often (Bochs)
#     -d FILE   keep the disk as the guest left it (the guest always writes to a copy)
#     -f FILE   diskette in the first drive, write-protected (build/floppy.img); none: none is in
#               it, and Bochs has no drive either
#     -i        interactive: the serial console is this terminal
#     -p        live progress line on standard error, when that is a terminal
#     -k FILE   a report of the recording afterwards, with the names of this kernel: an ELF file, or
#               what nm prints (none: no names)
#     -P PROG   and of this program
#     -w NAMES  tell which files the guest has written in /work, and bring NAMES (disk/files.sh; may
#               be none) back into DIR/files; the run fails when they are not all there
#     -G GUEST  kernel (ours), linux (disk/linux), or image: anything that boots from a disk
#     -a        a program's own exit status is no failure
#     -g        stop at reset and wait for gdb; Ctrl-C ends it (QEMU)
#
# Ends 0 only when tests/run/verdict.sh says that the run passed; its one line is printed on
# standard output or, for a failure, last of all on standard error, behind the report or the end of
# the console log. A signal to this script ends the run in order, with its recording and report.
# One run at a time may use DIR.
set -euo pipefail
. tests/run/lock.sh

readonly poll=0.2     # seconds between two looks at a running guest
readonly reserve=4M   # bytes of disk space, for the report of a run that fills the disk
out='' new='' emulator=bochs mem=128 cpu='' limit=600 trace='' keep='' interactive='' progress=''
gdb='' ips='' floppy=build/floppy.img kernel_elf='' prog='' files='' get='' allow='' guest=kernel
while getopts o:n:e:m:c:t:T:r:d:f:ipgk:P:w:aG: option; do
	case $option in
	o) out=$OPTARG ;;
	n) new=$OPTARG ;;
	e) emulator=$OPTARG ;;
	m) mem=$OPTARG ;;
	c) cpu=$OPTARG ;;
	t) limit=$OPTARG ;;
	T) trace=$OPTARG ;;
	r) ips=$OPTARG ;;
	d) keep=$OPTARG ;;
	f) floppy=$OPTARG ;;
	i) interactive=1 ;;
	p) progress=1 ;;
	g) gdb=1 ;;
	k) kernel_elf=$OPTARG ;;
	P) prog=$OPTARG ;;
	w) files=1 get=$OPTARG ;;
	a) allow=1 ;;
	G) guest=$OPTARG ;;
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
image=${1:?usage: boot.sh [option]... IMAGE}
made=

die()
{
	[ -z "$made" ] || rm -rf "$made"
	echo "FAILED: $*" >&2
	exit 1
}

# What an earlier run left in the directory must not pass for this one's.
prepare_out()
{
	local error
	if [ -n "$out" ]; then
		lock_out "$out"
	else
		new_out "${new:-run}"
		made=$out
	fi
	rm -f "$out"/{meta,tlb,faults,tasks,vmas,marks,latency,waiting,io,reclaim,uses,model,stale,stacks,buddy,refs}.csv{,.zst} \
		"$out"/{console.log,emulator.log,stdout.txt,stderr.txt,meta.sha256,report.html,kernel.sym,objects.sym,source.csv} \
		"$out"/{recording.sqlite,trace.json,stacks.folded,libcachesim.csv,trace.din,trace.lackey} 2>/dev/null || true
	rm -rf "$out"/{analysis,curves,.curves} 2>/dev/null || true
	# A directory of that name is an earlier run's only with the mark beside it.
	[ ! -e "$out/.files" ] || rm -rf "$out/files" "$out/.files"
	[ -z "$get" ] || [ ! -e "$out/files" ] || die "OUT=$out: files/ is there, and not from a run"
	: 2>/dev/null >"$out/console.log" || die "OUT=$out: cannot write there"
	case $emulator in bochs | bochs-counted | bochs-refs) ;; *) return 0 ;; esac
	error=$(head -c $reserve /dev/zero 2>&1 >"$out/.reserve") || {
		rm -f "$out/.reserve"
		die "OUT=$out: no room for a recording: ${error##*: }"
	}
}

# GRUB legacy and the C library, as Debian compiles them, need the instructions of a Pentium Pro
# (CMOV). Older models are lent those; CPUID, control registers and paging stay what they were.
bochs_command()
{
	local program=build/bochs/$emulator edit=(-e "")
	# A first word without a value would be taken for a part of what stands before it: the directory's name.
	[[ $trace =~ ^[[:blank:],]*($|[a-z_]+=|refs([[:blank:],]|$)) ]] ||
		die "TRACE=$trace: begins with no option; options are key=value, or refs"
	# These need to be told each reference.
	[[ $emulator != bochs || ,${trace//[[:blank:]]/}, != *,@(model=|check=stale|refs=|refs,)* ]] || program+=-refs
	[ -x "$program" ] || die "$program is not built"
	if [ -n "$cpu" ]; then
		"$program" --help cpu >"$work/models" 2>&1 || true
		grep -qxF -e "$cpu" "$work/models" || {
			near=$(setup/typos.sh nearest "$cpu" <"$work/models")
			die "CPU=$cpu: not a model that Bochs knows${near:+; the nearest is $near} ($program --help cpu names them)"
		}
	fi
	case $cpu in
	i386) die "CPU=i386: the kernel needs a 486 or later" ;;
	i486dx4 | pentium | pentium_mmx | amd_k6_2_chomper)
		edit=(-e 's/^cpu: /cpu: add_features="pentium_ni p6ni", /')
		;;
	esac
	export PAGODA_CPU=${cpu:-p3_katmai} PAGODA_MEM=$mem PAGODA_DISK=$disk TZ=UTC0
	export PAGODA_FLOPPY=$floppy
	export PAGODA_SERIAL=file PAGODA_CONSOLE=$out/console.log PAGODA_LOG=$out/emulator.log
	export PAGODA_OUT=$out PAGODA_TRACE=${progress:+progress=1}${progress:+${trace:+, }}$trace
	if [ -n "$interactive" ]; then
		PAGODA_SERIAL=term PAGODA_CONSOLE=/dev/tty
	fi
	# The plain Bochs does not know the plugin's line.
	[ "$floppy" != none ] || edit+=(-e 's/^floppya:.*/floppya: type=none/')
	[ "$emulator" != bochs-plain ] || edit+=(-e '/^tlbtrace:/d')
	[ -z "$ips" ] || edit+=(-e "s/ips=[0-9]*/ips=$ips/")
	sed "${edit[@]}" bochsrc >"$work/bochsrc"
	command=("$program" -q -f "$work/bochsrc")
}

qemu_command()
{
	# shellcheck disable=SC2054 # QEMU writes commas within a word
	command=(qemu-system-i386 -accel tcg -machine pc -cpu "${cpu:-qemu32}" -m "$mem"
		-drive "file=${disk//,/,,},format=raw,if=ide,index=0" -boot c
		-display none -monitor none -nic none -no-reboot
		-device isa-debug-exit,iobase=0xf4,iosize=4
		-d cpu_reset -D "$out/emulator.log")
	[ "$floppy" = none ] ||
		command+=(-drive "file=${floppy//,/,,},format=raw,if=floppy,index=0,readonly=on")
	if [ -n "$interactive" ]; then
		command+=(-chardev "stdio,id=com1,signal=$([ -n "$gdb" ] && echo on || echo off),logfile=${out//,/,,}/console.log"
			-serial chardev:com1)
	else
		command+=(-serial "file:${out//,/,,}/console.log")
	fi
	[ -z "$gdb" ] || command+=(-s -S)
}

# The kernel's own word, which the plugin writes down at once.
panicked()
{
	grep -qs '^outcome,panic$' "$out/meta.csv"
}

# Bochs and QEMU each have their words for it.
triple_faulted()
{
	grep -a -q -e 'exception with no resolution' -e 'Triple fault' "$out/emulator.log" 2>/dev/null
}

# Bochs's words for it: by its own port, or by ACPI.
powered_off()
{
	grep -a -q -s -e 'Shutdown port: shutdown requested' -e 'ACPI control: soft power off' "$out/emulator.log"
}

# Run the emulator until it ends, the guest panics, time is up or a signal comes. Sets $ended.
run_watched()
{
	local deadline=$((SECONDS + limit)) pid dying=0 status=0 got
	mkfifo "$work/alive" # its end of file is the emulator's end
	"${command[@]}" </dev/null >"$work/emulator.out" 2>&3 8>"$work/alive" &
	pid=$!
	exec 8<"$work/alive"
	trap 'interrupted=${interrupted:-INT}' INT
	trap 'interrupted=${interrupted:-TERM}' TERM
	trap 'interrupted=${interrupted:-HUP}' HUP
	trap 'kill "$pid" 2>/dev/null || true; cleanup' EXIT
	while got=0; read -r -t $poll -u 8 || got=$?; [ $got -gt 128 ]; do
		if [ -n "$interrupted" ]; then
			end_emulator "$pid"
			break
		elif [ $dying = 0 ] && panicked; then # a moment to power off by itself
			dying=1
			deadline=$((SECONDS + 3))
		elif [ $((limit + dying)) != 0 ] && [ $SECONDS -ge $deadline ]; then
			[ $dying = 1 ] || ended=timeout:$limit
			end_emulator "$pid"
			break
		fi
	done
	{ wait $pid || status=$?; } 2>/dev/null # no "Killed" of the shell's
	exec 8<&-
	trap cleanup EXIT
	trap 'echo "FAILED: interrupted while the report was made" >&2; exit 130' INT TERM HUP
	[ -n "$ended" ] || how_it_ended $status
}

# Sets $ended from the emulator's exit status and log: neither can come from a program in the guest.
how_it_ended()
{
	if [ -n "$interrupted" ]; then
		ended=interrupted:$interrupted
	elif triple_faulted; then
		ended=triple
	elif [ "$1" -gt 128 ]; then
		ended=killed:$(($1 - 128))
	elif [ "$emulator:$1" = qemu:35 ]; then
		ended=panic
	elif [ "$emulator:$1" = qemu:33 ] || powered_off; then
		ended="exit"
	else
		ended="failed:$(reason "$1")"
	fi
}

# The plugin gets a few seconds to write out what it has.
end_emulator()
{
	local i
	kill -TERM "$1" 2>/dev/null || true
	for ((i = 0; i < 25; i++)); do
		read -r -t $poll -u 8 || [ $? -gt 128 ] || return 0
	done
	kill -KILL "$1" 2>/dev/null || true
}

# Give the guest this terminal. Sets $ended.
run_interactive()
{
	local stop=() status=0
	[ "$limit" = 0 ] || stop=(timeout --foreground "$limit")
	if [ "$emulator" = qemu ]; then
		"${stop[@]}" "${command[@]}" 2>"$work/emulator.out" || status=$?
	else
		interactive_bochs
	fi
	if [ $status = 124 ]; then
		ended=timeout:$limit
	else
		how_it_ended $status
	fi
}

# `script` lends Bochs a terminal of its own and keeps the log.
interactive_bochs()
{
	printf '%q ' "${stop[@]}" "${command[@]}" >"$work/command"
	script -q -e -f -c "exec bash '$work/command' >'$work/emulator.out' 2>&1" "$work/typescript" ||
		status=$?
	sed -e '1{/^Script started/d}' -e '${/^Script done/d}' "$work/typescript" |
		sed -e '${/^\r*$/d}' >"$out/console.log"
}

# reason STATUS: what an emulator said last; with the live line, it said so on the terminal.
reason()
{
	if [ -n "$progress" ]; then
		echo 'its last words are above'
	else
		cat "$work"/emulator.{out,err} 2>/dev/null | grep -v '^[= ]*$' | tail -n 1 | grep . ||
			echo "exit status $1"
	fi
}

# An emulator that did not start leaves no recording, and out/latest what it was.
forget_run()
{
	[ -n "$fresh" ] || return 0
	rm -rf "$fresh"
	[ "$(readlink out/latest)" = "${fresh#out/}" ] || return 0
	rm -f out/latest
	[ ! -d "out/${was_latest:-.latest}" ] || point_latest "out/$was_latest"
}

# The digest of meta.csv, which has those of the other files: against accidents.
seal()
{
	(cd "$out" && sha256sum meta.csv >meta.sha256) 2>/dev/null || rm -f "$out/meta.sha256"
}

# With names for the report, of whatever has any.
report()
{
	tests/run/objects.sh "$out" "$disk" "$kernel_elf" "$prog" "$work/elf" || true
	ELF_DIR=$work/elf ADDR2LINE=i686-linux-gnu-addr2line analysis/report.sh "$out"
}

# A recording whose accounts disagree is none that can be used, however well the run ended: which
# account, and the first row that check.sh finds wrong. Prints nothing when all is well.
disagreement()
{
	local bad row
	bad=$(sed -n 's/^bad,//p' "$out/analysis/checks.csv" 2>/dev/null | head -n 1)
	[ -n "$bad" ] || return 0
	row=$(analysis/check.sh "$out" 2>/dev/null | sed -n '/^not ok /{n;s/^# //p;}' | head -n 1) || true
	echo "FAILED: the recording disagrees with itself: $bad${row:+; $row}"
}

# Options that the kernel did not know: it says so before the first program runs, and counts them.
note_unknown()
{
	local count words
	count=$(sed -n 's/^kernel.unknown_options,//p' "$out/meta.csv" 2>/dev/null || true)
	words=$(tr -d '\r' <"$out/console.log" |
		sed -n 's/^command line: the kernel does not know \(.*\); init gets it$/\1/p' |
		head -n "${count:-8}" | tr '\n' ' ')
	[ -z "$words" ] || echo "note: the kernel does not know these options, init got them: ${words% }" >&2
}

# Options that it did know, with values that it did not: it says so, and counts them when it ends.
note_bad()
{
	local count said
	count=$(sed -n 's/^kernel.bad_options,//p' "$out/meta.csv" 2>/dev/null || true)
	said=$(tr -d '\r' <"$out/console.log" | sed -n '/^kernel option .*: expected /s/^/note: /p' |
		head -n "${count:-8}")
	[ -n "$said" ] || [ "${count:-0}" = 0 ] || said="note: kernel options with bad values: $count"
	[ -z "$said" ] || echo "$said" >&2
}

# The two instructions of the first row of stale.csv, with the functions of the kernel.
note_stale()
{
	local use change
	[ -n "$kernel_elf" ] && [ -s "$out/stale.csv" ] || return 0
	IFS=, read -r use change < <(awk -F, 'NR == 2 { print $3 "," $13 }' "$out/stale.csv")
	echo "note: changed by $(place "$change"), used by $(place "$use")" >&2
}

# place ADDRESS: the kernel's function there, too; none: the write was no instruction's that was seen
place()
{
	local name
	[ -n "$1" ] || set -- 'a write that was not seen'
	name=$(i686-linux-gnu-addr2line -fe "$kernel_elf" "${1:-0}" 2>/dev/null | head -n 1)
	case $name in '' | '??') echo "$1" ;; *) echo "$name ($1)" ;; esac
}

# What the guest has left on its disk. Fails when not all that is asked for is there; a run that has
# failed by itself ends with its own line all the same.
fetch_files()
{
	local line hint=''
	case $files:$ended in :* | *:failed:*) return 0 ;; esac
	[ "$guest" = kernel ] || return 0 # what is written there is not on the disk
	[ -n "$get" ] || hint="GET='NAME DIR/ ...' copies them to $out/files"
	disk/files.sh written "$disk" "$work/before" "$hint"
	[ -n "$get" ] || return 0
	[ "$ended" = "exit" ] ||
		echo "note: GET: the guest did not power off: its files may be old, or not be there yet" >&2
	: >"$out/.files"
	if line=$(disk/files.sh get "$disk" "$out/files" "$get"); then
		echo "$line"
	elif [ "$status" = 0 ]; then
		[ -z "$line" ] || echo "FAILED: $line" >&2
		return 1
	elif [ -n "$line" ]; then
		echo "note: $line" >&2
	fi
}

# shellcheck disable=SC2317 # reached through the trap
cleanup()
{
	rm -rf "$work" "$out/.reserve"
}

[ -f "$image" ] || [ "$guest" != image ] || die "GUEST=$image: neither kernel nor linux, and no such file"
[ -f "$image" ] || die "no disk image $image"
case $guest:$emulator in kernel:* | *:bochs | *:bochs-counted | *:bochs-refs) ;; *) die "GUEST: only our own kernel runs there, not another" ;; esac
[ "$guest" = kernel ] || [ -z "$get" ] || die "GET: only of our own kernel's disk"
[ "$guest" != linux ] || trace="reset=end${trace:+, }$trace"
[ "$floppy" = none ] || [ -f "$floppy" ] || die "no diskette image $floppy: make builds it"
[ -z "$get" ] || disk/files.sh check "$get" || exit 1
ended='' interrupted=''
trap '' XFSZ # a limit on the size of files is to be an error like a full disk
prepare_out
mkdir -p build/run
work=$(mktemp -d build/run/XXXXXX)
trap cleanup EXIT
trap 'exit 130' INT TERM
disk=${keep:-$work/disk.img}
rm -f "$disk.lock" # of a Bochs that was killed
cp --sparse=always "$image" "$disk" || die "no copy of the disk image could be made"
exec 7>&- # make's lock on the image
[ -z "$files" ] || [ "$guest" != kernel ] || disk/files.sh list "$disk" >"$work/before" || die "$image cannot be read"

if [ -z "$progress" ] || [ ! -t 2 ]; then
	progress=
	exec 3>"$work/emulator.err"
else
	exec 3>&2
fi
case $emulator in
bochs | bochs-counted | bochs-refs | bochs-plain) bochs_command ;;
qemu) qemu_command ;;
*) die "no emulator named $emulator" ;;
esac
was_latest=$(readlink out/latest || true)
[ -z "$made" ] || [ -n "$interactive" ] || point_latest "$made"
fresh=$made made=
if [ -n "$interactive" ]; then
	run_interactive
else
	run_watched
fi
[ -z "${P_CASES-}" ] || tests/run/cases.sh note "$out/console.log" "$P_CASES"
rm -f "$out/.reserve" "$disk.lock"

meta=()
case $emulator in bochs | bochs-counted | bochs-refs) meta=("$out/meta.csv") ;; esac
passed=1 status=0
verdict=$(tests/run/verdict.sh -u -g "$guest" -e "$ended" "$out/console.log" "${meta[@]}") || status=$?
case $status$allow in
0 | 01) ;;
31) verdict="allowed: ${verdict#FAILED: }" ;;
*) passed= ;;
esac
[ ! -s "$out/meta.csv" ] || seal
[ -z "$passed" ] || echo "$verdict"
if [ -n "$kernel_elf" ] && [ -s "$out/meta.csv" ]; then
	report || { [ -z "$passed" ] || die "the run passed, but there is no report of it"; }
	disagrees=$(disagreement)
	[ -z "$passed" ] || [ -z "$disagrees" ] || {
		passed=
		verdict=$disagrees
	}
elif [ -n "$interactive" ] && [ -s "$out/meta.csv" ]; then
	echo "The recording of this session: $out (make report OUT=$out)"
elif [ -z "$passed$interactive" ]; then
	tail -n 20 "$out/console.log" | tr -d '\r' | sed '$a\' >&2
fi
note_unknown
note_bad
case $verdict in 'FAILED: stale'*) note_stale ;; esac
fetch_files || { [ -z "$passed" ] || exit 1; }
[ -z "$passed" ] || exit 0
case $verdict in 'FAILED: the emulator did not start'*) forget_run ;; esac
echo "$verdict" >&2
case $interrupted in
INT) exit 130 ;;
TERM) exit 143 ;;
HUP) exit 129 ;;
*) exit 1 ;;
esac
