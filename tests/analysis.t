#!/bin/sh
# shellcheck disable=SC2016 # "$" in sed scripts
# analysis.t - the questions of analysis/ give their exact answers under every awk.
#
# A case is analysis/cases/NAME.ok: what question ${NAME%%-*} prints, and its status, for NAME.csv.
# NAME.marks.csv and so on stand beside it where the question reads them; NAME.vars holds options.
# Then the checks of check.sh pass on a made-up recording, and each notices its own kind of damage.
#
#   tests/analysis.t --case NAME   only this case, and
#   tests/analysis.t --checks      only the checks, under mawk
. tests/tap.sh

cases=analysis/cases
busybox=$(command -v busybox || echo "$PWD/build/deps/busybox")

# libraries QUESTION: the files that it must be run after.
libraries()
{
	case $1 in
	when) echo run tlb ;;
	kind) echo tlb ;;
	where | map_count) echo run areas tlb ;;
	code) echo run symbols lines instructions tlb ;;
	dropped) echo run symbols lines tlb ;;
	windows | ownership) echo run tlb ;;
	reach | strides) echo run areas tlb ;;
	pairs) echo run tlb ;;
	faults) echo run areas symbols lines instructions ;;
	uses | variables) echo run symbols ;;
	stacks | export_folded) echo run symbols chains ;;
	who | layout | weigh | reclaim | memory) echo run ;;
	cow) echo run areas ;;
	refault) echo run areas symbols ;;
	page_string) echo run areas ;;
	bits) echo tlb ;;
	io | refs | waits | buddy) ;;
	esac
}

# beside NAME SUFFIX: that file of the case, if there is one.
beside()
{
	[ ! -f $cases/"$1.$2" ] || echo $cases/"$1.$2"
}

# answer NAME: what the awk in $AWK answers for a case.
answer()
{
	question=${1%%-*}
	input=$cases/$1.csv
	faults=$(beside "$1" faults.csv)
	tasks=$(beside "$1" tasks.csv)
	io=$(beside "$1" io.csv)
	reclaim=$(beside "$1" reclaim.csv)
	set -- "$1" -f analysis/lib.awk
	for library in $(libraries "$question") $question; do
		set -- "$@" -f analysis/"$library".awk
	done
	case $question in
	faults | waits | cow) faults=$input ;;
	reclaim | memory | refault) reclaim=$input ;;
	who) tasks=$input ;;
	uses) uses=$input ;;
	variables) pages=$input ;;
	buddy) buddy=$input ;;
	stacks | export_folded) stacks=$input ;;
	io) io=$input ;;
	esac
	name=$1
	shift
	# shellcheck disable=SC2046,SC2086
	$AWK "$@" -v start=0 -v end=1000 -v bins=4 -v sample=1 -v faults="$faults" -v tasks="$tasks" -v io="$io" -v reclaim="$reclaim" -v uses="${uses-}" -v stacks="${stacks-}" -v pages_csv="${pages-}" -v buddy="${buddy-}" \
		-v vmas="$(beside "$name" vmas.csv)" -v marks="$(beside "$name" marks.csv)" \
		-v layout="$(beside "$name" layout.csv)" \
		-v kernel_sym="$(beside "$name" kernel.sym)" -v objects_sym="$(beside "$name" objects.sym)" -v source="$(beside "$name" source.csv)" \
		$(cat $(beside "$name" vars) /dev/null) <"$input" 2>&1
	echo "status $?"
}

# Rewrites the expected answers, to be read over before they are committed.
if [ "${1-}" = --accept ]; then
	AWK=mawk
	for ok in "$cases"/*-*.csv; do
		name=${ok##*/}
		name=${name%.csv}
		case $name in *.*) ;; *) answer "$name" >"$cases/$name.ok" ;; esac
	done
	exit
fi

if [ "${1-}" = --case ]; then
	AWK=mawk
	is "$2" "$(answer "$2")" "$(cat "$cases/$2.ok")"
	done_testing
fi

# uses_of TLB: what uses.csv has to be.
uses_of()
{
	echo page,use,fills
	awk -F, '$4 == "fill" && $6 "" >= "0xc" { n[$6]++ } END { for (p in n) print p ",reserved," n[p] }' "$1" | sort
}

