#!/bin/bash
# model.t - what-if TLBs: the model of Bochs's own must say what tlb.csv says, a recording must not
# change by it, and what cannot be is refused. The models' own test is tests/host/plugin/test_model.c.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u
models=analysis/models

# record NAME JOB APPEND TRACE: boots, into $scratch/NAME
record()
{
	disk/job.sh -n "$2" "$scratch/root" && disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 $3" build/root "$scratch/root" &&
		tests/run/boot.sh -m 64 -o "$scratch/$1" -T "$4" "$scratch/disk.img"
}

# walks NAME: fills by reason and upgrades of both TLBs, as in tlb.csv; modelled NAME: the model's
walks()
{
	awk -F, '$4 == "fill" { n[$3, $5]++ } $4 == "upgrade" { n[$3, "upgrade"]++ }
		END { for (t = 1; t <= 2; t++) { tlb = substr("di", t, 1)
			printf "%s %d %d %d %d\n", tlb, n[tlb, "cold"], n[tlb, "conflict"], n[tlb, "flushed"], n[tlb, "upgrade"] } }' \
		"$scratch/$1/tlb.csv"
}

modelled()
{
	awk -F, '$1 == "bochs" && $4 == "all" && $2 != "" {
		print ($2 == "DTLB" ? "d" : "i"), $8, $10, $11, $12 }' "$scratch/$1/model.csv" | sort
}

ok 'a Bochs that tells each reference can be built' setup/bochs.sh refs || done_testing
ok 'the demo, with models of four processors and three sizes' record demo demo selftest=none \
	"model=examples/sizes.model,model=$models/bochs,model=$models/486,model=$models/skylake,model=$models/zen,model=$models/pentium-iii-caches"
ok 'every check of the recording holds' analysis/check.sh "$scratch/demo"
is 'the model of Bochs counts the fills and upgrades of tlb.csv' "$(modelled demo)" "$(walks demo)"
ok 'the same without models' record alone demo selftest=none ''
for table in tlb faults tasks vmas marks latency io reclaim; do
	cmp "$scratch/alone/$table.csv" "$scratch/demo/$table.csv"
done >"$scratch/differences" 2>&1
is 'models change nothing else in the recording' "$(cat "$scratch/differences")" ''
is 'a recording without models has no table of them' "$(sed -n '/^model\./p' "$scratch/alone/meta.csv")$(find \
	"$scratch/alone" -name '*model*')" ''
# Of one run, by another TLB: a larger or less divided one.
is 'larger TLBs of the same kind walk less' "$(awk -F, '$4 == "all" && $2 == "" { w[$1] = $6 - $7 }
	END { print (w["skylake"] < w["486"]), (w["zen"] < w["486"]), (w["zen"] > 0) }' "$scratch/demo/model.csv")" '1 1 1'
is 'a fully associative LRU TLB has no conflicts' "$(awk -F, '$1 == "zen" && $3 == 1 { n += $10 } END { print n }' \
	"$scratch/demo/model.csv")" 0
i686-linux-gnu-nm -n build/kernel/kernel.elf >"$scratch/demo/kernel.sym"
{ echo "object 0x08048000 /bin/demo"; i686-linux-gnu-nm -n build/user/demo; } >"$scratch/demo/objects.sym"
analysis/report.sh "$scratch/demo" >/dev/null 2>&1
is 'the report has a row for each model' "$(cut -d, -f1 "$scratch/demo/analysis/models.csv" | paste -sd' ')" \
	'model 64-entries 512-entries 1536-entries bochs 486 skylake zen pentium-iii-caches'
# What analysis/README.md says of four questions, as far as it is no matter of a few instructions.
# walks_in PHASE: of 64, 512 and 1536 entries
walks_in()
{
	awk -F, -v phase="$1" '$2 == phase && $1 ~ /-entries$/ { print $4 }' "$scratch/demo/analysis/model_phases.csv" | paste -sd' '
}
is 'matrix by columns: 32,768 walks or a few more with any size, by capacity' "$(awk -F, '$2 == "matrix by columns" && $1 ~ /-entries/ {
	print ($4 >= 32768), ($4 < 33300), ($7 > 0.99 * $4) }' "$scratch/demo/analysis/model_phases.csv" | sort -u)" '1 1 1'
