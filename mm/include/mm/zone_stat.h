/* zone_stat.h - free blocks and pageblocks of a zone, counted when somebody asks. */
#ifndef MM_ZONE_STAT_H
#define MM_ZONE_STAT_H

#include "mm/zone.h"

/* More blocks of one list are not counted: the zone is locked meanwhile (Linux's limit). */
#define FREE_BLOCKS_COUNTED 100000ul

/*
 * Counts a zone's free blocks of one order by the type of their pageblock; stops at
 * FREE_BLOCKS_COUNTED of each type, which the result then is. Takes zone->lock.
 */
void zone_count_free(struct zone *zone, unsigned int order, unsigned long blocks[MIGRATE_TYPES]);
/* Counts the zone's pageblocks by type: those whose first existing frame is the zone's. */
void zone_count_pageblocks(const struct zone *zone, unsigned long blocks[MIGRATE_TYPES]);
/* Frames in the lists of a CPU. */
unsigned long zone_pcp_count(const struct zone *zone, unsigned int cpu);

#endif
