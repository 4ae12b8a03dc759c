#!/bin/bash
# refs.t - the recorded references: what other TLBs make of refs.csv is what they made of all references
# in the same run, curves and policies are had from it, and what is not true is refused. That what is left
# out changes nothing for LRU and OPT: tests/host/plugin/test_reduction.c and tests/host/test_refs.c.
# shellcheck disable=SC2016 # $1 in quotes is awk's
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

# record NAME JOB APPEND TRACE [ARGS]: boots, into $scratch/NAME
record()
{
	disk/job.sh -n "$2" -a "${5-}" "$scratch/root" && disk/mkimage.sh -o "$scratch/disk.img" -k "$boot_elf" \
		-a "root=/dev/hda1 rw console=ttyS0 $3" build/root "$scratch/root" &&
		tests/run/boot.sh -m 64 -o "$scratch/$1" -T "$4" "$scratch/disk.img"
}

fact()
{
	awk -F, -v key="$2" '$1 == key { print $2 }' "$scratch/$1/meta.csv"
}

# A split level 1 of 4 ways with another level and a cache of directory entries behind it; a fully
# associative TLB with tags; and a small one of Bochs's kind, without global pages.
cat >"$scratch/models" <<'END'
model split
tlb ITLB
	level 1
	of code
	pages 4K,4M
	entries 32
	ways 4
tlb DTLB
	level 1
	of data
	pages 4K
	entries 16
	ways 4
tlb DTLB-4M
	level 1
	of data
	pages 4M
	entries 4
	ways full
tlb L2
	level 2
	of both
	pages 4K
	entries 64
	ways 2
	replace fifo
tlb PDE
	of walks
	entries 4
	ways 4
model tagged
tags cr3
tlb TLB
	level 1
	of both
	pages pieces
	entries 64
	ways full
model kinds
allows access
reasons left
global no
tlb TLB
	level 1
	of both
	pages pieces
	entries 8
	ways 8
END

ok 'a Bochs that tells each reference can be built' setup/bochs.sh refs || done_testing

# --- Other TLBs -------------------------------------------------------------------------------------
# counts FILE: of what refs.csv tells. Areas it does not, nor tasks before the guest's first word.
counts()
{
	awk -F, '$4 ~ /^(all|phase|code)$/ || ($4 == "task" && $5 ~ /^[1-9]/)' "$1" | sort
}

for append in '' 'nopse nopge'; do
	what="a small program${append:+, $append}"
	ok "$what: recorded" record tiny tiny "selftest=none $append" "refs=4,model=$scratch/models"
	ok "$what: every check of the recording holds" analysis/check.sh "$scratch/tiny"
	analysis/model.sh "$scratch/models" "$scratch/tiny" >"$scratch/afterwards.csv"
	is "$what: the models say afterwards what they said in the run" "$(counts "$scratch/afterwards.csv" | cksum)" \
		"$(counts "$scratch/tiny/model.csv" | cksum)" || diag "$(diff <(counts "$scratch/afterwards.csv") \
		<(counts "$scratch/tiny/model.csv") | head -n 20)"
	like "$what: they have misses of all kinds" "$(awk -F, '$4 == "all" { for (i = 8; i <= 12; i++) n[i] += $i }
		END { print (n[8] > 0) (n[9] > 0) (n[10] > 0) (n[11] > 0) (n[12] > 0) }' "$scratch/afterwards.csv")" '^11111$'
	ok "$what: few references have a row" [ $((10 * $(fact tiny refs_kept))) -lt "$(fact tiny refs_references)" ]
done

# The same by another awk, and two files of models.
AWK=gawk analysis/model.sh "$scratch/models" analysis/models/zen "$scratch/tiny" >"$scratch/both.csv"
is 'two files of models' "$(grep -v '^zen,' "$scratch/both.csv" | cksum) $(grep -c '^zen,,,all' "$scratch/both.csv")" \
	"$(cksum <"$scratch/afterwards.csv") 1"

