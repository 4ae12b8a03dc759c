/*
 * page_alloc.c - asking for page frames: alloc_page() and alloc_pages().
 *
 * One frame comes from the per-CPU list of the best zone at once. When that is
 * empty, and for everything else, there is the long way, in which each step is
 * tried only when those before it found nothing:
 *
 *   0. a caller that names a node: any zone of that node above its low watermark
 *   1. any zone of the fallback list that stays above its low watermark
 *   2. the same above min (__GFP_HIGH: half of min)
 *   3. again, after giving the per-CPU lists back, which may let blocks merge,
 *      and then, if the caller may sleep, after moving pages out of the way of a
 *      larger block, after pages that are used least have left (reclaim/vmscan.c), and after
 *      freeing objects that shrinkers can do without and empty slabs
 *   4. all of 3 again as long as the out-of-memory killer (oom/oom_kill.c) makes
 *      somebody give memory back
 *   5. a task that is being killed or exits: a quarter of min; __GFP_MEMALLOC and
 *      __GFP_NOFAIL, and whoever is freeing memory and could wait: to the last frame
 *   6. NULL, with one report (not too many a second) unless __GFP_NOWARN
 *
 * Giving back is page_free.c, the report page_report.c.
 */
#include "kernel/wait.h"
#include "mm/compaction.h"
#include "mm/fault_inject.h"
#include "mm/highmem.h"
#include "mm/oom.h"
#include "mm/reclaim.h"
#include "mm/shrinker.h"
#include "internal.h"
#include "slab/internal.h"
#include "zone/internal.h"

/* Each takes half of what shrinkers have; the last ones find nothing or take the rest. */
#define SHRINK_ROUNDS 16u
/* Pages leave memory for blocks up to this order: of larger ones compaction brings more. */
#define RECLAIM_ORDER_MAX 3u

/* Would 2^order frames leave `min` and the reserve in the zone, and is there such a block?
 */
static bool zone_watermark_ok(const struct zone *zone, unsigned int order, unsigned long min,
			      enum zone_type highest_zoneidx)
{
	if (zone->free_pages < BIT(order) + min + zone->lowmem_reserve[highest_zoneidx])
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
enum alloc_mark {
	MARK_LOW,
	MARK_MIN,
	MARK_OOM,
	MARK_NONE
};

/* Frames that a request must leave in a zone, lowmem_reserve[] not counted. */
static unsigned long frames_to_leave(const struct zone *zone, gfp_t gfp, enum alloc_mark mark)
{
	if (mark == MARK_LOW)
		return zone->watermark[WMARK_LOW];
	if (mark == MARK_OOM)
		return zone->watermark[WMARK_MIN] / 4;
	return gfp & __GFP_HIGH ? zone->watermark[WMARK_MIN] / 2 : zone->watermark[WMARK_MIN];
}

/* From the first zone of a list that can spare it; NULL: none can. */
static struct page *take_from_zones(const struct alloc_request *req, const struct zonelist *list,
				    enum alloc_mark mark)
{
	struct zone *zone;

	for (unsigned int i = 0; (zone = list->zones[i]) != NULL; i++) {
		struct page *page;

		if (unlikely(req->nodemask != ALL_NODES) &&
		    !(req->nodemask >> zone->node->node_id & 1))
			continue;
		if (mark != MARK_NONE &&
		    !zone_watermark_ok(zone, req->order, frames_to_leave(zone, req->gfp, mark),
				       list->highest_zoneidx))
			continue;
		page = take_block(zone, req);
		if (page)
			return page;
	}
	return NULL;
}

static struct page *take_from_zonelist(const struct alloc_request *req, enum alloc_mark mark)
{
	return take_from_zones(req, req->zonelist, mark);
}

/* What is used least leaves memory. Who dies need not leave as much as others. */
static struct page *take_from_others(const struct alloc_request *req)
{
	struct reclaim_tries tries = {0};
	struct page *page;

	if (req->order > RECLAIM_ORDER_MAX)
		return NULL;
	do {
		try_to_free_pages(req);
		drain_local_pages();
		page = take_from_zonelist(req, oom_current_dies() ? MARK_OOM : MARK_MIN);
	} while (!page && reclaim_again(req, &tries));
	return page;
}

/* Step 3 above. Who frees memory already is not sent to do so once more. */
static struct page *take_harder(const struct alloc_request *req)
{
	bool wait = (req->gfp & __GFP_WAIT) && !memalloc_noreclaim();
	struct page *page;

	drain_local_pages();
	page = take_from_zonelist(req, MARK_MIN);
	if (!page && req->order && wait && try_to_compact_pages(req))
		page = take_from_zonelist(req, MARK_MIN);
	if (!page && wait)
		page = take_from_others(req);
	for (unsigned int round = 0; round < SHRINK_ROUNDS && !page && wait; round++) {
		if (!(shrink_slab(req->gfp) + slab_reap()))
			break;
		drain_local_pages();
		page = take_from_zonelist(req, MARK_MIN);
	}
	return page;
}

/* Step 5. */
static struct page *take_reserve(const struct alloc_request *req)
{
	if ((req->gfp & (__GFP_MEMALLOC | __GFP_NOFAIL)) ||
	    ((req->gfp & __GFP_WAIT) && memalloc_noreclaim()))
		return take_from_zonelist(req, MARK_NONE);
	if ((req->gfp & __GFP_WAIT) && oom_current_dies())
		return take_from_zonelist(req, MARK_OOM);
	return NULL;
}

static struct page *alloc_block(const struct alloc_request *req)
{
	struct page *page = NULL;

