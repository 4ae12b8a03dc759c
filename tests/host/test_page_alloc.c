/*
 * test_page_alloc.c - the front of the page allocator: fallback and reserves,
 * reports, the rules of freeing, addresses, poison.
 */
#include "free_lists.h"
#include "machine.h"
#include "kernel/string.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "../../mm/page/internal.h"
#include "test.h"

static void test_fallback(void)
{
	struct page *user, *kernel, *dma, *atomic, *any;
	unsigned long n;
	struct free_lists before;
	long dma_left;

	free_lists_snapshot(&before);
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
	free_lists_same(&before);
}

static void test_report(void)
{
	u32 failed = vm_event_sum(VM_ALLOC_FAIL);

	host_log_clear();
	CHECK(!alloc_pages(GFP_KERNEL, MAX_ORDER));
	CHECK(strstr(host_log(),
		     "page allocation failure: order:11, mode:0xd0(GFP_KERNEL), by text+0x"));
	CHECK(strstr(host_log(), "Node 0 Normal free:"));
	CHECK(strstr(host_log(), "Node 0 HighMem: "));
	CHECK_EQ(vm_event_sum(VM_ALLOC_FAIL), failed + 1);
	host_log_clear();
	CHECK(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	CHECK_STR(host_log(), "");
	for (int i = 0; i < 100; i++)
		CHECK(!alloc_pages(GFP_KERNEL, MAX_ORDER));
	CHECK(strlen(host_log()) < 12000);
}

static void test_flag_names(void)
{
	char text[GFP_TEXT_MAX];

	CHECK_STR(gfp_text(0, text), "GFP_NOWAIT");
	CHECK_STR(gfp_text(GFP_KERNEL | __GFP_COMP, text), "GFP_KERNEL|__GFP_COMP");
	CHECK_STR(gfp_text(GFP_HIGHUSER_MOVABLE | __GFP_COLD, text),
		  "GFP_HIGHUSER_MOVABLE|__GFP_COLD");
	CHECK_STR(gfp_text(GFP_ATOMIC | __GFP_DMA, text), "GFP_ATOMIC|GFP_DMA");
	CHECK_STR(gfp_text(__GFP_WAIT | 0x80000000u, text), "__GFP_WAIT|0x80000000");
	CHECK(strlen(gfp_text(~0u, text)) < GFP_TEXT_MAX);
}

/* Memory enough, but none of it in one piece, or only in isolated pageblocks. */
static void test_high_order(void)
{
	struct zone *zone = zone_of(ZONE_DMA);
	struct free_lists before;
	struct page *chain, *kept = NULL, *next;
	unsigned long n, kept_count = 0, flags;

	free_lists_snapshot(&before);
	chain = take_all(GFP_DMA | __GFP_MEMALLOC, &n);
	/* Every other frame back: half of the zone is free. */
	for (; chain; chain = next) {
		next = (struct page *)chain->private;
		if (page_to_pfn(chain) & 1) {
			chain->private = (unsigned long)kept;
			kept = chain;
			kept_count++;
		} else {
			__free_page(chain);
		}
	}
	drain_local_pages();
	CHECK(zone->free_pages > zone->watermark[WMARK_HIGH] + 1000);
	CHECK(!alloc_pages(GFP_DMA | __GFP_NOWARN, 1));
	free_chain(kept);
	drain_local_pages();
	CHECK(kept_count > 1000);
	/* Large blocks again; all isolated, there are none. */
	spin_lock_irqsave(&zone->lock, flags);
	for (pfn_t pfn = 0; pfn < zone->spanned_pages; pfn += PAGEBLOCK_PAGES)
		pageblock_move_free(zone, pfn_to_page(pfn), MIGRATE_ISOLATE);
	spin_unlock_irqrestore(&zone->lock, flags);
	CHECK_EQ(zone->free_pages, 0);
	CHECK(zone->nr_isolated > 0);
	CHECK(!alloc_pages(GFP_DMA | __GFP_NOWARN | __GFP_MEMALLOC, 3));
	CHECK(!alloc_page(GFP_DMA | __GFP_NOWARN | __GFP_MEMALLOC));
	spin_lock_irqsave(&zone->lock, flags);
	for (pfn_t pfn = 0; pfn < zone->spanned_pages; pfn += PAGEBLOCK_PAGES)
		pageblock_move_free(zone, pfn_to_page(pfn), MIGRATE_MOVABLE);
	spin_unlock_irqrestore(&zone->lock, flags);
	free_lists_same(&before);
}

static void test_exact(void)
{
	struct free_lists before;

	free_lists_snapshot(&before);
	CHECK_EQ(get_order(1), 0);
	CHECK_EQ(get_order(4096), 0);
	CHECK_EQ(get_order(4097), 1);
	CHECK_EQ(get_order(0x400000), 10);
	for (unsigned long size = 1; size < 40 * PAGE_SIZE; size += PAGE_SIZE / 2 + 13) {
		unsigned long pages = (size + PAGE_SIZE - 1) / PAGE_SIZE;
		unsigned long free = nr_free_pages();
		char *mem = alloc_pages_exact(size, GFP_KERNEL);

		if (!CHECK(mem))
			return;
		memset(mem, 0x5a, size);
		CHECK_EQ(nr_free_pages(), free - pages);
		for (unsigned long i = 0; i < pages; i++)
			CHECK_EQ(page_count(virt_to_page((unsigned long)mem + i * PAGE_SIZE)), 1);
		free_pages_exact(mem, size);
		CHECK_EQ(nr_free_pages(), free);
	}
	CHECK(!alloc_pages_exact(0, GFP_KERNEL));
	CHECK(!alloc_pages_exact(0x400001, GFP_KERNEL | __GFP_NOWARN));
	CHECK(!alloc_pages_exact(~(size_t)0, GFP_KERNEL | __GFP_NOWARN));
	free_lists_same(&before);
}

static void test_split(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2), *compound;
	struct free_lists before;

	__free_pages(page, 2);
	free_lists_snapshot(&before);
	page = alloc_pages(GFP_KERNEL, 2);
	split_page(page, 2);
	for (unsigned int i = 0; i < 4; i++)
		put_page(page + i);
	compound = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);
	CHECK_PANICS("BUG", split_page(compound, 2));
	put_page(compound);
	free_lists_same(&before);
}

