/*
 * swap_map.h - who uses which slot of a swap area.
 *
 *   15        14 ............ 0
 *   +---------+----------------+
 *   | cached  |     entries    |      0: the slot is free
 *   +---------+----------------+      entries = SLOT_BAD: never to be used
 *
 * `entries` are page-table entries (and shared-memory slots) that name it, `cached` says that the
 * swap cache has its page. An entry belongs to an address space, and there are fewer of these than
 * process numbers; shared memory names a slot once. So the count cannot overflow.
 *
 * A slot that the disk cannot write stays with those who have it, and is bad when they are gone.
 *
 * Slots are given out a cluster at a time, so that pages which leave memory one after the other
 * lie side by side on the disk: a whole free cluster first, then the gaps of the others.
 *
 * The caller's lock protects all of it; nothing here sleeps but swap_map_init().
 */
#ifndef MM_SWAP_SWAP_MAP_H
#define MM_SWAP_SWAP_MAP_H

#include "kernel/compiler.h"
#include "kernel/types.h"

#define SWAP_CLUSTER   64u /* slots: 256 KiB */
#define SLOT_CACHED    0x8000u
#define SLOT_ENTRIES   0x7fffu
#define SLOT_BAD       SLOT_ENTRIES
#define SLOT_COUNT_MAX (SLOT_BAD - 1)

struct swap_map {
	u16 *slot;
	u8 *cluster_free;	 /* of each cluster */
	unsigned long *failed;	 /* a bit a slot: in use, and the disk cannot write it */
	unsigned long slots;	 /* slot 0, the header's, included */
	unsigned long used, bad; /* slots in use; never to be used, slot 0 included */
	unsigned long next;	 /* where the next one is looked for, in the current cluster */
	unsigned long first_gap; /* no cluster below it has a free slot */
};

/* A map of `slots` slots, all free but slot 0. 0 or -ENOMEM. May sleep. */
int __must_check swap_map_init(struct swap_map *map, unsigned long slots);
void swap_map_destroy(struct swap_map *map);
/* The slot is never given out: before any is. -EINVAL: there is no such slot, or it is bad already.
 */
int __must_check swap_map_set_bad(struct swap_map *map, unsigned long slot);
/* The disk cannot write the slot, which is in use: it is bad as soon as it no longer is. False:
 * that was known. */
bool swap_map_fail(struct swap_map *map, unsigned long slot);
/* Is it known to be so? Of a slot in use. */
bool swap_map_failed(const struct swap_map *map, unsigned long slot);
/* A free slot, from now on SLOT_CACHED and without entries; 0: the area is full. */
unsigned long swap_map_alloc(struct swap_map *map);
/* One more entry names the slot, which is in use. */
void swap_map_dup(struct swap_map *map, unsigned long slot);
/* One entry less. True: the slot is free now, or bad. */
bool swap_map_put(struct swap_map *map, unsigned long slot);
/* The swap cache takes the page of a slot in use: false when it has one. */
bool swap_map_cache(struct swap_map *map, unsigned long slot);
/* It has it no longer. True: the slot is free now, or bad. */
bool swap_map_uncache(struct swap_map *map, unsigned long slot);
/* Entries that name the slot, or SLOT_BAD. */
static inline unsigned int swap_map_entries(const struct swap_map *map, unsigned long slot)
{
	return map->slot[slot] & SLOT_ENTRIES;
}
/* Does anything name the slot, or have its page? */
static inline bool swap_map_used(const struct swap_map *map, unsigned long slot)
{
	return map->slot[slot] && map->slot[slot] != SLOT_BAD;
}
/* Recounts everything and panics where a count is wrong: for tests and the ledger. */
void swap_map_validate(const struct swap_map *map);

#endif
