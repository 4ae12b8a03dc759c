#!/bin/bash
# agree.t - a recording whose accounts disagree fails the run, with the account and the first row: a
# kernel that forgets to count one of its flushes.
# shellcheck source=tests/tap.sh
. tests/tap.sh
set -u

out=$scratch/out

# boot ELF: into $out, with a report
boot()
{
	disk/job.sh -n tiny "$scratch/root" &&
		disk/mkimage.sh -o "$scratch/disk.img" -k "$1" -a 'root=/dev/hda1 rw console=ttyS0 selftest=none' \
			build/root "$scratch/root" &&
		tests/run/boot.sh -o "$out" -m 24 -t 120 -k build/kernel/kernel.elf "$scratch/disk.img"
}

# check TITLE: how it ended in the report's table
check()
{
	sed -n "s/,\"*$1.*//p" "$out/analysis/checks.csv"
}

ok 'a run' boot "$boot_elf"
is 'the kernel counted what it flushed' "$(check 'The kernel counted the same INVLPGs')" ok
is 'rows of each phase are those of its marks' "$(check 'Rows of each phase')" ok
mv "$out" "$scratch/good"

ok 'a kernel can be made to miscount' tests/run/nops.sh build/kernel/kernel.elf tlb_flush_page incl \
	"$boot_elf" "$scratch/miscounts.elf"
not_ok 'its run fails' boot "$scratch/miscounts.elf"
like 'and says why' "$tap_output" \
	'^FAILED: the recording disagrees with itself: The kernel counted the same INVLPGs,[0-9]+ against [0-9]+; meta.csv:kernel.nr_tlb_flush_page: '
is 'which the report shows, too' "$(check 'The kernel counted the same INVLPGs')" bad

# A row that is gone.
out=$scratch/damaged
cp -r "$scratch/good" "$out"
sed -i '0,/,fill,cold,/{/,fill,cold,/d}' "$out/tlb.csv"
analysis/report.sh "$out" >"$scratch/summary" 2>&1
is 'a row that is gone is noticed in its phase' "$(check 'Rows of each phase')" bad
like 'and told' "$(cat "$scratch/summary")" 'CHECK FAILED: Rows of each phase.*marks.csv:2: [0-9]+ fills up to boot, but [0-9]+ rows'
done_testing
