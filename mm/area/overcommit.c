/*
 * overcommit.c - what is promised to processes, and what may be.
 *
 * Committed_AS counts the pages of all areas with VM_ACCOUNT and of shared memory: each may come to
 * need a frame, or a slot of a swap area. By default (OVERCOMMIT_GUESS) only a request that could
 * never be met is refused; whoever uses more than there is meets the out-of-memory killer.
 * With OVERCOMMIT_NEVER all promises together stay below CommitLimit, and nobody has to
 * be killed for them. Asked by all who make areas, let them grow, make them writable or copy them,
 * before they change anything.
 */
#include "mm/overcommit.h"
#include "mm/mm.h"
#include "mm/oom.h"
#include "mm/swap.h"

#define PAGES_OF_KB(kb) ((kb) / (PAGE_SIZE / 1024))

unsigned int sysctl_overcommit_memory = OVERCOMMIT_GUESS, sysctl_overcommit_ratio = 50;
unsigned long sysctl_overcommit_kbytes, sysctl_user_reserve_kbytes = 128ul << 10;

unsigned long vm_commit_limit(void)
{
	unsigned long swap = total_swap_pages(), ram = oom_total_pages() - swap;

	if (sysctl_overcommit_kbytes)
		return PAGES_OF_KB(sysctl_overcommit_kbytes) + swap;
	/* More than there are addresses is no limit. */
	return (unsigned long)min((u64)ram * sysctl_overcommit_ratio / 100 + swap, (u64)~0ul);
}

bool vm_enough_memory_slow(const struct mm_struct *mm, unsigned long pages)
{
	unsigned long allowed, committed = mm_committed_pages() + pages;

	if (sysctl_overcommit_memory == OVERCOMMIT_ALWAYS)
		return true;
	if (sysctl_overcommit_memory == OVERCOMMIT_GUESS)
		return pages <= oom_total_pages();
	allowed = vm_commit_limit();
	/* As on Linux: one process alone does not take the last of it, so that another can end it.
	 */
	if (mm)
		allowed -= min(allowed,
			       min(mm->total_vm / 32, PAGES_OF_KB(sysctl_user_reserve_kbytes)));
	return committed >= pages && committed < allowed;
}
