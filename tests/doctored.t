#!/bin/bash
# doctored.t - a recording that was tampered with is refused, with the file and the line, or the key.
#
# One real recording; then one damage at a time: every column of every table, rows lost, doubled and
# swapped, every key of meta.csv, and things that look right row by row. Digests and row counts are made
# to fit again, so that only the meaning is wrong. What cannot be seen in principle stands at the end, with the reason:
# there the checks must pass, so that the list stays true.
# shellcheck disable=SC2016 # "$" in awk programs
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

good=$scratch/good
bad=$scratch/bad

# copy: $bad is $good again
copy()
{
	rm -rf "$bad"
	cp -r "$good" "$bad"
}

# seal FILE: digest and row count of FILE.csv in $bad are told in its meta.csv
seal()
{
	local sum
	sum=$(sha256sum <"$bad/$1.csv")
	awk -F, -v OFS=, -v table="$1" -v sum="${sum%% *}" 'NR == FNR { rows = NR - 1; next }
		$1 == table ".rows" { $2 = rows } $1 == table ".sha256" { $2 = sum } { print }' \
		"$bad/$1.csv" "$good/meta.csv" >"$scratch/meta" && mv "$scratch/meta" "$bad/meta.csv"
}

# doctor FILE WHICH WHERE EDIT: $bad is the recording with awk's EDIT done in FILE, on `one` (the
# middle one) or `all` of the rows WHERE. EDIT may use `before`, the row before.
doctor()
{
	local line=0
	copy
	if [ "$2" = one ]; then
		line=$(awk -F, "FNR > 1 && ($3) { line[++n] = FNR } { before = \$0 } END { print line[int((n + 1) / 2)] + 0 }" \
			"$good/$1.csv")
		[ "$line" != 0 ] || return
	fi
	awk -F, -v OFS=, -v line="$line" "{ text = \$0; drop = 0 }
		FNR > 1 && (line ? FNR == line : ($3)) { $4 }
		!drop { print } { before = text }" "$good/$1.csv" >"$bad/$1.csv"
	! cmp -s "$good/$1.csv" "$bad/$1.csv" || return
	[ "$1" = meta ] || seal "$1"
	(cd "$bad" && sha256sum meta.csv >meta.sha256)
}

# refused FILE WHICH WHERE EDIT: the damage is seen, and the place named
refused()
{
	local why
	if ! doctor "$@"; then
		fail "$1: $4 ($2 of $3): nothing was changed"
		return
	fi
	if analysis/check.sh "$bad" >"$scratch/verdict" 2>&1; then
		fail "$1: $4 ($2 of $3): not noticed"
		return
	fi
	why=$(grep -E -m 1 '^# ((tlb|faults|tasks|vmas|marks|latency|io|reclaim|uses|stacks|buddy)\.csv:[0-9]+: |meta\.csv:[A-Za-z0-9_.]+: )' \
		"$scratch/verdict" | cut -c3-90)
	if [ -n "$why" ]; then
		pass "$1: $4 ($2 of $3) -> $why"
	else
		fail "$1: $4 ($2 of $3): refused without a place"
		diag "$(grep -A2 '^not' "$scratch/verdict")"
	fi
}

# unseen WHY FILE WHICH WHERE EDIT: nothing in the recording can tell, because WHY
unseen()
{
	local why=$1
	shift
	if ! doctor "$@"; then
		fail "$1: $4 ($2 of $3): nothing was changed"
		return
	fi
	ok "cannot be seen: $1: $4 ($2 of $3): $why" analysis/check.sh "$bad"
}

ok 'a recording' make --no-print-directory trace OUT="$good" MEM=64 APPEND='selftest=none' TRACE=stacks=fault TIMEOUT=600 \
	PROG=build/deps/busybox ARGS="sh -c 'seq 1000 | sort -r | md5sum; cat /etc/passwd; (echo a; echo b) | wc'"
rm -rf "$good"/{analysis,report.html}
ok 'it is sound as it is' analysis/check.sh "$good" || done_testing

