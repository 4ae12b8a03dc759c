/*
 * reclaim_steps.h - programs whose pages do not fit in memory: what tasks of a random history do,
 * and a model of what every page must hold.
 */
#ifndef HOST_RECLAIM_STEPS_H
#define HOST_RECLAIM_STEPS_H

#include "mm/mmap.h"
#include "test.h"

#define BASE 0x20000000ul
#define RW   (PROT_READ | PROT_WRITE)

/* May transfers and allocations of this history fail? The caller makes them. */
extern bool disk_fails, memory_fails;
extern unsigned long reclaimed, forks, moved_from_cache;

/* One address space over an empty file; what happens is drawn from the input. */
void reclaim_begin(struct input *input);
/* What each of the tasks does until the input is used up. */
void reclaim_task(void);
/* Every page of every space, when nothing can fail any more; then all of it goes. */
void reclaim_check(void);
void reclaim_end(void);

static inline unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

/* A frame filled with a pattern that differs in every word; 0: zeroes. */
void fill(pfn_t pfn, u32 pattern);
bool holds(pfn_t pfn, u32 pattern);

#endif
