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
	51500,0,switch,7,7,0x00400000,prog 52000,0,fork,8,8,0x00500000,prog 53000,0,clone,9,7,0x00500000,prog \
	53500,0,switch,9,7,0x00400000,prog 54000,0,fork,10,10,0x00500000,prog 55000,0,switch,1,1,0x00300000,init \
	56000,0,fork,11,11,0x00600000,init
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
result program_causes rows,cause,user,kernel,major,cost,p50,p90,p99,max,rounds 117,anon,1,1,1,2700,21,22,23,24,0 \
	3,file_cow,1,1,1,300,21,22,23,24,0 	60,cow,1,1,1,6100,31,32,33,34,500 20,cow_reuse,1,1,1,900,41,42,43,44,0
result memory bin,icount,free,min,low,high,inactive_anon,active_anon,inactive_file,active_file,unevictable,swap_used,free_least \
	5,50500,50,10,20,30,0,0,0,0,0,0,19 7,70700,50,10,20,30,0,0,0,0,0,0,20
result early_areas early,back,dropped,pages,pid,area '88,89,90,91,,[none]' '12,13,14,15,7,[heap]'
result reclaimers dropped,by,pid,runs,looked_at,kept,activated,unevictable,slots,written 900,kswapd,6,11,12,13,14,15,16,17
result refaults distance_from,kind,rows,early 256,anon,20,15
result meta key,value dtlb_entries,2048 itlb_entries,1024 icount_start,0 icount_end,101000
result models model,references,walks,per_thousand,cold,capacity,conflict,flush,upgrade one,4000,1000,250,1,2,3,4,5 two,4000,500,125,1,2,3,4,5
result model_phases model,phase,references,walks,per_thousand,cold,capacity,conflict,flush,upgrade one,boot,4000,7,1,1,1,1,1,1 \
	one,fork,4000,993,1,1,1,1,1,1 two,,9,2,1,1,1,1,1,1 two,boot,9,130,1,1,1,1,1,1 two,selftest,9,3,1,1,1,1,1,1 two,user,9,5,1,1,1,1,1,1 \
	two,sort,9,60,1,1,1,1,1,1 two,fork,9,300,1,1,1,1,1,1
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
		bins_init()
		answers()
		close(page)
		exit failed
	}
