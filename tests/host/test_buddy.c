/*
 * test_buddy.c - the page allocator against a map of who has which frame.
 *
 * The model is one byte a frame: who may be handed out, and who is. Every block
 * must be aligned, in a zone that the request may use, made of free frames of
 * RAM. When all is given back the free lists must be what they were at boot:
 * everything merged.
 */
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

struct snapshot {
	unsigned long nr_free[MAX_NR_ZONES][MAX_ORDER];
	unsigned long free;
};

static void take_snapshot(struct snapshot *snapshot)
{
	drain_local_pages();
	snapshot->free = nr_free_pages();
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			snapshot->nr_free[i][order] =
				NODE_DATA(0)->node_zones[i].free_area[order].nr_free;
}

static bool same_snapshot(const struct snapshot *want)
{
	struct snapshot now;

	take_snapshot(&now);
	buddy_check();
	CHECK_EQ(now.free, want->free);
	return CHECK(!memcmp(&now, want, sizeof(now)));
}

static struct zone *zone_of(enum zone_type type)
{
	return &NODE_DATA(0)->node_zones[type];
}

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
	struct snapshot before;
	unsigned long out = 0;

	take_snapshot(&before);
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
	same_snapshot(&before);
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

/* Takes single frames until there are none; returns them chained through ->private. */
static struct page *take_all(gfp_t gfp, unsigned long *count)
{
	struct page *chain = NULL, *page;