like 'and as many fills of Bochs, by conflict' "$(awk -F, '$5 == "matrix by columns" { print $7 / 32768, $6, $9 }' \
	"$scratch/demo/analysis/phases.csv")" '^1[.]0[0-9]* 0 0$'
is 'sort: 64 entries that take any page walk less than a tenth of what 2048 direct-mapped ones do' "$(walks_in sort | awk -v own="$(
	awk -F, '$5 == "sort" { print $6 + $7 + $8 }' "$scratch/demo/analysis/phases.csv")" '{ print ($1 * 10 < own), ($3 < $2), ($2 < $1) }')" '1 1 1'
is 'hash: 1536 entries save a third of what 64 walk' "$(walks_in hash | awk '{ print ($3 * 3 < $1 * 2), ($2 < $1) }')" '1 1'
is 'most misses are of quicksort, then of the search in the hash table' "$(sed -n 's/^[0-9]*,[0-9][0-9]*,//p' "$scratch/demo/analysis/functions.csv" | head -n 2 | paste -sd' ')" \
	'quicksort phase_hash'
is 'forks: the first child copies nearly all, the fifth nearly nothing' "$(awk -F, 'NR > 2 && $5 { n++
	if (n == 1) print ($8 > 0.9 * $5), ($11 > $12)
	if (n == 5) print ($6 + $8 < 10), ($5 > 600), ($11 * 10 < $12) }' "$scratch/demo/analysis/cow.csv" | paste -sd' ')" '1 1 1 1 1'
is 'the model of Bochs walks in each phase as often as tlb.csv has it' \
	"$(awk -F, '$1 == "bochs" { print $2, $4 }' "$scratch/demo/analysis/model_phases.csv" | sort)" \
	"$(awk -F, 'NR > 1 { print $5, $6 + $7 + $8 + $9 + $NF }' "$scratch/demo/analysis/phases.csv" | sort)"
like 'and names the functions that walk' "$(cat "$scratch/demo/analysis/model_functions.csv")" '^[0-9]+,486,[0-9]+,phase_hash$'

# Each reference to a page is one to a line, or to two: no more than a few lie across lines.
is 'caches get each reference, and the second level the misses of the first' "$(awk -F, '$1 != "pentium-iii-caches" || $4 != "all" { next }
	$2 == "" { pages = $6 } $2 ~ /^L1/ { lines += $6; missed += $6 - $7 } $2 == "L2" { asked = $6 }
	END { print (lines >= pages), (lines < 1.1 * pages), (asked == missed), (asked > 0) }' "$scratch/demo/model.csv")" '1 1 1 1'

# Without large and global pages and with another way to run: other flushes, and a part only.
ok 'a small program without PSE and PGE' record tiny tiny 'selftest=none nopse nopge' "model=$models/bochs"
is 'the model of Bochs counts as tlb.csv there, too' "$(modelled tiny)" "$(walks tiny)"
ok 'one process, from a mark on' record part tiny selftest=none \
	"start=mark:user,pid=4,model=$models/bochs,model=$models/486"
ok 'every check of that recording holds' analysis/check.sh "$scratch/part"
is 'the model of Bochs counts the rows of that part' "$(modelled part)" "$(walks part)"
like 'which has some' "$(walks part)" '^i [1-9]'

# A guest of the plugin's test: 4 MiB pages, INVLPG, CR0, CR4 and task switches, system management mode.
guest=tests/host/plugin
i686-linux-gnu-gcc -m32 -nostdlib -static -Wl,-Ttext=0x7c00,--oformat=binary,--build-id=none \
	-o "$scratch/guest.img" $guest/guest.S && truncate -s 1M "$scratch/guest.img"
