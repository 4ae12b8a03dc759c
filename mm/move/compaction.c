/*
 * compaction.c - making large free blocks by moving what lies between small ones.
 *
 * Two scanners go through a zone towards each other:
 *
 *   before  [x.x.|.x.x|x..x|.x..|..x.|x...|....|.x..]    x movable page   . free frame
 *            migrate scanner ->             <- free scanner
 *
 *   after   [....|....|....|....|....|xx.x|.xxx|xxxx]
 *                                   ^ they met: done
 *
 * The migrate scanner isolates pages that can be moved (migrate.c), a batch at a
 * time; the free scanner takes free frames off the buddy system for them. Frames
 * that are free on the left merge as the pages between them go. It ends when
 * there is a block of the wanted order, or when the scanners meet.
 *
 * The free scanner takes frames from Movable pageblocks only, so that pages do
 * not come to lie where others can never be moved, and leaves blocks of a whole pageblock
 * alone. What it took and did not need it gives back at the end.
 *
 * A zone in which this failed is left alone for a while: the next 1, 2, 4, ... 64
 * requests for blocks of that size or more go without (as in Linux).
 */
#include "mm/compaction.h"
#include "kernel/wait.h"
#include "mm/migrate.h"
#include "mm/vmstat.h"
#include "page/internal.h"

/* Pages isolated before they are moved: Linux's COMPACT_CLUSTER_MAX. */
#define BATCH 32u
/* The free scanner looks at this many frames with zone->lock held, and keeps at most one more
 * block of this size than it needs. */
#define PIECE_ORDER  6u
#define PIECE_FRAMES BIT(PIECE_ORDER)
/* Smaller blocks than this are not looked for more often than blocks of this order would be. */
#define LOOK_ORDER 5
/* Requests that a zone is left alone for, at most: 1 << this. */
#define DEFER_SHIFT_MOST 6u

struct compact_control {
	struct zone *zone;
	int order;		 /* wanted, or COMPACT_WHOLE_ZONE */
	pfn_t migrate_pfn;	 /* first frame that the migrate scanner has not seen */
	pfn_t free_pfn;		 /* the free scanner has seen this one and all above */
	struct list_head frames; /* free frames to move to, one reference each */
	struct list_head pages;	 /* isolated pages */
	unsigned int nr_pages;
};

/* How a zone did lately. */
struct compact_history {
	unsigned int considered; /* requests since the last failure */
	unsigned int shift;	 /* 1 << shift of them go without */
	unsigned int failed;	 /* smallest order that failed; 0: none */
};

static struct compact_history history[MAX_NUMNODES][MAX_NR_ZONES];

static struct compact_history *history_of(const struct zone *zone)
{
	return &history[zone->node->node_id][zone_idx(zone)];
}

static bool is_deferred(const struct zone *zone, unsigned int order)
{
	struct compact_history *h = history_of(zone);

	if (!h->failed || order < h->failed)
		return false;
	return ++h->considered < 1u << h->shift;
}

static void note_failure(const struct zone *zone, unsigned int order)
{
	struct compact_history *h = history_of(zone);

	h->considered = 0;
	h->shift = min(h->shift + 1, DEFER_SHIFT_MOST);
	h->failed = h->failed ? min(h->failed, order) : order;
}

static void note_success(const struct zone *zone, unsigned int order)
{
	struct compact_history *h = history_of(zone);

	if (h->failed && order >= h->failed)
		*h = (struct compact_history){0};
}

/* --- the free scanner --- */

/* Frames of this pageblock may be filled with movable pages. */
static bool is_target(const struct page *page)
{
	return pageblock_type(page) == MIGRATE_MOVABLE ||
	       (page_group_by_mobility_disabled && pageblock_type(page) != MIGRATE_ISOLATE);
}

