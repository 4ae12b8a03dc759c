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
printf '%s\n' key,value version,1 prog_status,0 complete,1 >"$scratch/meta.csv"

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
verdict 'panic' '10a Kernel panic - not syncing: bad luck' '^FAILED: Kernel panic - not syncing: bad luck$'
verdict 'hang' '9,$d' 'FAILED: hang: not finished after 9 s; .* ok 1 buddy' -e timeout:9
verdict 'triple fault' '9,$d' 'FAILED: triple fault' -e triple
verdict 'console and recording disagree' 's/status 0/status 1/' 'FAILED: .*program status 0, the console 1'
sed -i 's/^prog_status,.*/prog_status,3/' "$scratch/meta.csv"
verdict 'program status' 's/status 0/status 3/' '^FAILED: program status 3$'
sed -i 's/^prog_status,.*/prog_status,139/' "$scratch/meta.csv"
verdict 'program killed' 's/status 0/status 139/' '^FAILED: program status 139: killed by signal 11$'
sed -i 's/^prog_status,.*/prog_status,0/; /^complete/d' "$scratch/meta.csv"
verdict 'recording incomplete' '' 'FAILED: incomplete recording'
rm "$scratch/meta.csv"
verdict 'no recording' '' 'FAILED: no recording'

# --- Runs that go wrong --------------------------------------------------------------------------
# run NAME ERE CMDLINE TIMEOUT JOB_OPTION...: boot, and expect a failure whose last line is like ERE
run()
{
	local name=$1 output status=0
	disk/job.sh "${@:5}" "$scratch/root"
	disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none $3" build/root "$scratch/root"
	output=$(tests/run/boot.sh -o "$scratch/out" -t "$4" "$scratch/disk.img" 2>&1) || status=$?
	is "$name: status" $status 1
	like "$name: last line" "$(tail -n 1 <<<"$output")" "$2"
}

run 'panic' '^FAILED: Kernel panic - not syncing: ' crash=panic 60 -n busybox -a true
run 'hang' '^FAILED: hang: not finished after 15 s' crash=hang 15 -n busybox -a true
run 'triple fault' '^FAILED: triple fault' crash=triple 60 -n busybox -a true
run 'program fails' '^FAILED: program status 3$' '' 60 -n busybox -a "sh -c 'exit 3'"
run 'program killed' '^FAILED: program status 137: killed by signal 9$' '' 60 \
	-n busybox -a "sh -c 'kill -9 \$\$'"
head -n -1 "$scratch/out/console.log" >"$scratch/cut.log"
like 'a real log without its last line' "$(tests/run/verdict.sh "$scratch/cut.log")" \
	'FAILED: truncated log: no power-off line'

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
refused 'PROG a directory' 'FAILED: PROG=.*: not a regular file' PROG="$scratch/directory"
refused 'PROG not ELF' 'FAILED: PROG=LICENSE: not an ELF file' PROG=LICENSE
refused 'PROG 64-bit' 'FAILED: PROG=.*: a 64-bit program' PROG="$scratch/prog64"
refused 'PROG an object file' 'FAILED: PROG=.*: an ELF file, but not an exec' PROG="$scratch/prog.o"
refused 'PROG truncated' 'FAILED: PROG=.*: truncated' PROG="$scratch/truncated"
refused 'PROG a bare header' 'FAILED: PROG=.*: truncated' PROG="$scratch/stub"
refused 'STDIN missing' 'FAILED: STDIN=.*: no such file' STDIN="$scratch/nowhere"
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
refused 'CPU unknown' 'nonsuch' CPU=nonsuch
refused 'OUT a file' 'FAILED: OUT=LICENSE: ' OUT=LICENSE
refused 'OUT unwritable' 'FAILED: OUT=/proc/nowhere: ' OUT=/proc/nowhere

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
