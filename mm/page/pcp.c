/*
 * pcp.c - single frames held for one CPU, in front of the buddy system.
 *
 *   for each zone, CPU and migrate type:
 *
 *                        oldest            newest
 *   buddy system ->  hot [ 0 | 1 | 2 | ... | count - 1 ]  -> alloc_page()
 *               <-   a batch                              <-  __free_page()
 *   buddy system -> cold [ 0 | 1 | ... | count - 1 ]      -> alloc_page(__GFP_COLD)
 *               <-   a batch                              <-  free_cold_page()
 *
 * Most requests are for one frame. They take the frame freed last, which the
 * data cache probably still holds, without a lock: interrupts are off for a few
 * instructions (pcp_take() and pcp_give() in internal.h). Only a refill or a
 * flush of `batch` frames goes to the buddy system, under zone->lock.
 *
 * Who will not touch the bytes soon, or does not care for the cache (a page
 * that the disk fills, a page of a file that went away), uses the cold list and
 * leaves the warm frames to others.
 *
 * Whose list: an allocation looks at its flags, a free at the frame's
 * pageblock. So a frame that was taken from a pageblock of another type goes
 * back to that type, and a frame of an isolated pageblock to no list at all.
 *
 * A refill leaves the zone at its low watermark; below, frames come one by one.
 * So frames of the emergency reserve are not held for whoever comes next.
 *
 * Frames held here have no PG_buddy, so they do not merge; what needs large
 * blocks or exact counts calls drain_local_pages() first.
 */
#include "kernel/string.h"
#include "internal.h"
#include "zone/internal.h"

/*
 * Linux's sizes (2.6): a quarter of a thousandth of the zone, of at most 512
 * KiB; one less than a power of two, so that frames given back in batches do
 * not fall into step with the cache's colours. Hot lists hold six batches; cold
 * ones two, and move half a batch at a time.
 *
 * Where Linux would come to less than 7 (a zone of less than 128 MiB) it is 7
 * nevertheless, unless the zone is tiny (8 MiB): with batches of one or three frames
 * most requests would split a large block and merge it again, which costs ten
 * times what they cost otherwise.
 */
#define ZONE_SHARE   1024
#define SHARE_MOST   (512ul * 1024 / PAGE_SIZE)
#define SHARE_PART   4
#define BATCH_LEAST  7u
#define LEAST_FROM   (8ul << (20 - PAGE_SHIFT))
#define HOT_BATCHES  6
#define COLD_BATCHES 4
_Static_assert(HOT_BATCHES *(SHARE_MOST / SHARE_PART - 1) <= PCP_MOST, "the list is too short");

/*
 * Stands where there is no list: count and high stay 0, so it has no frame to take and no room
 * to give one. Who takes from it goes the long way (alloc_long()), and who gives to it goes to the
 * buddy system (pcp_flush_give()); the short ways need not ask whether there is a list.
 */
static struct pcp_list no_list;

DEFINE_PER_CPU(struct pcp_list * [GFP_LISTMASK + 1], preferred_list);

/* Who wants the lists closed. */
static unsigned int closed;

static unsigned int batch_of(const struct zone *zone)
{
	unsigned long share = min(zone->managed_pages / ZONE_SHARE, SHARE_MOST) / SHARE_PART;
	unsigned int least = zone->managed_pages >= LEAST_FROM ? BATCH_LEAST : 1;

	share = max(share, 1ul);
	return max((1u << __fls(share + share / 2)) - 1, least);
}

static void list_resize(struct pcp_list *list, unsigned int batch, unsigned int batches)
{
	list->batch = batch;
	list->high = closed ? 0 : batch * batches;
}

void pcp_resize(struct zone *zone)
{
	const unsigned int batch = batch_of(zone), cold_batch = max(batch / 2, 1u);
	unsigned long flags = local_irq_save();

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++) {
			list_resize(&zone->pcp[cpu].hot[type], batch, HOT_BATCHES);
			list_resize(&zone->pcp[cpu].cold[type], cold_batch, COLD_BATCHES);
		}
	local_irq_restore(flags);
}

