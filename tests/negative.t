#!/bin/bash
# negative.t - a run that went wrong never passes, and the line at its end says what was wrong.
#
# First doctored logs for the verdict alone, then real runs made to fail, then wrong arguments,
# which must be refused before anything boots.
. tests/tap.sh

# --- The verdict ---------------------------------------------------------------------------------
good=$scratch/good.log
cat >"$good" <<'END'
Pagoda 1 (i386) starts
KTAP version 1
1..2
  KTAP version 1
  1..2
  ok 1 alloc
  ok 2 free
ok 1 buddy
printk noise between two results
  KTAP version 1
  1..2
  ok 1 - map
  ok 2 isa # SKIP no such device
ok 2 vma
# Totals: pass:3 fail:0 skip:1
not ok 1 says a program, and it does not count
Pagoda: power off, status 0
END
counts='kernel.selftest_pass,3 kernel.selftest_failures,0 kernel.selftest_skip,1'
digests=$(printf '%s.sha256,0 ' tlb faults tasks vmas marks latency stdout stderr)
# shellcheck disable=SC2086 # a word is a row
printf '%s\n' key,value version,1 $counts $digests prog_status,0 complete,1 >"$scratch/meta.csv"

# verdict NAME SED_SCRIPT ERE [OPTION]...: the log so doctored must fail with a line like ERE
verdict()
{
	local name=$1 output
	sed -E "$2" "$good" >"$scratch/doctored.log"
	if output=$(tests/run/verdict.sh "${@:4}" "$scratch/doctored.log" "$scratch/meta.csv"); then
		fail "$name"
		diag "passed: $output"
	else
		is "$name" "$(printf '%s\n' "$output" | grep -cE -e "$3"):$(printf '%s\n' "$output" | wc -l)" 1:1
	fi
}

ok 'a whole log passes' tests/run/verdict.sh "$good" "$scratch/meta.csv"
sed 's/$/\r/' "$good" >"$scratch/crlf.log"
ok 'with carriage returns too' tests/run/verdict.sh "$scratch/crlf.log" "$scratch/meta.csv"
verdict 'no version line' '/^ *KTAP/d' 'FAILED: truncated log: no self-test'
verdict 'no plan' '/^1\.\./d' 'FAILED: truncated log: no plan'
verdict 'no plan of a suite' '6,9{/^  1\.\./d};5d' 'FAILED: truncated log: no plan'
verdict 'a result missing at the end of a suite' '/ok 2 free/d' 'FAILED: truncated log: 1 of 2 results'
verdict 'a result missing in the middle' '/ok 1 alloc/d' 'FAILED: truncated log: result 1 is missing'
verdict 'a suite missing' '/^ok 2 vma/d' 'FAILED: truncated log: 1 of 2 results'
verdict 'a whole suite with its tests missing' '/printk/,/^ok 2 vma/d' 'truncated log: 1 of 2 results'
verdict 'more results than planned' 's/^1\.\.2/1..1/' 'FAILED: truncated log: 2 of 1 results'
verdict 'a failed test' 's/^  ok 2 free/  not ok 2 free/' 'FAILED: failed test: free'
verdict 'a failed test with its reason' 's/^  ok 2 free/  # mm\/buddy.c:7: lost\n  not ok 2 free/' \
	'failed test: free \(mm/buddy.c:7: lost\)$'
