#!/bin/bash
# policies.t - the table of `make policies`: strings of references are what they should be, what they
# cost on paper obeys theory, figures that cannot be are refused; and the kernel under two policies.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

program=build/test-guest/workload
room=128

# on_paper NAME: frames,policy,faults,writes of a small string, with some numbers of frames
on_paper()
{
	"$program" string $room "$1" | build/analysis/replay 1 2 3 16 64 100 128 160 200 288 512
}

# worse_than_opt: rows in which a policy does better than OPT
worse_than_opt()
{
	awk -F, '$2 == "opt" { opt[$1] = $3 } NR > 1 { faults[$1, $2] = $3 }
		END { for (k in faults) { split(k, at, SUBSEP); if (faults[k] < opt[at[1]]) print at[1], at[2] } }'
}

# grows POLICY: numbers of frames with more faults than a smaller one has
grows()
{
	awk -F, -v policy="$1" '$2 == policy { if (n++ && $3 > last) print $1; last = $3 }'
}

table() { tests/run/policies.sh -o "$scratch" -r $room table "$scratch/rows"; }
# refused NAME ROW: the table of this row is refused
refused()
{
	echo "$2" >"$scratch/rows"
	not_ok "$1 is refused" table
}

is 'loop: 160 pages are written, then read four times in turn' \
	"$("$program" string $room loop | md5sum)" \
	"$({ seq -f '%.0f w' 0 159; for _ in 1 2 3 4; do seq 0 159; done; } | md5sum)"
is 'scan: each second reference is a page that is wanted once, the others are 32 favourites' \
	"$("$program" string $room scan | awk 'NR > 288 { n = (NR - 289) % 2; bad += n ? $1 >= 32 : $1 != 32 + (NR - 289) / 2 }
		END { print bad + 0, NR - 288 }')" '0 512'
is 'zipf: no page is outside, each fourth is written, the first is wanted most' \
	"$("$program" string 1024 zipf | awk 'NR > 2048 { bad += $1 > 2047; written += NF == 2; n[$1]++ }
		END { for (p in n) if (n[p] > n[best]) best = p
		      print bad + 0, written, NR - 2048, n[0] >= n[best] * 0.6 }')" '0 1280 5120 1'
for name in loop scan zipf; do
	paper=$(on_paper $name)
	is "$name: no policy has fewer faults than OPT" "$(worse_than_opt <<<"$paper")" ''
	for policy in lru opt; do
		is "$name: more memory never means more faults for $policy" "$(grows $policy <<<"$paper")" ''
	done
	is "$name: where all fits, each page faults once with each policy" \
		"$(awk -F, '$1 == 512 { print $3 }' <<<"$paper" | sort -u)" \
		"$("$program" string $room $name | cut -d' ' -f1 | sort -u | wc -l)"
done

echo loop,lru,128,640,640,0 >"$scratch/rows"
# OPT with 128 of 160 pages in a loop: 32 that do not fit, and one more each time round, 4 times.
ok 'a table is made of figures that may be' table
is 'exact LRU faults at each reference of the loop' "$(awk -F, 'NR == 2 { print $6, $7 }' "$scratch/policies.csv")" '640 640'
is 'OPT keeps all but one frame of it' "$(awk -F, 'NR == 2 { print ($8 >= 32 * 4 && $8 <= 34 * 4) }' "$scratch/policies.csv")" 1
refused 'a kernel better than OPT' loop,lru,128,100,100,0
refused 'a page that is not as it was left' loop,lru,128,640,640,1
refused 'a policy that there is not' loop,nobody,128,640,640,0
refused 'no fault at all' loop,lru,128,,,0
: >"$scratch/rows"
not_ok 'no row is refused' table
not_ok 'an unknown workload is refused' "$program" string $room nothing
not_ok 'so is a room for nobody' "$program" string 3 loop

# What make bench makes of a recording in which memory was short: kswapd runs from 150 to 180 and from
# 290 on, nobody from 200 to 250; the phase is from 100 to 300.
cat >"$scratch/marks.csv" <<'EOF'
icount,pid,label
100,4,it
300,4,end
EOF
cat >"$scratch/tasks.csv" <<'EOF'
icount,cpu,event,pid,tgid,cr3,name
10,0,switch,4,4,0x1,prog
150,0,switch,3,3,0x1,kswapd0
180,0,switch,4,4,0x1,prog
200,0,switch,0,0,0x1,swapper
250,0,switch,4,4,0x1,prog
290,0,switch,3,3,0x1,kswapd0
320,0,switch,4,4,0x1,prog
EOF
{
	echo icount,event,pid
	printf '%s\n' 90,drop,3 160,drop,3 161,keep,3 190,drop,4 295,drop,3 299,drop,4 310,drop,3
} >"$scratch/reclaim.csv"
is 'what a phase took, of it kswapd, and pages that left' \
	"$(tests/run/pressure.sh phase "$scratch" it | xargs)" 'instructions 150 kswapd 40 by_kswapd 2 by_others 2'

ok 'boots under fifo and wsclock' tests/run/policies.sh -k "$boot_elf" -o "$scratch" -r 3300 fifo wsclock
is 'fifo has the faults of the queue on paper, within a fiftieth' \
	"$(awk -F, '$2 == "fifo" && ($5 > $6 * 1.02 || $5 < $6 * 0.98) { print }' "$scratch/policies.csv")" ''
# A round in which all pages are too young may not be repeated for each one that must leave.
ok 'wsclock looks at less than ten pages for one that leaves' awk -F, '
	/^kernel[.]pgscan/ { scanned += $2 }
	/^kernel[.]pgsteal/ { left += $2 }
	END { print scanned, left; exit !(left && scanned < 10 * left) }' "$scratch/wsclock/meta.csv"
done_testing
