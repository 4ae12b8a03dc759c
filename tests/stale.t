#!/bin/bash
# stale.t - no translation is used that the page tables no longer give (check=stale): not in kernel
# suites, not in programs whose pages come and go, not when memory is short. And a kernel that forgets
# one flush fails the run, with the line that says which.
#
#   tests/stale.t [SUITE,...] [PROGRAM[=ARG]]...   only these suites (or none) and programs of
#                                  tests/user, and no broken kernel: for tests/mutants
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

suites=${1-layout,kmap,vmalloc,fault,rmap,migrate,compaction,reclaim}
programs=("${@:2}")
[ $# -gt 0 ] || programs=(flushes cow mapping moving forked_swap=20 pageout shared_file threads)
out=$scratch/out

# boot ELF SUITES PROGRAM...: into $out. Suites get high memory, programs alone so little that they
# meet reclaim. $names, if set, has the kernel's functions told.
names='' limit=240 check='check=stale, events=fault'
boot()
{
	local program name root=$scratch/root mib=1024
	[ "$2" != none ] || mib=24
	rm -rf "$root"
	mkdir -p "$root"/{bin,etc,work}
	for program in "${@:3}"; do
		name=${program%%=*}
		i686-linux-gnu-strip -o "$root/bin/$name" "build/test-user/$name"
		printf '%s\n' "name $name" "cwd /work" "arg /bin/$name" >>"$root/etc/job"
		[ "$name" = "$program" ] || echo "arg ${program#*=}" >>"$root/etc/job"
		echo >>"$root/etc/job"
	done
	printf 'name true\narg /bin/true\n' >>"$root/etc/job" # init marks jobs when there are several
	disk/mkimage.sh -o "$scratch/disk.img" -k "$1" \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=$2" build/root "$root" || return 2
	tests/run/boot.sh -o "$out" -m $mib -t $limit -T "$check" \
		${names:+-k build/kernel/kernel.elf} "$scratch/disk.img"
}

fact()
{
	sed -n "s/^$1,//p" "$out/meta.csv"
}

reports()
{
	head -n 6 "$out/stale.csv"
}

# In tests/mutants a broken kernel may fail in any way, or hang: what counts is what the checker has seen.
if [ $# -gt 0 ]; then
	limit=45
	boot "$boot_elf" "$suites" "${programs[@]}" >"$scratch/log" 2>&1
	ok "there is a record of stale translations" test -s "$out/stale.csv"
	is "none is used" "$(reports)" "$(head -n 1 "$out/stale.csv")"
	done_testing
fi

# none_in WHAT SUITES PROGRAM...
none_in()
{
	local fact
	ok "$1, with check=stale" boot "$boot_elf" "${@:2}"
	is "$1: no stale translation is used" "$(reports)" "$(head -n 1 "$out/stale.csv")"
	ok "$1: every check of the recording holds" analysis/check.sh "$out"
	for fact in suspects flushed; do
		ok "$1: stale_$fact: $(fact stale_$fact)" test "$(fact stale_$fact)" -gt 1000
	done
}
none_in suites "$suites"
none_in programs none "${programs[@]}"

# What is checked changes nothing in what is recorded.
for check in check=none check=stale; do
	boot "$boot_elf" none flushes >"$scratch/log" 2>&1
	(cd "$out" && sha256sum tlb.csv faults.csv tasks.csv vmas.csv marks.csv io.csv reclaim.csv) >"$scratch/$check"
done
is "the recording is the same without check=stale" "$(cat "$scratch/check=stale")" "$(cat "$scratch/check=none")"
is "and the check has been made" "$(fact stale_reports)" 0
check='check=stale, events=fault'

ok "a kernel can be made to forget the flush of a page" tests/run/nops.sh build/kernel/kernel.elf \
	tlb_flush_page invlpg "$boot_elf" "$scratch/forgetful.elf"
names=1
not_ok "its run fails" boot "$scratch/forgetful.elf" none flushes
like "and says why" "$tap_output" '^FAILED: stale TLB entry used: page 0x'
like "who changed the entry" "$tap_output" '^note: changed by [a-z_]* '
is "that is the outcome" "$(fact outcome)" stale
ok "there are reports, also of what Bochs itself held: $(fact stale_reports_bochs)" \
	test "$(fact stale_reports_bochs)" -gt 0
said=$(analysis/check.sh "$out" 2>&1)
unlike "and its accounts of that agree" "$said" '^not .*stale'
like "each having been looked at" "$said" '^ok [0-9]+ - every suspect was flushed'

# damaged WHAT TEXT SED...: check.sh sees it
damaged()
{
	cp -r "$out" "$scratch/bad"
	sed -i "$3" "$scratch/bad/$2"
	rm -f "$scratch/bad/meta.sha256"
	like "damage is seen: $1" "$(analysis/check.sh "$scratch/bad" 2>&1)" "^not ok .*$1"
	rm -rf "$scratch/bad"
}
damaged 'stale.csv: rows are the reports' stale.csv '2d'
damaged 'stale.csv: header, columns' stale.csv '2s/,present,\|,frame,\|,accessed,\|,write,\|,dirty,/,gone,/'
damaged 'stale.csv: both entries differ' stale.csv '2s/\(0x[0-9a-f]*\),0x[0-9a-f]*,\([0-9]\)/\1,\1,\2/'
damaged 'every suspect was flushed' meta.csv 's/^stale_left,/stale_left,1/'
damaged 'rows of what Bochs held' meta.csv 's/^stale_reports_bochs,.*/stale_reports_bochs,0/'
damaged 'the run failed if' meta.csv 's/^outcome,stale/outcome,ok/'
damaged 'there is a stale.csv if' meta.csv '/^check,/d'
rm -f "$scratch"/*.img
done_testing
