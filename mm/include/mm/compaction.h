/* compaction.h - making large free blocks by moving what lies between small ones. */
#ifndef MM_COMPACTION_H
#define MM_COMPACTION_H

#include "mm/gfp.h"
#include "mm/zone.h"

enum compact_result {
	COMPACT_SKIPPED,  /* too little is free to be worth it */
	COMPACT_DEFERRED, /* failed lately: not tried this time */
	COMPACT_SUCCESS,  /* there is a free block of the order */
	COMPACT_COMPLETE, /* went through the whole zone, and there is none */
};

/* Order for compact_zone_order(): no block in particular, the whole zone. */
#define COMPACT_WHOLE_ZONE (-1)

/*
 * Compacts one zone until it has a free block of 2^order frames. Waits for nobody, but
 * process context, no spinlock held. Cost: looks at each frame of the zone once at most.
 */
enum compact_result compact_zone_order(struct zone *zone, int order);

/*
 * For the page allocator, when a request for a block of order > 0 finds none: compacts the
 * zones that it may use, one after the other, except those where that failed lately.
 * True when one of them has such a block now. The asker may hold page locks, but no spinlock.
 */
struct alloc_request;
bool try_to_compact_pages(const struct alloc_request *req);

/* Compacts all zones of all nodes: /proc/sys/vm/compact_memory. Process context. */
void compact_memory(void);

#endif
