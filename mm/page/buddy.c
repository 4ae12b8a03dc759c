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
 * all its pages have _refcount 0. Each order has a list for each migrate type;
 * a block stands in that of its pageblock (pageblock.c), which is as large as
 * the largest block, so that parts and wholes are of one type. Lists are last
 * in, first out, so that what was used last, and may still be cached, is used
 * next.
 *
 * All of it runs under zone->lock with interrupts off; the cost depends on the
 * number of orders only, not on the amount of memory.
 */
#include "internal.h"

static void block_insert(struct zone *zone, struct page *page, unsigned int order,
			 enum migratetype type)
{
	struct free_area *area = &zone->free_area[order];

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

/* The smallest free block of a type with at least `order`; NULL: none. *have is its order. */
static struct page *smallest_block(const struct zone *zone, unsigned int order,
				   enum migratetype type, unsigned int *have)
{
	for (; order < MAX_ORDER; order++) {
		const struct list_head *list = &zone->free_area[order].free_list[type];

		if (!list_empty(list)) {
			*have = order;
			return list_first_entry(list, struct page, lru);
		}
	}
	return NULL;
}

struct page *buddy_take(struct zone *zone, unsigned int order, enum migratetype type)
{
	unsigned int have;
	struct page *page = smallest_block(zone, order, type, &have);

	if (unlikely(!page)) {
		page = pageblock_fallback(zone, order, type, &have, &type);
		if (!page)
			return NULL;
	}
	block_remove(zone, page, have);
	while (have > order) {
		have--;
		block_insert(zone, page + BIT(have), have, type);
	}
	zone->free_pages -= BIT(order);
	return page;
}

unsigned int buddy_isolate_block(struct zone *zone, struct page *page)
{
	unsigned int order = (unsigned int)page->private;

	BUG_ON(!PageBuddy(page) || page_zone(page) != zone);
	block_remove(zone, page, order);
	buddy_account(zone, pageblock_type(page), -(long)BIT(order));
	return order;
}

void buddy_give(struct zone *zone, struct page *page, unsigned int order)
{
	const enum migratetype type = pageblock_type(page);
	pfn_t pfn = page_to_pfn(page);

	buddy_account(zone, type, (long)BIT(order));
	while (order < MAX_ORDER - 1) {
		struct page *buddy = buddy_of(page, pfn, order);

		if (!buddy)
			break;
		block_remove(zone, buddy, order);
		pfn &= ~BIT(order);
		page = pfn_to_page(pfn);
		order++;
	}
	block_insert(zone, page, order, type);
}