verdict 'a failed suite' 's/^ok 1 buddy/not ok 1 buddy/' 'FAILED: failed test: buddy'
verdict 'no totals' '/^# Totals/d; /^not ok/d' 'FAILED: truncated log: .* no totals'
verdict 'totals that disagree' 's/pass:3/pass:4/' 'FAILED: totals disagree'
verdict 'no power-off line' '/power off/d' 'FAILED: truncated log: no power-off line'
verdict 'something after the power-off line' '$a more' 'FAILED: truncated log: no power-off line'
verdict 'power-off line cut short' 's/, status 0//' 'FAILED: truncated log: no power-off line'
verdict 'power-off line joined to output' 's/^Pagoda: power/xPagoda: power/' 'no power-off line'
verdict 'log cut in the middle' '9,$d' 'FAILED: truncated log: '
verdict 'empty log' '1,$d' 'FAILED: truncated log: no self-test'
verdict 'hang' '9,$d' 'FAILED: hang: not finished after 9 s; .* ok 1 buddy' -e timeout:9
verdict 'triple fault' '9,$d' 'FAILED: triple fault' -e triple
verdict 'emulator killed' '9,$d' 'FAILED: the emulator was killed by signal 9 \(SIGKILL\)$' -e killed:9
verdict 'interrupted' '9,$d' 'FAILED: interrupted by SIGINT$' -e interrupted:INT
verdict 'emulator gave up' '9,$d' 'FAILED: the emulator ended by itself: no such disk$' -e 'failed:no such disk'
verdict 'console and recording disagree' 's/status 0/status 1/' 'FAILED: .*program status 0, the console 1'
cp "$scratch/meta.csv" "$scratch/whole.csv"
for key in prog_status kernel.selftest_pass kernel.selftest_failures kernel.selftest_skip tlb.sha256 stderr.sha256; do
	sed "/^$key,/d" "$scratch/whole.csv" >"$scratch/meta.csv"
	verdict "complete, though $key is missing" '' "FAILED: incomplete recording: .*/meta\.csv:$key: missing$"
done
cp "$scratch/whole.csv" "$scratch/meta.csv"
sed -i 's/selftest_pass,3/selftest_pass,4/' "$scratch/meta.csv"
verdict 'the kernel counted more tests' '' 'FAILED: self-test: the recording says 4 passed, .* the console 3 passed'
sed -i 's/selftest_pass,4/selftest_pass,3/; s/^prog_status,.*/prog_status,3/' "$scratch/meta.csv"
verdict 'program status' 's/status 0/status 3/' '^FAILED: program status 3: what the program itself returned; the run is complete$'
sed -i 's/^prog_status,.*/prog_status,139/' "$scratch/meta.csv"
verdict 'program killed' 's/status 0/status 139/' '^FAILED: program status 139: killed by signal 11 \(SIGSEGV\)$'
sed -i 's/^prog_status,.*/prog_status,137/; 1a kernel.oom_kill,0\nmemory_mib,24' "$scratch/meta.csv"
verdict 'program killed, by somebody' 's/status 0/status 137/' '^FAILED: program status 137: killed by signal 9 \(SIGKILL\)$'
sed -i 's/^kernel.oom_kill,0/kernel.oom_kill,1/' "$scratch/meta.csv"
verdict 'program killed, for want of memory' 's/status 0/status 137/' \
	'^FAILED: program status 137: killed by signal 9 \(SIGKILL\): out of memory \(MEM=24\)$'
sed -i 's/^prog_status,.*/prog_status,255/' "$scratch/meta.csv"
verdict 'exit(-1): no such signal' 's/status 0/status 255/' '^FAILED: program status 255: what the program itself returned; '
sed -i 's/^prog_status,.*/prog_status,0/; /^complete/d' "$scratch/meta.csv"
verdict 'recording incomplete' '' 'FAILED: incomplete recording'
verdict 'a hang behind escapes' 's/^Pagoda: power.*/[0m\x1b[31mred\a/' 'console: \[0m\?\[31mred\?$' -e timeout:9
printf '%s\n' outcome,panic 'failure,"Kernel panic - not syncing: bad, ""bad"" luck"' >>"$scratch/meta.csv"
verdict 'panic, by the hint' '' '^FAILED: Kernel panic - not syncing: bad, "bad" luck$'
verdict 'panic, and then hung' '' '^FAILED: Kernel panic - not syncing: bad, ' -e timeout:9
rm "$scratch/meta.csv"
verdict 'no recording' '' 'FAILED: no recording'