void pcp_init(struct zone *zone)
{
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		struct per_cpu_pages *pcp = &zone->pcp[cpu];

		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++) {
			pcp->hot[type].count = pcp->cold[type].count = 0;
			pcp->by_type[type] = &pcp->hot[type];
		}
		pcp->by_type[MIGRATE_ISOLATE] = &no_list;
	}
	pcp_resize(zone);
}

void pcp_set_preferred(void)
{
	for (gfp_t gfp = 0; gfp <= GFP_LISTMASK; gfp++) {
		struct zone *zone = local_zonelist(gfp)->zones[0];
		struct pcp_list *list = &no_list;

		if (zone && gfp_flags_type(gfp) < MIGRATE_PCPTYPES)
			list = &zone->pcp[smp_processor_id()].hot[gfp_migratetype(gfp)];
		this_cpu(preferred_list)[gfp] = list;
	}
}

/* A batch from the buddy system, but one frame at least if there is any. Interrupts off. */
static void refill(struct zone *zone, struct pcp_list *list, enum migratetype type)
{
	unsigned long low = zone->watermark[WMARK_LOW], wanted = min(list->batch, list->high);

	spin_lock(&zone->lock);
	wanted = min(wanted, zone->free_pages > low ? zone->free_pages - low : 0);
	do {
		struct page *page = buddy_take(zone, 0, type);

		if (!page)
			break;
		if (unlikely(page_has_leftovers(page)))
			bad_page(page, "was used while it was free");
		list->entry[list->count++] = page;
	} while (list->count < wanted);
	spin_unlock(&zone->lock);
}

struct page *pcp_refill_take(struct zone *zone, enum migratetype type, bool cold)
{
	unsigned long flags = local_irq_save();
	struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];
	struct pcp_list *list = cold ? &pcp->cold[type] : &pcp->hot[type];
	struct page *page = NULL;

	if (!list->count)
		refill(zone, list, type);
	if (list->count)
		page = list->entry[--list->count];
	local_irq_restore(flags);
	return page;
}

/* Gives the n oldest frames back. Interrupts off. */
static void flush_oldest(struct zone *zone, struct pcp_list *list, unsigned int n)
{
	spin_lock(&zone->lock);
	for (unsigned int i = 0; i < n; i++)
		buddy_give(zone, list->entry[i], 0);
	spin_unlock(&zone->lock);
	list->count -= n;
	memmove(list->entry, list->entry + n, list->count * sizeof(list->entry[0]));
}

void pcp_flush_give(struct zone *zone, struct page *page, bool cold)
{
	unsigned long flags = local_irq_save();
	struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];
	enum migratetype type = pageblock_type(page);
	struct pcp_list *list = pcp->by_type[type];

	if (cold && type < MIGRATE_PCPTYPES)
		list = &pcp->cold[type];
	if (list->count && list->count >= list->high)
		flush_oldest(zone, list, min(list->batch, list->count));
	if (list->count < list->high) {
		list->entry[list->count++] = page;
	} else {
		spin_lock(&zone->lock);
		buddy_give(zone, page, 0);
		spin_unlock(&zone->lock);
	}
	local_irq_restore(flags);
}

/* A batch at a time: a list may hold enough to keep interrupts off for too long. */
static void drain_list(struct zone *zone, struct pcp_list *list)
{
	unsigned long flags;

	while (list->count) {
		flags = local_irq_save();
		flush_oldest(zone, list, min(list->batch, list->count));
		local_irq_restore(flags);
	}
}

void drain_local_pages(void)
{
	struct zone *zone;

	for_each_zone (zone) {
		struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];

		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++) {
			drain_list(zone, &pcp->hot[type]);
			drain_list(zone, &pcp->cold[type]);
		}
	}
}

void page_alloc_shortcuts(bool allow)
{
	unsigned long flags = local_irq_save();
	struct zone *zone;

	BUG_ON(allow && !closed);
	closed = allow ? closed - 1 : closed + 1;
	for_each_zone (zone)
		pcp_resize(zone);
	local_irq_restore(flags);
	if (!allow)
		drain_local_pages();
}