fill='$4 == "fill"'
# --- tlb.csv, column by column --------------------------------------------------------------------
refused tlb one "$fill" '$1 += 1000000'
refused tlb one '$4 == "flush"' '$1 = before + 0 - 1'
refused tlb one "$fill" '$2 = 1'
refused tlb one '$3 == "d" && $4 == "fill"' '$3 = "i"'
refused tlb one '$3 == "i" && $4 == "fill"' '$3 = "d"'
refused tlb one "$fill" '$4 = "upgrade"'
refused tlb one '$4 == "upgrade"' '$4 = "fill"; $5 = "conflict"'
refused tlb one '$4 == "flush"' '$4 = "flush_all"'
refused tlb all '$4 == "flush"' '$4 = "flush_all"'
refused tlb one '$4 == "flush_all" && $5 == "cr4"' '$4 = "flush"'
refused tlb all "$fill" '$5 = "cold"'
refused tlb all "$fill && \$5 == \"conflict\"" '$5 = "flushed"'
refused tlb one '$5 == "cold"' '$5 = "conflict"'
refused tlb one '$5 == "conflict"' '$5 = "cold"'
refused tlb one '$5 == "flushed"' '$5 = "conflict"'
refused tlb one '$4 == "upgrade"' '$5 = "entry"'
refused tlb all '$5 == "cr3"' '$5 = "task"'
refused tlb one '$5 == "cr4"' '$5 = "cr0"'
refused tlb one "$fill && \$6 >= \"0x1\" && \$10 == \"u\"" '$6 = "0x0" substr($6, 4)'
refused tlb one "$fill && \$5 != \"cold\" && \$6 < \"0xc\" && \$6 !~ /f000\$/" '$6 = substr($6, 1, 6) "f000"'
# A page that comes once may be another one of its area, but not of none, and not one that is there already.
refused tlb one "$fill && \$5 == \"cold\" && \$6 < \"0xc\"" '$6 = "0x7ffff000"'
refused tlb one "$fill && \$5 == \"cold\" && \$6 < \"0xc\" && split(before, B, \",\") > 5 && B[3] B[4] == \$3 \"fill\" && B[6] < \"0xc\"" \
	'split(before, B, ","); $6 = B[6]'
refused tlb all '$4 == "invlpg"' '$6 = "0x7ffff000"'
refused tlb one "$fill && \$8 == \"4K\"" '$7 = "0x01234000"'
refused tlb one "$fill && \$8 == \"4M\"" '$7 = substr($7, 1, 6) (substr($7, 7, 1) == "5" ? "6000" : "5000")'
refused tlb one "$fill && \$5 == \"conflict\"" '$7 = "0x01234000"; $11 = "0x01234" substr($11, 8)'
refused tlb one "$fill && \$8 == \"4K\"" '$8 = "4M"; $12 = "1+0"'
refused tlb one '$4 == "fill" && $9 == "r"' '$9 = "x"'
refused tlb one '$4 == "upgrade" && $9 == "w"' '$9 = "r"'
refused tlb one '$10 == "k" && $6 >= "0xc"' '$10 = "u"'
refused tlb all '$10 == "u"' '$10 = "k"'
refused tlb one "$fill && \$5 == \"conflict\"" '$11 = substr($11, 1, 9) (substr($11, 10) == "3" ? "1" : "3")'
refused tlb one "$fill && \$5 == \"conflict\"" '$11 = substr($11, 1, 7) "f" substr($11, 9)'
refused tlb one "$fill && \$11 ~ /7\$/" '$11 = substr($11, 1, 9) "6"'
refused tlb one "$fill && \$9 == \"w\"" '$11 = substr($11, 1, 8) "2" substr($11, 10)'
refused tlb all "$fill" 'split($12, w, "+"); $12 = 2 * w[1] "+" 2 * w[2]'
refused tlb one "$fill" '$12 = "1+1"'
refused tlb one "$fill && \$5 == \"conflict\"" '$12 = "2+2"'
refused tlb one "$fill" '$13 = "0x00001000"'
refused tlb one '$5 == "cr3"' '$13 = "0x00001000"'
refused tlb one "$fill" '$14 = $14 + 1'
refused tlb one '$4 == "flush"' '$14 = 1 + ($14 == 1)'
refused tlb one '$3 == "i"' '$15 = "0xc0300000"'
refused tlb one '$10 == "u"' '$15 = "0xc0100000"'
refused tlb all '$16 != ""' '$16 = ""'
refused tlb one '$16 != ""' '$16 = ""'
refused tlb one "$fill && \$16 == \"\"" '$16 = "0x" sprintf("%x", (substr($6, 3, 1) == "0") + 1) substr($6, 4)'
refused tlb one '$16 != ""' '$16 = "0x" sprintf("%x", (substr($16, 3, 1) == "0") + 1) substr($16, 4)'
refused tlb all '$17 != ""' '$17 = ""'
refused tlb one '$17 == "cr3"' '$17 = "cr4"'
refused tlb one '$17 == "fault"' '$17 = "invlpg"'
refused tlb one '$5 == "cold"' '$17 = "cr3"'