# no_model MODEL MESSAGE [DIR]: refused, and nothing said of it
no_model()
{
	local said
	said=$(analysis/model.sh "$1" "${3-$scratch/tiny}" 2>&1)
	is "refused: ${1##*/}, ${3-}" "$? $said" "1 $2"
}
no_model analysis/models/core2 "model: core2, ITLB: the references are reduced, exact for sets of 4 ways and more with LRU at level 1 (record with refs=K)"
printf 'model m\ntlb T\n\tlevel 1\n\tof both\n\tpages pieces\n\tentries 8\n\tways 2\n' >"$scratch/narrow"
no_model "$scratch/narrow" "model: m, T: the references are reduced, exact for sets of 4 ways and more with LRU at level 1 (record with refs=K)"
sed 's/ways 2/ways 4/' "$scratch/narrow" >"$scratch/cached"
printf 'cache L1\n\tlevel 1\n\tof both\n\tentries 64\n\tways 4\n\tline 32\n' >>"$scratch/cached"
no_model "$scratch/cached" "model: m: a cache cannot be told from reduced references of pages"
sed 's/ways 2/ways 4/; s/^model.*/&\nlookups bochs/' "$scratch/narrow" >"$scratch/lookups"
no_model "$scratch/lookups" "model: m: what Bochs looks up cannot be told from reduced references of pages"
no_model "$scratch/missing" "model.sh: $scratch/missing: no such file"

# --- What is recorded ---------------------------------------------------------------------------------
mv "$scratch/tiny" "$scratch/good"
ok 'the same without, by the same Bochs' record tiny tiny 'selftest=none nopse nopge' "model=$scratch/models"
for table in tlb.csv faults.csv tasks.csv vmas.csv marks.csv latency.csv io.csv reclaim.csv uses.csv buddy.csv waiting.csv model.csv \
	stdout.txt stderr.txt; do
	cmp "$scratch/tiny/$table" "$scratch/good/$table"
done >"$scratch/differences" 2>&1
is 'nothing else in the recording changes by it' "$(cat "$scratch/differences")" ''
is 'without TRACE=refs there is no refs.csv' "$(sed -n '/^refs/p' "$scratch/tiny/meta.csv")$(find "$scratch/tiny" -name 'refs*')" ''
no_model "$scratch/models" "model.sh: $scratch/tiny: no refs.csv: record with TRACE=refs" "$scratch/tiny"
program="'BEGIN { for (i = 0; i < 99; i++) a[i * 7 % 101] = i; for (i in a) n += a[i]; print n }'"
ok 'packed, with as many frames as it is wont to have' record packed awk 'selftest=none' 'compress=zstd,refs' "$program"
is 'which are 16' "$(fact packed refs) $(fact packed refs.file)" '16 refs.csv.zst'
ok 'every check of that recording holds' analysis/check.sh "$scratch/packed"
ok 'one process, from a mark on' record part tiny selftest=none 'start=mark:user,refs=8,pid=4'
ok 'every check of that recording holds' analysis/check.sh "$scratch/part"
is 'it has the rows of that process alone' "$(awk -F, 'NR > 1 { n[$9]++ } END { for (p in n) printf "%s ", p; print (n[4] > 100) }' \
	"$scratch/part/refs.csv")" '4 1'
no_model "$scratch/models" "model.sh: $scratch/part: only process 4 was recorded: what flushed the TLBs between is missing" "$scratch/part"

# refused TRACE MESSAGE
refused()
{
	like "refused: $1" "$(tests/run/boot.sh -m 64 -o "$scratch/none" -T "$1" "$scratch/disk.img" 2>&1)" "$2"
}
for wrong in refs=3 refs=many refs= refs=1048577 refs=-4; do
	refused "$wrong" "tlbtrace: bad value in '$wrong': right is refs or refs=FRAMES, from 4 to 1048576$"
