/*
 * buddy_validate.c - walks all that the page allocator keeps and panics on the first thing that is
 * not as it should be. For tests: its cost grows with memory.
 *
 *   free blocks   marked, aligned, inside their zone, joined as far as possible, on the list of
 *                 their pageblock's type, without users; as many as the counters say
 *   per-CPU lists free frames of their zone, no longer than they may be
 *
 * The zone is locked, with interrupts off, for PIECE frames at a time. An interrupt that comes
 * between two pieces may take frames or give some back: then the zone is looked at anew.
 */
#include "kernel/printk.h"
#include "mm/vmstat.h"
#include "internal.h"

#define PIECE 256u /* frames, or other things about as long to look at */

struct walk {
	struct zone *zone;
	unsigned long flags;
	unsigned int work; /* since interrupts were last let in */
	/* A zone that has changed does not have both of these as they were: to take frames from it
	 * makes fewer free ones, and to give them back is counted. */
	unsigned long free_pages;
	u32 freed;
};

static void begin(struct walk *walk)
{
	spin_lock_irqsave(&walk->zone->lock, walk->flags);
	walk->work = 0;
	walk->free_pages = walk->zone->free_pages;
	walk->freed = vm_event_sum(VM_PGFREE);
}

static void end(struct walk *walk)
{
	spin_unlock_irqrestore(&walk->zone->lock, walk->flags);
}

/* Has looked at `work` more frames; lets interrupts in when it is time. False: all is different. */
static bool go_on(struct walk *walk, unsigned int work)
{
	walk->work += work;
	if (walk->work < PIECE)
		return true;
	walk->work = 0;
	spin_unlock_irqrestore(&walk->zone->lock, walk->flags);
	spin_lock_irqsave(&walk->zone->lock, walk->flags);
	return walk->zone->free_pages == walk->free_pages && vm_event_sum(VM_PGFREE) == walk->freed;
}

/* The frames of a free block. False: changed meanwhile, as in all that follow. */
static bool check_frames(struct walk *walk, const struct page *page, unsigned int order)
{
	for (unsigned int i = 0; i < BIT(order); i++) {
		if (page_count(page + i) || page_mapcount(page + i))
			bad_page(page + i, "inside a free block, but has users");
		if (i && (page[i].flags & ~PAGE_ID_MASK))
			bad_page(page + i, "inside a free block, but has flags");
		if (!go_on(walk, 1))
			return false;
	}
	return true;
}

/* A block in a free list: is it where and what it says? */
static bool check_block(struct walk *walk, const struct page *page, unsigned int order,
			unsigned int type)
{
	const struct zone *zone = walk->zone;
	pfn_t pfn = page_to_pfn(page);

	if (!PageBuddy(page) || page->private != order)
		bad_page(page, "in a free list, but not marked as a free block of that order");
	if (page_zone(page) != zone || pfn < zone->start_pfn ||
	    pfn + BIT(order) > zone->start_pfn + zone->spanned_pages)
		bad_page(page, "in a free list of another zone");
	if (pageblock_type(page) != type)
		bad_page(page, "in a free list of another type than its pageblock's");
	if (pfn & (BIT(order) - 1))
		bad_page(page, "free block is not aligned to its size");
	if (order < MAX_ORDER - 1 && buddy_of(page, pfn, order))
		bad_page(page, "free block was not joined with its buddy");
	return check_frames(walk, page, order);
}

/* One list; adds its blocks. */
static bool check_list(struct walk *walk, unsigned int order, unsigned int type,
		       unsigned long *blocks)
{
	const struct free_area *area = &walk->zone->free_area[order];
	const struct page *page;
	unsigned long seen = 0;

	list_for_each_entry (page, &area->free_list[type], lru) {
		if (++seen > area->nr_free)
			break;
		if (!check_block(walk, page, order, type))
			return false;
	}
	*blocks += seen;
	return true;
}

/* All lists of an order; adds the frames in them, and those that are isolated. */
static bool check_order(struct walk *walk, unsigned int order, unsigned long *frames,
			unsigned long *in_isolation)
{
	const struct zone *zone = walk->zone;
	unsigned long blocks = 0, isolated = 0;

	for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
		if (!check_list(walk, order, type, &blocks))
			return false;
	if (!check_list(walk, order, MIGRATE_ISOLATE, &isolated))
		return false;
	if (blocks + isolated != zone->free_area[order].nr_free)
		panic("zone %s: order %u has %lu blocks, nr_free says %lu", zone->name, order,
		      blocks + isolated, zone->free_area[order].nr_free);
	*frames += blocks << order;
	*in_isolation += isolated << order;
	return true;
}

static bool check_free_lists(struct walk *walk)
{
	const struct zone *zone = walk->zone;
	unsigned long frames = 0, isolated = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		if (!check_order(walk, order, &frames, &isolated))
			return false;
	if (frames != zone->free_pages)
		panic("zone %s: %lu frames in free lists, free_pages says %lu", zone->name, frames,
		      zone->free_pages);
	if (isolated != zone->nr_isolated)
		panic("zone %s: %lu frames in isolated lists, nr_isolated says %lu", zone->name,
		      isolated, zone->nr_isolated);
	return true;
}

static void check_pcp_list(const struct zone *zone, const struct pcp_list *list)
{
	if (list->count > PCP_MOST)
		panic("zone %s: %u frames held for a CPU, at most %u may be", zone->name,
		      list->count, PCP_MOST);
	for (unsigned int i = 0; i < list->count; i++) {
		const struct page *page = list->entry[i];

		if (page_zone(page) != zone || page_count(page) || (page->flags & ~PAGE_ID_MASK))
			bad_page(page, "held for a CPU, but not a free page of its zone");
	}
}

/* What waits for a CPU, list by list: each is looked at as a whole. */
static void check_pcp(struct walk *walk, const struct per_cpu_pages *pcp)
{
	for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++) {
		check_pcp_list(walk->zone, &pcp->hot[type]);
		go_on(walk, PIECE);
		check_pcp_list(walk->zone, &pcp->cold[type]);
		go_on(walk, PIECE);
	}
	if (pcp->by_type[MIGRATE_ISOLATE]->count)
		panic("zone %s: frames of isolated pageblocks are held for a CPU",
		      walk->zone->name);
}

/* What pageblock_types[] says of the blocks of a zone. */
static void check_types(struct walk *walk)
{
	const struct zone *zone = walk->zone;
	pfn_t end = zone->start_pfn + zone->spanned_pages;

	if (!zone->spanned_pages)
		return;
	if (zone->start_pfn & (PAGEBLOCK_PAGES - 1))
		panic("zone %s begins inside a pageblock, at frame 0x%lx", zone->name,
		      zone->start_pfn);
	for (pfn_t pfn = zone->start_pfn; pfn < end; pfn += PAGEBLOCK_PAGES) {
		if (pageblock_types[pfn >> PAGEBLOCK_ORDER] >= MIGRATE_TYPES)
			panic("pageblock at frame 0x%lx has no type", pfn);
		go_on(walk, 1);
	}
}

static void check_zone(struct zone *zone)
{
	struct walk walk = {.zone = zone};
	bool unchanged;

	begin(&walk);
	check_types(&walk);
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		check_pcp(&walk, &zone->pcp[cpu]);
	end(&walk);
	do {
		begin(&walk);
		unchanged = check_free_lists(&walk);
		end(&walk);
	} while (!unchanged);
}

void buddy_check(void)
{
	struct zone *zone;

	for_each_zone (zone)
		check_zone(zone);
}