PAGODA_CPU=p3_katmai PAGODA_MEM=64 PAGODA_DISK=$scratch/guest.img PAGODA_SERIAL=file \
	PAGODA_CONSOLE=$scratch/console PAGODA_LOG=/dev/null TZ=UTC0 PAGODA_FLOPPY=build/floppy.img \
	PAGODA_OUT=$scratch/guest PAGODA_TRACE=model=$models/bochs \
	timeout 60 build/bochs/bochs-refs -q -f bochsrc >"$scratch/guest.log" 2>&1
is 'the model of Bochs counts as tlb.csv in a guest of flushes of all kinds' "$(modelled guest)" "$(walks guest)"
like 'which has some of each' "$(walks guest)" '^d [1-9][0-9]* [1-9][0-9]* [1-9][0-9]* [1-9][0-9]*$'

# doctored EDIT CHECK: a recording with a changed model.csv is refused by that check
doctored()
{
	rm -rf "$scratch/bad"
	cp -r "$scratch/tiny" "$scratch/bad"
	awk -F, -v OFS=, "$1" "$scratch/tiny/model.csv" >"$scratch/bad/model.csv"
	like "changed: $1" "$(analysis/check.sh "$scratch/bad")" "^not ok .*model.csv: $2"
}
doctored '$2 == "DTLB" && $4 == "all" { $7++ } { print }' 'accesses are hits'
doctored '$2 == "DTLB" && $4 == "all" { $7++; $6++ } { print }' 'phases, tasks'
doctored '!($4 == "task" && $2 == "" && !seen++)' 'phases, tasks'
doctored '$4 == "code" && !seen++ { $10++; $6++ } { print }' 'phases, tasks'

# --- What is refused ------------------------------------------------------------------------------
# refused TRACE MESSAGE
refused()
{
	like "refused: ${1##*/}" "$(tests/run/boot.sh -m 64 -o "$scratch/none" -T "$1" "$scratch/disk.img" 2>&1)" "$2"
}
printf 'model a\ntlb T\nlevel 1\nentries 48\n' >"$scratch/wrong"
refused "model=$scratch/wrong" 'tlbtrace: build/test/model/wrong:2: tlb T: no `of`$'
refused "model=$scratch/missing" 'tlbtrace: build/test/model/missing: No such file or directory$'
refused 'model=' "tlbtrace: bad value in 'model=': right is model=FILE, at most 16 times$"

rm -rf "$scratch/disk.img" "$scratch/bad"

# --- A trace in text ------------------------------------------------------------------------------
offline=build/analysis/model
cat >"$scratch/direct" <<'END'
model direct
tlb TLB
	level 1
	of both
	pages pieces
	entries 2
	ways 1
END
# Pages 0 and 2 evict each other, page 1 stays; 3 pages are more than 2 entries.
printf '%s\n' 'r 0' 'r 1ffe,4' 'r 10' 'r 20' 'flush' 'w 0' '# a comment' ' I  08048000,4' ' M 2000,4' '==1== lackey' \
	>"$scratch/trace"
is 'a trace in text' "$($offline "$scratch/direct" <"$scratch/trace" | grep ,all, | head -n 1)" \
	'direct,,,all,,8,1,4,2,0,1,0'
cat >>"$scratch/direct" <<'END'
cache L1
	level 1
	of both
	entries 4
	ways 2
	line 32
END
# Lines 0, 2 and 4 are of one set with two ways; the second reference lies across two lines.
is 'caches, too' "$(printf '%s\n' 'r 0' 'r 1e,4' 'r 40' 'r 80' 'r 4' | $offline "$scratch/direct" | grep ,L1,1,all,)" \
	'direct,L1,1,all,,6,1,4,0,1,0,0'
is 'every shipped model is one' "$(for model in "$models"/*; do
	$offline "$model" <"$scratch/trace" | sed -n '2s/,.*,8,.*//p'
done | sort | paste -sd' ')" "$(cd "$models" && printf '%s\n' * | sort | paste -sd' ')"
is 'a wrong line is told' "$(echo 'q 4' | $offline "$scratch/direct" 2>&1 | tail -n 1)" \
	'model: line 1 of the trace: neither a reference nor an event'
done_testing
