/*
 * drop_clean.c - drops the pages of a file that nobody could miss: what /proc/sys/vm/drop_caches
 * asks for.
 *
 * What is locked, mapped, dirty, being written or in somebody's use stays, and so does shared
 * memory, which no file has. Nothing is waited for.
 */
#include "internal.h"

#define DROP_BATCH 16

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
