/*
 * page_isolation.c - pageblocks out of use for a while, so that they can be emptied.
 *
 *                start_isolate_page_range()          undo_isolate_page_range()
 *   [MMM..M.M]  ───────────────────────────>  [IIIIIIII]  ──────────> as before
 *    Movable     free blocks go to the lists   Isolate: what is freed
 *                of Isolate                    here is not given out
 *
 * The buddy system takes nothing from lists of MIGRATE_ISOLATE, and the per-CPU
 * lists hold nothing of it; so a frame that is free once stays free. Frames that
 * the per-CPU lists held before are brought to the free lists by a drain.
 */
#include "kernel/errno.h"
#include "mm/migrate.h"
#include "internal.h"
#include "page/internal.h"

/* What the pageblocks were before: enum migratetype, as pageblock_types[]. */
static u8 types_before[sizeof(pageblock_types)];

/* False when it is somebody else's already. */
static bool isolate_pageblock(struct page *page)
{
	struct zone *zone = page_zone(page);
	enum migratetype type;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	type = pageblock_type(page);
	if (type != MIGRATE_ISOLATE) {
		types_before[page_to_pfn(page) >> PAGEBLOCK_ORDER] = (u8)type;
		pageblock_move_free(zone, page, MIGRATE_ISOLATE);
	}
	spin_unlock_irqrestore(&zone->lock, flags);
	return type != MIGRATE_ISOLATE;
}

int start_isolate_page_range(pfn_t start, pfn_t end)
{
	BUG_ON((start | end) & (PAGEBLOCK_PAGES - 1));
	for (pfn_t pfn = start; pfn < end; pfn += PAGEBLOCK_PAGES) {
		if (isolate_pageblock(pfn_to_page(pfn)))
			continue;
		undo_isolate_page_range(start, pfn);
		return -EBUSY;
	}
	drain_local_pages();
	return 0;
}

void undo_isolate_page_range(pfn_t start, pfn_t end)
{
	for (pfn_t pfn = start; pfn < end; pfn += PAGEBLOCK_PAGES) {
		struct page *page = pfn_to_page(pfn);
		struct zone *zone = page_zone(page);
		unsigned long flags;

		spin_lock_irqsave(&zone->lock, flags);
		BUG_ON(pageblock_type(page) != MIGRATE_ISOLATE);
		pageblock_move_free(zone, page,
				    (enum migratetype)types_before[pfn >> PAGEBLOCK_ORDER]);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}

struct page *test_pages_isolated(pfn_t start, pfn_t end)
{
	while (start < end) {
		struct page *page = pfn_to_page(start);

		if (!PageBuddy(page))
			return page;
		start += BIT(page->private);
	}
	return NULL;
}

struct page *has_unmovable_pages(pfn_t start, pfn_t end)
{
	for (pfn_t pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_to_page(pfn);

		/* Free, in a free block or a per-CPU list; or on its way already. */
		if (!page_count(page) || PageIsolated(page))
			continue;
		if (!page_is_movable(page))
			return page;
	}
	return NULL;
}
