/*
 * test_buddy.c - suite `buddy`: the page allocator on the booted kernel,
 * whatever memory it has. Cases that need HIGHMEM are skipped without it.
 */
#include "kernel/compiler.h"
#include "kernel/ktap.h"
#include "kernel/list.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "mm/vmstat.h"
#include "mm/zone.h"

#define MIX_PAGES 128

static struct zone *zone_of(enum zone_type type)
{
	return &NODE_DATA(0)->node_zones[type];
}

static void test_mem_map(void)
{
	extern char _text[];
	pfn_t kernel = virt_to_pfn((unsigned long)_text);
	unsigned long addr = __get_free_page(GFP_KERNEL);

	EXPECT_EQ(sizeof(struct page), 32);
	EXPECT(PageReserved(pfn_to_page(0)) && PageReserved(pfn_to_page(kernel)));
	if (!EXPECT(addr))
		return;
	EXPECT(page_address(virt_to_page(addr)) == (void *)addr);
	EXPECT_EQ(page_to_pfn(virt_to_page(addr)), virt_to_pfn(addr));
	EXPECT_EQ(page_count(virt_to_page(addr)), 1);
	EXPECT_EQ(page_mapcount(virt_to_page(addr)), 0);
	free_page(addr);
	buddy_check();
}

/* Each order: aligned, right zone, and its frames are really there. */
static void test_orders(void)
{
	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		unsigned long addr = __get_free_pages(GFP_KERNEL | __GFP_NOWARN, order);
		unsigned long bytes = PAGE_SIZE << order;

		if (!addr) {
			/* A small machine may have no such block left. */
			EXPECT(order >= 9);
			continue;
		}
		EXPECT_EQ(__pa(addr) & (bytes - 1), 0);
		*(unsigned long *)addr = order;
		*(unsigned long *)(addr + bytes - sizeof(long)) = ~0ul;
		EXPECT_EQ(*(unsigned long *)addr, order);
		free_pages(addr, order);
	}
	EXPECT(!alloc_pages(GFP_KERNEL | __GFP_NOWARN, MAX_ORDER));
	buddy_check();
}

/* Splitting one block for a single frame and merging it back leaves all free lists as they were. */
static void test_split_merge(void)
{
	unsigned long before[MAX_ORDER];
	struct page *page[3];
	struct zone *zone;

	drain_local_pages();
	page[0] = alloc_pages(GFP_KERNEL, 1);
	if (!EXPECT(page[0]))
		return;
	zone = page_zone(page[0]);
	__free_pages(page[0], 1);
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		before[order] = zone->free_area[order].nr_free;
	for (unsigned int i = 0; i < 3; i++)
		page[i] = alloc_pages(GFP_KERNEL, i + 1);
	for (unsigned int i = 0; i < 3; i++)
		if (EXPECT(page[i]))
			__free_pages(page[i], i + 1);
	for (unsigned int order = 0; order < MAX_ORDER; order++)
		EXPECT_EQ(zone->free_area[order].nr_free, before[order]);
}

/* Every frame writes its number into itself: two that overlap would not read back. */
static void test_no_overlap(void)
{
	static struct page *pages[MIX_PAGES];
	unsigned int n = 0;

	while (n < MIX_PAGES) {
		pages[n] = alloc_page(n % 2 ? GFP_KERNEL : GFP_HIGHUSER);
		if (!EXPECT(pages[n]))
			break;
		n++;
	}
	for (unsigned int i = 0; i < n; i++) {
		pfn_t *words = kmap_atomic(pages[i]);

		words[0] = words[PAGE_SIZE / sizeof(pfn_t) - 1] = page_to_pfn(pages[i]);
		kunmap_atomic(words);
	}
	for (unsigned int i = 0; i < n; i++) {
		pfn_t *words = kmap_atomic(pages[i]);

		EXPECT_EQ(words[0], page_to_pfn(pages[i]));
		EXPECT_EQ(words[PAGE_SIZE / sizeof(pfn_t) - 1], page_to_pfn(pages[i]));
		kunmap_atomic(words);
	}
	/* Odd ones first, then even ones: frames become single before they merge. */
	for (unsigned int i = 1; i < n; i += 2)
		__free_page(pages[i]);
	buddy_check();
	for (unsigned int i = 0; i < n; i += 2)
		__free_page(pages[i]);
	buddy_check();
}

