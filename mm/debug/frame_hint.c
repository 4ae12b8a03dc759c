/*
 * frame_hint.c - where the plugin finds what a page frame is used for: it reads struct page when
 * the TLB takes a page of the kernel's in; and each zone's counts of free blocks, now and then. No
 * code runs for it here after boot.
 */
#include "arch/hint.h"
#include "arch/layout.h"
#include "mm/page.h"
#include "mm/zone.h"
#include "slab/internal.h"

#define IN_PAGE(field) __builtin_offsetof(struct page, field)

static struct trace_frame_run runs[NR_SECTIONS];
static struct trace_frames frames = {
	.size = sizeof(frames),
	.page_size = sizeof(struct page),
	.flags = IN_PAGE(flags),
	.mapping = IN_PAGE(mapping),
	.cache = IN_PAGE(lru.next),
	.slab = BIT(PG_slab),
	.table = BIT(PG_table),
	.reserved = BIT(PG_reserved),
	.buddy = BIT(PG_buddy),
	.swap_cache = BIT(PG_swapcache),
	.swap_backed = BIT(PG_swapbacked),
	.cache_name = __builtin_offsetof(struct kmem_cache, name),
	.nr_orders = MAX_ORDER,
	.area_size = sizeof(struct free_area),
};
static struct trace_zone_at zones[MAX_NUMNODES * MAX_NR_ZONES];

_Static_assert(PAGE_MAPPING_ANON == 1 && PAGE_MAPPING_MOVABLE == 2, "bits of mapping");

/* A piece of the frames' descriptors: one section, or what of it there is. */
static void add_run(pfn_t first, pfn_t end)
{
	unsigned long pages = (unsigned long)pfn_to_page(first);
	struct trace_frame_run *last = frames.nr_runs ? &runs[frames.nr_runs - 1] : NULL;

	if (!last || last->first + last->frames != first ||
	    last->pages + last->frames * sizeof(struct page) != pages) {
		last = &runs[frames.nr_runs++];
		*last = (struct trace_frame_run){first, 0, pages};
	}
	last->frames += end - first;
}

static void add_zone(const struct zone *zone)
{
	zones[frames.nr_zones++] = (struct trace_zone_at){
		.node = zone->node->node_id,
		.zone = zone_idx(zone),
		.free = (unsigned long)&zone->free_area[0].nr_free,
	};
}

void frames_say_where(void)
{
	struct zone *zone;

	for_each_zone (zone)
		if (zone->managed_pages)
			add_zone(zone);
	for (pfn_t pfn = 0; pfn < max_pfn; pfn += PAGES_PER_SECTION)
		if (pfn_valid(pfn))
			add_run(pfn, min(pfn + PAGES_PER_SECTION, max_pfn));
	frames.page_offset = PAGE_OFFSET;
	frames.direct_bytes = max_low_pfn << PAGE_SHIFT;
	frames.runs = (unsigned long)runs;
	frames.zones = (unsigned long)zones;
	trace_hint(TRACE_FRAMES, 0, 0, (unsigned long)&frames, 0);
}
