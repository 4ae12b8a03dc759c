/* overcommit.h - how much memory may be promised to processes. */
#ifndef MM_OVERCOMMIT_H
#define MM_OVERCOMMIT_H

#include "kernel/compiler.h"
#include "kernel/types.h"

struct mm_struct;

/* Linux's numbers: /proc/sys/vm/overcommit_memory. */
enum overcommit {
	OVERCOMMIT_GUESS,  /* no single request larger than memory and swap */
	OVERCOMMIT_ALWAYS, /* anything */
	OVERCOMMIT_NEVER,  /* no more than CommitLimit in all */
};

/* /proc/sys/vm: the mode; percent of memory, or (if not 0) KiB, that CommitLimit counts beside
 * swap; what OVERCOMMIT_NEVER leaves one process less than all, KiB at most. */
extern unsigned int sysctl_overcommit_memory, sysctl_overcommit_ratio;
extern unsigned long sysctl_overcommit_kbytes, sysctl_user_reserve_kbytes;

/* CommitLimit, pages. */
unsigned long vm_commit_limit(void);

#define OVERCOMMIT_SMALL 256ul /* pages: less than any machine has */
bool vm_enough_memory_slow(const struct mm_struct *mm, unsigned long pages);

/*
 * May so many more pages be promised, which the caller is about to account? `mm`, or NULL, is who
 * gets them; it may be in use. Any context.
 */
static inline bool vm_enough_memory(const struct mm_struct *mm, unsigned long pages)
{
	if (likely(sysctl_overcommit_memory != OVERCOMMIT_NEVER && pages < OVERCOMMIT_SMALL))
		return true;
	return vm_enough_memory_slow(mm, pages);
}

#endif
