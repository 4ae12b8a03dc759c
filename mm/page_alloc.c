/*
 * page_alloc.c - the front of the page allocator: alloc_pages() and __free_pages().
 *
 * One frame comes from the per-CPU list of the best zone at once. When that is
 * empty, and for everything else, there is the long way, in which each step is
 * tried only when those before it found nothing:
 *
 *   1. any zone of the fallback list that stays above its low watermark
 *   2. the same above min (__GFP_HIGH: half of min)
 *   3. again, after giving the per-CPU lists back, which may let blocks merge,
 *      and then, if the caller may sleep, objects that shrinkers can do without
 *      and empty slabs
 *   4. __GFP_MEMALLOC and __GFP_NOFAIL: whatever is there, to the last frame
 *   5. NULL, with one report (not too many a second) unless __GFP_NOWARN
 *
 * Freeing checks that the page is in a state in which a page can be free.
 */
#include "kernel/printk.h"
#include "kernel/time.h"
#include "mm/fault_inject.h"
#include "mm/highmem.h"
#include "mm/shrinker.h"
#include "mm/vmstat.h"
#include "internal.h"

/* At most this many failure reports in an interval of ticks: Linux's ratelimit. */
#define REPORT_BURST	10
#define REPORT_INTERVAL (5 * HZ)
/* Each takes half of what shrinkers have; the last ones find nothing or take the rest. */
#define SHRINK_ROUNDS 16u

/* Is there a free block of at least this order that requests may have? */
static bool has_block(const struct zone *zone, unsigned int order)
{
	for (; order < MAX_ORDER; order++)
		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
			if (!list_empty(&zone->free_area[order].free_list[type]))
				return true;
	return false;
}

/* Would 2^order frames leave `min` and the class's reserve in the zone, and is there such a block?
 */
static bool zone_has_room(const struct zone *zone, unsigned int order, unsigned long min,
			  enum zone_type class)
{
	if (zone->free_pages < BIT(order) + min + zone->lowmem_reserve[class])
		return false;
	return order == 0 || has_block(zone, order);
}

static struct page *take_block(struct zone *zone, gfp_t gfp, unsigned int order)
{
	struct page *page;
	unsigned long flags;

	if (order == 0)
		return pcp_refill_take(zone, gfp_migratetype(gfp), gfp & __GFP_COLD);
	spin_lock_irqsave(&zone->lock, flags);
	page = buddy_take(zone, order, gfp_migratetype(gfp));
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

/* Step 1 or 2 above. */
static struct page *take_above(gfp_t gfp, unsigned int order, enum zone_watermark mark)
{
	const struct zonelist *list = local_zonelist(gfp);
	struct zone *zone;

	for (unsigned int i = 0; (zone = list->zones[i]) != NULL; i++) {
		unsigned long min = zone->watermark[mark];
		struct page *page;

		if (mark == WMARK_MIN && (gfp & __GFP_HIGH))
			min /= 2;
		if (!zone_has_room(zone, order, min, list->class))
			continue;
		page = take_block(zone, gfp, order);
		if (page)
			return page;
	}
	return NULL;
}

/* Step 4: no watermark, no reserve. */
static struct page *take_any(gfp_t gfp, unsigned int order)
{
	const struct zonelist *list = local_zonelist(gfp);
	struct page *page = NULL;

	for (unsigned int i = 0; list->zones[i] && !page; i++)
		page = take_block(list->zones[i], gfp, order);
	return page;
}

static bool report_allowed(void)
{
	static unsigned long interval_start;
	static unsigned int burst;

	if (jiffies - interval_start >= REPORT_INTERVAL) {
		interval_start = jiffies;
		burst = 0;
	}
	return burst++ < REPORT_BURST;
}

static void report_failure(gfp_t gfp, unsigned int order, const void *caller)
{
	count_vm_event(VM_ALLOC_FAIL);
	if ((gfp & __GFP_NOWARN) || !report_allowed())
		return;
	pr_warn("page allocation failure: order:%u, mode:0x%x, by %p\n", order, gfp, caller);
	show_free_areas();
}

static struct page *alloc_block(gfp_t gfp, unsigned int order, const void *caller)
{
	struct page *page = NULL;

	if (order < MAX_ORDER) {
		page = take_above(gfp, order, WMARK_LOW);
		if (!page)
			page = take_above(gfp, order, WMARK_MIN);
		if (page)
			return page;
		drain_local_pages();
		page = take_above(gfp, order, WMARK_MIN);
		for (unsigned int round = 0; round < SHRINK_ROUNDS && !page; round++) {
			if (!(gfp & __GFP_WAIT) || !(shrink_slab(gfp) + slab_reap()))
				break;
			drain_local_pages();
			page = take_above(gfp, order, WMARK_MIN);
		}
		if (!page && (gfp & (__GFP_MEMALLOC | __GFP_NOFAIL)))
			page = take_any(gfp, order);
	}
	if (page)
		return page;
	report_failure(gfp, order, caller);
	if (gfp & __GFP_NOFAIL)
		panic("out of memory: order %u, mode 0x%x, and the caller cannot fail", order, gfp);
	return NULL;
}

static void zero_block(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < BIT(order); i++)
		clear_highpage(page + i);
}