# --- tlb.csv, whole rows --------------------------------------------------------------------------
refused tlb one "$fill" 'drop = 1'
refused tlb one '$4 == "upgrade"' 'drop = 1'
refused tlb one '$4 == "flush"' 'drop = 1'
refused tlb one '$4 == "invlpg"' 'drop = 1'
refused tlb one "$fill" 'print'
refused tlb one '$4 == "flush"' 'print'
refused tlb one '$4 == "invlpg"' 'print'
refused tlb one "$fill && before ~ /,fill,/ && \$1 != before + 0" 'print; $0 = before'
refused tlb all 'FNR > 2500' 'drop = 1'
refused tlb all 'FNR > 2000 && FNR < 2100' 'drop = 1'

# --- faults.csv -----------------------------------------------------------------------------------
refused faults one 1 '$1 += 7'
refused faults one 1 '$2 = 1'
refused faults one '$12 == "anon"' '$3 = substr($3, 1, 5) "7" substr($3, 7)'
refused faults one '$6 != "x"' '$4 = "0x08050000"'
refused faults one 1 '$5 += 1'
refused faults one '$6 == "w"' '$6 = "r"; $5 -= 2'
refused faults one '$7 == "u"' '$7 = "k"; $5 -= 4'
refused faults one '$8 == 0 && $12 == "file"' '$8 = 1; $5++'
refused faults one '$12 == "cow"' '$8 = 0; $5--'
refused faults one 1 '$9 = "0x00001000"'
refused faults one 1 '$10++'
refused faults one 1 '$11 = 2'
refused faults all '$12 == "anon"' '$12 = "swap"; $13 = 1; $14 += 10000'
refused faults one '$12 == "anon"' '$12 = "cow"'
refused faults one '$12 == "cow"' '$12 = "cow_reuse"'
refused faults one '$12 == "file"' '$12 = "file_cow"'
refused faults all '$12 == "anon" || $12 == "cow"' '$12 = $12 == "cow" && ++n[1] == 1 ? "anon" : $12 == "anon" && ++n[2] == 1 ? "cow" : $12'
refused faults one '$13 == 1' '$13 = 0'
refused faults one '$13 == 0' '$13 = 1'
refused faults all '($13 == 1 && $12 == "file") || $12 == "anon"' '$13 = $13 && ++n[1] == 1 ? 0 : !$13 && ++n[2] == 1 ? 1 : $13'
refused faults one 1 '$14++'
refused faults one 1 '$14 = ""; $16 = ""'
refused faults all 1 '$14 -= 100; if ($14 < $16) $16 = 0'
refused faults all 1 '$14 *= 2'
refused faults one '$12 == "anon"' '$15 = "/etc/passwd"'
refused faults one '$12 == "file"' '$15 = "[heap]"'
refused faults one 1 '$16 = $14 + 1'
refused faults one '$12 == "anon" && $17 == "0x00000000"' '$17 = "0x00001000"'
refused faults one '$12 == "anon"' '$18 = "0x00000000"'
refused faults one '$12 == "cow"' '$18 = substr($17, 1, 7) substr($18, 8)'
refused faults one '$12 == "file"' '$17 = substr($18, 1, 9) "5"'
refused faults one 1 '$18 = substr($18, 1, 9)'
refused faults one 1 'drop = 1'
refused faults one 1 'print'
refused faults one '$1 != before + 0' 'print; $0 = before'