# model_rows: of a model of two levels, of which the second is asked for what the first misses.
model_rows()
{
	echo model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade
	for tlb in ',,10,7,2,0,0,1,0' 'L1,1,10,6,3,0,0,1,0' 'L2,2,4,1,2,0,0,1,0'; do
		for key in 'all,' 'phase,boot' 'task,1 init' 'area,[heap]'; do
			echo "m,$tlb" | sed "s/^m,\([^,]*,[^,]*\),/m,\1,$key,/"
		done
	done
	echo m,,,code,0xc0100000,2,0,2,0,0,0,0
	echo m,,,code,1 0x08048000,1,0,0,0,0,1,0
}

# stack_rows FAULTS
stack_rows()
{
	echo stack,pid,faults,fills,end,chain,called
	echo 1,3,2,0,start,0x08048010 0x08048020,- 0x08048000
	echo 2,0,$(($1 - 3)),0,no_call,0xc0100010 0xc0100020,- '?0xc0100000'
	echo 3,,1,0,lost,,
}

# Each awk in turn.
set -- "${1-}" mawk gawk "$busybox awk"
[ "$1" != --checks ] || set -- "$1" mawk
only=$1
shift
for AWK; do
	if ! $AWK 'BEGIN { exit 0 }' 2>/dev/null; then
		pass "$AWK # SKIP not installed"
		continue
	fi
	for ok in "$cases"/*.ok; do
		[ "$only" != --checks ] || continue
		name=${ok##*/}
		name=${name%.ok}
		is "${AWK##*/}: $name" "$(answer "$name")" "$(cat "$ok")"
	done
	made=$scratch/${AWK##*/}
	mkdir -p "$made"
	$AWK -f analysis/lib.awk -f $cases/recording.awk -v dir="$made" -v pressure=1 </dev/null
	echo 'pid,tgid,name,state,call,number,args,eip,kernel' >"$made/waiting.csv"
	sed -i '$i waiting.rows,0\nwaiting.file,waiting.csv' "$made/meta.csv"
	uses_of "$made/tlb.csv" >"$made/uses.csv"
	printf '%s\n' icount,node,zone,order0,order1,order2,order3,order4,order5,order6,order7,order8,order9,order10 \
		9,0,DMA,2,3,2,2,2,1,1,0,0,1,3 12,0,DMA,1,3,2,2,2,1,1,0,0,1,3 >"$made/buddy.csv"
	sed -i '$i buddy.rows,2\nbuddy.file,buddy.csv' "$made/meta.csv"
	model_rows >"$made/model.csv"
	stack_rows $(($(wc -l <"$made/faults.csv") - 1)) >"$made/stacks.csv"
	sed -i '$i model.rows,14\nmodel.file,model.csv\nstacks,fault\nstacks.rows,3\nstacks.file,stacks.csv
/^command,/s/$/ TRACE=stacks=fault/' "$made/meta.csv"
	sed -i "\$i uses.rows,$(($(wc -l <"$made/uses.csv") - 1))\nuses.file,uses.csv" "$made/meta.csv"
	for file in tlb.csv faults.csv tasks.csv vmas.csv marks.csv latency.csv waiting.csv io.csv reclaim.csv uses.csv buddy.csv model.csv stacks.csv stdout.txt stderr.txt; do
		sum=$(sha256sum <"$made/$file")
		sed -i "\$i ${file%.*}.sha256,${sum%% *}" "$made/meta.csv"
	done
	sed -i '$i outcome,program_failed\nfailure,program status 139: killed by signal 11' "$made/meta.csv"
	ok "${AWK##*/}: all checks pass on a made-up recording" \
		env AWK="$AWK" analysis/check.sh "$made"
done

# damaged TITLE FILE SED: the check with that title fails when FILE is edited, and only it and the
# row counts may.
good=$scratch/mawk
damaged()
{
	rm -rf "$scratch/damaged"
	cp -r "$good" "$scratch/damaged"
	sed -i "$3" "$scratch/damaged/$2"
	if cmp -s "$good/$2" "$scratch/damaged/$2"; then
		fail "$1: the edit changed nothing"
		return
	fi
	like "noticed: $1" "$(analysis/check.sh "$scratch/damaged")" "^not ok [0-9]+ - .*$1"
}

damaged 'tlb.csv: header' tlb.csv '1s/evicted/victim/'
damaged 'tlb.csv: header' tlb.csv '100s/,[^,]*$//'
damaged 'tlb.csv: header' tlb.csv '100s/0x\([0-9a-f]*\),/0X\1,/'
damaged 'tlb.csv: times' tlb.csv '100s/^[0-9]*/7/'
damaged 'page-table entries' tlb.csv '2000,3000s/,\(0x[0-9a-f]*\)[67],2/,\10,2/'
damaged 'page-table entries' tlb.csv '2000,2100s/,0x\(.....\)000,4K/,0x\1001,4K/;100s/,0x.\(....\)000,4K/,0x7\1000,4K/'
damaged 'displaces only' tlb.csv 's/,0x0.......,\([a-z0-9]*\)$/,0x05555000,\1/'
damaged 'displaces only' tlb.csv 's/,\(0x....\)0000,\([a-z0-9]*\)$/,\12000,\2/'
damaged 'is the one that runs' tlb.csv '100s/,0,\(0x[0-9a-f]*,[^,]*,[^,]*\)$/,77,\1/'
damaged 'pages of its areas' vmas.csv '/,map,2,.*heap/d'
damaged 'pages of its areas' vmas.csv '/,map,2,.*heap/s/,3,\([0-9]*,[0-9]*,\)/,1,\1/'
damaged 'tlb.csv: fills' tlb.csv '300{/,fill,/d}'
damaged 'tlb.csv: rows' tlb.csv '300d'
damaged 'faults.csv: header' faults.csv '5s/$/,1/'
damaged 'error code' faults.csv '5s/,u,/,k,/'
damaged 'cause is one' faults.csv 's/,anon,/,gremlin,/'
damaged 'that the kernel counted' meta.csv 's/^kernel.pgfault,.*/kernel.pgfault,1/'
damaged 'faults.csv: rows are those' faults.csv '$d'
damaged 'what goes was there' vmas.csv '2s/,map,/,unmap,/'
damaged 'overlaps no other' vmas.csv '2p'
damaged 'not empty' vmas.csv '2s/0x08048000/0x09048000/'
damaged 'after their exit' tasks.csv '$p'
damaged 'marks.csv: header' marks.csv '2s/selftest/"selftest"/'
damaged 'marks.csv: times' marks.csv '3s/^[0-9]*/0/'
damaged 'latency.csv: header' latency.csv '2s/irqs_off/naps/'
damaged 'latency.csv: the longest' latency.csv '2s/,7000,/,7001,/'
damaged 'latency.csv: rows' latency.csv '2d'
damaged 'uses.csv: pages' uses.csv '2s/,[0-9]*$/,99999/'
damaged 'uses.csv: pages' uses.csv '2d'
damaged 'buddy.csv: header' buddy.csv '2s/DMA/Low/'
damaged 'buddy.csv: a zone' buddy.csv '3s/,1,3/,2,3/'
damaged 'buddy.csv: a zone' buddy.csv '3s/3$/99999/'
damaged 'model.csv: header' model.csv '2s/,all,/,each,/'
damaged 'model.csv: accesses are hits' model.csv '2s/,10,7,/,10,8,/'
damaged 'model.csv: accesses are hits' model.csv '$s/1 0x08048000/x 0x08048000/'
damaged 'model.csv: accesses are hits' model.csv '2p'
damaged 'model.csv: phases, tasks' model.csv '4s/10,7,2,0/10,7,1,1/'
damaged 'model.csv: phases, tasks' model.csv '$d'
damaged 'model.csv: a level' model.csv '10,13s/,4,1,/,5,2,/'
damaged 'model.csv: rows' model.csv '/,task,/d'
damaged 'stacks.csv if' meta.csv 's/^stacks,fault$/stacks,/'
damaged 'stacks.csv: chains' stacks.csv '2s/start/begin/'
damaged 'stacks.csv: chains' stacks.csv '2s/,- 0x/,0x08048000 0x/'
damaged 'stacks.csv: chains' stacks.csv '2s/- 0x08048000/-/'
damaged 'stacks.csv: chains' stacks.csv '2s/start/depth/'
damaged 'stacks.csv: chains' stacks.csv '3s/^2/4/'
damaged 'stacks.csv: chains' stacks.csv '4s/,,1/,7,1/'
damaged 'stacks.csv: chains' stacks.csv '2s/3,2,0/3,0,0/'
damaged 'stacks.csv: as many faults' stacks.csv '2s/3,2,0/3,3,0/'
damaged 'stacks.csv: as many fills' stacks.csv '2s/3,2,0/3,2,1/'
damaged 'stacks.csv: rows' stacks.csv '$d'
damaged 'reclaim.csv: header' reclaim.csv '2s/kswapd_wake/naps/'
damaged 'what their events need' reclaim.csv '/,keep,/s/,locked,/,,/'
damaged 'task that runs' reclaim.csv '4s/,6,/,2,/'
damaged 'lie in their zones' reclaim.csv '/,drop,/s/,0x0100/,0x0000/'
damaged 'was written, and leaves' reclaim.csv '4,12{/,write,/d}'
damaged 'was written, and leaves' reclaim.csv '/,drop,.*,0:4,/p'
damaged 'was written, and leaves' reclaim.csv '/,swap_in,/s/,0:3,/,0:99,/'
damaged 'begin and end in turn' reclaim.csv '/,kswapd_sleep,/s/,3,,/,4,,/'
damaged 'begin and end in turn' reclaim.csv '/,direct_end,/d'
damaged 'begin and end in turn' reclaim.csv '/,drop,.*,0:4,/s/,0:4,,/,0:4,advised,/'
damaged 'what their events need' reclaim.csv '/,keep,/s/,locked,/,advised,/'
damaged 'rows activate' reclaim.csv '/,activate,/d'
damaged 'pages looked at' reclaim.csv '/,keep,/d'
damaged 'the disk has moved' io.csv '/,swap_out,/s/,8,1,w,/,8,2,w,/'
damaged 'fills [+] upgrades' meta.csv 's/^walks,.*/walks,1/'
damaged 'complete' meta.csv '/^complete/d'
damaged 'every key' meta.csv '2p'
damaged 'a TLB would have done the same' tlb.csv 's/,fill,conflict,/,fill,flushed,/'
damaged 'a TLB would have done the same' tlb.csv 's/,\(0x........\),0x........,\([a-z0-9]*\)$/,\1,,\2/'
damaged 'a TLB would have done the same' tlb.csv 's/,cr3$/,cr4/'
damaged 'did not permit the access' tlb.csv 's/,upgrade,\(.*\),4K,w,u,/,upgrade,\1,4K,r,u,/'
damaged 'walks read as many' tlb.csv '900s/,2+[01],/,1+0,/'
damaged 'the one that was loaded' tlb.csv '2000s/,0x00......,\([0-9]\),/,0x00999000,\1,/'
damaged 'stay without a flush' tlb.csv '5000,5100s/,0x\(.....\)\(...\),4K,\(.,u,0x\)\1\(...,2+0\)/,0x07777\2,4K,\307777\4/'
damaged 'comes again agree' faults.csv 's/,anon,0,\([0-9]*\),/,anon,0,1\1,/'
damaged 'comes again agree' faults.csv 's/,anon,0,\([0-9]*\),/,anon,0,1,/'
damaged 'comes again agree' faults.csv '400s/,1,\([a-z_]*\),0,/,2,\1,0,/'
damaged 'fits its fault' faults.csv 's/,cow,0,/,anon_zero,0,/'
damaged 'running totals' marks.csv '4s/,0$/,1/'
damaged 'phases begin in the task' marks.csv '4s/,2,/,3,/'
damaged 'leaves no area' vmas.csv '/,unmap,3,/d'
damaged 'with these bounds' vmas.csv '/,map,3,/s/,34,0,/,33,0,/'
damaged 'keep their process' tasks.csv '/,switch,3,3,/s/,3,3,/,3,4,/'
damaged 'address spaces of their tasks' tasks.csv '/,switch,3,/s/0x00403000/0x00409000/'
damaged 'upgrades by the kind' meta.csv 's/^upgrades_kind,.*/upgrades_kind,1/'
damaged 'dropped by fault' meta.csv 's/^fills_dropped_fault,.*/fills_dropped_fault,1/'
damaged 'rows with cause cow' meta.csv 's/^faults_cause_cow,.*/faults_cause_cow,1/'
damaged 'rows that are major' meta.csv 's/^kernel.pgmajfault,.*/kernel.pgmajfault,1/'
damaged 'latency.csv: the longest' meta.csv 's/^irqs_off_max,.*/irqs_off_max,7001/'
damaged 'no walk is unexplained' meta.csv 's/^walks_unresolved,.*/walks_unresolved,1/'
damaged 'no key is missing' meta.csv '/^marks.sha256/d'
damaged 'what their keys can have' meta.csv 's/^compress,.*/compress,gzip/'
damaged 'names and the packing' meta.csv 's/^compress,.*/compress,zstd/'
damaged 'command asks for' meta.csv 's/^command,.*/command,make trace MEM=64/'
damaged "self-test's end" meta.csv 's/^selftest,.*/selftest,none/'
damaged 'from the mark start' meta.csv 's/^stop,.*/stop,user/'
damaged 'of the process of meta' meta.csv '$i pid,2'
damaged 'holds all rows' meta.csv 's/^icount_end,.*/icount_end,1/'
sum=$(printf 0%.0s $(seq 64))
damaged 'SHA-256' meta.csv "s/^marks.sha256,.*/marks.sha256,$sum/"

# Of our kernel a write of CR4 turns PGE over; another one may write other bits, so that a global page is dropped
# by it and comes back as one.
cr4()
{
	mkdir -p "$scratch/cr4"
	cp "$good"/*.csv "$scratch/cr4"
	for name in faults tasks marks; do
		sed -i 1q "$scratch/cr4/$name.csv"
	done
	sed -i "s/^guest,.*/guest,$1/" "$scratch/cr4/meta.csv"
	{
		head -n 1 "$good/tlb.csv"
		echo 10,0,-,flush,cr3,,,,,,,,0x00001000,,0xc0100000,,
		echo 20,0,d,fill,cold,0xc0200000,0x00200000,4K,w,k,0x00200163,2+0,0x00001000,,0xc0100000,,
		echo 30,0,-,flush_all,cr4,,,,,,,,0x00001000,,0xc0100000,,
		echo 40,0,d,fill,flushed,0xc0200000,0x00200000,4K,w,k,0x00200163,2+0,0x00001000,,0xc0100000,,cr4
	} >"$scratch/cr4/tlb.csv"
	analysis/check.sh "$scratch/cr4" 2>&1 | grep 'a TLB would have done the same'
}
like 'CR4: another kernel may have left PGE alone' "$(cr4 'Linux 6')" '^ok'
like 'CR4: ours turns it over' "$(cr4 'Pagoda 1 (i386)')" '^not ok'

[ "$only" != --checks ] || done_testing

# The recipes of the README, on the made-up recording.
analysis/report.sh "$good" >/dev/null
{
	echo icount,pid,eip,access,mode,page,kind,held_by,cached,memory,changed,changed_pid,changed_eip
	echo 9,2,0x08048000,w,u,0x0804a000,write,tlb,0x01000067,0x01000065,5,2,0xc0100000
} >"$good/stale.csv"
grep '^    awk ' analysis/README.md >"$scratch/recipes"
number=0
while read -r recipe; do
	number=$((number + 1))
	for awk in mawk gawk "$busybox awk"; do
		if $awk 'BEGIN { exit 0 }' 2>/dev/null; then
			printf '%s\n' "$recipe" | sed "s|\\bawk -F|$awk -F|g" >"$scratch/recipe"
			like "${awk##*/}: recipe $number of the README" \
				"$(cd "$good" && sh ../recipe 2>&1)" '^[a-z_]* ?[0-9.]+'
		fi
	done
done <"$scratch/recipes"

not_ok "a directory that is no recording is refused" analysis/check.sh analysis/cases
done_testing
