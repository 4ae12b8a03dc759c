#!/bin/bash
# shellcheck disable=SC2016 # "$" in awk programs
# formats.t - what becomes of a recording elsewhere: the schema, the database, the exports, the manual pages.
#
# On a made-up recording: the database's views say what the report's tables say, counted by other code;
# exports are read by a reader where there is one (SQLite for JSON, man), else by a strict description.
#
#   tests/formats.t --accept   rewrites analysis/cases/queries.want, what the queries of analysis/README.md answer
. tests/tap.sh

busybox=$(command -v busybox || echo "$PWD/build/deps/busybox")
rec=$scratch/rec
database=$rec/recording.sqlite
tables=$(awk -F, 'NR > 1 && !had[$1]++ { print $1 }' analysis/schema.csv | paste -sd ' ')

# schema TABLE [OPTION]...: its check of standard input, by the awk in $AWK.
schema()
{
	local table=$1
	shift
	${AWK:-mawk} -f analysis/lib.awk -f analysis/schema.awk -f analysis/schema_check.awk \
		-v schema=analysis/schema.csv -v table="$table" "$@"
}

query()
{
	sqlite3 -csv "$database" "$1" | tr -d '"\r'
}

mkdir -p "$rec"
mawk -f analysis/lib.awk -f analysis/cases/recording.awk -v dir="$rec" -v pressure=1 </dev/null
cat >"$rec/kernel.sym" <<-'END'
	c0100000 T first
	c0118000 t second
END
cat >"$rec/objects.sym" <<-'END'
	object 0x08048000 /bin/demo
	08048000 T main
	08048080 t it's
END
cat >"$rec/source.csv" <<-'END'
	object,address,line,text
	kernel,0xc0101000,mm/a.h:2 < mm/a.c:1,"say(""it's"", 1);"
END
# Tables that the toy machine has not, a row of each kind.
cat >"$rec/uses.csv" <<-'END'
	page,use,fills
	0xc0100000,reserved,12
	0xc1400000,slab dentry,3
	0xc1401000,,1
END
cat >"$rec/waiting.csv" <<-'END'
	pid,tgid,name,state,call,number,args,eip,kernel
	1,1,init,sleeping,wait4,114,0xffffffff 0x00000000,0x08048010,0xc0101000 0xc0118004
	6,6,kswapd0,runnable,,,,,
END
cat >"$rec/model.csv" <<-'END'
	model,tlb,level,dimension,key,accesses,hits,cold,capacity,conflict,flush,upgrade
	small,,,all,,100,90,4,3,2,1,0
	small,,,code,2 0x08048010,10,0,4,3,2,1,0
	small,d,1,all,,100,90,4,3,2,1,0
END
cat >"$rec/stale.csv" <<-'END'
	icount,pid,eip,access,mode,page,kind,held_by,cached,memory,changed,changed_pid,changed_eip
	2000300,2,0x08048010,w,u,0x08080000,write,bochs,0x01000067,0x01000065,2000200,2,0xc0118004
	2000301,2,0x08048014,r,u,0x08081000,present,tlb,0x01001025,0x00000000,,,
END
cat >"$rec/buddy.csv" <<-'END'
	icount,node,zone,order0,order1,order2,order3,order4,order5,order6,order7,order8,order9,order10
	2000300,0,DMA,1,2,3,4,5,6,7,8,9,10,11
	2000400,0,Normal,0,0,0,0,0,0,0,0,0,0,1
END
cat >"$rec/stacks.csv" <<-'END'
	stack,pid,faults,fills,end,chain,called
	1,2,3,4,start,0x08048010 0x08048090,- 0x08048000
	2,2,0,1,no_call,0xc0101000 0xc0118004 0x08048090,- ?* -
END
cat >"$rec/refs.csv" <<-'END'
	icount,event,mode,page,size,global,allows,space,pid,eip,refs
	2000300,r,u,0x08080000,4K,0,15,2,2,0x08048010,3
	2000301,cr3,,,,1,,3,2,,
END
zstd -q --rm "$rec/model.csv"
analysis/report.sh "$rec" >/dev/null
like 'the report has the models of a packed table' "$(cat "$rec/report.html")" 'id="answer-models".*small</code> 10 '
zstd -dq --rm "$rec/model.csv.zst"