END
# written PROGRAM: what it puts into $scratch/answers, of these results
written()
{
	program=$1
	shift
	for name in lib run svg symbols page glossary fold finding answers charts pressure what_if tables more_tables; do
		set -- "$@" -f analysis/$name.awk
	done
	mawk "$@" -f "$program" -v out="$results" -v page="$scratch/answers" -v start=0 -v end=101000 -v bins=10 \
		-v edges="$results/edges.csv" -v metafile="$results/meta.csv" -v tasks="$results/tasks.csv" \
		-v marks="$results/marks.csv" </dev/null
}
# answers: the sentences, as text
answers()
{
	written "$scratch/answers.awk"
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
like "what copying on write takes" "$told" \
	'^Copy on write takes 6,800 instructions in faults from .*: 63 writes copied a page, 3 of these from .*, 20 found .* there were 2 forks[.] .* once[.] '
like "what another TLB would have saved" "$told" "^Another TLB would have saved 67.3 % of the walks from the program's start on: \
Bochs&rsquo;s own TLBs walk 1,100 times, the model two 360 times. Most of that in phase \"fork\": 975 here, 300 there[.]"
like "what other TLBs would have walked" "$told" 'whole recording: two 500 [(]125 a thousand references[)], one 1,000 [(]250 '
like "when memory was short" "$told" '^Memory was short for 10.1 % of the time .* in phase "fork" [(]95.0 % '
like "what left too early" "$told" \
	'^15 pages were thrown out too early in the whole recording [(]1.7 % of the 900 dropped[)].* Of all known areas \[heap\] of process 7 prog lost most of them: 12[.]'
is "that is all" "$(grep -c '<li ' "$scratch/answers")" 9
result early_areas early,back,dropped,pages,pid,area '88,89,90,91,,[none]' '0,13,14,15,7,[heap]'
unlike "and no area where none is known" "$(answers)" 'Of all known areas'
result lines rows,pid,line,symbol,text
like "without lines, the function" "$(answers)" '^The function that misses most is walker: 251 of the 1,000 '
# Below its threshold, each has nothing to say.
sed -i 's/^two,fork,9,300/two,fork,9,931/' "$results/model_phases.csv"
result program_pairs rows,pid,tlb,page,other 99,7,d,0x08100000,0x08900000
result functions rows,pid,symbol 120,7,walker
result areas rows,pid,pages,cold,conflict,flushed,upgrade,kind,area '2500,7,9,9,9,9,9,9,[heap]'
unlike "one that saves a tenth less one walk is not told of" "$(answers)" 'Another TLB'
sed -i 's/^[34],1000,51000.*/3,1000,51000,7,sort,9000,100,75,0,0,0,0,0/' "$results/phases.csv"
rm "$results/models.csv"
result program_causes rows,cause,user,kernel,major,cost,p50,p90,p99,max,rounds 49,cow,1,1,1,999,31,32,33,34,0
result refaults distance_from,kind,rows,early 256,anon,20,9
sed -i '/^5,/d' "$results/memory.csv"
result models model,references,walks,per_thousand,cold,capacity,conflict,flush,upgrade
: >"$scratch/answers"
is "what matters little is not told" "$(answers 2>&1)" ""

# Of 14 forks by the program and 12 by init behind them, the program's last 12.
{
	echo icount,parent,child,program,pages,parent_cow,parent_reuse,child_cow,child_reuse,saved,cost,at_once
	for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14; do echo $i,7,8,1,$i,0,0,0,0,0,0,0; done
	for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo 90,1,10,1,$i,0,0,0,0,0,0,0; done
} >"$results/cow.csv"
sed 's/answers()/more_forks()/' "$scratch/answers.awk" >"$scratch/forks.awk"
written "$scratch/forks.awk"
is "the last forks are the program's" "$(grep -o 'the last 12' "$scratch/answers") $(sed 's/<[^>]*>/ /g' "$scratch/answers" |
	grep -c '7 prog *8 prog') $(grep -c 'init' "$scratch/answers")" 'the last 12 12 0'

# --- The page ------------------------------------------------------------------------------------
rec=$scratch/rec
recording "$rec" 1
sed -i 's/^\([0-9]*,[0-9]*\),\(sort\|map\).*,\(.*,.*,.*,.*,.*,.*\)$/\1,"a ""<b>"", c",\3/' "$rec/marks.csv"
analysis/report.sh "$rec" >"$scratch/log" 2>&1 || diag "$(cat "$scratch/log")"
page=$rec/report.html
ok "not larger than 5 MB" test "$(stat -c %s "$page")" -lt 5000000
like "the library's licence is with it" "$(cat "$page")" '^Permission is hereby granted, free of charge'
unlike "and nothing in it asks for another file" "$(cat "$page")" 'sourceMappingURL'
is "each picture says what it shows and what made its data" \
	"$(grep -c '<svg' "$page") $(grep -c '^<p class="note">.*Data: <code>.*</code>, by <code>.*[.]awk</code> in <code>make report' "$page")" '5 5'
is "by a table and a file that there are" "$(sed -n 's/^<p class="note">.*Data: \(.*\) in <code>.*/\1/p' "$page" | grep -o '[a-z_]*[.]\(csv\|awk\)' |
	while read -r name; do [ -e "$rec/analysis/$name" ] || [ -e "analysis/$name" ] || echo "$name"; done)" ""
without=$(DYGRAPHS='' analysis/report.sh "$rec" 2>&1 >/dev/null)$(grep -c 'id="dygraphs"\|class="live"\|class="wide still"' "$page")
is "without the library: pictures that stand still" "$without $(grep -c '<svg' "$page")" '0 5'
analysis/report.sh "$rec" >/dev/null

