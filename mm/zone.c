/*
 * zone.c - zones: their bounds, fallback order, reserves and watermarks.
 *
 *   frame 0          4096               229376 (896 MiB)            max_pfn
 *     |----- DMA -----|------ NORMAL ------|-------- HIGHMEM --------|
 *
 * A request names the highest zone that it can use and falls back downwards:
 * HIGHMEM -> NORMAL -> DMA. So that user pages do not eat the low zones bare, a
 * zone keeps lowmem_reserve[class] frames back from requests of a higher class.
 *
 * Watermarks, in frames of one zone; the numbers are Linux's:
 *
 *   min   only GFP_ATOMIC (half of it) and __GFP_MEMALLOC (all) go below
 *   low   = min * 5/4: ordinary requests stop here first and then try harder
 *   high  = min * 3/2: where the page-out daemon of a later stage will rest
 */
#include "mm/zone.h"
#include "kernel/math64.h"
#include "kernel/printk.h"
#include "mm/bootmem.h"
#include "internal.h"

/* Bounds of min_free_kbytes, and a zone's share of higher zones held back: Linux's defaults. */
#define MIN_FREE_KB_LEAST 128
#define MIN_FREE_KB_MOST  65536
#define HIGHMEM_MIN_LEAST 32
#define HIGHMEM_MIN_MOST  128
static const unsigned int lowmem_reserve_ratio[MAX_NR_ZONES] = {
	[ZONE_DMA] = 256,
	[ZONE_NORMAL] = 32,
	[ZONE_HIGHMEM] = 0,
	[ZONE_MOVABLE] = 0,
};
static const char *const zone_names[MAX_NR_ZONES] = {"DMA", "Normal", "HighMem", "Movable"};

static pg_data_t first_node;
pg_data_t *node_data[MAX_NUMNODES] = {&first_node};
int nr_online_nodes = 1;
struct zone *zone_table[MAX_NUMNODES * MAX_NR_ZONES];

static void zone_set_bounds(struct zone *zone, pfn_t start, pfn_t end)
{
	pfn_t pfn = start, run_end;

	zone->start_pfn = start;
	zone->spanned_pages = end > start ? end - start : 0;
	zone->present_pages = 0;
	while (bootmem_next_ram(&pfn, &run_end) && pfn < end) {
		run_end = min(run_end, end);
		zone->present_pages += run_end - pfn;
		pfn = run_end;
	}
	spin_lock_init(&zone->lock, "zone");
	zone->lock.irq_safe = true;
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
			INIT_LIST_HEAD(&zone->free_area[order].free_list[type]);
	pcp_init(zone);
}

/* Every page of the zone reserved, without users; mem_init() frees those that are RAM. */
static void zone_init_pages(struct zone *zone)
{
	const unsigned long id = (unsigned long)zone->node->node_id << PAGE_NODE_SHIFT |
				 (unsigned long)zone_idx(zone) << PAGE_ZONE_SHIFT;
	const pfn_t end = zone->start_pfn + zone->spanned_pages;

	zone_table[id >> PAGE_ZONE_SHIFT] = zone;
	for (pfn_t pfn = zone->start_pfn; pfn < end; pfn++) {
		struct page *page = pfn_to_page(pfn);

		page->flags =
			id | pfn >> PFN_SECTION_SHIFT << PAGE_SECTION_SHIFT | BIT(PG_reserved);
		atomic_set(&page->_refcount, 1);
		atomic_set(&page->_mapcount, -1);
	}
}

void zones_init(void)
{
	pg_data_t *node = NODE_DATA(0);
	const pfn_t dma_end = min(max_low_pfn, (pfn_t)ZONE_DMA_END_PFN);
	const pfn_t ends[MAX_NR_ZONES] = {dma_end, max_low_pfn, max_pfn, max_pfn};
	pfn_t start = 0;

	memory_model_init();
	node->nr_zones = MAX_NR_ZONES;
	node->node_spanned_pages = max_pfn;
	for (unsigned long i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &node->node_zones[i];

		zone->name = zone_names[i];
		zone->node = node;
		zone_set_bounds(zone, start, ends[i]);
		zone_init_pages(zone);
		node->node_present_pages += zone->present_pages;
		start = ends[i];
	}
}

/* Zones from `class` down that have any page. */
static void zonelist_build(struct zonelist *list, enum zone_type class)
{
	unsigned int n = 0;

	list->class = class;
	for (int i = (int)class; i >= 0; i--) {
		struct zone *zone = &NODE_DATA(0)->node_zones[i];

		if (zone->managed_pages)
			list->zones[n++] = zone;
	}
	list->zones[n] = NULL;
}

static unsigned long lowmem_pages(void)
{
	return zones_managed_pages(ZONE_DMA) + zones_managed_pages(ZONE_NORMAL);
}