# --- Schema --------------------------------------------------------------------------------------
# Headers by the plugin: `table columns`, of string literals that may be in pieces.
plugin_headers()
{
	awk '
		/^#define [A-Z]*_HEADER/ { table = tolower($2); sub(/_header/, "", table); sub(/^#define [A-Z_]*/, "") }
		table != "" {
			n = split($0, part, "\"")
			for (i = 2; i <= n; i += 2)
				text[table] = text[table] part[i]
			if ($0 !~ /\\$/)
				table = ""
		}
		END { for (table in text) { sub(/\\n$/, "", text[table]); print table, text[table] } }' bochs-plugin/rows.h bochs-plugin/model.h | sort
}

# The same of FORMAT.md: of three tables a row for each column or two, of the others one row.
format_headers()
{
	awk -F'`' '
		/^## [a-z]+\.csv/ { table = $0; sub(/^## /, "", table); sub(/\.csv.*/, "", table); rows = 0 }
		/^##/ && !/^## [a-z]+\.csv/ { table = "" }
		/^\| `/ && table ~ /^(tlb|faults|reclaim|stale|model|refs)$/ {
			cell = $0
			sub(/^\| /, "", cell)
			sub(/ \|.*/, "", cell)
			gsub(/[` ]/, "", cell)
			text[table] = text[table] (text[table] == "" ? "" : ",") cell
		}
		/^\| `[a-z]+\.csv` \| `/ { name = $2; sub(/\.csv/, "", name); text[name] = $4 }
		END { for (table in text) print table, text[table] }' analysis/FORMAT.md |
		grep -v ' see below' | grep -E "^(${tables// /|}) " | sort
}

schema_headers()
{
	for table in $tables; do
		echo "$table $(schema "$table" -v header=1)"
	done | grep -v '^source ' | sort
}

# What a column may say stands in FORMAT.md.
unexplained()
{
	awk -F, 'NR > 1 && index($3, "|") { n = split($3, word, "|"); for (i = 1; i <= n; i++) print $1, $2, word[i] }' \
		analysis/schema.csv | while read -r table column word; do
		[ -z "${word#[-?]}" ] || [ "$table.$column" = reclaim.zone ] || [ "$table.$column" = buddy.zone ] ||
			grep -qE "\`(${word}|[^\`]*\b$word\b[^\`]*)\`" analysis/FORMAT.md || echo "$table.$column $word"
	done
}

is 'rows.h has the headers of the schema' "$(plugin_headers)" "$(schema_headers | grep -v '^meta ')"
is 'FORMAT.md has its columns' "$(format_headers | grep -v '^meta ')" "$(schema_headers | grep -v '^meta ')"
is 'and explains every word' "$(unexplained)" ''

refused()
{
	like "refused: $1" "$(schema tlb -v "${3-x=}" 2>&1 <"$2"; echo "status $?")" "$4"
}

for AWK in mawk gawk "$busybox awk"; do
	$AWK 'BEGIN { exit 0 }' 2>/dev/null || continue
	said=$(for table in $tables; do
		[ ! -f "$rec/$table.csv" ] || schema "$table" <"$rec/$table.csv" || echo "$table"
	done 2>&1)
	is "${AWK##*/}: a recording is of the schema" "$said" ''
	sed '5s/,0x[0-9a-f]*,/,0x123,/' "$rec/tlb.csv" >"$scratch/bad.csv"
	refused "${AWK##*/}: a wrong field" "$scratch/bad.csv" x= "^tlb.csv:5: page is '0x123', not page\\?"
done
unset AWK
sed '1s/$/,more/' "$rec/tlb.csv" >"$scratch/bad.csv"
refused 'an unknown column' "$scratch/bad.csv" x= '^tlb.csv:1: unknown column more'
sed '1s/,dropped_by$//' "$rec/tlb.csv" >"$scratch/bad.csv"
refused 'a column that is missing' "$scratch/bad.csv" x= '^tlb.csv:1: no column dropped_by'
sed '7s/,[^,]*$//' "$rec/tlb.csv" >"$scratch/bad.csv"
refused 'a short row' "$scratch/bad.csv" x= '^tlb.csv:7: 16 fields, expected 17'
refused 'nothing' /dev/null x= '^tlb.csv:0: empty'
refused 'a table that there is not' /dev/null table=tbl '^schema_check.awk: no such table: tbl'

is 'a guest without hints has no cause, major and cost' \
	"$({ schema faults -v header=1; echo 1,0,0x00000000,0x08000000,4,r,u,0,0x00001000,,1,,,,,,,; } | schema faults)" ''

# --- Database ------------------------------------------------------------------------------------
ok 'make sql' make sql OUT="$rec"
answers=$rec/analysis

# table FILE EXPRESSION: the columns of a table of the report.
table()
{
	awk -F, "NR > 1 $2" "$answers/$1.csv" | tr -d '"' | sort
}

is 'misses by area are those of areas.csv' \
	"$(query 'SELECT process, area, misses, pages, cold, conflict, flushed, upgrade FROM misses_by_area' | sort)" \
	"$(table areas '&& $1 > 0 { name = $9; for (i = 10; i <= NF; i++) name = name "," $i
		print $2 "," name "," $1 "," $3 "," $4 "," $5 "," $6 "," $7 }')"
is 'misses by phase are those of phases.csv' \
	"$(query 'SELECT phase, label, cold, conflict, flushed, upgrade FROM misses_by_phase' | sort)" \
	"$(table phases '{ name = $5; for (i = 6; i <= NF - 8; i++) name = name "," $i
		print $1 "," name "," $(NF - 7) "," $(NF - 6) "," $(NF - 5) "," $(NF - 4) }')"
is 'misses by page are those of pages.csv' \
	"$(query 'SELECT misses, process, page_hex, cold, conflict, flushed, upgrade FROM pages' | sort)" \
	"$(table pages '&& $1 > 0 { print $1 "," $2 "," $3 "," $4 "," $5 "," $6 "," $7 }')"
is 'costs are those of causes.csv' "$(query 'SELECT faults, cause, major, cost, rounds FROM cause_costs' | sort)" \
	"$(table causes '{ print $1 "," $2 "," $5 "," $6 "," $11 }')"
is 'times of processes are those of processes.csv' \
	"$(query 'SELECT process, instructions, switches, name FROM task_time' | sort)" \
	"$(table processes '&& $5 > 0 { print $1 "," $4 "," $5 "," $7 }')"
is 'misses by instruction are those of code.csv' \
	"$(query "SELECT count(*), process, eip_hex FROM (SELECT CASE WHEN eip_hex < '0xc0000000' THEN process END AS process,
		eip_hex FROM misses) GROUP BY 2, 3" | sort)" \
	"$(table code '{ print $1 "," $2 "," $3 }')"

is 'misses by function are those of functions.csv' \
	"$(query 'SELECT misses, process, function FROM misses_by_function WHERE function NOT NULL' | sort)" \
	"$(table functions '{ print $1 "," $2 "," $3 }')"

is 'and by reason they add up' "$(query 'SELECT sum(misses), sum(cold), sum(conflict), sum(flushed), sum(upgrade) FROM misses_by_function')" \
	"$(query "SELECT count(*), sum(reason = 'cold'), sum(reason = 'conflict'), sum(reason = 'flushed'), sum(event = 'upgrade') FROM misses")"
# columns TABLE: those of it in SQL, addresses as they stand in the files
columns()
{
	awk -F, -v table="$1" '$1 == table {
		column = "\"" $2 "\""
		if ($3 ~ /^(address|page|frame|entry)[?]?$/)
			column = "CASE WHEN " column " NOT NULL THEN printf(\x270x%08x\x27, " column ") END"
		printf "%s%s", n++ ? ", " : "", column
	}' analysis/schema.csv
}

# What was read is what was there, to the byte.
is 'each table has rows' "$(for table in $tables; do
	[ "$(query "SELECT count(*) FROM $table")" -gt 0 ] || echo "$table"
done)" ''
for table in $tables; do
	is "the rows of $table.csv come back from it" \
		"$(query "SELECT $(columns "$table") FROM $table ORDER BY rowid" | sha256sum)" \
		"$(tail -n +2 "$rec/$table.csv" | tr -d '"' | sha256sum)"
done
is 'quotes within a text come back as they were' "$(sqlite3 "$database" 'SELECT text FROM source')" "say(\"it's\", 1);"
is 'numbers are numbers, names are text' "$(query "SELECT DISTINCT typeof(icount), typeof(page), typeof(walk), typeof(phase), typeof(code)
	FROM tlb WHERE event = 'fill'")" integer,integer,text,integer,integer

awk '/^```sql/ { on = 1; n++; next } /^```/ { on = 0 } on' analysis/README.md >"$scratch/queries.sql"
worked=$(sed "s/'matrix by columns'/'map a file'/" "$scratch/queries.sql" | sqlite3 -csv -header "$database" 2>&1 | tr -d '\r')
[ "${1-}" != --accept ] || echo "$worked" >analysis/cases/queries.want
is 'analysis/README.md has five queries' "$(grep -c '^```sql' analysis/README.md)" 5
is 'and each answers' "$worked" "$(cat analysis/cases/queries.want)"