# --- Other TLBs: a recording with models ---------------------------------------------------------
what=$scratch/what
recording "$what"
# Model m1 walks 100 times as often as m2 in phase map, as often elsewhere; m3 to m20 more often than these.
awk -F, -v OFS=, '
	BEGIN { print "model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade" }
	FNR > 1 { sub(/^[0-9]*,[0-9]*,/, ""); sub(/,[0-9]*,[0-9]*,[0-9]*,[0-9]*,[0-9]*,[0-9]*$/, ""); label[++n] = $0 }
	END {
		label[++n] = ""
		for (m = 1; m <= 20; m++) {
			walks = 0
			for (i = 1; i <= n; i++) {
				w = m > 2 ? 10 * m : label[i] ~ /^map/ && m == 1 ? 500 : 5
				walks += w
				row[i] = "m" m ",,,phase," label[i] "," 1000 "," 1000 - w "," w - 4 ",1,1,1,1"
			}
			print "m" m, "", "", "all", "", 1000 * n, 1000 * n - walks, walks - 4 * n, n, n, n, n
			print "m" m, "T", 1, "all", "", 7, 7, 0, 0, 0, 0, 0
			for (i = 1; i <= n; i++)
				print row[i]
			print "m" m ",,,code,2 0x08048104," walks - 3 ",0,1,1,1,1,1"
			print "m" m ",,,code,0xc0108004,3,0,1,1,1,1,1"
		}
	}' "$what/marks.csv" >"$what/model.csv"
analysis/report.sh "$what" >"$scratch/log" 2>&1 || diag "$(cat "$scratch/log")"
# cells CAPTION: that table, "|cell|cell..."
cells()
{
	tr -d '\n' <"$what/report.html" | sed "s|.*<caption>$1|<caption>|; s|</table>.*||; s|<tr|\n<tr|g" |
		sed 's/<[^>]*>/|/g; s/||*/|/g; s/,\([0-9]\)/\1/g' | tail -n +2
}
is "a table has the models, those with fewest walks first" "$(cells 'Walks by reason' | cut -d'|' -f2 | head -n 4 | paste -sd' ')" 'Model m2 m3 m4'
is "and no more than sixteen" "$(cells 'Walks by reason' | grep -c '')" 17
like "with hits and reasons" "$(cells 'Walks by reason')" '^[|]m2[|]7000[|]6965[|]35[|]5.000[|]7[|]7[|]7[|]7[|]7[|]$'
like "one has the phases, of eight models" "$(cells 'Walks by phase')" '^[|]Phase[|]Bochs.s own[|]m2[|]m3[|]m4[|]m5[|]m6[|]m7[|]m8[|]m9[|]Why m2 still walks, mostly[|]$'
is "each with its walks" "$(cells 'Walks by phase' | sed -n 's/^|map a file|[0-9]*|//p')" '5|30|40|50|60|70|80|90|cold, 20.0 %|'
is "boot, self-test and program make the whole" "$(cells 'Walks by phase' | awk -F'|' 'NR > 1 { n += $4; m += $5 } END { print n, m }')" '35 210'
is "one has the functions" "$(cells 'Functions that walk most' | cut -d'|' -f2-4 | paste -sd' ')" 'Function|Process|m2 quicksort|2 demo|32 (unknown)|kernel|3'
like "the picture has a bar for each" "$(grep -c 'class="name end"' "$what/analysis/models.svg") $(grep -c '<svg' "$what/report.html")" '^16 4$'
like "with its figures" "$(cat "$what/analysis/models.svg")" '>35 [(]5.000 a thousand[)]<'
like "what it shows is said, and what made it" "$(cat "$what/report.html")" 'Walks of each model by reason: .*models.csv</code>, by <code>analysis/model.awk<'
like "the page's first words lead there" "$(cat "$what/report.html")" 'id="answer-saved">.*href="#models"'
like "a way there is among the others" "$(cat "$what/report.html")" '<nav>.*<a href="#models">Other TLBs</a>'
unlike "without models there is no such section" "$(cat "$page")" 'id="models"'

