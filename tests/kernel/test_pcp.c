/*
 * test_pcp.c - suite `pcp`: per-CPU lists and migrate types on the booted kernel.
 *
 * What looks at single frames in a list runs with interrupts off, so that
 * nobody else takes them meanwhile.
 */
#include "arch/irq.h"
#include "kernel/compiler.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "mm/page_poison.h"
#include "mm/vmstat.h"
#include "mm/zone.h"

#define MANY 256

static struct page *pages[MANY];

/* The zone that serves GFP_ATOMIC first; NULL: there are no lists to be tested. */
static struct zone *first_choice(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct zone *zone = page ? page_zone(page) : NULL;

	EXPECT(page);
	if (page_poisoning) {
		ktap_skip("poisoning closes the lists");
		zone = NULL;
	}
	if (page)
		__free_page(page);
	return zone;
}

static unsigned int take(unsigned int n, gfp_t gfp)
{
	for (unsigned int i = 0; i < n; i++) {
		pages[i] = alloc_page(gfp);
		if (!EXPECT(pages[i]))
			return i;
	}
	return n;
}

static void test_hot(void)
{
	unsigned long flags;

	if (!first_choice())
		return;
	flags = local_irq_save();
	if (take(8, GFP_ATOMIC) == 8) {
		struct page *again[8];

		for (unsigned int i = 0; i < 8; i++)
			__free_page(pages[i]);
		for (unsigned int i = 0; i < 8; i++)
			again[i] = alloc_page(GFP_ATOMIC);
		for (unsigned int i = 0; i < 8; i++)
			EXPECT(again[i] == pages[7 - i]);
		release_pages(again, 8, false);
	}
	local_irq_restore(flags);
}

static void test_cold(void)
{
	struct page *hot, *cold;
	unsigned long flags;

	if (!first_choice())
		return;
	flags = local_irq_save();
	if (take(2, GFP_ATOMIC) == 2) {
		__free_page(pages[0]);
		free_cold_page(pages[1]);
		cold = alloc_page(GFP_ATOMIC | __GFP_COLD);
		hot = alloc_page(GFP_ATOMIC);
		EXPECT(cold == pages[1]);
		EXPECT(hot == pages[0]);
		free_cold_page(cold);
		__free_page(hot);
	}
	local_irq_restore(flags);
}

/* A refill and a flush move one batch between list and zone. */
static void test_batches(void)
{
	struct zone *zone = first_choice();
	const struct pcp_list *hot;
	unsigned long flags, free;
	unsigned int n;

	if (!zone)
		return;
	flags = local_irq_save();
	drain_local_pages();
	free = zone->free_pages;
	if (take(1, GFP_ATOMIC)) {
		hot = zone->pcp[0].by_type[get_pageblock_migratetype(pages[0])];
		EXPECT_EQ(hot->count, hot->batch - 1);
		EXPECT_EQ(zone->free_pages, free - hot->batch);
		__free_page(pages[0]);
		n = take(hot->high + 1, GFP_ATOMIC);
		drain_local_pages();
		for (unsigned int i = 0; i < n; i++)
			__free_page(pages[i]);
		EXPECT_EQ(hot->count, hot->high + 1 - hot->batch);
		drain_local_pages();
		EXPECT_EQ(hot->count, 0);
		EXPECT_EQ(zone->free_pages, free);
	}
	local_irq_restore(flags);
	buddy_check();
}