dump=$(sqlite3 "$database" .dump | sha256sum)
cp -r "$rec" "$scratch/packed"
rm "$scratch/packed/recording.sqlite"
zstd -q --rm "$scratch/packed"/{tlb,faults}.csv
for AWK in gawk "$busybox awk"; do
	$AWK 'BEGIN { exit 0 }' 2>/dev/null || continue
	AWK=$AWK analysis/sql.sh "$scratch/packed" "$scratch/packed.sqlite" >/dev/null
	is "packed, by ${AWK##*/}: the same database" "$(sqlite3 "$scratch/packed.sqlite" .dump | sha256sum)" "$dump"
done
unset AWK

# no_database TITLE SED FILE ERE: one with the file edited is refused, and leaves what was there.
no_database()
{
	rm -rf "$scratch/bad"
	cp -r "$rec" "$scratch/bad"
	sed -i "$2" "$scratch/bad/$3"
	echo old >"$scratch/bad/recording.sqlite"
	said=$(analysis/sql.sh "$scratch/bad" 2>&1
		echo "status $?, $(find "$scratch/bad" -name '*sqlite*' | wc -l) $(cat "$scratch/bad/recording.sqlite")")
	like "no database: $1" "$said" "$4"
	like '  and the old one stays' "$said" '^status 1, 1 old$'
}