# --- tasks.csv ------------------------------------------------------------------------------------
refused tasks one '$3 == "switch"' '$1 += 100000'
refused tasks one '$3 == "switch"' '$2 = 1'
refused tasks one '$3 == "switch"' '$3 = "clone"'
refused tasks one '$3 == "fork"' '$3 = "clone"'
refused tasks one '$3 == "exec"' '$3 = "exit"'
refused tasks one '$3 == "switch"' '$4 = $4 + 1'
refused tasks one '$3 == "switch"' '$5 = $5 + 1'
refused tasks one '$3 == "switch" && $4 != 0' '$6 = "0x00001000"'
refused tasks one '$3 == "fork"' '$6 = "0x00001000"'
refused tasks one '$3 == "switch"' 'drop = 1'
refused tasks one '$3 == "fork"' 'drop = 1'
refused tasks one '$3 == "exit"' 'drop = 1'
refused tasks one '$3 == "switch"' 'print'
refused tasks one '$3 == "exec"' 'drop = 1'

# --- vmas.csv -------------------------------------------------------------------------------------
refused vmas one '$2 == "map"' '$1 += 10000000'
refused vmas one '$2 == "map"' '$2 = "unmap"'
refused vmas one '$2 == "unmap"' '$2 = "map"'
refused vmas one '$2 == "map" && $3 > 1' '$3 = 1'
refused vmas one '$2 == "map"' '$4 = "0x00" substr($4, 5)'
refused vmas one '$2 == "map"' '$5 = $4'
refused vmas one '$9 == "/bin/busybox" && $6 == 5' '$6 = 1'
refused vmas one '$2 == "map"' '$7 = 0'
refused vmas one '$2 == "map" && $9 ~ /^\//' '$9 = "/bin/other"'
refused vmas one '$2 == "map" && $9 ~ /busybox/' 'drop = 1'
refused vmas one '$2 == "map"' 'print'

# --- marks.csv, latency.csv -----------------------------------------------------------------------
refused marks one 1 '$1 += 100000'
refused marks one 1 '$2 = 9'
for column in 4 5 6 7 8 9; do
	refused marks one 1 "\$$column++"
done
refused marks one 1 'print'
# Only the longest stretch of each kind stands elsewhere, too.
longest="\$3 == $(sed -n 's/^irqs_off_max,//p' "$good/meta.csv")"
refused latency one "$longest" '$1 += 20000000'
refused latency one "$longest" '$2 = "no_resched"'
refused latency one "$longest" '$3++'
refused latency one "$longest" '$3--'
refused latency one "$longest" '$4 += 1'
refused latency one "$longest" '$5 = "0xc0100000"'
refused latency one "$longest" 'drop = 1'
refused latency one "$longest" 'print'

# --- io.csv ---------------------------------------------------------------------------------------
refused io one 1 '$1 += 20000000'
refused io one 1 '$2 = $1'
refused io one '$3 != ""' '$3 = $2'
refused io one '$3 != ""' '$3 = $1 + 1'
refused io one '$3 != ""' '$3 = ""'
refused io one '$3 != ""' '$4 = $5 - 1'
refused io one 1 '$6 = 999'
refused io one '$14 > 1' '$7 = "0x00000301"'
refused io one '$14 > 1' '$8 += 8'
refused io one 1 '$9 = 8 * $10 + 1'
refused io one 1 '$10 = 0'
refused io one '$14 > 1' '$11 = $11 == "r" ? "w" : "r"'
refused io one 1 '$12 = "gremlin"'
refused io one '$13 > 2' '$13 -= 2'
refused io one '$14 == 1' '$14 = 2'
refused io one '$14 > 1' '$14--'
refused io one 1 '$15 = 5'
refused io one 1 'drop = 1'
refused io one 1 'print'

