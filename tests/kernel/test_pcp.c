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

#define MANY		256
#define GROUPING_BLOCKS 8ul

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

/* Takes frames until there are none; returns how many. Checks nothing: interrupts may be off. */
static unsigned int take(unsigned int n, gfp_t gfp)
{
	for (unsigned int i = 0; i < n; i++) {
		pages[i] = alloc_page(gfp);
		if (!pages[i])
			return i;
	}
	return n;
}

static void test_hot(void)
{
	struct page *again[4] = {NULL};
	unsigned int n = 0;
	unsigned long flags;

	if (!first_choice())
		return;
	flags = local_irq_save();
	if (take(4, GFP_ATOMIC) == 4) {
		for (unsigned int i = 0; i < 4; i++)
			__free_page(pages[i]);
		while (n < 4 && (again[n] = alloc_page(GFP_ATOMIC)) != NULL)
			n++;
		release_pages(again, n, false);
	}
	local_irq_restore(flags);
	EXPECT_EQ(n, 4);
	for (unsigned int i = 0; i < n; i++)
		EXPECT(again[i] == pages[3 - i]);
}

static void test_cold(void)
{
	struct page *hot = NULL, *cold = NULL;
	unsigned long flags;

	if (!first_choice())
		return;
	flags = local_irq_save();
	if (take(2, GFP_ATOMIC) == 2) {
		__free_page(pages[0]);
		free_cold_page(pages[1]);
		cold = alloc_page(GFP_ATOMIC | __GFP_COLD);
		hot = alloc_page(GFP_ATOMIC);
		if (cold)
			free_cold_page(cold);
		if (hot)
			__free_page(hot);
	}
	local_irq_restore(flags);
	EXPECT(cold && cold == pages[1]);
	EXPECT(hot && hot == pages[0]);
}

/* What the hot list and the zone hold, at four moments. */
struct moment {
	unsigned long held, free;
};

static void look(struct moment *moment, const struct zone *zone, const struct pcp_list *hot)
{
	moment->held = hot->count;
	moment->free = zone->free_pages;
}

/* A refill and a flush move one batch between list and zone. */
static void test_batches(void)
{
	struct moment empty, refilled, taken, flushed, drained;
	struct zone *zone = first_choice();
	const struct pcp_list *hot;
	unsigned long flags;
	unsigned int n;

	if (!zone)
		return;
	flags = local_irq_save();
	hot = zone->pcp[0].by_type[MIGRATE_UNMOVABLE];
	drain_local_pages();
	look(&empty, zone, hot);
	n = take(1, GFP_ATOMIC);
	look(&refilled, zone, hot);
	release_pages(pages, n, false);
	local_irq_restore(flags);
	n = take(hot->high + 1, GFP_ATOMIC);
	flags = local_irq_save();
	drain_local_pages();
	look(&taken, zone, hot);
	release_pages(pages, n, false);
	look(&flushed, zone, hot);
	local_irq_restore(flags);
	drain_local_pages();
	look(&drained, zone, hot);
	EXPECT_EQ(empty.held, 0);
	EXPECT_EQ(refilled.held, hot->batch - 1);
	EXPECT_EQ(refilled.free, empty.free - hot->batch);
	EXPECT_EQ(flushed.held, hot->high + 1 - hot->batch);
	EXPECT_EQ(drained.held, 0);
	EXPECT_EQ(drained.free, taken.free + n);
	buddy_check();
}

/* Is there memory enough to keep types apart, in the zone that serves first? */
static bool can_group(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	bool enough = page && !page_group_by_mobility_disabled &&
		      page_zone(page)->managed_pages >= GROUPING_BLOCKS * PAGEBLOCK_PAGES;

	if (page)
		__free_page(page);
	if (!enough)
		ktap_skip("too little memory for mobility grouping");
	return enough;
}

/* Reclaimable memory is asked for until the type must take a pageblock from another. */
static void test_steal(void)
{
	const unsigned int order = MAX_ORDER - 3;
	u32 before = vm_event_sum(VM_PAGEBLOCK_STEAL);
	unsigned int n = 0;

	if (!can_group())
		return;
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

	if (!can_group())
		return;
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

/* Words of a free page that are not poison. */
static unsigned int unpoisoned(struct page *page)
{
	const u32 *words = kmap_atomic(page);
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i++)
		wrong += words[i] != PAGE_POISON * 0x01010101u;
	kunmap_atomic((void *)words);
	return wrong;
}

/* While poisoning is on a free page holds 0xaa and nothing else, low or high. */
static void test_poison(void)
{
	static const gfp_t kinds[] = {GFP_ATOMIC, GFP_ATOMIC | __GFP_HIGHMEM};
	const bool was_on = page_poisoning;

	page_poison_enable(true);
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		unsigned long flags = local_irq_save();
		unsigned int n = take(1, kinds[i]), wrong = 0;

		release_pages(pages, n, false);
		if (n)
			wrong = unpoisoned(pages[0]);
		local_irq_restore(flags);
		EXPECT_EQ(n, 1);
		EXPECT_EQ(wrong, 0);
		/* Taken again, it is looked at. */
		n = take(1, kinds[i]);
		EXPECT_EQ(n, 1);
		release_pages(pages, n, false);
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