no_database 'a foreign tlb.csv' '1s/icount/time/' tlb.csv '^tlb.csv: wrong header'
no_database 'a short row' '9s/,[^,]*$//' tlb.csv '^tlb.csv: line 9: 16 fields, expected 17'
no_database 'words for a number' '3s/^[0-9]*/soon/' faults.csv '^faults.csv: line 3: icount is soon'
no_database 'an empty table' d marks.csv "^$scratch/bad/marks.csv: empty or unreadable"
like 'no database of no directory' "$(analysis/sql.sh "$scratch/none" 2>&1)" "^sql.sh: $scratch/none: no such directory$"
like 'nor of a directory without a recording' "$(make sql OUT=tests 2>&1)" '^sql.sh: tests/meta.csv: missing'

cp -r "$scratch/packed" "$scratch/torn"
{ head -n -9 "$rec/tlb.csv" | zstd -qc; tail -n 9 "$rec/tlb.csv" | zstd -qc; } >"$scratch/torn/tlb.csv.zst" # whole rows first
truncate -s -9 "$scratch/torn/tlb.csv.zst"
like 'nor of a packed file that is torn' "$(analysis/sql.sh "$scratch/torn" 2>&1; find "$scratch/torn" -name '*sqlite*')" '^sql.sh: .*torn/tlb.csv.zst: '
is '  and nothing is left of it' "$(find "$scratch/torn" -name '*sqlite*')" ''

like 'nor where there is no room for it' "$(analysis/sql.sh "$rec" "$scratch/none/x.sqlite" 2>&1)" '^sql.sh: .*x.sqlite: .*unable to open'

# A name may hold anything; a recording that was cut off ends in half a row.
cp -r "$rec" "$scratch/cut"
printf '%s\n' "9999999,1,\"it's \"\"a\"\", name\",0,0,0,0,0,0" >>"$scratch/cut/marks.csv"
sed -i '/^complete,/d; /^icount_end,/d' "$scratch/cut/meta.csv"
printf '12345' >>"$scratch/cut/tlb.csv"
ok 'a recording that was cut off' analysis/sql.sh "$scratch/cut" "$scratch/cut.sqlite"
is '  with all of its whole rows' "$(sqlite3 "$scratch/cut.sqlite" 'SELECT count(*) FROM tlb')" "$(query 'SELECT count(*) FROM tlb')"
is '  and names with quotes' "$(sqlite3 "$scratch/cut.sqlite" 'SELECT label FROM marks WHERE icount = 9999999')" "it's \"a\", name"