# --- A fault without a walk, as with PAE: the marks' walks are still those of their rows ------------
# pae EDIT: $bad has one walk less that ended in a fault, and EDIT done in the middle one of the marks
pae()
{
	doctor marks one 1 "$1"
	awk -F, -v OFS=, '$1 == "walks" || $1 == "walk_faults" { $2-- } { print }' "$bad/meta.csv" >"$scratch/meta" &&
		mv "$scratch/meta" "$bad/meta.csv"
	analysis/check.sh "$bad" 2>&1
}
unlike 'a fault without a walk' "$(pae '')" '^# marks.csv:'
like '... and a mark with a walk too many' "$(pae '$4++')" '^# marks.csv:[0-9]+: '
like '... and a mark without walks' "$(pae '$4 = 0')" '^# marks.csv:[0-9]+: '

# --- meta.csv: every key, changed and left out ------------------------------------------------------
# alone KEY CHANGE: why nothing else in the recording tells that value, or nothing when something does
alone()
{
	case $1:$2 in
	host_system:change | host_machine:change) echo 'what the machine was called' ;;
	command:*) echo 'what made the recording has no other trace' ;;
	icount_end:change) echo 'what comes behind the last row takes any time' ;;
	no_resched_max:change | no_resched_max_*:change) echo 'a stretch that is too short has no row' ;;
	kernel.selftest_* | kernel.pgfault* | kernel.pgmajfault:* | kernel.ctxt:* | kernel.nr_tlb_* | kernel.io_done:* | \
		kernel.io_failed:* | kernel.pgscan_* | kernel.pgsteal_* | kernel.pgactivate:* | kernel.pgdeactivate:* | kernel.pswpin:* | \
		kernel.pswpout:* | kernel.allocstall:* | kernel.pageoutrun:* | kernel.oom_kill:* | kernel.warnings:* | kernel.unknown_options:*) ;;
	kernel.*) echo 'only the kernel counts these' ;;
	esac
}

change='$2 = $2 ~ /^[0-9]+$/ ? $2 + 1 : $2 ~ /^0x|^[0-9a-f]+$/ && length($2) > 9 ? substr($2, 1, 9) ($2 ~ /^.........0/ ? 1 : 0) substr($2, 11) : $2 "x"'
while IFS=, read -r key _; do
	for how in change drop; do
		edit='drop = 1'
		[ $how = drop ] || edit=$change
		why=$(alone "$key" $how)
		if [ -n "$why" ]; then
			unseen "$why" meta all "\$1 == \"$key\"" "$edit"
		else
			refused meta all "\$1 == \"$key\"" "$edit"
		fi
	done
done < <(tail -n +2 "$good/meta.csv")

# Other values that such a key can have.
for edit in bochs=2.7 cpu_model=i486dx4 memory_mib=128 ips=100000000 tlb_ways=2 compress=zstd start=selftest \
	stop=user stop=nothing events='tlb fault' events=flush tlb.file=tlb.csv.zst guest='Other 1' \
	selftest=ok outcome=panic; do
	refused meta all "\$1 == \"${edit%%=*}\"" "\$2 = \"${edit#*=}\""
