/*
 * pageblock.c - the kind of each block of PAGEBLOCK_PAGES frames: what may be in it.
 *
 * One byte for each 4 MiB of the address space, whatever the memory model.
 */
#include "internal.h"

u8 pageblock_types[1u << (32 - PAGE_SHIFT - PAGEBLOCK_ORDER)];

const char *const migratetype_names[MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = "Unmovable",
	[MIGRATE_MOVABLE] = "Movable",
	[MIGRATE_RECLAIMABLE] = "Reclaimable",
	[MIGRATE_ISOLATE] = "Isolate",
};
