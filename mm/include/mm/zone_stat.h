/* zone_stat.h - what the memory of a zone is used for, counted when somebody asks. */
#ifndef MM_ZONE_STAT_H
#define MM_ZONE_STAT_H

#include "mm/zone.h"

/* Pages of a zone. One page may be in several of them: cached, shared, mapped and dirty. */
struct zone_usage {
	unsigned long anon;		      /* mapped by processes, of no file */
	unsigned long file;		      /* in the page cache, shared memory included */
	unsigned long shmem;		      /* shared memory */
	unsigned long mapped;		      /* in the page cache and mapped by processes */
	unsigned long dirty;		      /* to be written to a disk */
	unsigned long writeback;	      /* being written to it */
	unsigned long slab, slab_reclaimable; /* all; those of SLAB_RECLAIM_ACCOUNT */
	unsigned long tables;		      /* page tables */
	unsigned long isolated_anon, isolated_file;
};

/*
 * Adds up the struct pages of a zone into `usage`: some ten instructions a page,
 * so that nothing need be counted where pages are taken and freed. Not one moment's
 * state, unless nobody else runs. May sleep.
 */
void zone_count_usage(const struct zone *zone, struct zone_usage *usage);

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