done
refused meta all '$1 == "compress"' 'print "pid", "1"'
refused meta all '$1 == "compress"' 'print "kernel_x", "1"'
refused meta all '$1 == "compress"' 'print "faults_canse_cow", "1"'
refused meta all '$1 == "icount_end"' '$2 = 1000'
refused meta all '$1 == "dtlb_entries"' '$2 = 1024'
refused meta all '$1 == "itlb_entries"' '$2 = 64'
refused meta all '$1 == "selftest"' '$2 = "failed"'
refused meta all '$1 == "prog_status"' '$2 = 3'
refused meta all '$1 == "outcome"' '$2 = "program_failed"'
refused meta all '$1 == "outcome"' '$2 = "hang"'
refused meta all '$1 == "outcome"' 'print "failure", "program status 3"'
refused meta all '$1 == "complete"' '$2 = 0'
refused meta all '$1 == "fills"' 'print'
refused meta all '$1 == "tlb.sha256"' '$2 = ($2 ~ /^0/) substr($2, 2)'
refused meta all '$1 == "stdout.sha256"' '$2 = ($2 ~ /^0/) substr($2, 2)'

# --- uses.csv: what the kernel's pages were --------------------------------------------------------
refused uses one 1 '$3++'
refused uses one 1 '$1 = "0x0" substr($1, 4)'
refused uses one 1 '$2 = "something"'
refused uses one 1 '$3 = ""'
refused uses one 1 'drop = 1'
refused uses one 1 'print'
refused uses one 1 '$1 = substr($1, 1, 7) "800"'
refused tlb one '$4 == "fill" && $6 >= "0xc"' '$6 = "0xc7fff000"'

# --- stacks.csv: who called whom ------------------------------------------------------------------
refused stacks one 1 '$1++'
refused stacks one 1 '$2 = ""'
refused stacks one '$3 > 0' '$3++'
refused stacks one 1 '$4++'
refused stacks one 1 '$5 = "somehow"'
refused stacks one '$5 == "start"' '$5 = "depth"'
refused stacks one 1 '$5 = "lost"'
refused stacks one 1 '$6 = substr($6, 2)'
refused stacks one 1 '$7 = $7 " -"'
refused stacks one '$7 ~ / 0x/' 'sub(/ 0x/, " +0x", $7)'
refused stacks one 1 '$7 = "*" substr($7, 2)'
refused stacks one 1 'drop = 1'
refused stacks one 1 'print'
refused meta all '$1 == "stacks"' '$2 = "fault fill/11"'
refused meta all '$1 == "stacks"' '$2 = "fill/1"'
refused meta all '$1 == "stacks"' '$2 = "calls"'
unseen 'a chain may be any that could have been' stacks one '$6 ~ / /' '$6 = substr($6, 1, 8) "f0" substr($6, 11)'

# --- buddy.csv: free blocks by order ----------------------------------------------------------------
refused buddy one 1 '$1 = before + 0 - 1'
refused buddy one 1 '$2 = ""'
refused buddy one 1 '$3 = "Low"'
refused buddy one 1 '$4 = "-1"'
refused buddy one 1 '$14 += 100000'
refused buddy one 1 'print'
refused buddy one 1 '$0 = $0 ",0"'
unseen 'there may have been one block more' buddy one 1 '$5++'

# --- A file that is gone: its digest is there to tell ----------------------------------------------
for name in stdout.txt stderr.txt latency.csv waiting.csv io.csv reclaim.csv uses.csv stacks.csv buddy.csv; do
	copy
	rm "$bad/$name"
	analysis/check.sh "$bad" >"$scratch/verdict" 2>&1
	like "$name: lost" "$(cat "$scratch/verdict")" "^# meta.csv:${name%.*}.sha256: there is no such file"
	like "$name: lost: the last line says so" "$(tail -n 1 "$scratch/verdict")" '^CHECK FAILED: 1 of [0-9]+ checks$'
done

# --- The last line; a cause, without what only follows from it ---------------------------------------
is 'sound: the last line says so' "$(analysis/check.sh "$good" | tail -n 1)" 'checks passed'
copy
sed -i '/^faults\.rows,/,$d' "$bad/meta.csv"
rm "$bad/meta.sha256"
is 'meta.csv cut off: what is not there is told once' "$(analysis/check.sh "$bad" | grep -v '^ok')" \
	"not ok 3 - meta.csv: the recording is complete
