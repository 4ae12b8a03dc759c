#!/bin/sh
# thin.t - questions answer the same of the rows that build/analysis/thin has made fewer as of all rows.
. tests/tap.sh

busybox=$(command -v busybox || echo "$PWD/build/deps/busybox")
all='when where code map_count pairs dropped ownership bits reach strides windows'

# libraries QUESTION: what it runs after.
libraries()
{
	case $1 in
	when) echo run tlb kind ;;
	code) echo run symbols lines instructions tlb ;;
	dropped) echo run symbols lines tlb ;;
	pairs | windows | ownership) echo run tlb ;;
	bits) echo tlb ;;
	*) echo run areas tlb ;;
	esac
}

# answer QUESTION DIR INPUT [VARIABLE=VALUE]: what $AWK says of the recording in DIR.
answer()
{
	question=$1 dir=$2 input=$3 more=${4-none=}
	set -- -f analysis/lib.awk
	for library in $(libraries "$question") "$question"; do
		set -- "$@" -f analysis/"$library".awk
	done
	# shellcheck disable=SC2086
	$AWK "$@" -v start=1000 -v end="$end" -v bins=9 -v sample=1 -v faults="$dir/faults.csv" -v tasks="$dir/tasks.csv" \
		-v vmas="$dir/vmas.csv" -v marks="$dir/marks.csv" -v reclaim="$dir/reclaim.csv" -v layout="$dir/layout.csv" \
		-v strides_followers="$followers" -v "$more" <"$input" 2>&1
}

# thinned THIN DIR: makes the rows of DIR/tlb.csv fewer for all questions, in DIR/thin.
thinned()
{
	mkdir -p "$2/thin"
	$AWK -f analysis/lib.awk -f analysis/run.awk -f analysis/thin.awk -v start=1000 -v end="$end" -v bins=9 \
		-v tasks="$2/tasks.csv" -v vmas="$2/vmas.csv" -v marks="$2/marks.csv" -v reclaim="$2/reclaim.csv" \
		-v layout="$2/layout.csv" >"$2/plan"
	# shellcheck disable=SC2086
	"$1" "$2/plan" "$2/thin" $all <"$2/tlb.csv"
}

# compare NAME DIR: the same answers to all questions of the fewer rows
compare()
{
	for question in $all; do
		answer "$question" "$2" "$2/thin/$question.csv" thinned=1 >"$2/$question.fewer"
		if cmp -s "$2/$question.all" "$2/$question.fewer"; then
			pass "$1: $question"
		else
			fail "$1: $question"
			diff "$2/$question.all" "$2/$question.fewer" | head -5 | sed 's/^/# /'
		fi
	done
}

# random DIR SEED ROWS
random()
{
	mkdir -p "$1"
	mawk -f analysis/lib.awk -f analysis/cases/random.awk -v dir="$1" -v seed="$2" -v rows="$3" </dev/null
	end=$(($(tail -n 1 "$1/tlb.csv" | cut -d, -f1) + 1))
}

# --- Random rows ---------------------------------------------------------------------------------
for seed in 1 2 3 4; do
	made=$scratch/$seed
	random "$made" $seed 6000
	AWK=mawk
	followers=8 # as the small one has it
	for question in $all; do
		answer "$question" "$made" "$made/tlb.csv" >"$made/$question.all"
	done
	ok "seed $seed: with tables that are full all the time" thinned build/host/thin "$made"
	compare "seed $seed, small tables, mawk" "$made"
	followers=
	answer strides "$made" "$made/tlb.csv" >"$made/strides.all"
	for AWK in mawk gawk "$busybox awk"; do
		if ! $AWK 'BEGIN { exit 0 }' 2>/dev/null; then
			pass "$AWK # SKIP not installed"
			continue
		fi
		thinned build/analysis/thin "$made" || fail "seed $seed"
		compare "seed $seed, ${AWK##*/}" "$made"
	done
done
AWK=mawk
lines()
{
	cat "$scratch/1/thin/$1.csv" | wc -l
}
is "and they are fewer" "$(for question in when code map_count ownership bits reach strides dropped; do
	[ "$(lines $question)" -lt "$(wc -l <"$scratch/1/tlb.csv")" ] || echo $question
done)" ""

# --- More pairs than are shown -------------------------------------------------------------------
made=$scratch/pairs
random "$made" 9 10
# Pair i of 3,000 comes i % 7 times before the program and i % 5 times in it, one way or the other.
awk -v OFS=, 'NR == 1 { print > "/dev/stdout" }
	END {
		for (early = 1; early >= 0; early--)
			for (i = 0; i < 3000; i++)
				for (n = i % (early ? 7 : 5); n; n--) {
					page = sprintf("0x%08x", 134217728 + i % 60 * 4096)
					other = sprintf("0x%08x", 1073741824 + int(i / 60) * 4096)
					print (early ? 1005 : 2000) + i, 0, i % 3 ? "d" : "i", "fill", "conflict", n % 2 ? page : other, \
						"0x00001000", "4K", "r", "u", "0x00001067", "2+0", "0x00003000", i % 4 + 3, "0x08048000", \
						n % 2 ? other : page, ""
				}
	}' "$made/tlb.csv" | sort -t, -k1,1n >"$made/pairs.csv"