/* The long way, for all orders and flags. */
static __noinline struct page *alloc_long(gfp_t gfp, unsigned int order)
{
	struct page *page;

	assert_may_wait(gfp);
	/* No page is both movable and reclaimable. */
	BUG_ON(gfp_flags_type(gfp) >= MIGRATE_PCPTYPES);
	if (should_fail_alloc_page(gfp, order))
		return NULL;
	page = alloc_block(gfp, order, __builtin_return_address(0));
	if (!page)
		return NULL;
	if (unlikely(page_count(page) || page_has_leftovers(page)))
		bad_page(page, "was used while it was free");
	atomic_set(&page->_refcount, 1);
	count_vm_events(VM_PGALLOC, 1u << order);
	if (gfp & __GFP_ZERO)
		zero_block(page, order);
	if (order && (gfp & __GFP_COMP))
		compound_make(page, order);
	return page;
}

/* One frame, cold or zeroed. */
static __noinline struct page *alloc_special(gfp_t gfp)
{
	struct page *page;

	if (gfp & __GFP_COLD)
		return alloc_long(gfp, 0);
	page = alloc_page(gfp & ~__GFP_ZERO);
	if (page)
		clear_highpage(page);
	return page;
}

/* The short way ends here or hands all over: it makes no call that it waits for. */
struct page *alloc_page(gfp_t gfp)
{
	struct page *page;

	if (unlikely(gfp & (__GFP_ZERO | __GFP_COLD)))
		return alloc_special(gfp);
	if (wrong_wait(gfp) ||
	    unlikely(!pcp_take(this_cpu(preferred_list)[gfp & GFP_LISTMASK], &page)))
		return alloc_long(gfp, 0);
	if (unlikely(page_count(page)))
		bad_page(page, "was used while it was free");
	atomic_set(&page->_refcount, 1);
	count_vm_event(VM_PGALLOC);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return order ? alloc_long(gfp, order) : alloc_page(gfp);
}

/* A page without holders is not as it should be: reserved, or an error. */
static __noinline void refuse_free(struct page *page)
{
	if (!PageReserved(page))
		bad_page(page, "freed while in use");
	atomic_set(&page->_refcount, 1);
	refuse_reserved(page);
}

static __noinline void free_block(struct page *page, unsigned int order)
{
	struct zone *zone = page_zone(page);
	unsigned long flags;

	if (PageHead(page))
		compound_check(page, order);
	for (unsigned long i = 0; i < BIT(order); i++) {
		if (page_count(page + i) || page_has_leftovers(page + i)) {
			refuse_free(page + i);
			return;
		}
		page[i].flags &= PAGE_ID_MASK;
	}
	count_vm_events(VM_PGFREE, 1u << order);
	spin_lock_irqsave(&zone->lock, flags);
	buddy_give(zone, page, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* Out of line, so that dropping a reference that is not the last one stays short. */
static __noinline void free_one(struct page *page)
{
	if (unlikely(page_has_leftovers(page))) {
		refuse_free(page);
		return;
	}
	page->flags &= PAGE_ID_MASK;
	count_vm_event(VM_PGFREE);
	if (unlikely(!pcp_give(page_zone(page), page)))
		pcp_flush_give(page_zone(page), page, false);
}

void __free_page(struct page *page)
{
	if (page_drop_ref(page))
		free_one(page);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (order == 0)
		__free_page(page);
	else if (page_drop_ref(page))
		free_block(page, order);
}

void put_page(struct page *page)
{
	if (unlikely(page->flags & (BIT(PG_head) | BIT(PG_tail)))) {
		page = compound_head(page);
		__free_pages(page, compound_order(page));
		return;
	}
	if (page_drop_ref(page))
		free_one(page);
}

unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	struct page *page;

	/* An address is wanted, and a highmem page has none. */
	BUG_ON(gfp & __GFP_HIGHMEM);
	page = alloc_pages(gfp, order);
	return page ? (unsigned long)page_address(page) : 0;
}

unsigned long get_zeroed_page(gfp_t gfp)
{
	return __get_free_pages(gfp | __GFP_ZERO, 0);
}

void free_pages(unsigned long addr, unsigned int order)
{
	if (!addr)
		return;
	BUG_ON(virt_to_pfn(addr) >= max_low_pfn || (addr & ~PAGE_MASK));
	__free_pages(virt_to_page(addr), order);
}