/* min_free_kbytes = sqrt(16 * lowmem in KiB), shared out by size of zone. */
static void zones_set_watermarks(void)
{
	unsigned long low = lowmem_pages();
	unsigned long min_kb = int_sqrt(low * (PAGE_SIZE / 1024) * 16);
	unsigned long min_pages;
	struct zone *zone;

	min_kb = max(min_kb, (unsigned long)MIN_FREE_KB_LEAST);
	min_kb = min(min_kb, (unsigned long)MIN_FREE_KB_MOST);
	min_pages = min_kb / (PAGE_SIZE / 1024);
	for_each_zone (zone) {
		unsigned long share = low ? mul_div(min_pages, zone->managed_pages, low) : 0;
		unsigned long wmark = share;

		if (zone_idx(zone) >= ZONE_HIGHMEM) {
			wmark = max(zone->managed_pages / 1024, (unsigned long)HIGHMEM_MIN_LEAST);
			wmark = min(wmark, (unsigned long)HIGHMEM_MIN_MOST);
		}
		zone->watermark[WMARK_MIN] = wmark;
		zone->watermark[WMARK_LOW] = wmark + share / 4;
		zone->watermark[WMARK_HIGH] = wmark + share / 2;
	}
}

static void zones_set_reserves(void)
{
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &NODE_DATA(0)->node_zones[i];
		unsigned long above = 0;

		for (int class = i + 1; class < MAX_NR_ZONES; class ++) {
			above += NODE_DATA(0)->node_zones[class].managed_pages;
			if (lowmem_reserve_ratio[i])
				zone->lowmem_reserve[class] = above / lowmem_reserve_ratio[i];
		}
	}
}

/* Frames [pfn, end) of one zone, which nobody refers to, become free blocks as large as fit. */
static void free_run(struct zone *zone, pfn_t pfn, pfn_t end)
{
	struct page *page = pfn_to_page(pfn);

	zone->managed_pages += end - pfn;
	for (pfn_t i = pfn; i < end; i++, page++) {
		page->flags &= PAGE_ID_MASK;
		atomic_set(&page->_refcount, 0);
	}
	while (pfn < end) {
		unsigned int order = pfn ? min(__ffs(pfn), MAX_ORDER - 1u) : MAX_ORDER - 1u;

		while (pfn + BIT(order) > end)
			order--;
		buddy_give(zone, pfn_to_page(pfn), order);
		pfn += BIT(order);
	}
}

static void zone_free_bootmem(struct zone *zone)
{
	pfn_t zone_end = zone->start_pfn + zone->spanned_pages;
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
	static const enum zone_type classes[GFP_ZONEMASK + 1] = {
		[0] = ZONE_NORMAL,
		[__GFP_DMA] = ZONE_DMA,
		[__GFP_HIGHMEM] = ZONE_HIGHMEM,
		[__GFP_DMA | __GFP_HIGHMEM] = ZONE_DMA,
		[__GFP_MOVABLE] = ZONE_NORMAL,
		[__GFP_MOVABLE | __GFP_DMA] = ZONE_DMA,
		[__GFP_MOVABLE | __GFP_HIGHMEM] = ZONE_MOVABLE,
		[__GFP_MOVABLE | __GFP_DMA | __GFP_HIGHMEM] = ZONE_DMA,
	};
	unsigned long managed = 0;
	struct zone *zone;

	pageblock_init();
	for_each_zone (zone) {
		zone_free_bootmem(zone);
		pcp_resize(zone);
		managed += zone->managed_pages;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++)
		zonelist_build(&NODE_DATA(0)->node_zonelists[i], classes[i]);
	pcp_set_preferred();
	zones_set_watermarks();
	zones_set_reserves();
	page_poison_init();
	pr_info("Memory: %luK of %luK available (%luK HighMem)\n", managed * (PAGE_SIZE / 1024),
		NODE_DATA(0)->node_present_pages * (PAGE_SIZE / 1024),
		zones_managed_pages(ZONE_HIGHMEM) * (PAGE_SIZE / 1024));
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

static void show_zone(const struct zone *zone)
{
	const unsigned long kb = PAGE_SIZE / 1024;

	pr_info("%s free:%lukB min:%lukB low:%lukB high:%lukB present:%lukB managed:%lukB "
		"pcp:%lukB lowmem_reserve: %lu %lu %lu %lu\n",
		zone->name, zone->free_pages * kb, zone->watermark[WMARK_MIN] * kb,
		zone->watermark[WMARK_LOW] * kb, zone->watermark[WMARK_HIGH] * kb,
		zone->present_pages * kb, zone->managed_pages * kb,
		(zone_free_pages(zone) - zone->free_pages) * kb, zone->lowmem_reserve[0],
		zone->lowmem_reserve[1], zone->lowmem_reserve[2], zone->lowmem_reserve[3]);
}

/* Blocks of each order, as "Normal: 3*4kB 0*8kB ... = 12kB". */
static void show_zone_blocks(const struct zone *zone)
{
	char line[192];
	int n = scnprintf(line, sizeof(line), "%s:", zone->name);

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		n += scnprintf(line + n, sizeof(line) - (size_t)n, " %lu*%lukB",
			       zone->free_area[order].nr_free, 4ul << order);
	pr_info("%s = %lukB\n", line, zone->free_pages * (PAGE_SIZE / 1024));
}

void show_free_areas(void)
{
	struct zone *zone;

	pr_info("Mem-Info: %lu free pages\n", nr_free_pages());
	for_each_zone (zone)
		if (zone->managed_pages)
			show_zone(zone);
	for_each_zone (zone)
		if (zone->managed_pages)
			show_zone_blocks(zone);
}