/* Reclaimable memory is asked for until the type must take a pageblock from another. */
static void test_steal(void)
{
	const unsigned int order = MAX_ORDER - 3;
	u32 before = vm_event_sum(VM_PAGEBLOCK_STEAL);
	unsigned int n = 0;

	if (page_group_by_mobility_disabled) {
		ktap_skip("too little memory for mobility grouping");
		return;
	}
	while (n < MANY && vm_event_sum(VM_PAGEBLOCK_STEAL) == before) {
		pages[n] = alloc_pages(GFP_KERNEL | __GFP_RECLAIMABLE | __GFP_NOWARN, order);
		if (!pages[n])
			break;
		n++;
	}
	EXPECT(vm_event_sum(VM_PAGEBLOCK_STEAL) > before);
	if (EXPECT(n))
		EXPECT_EQ(get_pageblock_migratetype(pages[n - 1]), MIGRATE_RECLAIMABLE);
	while (n--)
		__free_pages(pages[n], order);
	buddy_check();
}

/* Unmovable pages asked for among movable ones stay together, and the types apart. */
static void test_grouping(void)
{
	pfn_t blocks[MANY];
	unsigned int n, nr_blocks = 0;

	if (page_group_by_mobility_disabled) {
		ktap_skip("too little memory for mobility grouping");
		return;
	}
	for (n = 0; n < MANY; n++) {
		pages[n] = alloc_page(n % 8 ? GFP_KERNEL | __GFP_MOVABLE : GFP_KERNEL);
		if (!EXPECT(pages[n]))
			break;
		EXPECT_EQ(get_pageblock_migratetype(pages[n]),
			  n % 8 ? MIGRATE_MOVABLE : MIGRATE_UNMOVABLE);
	}
	for (unsigned int i = 0; i < n; i += 8) {
		pfn_t block = page_to_pfn(pages[i]) >> PAGEBLOCK_ORDER;
		unsigned int b = 0;

		while (b < nr_blocks && blocks[b] != block)
			b++;
		if (b == nr_blocks)
			blocks[nr_blocks++] = block;
	}
	ktap_info("%u unmovable pages in %u pageblocks", (n + 7) / 8, nr_blocks);
	EXPECT(nr_blocks <= 4);
	release_pages(pages, n, false);
}

static void test_exact(void)
{
	const unsigned long size = 5 * PAGE_SIZE + 1;
	unsigned long addr = (unsigned long)alloc_pages_exact(size, GFP_KERNEL);

	if (!EXPECT(addr))
		return;
	memset((void *)addr, 0x5a, size);
	for (unsigned long at = addr; at < addr + size; at += PAGE_SIZE)
		EXPECT_EQ(page_count(virt_to_page(at)), 1);
	free_pages_exact((void *)addr, size);
	EXPECT_EQ(page_count(virt_to_page(addr)), 0);
	EXPECT(!alloc_pages_exact(0, GFP_KERNEL));
	buddy_check();
}

/* While poisoning is on a free page holds 0xaa and nothing else, low or high. */
static void test_poison(void)
{
	static const gfp_t kinds[] = {GFP_ATOMIC, GFP_ATOMIC | __GFP_HIGHMEM};
	const bool was_on = page_poisoning;

	page_poison_enable(true);
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		unsigned long flags = local_irq_save();
		struct page *page = alloc_page(kinds[i]), *again;
		unsigned int wrong = 0;
		const u8 *bytes;

		if (EXPECT(page)) {
			__free_page(page);
			bytes = kmap_atomic(page);
			for (unsigned int b = 0; b < PAGE_SIZE; b++)
				wrong += bytes[b] != PAGE_POISON;
			kunmap_atomic((void *)bytes);
			EXPECT_EQ(wrong, 0);
			again = alloc_page(kinds[i]);
			EXPECT(again);
			if (again)
				__free_page(again);
		}
		local_irq_restore(flags);
	}
	page_poison_enable(was_on);
}

static const struct ktap_case cases[] = {
	{"hot frames: last in, first out", test_hot},
	{"cold frames apart", test_cold},
	{"batches", test_batches},
	{"a pageblock is claimed", test_steal},
	{"unmovable pages stay together", test_grouping},
	{"an exact number of pages", test_exact},
	{"poison", test_poison},
	{NULL, NULL},
};
const struct ktap_suite pcp_suite = {"pcp", cases};
