/*
 * trace.c - the rows of reclaim.csv: what became of a page, who reclaims, and how full the zones
 * are.
 *
 * The state of the zones is told when kswapd wakes and sleeps, when a process is killed, and after
 * every STATE_EVERY pages that were looked at: often enough to draw memory over time, and rows only
 * while there is pressure. As with areas (area/area_hint.c), what is told lies in static buffers.
 */
#include "mm/reclaim_trace.h"
#include "arch/hint.h"
#include "mm/filemap.h"
#include "mm/swap.h"

#define STATE_EVERY 256u

DEFINE_PER_CPU(struct seen_mapper, seen_mapper);
static DEFINE_PER_CPU(struct trace_page, page_record);
static DEFINE_PER_CPU(struct trace_zone, zone_record);
static unsigned int looked_at; /* since the state was told */

static void tell_zone(const struct zone *zone, u32 swap_used)
{
	struct trace_zone *record = &this_cpu(zone_record);

	record->node = (unsigned int)zone->node->node_id;
	record->zone = zone_idx(zone);
	record->free = zone->free_pages;
	record->min = zone->watermark[WMARK_MIN];
	record->low = zone->watermark[WMARK_LOW];
	record->high = zone->watermark[WMARK_HIGH];
	record->inactive_anon = zone_page_state(zone, NR_INACTIVE_ANON);
	record->active_anon = zone_page_state(zone, NR_ACTIVE_ANON);
	record->inactive_file = zone_page_state(zone, NR_INACTIVE_FILE);
	record->active_file = zone_page_state(zone, NR_ACTIVE_FILE);
	record->unevictable = zone_page_state(zone, NR_UNEVICTABLE);
	record->swap_used = swap_used;
	trace_hint(TRACE_RECLAIM, TRACE_RECLAIM_STATE, 0, (unsigned long)record, 0);
}

static void tell_state(void)
{
	u32 swap_used = (u32)(total_swap_pages() - nr_swap_pages());
	struct zone *zone;

	looked_at = 0;
	for_each_zone (zone)
		if (zone->managed_pages)
			tell_zone(zone, swap_used);
}

/* The file of a page, or what stands for it where processes share memory; of an anonymous one,
 * none. */
static __always_inline void describe_file(struct trace_page *record, const struct page *page)
{
	const struct address_space *mapping = page_mapping(page);

	record->dev = mapping ? mapping->dev : 0;
	record->inode = mapping ? mapping->ino : 0;
	record->index = mapping ? page->index : 0;
	if (PageAnon(page) || (!mapping && PageSwapCache(page)))
		record->kind = TRACE_PAGE_ANON;
	else
		record->kind = PageSwapBacked(page) ? TRACE_PAGE_SHMEM : TRACE_PAGE_FILE;
}

static __always_inline void describe(struct trace_page *record, const struct page *page)
{
	const struct seen_mapper *seen = &this_cpu(seen_mapper);
	const bool seen_here = seen->page == page;
	const swp_entry_t slot = {PageSwapCache(page) ? page_swap_entry(page).val : 0};

	record->node = (unsigned int)page_to_nid(page);
	record->zone = page->flags >> PAGE_ZONE_SHIFT & PAGE_ZONE_MASK;
	record->frame = page_to_pfn(page);
	record->owner = seen_here ? (unsigned int)seen->tgid : 0;
	record->address = seen_here ? seen->addr : 0;
	record->area = swp_type(slot);
	record->slot = swp_offset(slot);
	describe_file(record, page);
}

void __reclaim_note(enum trace_reclaim_event event, const struct page *page,
		    enum trace_reclaim_why why, u32 value)
{
	struct trace_page *record = &this_cpu(page_record);

	describe(record, page);
	trace_hint(TRACE_RECLAIM, event, why, (unsigned long)record, value);
	/* The frame is somebody else's soon. */
	if (event == TRACE_RECLAIM_DROP)
		this_cpu(seen_mapper).page = NULL;
	if (event <= TRACE_RECLAIM_DROP && ++looked_at >= STATE_EVERY)
		tell_state();
}

void __reclaim_note_task(enum trace_reclaim_event event, int nid, pid_t victim, u32 value)
{
	struct trace_page *record = &this_cpu(page_record);

	record->node = (unsigned int)nid;
	record->owner = (unsigned int)victim;
	trace_hint(TRACE_RECLAIM, event, 0, (unsigned long)record, value);
	if (event != TRACE_RECLAIM_DIRECT && event != TRACE_RECLAIM_DIRECT_END)
		tell_state();
}
