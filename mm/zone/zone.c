/*
 * zone.c - zones: their bounds, their struct pages, and the hand-over from bootmem.
 *
 *   frame 0          4096               229376 (896 MiB)            max_pfn
 *     |----- DMA -----|------ NORMAL ------|-------- HIGHMEM --------|
 *                                                  |--- MOVABLE -----|
 *
 * Each node has a struct zone of each type for the part of that range which is
 * its own; most are empty. ZONE_MOVABLE is cut from the top of the highest zone
 * (movable.c). A zone spans holes: their frames have struct pages, where the
 * memory model gives them any, that stay reserved.
 *
 * Which zone serves a request: zonelist.c. How much of it must stay free:
 * watermark.c.
 */
#include "mm/zone.h"
#include "kernel/printk.h"
#include "mm/bootmem.h"
#include "boot/internal.h"
#include "internal.h"
#include "page/internal.h"

static const char *const zone_names[MAX_NR_ZONES] = {"DMA", "Normal", "HighMem", "Movable"};
struct zone *zone_table[MAX_NUMNODES * MAX_NR_ZONES];

static unsigned long zone_id_bits(const struct zone *zone)
{
	return (unsigned long)zone->node->node_id << PAGE_NODE_SHIFT | (unsigned long)zone_idx(zone)
									       << PAGE_ZONE_SHIFT;
}

static void zone_init(struct zone *zone, pfn_t start, pfn_t end)
{
	zone->start_pfn = start;
	zone->spanned_pages = end > start ? end - start : 0;
	zone->present_pages = bootmem_ram_pages(start, start + zone->spanned_pages);
	spin_lock_init(&zone->lock, "zone");
	for (unsigned int i = 0; i < NR_LRU_LISTS; i++)
		INIT_LIST_HEAD(&zone->lru[i]);
	zone->lock.irq_safe = true;
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
	pcp_init(zone);
	zone_table[zone_id_bits(zone) >> PAGE_ZONE_SHIFT] = zone;
}

/* The node's share of each zone type's range. */
static void node_init_zones(pg_data_t *node)
{
	const pfn_t start = node->node_start_pfn, end = start + node->node_spanned_pages;
	const pfn_t movable = movable_start[node->node_id];
	const pfn_t dma_end = min(max_low_pfn, (pfn_t)ZONE_DMA_END_PFN);
	const pfn_t ends[MAX_NR_ZONES] = {dma_end, max_low_pfn, max_pfn, max_pfn};
	pfn_t from = start;

	node->nr_zones = MAX_NR_ZONES;
	for (unsigned long i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &node->node_zones[i];
		const pfn_t last = i == ZONE_MOVABLE ? end : min(end, movable);
		const pfn_t to = min(ends[i], last);

		zone->name = zone_names[i];
		zone->node = node;
		zone_init(zone, from, to);
		node->node_present_pages += zone->present_pages;
		from = max(from, to);
	}
}

/* The last zone that begins at or before a frame; `zone` is such a one. */
static struct zone *zone_at(struct zone *zone, pfn_t pfn)
{
	for (struct zone *next = zone; (next = next_zone(next)) != NULL;)
		if (next->spanned_pages && next->start_pfn <= pfn)
			zone = next;
	return zone;
}

/*
 * Every page reserved, with one holder; mem_init() frees those that are RAM. A
 * hole between two zones counts as the lower one's. Zones begin at pageblocks.
 */
static void pages_init(void)
{
	const pfn_t end = round_up(max_pfn, PAGES_PER_SECTION);
	struct zone *zone = zone_at(first_zone(), 0);

	for (pfn_t block = 0; block < end; block += PAGEBLOCK_PAGES) {
		unsigned long flags = block >> PFN_SECTION_SHIFT << PAGE_SECTION_SHIFT;

		zone = zone_at(zone, block);
		flags |= zone_id_bits(zone) | BIT(PG_reserved);
		for (pfn_t pfn = block; pfn < block + PAGEBLOCK_PAGES && pfn_valid(pfn); pfn++) {
			struct page *page = pfn_to_page(pfn);

			page->flags = flags;
			atomic_set(&page->_refcount, 1);
			atomic_set(&page->_mapcount, -1);
		}
	}
}

void zones_init(void)
{
	nodes_init();
	movable_init();
	memory_model_init();
	for (int nid = 0; nid < nr_online_nodes; nid++)
		node_init_zones(NODE_DATA(nid));
	pages_init();
}

