#!/bin/sh
# page.t - what the report's page says and does: its sentences, its tables, its charts, its index.
. tests/tap.sh

# recording DIR [PRESSURE]: a made-up one; PRESSURE: in which memory is short.
recording()
{
	rm -rf "$1"
	mkdir -p "$1"
	mawk -f analysis/lib.awk -f analysis/cases/recording.awk -v dir="$1" -v size=2 -v pressure="${2-}" </dev/null
	printf '%s\n' 'object 0x08048000 /bin/demo' '08048000 T _start' '08048100 T quicksort' '08050000 T insert' >"$1/objects.sym"
}

# --- Sentences: results in which no figure is there twice ---------------------------------------
results=$scratch/results
mkdir -p "$results"
# result NAME LINE...: a file of results
result()
{
	name=$1
	shift
	printf '%s\n' "$@" >"$results/$name.csv"
}
# The program starts at 1,000 of 101,000 instructions; 10 bins.
result marks icount,pid,label 100,1,boot 900,1,user 1000,7,sort 51000,7,fork 61000,7,end
result tasks icount,cpu,event,pid,tgid,cr3,name 950,0,exec,7,7,0x00400000,/bin/prog 990,0,fork,8,8,0x00500000,prog \
	52000,0,fork,8,8,0x00500000,prog 53000,0,clone,9,7,0x00500000,prog 54000,0,fork,10,10,0x00500000,prog
result phases phase,from,to,pid,label,cold,conflict,flushed,upgrade,invlpg,flush,flush_all,kind \
	0,0,100,,,1,0,0,0,0,0,0,0 1,100,900,1,boot,1,0,0,0,0,0,0,0 2,900,1000,1,user,1,0,0,0,0,0,0,0 \
	3,1000,51000,7,sort,100,20,5,0,0,0,0,0 4,51000,61000,7,fork,800,100,75,0,0,0,0,0 5,61000,101000,7,end,0,0,0,0,0,0,0,0
result fault_phases phase,rows,major,cost 3,10,0,100 4,190,0,9900
result processes pid,first,last,instructions,switches,exited,name 1,100,900,800,1,1,init 7,950,101000,90000,3,0,/bin/prog
result program_pairs rows,pid,tlb,page,other 101,7,d,0x08100000,0x08900000
result pages rows,pid,page,cold,conflict,flushed,upgrade,kind,area '200,7,0x08100000,1,1,1,1,0,[heap]'
result areas rows,pid,pages,cold,conflict,flushed,upgrade,kind,area '900,7,9,9,9,9,9,9,[heap]' '100,7,9,9,9,9,9,9,[stack]' \
	'5000,1,9,9,9,9,9,9,[heap]'
result lines rows,pid,line,symbol,text 4000,,mm/x.c:1,kernel_one, 3000,1,init.c:2,main,x 250,7,a.c:33,walk,"*p < 1" 240,7,a.c:34,walk,
result functions rows,pid,symbol 400,,kernel_one 251,7,walker
result program_causes rows,cause,user,kernel,major,cost,p50,p90,p99,max,rounds 120,anon,1,1,1,3000,21,22,23,24,0 \
	60,cow,1,1,1,6100,31,32,33,34,500 20,cow_reuse,1,1,1,900,41,42,43,44,0
result memory bin,icount,free,min,low,high,inactive_anon,active_anon,inactive_file,active_file,unevictable,swap_used,free_least \
	5,50500,50,10,20,30,0,0,0,0,0,0,19 7,70700,50,10,20,30,0,0,0,0,0,0,20
result early_areas early,back,dropped,pages,pid,area '12,13,14,15,7,[heap]'
result reclaimers dropped,by,pid,runs,looked_at,kept,activated,unevictable,slots,written 900,kswapd,6,11,12,13,14,15,16,17
result refaults distance_from,kind,rows,early 256,anon,20,15
result meta key,value dtlb_entries,2048 itlb_entries,1024 icount_start,0 icount_end,101000
result model model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade \
	one,,,all,,4000,3000,0,0,0,0,0 one,l1,1,all,,4000,1,0,0,0,0,0 two,,,all,,4000,3500,0,0,0,0,0 two,,,phase,x,4000,1,0,0,0,0,0