# What a program prints is between the totals and the power-off line.
sed 's/^prog/outcome,ok\n&/' "$scratch/whole.csv" >"$scratch/meta.csv"
panic='Kernel panic - not syncing: says a program'
sed "/^not ok 1 says/a $panic\n---[ end $panic ]---\nPagoda: power off, status 7\nKTAP version 1\n1..9" \
	"$good" >"$scratch/printed.log"
ok 'a program prints the lines of a panic' tests/run/verdict.sh "$scratch/printed.log" "$scratch/meta.csv"
ok 'the same without the plugin' tests/run/verdict.sh "$scratch/printed.log"
sed "\$a ---[ end Kernel panic - not syncing: luck ]---\r" "$good" >"$scratch/ended.log"
is 'a panic without the plugin' "$(tests/run/verdict.sh "$scratch/ended.log")" \
	'FAILED: Kernel panic - not syncing: luck'

# -u: the report learns of it; what says that the recording is whole stays the last row.
tests/run/verdict.sh -u -e killed:9 "$good" "$scratch/meta.csv" >/dev/null
is 'the outcome is noted' "$(tail -n 3 "$scratch/meta.csv" | tr '\n' ' ')" \
	'outcome,killed failure,the emulator was killed by signal 9 (SIGKILL) complete,1 '

# --- Runs that go wrong --------------------------------------------------------------------------
# image CMDLINE JOB_OPTION...: $scratch/disk.img
image()
{
	disk/job.sh "${@:2}" && disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $1" build/root "$scratch/root"
}