/* Frames [pfn, end) of one zone, which nobody refers to, become free blocks as large as fit. */
static void free_run(struct zone *zone, pfn_t pfn, pfn_t end)
{
	zone->managed_pages += end - pfn;
	while (pfn < end) {
		unsigned int order = pfn ? min(__ffs(pfn), MAX_ORDER - 1u) : MAX_ORDER - 1u;
		struct page *page = pfn_to_page(pfn);

		while (pfn + BIT(order) > end)
			order--;
		for (unsigned long i = 0; i < BIT(order); i++) {
			page[i].flags &= PAGE_ID_MASK;
			atomic_set(&page[i]._refcount, 0);
		}
		buddy_give(zone, page, order);
		pfn += BIT(order);
	}
}

static void zone_free_bootmem(struct zone *zone)
{
	pfn_t zone_end = zone_end_pfn(zone);
	pfn_t pfn = zone->start_pfn, end;
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	while (bootmem_next_free(&pfn, &end) && pfn < zone_end) {
		end = min(end, zone_end);
		free_run(zone, pfn, end);
		pfn = end;
	}
	spin_unlock_irqrestore(&zone->lock, flags);
}

void mem_init(void)
{
	unsigned long managed = 0, present = 0, high = 0;
	struct zone *zone;

	pageblock_init();
	for_each_zone (zone) {
		zone_free_bootmem(zone);
		pcp_resize(zone);
		managed += zone->managed_pages;
		high += zone_is_highmem(zone) ? zone->managed_pages : 0;
		present += zone->present_pages;
	}
	build_all_zonelists();
	setup_per_zone_wmarks(0);
	setup_per_zone_lowmem_reserve(lowmem_reserve_ratio);
	page_poison_init();
	pr_info("Memory: %luK of %luK available (%luK HighMem)\n", managed * (PAGE_SIZE / 1024),
		present * (PAGE_SIZE / 1024), high * (PAGE_SIZE / 1024));
}

unsigned long zone_free_pages(const struct zone *zone)
{
	unsigned long free = zone->free_pages;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
			free += zone->pcp[cpu].hot[type].count + zone->pcp[cpu].cold[type].count;
	return free;
}

unsigned long zones_free_pages(enum zone_type type)
{
	unsigned long free = 0;

	for (int nid = 0; nid < nr_online_nodes; nid++)
		free += zone_free_pages(&NODE_DATA(nid)->node_zones[type]);
	return free;
}

unsigned long zones_managed_pages(enum zone_type type)
{
	unsigned long managed = 0;

	for (int nid = 0; nid < nr_online_nodes; nid++)
		managed += NODE_DATA(nid)->node_zones[type].managed_pages;
	return managed;
}

unsigned long nr_free_pages(void)
{
	unsigned long free = 0;
	struct zone *zone;

	for_each_zone (zone)
		free += zone_free_pages(zone);
	return free;
}

unsigned long nr_free_pages_gfp(gfp_t gfp)
{
	const struct zonelist *list = local_zonelist(gfp);
	unsigned long free = 0;

	for (unsigned int i = 0; list->zones[i]; i++)
		free += zone_free_pages(list->zones[i]);
	return free;
}

unsigned long zone_allocated(const struct zone *zone)
{
	unsigned long taken = zone->taken;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
			taken += zone->pcp[cpu].hot[type].taken;
	return taken;
}

unsigned long zones_allocated(enum zone_type type)
{
	unsigned long taken = 0;

	for (int nid = 0; nid < nr_online_nodes; nid++)
		taken += zone_allocated(&NODE_DATA(nid)->node_zones[type]);
	return taken;
}

const char *const numa_stat_names[NR_NUMA_STATS] = {
	[NUMA_HIT] = "numa_hit",	 [NUMA_MISS] = "numa_miss",
	[NUMA_FOREIGN] = "numa_foreign", [NUMA_INTERLEAVE_HIT] = "numa_interleave",
	[NUMA_LOCAL] = "numa_local",	 [NUMA_OTHER] = "numa_other",
};

/* The short way of an allocation counts nothing but frames: what it takes is a hit. */
unsigned long zone_numa_stat(const struct zone *zone, enum numa_stat stat)
{
	const bool local = zone->node->node_id == numa_node_id();

	switch (stat) {
	case NUMA_HIT:
		return zone_allocated(zone) - zone->numa_miss;
	case NUMA_MISS:
		return zone->numa_miss;
	case NUMA_FOREIGN:
		return zone->numa_foreign;
	case NUMA_INTERLEAVE_HIT:
		return zone->numa_interleave;
	case NUMA_LOCAL:
		return local ? zone_allocated(zone) : 0;
	case NUMA_OTHER:
		return local ? 0 : zone_allocated(zone);
	default:
		return 0;
	}
}

unsigned long numa_stat_sum(enum numa_stat stat)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone (zone)
		sum += zone_numa_stat(zone, stat);
	return sum;
}
