#!/bin/bash
# boot.sh - boot a disk image under an emulator, with a time limit, and give the verdict.
#
#   tests/run/boot.sh [option]... IMAGE
#     -o DIR    where the recording and console.log go (out/latest)
#     -e NAME   emulator: bochs, bochs-counted (setup/bochs.sh), bochs-plain (no recording), qemu
#     -m MIB    guest memory (128)            -c NAME  processor model (the emulator's default)
#     -t S      seconds until the run counts as hung (600; 0: no limit)
#     -T OPTS   plugin options, as `pid=3, compress=zstd`
#     -r IPS    instructions in a second of the guest (200000000): with few, ticks come often (Bochs)
#     -d FILE   keep the disk as the guest left it (the guest always writes to a copy)
#     -f FILE   diskette in the first drive, write-protected (build/floppy.img); none: none is in
#               it, and Bochs has no drive either
#     -i        interactive: the serial console is this terminal
#     -p        live progress line on standard error, when that is a terminal
#     -g        stop at reset and wait for gdb (QEMU)
#
# Ends 0 only when tests/run/verdict.sh says that the run passed; its one line is printed last, on
# standard output or, for a failure, standard error behind the end of the console log.
set -euo pipefail

readonly poll=0.2 # seconds between two looks at a running guest
out=out/latest emulator=bochs mem=128 cpu='' limit=600 trace='' keep='' interactive='' progress=''
gdb='' ips='' floppy=build/floppy.img
while getopts o:e:m:c:t:T:r:d:f:ipg option; do
	case $option in
	o) out=$OPTARG ;;
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
	*) exit 2 ;;
	esac
done
shift $((OPTIND - 1))
image=${1:?usage: boot.sh [option]... IMAGE}

die()
{
	echo "FAILED: $*" >&2
	exit 1
}

# What an earlier run left in the directory must not pass for this one's.
prepare_out()
{
	mkdir -p "$out" 2>/dev/null || die "OUT=$out: cannot make this directory"
	rm -f "$out"/{meta,tlb,faults,tasks,vmas,marks,latency}.csv{,.zst} \
		"$out"/{console.log,emulator.log,stdout.txt,stderr.txt,report.html,kernel.sym,prog.sym} 2>/dev/null || true
	: 2>/dev/null >"$out/console.log" || die "OUT=$out: cannot write there"
}

# GRUB legacy and the C library, as Debian compiles them, need the instructions of a Pentium Pro
# (CMOV). Older models are lent those; CPUID, control registers and paging stay what they were.
bochs_command()
{
	local program=build/bochs/$emulator edit=(-e "")
	[ -x "$program" ] || die "$program is not built"
	if [ -n "$cpu" ]; then
		"$program" --help cpu >"$work/models" 2>&1 || true
		grep -qxF -e "$cpu" "$work/models" || die "CPU=$cpu: not a model that Bochs knows ($program --help cpu names them)"
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
		command+=(-chardev "stdio,id=com1,signal=off,logfile=${out//,/,,}/console.log"
			-serial chardev:com1)
	else
		command+=(-serial "file:${out//,/,,}/console.log")
	fi
	[ -z "$gdb" ] || command+=(-s -S)
}

# A look at the end of the console is enough: nothing much follows a panic.
panicked()
{
	tail -c 8192 "$out/console.log" | grep -a -q 'Kernel panic - not syncing'
}

# Bochs and QEMU each have their words for it.
triple_faulted()
{
	grep -a -q -e 'exception with no resolution' -e 'Triple fault' "$out/emulator.log" 2>/dev/null
}

# Run the emulator until it ends, the guest panics, or time is up. Sets $ended.
run_watched()
{
	local deadline=$((SECONDS + limit)) pid dying=0
	ended="exit"
	"${command[@]}" </dev/null >"$work/emulator.out" 2>&3 &
	pid=$!
	trap 'kill "$pid" 2>/dev/null || true; cleanup' EXIT
	while kill -0 $pid 2>/dev/null; do
		sleep $poll
		if [ $dying = 0 ] && panicked; then # a moment to power off by itself
			dying=1
			deadline=$((SECONDS + 3))
		fi
		if [ $((limit + dying)) != 0 ] && [ $SECONDS -ge $deadline ]; then
			[ $dying = 1 ] && ended=panic || ended=timeout:$limit
			kill -INT $pid 2>/dev/null || true
			end_by_force $pid
		fi
	done
	wait $pid || true
	trap cleanup EXIT
}

# The plugin gets a few seconds to write out what it has.
end_by_force()
{
	local i
	for ((i = 0; i < 25; i++)); do
		kill -0 "$1" 2>/dev/null || return 0
		sleep $poll
	done
	kill -KILL "$1" 2>/dev/null || true
}

# Give the guest this terminal. `script` lends Bochs a terminal of its own and keeps the log.
run_interactive()
{
	local stop=()
	ended="exit"
	[ "$limit" = 0 ] || stop=(timeout --foreground "$limit")
	if [ "$emulator" = qemu ]; then
		"${stop[@]}" "${command[@]}" 2>"$work/emulator.out" || [ $? != 124 ] || ended=timeout:$limit
		return
	fi
	printf '%q ' "${stop[@]}" "${command[@]}" >"$work/command"
	script -q -e -f -c "exec bash '$work/command' >'$work/emulator.out' 2>&1" "$work/typescript" ||
		[ $? != 124 ] || ended=timeout:$limit
	sed -e '1{/^Script started/d}' -e '${/^Script done/d}' "$work/typescript" |
		sed -e '${/^\r*$/d}' >"$out/console.log"
}

# What an emulator said last.
reason()
{
	cat "$work"/emulator.{out,err} 2>/dev/null | grep -v '^[= ]*$' | tail -n 1 || true
}

# shellcheck disable=SC2317 # reached through the trap
cleanup()
{
	rm -rf "$work"
}

[ -f "$image" ] || die "no disk image $image"
[ "$floppy" = none ] || [ -f "$floppy" ] || die "no diskette image $floppy: make builds it"
prepare_out
mkdir -p build/run
work=$(mktemp -d build/run/XXXXXX)
trap cleanup EXIT
trap 'exit 130' INT TERM
disk=${keep:-$work/disk.img}
rm -f "$disk.lock" # of a Bochs that was killed
cp --sparse=always "$image" "$disk"

if [ -z "$progress" ] || [ ! -t 2 ]; then
	progress=
	exec 3>"$work/emulator.err"
else
	exec 3>&2
fi
case $emulator in
bochs | bochs-counted | bochs-plain) bochs_command ;;
qemu) qemu_command ;;
*) die "no emulator named $emulator" ;;
esac
if [ -n "$interactive" ]; then
	run_interactive
else
	run_watched
fi
! triple_faulted || ended=triple
[ -z "${P_CASES-}" ] || tests/run/cases.sh note "$out/console.log" "$P_CASES"

meta=()
case $emulator in bochs | bochs-counted) meta=("$out/meta.csv") ;; esac
if verdict=$(tests/run/verdict.sh -e "$ended" "$out/console.log" "${meta[@]}"); then
	echo "$verdict"
	exit 0
fi
rm -f "$disk.lock"
if [ ! -s "$out/console.log" ] && [ "$ended" = exit ]; then
	verdict="FAILED: the emulator did not start: $(reason)"
elif [ -z "$interactive" ]; then
	tail -n 20 "$out/console.log" | tr -d '\r' | sed '$a\' >&2
fi
echo "$verdict" >&2
exit 1