out=$scratch/out
# the script itself is what `make trace` becomes: a report and its verdict behind it
model=${boot_elf#build/boot}
boot=(tests/run/boot.sh -o "$out" -t 120 -k "build/kernel${model%.elf}/kernel.elf" -P "$scratch/says")

# told NAME OUTCOME ERE OUTPUT: by the last line, meta.csv and the report
told()
{
	local whose=run
	[ "$2" != program_failed ] || whose=program
	like "$1: last line" "$(tail -n 1 <<<"$4")" "^FAILED: $3"
	is "$1: outcome" "$(sed -n 's/^outcome,//p' "$out/meta.csv")" "$2"
	like "$1: the summary has it on top" "$(grep -a -m 1 . <<<"$4")" "^ *THE ${whose^^} FAILED: $3"
	like "$1: so has the report" "$(cat "$out/report.html")" "role=\"alert\">The $whose failed: $3"
	ok "$1: names for addresses" test -s "$out/kernel.sym"
}

# run NAME OUTCOME ERE CMDLINE TIMEOUT JOB_OPTION...: boot, and expect a failure that is told like ERE
run()
{
	local output status=0
	image "$4" -n busybox -a "$6" "$scratch/root"
	output=$("${boot[@]}" -t "$5" "$scratch/disk.img" 2>&1) || status=$?
	is "$1: status" $status 1
	told "$1" "$2" "$3" "$output"
}

run 'panic' panic 'Kernel panic - not syncing: asked for by crash=panic$' crash=panic 60 true
like 'panic: the last words of the kernel' "$(cat "$out/report.html")" '^Task: 1 \(init\)$'
run 'panic=0' panic 'Kernel panic - not syncing: asked for by crash=panic$' 'crash=panic panic=0' 60 true
run 'hang' hang 'hang: not finished after 8 s' crash=hang 8 true
run 'triple fault' triple 'triple fault' crash=triple 60 true
run 'program killed' program_failed 'program status 137: killed by signal 9 \(SIGKILL\)$' '' 60 "sh -c 'kill -9 \$\$'"
run 'program fails' program_failed 'program status 3: what the program itself returned; the run is complete$' '' 60 "sh -c 'exit 3'"
head -n -1 "$out/console.log" >"$scratch/cut.log"
like 'a real log without its last line' "$(tests/run/verdict.sh "$scratch/cut.log")" \
	'FAILED: truncated log: no power-off line'

image 'memm=5 selftset=all -- init-s-own' -n busybox -a true "$scratch/root"
output=$(tests/run/boot.sh -o "$out" -t 60 "$scratch/disk.img" 2>&1)
is 'options that the kernel does not know' "$output" "passed: 0 self-tests ok, 0 skipped
note: the kernel does not know these options, init got them: memm=5 selftset=all"
is 'are counted' "$(sed -n 's/^kernel.unknown_options,//p' "$out/meta.csv")" 2
image 'highmem=foo slab_debug=? loglevel=x' -n busybox -a true "$scratch/root"
output=$(tests/run/boot.sh -o "$out" -t 60 "$scratch/disk.img" 2>&1)
is 'values that make no sense' "$output" "passed: 0 self-tests ok, 0 skipped
note: kernel option loglevel=x: expected a number from 0 to 8
note: kernel option highmem=foo: expected a size
note: kernel option slab_debug=?: expected letters of FZPU[,CACHE...]"
is 'are counted, too' "$(sed -n 's/^kernel.bad_options,//p' "$out/meta.csv")" 3
image crash=foo -n busybox -a true "$scratch/root"
output=$(tests/run/boot.sh -o "$out" -t 60 "$scratch/disk.img" 2>&1)
is 'no such crash' "$(tail -n 1 <<<"$output")" 'FAILED: Kernel panic - not syncing: crash=foo: no such kind'
like '... and what there is' "$output" \
	'^note: kernel option crash=foo: expected bootstack panic .* stack .*use-after-free'

cat >"$scratch/says.c" <<'END'
#include <stdio.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	static char pages[16 << 20];
	puts("Kernel panic - not syncing: says a program\n"
	     "---[ end Kernel panic - not syncing: says a program ]---");
	fflush(stdout);
	sleep(5);
	while (argc > 1) /* fill after fill */
		for (unsigned i = 0; i < sizeof(pages); i += 4096)
			((volatile char *)pages)[i]++;
}
END
i686-linux-gnu-gcc -static -O -o "$scratch/says" "$scratch/says.c"
image '' "$scratch/root" "$scratch/says"
ok 'a program that prints a panic passes' tests/run/boot.sh -o "$out" -t 60 "$scratch/disk.img"
like 'and did print it' "$(cat "$out/stdout.txt")" '^Kernel panic'
ok 'tables of an earlier run do not stay' test ! -e "$out/analysis" -a ! -e "$out/report.html"
qemu=(tests/run/boot.sh -e qemu -o "$out" -t 90)
ok 'on QEMU too' "${qemu[@]}" "$scratch/disk.img"
image crash=panic "$scratch/root" "$scratch/says"
output=$("${qemu[@]}" "$scratch/disk.img" 2>&1)
is 'a panic on QEMU' "$(tail -n 1 <<<"$output")" 'FAILED: Kernel panic - not syncing: asked for by crash=panic'

# The same program, for ever: it is in the middle of its fills when something happens.
image '' -a forever "$scratch/root" "$scratch/says"

