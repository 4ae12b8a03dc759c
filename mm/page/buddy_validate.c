/*
 * buddy_validate.c - walks all that the page allocator keeps and panics on the first thing that is
 * not as it should be. For tests: its cost grows with memory.
 *
 *   free blocks   marked, aligned, inside their zone, joined as far as possible, on the list of
 *                 their pageblock's type, without users; as many as the counters say
 *   per-CPU lists free frames of their zone, no longer than they may be
 */
#include "kernel/printk.h"
#include "internal.h"

/* A block in a free list: is it where and what it says? */
static void check_block(const struct zone *zone, const struct page *page, unsigned int order,
			unsigned int type)
{
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
	for (unsigned long i = 0; i < BIT(order); i++) {
		if (page_count(page + i) || page_mapcount(page + i))
			bad_page(page + i, "inside a free block, but has users");
		if (i && (page[i].flags & ~PAGE_ID_MASK))
			bad_page(page + i, "inside a free block, but has flags");
	}
}

/* One list; returns its blocks. */
static unsigned long check_list(const struct zone *zone, unsigned int order, unsigned int type)
{
	const struct free_area *area = &zone->free_area[order];
	const struct page *page;
	unsigned long blocks = 0;

	list_for_each_entry (page, &area->free_list[type], lru) {
		if (++blocks > area->nr_free)
			break;
		check_block(zone, page, order, type);
	}
	return blocks;
}

static void check_zone(const struct zone *zone)
{
	unsigned long frames = 0, isolated = 0;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long blocks = 0;

		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
			blocks += check_list(zone, order, type);
		frames += blocks << order;
		isolated += check_list(zone, order, MIGRATE_ISOLATE) << order;
		blocks += check_list(zone, order, MIGRATE_ISOLATE);
		if (blocks != zone->free_area[order].nr_free)
			panic("zone %s: order %u has %lu blocks, nr_free says %lu", zone->name,
			      order, blocks, zone->free_area[order].nr_free);
	}
	if (frames != zone->free_pages)
		panic("zone %s: %lu frames in free lists, free_pages says %lu", zone->name, frames,
		      zone->free_pages);
	if (isolated != zone->nr_isolated)
		panic("zone %s: %lu frames in isolated lists, nr_isolated says %lu", zone->name,
		      isolated, zone->nr_isolated);
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

static void check_pcp(const struct zone *zone, const struct per_cpu_pages *pcp)
{
	for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++) {
		check_pcp_list(zone, &pcp->hot[type]);
		check_pcp_list(zone, &pcp->cold[type]);
	}
	if (pcp->by_type[MIGRATE_ISOLATE]->count)
		panic("zone %s: frames of isolated pageblocks are held for a CPU", zone->name);
}

/* What pageblock_types[] says of the blocks of a zone. */
static void check_types(const struct zone *zone)
{
	pfn_t end = zone->start_pfn + zone->spanned_pages;

	if (!zone->spanned_pages)
		return;
	if (zone->start_pfn & (PAGEBLOCK_PAGES - 1))
		panic("zone %s begins inside a pageblock, at frame 0x%lx", zone->name,
		      zone->start_pfn);
	for (pfn_t pfn = zone->start_pfn; pfn < end; pfn += PAGEBLOCK_PAGES)
		if (pageblock_types[pfn >> PAGEBLOCK_ORDER] >= MIGRATE_TYPES)
			panic("pageblock at frame 0x%lx has no type", pfn);
}

void buddy_check(void)
{
	unsigned long flags;
	struct zone *zone;

	for_each_zone (zone) {
		spin_lock_irqsave(&zone->lock, flags);
		check_types(zone);
		check_zone(zone);
		for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
			check_pcp(zone, &zone->pcp[cpu]);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}
