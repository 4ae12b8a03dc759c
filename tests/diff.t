#!/bin/bash
# diff.t - make diff: what two recordings have, side by side, and where those of one guest part.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

# recording DIR GUEST FACTOR: 8 fills and 3 faults of a program, which cost FACTOR times 100
recording()
{
	mkdir -p "$1"
	printf '%s\n' key,value "guest,$2" icount_start,0 icount_end,1000 memory_mib,64 complete,1 >"$1/meta.csv"
	printf '%s\n' icount,cpu,event,pid,tgid,cr3,name 5,0,switch,1,1,0x00401000,init >"$1/tasks.csv"
	echo icount,event,pid,start,end,prot,flags,offset,name >"$1/vmas.csv"
	printf '%s\n' icount,pid,label,walks,fills,upgrades,faults,flushes,invlpgs 10,1,user,0,0,0,0,0,0 \
		100,1,work,0,0,0,0,0,0 500,1,more,0,0,0,0,0,0 900,1,'work end',0,0,0,0,0,0 >"$1/marks.csv"
	{
		echo icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted,dropped_by
		for at in 50 150 250 350 450 550 650 750 850; do
			echo "$at,0,d,fill,cold,0x08${at}000,0x00${at}000,4K,w,u,0x00${at}067,2+1,0x00401000,1,0x08048000,,"
		done
		echo 860,0,-,flush,cr3,,,,,,,,0x00401000,1,0xc0100000,,
	} >"$1/tlb.csv"
	{
		echo icount,cpu,addr,eip,error,access,mode,present,cr3,pid,depth,cause,major,cost,vma,rounds,before,after
		echo "60,0,0x08150000,0x08048000,6,w,u,0,0x00401000,1,1,,,99,,0,0x00000000,0x00150067"
		echo "140,0,0x08150000,0x08048000,6,w,u,0,0x00401000,1,1,,,${3}00,,0,0x00000000,0x00150067"
		echo "240,0,0x08250000,0x08048000,7,w,u,1,0x00401000,1,1,,,$((3 * $3))10,,10,0x00150025,0x00250067"
		echo "840,0,0x08850000,0x08048000,6,w,u,0,0x00401000,1,1,,,${3}00,,0,0x00000000,0x00850067"
	} >"$1/faults.csv"
}

for awk in mawk gawk 'build/deps/busybox awk'; do
	export AWK=$awk
	rm -rf "$scratch"/[abcd]
	recording "$scratch/a" "Pagoda 1" 1
	recording "$scratch/b" "Linux 6" 4
	said=$(analysis/diff.sh "$scratch/a" "$scratch/b")
	like "$awk: the guests are told apart" "$said" '^  guest +A: Pagoda 1$'
	like "$awk: instructions from the program's start to its end" "$said" '^  instructions +800 +800 +1\.00$'
	like "$awk: what came before does not count" "$said" '^  fill cold +8 +8 +1\.00$'
	like "$awk: faults by what they did, and instructions for each" "$said" '^  filled +2 +2 +100 +400 +4\.00$'
	like "$awk: without the rounds of rep" "$said" '^  copied +1 +1 +300 +1200 +4\.00$'
	like "$awk: by phase" "$said" '^  work +400 +400 +4 +4 +2 +2$'
	like "$awk: events of two guests are not compared" "$said" '^The guests differ: '
	like "$awk: nothing is claimed" "$said" '^Counts of one run each; nothing is claimed'
	cp -r "$scratch/a" "$scratch/c"
	like "$awk: two recordings that are equal" "$(analysis/diff.sh "$scratch/a" "$scratch/c")" '^No event differs\.$'
	sed -i '5s/0x00350000/0x00999000/' "$scratch/c/tlb.csv"
	said=$(analysis/diff.sh "$scratch/a" "$scratch/c")
	like "$awk: the first event that differs" "$said" \
		'^The first event that differs is at 350, in line 5 of tlb.csv:$'
	like "$awk: ... as both have it" "$said" '^  B  350,.*,0x00999000,'
	sed -i '3s/,99,/,98,/; 2s/,99,/,98,/' "$scratch/c/faults.csv"
	like "$awk: ... in the table where it comes first" "$(analysis/diff.sh "$scratch/a" "$scratch/c")" \
		'at 60, in line 2 of faults.csv:$'
	cp -r "$scratch/a" "$scratch/d"
	sed -i '$d' "$scratch/d/tlb.csv"
	like "$awk: one that ends before" "$(analysis/diff.sh "$scratch/a" "$scratch/d")" '^  B  \(ends before\)$'
done
like 'a directory that is none' "$(analysis/diff.sh "$scratch/a" "$scratch/none" 2>&1)" 'none: no such directory$'
not_ok '... is an error' analysis/diff.sh "$scratch/a" "$scratch/none"
rm "$scratch/d/faults.csv"
like 'a file that is missing' "$(analysis/diff.sh "$scratch/a" "$scratch/d" 2>&1)" 'faults.csv: missing'
sed -i 's/^icount,/instant,/' "$scratch/c/faults.csv"
like 'a foreign file' "$(analysis/diff.sh "$scratch/a" "$scratch/c" 2>&1)" 'faults.csv: wrong header'
not_ok '... is an error' analysis/diff.sh "$scratch/a" "$scratch/c"
like 'without A or B' "$(make --no-print-directory diff A="$scratch/a" 2>&1)" 'make diff A=dir B=dir'
done_testing