# --- Exports -------------------------------------------------------------------------------------
export_of()
{
	analysis/export.sh "$@" "$rec"
}

like 'which formats there are' "$(make export OUT="$rec" 2>&1)" '^export.sh: which FORMAT\? There are chrome folded libcachesim din lackey$'
like 'and which not' "$(make export FORMAT=svg OUT="$rec" 2>&1)" '^export.sh: svg: no such format; there are chrome folded'
like 'no export of no directory' "$(make export FORMAT=din OUT="$scratch/none" 2>&1)" 'none: no such directory$'
like 'nor of a process that there is not' "$(export_of -p 99 din 2>&1)" 'tasks.csv has no such process$'
like 'nor from a foreign file' "$(sed -i '1s/icount/time/' "$scratch/bad/tlb.csv"; analysis/export.sh din "$scratch/bad" 2>&1)" '^tlb.csv: wrong header$'
cp -r "$rec" "$scratch/short"
sed -i '$d' "$scratch/short/tlb.csv"
for tool in 'export.sh chrome' 'export.sh din' 'curves.sh -s' "diff.sh $rec"; do
	# shellcheck disable=SC2086 # the words of a command
	like "nor one that lost a row: ${tool%% /*}" "$(analysis/$tool "$scratch/short" 2>&1)" \
		'/tlb.csv: [0-9]+ rows, but meta.csv says [0-9]+: it was cut off or changed$'
done

for format in chrome folded libcachesim din lackey; do
	want=$(AWK=mawk export_of $format | sha256sum)
	is "$format: the same by every awk" "$(for AWK in gawk "$busybox awk"; do
		! $AWK 'BEGIN { exit 0 }' 2>/dev/null || AWK=$AWK export_of $format | sha256sum
	done | sort -u)" "$want"
	is "$format: the same of a packed recording" "$(analysis/export.sh $format "$scratch/packed" | sha256sum)" "$want"
done

references=$(awk -F, '$4 == "fill" || $4 == "upgrade"' "$rec/tlb.csv" | tee "$scratch/references" | wc -l)
is 'din: a label and an address in each line' "$(export_of din | grep -cE '^[012] [0-9a-f]{8}$')" "$references"
is 'din: fetches are fetches' "$(export_of din | grep -c '^2')" "$(cut -d, -f9 "$scratch/references" | grep -c x)"
is 'lackey: as lackey prints' "$(export_of lackey | grep -cE '^(I | [LS]) [0-9a-f]{8},1$')" "$references"
is 'lackey: stores are writes' "$(export_of lackey | grep -c '^ S')" "$(cut -d, -f9 "$scratch/references" | grep -c w)"
is 'libcachesim: time, object, size' "$(export_of libcachesim | grep -cE '^[0-9]+,[1-9][0-9]*,4096$')" "$references"
is 'libcachesim: an object for each page of each process' "$(export_of libcachesim | tail -n +2 | cut -d, -f2 | sort -u | wc -l)" \
	"$(query "SELECT count(*) FROM (SELECT DISTINCT CASE WHEN page < 0xc0000000 THEN process END, page FROM tlb WHERE event IN ('fill', 'upgrade'))")"
one=$(query "SELECT process FROM tlb WHERE event IN ('fill', 'upgrade') AND process > 0 GROUP BY 1 ORDER BY count(*) DESC LIMIT 1")
is 'one process only' "$(export_of -p "$one" din | wc -l)" \
	"$(query "SELECT count(*) FROM tlb WHERE event IN ('fill', 'upgrade') AND process = $one")"
is 'folded: levels and a count in each line' "$(export_of folded | grep -vcE '^[^;]+(;[^;]+)+ [1-9][0-9]*$')" 0
is 'folded: chains of calls, as many as in stacks.csv' "$(export_of folded | awk '{ n += $NF } END { print n }')" \
	"$(awk -F, 'NR > 1 { n += $3 + $4 } END { print n }' "$rec/stacks.csv")"