# --- A page over several -------------------------------------------------------------------------
# In a tree of its own, as a recording in out/ has its line there with its report.
tree=$scratch/tree
mkdir -p "$tree/out"
cp -r analysis "$tree/analysis"
recording "$tree/out/one"
recording "$tree/out/two & #2" 1
sed -i '/^outcome,/d' "$tree/out/one/meta.csv" "$tree/out/two & #2/meta.csv"
echo outcome,ok >>"$tree/out/one/meta.csv"
echo outcome,program_failed >>"$tree/out/two & #2/meta.csv"
touch -d '2026-01-01 10:00' "$tree/out/two & #2/meta.csv"
ln -s one "$tree/out/latest"
mkdir -p "$tree/out/none"
told=$("$tree/analysis/report.sh" "$tree/out/latest")
is "a recording in out/ gets its line with its report" "$(grep -c '<tr><td>' "$tree/out/index.html")" 1
"$tree/analysis/report.sh" "$tree/out/two & #2" >/dev/null
index=$tree/out/index.html
# rows: those of the page, "|cell|cell..."
rows()
{
	sed -n '/^<tr><td>/{s/<[^>]*>/|/g;s/||*/|/g;s/,\([0-9]\)/\1/g;p}' "$index"
}
is "every recording once, oldest first, with its verdict" "$(rows | cut -d'|' -f2,4)" 'two &amp; #2|program failed
one|passed'
figures=$(printf '%s\n' "$told" | tr -d , | awk '/^  instructions /{ print $2; exit }')
like "its figures are those of its summary: instructions" "$(rows)" "^[|]one[|].*[|]${figures}[|]"
like "fills by reason" "$(rows)" "^[|]one[|].*[|]$(printf '%s\n' "$told" | tr -d , |
	sed -n 's/^  TLB fills  *[0-9]*  cold \([0-9]*\) conflict \([0-9]*\) flushed \([0-9]*\).*/\1|\2|\3/p')[|]"
is "each link leads to a report" "$(sed -n 's/.*<a href="\([^"]*\)".*/\1/p' "$index" | sed 's/&amp;/\&/g; s/%20/ /g; s/%23/#/g' |
	while read -r link; do [ -f "$tree/out/$link" ] || echo "$link"; done)" ""
rm "$tree/out/one/analysis/headline.csv"
"$tree/analysis/index.sh" "$tree/out"
like "a report of before has no figures, but its line" "$(rows)" '^[|]one[|]2'
mkdir -p "$scratch/empty"
analysis/index.sh "$scratch/empty"
like "no recording: the page says so" "$(cat "$scratch/empty/index.html")" 'No recording here has a report'
not_ok "no such directory" analysis/index.sh "$scratch/nosuch"

# Six thousand marks: a picture has no more bands than can be seen.
recording "$scratch/many"
awk -F, 'NR == 4 { for (i = 0; i < 6000; i++) printf "%d,2,phase %d,0,0,0,0,0,0\n", $1 + 90 * i, i } NR < 4' "$scratch/many/marks.csv" \
	>"$scratch/marks" && mv "$scratch/marks" "$scratch/many/marks.csv"
analysis/report.sh "$scratch/many" >"$scratch/log" 2>&1
is "marks without number do not make the page large" "$(find "$scratch/many" -name '*.html' -size -600k -o -name timeline.svg -size -200k | wc -l)" 2
is "and none are lost from the tables" "$(wc -l <"$scratch/many/analysis/phases.csv")" 6004

# A recording of 50 million rows has larger tables, and the same page: of what grows with the rows (not what FORMAT.md
# lists, such as causes) each has a bound. The last row of each result comes N times more, with other numbers.
big_page()
{
	rm -rf "$scratch/big"
	cp -r "$what" "$scratch/big"
	for table in "$scratch/big/analysis"/*.csv; do
		case ${table##*/} in
		events.csv | accesses.csv | causes.csv | program_causes.csv | fault_phase_causes.csv | disk.csv | walks.csv) continue ;;
		bins.csv | over_time.csv | fault_bins.csv | memory.csv | map.csv | shades.csv | layout.csv | checks.csv) continue ;;
		esac
		awk -v n="$1" '{ print } END {
			for (i = 0; NR > 1 && i < n; i++) {
				line = $0
				more = ""
				while (match(line, /[0-9]+/)) {
					more = more substr(line, 1, RSTART - 1) (substr(line, RSTART, RLENGTH) + i)
					line = substr(line, RSTART + RLENGTH)
				}
				print more line
			}
		}' "$table" >"$scratch/table" && mv "$scratch/table" "$table"
	done
	set -- -f analysis/lib.awk
	for name in $(sed -n 's/^ask \(run .* html\) <.*/\1/p' analysis/report.sh); do
		set -- "$@" -f analysis/"$name".awk
	done
	mawk "$@" -v out="$scratch/big/analysis" -v page="$scratch/big.html" -v start=0 -v end=9000000 -v bins=450 \
		-v metafile="$what/meta.csv" -v tasks="$what/tasks.csv" -v vmas="$what/vmas.csv" -v marks="$what/marks.csv" \
		-v faults="$what/faults.csv" -v theme=analysis/theme.css -v style=analysis/report.css -v scripts=analysis \
		-v dygraphs= </dev/null
	echo $(($(grep -c '^</html>' "$scratch/big.html") * $(wc -c <"$scratch/big.html")))
}
some=$(big_page 500)
many=$(big_page 2500)
is "five times the rows make no larger page" "$((some > 100000)) $((many > some - 2000)) $((many < some + 2000)) $((many < 1000000))" '1 1 1 1'

