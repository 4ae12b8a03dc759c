/*
 * test_buddy.c - the buddy system against a map of who has which frame.
 *
 * The model is one byte a frame: who may be handed out, and who is. Every block
 * must be aligned, in a zone that the request may use, made of free frames of
 * RAM. When all is given back the free lists must be what they were at boot:
 * everything merged.
 */
#include "free_lists.h"
#include "machine.h"
#include "kernel/string.h"
#include "mm/bootmem.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "test.h"

#define MAX_BLOCKS 256
#define FRAMES	   (HOST_RAM_BYTES >> PAGE_SHIFT)

static struct block {
	struct page *page;
	unsigned int order;
} blocks[MAX_BLOCKS];
static unsigned int nr_blocks;
static bool taken[FRAMES], usable[FRAMES];

/* The highest zone that these flags may use. */
static enum zone_type class_of(gfp_t gfp)
{
	if (gfp & __GFP_DMA)
		return ZONE_DMA;
	return gfp & __GFP_HIGHMEM ? ZONE_HIGHMEM : ZONE_NORMAL;
}

static void check_new_block(struct page *page, unsigned int order, gfp_t gfp)
{
	pfn_t pfn = page_to_pfn(page);

	CHECK_EQ(pfn & ((1ul << order) - 1), 0);
	CHECK_EQ(page_count(page), 1);
	CHECK_EQ(page_mapcount(page), 0);
	CHECK(page_zone(page) <= zone_of(class_of(gfp)));
	CHECK(pfn >= page_zone(page)->start_pfn);
	CHECK(pfn + (1ul << order) <= page_zone(page)->start_pfn + page_zone(page)->spanned_pages);
	for (pfn_t i = pfn; i < pfn + (1ul << order); i++) {
		CHECK(usable[i]);
		CHECK(!taken[i]);
		taken[i] = true;
	}
}

static void free_block_at(unsigned int i)
{
	struct block block = blocks[i];
	pfn_t pfn = page_to_pfn(block.page);

	for (pfn_t f = pfn; f < pfn + (1ul << block.order); f++)
		taken[f] = false;
	blocks[i] = blocks[--nr_blocks];
	__free_pages(block.page, block.order);
}

static void alloc_block(struct input *in)
{
	static const gfp_t kinds[] = {GFP_KERNEL,
				      GFP_ATOMIC,
				      GFP_DMA,
				      GFP_HIGHUSER,
				      GFP_HIGHUSER_MOVABLE,
				      GFP_HIGHUSER | __GFP_COLD,
				      GFP_NOWAIT,
				      GFP_KERNEL | __GFP_COMP};
	gfp_t gfp = kinds[input_below(in, ARRAY_SIZE(kinds))] | __GFP_NOWARN;
	unsigned int order = input_u8(in) & 1 ? input_below(in, MAX_ORDER) : 0;
	struct page *page = alloc_pages(gfp, order);

	if (!page)
		return;
	check_new_block(page, order, gfp);
	blocks[nr_blocks++] = (struct block){page, order};
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct free_lists before;
	unsigned long out = 0;

	free_lists_snapshot(&before);
	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);

		if (what == 0)
			buddy_check();
		else if (what == 1)
			drain_local_pages();
		else if (nr_blocks < MAX_BLOCKS && what & 1)
			alloc_block(&in);
		else if (nr_blocks)
			free_block_at(input_below(&in, nr_blocks));
	}
	for (unsigned int i = 0; i < nr_blocks; i++)
		out += 1ul << blocks[i].order;
	CHECK_EQ(nr_free_pages() + out, before.free);
	buddy_check();
	while (nr_blocks)
		free_block_at(nr_blocks - 1);
	free_lists_same(&before);
	return 0;
}

static void test_boot(void)
{
	unsigned long free = 0;
	struct zone *zone;

	/* Before anything else runs: bootmem still tells what was free. */
	host_boot();
	for (pfn_t pfn = 0; pfn < max_pfn; pfn++) {
		usable[pfn] = bootmem_is_free(pfn);
		CHECK_EQ(PageReserved(pfn_to_page(pfn)), !usable[pfn]);
		free += usable[pfn];
	}
	CHECK_EQ(zone_of(ZONE_DMA)->managed_pages + zone_of(ZONE_NORMAL)->managed_pages +
			 zone_of(ZONE_HIGHMEM)->managed_pages,
		 free);
	CHECK(!usable[0] && !usable[0x100]);
	CHECK_EQ(zone_of(ZONE_DMA)->spanned_pages, 4096);
	CHECK_EQ(zone_of(ZONE_NORMAL)->start_pfn, 4096);
	CHECK_EQ(zone_of(ZONE_HIGHMEM)->start_pfn, LOWMEM_MAX >> PAGE_SHIFT);
	CHECK_EQ(max_pfn, FRAMES - 0x25);
	for_each_zone (zone)
		CHECK(zone_free_pages(zone) <= zone->managed_pages);
	buddy_check();
}

/* Linux's formulas, worked out by hand for this machine. */
static void test_watermarks(void)
{
	unsigned long low = zone_of(ZONE_DMA)->managed_pages + zone_of(ZONE_NORMAL)->managed_pages;
	unsigned long min_kb = 0, share;
	const struct zone *high = zone_of(ZONE_HIGHMEM), *normal = zone_of(ZONE_NORMAL);

	while ((min_kb + 1) * (min_kb + 1) <= low * 4 * 16)
		min_kb++;
	CHECK(min_kb > 128 && min_kb < 1024);
	share = min_kb / 4 * normal->managed_pages / low;
	CHECK_EQ(normal->watermark[WMARK_MIN], share);
	CHECK_EQ(normal->watermark[WMARK_LOW], share + share / 4);
	CHECK_EQ(normal->watermark[WMARK_HIGH], share + share / 2);
	CHECK_EQ(high->watermark[WMARK_MIN], 32);
	CHECK_EQ(zone_of(ZONE_DMA)->lowmem_reserve[ZONE_DMA], 0);
	CHECK_EQ(zone_of(ZONE_DMA)->lowmem_reserve[ZONE_NORMAL], normal->managed_pages / 256);
	CHECK_EQ(zone_of(ZONE_DMA)->lowmem_reserve[ZONE_HIGHMEM],
		 (normal->managed_pages + high->managed_pages) / 256);
	CHECK_EQ(normal->lowmem_reserve[ZONE_HIGHMEM], high->managed_pages / 32);
}

static void test_model(void)
{
	check_property(one_input, 4000);
}

static void test_bad_lists(void)
{
	struct zone *zone = zone_of(ZONE_NORMAL);
	struct page *page;

	drain_local_pages();
	page = pfn_to_page(zone->start_pfn);
	while (!PageBuddy(page))
		page++;
	CHECK_PANICS("not marked", (ClearPageBuddy(page), buddy_check()));
	CHECK_PANICS("has users", (atomic_inc(&page->_refcount), buddy_check()));
	CHECK_PANICS("free_pages says", (zone->free_pages++, buddy_check()));
	CHECK_PANICS("nr_free says", (zone->free_area[3].nr_free++, buddy_check()));
	buddy_check();
}

static const struct test tests[] = {
	{"boot hands over exactly what bootmem left free", test_boot},
	{"watermarks and reserves are Linux's", test_watermarks},
	{"blocks agree with a frame map, all merges back", test_model},
	{"self-check sees broken lists", test_bad_lists},
};
TEST_MAIN(tests)