mv "$rec/stacks.csv" "$scratch"
is 'folded: without it as many as in code.csv' "$(export_of folded | awk '{ n += $NF } END { print n }')" "$(table code '{ n += $1 } END { print n }')"
mv "$scratch/stacks.csv" "$rec"

ok 'make export' make export FORMAT=chrome OUT="$rec"
json=$rec/trace.json
# json QUERY: of the events e(ph, name, cat, pid, tid, ts, dur), times in icounts.
json()
{
	sqlite3 -csv :memory: "CREATE TABLE e AS SELECT value ->> 'ph' AS ph, value ->> 'name' AS name, value ->> 'cat' AS cat,
		value ->> 'pid' AS pid, value ->> 'tid' AS tid, CAST(round(1000 * (value ->> 'ts')) AS INTEGER) AS ts,
		CAST(round(1000 * (value ->> 'dur')) AS INTEGER) AS dur, value AS json
		FROM json_each(readfile('$json'), '\$.traceEvents'); $1" | tr -d '"\r'
}

is 'chrome: JSON, as SQLite reads it' "$(sqlite3 :memory: "SELECT json_valid(readfile('$json'))")" 1
is 'chrome: every fault, with its cost' "$(json "SELECT count(*), sum(json ->> '\$.args.cost') FROM e WHERE cat = 'fault'")" \
	"$(query 'SELECT count(*), sum(cost) FROM faults')"
is 'chrome: the turns of each process' "$(json "SELECT pid, sum(dur), count(*) FROM e WHERE cat = 'task' AND ph = 'X' GROUP BY CAST(pid AS INTEGER)")" \
	"$(query 'SELECT process, instructions, switches FROM task_time ORDER BY process')"
is 'chrome: every phase' "$(json "SELECT name, ts FROM e WHERE cat = 'phase'")" "$(query 'SELECT label, start FROM phases WHERE phase > 0 AND "end" > start')"
is 'chrome: every fill is counted' "$(json "SELECT sum(json ->> '\$.args.cold'), sum(json ->> '\$.args.conflict'), sum(json ->> '\$.args.flushed')
	FROM e WHERE ph = 'C' AND name = 'TLB fills'")" \
	"$(query "SELECT sum(reason = 'cold'), sum(reason = 'conflict'), sum(reason = 'flushed') FROM tlb WHERE event = 'fill'")"
is 'chrome: every disk request begins and ends' "$(json "SELECT ph, count(*) FROM e WHERE cat = 'disk' GROUP BY ph")" \
	"$(n=$(query 'SELECT count(*) FROM io'); printf 'b,%s\ne,%s' "$n" "$n")"
is 'chrome: on a track slices lie within each other or apart' "$(json "SELECT count(*) FROM e a JOIN e b ON a.pid = b.pid AND a.tid = b.tid AND
	a.ph = 'X' AND b.ph = 'X' AND a.ts < b.ts AND b.ts < a.ts + a.dur AND a.ts + a.dur < b.ts + b.dur")" 0

# --- A small one by hand -------------------------------------------------------------------------
# Task 1 faults at 150, and is done when it has run 100 instructions more: task 2 has a turn between. Its page
# is of another area after 170.
tiny=$scratch/tiny
mkdir -p "$tiny"
tlb_row=0x08000000,0x00100000,4K,r,u,0x00100067,2+0,0x00001000,1,0x08000010,,
{ schema tlb -v header=1; echo "120,0,d,fill,cold,$tlb_row"; echo "180,0,d,fill,conflict,$tlb_row"; } >"$tiny/tlb.csv"
{ schema faults -v header=1; echo 150,0,0x08000000,0x08000010,4,r,u,0,0x00001000,1,1,file,1,100,/a,0,,; } >"$tiny/faults.csv"
{ schema tasks -v header=1; printf '%s\n' 100,0,switch,1,1,0x00001000,one 200,0,switch,2,2,0x00002000,two 300,0,switch,1,1,0x00001000,one; } >"$tiny/tasks.csv"
{ schema vmas -v header=1; printf '%s\n' 110,map,1,0x08000000,0x08001000,5,2,0,/a 160,unmap,1,0x08000000,0x08001000,5,2,0,/a \
	170,map,1,0x08000000,0x08001000,5,2,0,/b; } >"$tiny/vmas.csv"