for name in gawk "$PWD/build/deps/busybox awk"; do
	mkdir -p "$scratch/bin"
	printf '#!/bin/sh\nexec %s "$@"\n' "$name" >"$scratch/bin/other-awk"
	chmod +x "$scratch/bin/other-awk"
	command -v "${name% awk}" >/dev/null || { pass "pages under ${name##*/} # SKIP not here"; continue; }
	cksum=$(cat "$page" "$what/report.html" "$index" | cksum)
	AWK=$PWD/$scratch/bin/other-awk analysis/report.sh "$rec" >/dev/null 2>"$scratch/log"
	AWK=$PWD/$scratch/bin/other-awk analysis/report.sh "$what" >/dev/null 2>>"$scratch/log"
	AWK=$PWD/$scratch/bin/other-awk analysis/index.sh "$tree/out"
	is "the same pages under ${name##*/}" "$(cat "$scratch/log" "$page" "$what/report.html" "$index" | cksum)" "$cksum"
done

command -v chromium >/dev/null || { pass "the page in a browser # SKIP chromium is not installed"; done_testing; exit; }
# Written behind the page, this does what a reader does and leaves what came of it as attributes of <html>.
cat >"$scratch/probe" <<-'END'
	<script>
	const root = document.documentElement, set = (name, value) => root.setAttribute("data-" + name, value)
	const all = (selector, within) => [...(within || document).querySelectorAll(selector)]
	addEventListener("error", event => set("error", event.message))
	addEventListener("securitypolicyviolation", event => set("error", event.blockedURI))
	const change = (element, value) => { element.value = value; element.dispatchEvent(new Event("change")) }
	const visible = rows => rows.filter(row => !row.hidden)
	const painted = chart => {
		const canvas = chart.querySelector("canvas"), data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data
		let n = 0
		for (let i = 3; i < data.length; i += 4)
			n += data[i] > 0
		return n
	}
	const luminance = colour => colour.match(/[\d.]+/g).slice(0, 3).map(c => c / 255)
		.map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
	const contrast = (a, b) => (Math.max(luminance(a), luminance(b)) + 0.05) / (Math.min(luminance(a), luminance(b)) + 0.05)
	const ground = element => {
		const colour = getComputedStyle(element).backgroundColor
		return colour != "rgba(0, 0, 0, 0)" ? colour : element.parentElement ? ground(element.parentElement) : "rgb(255, 255, 255)"
	}
	onload = () => {
		all("details").forEach(details => { details.open = true })
		const charts = all(".chart[data-names]")
		set("charts", charts.map(chart => chart.id.slice(6)).join(" "))
		set("blank", charts.filter(chart => painted(chart) < 500).map(chart => chart.id).join(" "))
		set("still", all(".still").filter(box => box.offsetHeight).length)
		set("links", all("a[href^='#']").filter(a => !document.getElementById(a.hash.slice(1))).map(a => a.hash).join(" "))
		set("nameless", all("input, select, button").filter(e => e.offsetParent && !e.ariaLabel && !e.closest("label") && !e.textContent.trim()).length)
		set("pale", [...new Set(all("p, td:not(.zero), th, li, b, button, label, select, input, output, span:not(.dot), a, dd, summary, .dygraph-axis-label")
			.filter(e => contrast(getComputedStyle(e).color, ground(e)) < 4.5).map(e => e.className || e.tagName))].join(" "))

		// A table sorts.
		const table = document.querySelector("#areas table"), heads = all("th", table)
		const head = heads.find(th => th.textContent == "Cold"), button = head.querySelector("button")
		const column = () => visible([...table.tBodies[0].rows]).map(row => +row.cells[head.cellIndex].textContent.replace(/,/g, ""))
		const falls = list => list.length > 3 && list.every((n, i) => !i || n <= list[i - 1])
		button.focus()
		const focused = document.activeElement == button
		button.click()
		const down = falls(column()) + head.getAttribute("aria-sort")
		button.click()
		set("sorts", [focused, down, falls(column().reverse()) + head.getAttribute("aria-sort")].join(" "))
		const name = heads.find(th => th.textContent.includes("Area"))
		name.querySelector("button").click()
		const names = [...table.tBodies[0].rows].map(row => row.cells[name.cellIndex].textContent)
		set("names", names.length > 3 && names.every((n, i) => !i || n.localeCompare(names[i - 1], "en", {numeric: true}) >= 0))
		set("sorted", all("th[aria-sort]", table).length)

		// A long one has a box to filter it by.
		const box = document.querySelector("#hottest .filter input"), long = box.closest(".filter").nextElementSibling.querySelector("table")
		const rows = [...long.tBodies[0].rows], word = rows[3].cells[0].textContent
		box.value = word
		box.dispatchEvent(new Event("input"))
		const left = visible(rows)
		set("filter", [rows.length > 15, left.length > 0 && left.length < rows.length && left.every(row => row.textContent.includes(word)),
			box.nextSibling.textContent == `${left.length} of ${rows.length} rows`].join(" "))
		box.value = ""
		box.dispatchEvent(new Event("input"))
		set("unfiltered", visible(rows).length == rows.length)
		set("boxes", all("table").every(t => (t.tBodies[0].rows.length > 15) == !!(t.parentNode.previousElementSibling || t).matches(".filter")))

		// One selection goes through the page: a process,
		const form = document.getElementById("select"), of = key => all(`tr[data-${key}]`), status = []
		change(form.process, "3")
		status.push(of("process").length > 30, visible(of("process")).length > 3, visible(of("process")).every(row => row.dataset.process == "3"))
		set("process", status.join(" "))
		change(form.process, "")
		// a phase, that is its time too,
		const window_of = () => document.getElementById("chart-fills").chart.xAxisRange().map(x => Math.round(pagoda.time(x)))
		const times = pagoda.phases.find(p => p.label.startsWith("fork"))
		change(form.phase, times.label)
		set("phase", [visible(of("phase")).every(row => row.dataset.phase == times.label), visible(of("phase")).length, pagoda.chosen.from == times.from,
			Math.abs(window_of()[0] - times.from) < 2 && Math.abs(window_of()[1] - times.to) < 2,
			all("svg .range").every(rect => +rect.getAttribute("width") > 3 && +rect.getAttribute("width") < 600)].join(" "))
		change(form.phase, "")
		set("whole", [pagoda.chosen.from === "", document.getElementById("chart-fills").chart.xAxisRange().join("-"), form.clear.disabled].join(" "))
		// a phase whose name has all that a name may have,
		const name_of = 'a "<b>", c', twice = pagoda.phases.filter(p => p.label == name_of)
		change(form.phase, name_of)
		set("odd", [twice.length, pagoda.chosen.from == twice[0].from, pagoda.chosen.to == twice[1].to, visible(of("phase")).length].join(" "))
		change(form.phase, "")
		// an area,
		change(form.area, "[heap]")
		set("area", visible(of("area")).length > 1 && visible(of("area")).every(row => row.dataset.area == "[heap]"))
		form.clear.click()
		set("clear", visible(of("area")).length == of("area").length)
		// a time that somebody types, and one that he drags across a chart.
		change(form.to, "3")
		set("typed", [pagoda.chosen.to, window_of()[1]].join(" "))
		form.clear.click()
		const canvas = all("#chart-faults canvas").pop(), place = canvas.getBoundingClientRect()
		const mouse = (type, part) => canvas.dispatchEvent(new MouseEvent(type, {bubbles: true, cancelable: true, button: 0, view: window,
			clientX: place.left + 60 + part * (place.width - 70), clientY: place.top + 80}))
		mouse("mousedown", 0.3), mouse("mousemove", 0.6), mouse("mouseup", 0.6)
		const [from, to] = window_of()
		set("dragged", [pagoda.chosen.from > 2100000, pagoda.chosen.to < 7600000, Math.abs(from - pagoda.chosen.from) < 3,
			visible(of("phase")).length < of("phase").length].join(" "))
		form.clear.click()
		// The axis of a chart may be logarithmic.
		const axis = document.querySelector("#chart-fills input")
		axis.click()
		set("log", document.getElementById("chart-fills").chart.getOption("logscale") + " " + (painted(charts[0]) > 500))
	}
	</script>
	</html>
