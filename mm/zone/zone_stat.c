/*
 * zone_stat.c - free blocks, pageblocks and per-CPU frames of a zone, counted when somebody asks.
 *
 * What frames in use are used for is not counted here: each zone has counters
 * (vmstat.h) that change where it happens.
 */
#include "mm/zone_stat.h"
#include "kernel/wait.h"
#include "page/internal.h"

static unsigned long count_list(const struct list_head *list)
{
	const struct list_head *node;
	unsigned long n = 0;

	for (node = list->next; node != list && n < FREE_BLOCKS_COUNTED; node = node->next)
		n++;
	return n;
}

void zone_count_free(struct zone *zone, unsigned int order, unsigned long blocks[MIGRATE_TYPES])
{
	unsigned long flags;

	for (unsigned int type = 0; type < MIGRATE_TYPES; type++) {
		spin_lock_irqsave(&zone->lock, flags);
		blocks[type] = count_list(&zone->free_area[order].free_list[type]);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}

/* The first frame in [pfn, end) that has a struct page, or `end`. */
static pfn_t first_valid(pfn_t pfn, pfn_t end)
{
	while (pfn < end && !pfn_valid(pfn))
		pfn++;
	return pfn;
}

void zone_count_pageblocks(const struct zone *zone, unsigned long blocks[MIGRATE_TYPES])
{
	pfn_t end = zone->start_pfn + zone->spanned_pages, pfn, stop;

	for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
		blocks[type] = 0;
	for (pfn = zone->start_pfn; pfn < end; pfn = stop) {
		pfn_t first;

		stop = min((pfn | (PAGEBLOCK_PAGES - 1)) + 1, end);
		cond_resched();
		first = first_valid(pfn, stop);
		if (first < stop && page_zone(pfn_to_page(first)) == zone)
			blocks[pageblock_type(pfn_to_page(first))]++;
	}
}

unsigned long zone_pcp_count(const struct zone *zone, unsigned int cpu)
{
	const struct per_cpu_pages *pcp = &zone->pcp[cpu];
	unsigned long count = 0;

	for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
		count += pcp->hot[type].count + pcp->cold[type].count;
	return count;
}