done
refused 'compress=none,reference' "tlbtrace: bad value in 'compress=none,reference'"
refused reference 'FAILED: TRACE=reference: begins with no option'

# --- Curves ---------------------------------------------------------------------------------------------
curves()
{
	analysis/curves.sh "$scratch/$1" 4 2>&1
}
like 'curves of it are exact' "$(curves packed)" '^None of its pages left memory'
is 'from 16 frames on' "$(awk -F, '$1 == "string" || $1 == "exact_from" { print $2 }' "$scratch/packed/curves"/*.csv)
$(sed -n '2s/,.*//p' "$scratch/packed/curves/lru.csv")" 'refs
16
16'
is 'of all references that the process made of its pages' "$(awk -F, '$1 == "references" { print $2 }' "$scratch/packed/curves/lru_info.csv")" \
	"$(zstd -dcq "$scratch/packed/refs.csv.zst" | awk -F, 'NR == FNR { if ($3 == "exec" && $4 == 4) since = $1; next }
		$9 == 4 && $11 && $4 < "0xc" && $1 >= since { n += $11 } END { print n }' "$scratch/packed/tasks.csv" -)"
like 'the page says so' "$(cat "$scratch/packed/report.html")" 'LRU and OPT are exact, from 16 frames on'
# Another number of frames tells the same from there on: LRU at each size, OPT at one.
ok 'recorded once more, for 4 frames' record fine awk 'selftest=none' 'refs=4' "$program"
analysis/curves.sh -s "$scratch/fine" 4 >"$scratch/fine.string"
analysis/curves.sh -s "$scratch/packed" 4 >"$scratch/packed.string"
lru()
{
	build/analysis/curves lru <"$scratch/$1.string" | awk -F, '
		NR > 1 { while (++frames < $1) if (frames >= 16 && last != "") print frames, last; frames = $1; last = $2 }
		NR > 1 && frames >= 16 { print frames, last }'
}
is 'LRU is the same for 4 frames and 16, from 16 on' "$(lru packed)" "$(lru fine)"
is 'and so is OPT' "$(build/analysis/replay -p opt,lru 16 20 24 30 <"$scratch/packed.string" | cut -d, -f1-3)" \
	"$(build/analysis/replay -p opt,lru 16 20 24 30 <"$scratch/fine.string" | cut -d, -f1-3)"
ok 'the other one is longer' [ "$(wc -l <"$scratch/fine.string")" -gt "$(wc -l <"$scratch/packed.string")" ]
ok 'recorded for more frames than there are' record wide tiny 'selftest=none' 'refs=5000'
like 'curves of that are refused' "$(curves wide)" \
	'^curves.sh: .*: process 4 never had more than [0-9]+ frames, and refs.csv is exact from 5000 on: record with TRACE=refs=K and a smaller K$'

# --- What is not true ---------------------------------------------------------------------------------
good=$scratch/good
# doctored NAME EDIT CHECK: a recording with a changed refs.csv, sealed again, is refused by that check
doctored()
{
	rm -rf "$scratch/bad"
	cp -r "$good" "$scratch/bad"
	awk -F, -v OFS=, "$2" "$good/refs.csv" >"$scratch/bad/refs.csv"
	! cmp -s "$good/refs.csv" "$scratch/bad/refs.csv" || fail "$1: nothing was changed"
	awk -F, -v OFS=, -v rows="$(($(wc -l <"$scratch/bad/refs.csv") - 1))" -v sum="$(sha256sum <"$scratch/bad/refs.csv" | cut -d' ' -f1)" \
		'$1 == "refs.rows" { $2 = rows } $1 == "refs.sha256" { $2 = sum } { print }' "$good/meta.csv" >"$scratch/bad/meta.csv"
	(cd "$scratch/bad" && sha256sum meta.csv >meta.sha256)
	like "doctored: $1" "$(analysis/check.sh "$scratch/bad" 2>&1)" "^not ok .*refs.csv: $3"
}
middle='NR == 2000'
doctored 'the header' 'NR == 1 { $11 = "uses" } { print }' 'header, columns'
for column in 3 4 5 6 7 8 9 10 11; do
	doctored "column $column" "$middle { \$$column = \"x\" } { print }" 'header, columns'