END
# browse NAME WIDTH [OPTION [PAGE PROBE]]: what came of it, in $dom; complaints of the browser in $log
browse()
{
	head -n -1 "${4-$page}" | cat - "${5-$scratch/probe}" >"$scratch/probed.html"
	rm -rf "$scratch/profile"
	dom=$(timeout 120 chromium --headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking \
		--disable-component-update --disable-sync --user-data-dir="$PWD/$scratch/profile" --window-size="$2,1200" \
		--enable-logging=stderr --virtual-time-budget=8000 $3 --dump-dom "file://$PWD/$scratch/probed.html" 2>"$scratch/$1.log" |
		grep -m1 '<html')
	log=$(grep -E 'CONSOLE|Uncaught|ERR_' "$scratch/$1.log" | grep -v willReadFrequently | head -n 5)
}
# says NAME ATTRIBUTE WANT
says()
{
	is "$1" "$(printf '%s\n' "$dom" | sed -n "s/.* data-$2=\"\([^\"]*\)\".*/\1/p")" "$3"
}
browse wide 1200 ''
unlike "no script error, nothing asked for from elsewhere" "$dom" 'data-error'
is "no complaint on the console" "$log" ""
says "every chart is there" charts 'fills faults memory watermarks swap'
says "and has data" blank ''
says "instead of the pictures that stand still" still 0
says "no link leads nowhere" links ''
says "what can be used has a name" nameless 0
says "text stands out from its ground" pale ''
says "a table sorts both ways, by keyboard too, and says so" sorts 'true truedescending trueascending'
says "by names" names true
says "one column at a time" sorted 1
says "a long table has a filter" filter 'true true true'
says "which can be taken back" unfiltered true
says "and no short one" boxes true
says "a process is selected in all tables" process 'true true true'
says "a phase: rows, charts, pictures" phase 'true 2 true true true'
says "and the whole again" whole 'true 0-450 true'
says "two phases of one name, in which is what a name may have" odd '2 true true 4'
says "an area" area true
says "all again" clear true
says "a time that is typed" typed '3000000 3000000'
says "a time that is dragged across a chart" dragged 'true true true true'
says "a logarithmic axis" log 'true true'
browse dark 500 --blink-settings=preferredColorScheme=0
says "dark: text stands out from its ground" pale ''
says "dark and narrow: every chart has data" blank ''
unlike "no script error either" "$dom" 'data-error'
browse models 500 --blink-settings=preferredColorScheme=0 "$what/report.html"
says "the section on other TLBs, dark and narrow: text stands out" pale ''
says "its links lead somewhere" links ''
says "and its rows are chosen with their phase" phase 'true 3 true true true'
cat >"$scratch/probe2" <<-'END'
	<script>
	addEventListener("error", event => document.documentElement.setAttribute("data-error", event.message))
	onload = () => {
		const table = document.querySelector("table"), rows = () => [...table.tBodies[0].rows].map(row => row.cells[0].textContent).join(" ")
		const button = [...table.querySelectorAll("th button")].find(b => b.textContent == "Memory, MiB")
		table.tBodies[0].rows[1].cells[3].textContent = "1,024"
		button.click()
		document.documentElement.setAttribute("data-rows", rows())
	}
	</script>
	</html>
END
browse index 1200 '' "$index" "$scratch/probe2"
says "the page over several sorts too" rows 'one two &amp; #2'
unlike "no script error" "$dom" 'data-error'
done_testing
