/* free_lists.h - for tests of the page allocator: what is free, and taking all of it. */
#ifndef HOST_FREE_LISTS_H
#define HOST_FREE_LISTS_H

#include "mm/gfp.h"
#include "mm/zone.h"

/* Free blocks of each zone and order, per-CPU lists given back. */
struct free_lists {
	unsigned long nr_free[MAX_NR_ZONES][MAX_ORDER];
	unsigned long free;
};

void free_lists_snapshot(struct free_lists *lists);
/* Checks that the free lists are sound and as they were. */
bool free_lists_same(const struct free_lists *want);

/* A zone of node 0. */
struct zone *zone_of(enum zone_type type);

/* Takes single frames until there are none; returns them chained through ->private. */
struct page *take_all(gfp_t gfp, unsigned long *count);
void free_chain(struct page *chain);

#endif
