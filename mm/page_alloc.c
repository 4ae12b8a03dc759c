/*
 * page_alloc.c - asking for page frames: alloc_page() and alloc_pages().
 *
 * One frame comes from the per-CPU list of the best zone at once. When that is
 * empty, and for everything else, there is the long way, in which each step is
 * tried only when those before it found nothing:
 *
 *   1. any zone of the fallback list that stays above its low watermark
 *   2. the same above min (__GFP_HIGH: half of min)
 *   3. again, after giving the per-CPU lists back, which may let blocks merge,
 *      and then, if the caller may sleep, after moving pages out of the way of a
 *      larger block, and after freeing objects that shrinkers can do without and
 *      empty slabs
 *   4. __GFP_MEMALLOC and __GFP_NOFAIL: whatever is there, to the last frame
 *   5. NULL, with one report (not too many a second) unless __GFP_NOWARN
 *
 * Giving back is page_free.c, the report page_report.c.
 */
#include "mm/compaction.h"
#include "mm/fault_inject.h"
#include "mm/highmem.h"
#include "mm/shrinker.h"
#include "mm/vmstat.h"
#include "internal.h"

/* Each takes half of what shrinkers have; the last ones find nothing or take the rest. */
#define SHRINK_ROUNDS 16u

/* Would 2^order frames leave `min` and the class's reserve in the zone, and is there such a block?
 */
static bool zone_has_room(const struct zone *zone, unsigned int order, unsigned long min,
			  enum zone_type class)
{
	if (zone->free_pages < BIT(order) + min + zone->lowmem_reserve[class])
		return false;
	return order == 0 || zone_has_block(zone, order);
}

static struct page *take_block(struct zone *zone, const struct alloc_request *req)
{
	struct page *page;
	unsigned long flags;

	if (req->order == 0)
		return pcp_refill_take(zone, req->type, req->gfp & __GFP_COLD);
	spin_lock_irqsave(&zone->lock, flags);
	page = buddy_take(zone, req->order, req->type);
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

/* How far down a request may go. */
enum floor {
	FLOOR_LOW,
	FLOOR_MIN,
	FLOOR_NONE
};

/* Frames that a request must leave in a zone, its class's reserve not counted. */
static unsigned long zone_floor(const struct zone *zone, gfp_t gfp, enum floor floor)
{
	if (floor == FLOOR_LOW)
		return zone->watermark[WMARK_LOW];
	return gfp & __GFP_HIGH ? zone->watermark[WMARK_MIN] / 2 : zone->watermark[WMARK_MIN];
}

/* From the first zone of the list that can spare it; NULL: none can. */
static struct page *take_from_list(const struct alloc_request *req, enum floor floor)
{
	const struct zonelist *list = req->list;
	struct zone *zone;

	for (unsigned int i = 0; (zone = list->zones[i]) != NULL; i++) {
		struct page *page;

		if (floor != FLOOR_NONE &&
		    !zone_has_room(zone, req->order, zone_floor(zone, req->gfp, floor),
				   list->class))
			continue;
		page = take_block(zone, req);
		if (page)
			return page;
	}
	return NULL;
}

/* Step 3 above. */
static struct page *take_harder(const struct alloc_request *req)
{
	struct page *page;

	drain_local_pages();
	page = take_from_list(req, FLOOR_MIN);
	if (!page && req->order && (req->gfp & __GFP_WAIT) && try_to_compact_pages(req))
		page = take_from_list(req, FLOOR_MIN);
	for (unsigned int round = 0; round < SHRINK_ROUNDS && !page; round++) {
		if (!(req->gfp & __GFP_WAIT) || !(shrink_slab(req->gfp) + slab_reap()))
			break;
		drain_local_pages();
		page = take_from_list(req, FLOOR_MIN);
	}
	return page;
}

static struct page *alloc_block(const struct alloc_request *req)
{
	struct page *page = NULL;

	if (req->order < MAX_ORDER) {
		page = take_from_list(req, FLOOR_LOW);
		if (!page)
			page = take_from_list(req, FLOOR_MIN);
		if (!page)
			page = take_harder(req);
		if (!page && (req->gfp & (__GFP_MEMALLOC | __GFP_NOFAIL)))
			page = take_from_list(req, FLOOR_NONE);
	}
	if (unlikely(!page))
		alloc_failed(req);
	return page;
}

static void zero_block(struct page *page, unsigned int order)
{
	for (unsigned long i = 0; i < BIT(order); i++)
		clear_highpage(page + i);
}

/* The long way, for all orders and flags. */
static __noinline struct page *alloc_long(gfp_t gfp, unsigned int order)
{
	const struct alloc_request req = {.gfp = gfp,
					  .order = order,
					  .list = local_zonelist(gfp),
					  .type = gfp_migratetype(gfp),
					  .caller = __builtin_return_address(0)};
	struct page *page;

	assert_may_wait(gfp);
	/* No page is both movable and reclaimable. */
	BUG_ON(gfp_flags_type(gfp) >= MIGRATE_PCPTYPES);
	if (should_fail_alloc_page(gfp, order))
		return NULL;
	page = alloc_block(&req);
	if (!page)
		return NULL;
	if (unlikely(page_count(page) || page_has_leftovers(page)))
		bad_page(page, "was used while it was free");
	if (page_poisoning)
		page_poison_check(page, order);
	atomic_set(&page->_refcount, 1);
	count_vm_events(VM_PGALLOC, 1u << order);
	if (gfp & __GFP_ZERO)
		zero_block(page, order);
	if (order && (gfp & __GFP_COMP))
		compound_make(page, order);
	return page;
}

/* A frame off a per-CPU list becomes the caller's. */
static __always_inline void page_taken(struct page *page)
{
	if (unlikely(page_count(page)))
		bad_page(page, "was used while it was free");
	atomic_set(&page->_refcount, 1);
	count_vm_event(VM_PGALLOC);
}

/* One frame, cold or zeroed. */
static __noinline struct page *alloc_special(gfp_t gfp)
{
	struct page *page;

	if ((gfp & __GFP_COLD) || wrong_wait(gfp) ||
	    !pcp_take(this_cpu(preferred_list)[gfp & GFP_LISTMASK], &page))
		return alloc_long(gfp, 0);
	page_taken(page);
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
	page_taken(page);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return order ? alloc_long(gfp, order) : alloc_page(gfp);
}
