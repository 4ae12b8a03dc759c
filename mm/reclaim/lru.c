/* lru.c - on a list, off it, and from one to another. See lru.h. */
#include "reclaim/lru.h"
#include "mm/filemap.h"

bool page_is_file_lru(const struct page *page)
{
	return !PageAnon(page) && !mapping_is_shmem(page->mapping);
}

void lru_add(struct page *page)
{
	BUG_ON(PageLRU(page));
	lru_add_list(page, page_lru(page, page_is_file_lru(page)));
}

static void lru_del(struct page *page)
{
	struct zone *zone = page_zone(page);

	list_del(&page->lru);
	lru_count(zone, page_lru(page, page_is_file_lru(page)), -1);
	ClearPageLRU(page);
}

bool lru_isolate(struct page *page)
{
	if (!PageLRU(page))
		return false;
	lru_del(page);
	return true;
}

void lru_free(struct page *page)
{
	BUG_ON(in_interrupt());
	lru_del(page);
	ClearPageActive(page);
	ClearPageUnevictable(page);
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