# start COMMAND...: boots in the background; returns when fills are written. Sets $pid and $bochs.
start()
{
	local i
	rm -f "$out"/*.csv
	"$@" >"$scratch/running.log" 2>&1 &
	pid=$!
	for ((i = 0; i < 600; i++)); do
		[ ! -f "$out/tlb.csv" ] || [ "$(stat -c %s "$out/tlb.csv")" -lt 2000000 ] || break
		sleep 0.1
	done
	bochs=$(pgrep -x -P $pid bochs)
}

# ended NAME STATUS OUTCOME ERE
ended()
{
	local status=0
	wait $pid || status=$?
	is "$1: status" $status "$2"
	told "$1" "$3" "$4" "$(cat "$scratch/running.log")"
	ok "$1: most is there" test "$(wc -l <"$out/tlb.csv")" -gt 10000
}

start "${boot[@]}" "$scratch/disk.img"
is 'OUT in use: refused' "$(tests/run/boot.sh -o "$out" -t 5 "$scratch/disk.img" 2>&1)" \
	"FAILED: OUT=$out: in use: another run is recording there"
is 'OUT in use: by make too' "$(make --no-print-directory trace OUT="$out" TIMEOUT=5 2>&1 | grep FAILED)" \
	"FAILED: OUT=$out: in use: another run is recording there"
kill -TERM $pid
ended 'interrupted' 143 interrupted 'interrupted by SIGTERM$'
is 'interrupted: the digest is right' "$(sed -n 's/^tlb.sha256,//p' "$out/meta.csv")" \
	"$(sha256sum <"$out/tlb.csv" | cut -d' ' -f1)"
start "${boot[@]}" "$scratch/disk.img"
kill -KILL "$bochs"
ended 'killed' 1 killed 'the emulator was killed by signal 9 \(SIGKILL\)$'
ok 'killed: the console is there up to the last mark' grep -q '^VFS: mounted root' "$out/console.log"
start "${boot[@]}" "$scratch/disk.img"
{ kill -KILL $pid "$bochs"; wait $pid; } 2>/dev/null
while kill -0 "$bochs" 2>/dev/null; do sleep 0.1; done
start "${boot[@]}" "$scratch/disk.img" # the lock of those two is no more
prlimit --pid "$bochs" --fsize=6000000
ended 'disk full' 1 disk_full "the disk is full: cannot write $out/tlb.csv: File too large\$"
if unshare -rm true 2>/dev/null; then
	# $1 is the mount's in there.
	# shellcheck disable=SC2016
	output=$(unshare -rm sh -c 'mount -t tmpfs -o size=9m none "$1" && shift && "$@"
		cp "$3/report.html" "$3/meta.csv" "$3/kernel.sym" '"$scratch"'/ 2>&1' \
		sh "$out" "${boot[@]}" "$scratch/disk.img" 2>&1)
	cp "$scratch"/{report.html,meta.csv,kernel.sym} "$out"
	told 'disk really full' disk_full 'the disk is full: cannot write .*: No space left on device$' "$output"
else
	pass 'disk really full # SKIP no mounts for this user'
fi

# --- Set-up -------------------------------------------------------------------------------------
mkdir "$scratch/bin"
printf '#!/bin/sh\nexit 1\n' >"$scratch/bin/dpkg-query"
chmod +x "$scratch/bin/dpkg-query"
status=0
output=$(PATH=$PWD/$scratch/bin:$PATH NO_APT=1 setup/packages.sh check 2>&1) || status=$?
is 'NO_APT=1 with nothing installed: status' $status 1
like 'NO_APT=1 names what is missing' "$output" '^deps: missing: .*gcc-i686-linux-gnu .*clang-format'

# --- Arguments -----------------------------------------------------------------------------------
# refused NAME ERE VARIABLE...: make trace must fail with one such line and boot nothing
refused()
{
	local name=$1 output status=0
	rm -rf "$scratch/refused"
	output=$(make --no-print-directory trace OUT="$scratch/refused" "${@:3}" 2>&1) || status=$?
	is "$name: refused, by one line" "$((status != 0)):$(grep -cE -e "$2" <<<"$output")" 1:1 ||
		diag "$output"
	ok "$name: nothing boots" test ! -s "$scratch/refused/console.log"
}

echo 'int main(void) { return 0; }' >"$scratch/prog.c"
gcc -o "$scratch/prog64" "$scratch/prog.c"
i686-linux-gnu-gcc -static -o "$scratch/prog32" "$scratch/prog.c"
i686-linux-gnu-gcc -c -o "$scratch/prog.o" "$scratch/prog.c"
head -c 20000 "$scratch/prog32" >"$scratch/truncated"
head -c 40 "$scratch/prog32" >"$scratch/stub"
mkdir "$scratch/directory"

refused 'PROG missing' 'FAILED: PROG=.*nowhere: no such file' PROG="$scratch/nowhere"
status=0
output=$(cd / && make --no-print-directory -C "$OLDPWD" trace OUT="$scratch/refused" PROG=./nowhere 2>&1) || status=$?
like 'make -C: says where it looked for PROG' "$status: $output" "FAILED: PROG=./nowhere: no such file in $PWD, nor in the guest\$"
refused 'a variable in small letters' ' mem=: make has no such variable; the nearest is MEM; ' mem=256
ok 'BOCHS_SRC is a variable of make' make -n help BOCHS_SRC=x
like 'a target misspelt' "$(make traec 2>&1)" '[*][*][*] traec: make has no such target; the nearest is trace; `make help'
like 'a target unlike any' "$(make clean colourful 2>&1)" '[*][*][*] colourful: make has no such target; `make help'
ok 'a target that is a file' make -n README.md build/user/demo
refused 'a variable misspelt' ' PRG=: make has no such variable; the nearest is PROG; ' PRG=./x
refused 'a variable unlike any' ' COLOUR=: make has no such variable; `make help' COLOUR=1
refused 'a suite misspelt' 'FAILED: selftest=budy: no such suite; the nearest is buddy; there are: ' \
	APPEND='selftest=none selftest=lib,budy'
refused 'mem= without its M' 'FAILED: mem=256 means 256 bytes; mem=256M, or .* MEM=256, was meant' APPEND='quiet mem=256'
ok 'mem= with it' setup/typos.sh suites 'mem=96M mem=1048576 mem=0x10000000 mem= mem=99999999999'
like 'a variable of the environment is not ignored in silence' "$(APPEND=quiet make -n help 2>&1)" \
	'^note: APPEND in the environment is not used; '
unlike 'without one there is no note' "$(make -n help 2>&1)" '^note:'
refused 'PROG a directory' 'FAILED: PROG=.*: not a regular file' PROG="$scratch/directory"
refused 'PROG not ELF' 'FAILED: PROG=LICENSE: not an ELF file' PROG=LICENSE
refused 'PROG 64-bit' 'FAILED: PROG=.*: a 64-bit program; .* PACKAGES$' PROG="$scratch/prog64"
refused 'PROG an object file' 'FAILED: PROG=.*: an ELF file, but not an exec' PROG="$scratch/prog.o"
refused 'PROG truncated' 'FAILED: PROG=.*: truncated' PROG="$scratch/truncated"
refused 'PROG a bare header' 'FAILED: PROG=.*: truncated' PROG="$scratch/stub"
refused 'STDIN missing' 'FAILED: STDIN=.*: no such file' STDIN="$scratch/nowhere"
refused 'STDIN a directory' 'FAILED: STDIN=.*: neither a file nor a pipe' STDIN="$scratch/directory"
refused 'FILES missing' 'FAILED: FILES: .*: no such file' FILES="$scratch/nowhere"
refused 'ARGS unbalanced' "FAILED: ARGS: quote ' is not closed" ARGS="it's"
refused 'MEM not a number' 'MEM=abc: not a number' MEM=abc
refused 'MEM too small' 'MEM=8: not a number from 16' MEM=8
refused 'SWAP not a number' 'SWAP=-1: not a number' SWAP=-1
refused 'TIMEOUT not a number' 'TIMEOUT=1h: not a number' TIMEOUT=1h
refused 'MEMMODEL unknown' 'MEMMODEL=round: the memory models are flat, discontig and sparse' \
	MEMMODEL=round
refused 'GUEST unknown' 'GUEST=hurd: ' GUEST=hurd
refused 'TRACE option unknown' 'nonsense' TRACE=nonsense=1
before=$(readlink out/latest)
output=$(tests/run/boot.sh -n unstarted -T nonsense=1 build/image/default/disk.img 2>&1)
is 'an emulator that did not start leaves no recording' "$(ls -d out/unstarted-* 2>&1 >/dev/null | wc -l) $(
	readlink out/latest)" "1 $before"
like 'and says why' "$output" 'FAILED: the emulator did not start: .*nonsense'
refused 'CPU unknown' 'nonsuch' CPU=nonsuch
refused 'CPU misspelt' 'FAILED: CPU=pentum: not a model that Bochs knows; the nearest is pentium [(]' CPU=pentum
like 'a lab misspelt' "$(analysis/labs/lab.sh run row-columns 2>&1)" \
	'^FAILED: N=row-columns: no such lab; the nearest is rows-columns[.] There are:$'
refused 'ROOTFS missing' 'FAILED: ROOTFS=.*: no such directory' ROOTFS="$scratch/nowhere"
like 'a test misspelt is refused before anything is built' "$(make check TESTS=tests/nonesuch.t 2>&1)" \
	'[*][*][*] TESTS: no such test: tests/nonesuch.t[.]'
refused 'OUT a file' 'FAILED: OUT=LICENSE: ' OUT=LICENSE
refused 'OUT unwritable' 'FAILED: OUT=/proc/nowhere: ' OUT=/proc/nowhere

# --- Recordings are not lost ---------------------------------------------------------------------
mkdir -p "$scratch/tree/out/latest" "$scratch/tree/out/prog-9" "$scratch/tree/out/prog-10"
: >"$scratch/tree/out/latest/meta.csv"
is 'each run without OUT has a new directory' "$(cd "$scratch/tree" && . ../../../../tests/run/lock.sh
	new_out ./prog && echo "$out" && point_latest "$out" && new_out 'a b' && echo "$out")" \
	$'out/prog-11\nout/a_b-1'
is 'out/latest points to it' "$(readlink "$scratch/tree/out/latest")" prog-11
ok 'what was out/latest itself is kept' test -f "$scratch/tree/out/earlier-1/meta.csv"
printf '%s\n' key,value "command,\"make trace ARGS='a,b'\"" outcome,hang complete,1 \
	>"$scratch/tree/out/prog-11/meta.csv"
like 'make list tells of each' "$(cd "$scratch/tree" && ../../../../tests/run/list.sh)" \
	"^out/prog-11 \(latest\)  20.*  hang  *make trace ARGS='a,b'\$"

long="make trace ARGS='echo '\''$(printf 'x%.0s' {1..150})'\'''"
printf '%s\n' key,value "command,$long" outcome,ok complete,1 >"$scratch/tree/out/prog-11/meta.csv"
ok '... the whole command, as it stands there' grep -qF -e "  passed  $long" \
	<(cd "$scratch/tree" && ../../../../tests/run/list.sh | sed 's/passed  */passed  /')
printf '%s\n' key,value "command,\"make trace ARGS='a" "b,c'\"" outcome,ok complete,1 >"$scratch/tree/out/prog-11/meta.csv"
like '... or that it goes on' "$(cd "$scratch/tree" && ../../../../tests/run/list.sh)" \
	"  passed  *make trace ARGS='a \.\.\. \(goes on in out/prog-11/meta.csv\)$"

# A case of the self-test that every boot skips is a test that nobody makes.
printf '%s\n' '  # Subtest: buddy' '  ok 1 split' '  ok 2 highmem # SKIP no highmem' >"$scratch/one.log"
printf '%s\n' '  # Subtest: buddy' '  ok 1 split # SKIP why' '  ok 2 highmem' >"$scratch/two.log"
cases=tests/run/cases.sh
$cases note "$scratch/one.log" "$scratch/cases"
is 'a case that every boot skips is named' "$($cases judge "$scratch/cases")" \
	'skipped by every boot: buddy: highmem'
$cases note "$scratch/two.log" "$scratch/cases"
ok 'but not when one boot runs it' $cases judge "$scratch/cases"
: >"$scratch/cases"
not_ok 'nor may there be no boot at all' $cases judge "$scratch/cases"

done_testing