/* All single frames that such requests can have, chained through ->private. */
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

/* ZONE_DMA to its end: ordinary requests stop at min, GFP_ATOMIC at half, __GFP_MEMALLOC at 0. */
static void test_watermarks(void)
{
	struct zone *dma = zone_of(ZONE_DMA);
	struct page *plain, *atomic, *last;
	unsigned long n, failures = vm_event_sum(VM_ALLOC_FAIL);

	plain = take_all(GFP_KERNEL | __GFP_DMA, &n);
	EXPECT(n > 0);
	EXPECT(zone_free_pages(dma) <= dma->watermark[WMARK_MIN] + 1);
	atomic = take_all(GFP_ATOMIC | __GFP_DMA, &n);
	EXPECT(zone_free_pages(dma) <= dma->watermark[WMARK_MIN] / 2 + 1);
	last = take_all(GFP_ATOMIC | __GFP_DMA | __GFP_MEMALLOC, &n);
	EXPECT_EQ(zone_free_pages(dma), 0);
	EXPECT(!alloc_page(GFP_ATOMIC | __GFP_DMA | __GFP_NOWARN));
	EXPECT(vm_event_sum(VM_ALLOC_FAIL) >= failures + 4);
	free_chain(last);
	free_chain(atomic);
	free_chain(plain);
	buddy_check();
}

static void test_highmem_zeroed(void)
{
	struct page *page;
	unsigned long *words, any = 0;

	if (!zone_of(ZONE_HIGHMEM)->managed_pages) {
		ktap_skip("no highmem");
		return;
	}
	for (unsigned int round = 0; round < 2; round++) {
		page = alloc_page(GFP_HIGHUSER | (round ? __GFP_ZERO : 0));
		if (!EXPECT(page))
			return;
		words = kmap_atomic(page);
		for (unsigned int i = 0; round && i < PAGE_SIZE / sizeof(long); i++)
			any |= words[i];
		memset(words, 0xa5, PAGE_SIZE);
		kunmap_atomic(words);
		__free_page(page);
	}
	EXPECT_EQ(any, 0);
}

static void test_compound(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_COMP, 2);

	if (!EXPECT(page))
		return;
	EXPECT(PageHead(page) && PageTail(page + 3));
	get_page(page);
	put_page(page + 2);
	EXPECT_EQ(page_count(page), 1);
	put_page(page + 3);
	EXPECT_EQ(page_count(page), 0);
	EXPECT(!PageHead(page) && !PageTail(page + 1));
}

/* The rules of freeing: count dropped, referenced cleared, reserved pages refused. */
static void test_free_rules(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct page *reserved = pfn_to_page(0);

	if (!EXPECT(page))
		return;
	SetPageReferenced(page);
	get_page(page);
	__free_page(page);
	EXPECT_EQ(page_count(page), 1);
	EXPECT(PageReferenced(page));
	__free_page(page);
	EXPECT_EQ(page_count(page), 0);
	EXPECT(!PageReferenced(page));
	__free_page(reserved);
	EXPECT(PageReserved(reserved));
	EXPECT_EQ(page_count(reserved), 1);
	free_page(0);
}

static const struct ktap_case cases[] = {
	{"mem_map", test_mem_map},
	{"orders", test_orders},
	{"split and merge", test_split_merge},
	{"no overlap", test_no_overlap},
	{"watermarks", test_watermarks},
	{"zeroed highmem page", test_highmem_zeroed},
	{"compound block", test_compound},
	{"rules of freeing", test_free_rules},
	{NULL, NULL},
};
const struct ktap_suite buddy_suite = {"buddy", cases};
