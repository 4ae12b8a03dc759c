/*
 * test_zones.c - suite `zones`: bounds, marks and struct pages of the zones of
 * all nodes, whatever memory, memory model and number of nodes the kernel has.
 */
#include "kernel/compiler.h"
#include "kernel/ktap.h"
#include "mm/zone.h"

/* By address, zones of all nodes come one after the other and cover all memory but holes. */
static void test_bounds(void)
{
	unsigned long present = 0, of_nodes = 0;
	pfn_t end = 0;
	struct zone *zone;

	for_each_zone (zone) {
		if (!zone->spanned_pages)
			continue;
		EXPECT(zone->start_pfn >= end);
		EXPECT_EQ(zone->start_pfn % PAGEBLOCK_PAGES, 0);
		end = zone_end_pfn(zone);
		present += zone->present_pages;
		EXPECT(zone->present_pages <= zone->spanned_pages);
		EXPECT(zone->managed_pages <= zone->present_pages);
		EXPECT(page_zone(pfn_to_page(zone->start_pfn)) == zone);
		EXPECT(page_zone(pfn_to_page(end - 1)) == zone);
		if (zone_idx(zone) == ZONE_DMA)
			EXPECT(end <= ZONE_DMA_END_PFN);
		if (zone_idx(zone) == ZONE_NORMAL)
			EXPECT(zone->start_pfn >= ZONE_DMA_END_PFN && end <= max_low_pfn);
		if (zone_idx(zone) == ZONE_HIGHMEM)
			EXPECT(zone->start_pfn >= max_low_pfn);
	}
	EXPECT_EQ(end, max_pfn);
	EXPECT(max_low_pfn <= LOWMEM_MAX >> PAGE_SHIFT);
	for (int nid = 0; nid < nr_online_nodes; nid++)
		of_nodes += NODE_DATA(nid)->node_present_pages;
	EXPECT_EQ(present, of_nodes);
}

/* Every frame that has a struct page, over every section edge; those of holes are reserved. */
static void test_round_trip(void)
{
	unsigned long valid = 0, managed = 0, reserved = 0;
	struct zone *zone;

	for (pfn_t pfn = 0; pfn < (pfn_t)NR_SECTIONS * PAGES_PER_SECTION; pfn++) {
		const struct page *page;

		if (!pfn_valid(pfn))
			continue;
		page = pfn_to_page(pfn);
		valid++;
		reserved += PageReserved(page);
		if (page_to_pfn(page) != pfn || page_section(page) != pfn >> PFN_SECTION_SHIFT ||
		    page_zone(page)->node->node_id != page_to_nid(page)) {
			ktap_fail(__FILE__, __LINE__, "frame 0x%lx", pfn);
			return;
		}
	}
	for_each_zone (zone)
		managed += zone->managed_pages;
	EXPECT_EQ(valid - reserved, managed);
	EXPECT(!pfn_valid((pfn_t)NR_SECTIONS * PAGES_PER_SECTION));
	EXPECT(!pfn_valid(~0ul));
}

static void test_watermarks(void)
{
	struct zone *zone;

	for_each_zone (zone) {
		EXPECT(zone->watermark[WMARK_MIN] <= zone->watermark[WMARK_LOW]);
		EXPECT(zone->watermark[WMARK_LOW] <= zone->watermark[WMARK_HIGH]);
		EXPECT(zone->watermark[WMARK_HIGH] <= zone->managed_pages);
		EXPECT(zone->pcp[0].hot[0].batch >= 1);
		for (unsigned int class = 0; class <= (unsigned int)zone_idx(zone); class ++)
			EXPECT_EQ(zone->lowmem_reserve[class], 0);
	}
}

static enum zone_type type_of(const struct page *page)
{
	return zone_idx(page_zone(page));
}

static void test_zone_choice(void)
{
	struct page *page = alloc_page(GFP_DMA);

	if (EXPECT(page)) {
		EXPECT_EQ(type_of(page), ZONE_DMA);
		EXPECT(page_to_phys(page) < 0x1000000);
		__free_page(page);
	}
	page = alloc_page(GFP_KERNEL);
	if (EXPECT(page)) {
		EXPECT(type_of(page) <= ZONE_NORMAL);
		EXPECT(!PageHighMem(page));
		__free_page(page);
	}
	page = alloc_page(GFP_HIGHUSER_MOVABLE);
	if (EXPECT(page)) {
		if (zones_managed_pages(ZONE_MOVABLE))
			EXPECT_EQ(type_of(page), ZONE_MOVABLE);
		else
			EXPECT_EQ(PageHighMem(page), zones_managed_pages(ZONE_HIGHMEM) != 0);
		__free_page(page);
	}
}