static void keep_frames(struct compact_control *cc, struct page *page, unsigned int order)
{
	if (page_poisoning)
		page_poison_check(page, order);
	page_zone(page)->taken += BIT(order);
	for (unsigned long i = 0; i < BIT(order); i++) {
		atomic_set(&page[i]._refcount, 1);
		list_add(&page[i].lru, &cc->frames);
	}
}

/*
 * Takes the free block off its list, of a large one only the upper end. Returns
 * the first frame that was taken. zone->lock held.
 */
static struct page *take_block(struct compact_control *cc, struct page *page)
{
	unsigned int order = buddy_isolate_block(cc->zone, page);

	while (order > PIECE_ORDER) {
		order--;
		buddy_give(cc->zone, page, order);
		page += BIT(order);
	}
	keep_frames(cc, page, order);
	return page;
}

/*
 * Takes what is free in [start, end), part of one pageblock; returns the lowest frame
 * that need not be looked at again.
 */
static pfn_t scan_piece(struct compact_control *cc, pfn_t start, pfn_t end)
{
	unsigned long flags;

	count_vm_events(VM_COMPACTFREE_SCANNED, (u32)(end - start));
	spin_lock_irqsave(&cc->zone->lock, flags);
	for (pfn_t pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;

		if (!page || page_zone(page) != cc->zone || !PageBuddy(page) ||
		    page->private >= PAGEBLOCK_ORDER)
			continue;
		if (page->private > PIECE_ORDER) {
			start = page_to_pfn(take_block(cc, page));
			break;
		}
		pfn += BIT(page->private) - 1;
		take_block(cc, page);
	}
	spin_unlock_irqrestore(&cc->zone->lock, flags);
	return start;
}

/* Makes cc->frames not empty, unless the scanners have met. */
static void find_frames(struct compact_control *cc)
{
	while (list_empty(&cc->frames)) {
		pfn_t start = (cc->free_pfn - 1) & ~(PIECE_FRAMES - 1);

		if (cc->free_pfn <= cc->migrate_pfn || start < cc->migrate_pfn) {
			cc->free_pfn = cc->migrate_pfn;
			return;
		}
		if (pfn_valid(start) && is_target(pfn_to_page(start)))
			start = scan_piece(cc, start, cc->free_pfn);
		cc->free_pfn = start;
		cond_resched();
	}
}

static struct page *frame_for(struct page *from, unsigned long private)
{
	struct compact_control *cc = (void *)private;
	struct page *page;

	(void)from;
	find_frames(cc);
	if (list_empty(&cc->frames))
		return NULL;
	page = list_first_entry(&cc->frames, struct page, lru);
	list_del(&page->lru);
	return page;
}

static void frame_back(struct page *page, unsigned long private)
{
	struct compact_control *cc = (void *)private;

	list_add(&page->lru, &cc->frames);
}

static void release_frames(struct compact_control *cc)
{
	while (!list_empty(&cc->frames)) {
		struct page *page = list_first_entry(&cc->frames, struct page, lru);

		list_del(&page->lru);
		__free_page(page);
	}
}

/* --- the migrate scanner --- */

/* How far behind a frame of the zone the next one to look at is. */
static pfn_t scan_frame(struct compact_control *cc, struct page *page)
{
	unsigned long order = page->private;

	/* Not locked: an interrupt may take the block, and then only a page is missed. */
	if (PageBuddy(page))
		return order < MAX_ORDER ? BIT(order) : 1;
	if (!isolate_page(page, &cc->pages))
		cc->nr_pages++;
	return 1;
}

static unsigned long look_mask(const struct compact_control *cc)
{
	int order = cc->order == COMPACT_WHOLE_ZONE ? (int)PAGEBLOCK_ORDER : cc->order;

	return BIT(max(order, LOOK_ORDER)) - 1;
}

