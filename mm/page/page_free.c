/*
 * page_free.c - giving page frames back.
 *
 *   __free_page()  put_page()  free_cold_page()  __free_pages(order)
 *         |            |              |                 |
 *         +------------+--- one holder less: the last one? ---> no: that is all
 *                               | yes
 *              locked, mapped, in a cache or a tree, reserved? ---> refused
 *                               | no
 *              flags cleared (PG_referenced with them)
 *                               |
 *        one frame: hot or cold list of the CPU        block: buddy system
 *
 * Who frees a page twice, or one in use, has a pointer that it should not have:
 * panic, before the lists are damaged. A reserved page is not memory to give
 * back: a message, and the page stays as it was.
 */
#include "mm/vmstat.h"
#include "internal.h"
#include "reclaim/lru.h"

/* A page without holders is not as it should be: reserved, or an error. */
static __noinline void refuse_free(struct page *page)
{
	if (!PageReserved(page))
		bad_page(page, "freed while in use");
	atomic_set(&page->_refcount, 1);
	refuse_reserved(page);
}

/* Of a file, or mlocked, or on no list for the moment: the long way of strip_used(). */
static __noinline bool strip_rare(struct page *page, struct zone *zone)
{
	if ((page->flags & PAGE_FLAGS_BUSY) || page_mapcount(page) ||
	    (page->mapping && !PageAnon(page)))
		return false;
	if (PageLRU(page))
		lru_free(page, zone, page_lru(page));
	page->mapping = NULL;
	return true;
}

/*
 * Takes off what a page may be freed with: its place in a list of the LRU, and the mark of an
 * anonymous one. False: there is more. Most pages are anonymous, then a kernel's own.
 */
static __always_inline bool strip_used(struct page *page, struct zone *zone)
{
	const unsigned long mapping = (unsigned long)page->mapping, flags = page->flags;
	const unsigned long marks = flags & (PAGE_FLAGS_BUSY | BIT(PG_lru) | BIT(PG_unevictable));

	if ((mapping & PAGE_MAPPING_ANON) && likely(marks == BIT(PG_lru) && !page_mapcount(page))) {
		lru_free(page, zone, (enum lru_list)(flags >> PG_active & 3u));
		page->mapping = NULL;
		return true;
	}
	return likely(!(mapping | marks | (unsigned long)page_mapcount(page))) ||
	       strip_rare(page, zone);
}

/* One that may not be freed as part of a block, or NULL; takes all flags off. */
static struct page *strip_block(struct page *page, unsigned int order)
{
	for (const struct page *end = page + BIT(order); page < end; page++) {
		const unsigned long flags = page->flags;

		/* One test for all: a block may have a thousand pages. */
		if (unlikely((flags & (PAGE_FLAGS_BUSY | BIT(PG_lru))) |
			     (unsigned long)page_count(page) | (unsigned long)page_mapcount(page) |
			     (unsigned long)page->mapping))
			return page;
		page->flags = flags & PAGE_ID_MASK;
	}
	return NULL;
}

static __noinline void free_block(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	struct page *refused;
	unsigned long flags;

	if (PageHead(page))
		compound_check(page, order);
	refused = strip_block(page, order);
	if (unlikely(refused)) {
		refuse_free(refused);
		return;
	}
	count_vm_events(VM_PGFREE, 1u << order);
	if (page_poisoning)
		page_poison(page, order);
	spin_lock_irqsave(&zone->lock, flags);
	buddy_give(zone, page, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* The long way of one frame, with nothing left on it. */
static __noinline void free_slowly(struct page *page, bool cold)
{
	if (page_poisoning)
		page_poison(page, 0);
	pcp_flush_give(page_zone(page), page, cold);
}

/* A frame of the zone with nothing left on it. */
static __always_inline void free_clean(struct page *page, struct zone *zone)
{
	page->flags &= PAGE_ID_MASK;
	count_vm_event(VM_PGFREE);
	if (unlikely(!pcp_give(zone, page)))
		free_slowly(page, false);
}

/* Out of line, so that dropping a reference that is not the last one stays short. */
__noinline void free_last(struct page *page)
{
	struct zone *zone = page_zone(page);

	if (likely(strip_used(page, zone)))
		free_clean(page, zone);
	else
		refuse_free(page);
}

/* Mostly of a page of the kernel's own, on which nothing is. */
void __free_page(struct page *page)
{
	if (!page_drop_ref(page))
		return;
	if (likely(!page_has_leftovers(page)))
		free_clean(page, page_zone(page));
	else
		free_last(page);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (order == 0)
		__free_page(page);
	else if (page_drop_ref(page))
		free_block(page, order);
}

void free_cold_page(struct page *page)
{
	if (!page_drop_ref(page))
		return;
	if (unlikely(page_has_leftovers(page)) && !strip_used(page, page_zone(page))) {
		refuse_free(page);
		return;
	}
	page->flags &= PAGE_ID_MASK;
	count_vm_event(VM_PGFREE);
	free_slowly(page, true);
}

void put_page(struct page *page)
{
	if (unlikely(page->flags & (BIT(PG_head) | BIT(PG_tail)))) {
		page = compound_head(page);
		__free_pages(page, compound_order(page));
		return;
	}
	if (page_drop_ref(page))
		free_last(page);
}

void release_pages(struct page **pages, unsigned int n, bool cold)
{
	for (unsigned int i = 0; i < n; i++) {
		if (cold && !(pages[i]->flags & (BIT(PG_head) | BIT(PG_tail))))
			free_cold_page(pages[i]);
		else
			put_page(pages[i]);
	}
}
