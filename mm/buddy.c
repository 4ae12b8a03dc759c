/*
 * buddy.c - free blocks of 2^order frames, kept so that neighbours find each other.
 *
 * A block of order n starts at a frame that is a multiple of 2^n. Its buddy is
 * the other half of the block of order n + 1 that holds it: frame ^ 2^n.
 *
 *   take(1) from one free block of order 3:      give it back:
 *     [0 1 2 3 4 5 6 7]            order 3         [0 1]  buddy [2 3] is free of the
 *     [0 1 2 3][4 5 6 7]           split, keep     same order: join to [0 1 2 3],
 *     [0 1][2 3]                   the upper       buddy [4 5 6 7] is free: join to
 *      taken ^ free                half            [0 1 2 3 4 5 6 7]
 *
 * The head page of a free block carries PG_buddy and the order in ->private;
 * all its pages have _refcount 0. Free lists are last in, first out, so that
 * what was used last, and may still be cached, is used next.
 *
 * All of it runs under zone->lock with interrupts off; the cost depends on the
 * number of orders only, not on the amount of memory.
 */
#include "kernel/printk.h"
#include "internal.h"

/* Flag bits of a free block's head that say: free, and of this very zone and node. */
#define BUDDY_MASK (PAGE_ID_MASK | BIT(PG_buddy))

static void block_insert(struct zone *zone, struct page *page, unsigned int order)
{
	struct free_area *area = &zone->free_area[order];
	enum migratetype type = pageblock_type(page);

	page->private = order;
	page->flags |= BIT(PG_buddy);
	list_add(&page->lru, &area->free_list[type]);
	area->nr_free++;
}

static void block_remove(struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->lru);
	page->flags &= ~BIT(PG_buddy);
	zone->free_area[order].nr_free--;
}

struct page *buddy_take(struct zone *zone, unsigned int order, enum migratetype type)
{
	unsigned int have = order;
	struct page *page;

	(void)type;

	while (!zone->free_area[have].nr_free)
		if (++have == MAX_ORDER)
			return NULL;
	page = list_first_entry(&zone->free_area[have].free_list[MIGRATE_UNMOVABLE], struct page,
				lru);
	block_remove(zone, page, have);
	while (have > order) {
		have--;
		block_insert(zone, page + BIT(have), have);
	}
	zone->free_pages -= BIT(order);
	return page;
}

/* The free block of the same order that `page` makes a larger one with, or NULL. */
static struct page *free_buddy(const struct page *page, pfn_t pfn, unsigned int order)
{
	pfn_t buddy_pfn = pfn ^ BIT(order);
	struct page *buddy;

	if (!pfn_valid(buddy_pfn))
		return NULL;
	buddy = pfn_to_page(buddy_pfn);
	if ((buddy->flags & BUDDY_MASK) != ((page->flags & PAGE_ID_MASK) | BIT(PG_buddy)))
		return NULL;
	return buddy->private == order ? buddy : NULL;
}

void buddy_give(struct zone *zone, struct page *page, unsigned int order)
{
	pfn_t pfn = page_to_pfn(page);

	zone->free_pages += BIT(order);
	while (order < MAX_ORDER - 1) {
		struct page *buddy = free_buddy(page, pfn, order);

		if (!buddy)
			break;
		block_remove(zone, buddy, order);
		pfn &= ~BIT(order);
		page = pfn_to_page(pfn);
		order++;
	}
	block_insert(zone, page, order);
}

/* A block in a free list: is it where and what it says? */
static void check_block(const struct zone *zone, const struct page *page, unsigned int order)
{
	pfn_t pfn = page_to_pfn(page);

	if (!PageBuddy(page) || page->private != order)
		bad_page(page, "in a free list, but not marked as a free block of that order");
	if (page_zone(page) != zone || pfn < zone->start_pfn ||
	    pfn + BIT(order) > zone->start_pfn + zone->spanned_pages)
		bad_page(page, "in a free list of another zone");
	if (pfn & (BIT(order) - 1))
		bad_page(page, "free block is not aligned to its size");
	if (order < MAX_ORDER - 1 && free_buddy(page, pfn, order))
		bad_page(page, "free block was not joined with its buddy");
	for (unsigned long i = 0; i < BIT(order); i++) {
		if (page_count(page + i) || page_mapcount(page + i))
			bad_page(page + i, "inside a free block, but has users");
		if (i && (page[i].flags & ~PAGE_ID_MASK))
			bad_page(page + i, "inside a free block, but has flags");
	}
}

static void check_zone(const struct zone *zone)
{
	unsigned long frames = 0;
	const struct page *page;

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		const struct free_area *area = &zone->free_area[order];
		unsigned long blocks = 0;

		list_for_each_entry (page, &area->free_list[MIGRATE_UNMOVABLE], lru) {
			if (++blocks > area->nr_free)
				break;
			check_block(zone, page, order);
			frames += BIT(order);
		}
		if (blocks != area->nr_free)
			panic("zone %s: order %u has %lu blocks, nr_free says %lu", zone->name,
			      order, blocks, area->nr_free);
	}
	if (frames != zone->free_pages)
		panic("zone %s: %lu frames in free lists, free_pages says %lu", zone->name, frames,
		      zone->free_pages);
}

static void check_pcp(const struct zone *zone, const struct per_cpu_pages *pcp)
{
	const struct pcp_hot *hot = &pcp->hot[MIGRATE_UNMOVABLE];

	if (hot->count > pcp->high)
		panic("zone %s: %u frames held for a CPU, at most %u may be", zone->name,
		      hot->count, pcp->high);
	for (unsigned int i = 0; i < hot->count; i++) {
		const struct page *page = hot->entry[i];

		if (page_zone(page) != zone || page_count(page) || (page->flags & ~PAGE_ID_MASK))
			bad_page(page, "held for a CPU, but not a free page of its zone");
	}
}

void buddy_check(void)
{
	unsigned long flags;
	struct zone *zone;

	for_each_zone (zone) {
		spin_lock_irqsave(&zone->lock, flags);
		check_zone(zone);
		for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
			check_pcp(zone, &zone->pcp[cpu]);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}
