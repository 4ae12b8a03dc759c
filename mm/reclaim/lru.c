/* lru.c - on a list, off it, and from one to another. See lru.h. */
#include "reclaim/lru.h"

void lru_add(struct page *page)
{
	enum lru_list list = page_lru(page);
	struct zone *zone = page_zone(page);

	BUG_ON(PageLRU(page));
	list_add(&page->lru, &zone->lru[list]);
	lru_count(zone, list, 1);
	SetPageLRU(page);
}

bool lru_isolate(struct page *page)
{
	if (!PageLRU(page))
		return false;
	list_del(&page->lru);
	lru_count(page_zone(page), page_lru(page), -1);
	ClearPageLRU(page);
	return true;
}

void lru_mark_used(struct page *page)
{
	if (!PageReferenced(page)) {
		SetPageReferenced(page);
	} else if (!PageActive(page) && !PageUnevictable(page) && lru_isolate(page)) {
		ClearPageReferenced(page);
		SetPageActive(page);
		lru_add(page);
	}
}

void lru_copy_marks(struct page *to, const struct page *from)
{
	if (PageActive(from))
		SetPageActive(to);
	if (PageSwapBacked(from))
		SetPageSwapBacked(to);
	if (PageUnevictable(from))
		SetPageUnevictable(to);
}
