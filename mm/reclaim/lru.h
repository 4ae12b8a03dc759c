/*
 * lru.h - pages that can leave memory, in the order of their last known use: five lists a zone.
 *
 *                 new page
 *                    │                      referenced again
 *                    v               ┌──────────────────────────────┐
 *   inactive   [newest ... oldest] ──┤                              v
 *                                    └─> out        active   [newest ... oldest]
 *          ^                                                        │
 *          └──────────── more active than inactive ones ────────────┘
 *
 * One pair of lists for pages of processes (anon: they go to a swap area), one for pages of files
 * (they go to their file, or are dropped), and one for those that must stay (mlock).
 *
 * A page is on a list from the moment it is first mapped or cached until it is freed, but for the
 * time that somebody has isolated it: then PG_lru is clear and ->lru is his. Lists change in
 * process context only, so no lock is needed beside that the CPU is not given away.
 */
#ifndef MM_RECLAIM_LRU_H
#define MM_RECLAIM_LRU_H

#include "mm/vmstat.h"

_Static_assert(PG_swapbacked == PG_active + 1 && PG_unevictable == PG_active + 2,
	       "lists are numbered by these flags");

/* The list that a page of these flags belongs to. */
static __always_inline enum lru_list page_lru(const struct page *page)
{
	const unsigned int kind = (unsigned int)(page->flags >> PG_active) & 7u;

	return likely(kind < LRU_UNEVICTABLE) ? (enum lru_list)kind : LRU_UNEVICTABLE;
}

static __always_inline void lru_count(struct zone *zone, enum lru_list list, int pages)
{
	mod_zone_page_state(zone, (enum zone_stat_item)(NR_LRU_BASE + list), pages);
}

/*
 * A page of the zone that is on no list becomes the newest one of its kind. Its flags are not
 * changed atomically: interrupts change only those of pages that the disk has, and it has not got
 * this one yet, or has given it back.
 */
static __always_inline void lru_add_new(struct page *page, struct zone *zone, bool swapbacked)
{
	const enum lru_list list = swapbacked ? LRU_INACTIVE_ANON : LRU_INACTIVE_FILE;

	list_add(&page->lru, &zone->lru[list]);
	lru_count(zone, list, 1);
	page->flags |= swapbacked ? BIT(PG_lru) | BIT(PG_swapbacked) : BIT(PG_lru);
}

/* Puts a page on the list that its flags say. It is on none. */
void lru_add(struct page *page);
/* Takes a page off its list: false, it is on none. */
bool lru_isolate(struct page *page);
/* The page, of this zone and list, is being freed: off it, while its flags and ->lru are about to
 * go. */
static __always_inline void lru_free(struct page *page, struct zone *zone, enum lru_list list)
{
	struct list_head *next = page->lru.next, *prev = page->lru.prev;

	lru_count(zone, list, -1);
	prev->next = next;
	next->prev = prev;
}

/* The page was used: an inactive page becomes active at the second call. */
void lru_mark_used(struct page *page);

/* Shadows of pages that have left memory: workingset.c. */
extern unsigned long nr_shadows;
/* A page with a shadow is back, and on a list: it counts, and may become active. */
void workingset_came_back(struct page *page);
/* A page that has just been put on a list, with its owner known: did it leave lately? */
static __always_inline void workingset_refault(struct page *page)
{
	if (unlikely(nr_shadows))
		workingset_came_back(page);
}

/* `to` is on no list, and takes over what `from` is marked with. */
void lru_copy_marks(struct page *to, const struct page *from);

#endif