mv "$made/pairs.csv" "$made/tlb.csv"
printf '%s\n' icount,pid,label 1001,1,boot 1002,1,user 2000,3,work >"$made/marks.csv"
end=9000
answer pairs "$made" "$made/tlb.csv" >"$made/pairs.all"
ok "3,000 pairs" thinned build/host/thin "$made"
answer pairs "$made" "$made/thin/pairs.csv" thinned=1 >"$made/pairs.fewer"
ok "the first 1,000 of 3,000 pairs are the same, of the program and of all" cmp "$made/pairs.all" "$made/pairs.fewer"
is "and few more are told" "$(($(wc -l <"$made/thin/pairs.csv") < 4000))" 1

# A pair that comes all the time costs no memory for each time. (A bare start needs about 28 MB.)
awk 'BEGIN {
	print "icount,cpu,tlb,event,reason,page,frame,size,access,mode,pte,walk,cr3,pid,eip,evicted,dropped_by"
	for (i = 1; i <= 1500000; i++)
		print i ",0,d,fill,conflict,0x08000000,0x00001000,4K,r,u,0x00001067,2+0,0x00003000,3,0x08048000,0x08800000,"
}' >"$made/tlb.csv"
: >"$made/plan"
ok "1,500,000 rows of one pair, in 32 MB" sh -c 'ulimit -v 32000 && build/analysis/thin "$1/plan" "$1/thin" pairs <"$1/tlb.csv"' - "$made"
like "and all are counted" "$(cat "$made/thin/pairs.csv")" '1500000,1499999,d,fill,conflict,0x08000000,.*,0x08800000,'

# --- Rows that are not the recorder's ------------------------------------------------------------
# refused TITLE SED
refused()
{
	sed -i.whole "$2" "$scratch/1/tlb.csv"
	! cmp -s "$scratch/1/tlb.csv" "$scratch/1/tlb.csv.whole" || fail "$1: the edit changed nothing"
	not_ok "refused: $1" thinned build/host/thin "$scratch/1"
	mv "$scratch/1/tlb.csv.whole" "$scratch/1/tlb.csv"
}
refused "a header with a column more" '1s/$/,more/'
refused "a header with a column less" '1s/^icount,//'
refused "a row cut short" '$s/,[^,]*$//'
cp "$scratch/1/tlb.csv" "$scratch/whole.csv"
head -c -1 "$scratch/whole.csv" >"$scratch/1/tlb.csv"
not_ok "refused: a last row without its end" thinned build/host/thin "$scratch/1"
mv "$scratch/whole.csv" "$scratch/1/tlb.csv"
refused "an event of another kind" '77s/,fill,/,fold,/'
refused "an address that is none" '77s/,0x.\(.......\),/,0xg\1,/'
refused "an address with a digit more" '77s/,0x\(........\),/,0x0\1,/'
refused "a time that is none" '77s/^/-/'
refused "a second processor" '77s/,0,/,1,/'
refused "an empty row" '77s/.*//'
refused "a very long row" "77s/\$/$(printf %05000d 0)/"

# One that ends with the buffer, before its page's columns.
awk 'NR == 1 {
	print
	for (left = 1048576 - length($0) - 1; left > 400; left -= 89)
		print "1000,0,d,fill,cold,0x08000000,0x00001000,4K,r,u,0x00001067,2+0,0x00003000,3,0x08048000,,"
	last = ",0,d,fill,cold,0x08000000,0x00001000,"
	printf "%0" (left - length(last) - 1) "d%s\n", 1000, last
}' "$scratch/1/tlb.csv" >"$made/tlb.csv"
is "a row cut short at the end of the buffer: the edit fits" "$(wc -c <"$made/tlb.csv")" 1048576
like "refused: a row cut short at the end of the buffer" "$(thinned build/host/thin "$made" 2>&1)" 'thin: line [0-9]* is not as expected'

# --- The report ----------------------------------------------------------------------------------
end=0
for thin in 0 1; do
	rec=$scratch/report-$thin
	mkdir -p "$rec"
	mawk -f analysis/lib.awk -f analysis/cases/recording.awk -v dir="$rec" -v pressure=1 </dev/null
	THIN=$thin analysis/report.sh "$rec" 2>"$rec.log" | sed "s/report-$thin//" >"$rec.said"
	is "THIN=$thin: nobody has fallen back" "$(cat "$rec.log")" ''
done
ok "a report of fewer rows says the same" cmp "$scratch/report-0.said" "$scratch/report-1.said"
ok "and has the same tables" diff -r "$scratch/report-0/analysis" "$scratch/report-1/analysis"
sed -i '900s/,0x.*//' "$scratch/report-1/tlb.csv"
said=$(THIN=1 analysis/report.sh "$scratch/report-1" 2>&1)
like "of rows that are refused the question itself says what is wrong" "$said" 'tlb.csv: line 900: not an event'
like "and that it reads them is said" "$said" 'report.sh: thin: .*; these questions read tlb.csv themselves: '
done_testing
