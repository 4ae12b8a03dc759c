#!/bin/bash
# plugin.t - the Bochs plugin: its parts against models, and whole recordings of guests of our own.
#
#   tests/plugin.t [--part NAME]   only that part against its model
# shellcheck disable=SC2016,SC2317 # $1 in quotes is awk's; functions are run by ok
. tests/tap.sh

src=tests/host/plugin
san='-fsanitize=address,undefined -fno-sanitize-recover=all'
flags="-std=gnu11 -O1 -g -Wall -Wextra -Wmissing-prototypes -Wstrict-prototypes -Werror"

# --- Parts, on this machine ----------------------------------------------------------------------
# library: the plugin's plain C, once for all
library()
{
	local file
	for file in bochs-plugin/*.c; do
		# shellcheck disable=SC2086
		gcc $flags $san -Ibochs-plugin -Ikernel/include -c \
			-o "$scratch/$(basename "$file" .c).o" "$file" || return
	done
	ar rcs "$scratch/plugin.a" "$scratch"/*.o
}

# host_test NAME: builds test_NAME.c with it, runs it, repeats its results
host_test()
{
	local title
	# shellcheck disable=SC2086
	if ! gcc $flags $san -Ibochs-plugin -Ikernel/include -I$src -o "$scratch/test_$1" \
		"$src/test_$1.c" "$scratch/plugin.a" -lzstd -lcrypto -lpthread 2>"$scratch/log"; then
		fail "$1: compiles"
		diag "$(head -n 40 "$scratch/log")"
		return
	fi
	mkdir -p "$scratch/$1"
	SCRATCH=$scratch/$1 "$scratch/test_$1" >"$scratch/log" 2>&1 || echo "status $?" >>"$scratch/log"
	while read -r title; do
		case $title in
		'ok '*) pass "$1: ${title#*- }" ;;
		'not ok '*) fail "$1: ${title#*- }" ;;
		1..*) ;;
		'status '*) fail "$1: ends with status 0" ;;
		*) diag "$title" ;;
		esac
	done <"$scratch/log"
}

if [ "${1-}" = --part ]; then
	flags=${flags% -Werror} # a break of mutants.sh may leave something unused: that is not what is to notice it
	library || exit 3
	host_test "$2"
	done_testing
fi
ok 'the plain C part compiles without warnings' library
for part in text parts faults hints stale waiting uses stacks task_watch refs machine files model reduction; do
	host_test $part
done

# --- Whole recordings ----------------------------------------------------------------------------
# guest NAME [FLAG]...: an image that boots $src/NAME.S
guest()
{
	local name=$1
	shift
	i686-linux-gnu-gcc -m32 -nostdlib -static "$@" \
		-Wl,-Ttext=0x7c00,--oformat=binary,--build-id=none -o "$scratch/$name.img" "$src/$name.S"
	truncate -s 1M "$scratch/$name.img"
}

# bochs GUEST OUT [OPTIONS [exec]]: records; what Bochs says goes to OUT.log
bochs()
{
	local limit='timeout --foreground -k 5 120'
	[ $# -lt 4 ] || limit='exec' # this shell becomes Bochs, so that its process number is known
	cp "$scratch/$1.img" "$scratch/disk.img"
	rm -f "$scratch/disk.img.lock"
	PAGODA_CPU=${cpu:-p3_katmai} PAGODA_MEM=64 PAGODA_DISK=$scratch/disk.img PAGODA_SERIAL=file \
		PAGODA_CONSOLE=$scratch/console PAGODA_LOG=${log:-/dev/null} TZ=UTC0 \
		PAGODA_FLOPPY=build/floppy.img PAGODA_OUT=$2 PAGODA_TRACE=${3-}
	export PAGODA_CPU PAGODA_MEM PAGODA_DISK PAGODA_SERIAL PAGODA_CONSOLE PAGODA_LOG PAGODA_FLOPPY \
		PAGODA_OUT PAGODA_TRACE TZ
	$limit build/bochs/bochs -q -f "${rc:-bochsrc}" >"$2.log" 2>&1
}

# fact OUT KEY: the value in meta.csv
fact()
{
	sed -n "s/^$2,//p" "$1/meta.csv"
}

# rows FILE: without the icount column, which depends on the BIOS
rows()
{
	cut -d, -f2- "$1"
}

setup/bochs.sh trace
guest guest
a=$scratch/a
bochs guest "$a"
is 'guest: the recording is complete' "$(fact "$a" complete)" 1
is 'guest: what dropped the entries is counted' "$(sed -n 's/^fills_dropped_//p' "$a/meta.csv" | sort)" \
	"$(awk -F, 'NR > 1 && $4 == "fill" { n[$17]++ }
		END { split("cr0 cr3 cr4 emulator fault invlpg task", k, " ")
			for (i = 1; i in k; i++) print k[i] "," n[k[i]] + 0 }' "$a/tlb.csv")"
is 'guest: upgrades by what kept the access out' \
	"$(fact "$a" upgrades_entry) $(fact "$a" upgrades_kind)" \
	"$(grep -c ',upgrade,entry,' "$a/tlb.csv") $(grep -c ',upgrade,kind,' "$a/tlb.csv")"
is 'guest: faults by cause' "$(sed -n 's/^faults_cause_//p' "$a/meta.csv" | tr '\n' ' ')" \
	'anon,1 file,1 cow,1 stack,1 swap,1 fixup,1 '
is 'guest: major faults' "$(fact "$a" faults_major)" 1
for file in tlb faults tasks vmas marks; do
	ok "guest: $file.csv is as foreseen" diff -u $src/guest.$file.csv <(rows "$a/$file.csv")
done
is 'guest: standard output' "$(cat "$a/stdout.txt")" hello
is 'guest: standard error' "$(cat "$a/stderr.txt")" err
is 'guest: its counter' "$(fact "$a" kernel.pgfault)" 8589934591
is 'guest: its exit status' "$(fact "$a" prog_status)" 7
is 'guest: its self-test' "$(fact "$a" selftest)" ok
is 'guest: its banner' "$(fact "$a" guest)" guest.S
is 'guest: every walk is a fill, an upgrade or a fault' "$(fact "$a" walks)" \
	$(($(fact "$a" fills) + $(fact "$a" upgrades) + $(fact "$a" walk_faults)))
is 'guest: complete,1 is the last row' "$(tail -n 1 "$a/meta.csv")" complete,1
for file in tlb faults tasks vmas marks stdout stderr; do
	echo "$(fact "$a" $file.sha256)  $a/$(fact "$a" $file.file)"
done >"$scratch/sums"
ok 'guest: the digests are right' sha256sum --quiet -c "$scratch/sums"
ok 'guest: every check of the recording holds' analysis/check.sh "$a"
is 'guest: the row counts are right' \
	"$(fact "$a" tlb.rows) $(fact "$a" faults.rows) $(fact "$a" tasks.rows)" \
	"$(($(wc -l <"$a/tlb.csv") - 1)) $(($(wc -l <"$a/faults.csv") - 1)) $(($(wc -l <"$a/tasks.csv") - 1))"
ok 'guest: time never goes back' awk -F, 'NR > 2 && $1 < last { exit 1 } { last = $1 }' "$a/tlb.csv"

b=$scratch/b
bochs guest "$b"
ok 'the same run gives the same bytes' diff -r "$a" "$b"

z=$scratch/z
bochs guest "$z" 'compress=zstd'
ok 'compress=zstd: tlb.csv unpacks to the same bytes' sh -c "zstd -dcq $z/tlb.csv.zst | cmp - $a/tlb.csv"
ok 'compress=zstd: faults.csv too' sh -c "zstd -dcq $z/faults.csv.zst | cmp - $a/faults.csv"
is 'compress=zstd: meta.csv names the file' "$(fact "$z" tlb.file)" tlb.csv.zst
for file in tlb faults; do
	is "compress=zstd: the digest of $file.csv is that of the plain bytes" "$(fact "$z" $file.sha256)" \
		"$(fact "$a" $file.sha256)"
done
bochs guest "$z"
not_ok 'an older recording does not stay' test -e "$z/tlb.csv.zst"

# --- What is recorded ----------------------------------------------------------------------------
f=$scratch/f
bochs guest "$f" 'start=mark:steps, stop=mark:nothing'
is 'start=mark: the recorded part begins there' "$(fact "$f" icount_start)" \
	"$(sed -n 's/,1,steps,0,0,0,0,0,0$//p' "$f/marks.csv")"
is 'start=mark: nothing before the mark' "$(fact "$f" complete) $(sed -n 2p "$f/tlb.csv" | cut -d, -f1)" \
	"1 $(($(sed -n 's/,1,steps,.*//p' "$a/marks.csv") + 2))"
bochs guest "$f" 'stop=mark:steps'
is 'stop=mark: the recorded part ends there' "$(fact "$f" icount_start) $(fact "$f" icount_end)" \
	"0 $(sed -n 's/,1,steps,.*//p' "$f/marks.csv")"
is 'stop=mark: nothing behind the mark' "$(fact "$f" complete) $(fact "$f" faults.rows)" '1 0'
bochs guest "$f" 'pid=2'
is 'pid: only that process' "$(fact "$f" complete) $(awk -F, 'NR > 1 && $14 != 2' "$f/tlb.csv" | wc -l)" '1 0'
bochs guest "$f" 'events=fault,flush'
is 'events: only those' "$(fact "$f" complete) $(cut -d, -f4 "$f/tlb.csv" | sort -u | tr '\n' ' ')" \
	'1 event flush flush_all invlpg '
is 'events: faults are all there' "$(fact "$f" faults.sha256)" "$(fact "$a" faults.sha256)"

# --- Wrong options -------------------------------------------------------------------------------
# refused TEXT OPTIONS: Bochs does not start, and says so
refused()
{
	not_ok "refused: $2" bochs guest "$scratch/r" "$2"
	like "refused: $2: and says what is right" "$(cat "$scratch/r.log")" "^tlbtrace: .*$1"
}
refused "unknown option 'colour': there are out, compress" 'colour=blue'
refused 'right is compress=none.zstd' 'compress=gzip'
refused 'right is stacks=none, fault, fill' 'stacks=calls'
refused 'model=, refs and check=stale: this Bochs does not tell each reference' 'model=analysis/models/zen'
refused 'model=, refs and check=stale: this Bochs does not tell each reference' 'compress=none, refs'
not_ok 'refused: nothing was made' test -e "$scratch/r"
: >"$scratch/file"
not_ok 'refused: out= that is a file' bochs guest "$scratch/file"
like 'refused: out= that is a file: and says why' "$(cat "$scratch/file.log")" '^tlbtrace: .*out=.*/file'
not_ok 'refused: out= in no directory' bochs guest "$scratch/r" "out=$scratch/no/such/place"
like 'refused: out= in no directory: and says why' "$(cat "$scratch/r.log")" '^tlbtrace: .*No such file'
sed '/^tlbtrace/d' bochsrc >"$scratch/bochsrc"
rc=$scratch/bochsrc bochs guest "$scratch/r"
not_ok 'no line, no recording' test -e "$scratch/r"

# --- Runs that end badly -------------------------------------------------------------------------
# whole FILE: it holds only whole rows of 17 columns
whole()
{
	[ "$(tail -c 1 "$1" | od -An -c | tr -d ' ')" = '\n' ] && awk -F, 'NF != 17 { exit 1 }' "$1"
}

guest storm -DROUNDS=20000 # 82 million fills: minutes, unless ended
w=$scratch/w
mkdir "$w"
(
	trap '' XFSZ
	ulimit -f 30000
	bochs storm "$w"
)
like 'full disk: the run ends and says so' "$(cat "$w.log")" 'tlbtrace: .*cannot write .*/tlb.csv: File too large'
is 'full disk: not complete' "$(fact "$w" complete)" ''
ok 'full disk: what was written is whole rows' whole "$w/tlb.csv"
ok 'full disk: and a good deal of it' test "$(wc -c <"$w/tlb.csv")" -gt 20000000

# interrupted SIGNAL: storms for a moment
interrupted()
{
	local pid size=0
	rm -f "$w"/tlb.csv* # the size looked at is to be the new one's
	bochs storm "$w" "$2" exec &
	pid=$!
	while [ "$size" -lt 3000000 ] && kill -0 $pid; do
		sleep 0.1
		size=$(cat "$w"/tlb.csv* 2>/dev/null | wc -c)
	done
	kill "-$1" $pid
	for size in $(seq 600); do # a Bochs that hangs must not hang us
		kill -0 $pid 2>/dev/null || break
		sleep 0.1
	done
	[ "$size" -lt 600 ] || kill -KILL $pid
	wait $pid 2>/dev/null
}
interrupted TERM ''
is 'terminated: the digest is right' "$(sha256sum <"$w/tlb.csv" | cut -d' ' -f1)" "$(fact "$w" tlb.sha256)"
for _ in 1 2 3 4 5; do # it may hit the recorder anywhere
	interrupted INT ''
done
is 'interrupted: not within a walk' "$(fact "$w" walks)" \
	$(($(fact "$w" fills) + $(fact "$w" upgrades) + $(fact "$w" walk_faults)))
is 'interrupted: not complete' "$(fact "$w" complete)" ''
like 'interrupted: says so' "$(cat "$w.log")" 'tlbtrace: recording incomplete: the guest did not power the machine off'
is 'interrupted: the digest is right' "$(sha256sum <"$w/tlb.csv" | cut -d' ' -f1)" "$(fact "$w" tlb.sha256)"
ok 'interrupted: whole rows' whole "$w/tlb.csv"
is 'interrupted: no word of tasks by a guest that does not tell of them' "$(cat "$w/waiting.csv")" \
	pid,tgid,name,state,call,number,args,eip,kernel
interrupted KILL compress=zstd
is 'killed: not complete' "$(fact "$w" complete)" ''
is 'killed: meta.csv holds the beginning' "$(fact "$w" dtlb_entries)" 2048
ok 'killed: what was written can be unpacked' sh -c \
	"zstd -dcq $w/tlb.csv.zst 2>/dev/null | head -n -1 | awk -F, 'NF != 17 { exit 1 } END { exit NR < 1000 }'"

guest storm -DHANG
h=$scratch/h
bochs storm "$h" compress=zstd exec &
pid=$!
for _ in $(seq 600); do # what is on disk comes there within a second
	sleep 0.1
	! grep -q . "$h/stdout.txt" 2>/dev/null || break
done
sleep 1
# From the handler of SIGALRM (14) Bochs would log its speed, and hang if that came within a line of the log.
is 'hangs: Bochs has no alarm' "$((0x$(sed -n 's/^SigIgn:[[:blank:]]*//p' /proc/$pid/status) >> 13 & 1))" 1
kill -KILL $pid
wait $pid 2>/dev/null
is 'hangs and is killed: not complete' "$(fact "$h" complete)" ''
is 'hangs and is killed: its mark is there' "$(cut -d, -f2,3 "$h/marks.csv" | tail -n 1)" 1,Shutdown
is 'hangs and is killed: its output is there' "$(cat "$h/stdout.txt")" Shutdown
is 'hangs and is killed: the last fill is there' \
	"$(zstd -dcq "$h/tlb.csv.zst" | tail -n 1 | cut -d, -f3-6)" i,fill,cold,0x00007000

guest storm -DROUNDS=1 -DCOPIES=2000
bochs storm "$w"
end=$(fact "$w" icount_end)
bochs storm "$w"
is "no instruction more or less by the host's clock" "$(fact "$w" icount_end)" "$end"

# --- Guests of another kind ----------------------------------------------------------------------
guest storm -DROUNDS=1 -DSILENT
bochs storm "$w"
is 'no hints: complete when the guest has powered off' \
	"$(fact "$w" complete) $(fact "$w" selftest) $(fact "$w" prog_status) $(fact "$w" outcome)" '1 none none ok'
guest storm -DROUNDS=1 -DSILENT -DTRIPLE
bochs storm "$w"
is 'no hints: not complete after a triple fault' "$(fact "$w" complete)" ''
like 'no hints: and says so' "$(cat "$w.log")" 'incomplete: the guest did not power the machine off'
is 'no hints: in meta.csv, too' "$(fact "$w" failure)" 'the guest did not power the machine off'
guest storm -DROUNDS=1 -DSMM=0xf0
bochs storm "$w"
is 'system management mode: a flush there and back, and complete' \
	"$(fact "$w" complete) $(fact "$w" flushes_emulator) $(grep -c ',flush_all,emulator,' "$w/tlb.csv")" '1 2 2'
guest storm -DROUNDS=1 -DSMM=0xf0 -DSMM_PAGING
bochs storm "$w"
is 'paging in system management mode: refused by name' "$(fact "$w" complete) $(fact "$w" failure)" \
	' the guest has turned on paging in system management mode: this version does not record that'

guest storm -DROUNDS=50
cpu=i486dx4 bochs storm "$w"
is 'storm on a 486: complete' "$(fact "$w" complete) $(fact "$w" cpu_model)" '1 i486dx4'
bochs storm "$w"
is 'storm: complete' "$(fact "$w" complete)" 1
for options in '' compress=zstd; do
	bochs storm "$w" "$options"
	taskset -c "$(taskset -pc $$ | sed 's/.*: *//; s/[-,].*//')" bash -c "$(declare -f bochs)
		scratch=$scratch; bochs storm $w.one $options"
	ok "storm, '$options': one processor or more, the same bytes" diff -r "$w" "$w.one"
done
is 'storm: a conflict for each read but the first of each page' "$(fact "$w" fills_conflict)" \
	$((4096 * 49))
done_testing