	*count = 0;
	while ((page = alloc_page(gfp | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
		(*count)++;
	}
	return chain;
}

static void free_chain(struct page *chain)
{
	while (chain) {
		struct page *next = (struct page *)chain->private;

		__free_page(chain);
		chain = next;
	}
}

static void test_fallback(void)
{
	struct page *user, *kernel, *dma, *atomic, *any;
	unsigned long n;
	struct snapshot before;
	long dma_left;

	take_snapshot(&before);
	user = take_all(GFP_HIGHUSER, &n);
	/* User pages took HIGHMEM and fell back, but left each lower zone its reserve. */
	CHECK(zone_free_pages(zone_of(ZONE_HIGHMEM)) <=
	      zone_of(ZONE_HIGHMEM)->watermark[WMARK_MIN]);
	CHECK(zone_free_pages(zone_of(ZONE_NORMAL)) >=
	      zone_of(ZONE_NORMAL)->lowmem_reserve[ZONE_HIGHMEM]);
	kernel = take_all(GFP_KERNEL, &n);
	CHECK(n > 0);
	CHECK(zone_free_pages(zone_of(ZONE_NORMAL)) <= zone_of(ZONE_NORMAL)->watermark[WMARK_MIN]);
	dma = take_all(GFP_DMA, &n);
	CHECK(n > 0);
	dma_left = (long)zone_free_pages(zone_of(ZONE_DMA));
	atomic = take_all(GFP_ATOMIC | __GFP_DMA, &n);
	CHECK(n > 0);
	CHECK(zone_free_pages(zone_of(ZONE_DMA)) * 2 <=
	      zone_of(ZONE_DMA)->watermark[WMARK_MIN] + 2);
	CHECK((long)n < dma_left);
	any = take_all(GFP_HIGHUSER | __GFP_MEMALLOC, &n);
	CHECK(n > 0);
	CHECK_EQ(nr_free_pages(), 0);
	CHECK_PANICS("the caller cannot fail", alloc_page(GFP_KERNEL | __GFP_NOFAIL));
	free_chain(any);
	free_chain(atomic);
	free_chain(dma);
	free_chain(kernel);
	free_chain(user);
	same_snapshot(&before);
}

static void test_report(void)
{
	u32 failed = vm_event_sum(VM_ALLOC_FAIL);

	host_log_clear();
	CHECK(!alloc_pages(GFP_KERNEL, MAX_ORDER));
	CHECK(strstr(host_log(), "page allocation failure: order:11, mode:0x"));
	CHECK(strstr(host_log(), "Normal free:"));
	CHECK(strstr(host_log(), "HighMem: "));
	CHECK_EQ(vm_event_sum(VM_ALLOC_FAIL), failed + 1);
	host_log_clear();
	CHECK(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	CHECK_STR(host_log(), "");
	for (int i = 0; i < 100; i++)
		CHECK(!alloc_pages(GFP_KERNEL, MAX_ORDER));
	CHECK(strlen(host_log()) < 12000);
}

static bool frame_is_zero(pfn_t pfn)
{
	static u8 bytes[PAGE_SIZE];

	host_read_frame(pfn, bytes);
	for (size_t i = 0; i < PAGE_SIZE; i++)
		if (bytes[i])
			return false;
	return true;
}

static void test_zero(void)
{
	static u8 dirt[PAGE_SIZE];

	memset(dirt, 0xa5, sizeof(dirt));
	for (unsigned int order = 0; order < 3; order++) {
		struct page *page = alloc_pages(GFP_HIGHUSER, order);
		pfn_t pfn = page_to_pfn(page);

		CHECK(PageHighMem(page));
		for (pfn_t i = 0; i < 1ul << order; i++)
			host_write_frame(pfn + i, dirt);
		__free_pages(page, order);
		page = alloc_pages(GFP_HIGHUSER | __GFP_ZERO, order);
		CHECK_EQ(page_to_pfn(page), pfn);
		for (pfn_t i = 0; i < 1ul << order; i++)
			CHECK(frame_is_zero(pfn + i));
		__free_pages(page, order);
	}
}

static void test_compound(void)
{
	struct snapshot before;
	struct page *page;

	take_snapshot(&before);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	CHECK(PageHead(page) && !PageTail(page));
	CHECK(PageTail(page + 7) && !PageTail(page + 8));
	get_page(page);
	put_page(page + 5);
	CHECK_EQ(page_count(page), 1);
	CHECK_PANICS("another order", __free_pages(page, 2));
	put_page(page);
	same_snapshot(&before);
}

static void test_misuse(void)
{
	struct page *page = alloc_page(GFP_KERNEL), *reserved = pfn_to_page(0x100);
	struct page *mapped = alloc_page(GFP_KERNEL), *block = alloc_pages(GFP_KERNEL, 2);

	__free_page(page);
	CHECK_PANICS("freed twice", __free_page(page));
	CHECK_PANICS("freed twice", put_page(page));
	drain_local_pages();
	CHECK_PANICS("freed twice", __free_page(page));
	CHECK_PANICS("BUG", get_page(page));
	SetPageUptodate(block + 3);
	__free_pages(block, 2);
	CHECK(!PageUptodate(block + 3));
	CHECK_PANICS("freed twice", __free_pages(block, 2));

	host_log_clear();
	__free_page(reserved);
	CHECK(strstr(host_log(), "is reserved: not freed"));
	CHECK(PageReserved(reserved));
	CHECK_EQ(page_count(reserved), 1);

	atomic_inc(&mapped->_mapcount);
	CHECK_PANICS("freed while in use", __free_page(mapped));
	atomic_dec(&mapped->_mapcount);
	SetPageLocked(mapped);
	CHECK_PANICS("freed while in use", __free_page(mapped));
	ClearPageLocked(mapped);
	SetPageReferenced(mapped);
	SetPageUptodate(mapped);
	__free_page(mapped);
	CHECK(!PageReferenced(mapped) && !PageUptodate(mapped));

	CHECK_PANICS("BUG", __get_free_page(GFP_HIGHUSER));
	CHECK_PANICS("BUG", free_page(PAGE_OFFSET + LOWMEM_MAX));
	CHECK_PANICS("nothing is mapped", memset(pfn_to_virt(max_low_pfn), 0, 1));
	preempt_disable();
	CHECK_PANICS("may not sleep", alloc_page(GFP_KERNEL));
	page = alloc_page(GFP_ATOMIC);
	preempt_enable();
	__free_page(page);
	buddy_check();
}

static void test_addresses(void)
{
	unsigned long addr = __get_free_pages(GFP_KERNEL, 1), zeroed = get_zeroed_page(GFP_DMA);

	CHECK(addr >= PAGE_OFFSET && addr < PAGE_OFFSET + LOWMEM_MAX);
	CHECK(zeroed && zeroed < PAGE_OFFSET + 0x1000000);
	for (unsigned int i = 0; i < PAGE_SIZE; i++)
		if (!CHECK_EQ(((u8 *)zeroed)[i], 0))
			break;
	free_pages(addr, 1);
	free_page(zeroed);
	free_page(0);
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
	{"zones fall back and keep their reserves", test_fallback},
	{"a failure is reported once, not too often", test_report},
	{"zeroed highmem page", test_zero},
	{"compound block", test_compound},
	{"misuse is refused", test_misuse},
	{"addresses", test_addresses},
	{"self-check sees broken lists", test_bad_lists},
};
TEST_MAIN(tests)
