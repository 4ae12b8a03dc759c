#!/bin/bash
# violations.t - memory misused on purpose, one boot each: it must end in the right report and in no
# other. kernel/crash_memory.c does the deeds.
. tests/tap.sh

disk/job.sh -n busybox -a true "$scratch/root"

# What each report is known by. A violation names its own; none of the others may be in the log.
declare -A reports=(
	[protection]='^BUG: unable to handle page fault .*protection violation'
	[absent]='^BUG: unable to handle page fault .*page not present'
	[freed-twice]='^Kernel panic - not syncing: slab kmalloc-64: object 0x[0-9a-f]+ freed twice'
	[not-an-object]='^Kernel panic - not syncing: slab .*is not the start of an object'
	[poison]='^BUG kmalloc-64.*: Poison overwritten'
	[red-zone]='^BUG kmalloc-64.*: Redzone overwritten'
	[page-poison]='^Kernel panic - not syncing: bad page: .* was written to while it was free'
	[page-freed-twice]='^Kernel panic - not syncing: bad page: frame 0x[0-9a-f]+ freed twice'
	[kunmap]='^Kernel panic - not syncing: bad page: .*kunmap of a page that is not mapped'
	[window-order]='^Kernel panic - not syncing: BUG at mm/window/kmap.c:[0-9]+: .*addr'
	[reserved]='^page 0x[0-9a-f]+ \(frame 0x0, .*is reserved: not freed'
	[highmem]='^Kernel panic - not syncing: BUG at mm/[a-z_/]+.c:[0-9]+: gfp & __GFP_HIGHMEM'
	[atomic]='^Kernel panic - not syncing: .* may sleep, but preempt_count is 1'
	[overflow]='^Kernel panic - not syncing: kernel stack overflow'
	[vfree]='^Kernel panic - not syncing: Trying to vfree'
	[second]='failure inside a report|went unnoticed'
)

# violation KIND REPORT FUNCTION [CMDLINE]: its report, with FUNCTION in the call trace; then a panic
violation()
{
	local kind=$1 report=$2 function=$3 status=0 log=$scratch/out/console.log name others=
	disk/mkimage.sh -o "$scratch/disk.img" -k build/boot.elf \
		-a "root=/dev/hda1 rw console=ttyS0 selftest=none crash=$kind ${4-}" build/root "$scratch/root"
	tests/run/boot.sh -o "$scratch/out" -m "${mib:-64}" -t 60 "$scratch/disk.img" >"$scratch/run.log" 2>&1 ||
		status=$?
	tr -d '\r' <"$log" >"$scratch/console"
	is "$kind: reported" "$(grep -cE "${reports[$report]}" "$scratch/console")" 1 ||
		diag "$(tail -n 30 "$scratch/console")"
	for name in "${!reports[@]}"; do
		[ "$name" = "$report" ] || ! grep -qE "${reports[$name]}" "$scratch/console" || others+=" $name"
	done
	is "$kind: no other report" "$others" ''
	if [ "$function" = - ]; then
		is "$kind: the kernel goes on" "$status:$(grep -c '^Kernel panic' "$scratch/console")" 0:0
	else
		is "$kind: ends in one panic" "$status:$(grep -c '^Kernel panic' "$scratch/console")" 1:1
		like "$kind: the call trace names the culprit" \
			"$(sed -n '/^Call trace/,$p' "$scratch/console")" " $function(\\.[a-z0-9.]+)?\\+0x"
	fi
}

violation write-text protection write_text
violation write-rodata protection write_rodata
violation double-kfree freed-twice double_kfree
violation kfree-middle not-an-object kfree_middle slab_debug=F
violation use-after-free poison use_after_free slab_debug=FZPU
violation redzone red-zone redzone_overrun slab_debug=FZPU
violation page-use-after-free page-poison page_use_after_free page_poison=1
violation double-free-page page-freed-twice double_free_page
violation free-reserved-page reserved -
violation get-free-page-highmem highmem get_free_page_highmem
violation vmalloc-overrun absent vmalloc_overrun
violation vmalloc-use-after-free absent vmalloc_use_after_free
violation vfree-twice vfree vfree_twice
violation stack overflow overflow
violation bootstack overflow overflow
mib=1024
violation kunmap-twice kunmap kunmap_twice
violation kunmap-atomic-order window-order kunmap_atomic_order
violation sleep-in-atomic atomic sleep_in_atomic

done_testing
