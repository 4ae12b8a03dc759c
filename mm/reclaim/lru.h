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
 * time that somebody has isolated it: then PG_lru is clear and ->lru is his. Lists change in process
 * context only, so no lock is needed beside that the CPU is not given away.
 */
#ifndef MM_RECLAIM_LRU_H
#define MM_RECLAIM_LRU_H

#include "mm/vmstat.h"

/* The list that a page of these flags belongs to. */
static __always_inline enum lru_list page_lru(const struct page *page, bool file)
{
	if (unlikely(PageUnevictable(page)))
		return LRU_UNEVICTABLE;
	return (enum lru_list)((file ? LRU_INACTIVE_FILE : LRU_INACTIVE_ANON) + PageActive(page));
}

static __always_inline void lru_count(struct zone *zone, enum lru_list list, int pages)
{
	mod_zone_page_state(zone, (enum zone_stat_item)(NR_LRU_BASE + list), pages);
}

/* A page that is on no list becomes the newest of one. */
static __always_inline void lru_add_list(struct page *page, enum lru_list list)
{
	struct zone *zone = page_zone(page);

	list_add(&page->lru, &zone->lru[list]);
	lru_count(zone, list, 1);
	SetPageLRU(page);
}

/* Anonymous pages and those of shared memory go to a swap area; others to their file. */
bool page_is_file_lru(const struct page *page);
/* Puts a page on the list that its flags say. It is on none. */
void lru_add(struct page *page);
/* Takes a page off its list: false, it is on none. */
bool lru_isolate(struct page *page);
/* The page is being freed: off its list, marks of it cleared. */
void lru_free(struct page *page);
/* The page was used: inactive pages become active at the second call. */
void lru_mark_used(struct page *page);

#endif