schema marks -v header=1 >"$tiny/marks.csv"
printf '%s\n' key,value icount_start,0 icount_end,400 complete,1 >"$tiny/meta.csv"
analysis/sql.sh "$tiny" >/dev/null
is 'an area is that of the moment' "$(sqlite3 "$tiny/recording.sqlite" 'SELECT icount, area FROM tlb')" "$(printf '120|/a\n180|/b')"
is 'task_time: each turn up to the next' "$(sqlite3 "$tiny/recording.sqlite" 'SELECT process, instructions FROM task_time')" "$(printf '1|200\n2|100')"
analysis/export.sh -o "$tiny" chrome "$tiny" 2>/dev/null
json=$tiny/trace.json
is "chrome: a fault ends behind others' turns" "$(json "SELECT ts, dur FROM e WHERE cat = 'fault'")" 150,200

for AWK in mawk gawk "$busybox awk"; do
	$AWK 'BEGIN { exit 0 }' 2>/dev/null || continue
	sed 's/,two$/,"a\\b ""c"""/' "$tiny/tasks.csv" >"$scratch/tasks.csv"
	cp -r "$tiny" "$scratch/odd"
	mv "$scratch/tasks.csv" "$scratch/odd/"
	AWK=$AWK analysis/export.sh chrome "$scratch/odd" >"$scratch/odd.json"
	is "chrome: a name with a backslash and quotes, by ${AWK##*/}" "$(sqlite3 :memory: "SELECT DISTINCT value ->> '\$.args.name'
		FROM json_each(readfile('$scratch/odd.json'), '\$.traceEvents') WHERE value ->> '\$.pid' = 2 AND
		value ->> '\$.name' = 'process_name'" 2>&1)" 'a\b "c"'
	rm -r "$scratch/odd"
done
unset AWK

# --- Manual pages --------------------------------------------------------------------------------
ok 'make man' make man
is 'text and code come as they are' "$(printf '%s\n' '# T' '' "It is **so** and *so*: \`a-b\`, [here](x)." '' '    .x '"'a\\n'"'' '' '| a | b |' '|---|---|' \
	'| `c` | d-e |' | awk -v name=n -v section=1 -v about=x -v also='m (2)' -f analysis/lib.awk -f analysis/man.awk | tail -n +6)" \
'.SH DESCRIPTION
.PP
It is \fBso\fR and \fIso\fR: \fBa\-b\fR, here (x).
.PP
.RS 4
.nf
\&.x \(aqa\en\(aq
.fi
.RE
.TP
\fBc\fR
d-e
.SH "SEE ALSO"
.BR m (2)'
for AWK in mawk gawk "$busybox awk"; do
	! $AWK 'BEGIN { exit 0 }' 2>/dev/null || is "a heading with quotes and a backslash, by ${AWK##*/}" \
		"$(printf '%s\n' '# T' '### Not "a\b"' | $AWK -v name=n -v section=1 -v about=x -v also='m (2)' \
			-f analysis/lib.awk -f analysis/man.awk | grep '^\.SS')" '.SS "Not \(dqa\eb\(dq"'
done
for page in pagoda-trace.5 pagoda.7; do
	for AWK in gawk "$busybox awk"; do
		source=README.md section=7 also='pagoda-trace (5)'
		[ $page = pagoda.7 ] || source=analysis/FORMAT.md section=5 also='pagoda (7)'
		! $AWK 'BEGIN { exit 0 }' 2>/dev/null || is "$page: the same by ${AWK##*/}" "$($AWK -v name="${page%.?}" -v section=$section \
			-v also="$also" -v about=x -f analysis/lib.awk -f analysis/man.awk $source | tail -n +6)" "$(tail -n +6 build/man/$page)"
	done
	is "$page: man has no complaint" "$(MANWIDTH=80 LC_ALL=C.UTF-8 man --warnings=all -l build/man/$page 2>&1 >"$scratch/$page")" ''
	unlike "$page: nothing of Markdown or troff is left" "$(cat "$scratch/$page")" '\*\*|\]\(|\\f[BIR]|\\\(|^ *\|.*\|$'
done
is 'pagoda-trace(5) names every column' "$(for column in $(awk -F, 'NR > 1 { print $2 }' analysis/schema.csv); do
	grep -qw -e "$column" "$scratch/pagoda-trace.5" || echo "$column"
done)" ''

done_testing