result edges bin,icount 0,0 1,10100 2,20200 3,30300 4,40400 5,50500 6,60600 7,70700 8,80800 9,90900
cat >"$scratch/answers.awk" <<-'END'
	BEGIN {
		meta_read(metafile)
		tasks_read(tasks)
		marks_read(marks)
		cause_groups()
		load_max = 1e9
		own_read()
		folds_read()
		n = load(program_result("causes.csv"), T)
		for (i = 1; i <= n; i++) {
			fault_rows += T[i, "rows"]
			fault_cost += T[i, "cost"]
		}
		answers()
		close(page)
		exit failed
	}
END
# answers: the sentences that these results give, as text
answers()
{
	for name in lib run svg symbols page glossary fold finding answers pressure; do
		set -- "$@" -f analysis/$name.awk
	done
	mawk "$@" -f "$scratch/answers.awk" -v out="$results" -v page="$scratch/answers" -v start=0 -v end=101000 -v bins=10 \
		-v edges="$results/edges.csv" -v metafile="$results/meta.csv" -v tasks="$results/tasks.csv" \
		-v marks="$results/marks.csv" -v model="$results/model.csv" </dev/null
	sed 's/<[^>]*>//g; s/&nbsp;/ /g; s/&[lr]dquo;/"/g' "$scratch/answers"
}
told=$(answers)
like "the pair: its share, its place, its times" "$told" \
	"^Two pages make 84.2 % of the conflicts from the program's start on: 0x08100000 [(]\[heap\] of 7 prog[)] and 0x08900000 .* 8 MiB apart, .* 101 times"
like "the phase with fills closest together" "$told" '"fork": 97,500 fills per million instructions, 8.9 times .*; 10.3 % of its fills'
like "the line of the program that misses most, of its process's misses" "$told" \
	'^The source line that misses most is a.c:33 in walk: 250 of the 1,000 misses of process 7 prog [(]25.0 %[)]. [*]p &lt; 1'
like "what faults take" "$told" "^Page faults take 10.0 % of the instructions from the program's start on: 200 faults, 10,000 instructions"
like "and which" "$told" '61.0 % of these go to cow .*: 60 faults, the median one of 31 instructions, the dearest of 34[.]'
like "what copying on write takes" "$told" '^Copy on write takes 6,500 instructions in faults: 60 writes copied .*, 20 found .* there were 2 forks[.]'
like "what other TLBs would have walked" "$told" 'whole recording: two 500 [(]125 a thousand references[)], one 1,000 [(]250 '
like "when memory was short" "$told" '^Memory was short for 10.1 % of the time .* in phase "fork" [(]95.0 % '
like "what left too early" "$told" '^15 pages were thrown out too early [(]1.7 % of the 900 dropped[)].* of \[heap\] of process 7 prog: 12[.]'
is "that is all" "$(grep -c '<li ' "$scratch/answers")" 8
result lines rows,pid,line,symbol,text
like "without lines, the function" "$(answers)" '^The function that misses most is walker: 251 of the 1,000 '
# Below its threshold, each has nothing to say.
result program_pairs rows,pid,tlb,page,other 99,7,d,0x08100000,0x08900000
result functions rows,pid,symbol 49,7,walker
sed -i 's/^[34],1000,51000.*/3,1000,51000,7,sort,800,100,75,0,0,0,0,0/' "$results/phases.csv"
result program_causes rows,cause,user,kernel,major,cost,p50,p90,p99,max,rounds 49,cow,1,1,1,999,31,32,33,34,0
result refaults distance_from,kind,rows,early 256,anon,20,9
sed -i '/^5,/d' "$results/memory.csv"
rm "$results/model.csv"
: >"$scratch/answers"
is "what matters little is not told" "$(answers 2>&1 | grep -v 'model.csv')" ""
done_testing