/* A write to a free page, low or high, single or in a block, shows when it is taken again. */
static void test_poison(void)
{
	static const gfp_t kinds[] = {GFP_KERNEL, GFP_HIGHUSER, GFP_HIGHUSER | __GFP_COLD};
	struct free_lists before;
	struct page *page, *stale;
	unsigned long n;

	free_lists_snapshot(&before);
	stale = alloc_page(GFP_HIGHUSER);
	page_poison_enable(true);
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		u8 *bytes;

		page = alloc_page(kinds[i]);
		bytes = host_frame(page_to_pfn(page));
		__free_page(page);
		CHECK_EQ(bytes[0], 0xaa);
		CHECK_EQ(bytes[PAGE_SIZE - 1], 0xaa);
		bytes[77] = 1;
		CHECK_PANICS("written to while it was free", alloc_page(kinds[i]));
		bytes[77] = 0xaa;
		bytes[PAGE_SIZE - 1] = 0;
		CHECK_PANICS("written to while it was free", alloc_page(kinds[i]));
		bytes[PAGE_SIZE - 1] = 0xaa;
		CHECK(alloc_page(kinds[i]) == page);
		__free_page(page);
	}
	page = alloc_pages(GFP_HIGHUSER, 3);
	__free_pages(page, 3);
	CHECK_EQ(host_frame(page_to_pfn(page) + 7)[5], 0xaa);
	host_frame(page_to_pfn(page) + 7)[5] = 0xab;
	CHECK_PANICS("written to while it was free", alloc_pages(GFP_HIGHUSER, 3));
	host_frame(page_to_pfn(page) + 7)[5] = 0xaa;
	/* Freed with poison, used and freed without, taken with poison again: no false alarm. */
	__free_page(stale);
	page_poison_enable(false);
	page = take_all(GFP_HIGHUSER, &n);
	host_frame(page_to_pfn(stale))[0] = 1;
	free_chain(page);
	page_poison_enable(true);
	page = take_all(GFP_HIGHUSER, &n);
	free_chain(page);
	page_poison_enable(false);
	free_lists_same(&before);
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
	struct free_lists before;
	struct page *page;

	free_lists_snapshot(&before);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 3);
	CHECK(PageHead(page) && !PageTail(page));
	CHECK(PageTail(page + 7) && !PageTail(page + 8));
	get_page(page);
	put_page(page + 5);
	CHECK_EQ(page_count(page), 1);
	CHECK_PANICS("another order", __free_pages(page, 2));
	put_page(page);
	page = alloc_pages(GFP_KERNEL | __GFP_COMP, 1);
	CHECK(PageHead(page) && PageTail(page + 1));
	put_page(page + 1);
	free_lists_same(&before);
}

/* One page of a block that is in use is enough. */
static void test_block_in_use(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);

	page[1].mapping = (void *)16;
	CHECK_PANICS("freed while in use", __free_pages(page, 1));
	page[1].mapping = NULL;
	atomic_set(&page[1]._mapcount, 0); /* one mapping: the count begins at -1 */
	atomic_set(&page->_refcount, 1);
	CHECK_PANICS("freed while in use", __free_pages(page, 1));
	atomic_set(&page[1]._mapcount, -1);
	atomic_set(&page->_refcount, 1);
	__free_pages(page, 1);
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

static const struct test tests[] = {
	{"boot", host_boot},
	{"zones fall back and keep their reserves", test_fallback},
	{"a failure is reported once, not too often", test_report},
	{"flags by name", test_flag_names},
	{"blocks that are not there", test_high_order},
	{"zeroed highmem page", test_zero},
	{"compound block", test_compound},
	{"a block with a page in use", test_block_in_use},
	{"misuse is refused", test_misuse},
	{"addresses", test_addresses},
	{"an exact number of pages", test_exact},
	{"a block split into pages", test_split},
	{"page_poison=1 sees writes to free pages", test_poison},
};
TEST_MAIN(tests)
