/*
 * drop_clean.c - pages of the page cache that nobody could miss give their frames back.
 *
 *   drop_clean_pages()     of one file: what /proc/sys/vm/drop_caches asks for
 *   shrink_page_cache()    of all files: before a request for memory fails
 *
 * What is locked, mapped, dirty, being written or in somebody's use stays, and so does shared
 * memory, which no disk has. Nothing is waited for, so a request may come here with any
 * sleeping lock held.
 *
 * shrink_page_cache() goes round each zone's frames with a hand that stays where it
 * stopped, so that what was read last is not dropped first. It does not know which pages are
 * in use often: that is for lists in order of use.
 */
#include "internal.h"
#include "page/internal.h"

#define DROP_BATCH     16
#define RESCHED_FRAMES 4096 /* looked at before others may run */

/* Where the next walk of each zone begins: frames from its start. */
static unsigned long hands[MAX_NUMNODES][MAX_NR_ZONES];

/* Nobody has it but the cache and the caller, and the disk has what it says. Page locked. */
static bool can_drop(const struct page *page)
{
	return page->mapping->a_ops->writepage && page_count(page) == 2 && !page_mapcount(page) &&
	       !PageDirty(page) && !PageWriteback(page);
}

/* The caller has a reference. `mapping`: whose it must be still, or NULL: any file's. */
static bool drop_if_clean(struct address_space *mapping, struct page *page)
{
	bool dropped = false;

	if (!trylock_page(page))
		return false;
	if (page_mapping(page) && (!mapping || page->mapping == mapping) && can_drop(page)) {
		remove_from_page_cache(page);
		dropped = true;
	}
	unlock_page(page);
	return dropped;
}

unsigned long drop_clean_pages(struct address_space *mapping)
{
	struct page *pages[DROP_BATCH];
	unsigned long first = 0, dropped = 0;
	unsigned int found, i;

	might_sleep();
	do {
		found = find_get_pages(mapping, pages, first, DROP_BATCH);
		if (found)
			first = pages[found - 1]->index + 1;
		for (i = 0; i < found; i++) {
			dropped += drop_if_clean(mapping, pages[i]);
			put_page(pages[i]);
		}
		cond_resched();
	} while (found == DROP_BATCH && first);
	return dropped;
}

/* Is it worth a closer look? Whatever the frame holds, and without a reference. */
static bool seems_clean(const struct page *page)
{
	const unsigned long busy = BIT(PG_locked) | BIT(PG_dirty) | BIT(PG_writeback);

	return page_mapping(page) && page_count(page) == 1 && !page_mapcount(page) &&
	       !(page->flags & busy);
}

static bool drop_frame(struct page *page)
{
	bool dropped;

	if (!get_page_unless_zero(page))
		return false;
	dropped = drop_if_clean(NULL, page);
	put_page(page);
	return dropped;
}

/* Once round the zone at most. */
static unsigned long shrink_zone(const struct zone *zone, unsigned long most)
{
	unsigned long *hand = &hands[zone->node->node_id][zone_idx(zone)], left, dropped = 0;

	for (left = zone->spanned_pages; left && dropped < most; left--) {
		pfn_t pfn = zone->start_pfn + *hand;

		*hand = *hand + 1 < zone->spanned_pages ? *hand + 1 : 0;
		if (pfn_valid(pfn) && seems_clean(pfn_to_page(pfn)))
			dropped += drop_frame(pfn_to_page(pfn));
		if (left % RESCHED_FRAMES == 0)
			cond_resched();
	}
	return dropped;
}

unsigned long shrink_page_cache(const struct alloc_request *req, unsigned long most)
{
	unsigned long dropped = 0;
	struct zone *zone;

	if (nr_cached_pages() == nr_dirty_pages())
		return 0;
	for (unsigned int i = 0; (zone = req->zonelist->zones[i]) != NULL && dropped < most; i++)
		if (req->nodemask >> zone->node->node_id & 1)
			dropped += shrink_zone(zone, most - dropped);
	return dropped;
}
