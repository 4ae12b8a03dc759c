/*
 * pcp.c - single frames held for one CPU, in front of the buddy system.
 *
 *                     coldest           hottest
 *     buddy system -> [ 0 | 1 | 2 | ... | count - 1 ]  -> alloc_page()
 *                  <-   a batch                       <-  __free_page()
 *
 * Most requests are for one frame. They take the frame freed last, which the
 * data cache probably still holds, without a lock: interrupts are off for a few
 * instructions (pcp_take() and pcp_give() in internal.h). Only a refill or a
 * flush of `batch` frames goes to the buddy system, under zone->lock.
 *
 * Frames held here have no PG_buddy, so they do not merge; what needs large
 * blocks or exact counts calls drain_local_pages() first.
 */
#include "kernel/string.h"
#include "internal.h"

/* Linux's sizes: a batch is a thousandth of the zone, at most 31; the list holds six. */
#define BATCH_SHARE  1024
#define BATCH_MOST   31ul
#define HIGH_BATCHES 6
_Static_assert(HIGH_BATCHES *BATCH_MOST <= PCP_MOST, "the list is too short");

void pcp_init(struct zone *zone)
{
	unsigned int batch = (unsigned int)min(zone->managed_pages / BATCH_SHARE, BATCH_MOST);

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		struct per_cpu_pages *pcp = &zone->pcp[cpu];

		for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
			pcp->hot[type].count = 0;
		pcp->batch = max(batch, 1u);
		pcp->high = HIGH_BATCHES * pcp->batch;
	}
}

/* A batch from the buddy system. Interrupts off. */
static void refill(struct zone *zone, struct per_cpu_pages *pcp, enum migratetype type)
{
	struct pcp_hot *hot = &pcp->hot[type];

	spin_lock(&zone->lock);
	while (hot->count < pcp->batch) {
		struct page *page = buddy_take(zone, 0, type);

		if (!page)
			break;
		if (unlikely(page_has_leftovers(page)))
			bad_page(page, "was used while it was free");
		hot->entry[hot->count++] = page;
	}
	spin_unlock(&zone->lock);
}

struct page *pcp_refill_take(struct zone *zone, enum migratetype type)
{
	unsigned long flags = local_irq_save();
	struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];
	struct pcp_hot *hot = &pcp->hot[type];
	struct page *page = NULL;

	if (!hot->count)
		refill(zone, pcp, type);
	if (hot->count)
		page = hot->entry[--hot->count];
	local_irq_restore(flags);
	return page;
}

/* Gives the n coldest frames back. */
static void flush_coldest(struct zone *zone, struct pcp_hot *hot, unsigned int n)
{
	spin_lock(&zone->lock);
	for (unsigned int i = 0; i < n; i++)
		buddy_give(zone, hot->entry[i], 0);
	spin_unlock(&zone->lock);
	hot->count -= n;
	memmove(hot->entry, hot->entry + n, hot->count * sizeof(hot->entry[0]));
}

void pcp_flush_give(struct zone *zone, struct page *page)
{
	unsigned long flags = local_irq_save();
	struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];
	struct pcp_hot *hot = &pcp->hot[pageblock_type(page)];

	if (hot->count == pcp->high)
		flush_coldest(zone, hot, pcp->batch);
	hot->entry[hot->count++] = page;
	local_irq_restore(flags);
}

void drain_local_pages(void)
{
	struct zone *zone;

	for_each_zone (zone) {
		unsigned long flags = local_irq_save();
		struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];

		for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
			if (pcp->hot[type].count)
				flush_coldest(zone, &pcp->hot[type], pcp->hot[type].count);
		local_irq_restore(flags);
	}
}