/* What could go higher leaves a low zone its reserve; what could not, takes of it. */
static void test_reserve(void)
{
	const gfp_t user = GFP_HIGHUSER | __GFP_NOWARN;
	struct page *page;
	struct zone *zone;

	for_each_zone (zone)
		zone->lowmem_reserve[ZONE_HIGHMEM] = zone->managed_pages;
	page = alloc_pages(user, 1);
	EXPECT(!page);
	page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, 1);
	if (EXPECT(page)) {
		EXPECT(type_of(page) <= ZONE_NORMAL);
		__free_pages(page, 1);
	}
	setup_per_zone_lowmem_reserve(lowmem_reserve_ratio);
	page = alloc_pages(user, 1);
	if (EXPECT(page))
		__free_pages(page, 1);
}

/* Reserves follow the ratios; 0 is none. */
static void test_ratios(void)
{
	const unsigned int none[MAX_NR_ZONES] = {0}, half[MAX_NR_ZONES] = {2, 2, 2, 2};
	unsigned int usual[MAX_NR_ZONES];
	const struct zone *zones = NODE_DATA(0)->node_zones;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		usual[i] = lowmem_reserve_ratio[i];
	setup_per_zone_lowmem_reserve(none);
	EXPECT_EQ(zones[ZONE_DMA].lowmem_reserve[ZONE_HIGHMEM], 0);
	setup_per_zone_lowmem_reserve(half);
	EXPECT_EQ(zones[ZONE_DMA].lowmem_reserve[ZONE_NORMAL],
		  zones[ZONE_NORMAL].managed_pages / 2);
	EXPECT_EQ(zones[ZONE_NORMAL].lowmem_reserve[ZONE_HIGHMEM],
		  zones[ZONE_HIGHMEM].managed_pages / 2);
	EXPECT_EQ(zones[ZONE_NORMAL].lowmem_reserve[ZONE_NORMAL], 0);
	setup_per_zone_lowmem_reserve(usual);
	EXPECT_EQ(lowmem_reserve_ratio[ZONE_DMA], usual[ZONE_DMA]);
}

/* min_free_kbytes at run time: any value leaves a machine that works. */
static void test_min_free(void)
{
	static const unsigned long some[] = {1, 4, 1000, 65536, ~0ul};
	const unsigned long usual = min_free_kbytes;
	unsigned long sum = 0;
	struct zone *zone;

	for (unsigned int i = 0; i < ARRAY_SIZE(some); i++) {
		EXPECT_EQ(setup_per_zone_wmarks(some[i]), some[i]);
		test_watermarks();
	}
	EXPECT_EQ(setup_per_zone_wmarks(0), usual);
	for_each_zone (zone)
		if (!zone_is_highmem(zone))
			sum += zone->watermark[WMARK_MIN];
	/* Each zone rounds its share down. */
	EXPECT(sum <= usual / 4 && sum + MAX_NUMNODES * MAX_NR_ZONES >= usual / 4);
}

/* Nothing in ZONE_MOVABLE that could not be moved, and no way to get such a page from it. */
static void test_movable(void)
{
	static const gfp_t others[] = {GFP_KERNEL,
				       GFP_ATOMIC,
				       GFP_HIGHUSER,
				       GFP_DMA,
				       GFP_KERNEL | __GFP_RECLAIMABLE,
				       GFP_KERNEL | __GFP_MOVABLE};
	struct zone *zone;

	if (!zones_managed_pages(ZONE_MOVABLE)) {
		ktap_skip("no ZONE_MOVABLE");
		return;
	}
	for (unsigned int i = 0; i < 2 * ARRAY_SIZE(others); i++) {
		struct page *page = alloc_pages(others[i / 2], i % 2);

		if (EXPECT(page)) {
			EXPECT(type_of(page) != ZONE_MOVABLE);
			__free_pages(page, i % 2);
		}
	}
	for_each_zone (zone) {
		if (zone_idx(zone) != ZONE_MOVABLE)
			continue;
		for (pfn_t pfn = zone->start_pfn; pfn < zone_end_pfn(zone); pfn++) {
			const struct page *page = pfn_valid(pfn) ? pfn_to_page(pfn) : NULL;

			if (page && page_zone(page) == zone && (PageSlab(page) || PageTable(page)))
				ktap_fail(__FILE__, __LINE__, "frame 0x%lx", pfn);
		}
	}
}

static const struct ktap_case cases[] = {
	{"bounds", test_bounds},
	{"frame to page and back", test_round_trip},
	{"watermarks", test_watermarks},
	{"choice of zone", test_zone_choice},
	{"reserves", test_reserve},
	{"reserve ratios", test_ratios},
	{"min_free_kbytes", test_min_free},
	{"movable zone", test_movable},
	{NULL, NULL},
};
const struct ktap_suite zones_suite = {"zones", cases};