	if (req->order < MAX_ORDER) {
		if (req->thisnode_zonelist)
			page = take_from_zones(req, req->thisnode_zonelist, MARK_LOW);
		if (!page)
			page = take_from_zonelist(req, MARK_LOW);
		if (!page) {
			wakeup_kswapd(req);
			page = take_from_zonelist(req, MARK_MIN);
		}
		if (!page)
			page = take_harder(req);
		while (!page && out_of_memory(req))
			page = take_harder(req);
		if (!page)
			page = take_reserve(req);
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

/* For /proc/vmstat: the request wanted a node and got another one's frames. */
static __noinline void account_miss(const struct alloc_request *req, struct zone *zone)
{
	const struct zonelist *list =
		req->thisnode_zonelist ? req->thisnode_zonelist : req->zonelist;
	struct zone *wanted;

	/* Nodes that the request leaves out were not wanted. */
	for (unsigned int i = 0; (wanted = list->zones[i]) != NULL; i++)
		if (req->nodemask >> wanted->node->node_id & 1)
			break;
	if (!wanted || wanted->node == zone->node)
		return;
	zone->numa_miss += BIT(req->order);
	wanted->numa_foreign += BIT(req->order);
}

/* The long way, for all orders, flags and nodes. */
static struct page *alloc_request(const struct alloc_request *req)
{
	const gfp_t gfp = req->gfp;
	const unsigned int order = req->order;
	struct page *page;
	struct zone *zone;

	assert_may_wait(gfp);
	/* No page is both movable and reclaimable. */
	BUG_ON(gfp_flags_type(gfp) >= MIGRATE_PCPTYPES);
	if (should_fail_alloc_page(gfp, order))
		return NULL;
	page = alloc_block(req);
	if (!page)
		return NULL;
	if (unlikely(page_count(page) || page_has_leftovers(page)))
		bad_page(page, "was used while it was free");
	if (page_poisoning)
		page_poison_check(page, order);
	atomic_set(&page->_refcount, 1);
	zone = page_zone(page);
	zone->taken += BIT(order);
	if (unlikely(nr_online_nodes > 1))
		account_miss(req, zone);
	if (gfp & __GFP_ZERO)
		zero_block(page, order);
	if (order && (gfp & __GFP_COMP))
		compound_make(page, order);
	return page;
}

static __noinline struct page *alloc_long(gfp_t gfp, unsigned int order)
{
	const struct alloc_request req = {.gfp = gfp,
					  .order = order,
					  .zonelist = local_zonelist(gfp),
					  .nodemask = ALL_NODES,
					  .type = gfp_migratetype(gfp),
					  .caller = __builtin_return_address(0)};

	return alloc_request(&req);
}

struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order)
{
	struct alloc_request req = {.gfp = gfp,
				    .order = order,
				    .nodemask = ALL_NODES,
				    .type = gfp_migratetype(gfp),
				    .caller = __builtin_return_address(0)};

	if (nid < 0 || nid >= nr_online_nodes)
		return NULL;
	req.thisnode_zonelist = node_zonelist(nid, gfp | __GFP_THISNODE);
	req.zonelist = node_zonelist(nid, gfp);
	return alloc_request(&req);
}

struct page *alloc_pages_nodemask(gfp_t gfp, unsigned int order, unsigned int nodes)
{
	const struct alloc_request req = {.gfp = gfp,
					  .order = order,
					  .zonelist = local_zonelist(gfp),
					  .nodemask = nodes,
					  .type = gfp_migratetype(gfp),
					  .caller = __builtin_return_address(0)};

	return alloc_request(&req);
}

/* A frame off a per-CPU list becomes the caller's. */
static __always_inline void page_taken(struct pcp_list *list, struct page *page)
{
	if (unlikely(page_count(page)))
		bad_page(page, "was used while it was free");
	atomic_set(&page->_refcount, 1);
	list->taken++;
}

/* One frame, zeroed, cold or of this node. */
static __noinline struct page *alloc_special(gfp_t gfp)
{
	struct pcp_list *list = this_cpu(preferred_list)[gfp & GFP_LISTMASK];
	struct page *page;

	if ((gfp & (__GFP_COLD | __GFP_THISNODE)) || wrong_wait(gfp) || !pcp_take(list, &page))
		return alloc_long(gfp, 0);
	page_taken(list, page);
	clear_highpage(page);
	return page;
}

/* The short way ends here or hands all over: it makes no call that it waits for. */
struct page *alloc_page(gfp_t gfp)
{
	struct pcp_list *list = this_cpu(preferred_list)[gfp & GFP_LISTMASK];
	struct page *page;

	if (unlikely(gfp & (__GFP_ZERO | __GFP_COLD | __GFP_THISNODE)))
		return alloc_special(gfp);
	if (wrong_wait(gfp) || unlikely(!pcp_take(list, &page)))
		return alloc_long(gfp, 0);
	page_taken(list, page);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return order ? alloc_long(gfp, order) : alloc_page(gfp);
}