/* Isolates a batch, or less when that reaches the end of a block of the wanted order. */
static void isolate_batch(struct compact_control *cc)
{
	pfn_t start = cc->migrate_pfn, pfn = start;
	pfn_t end = min((pfn | look_mask(cc)) + 1, cc->free_pfn);

	while (pfn < end && cc->nr_pages < BATCH) {
		struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;

		pfn += page && page_zone(page) == cc->zone ? scan_frame(cc, page) : 1;
	}
	cc->migrate_pfn = pfn;
	count_vm_events(VM_COMPACTMIGRATE_SCANNED, (u32)(pfn - start));
	count_vm_events(VM_COMPACTISOLATED, cc->nr_pages);
}

static void move_batch(struct compact_control *cc)
{
	if (migrate_pages(&cc->pages, frame_for, frame_back, (unsigned long)cc, MIGRATE_ASYNC))
		putback_movable_pages(&cc->pages);
	cc->nr_pages = 0;
}

/* --- one zone --- */

/* Room for the frames to move to, twice: some are in use before others are free. */
static bool is_worth_it(const struct zone *zone, int order)
{
	return zone->free_pages >= zone->watermark[WMARK_LOW] + (2ul << order);
}

/* Has a block of the wanted order come together? */
static bool is_done(const struct compact_control *cc)
{
	if (cc->order == COMPACT_WHOLE_ZONE || (cc->migrate_pfn & look_mask(cc)))
		return false;
	drain_local_pages();
	return zone_has_block(cc->zone, (unsigned int)cc->order);
}

static enum compact_result compact_zone(struct compact_control *cc)
{
	enum compact_result result = COMPACT_COMPLETE;

	while (result != COMPACT_SUCCESS && cc->migrate_pfn < cc->free_pfn) {
		isolate_batch(cc);
		if (cc->nr_pages)
			move_batch(cc);
		if (is_done(cc))
			result = COMPACT_SUCCESS;
		cond_resched();
	}
	release_frames(cc);
	drain_local_pages();
	return result;
}

enum compact_result compact_zone_order(struct zone *zone, int order)
{
	struct compact_control cc = {
		.zone = zone,
		.order = order,
		.migrate_pfn = zone->start_pfn,
		.free_pfn = zone->start_pfn + zone->spanned_pages,
	};

	BUG_ON(order < COMPACT_WHOLE_ZONE || order >= MAX_ORDER);
	might_sleep();
	INIT_LIST_HEAD(&cc.frames);
	INIT_LIST_HEAD(&cc.pages);
	if (order != COMPACT_WHOLE_ZONE) {
		if (zone_has_block(zone, (unsigned int)order))
			return COMPACT_SUCCESS;
		if (!is_worth_it(zone, order))
			return COMPACT_SKIPPED;
	}
	return compact_zone(&cc);
}

static enum compact_result try_zone(struct zone *zone, unsigned int order)
{
	enum compact_result result;

	if (is_deferred(zone, order))
		return COMPACT_DEFERRED;
	result = compact_zone_order(zone, (int)order);
	if (result == COMPACT_SUCCESS)
		note_success(zone, order);
	else if (result == COMPACT_COMPLETE)
		note_failure(zone, order);
	return result;
}

bool try_to_compact_pages(const struct alloc_request *req)
{
	struct zone *const *zones = req->zonelist->zones;
	bool tried = false;

	if (irqs_disabled())
		return false; /* boot: nobody can wait for a page lock yet */
	for (unsigned int i = 0; zones[i]; i++) {
		enum compact_result result = try_zone(zones[i], req->order);

		if (result == COMPACT_SUCCESS) {
			count_vm_event(VM_COMPACTSTALL);
			count_vm_event(VM_COMPACTSUCCESS);
			return true;
		}
		tried |= result == COMPACT_COMPLETE;
	}
	if (tried) {
		count_vm_event(VM_COMPACTSTALL);
		count_vm_event(VM_COMPACTFAIL);
	}
	return false;
}

void compact_memory(void)
{
	struct zone *zone;

	for_each_zone (zone)
		if (zone->managed_pages)
			compact_zone_order(zone, COMPACT_WHOLE_ZONE);
}