done
doctored 'an event that there is not' "$middle { \$2 = \"z\" } { print }" 'header, columns'
doctored 'time' "$middle { \$1 = 5 } { print }" 'times never fall'
doctored 'a count' "$middle { \$11++ } { print }" 'references that rows stand for'
doctored 'a row less' "$middle { next } { print }" 'references that'
doctored 'a row twice' "$middle { print } { print }" 'references that'
doctored 'another task' '$9 == 4 && !n++ { $9 = 3 } { print }' "every row's task"
doctored "a program in the kernel's half" '$3 == "k" && $4 >= "0xc" && !n++ { $3 = "u" } { print }' 'programs use pages'
doctored 'a fault less' '$2 == "fault" && !n++ { next } { print }' 'faults are those'
doctored 'the last fault' '{ text[NR] = $0 } $2 ~ /^fault/ { last = NR } END { for (i = 1; i <= NR; i++) if (i != last) print text[i] }' \
	'faults are those'
doctored 'a fault elsewhere' '$2 == "fault" && !n++ { $4 = "0x00001000" } { print }' 'faults are those'
doctored 'a fault of a fetch' '$2 == "fault" && !n++ { $2 = "fault_x" } { print }' 'faults are those'
doctored 'a load of CR3 less' '$2 == "cr3" && !n++ { next } { print }' 'loads of CR3'
doctored 'one that flushes less' '$2 == "cr3" && !n++ { $6 = 1 - $6 } { print }' 'loads of CR3'
doctored 'the last one' '{ text[NR] = $0 } $2 == "cr3" { last = NR } END { for (i = 1; i <= NR; i++) if (i != last) print text[i] }' \
	'loads of CR3'
doctored 'a mark less' '$2 == "mark" && !n++ { next } { print }' 'marks are those'
doctored 'a mark elsewhere' '$2 == "mark" && !n++ { $1++ } { print }' 'marks are those'

# damaged NAME COMMAND MESSAGE: with $bad changed by a command
damaged()
{
	rm -rf "$scratch/bad"
	cp -r "$good" "$scratch/bad"
	(cd "$scratch/bad" && eval "$2" && sha256sum meta.csv >meta.sha256)
	like "damaged: $1" "$(analysis/check.sh "$scratch/bad" 2>&1)" "$3"
}
damaged 'cut off' 'head -c 100000 refs.csv >cut && mv cut refs.csv' '^not ok .*refs.csv: SHA-256'
damaged 'gone' 'rm refs.csv' '^# meta.csv:refs.sha256: there is no such file'
damaged 'another K' "sed -i '/^refs,/d' meta.csv" '^# meta.csv:refs: , but refs.file is refs.csv'
damaged 'no table' "sed -i '/^refs[._]/d' meta.csv; rm refs.csv" '^# meta.csv:refs: 4, but refs.file is '
damaged 'fewer references' "sed -i 's/^refs_references,.*/refs_references,5/' meta.csv" '^# meta.csv:refs_references: 5, counted '
damaged 'packed and cut off' 'zstd -q --rm refs.csv && head -c 1000 refs.csv.zst >cut && mv cut refs.csv.zst' 'Bail out! .*refs.csv.zst: '
like 'a model of a refs.csv that is cut off within a reference: refused' "$(head -c -9 "$good/refs.csv" >"$scratch/bad/refs.csv"
	rm -f "$scratch/bad"/refs.csv.zst; cp "$good/meta.csv" "$scratch/bad"; analysis/model.sh "$scratch/models" "$scratch/bad" 2>&1 >/dev/null)" '^model.sh: .*: refs.csv'
rm -rf "$scratch/disk.img" "$scratch/bad" "$scratch"/{tiny,wide,part}
done_testing