# meta.csv:complete: the last row is not complete,1
not ok 4 - meta.csv: no key is missing
# meta.csv:faults.rows: missing
# meta.csv:tasks.rows: missing
# meta.csv:vmas.rows: missing
# ... $(analysis/check.sh "$bad" | sed -n 's/^# \.\.\. \([0-9]*\) in all$/\1/p') in all
$(analysis/check.sh "$bad" | sed -n '/^1\.\./p')
CHECK FAILED: 2 of $(analysis/check.sh "$bad" | sed -n 's/^1\.\.//p') checks"
rm "$bad/faults.csv"
is 'a table lost: the last line says so' "$(analysis/check.sh "$bad" 2>/dev/null | tail -n 1)" \
	'CHECK FAILED: nothing was checked'
# --- A run that was killed: refused, and what nobody was left to write is no second reason -----------
copy
sed -i '/^icount_start,/,$d' "$bad/meta.csv"
printf '%s\n' outcome,killed 'failure,killed by a test' >>"$bad/meta.csv"
(cd "$bad" && sha256sum meta.csv >meta.sha256)
like 'killed: the reason' "$(analysis/check.sh "$bad" | sed -n '/^not ok/{N;p}' | tr '\n' ' ')" \
	'^not ok [0-9]+ - meta.csv: the recording is complete # .*; the run failed: killed by a test $'

# --- In principle ---------------------------------------------------------------------------------
# Not the first row after a fault, whose cost is known.
unseen 'what happens between two rows takes any time' tlb one "$fill && \$10 == \"k\" && before ~ /,fill,.*,k,/" '$1 = before + 0'
unseen 'the instruction is any one of its page or of the kernel' \
	tlb one '$3 == "d" && $10 == "k" && $15 >= "0xc"' '$15 = substr($15, 1, 9) (substr($15, 10) == "0" ? "1" : "0")'
unseen 'bits that are the kernel'"'"'s own mean nothing to a processor' \
	tlb one '$5 == "cold" && $16 == "" && $8 == "4K" && $6 < "0xc" && $11 ~ /0..$/' '$11 = substr($11, 1, 7) "2" substr($11, 9)'
unseen 'of a page that was never there before, the first entry may be any' \
	tlb one '$5 == "cold" && $6 < "0xc" && $9 == "x"' '$7 = "0x01234000"; $11 = "0x01234" substr($11, 8)'
unseen 'an accessed bit may have been clear' tlb one '$5 == "cold"' '$12 = substr($12, 1, 1) "+1"'
unseen 'the offset within the page is nowhere else' \
	faults one '$6 != "x"' '$3 = substr($3, 1, 7) (substr($3, 8) == "123" ? "124" : "123")'
unseen 'an interrupt can come between a fault and its instruction' faults one '$12 == "anon"' '$14 -= 90'
unseen 'the page may have been read by another process before a fork' \
	faults one '$12 == "anon" && $8 == 0' '$8 = 1; $5++'
unseen 'two pages of one kind may be waited for or not' faults all '$12 == "file"' \
	'$13 = $13 && ++n[1] == 1 ? 0 : !$13 && ++n[2] == 1 ? 1 : $13'
unseen 'the rounds are nowhere else' faults one '$14 > 100' '$16 += 10'
unseen 'a task may call itself as it likes' tasks one '$3 == "switch"' '$7 = "someone"'
unseen 'nobody else counts phases' marks one 1 'drop = 1'
unseen 'a label is what the kernel says' marks one 1 '$3 = "something"'
unseen 'why the disk works is the kernel'\''s word' io one '$12 == "readahead"' '$12 = "read"'
unseen 'where a stretch ended is nowhere else' latency one 1 '$6 = "0xc0100000"'

# --- reclaim.csv, of a run in which memory is short ---------------------------------------------------
rm -rf "$good"
ok 'a recording with too little memory' make --no-print-directory trace OUT="$good" MEM=20 APPEND='selftest=none' \
	TRACE=events=fault PROG=build/test-guest/pressure ARGS=20
rm -rf "$good"/{analysis,report.html}
ok 'it is sound' analysis/check.sh "$good" || done_testing
dropped='$2 == "drop" && $13 != ""'
refused reclaim one 1 '$1 += 20000000'
refused reclaim one "$dropped" '$2 = "keep"'
refused reclaim one '$2 == "activate"' '$2 = "keep"'
refused reclaim one '$2 == "deactivate"' '$2 = "rotate"'
refused reclaim one '$2 == "kswapd_wake"' '$2 = "direct"; $15 = 0'
refused reclaim one '$2 == "swap_in"' '$2 = "swap_out"'
refused reclaim one 1 '$3 = 1'
refused reclaim one '$5 != ""' '$4 = "x"'
refused reclaim one '$5 == "Normal"' '$5 = "HighMem"'
refused reclaim one '$2 == "state"' '$5 = ""'
refused reclaim one "$dropped" '$6 = "0x3" substr($6, 4)'
refused reclaim one "$dropped" '$6 = ""'
refused reclaim one '$2 == "write"' '$7 = "file"'
refused reclaim one "$dropped" '$7 = "file"'
refused reclaim one '$8 != ""' '$8 = 999'
refused reclaim one '$8 != ""' '$8 = ""'
refused reclaim one '$9 != ""' '$9 = "0xc0100000"'
refused reclaim one '$9 != ""' '$9 = ""'
refused reclaim one '$11 != ""' '$11 = ""'
refused reclaim one '$12 != ""' '$12 = ""'
refused reclaim one "$dropped" '$13 = "0:1" substr($13, 3)'
refused reclaim one '$2 == "swap_in"' '$13 = "0:9" substr($13, 3)'
refused reclaim one '$2 == "write"' '$13 = "0:9" substr($13, 3)'
refused reclaim one '$14 == "referenced"' '$14 = ""'
refused reclaim one "$dropped" '$14 = "busy"'
refused reclaim one "$dropped" '$14 = "advised"'
refused reclaim one '$2 == "keep"' '$14 = "advised"'
refused reclaim one '$2 == "kswapd_sleep"' '$15++'
refused reclaim one '$2 == "direct_end"' '$15++'
refused reclaim one '$2 == "state"' '$17 = $18 + 1'
for column in 16 18 19 20 21 22 23 24 25; do
	refused reclaim one '$2 == "state"' "\$$column = \"\""
done
# Of a slot's first use, as it could be the second one of the same page.
refused reclaim one '$2 == "swap_out" && !used[$13]++' 'drop = 1'
for event in keep activate drop deactivate write swap_in kswapd_wake kswapd_sleep direct direct_end; do
	refused reclaim one "\$2 == \"$event\"" 'drop = 1'
	refused reclaim one "\$2 == \"$event\"" 'print'
done
refused io one '$12 == "swap_out"' '$10++'
for key in pgscan_kswapd pgscan_direct pgsteal_kswapd pgsteal_direct pgactivate pgdeactivate pswpin pswpout allocstall \
	pageoutrun oom_kill; do
	refused meta all "\$1 == \"kernel.$key\"" '$2++'
	refused meta all "\$1 == \"kernel.$key\"" 'drop = 1'
done
unseen 'a zone may have had any number of pages' reclaim one '$2 == "state"' '$16++; $20++; $25++'
unseen 'why a page stays is the kernel'\''s word' reclaim one '$14 == "referenced"' '$14 = "busy"'
unseen 'a page of a file may be any' reclaim one '$2 == "drop" && $12 != ""' '$12++'
unseen 'who maps a page may be anybody' reclaim one '$9 != ""' '$8 = 1'

# What nothing tells again, the digest of meta.csv does, unless it was made again: an accident is seen.
copy
sed -i 's/^kernel.pgfree,.*/kernel.pgfree,1/' "$bad/meta.csv"
like 'meta.csv: changed, and its digest not' "$(analysis/check.sh "$bad" 2>&1)" '^# meta.sha256: meta.csv has '
done_testing
