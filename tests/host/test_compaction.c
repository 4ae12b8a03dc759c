/*
 * test_compaction.c - compaction against a table of who has which frame with what in it.
 *
 * Memory is filled with movable pages, blocks that cannot move and pages that somebody
 * holds for a while, in any order and mixture; zones are compacted, and large blocks asked
 * for, at any time. Contents stay with their owners, nothing that is held moves, the
 * free lists are in order, and as much is free as before.
 */
#include "../../mm/move/internal.h"
#include "../../mm/page/internal.h"
#include "machine.h"
#include "kernel/errno.h"
#include "mm/compaction.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/migrate.h"
#include "mm/vmstat.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define ENTRIES	  6000u
#define BIG_ORDER 9u

/* One page of the owner's, movable or not (then a block of 2^order). */
static struct entry {
	struct page *page;
	u32 seed;
	unsigned int order;
	bool movable, isolated, held;
} entries[ENTRIES];
static unsigned int used; /* entries[0 .. used) have a page */
static struct input *in;

static u32 *words(const struct page *page)
{
	return (u32 *)host_frame(page_to_pfn(page));
}

static void fill(const struct page *page, u32 seed)
{
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i += 32)
		words(page)[i] = seed + i;
	words(page)[PAGE_SIZE / sizeof(u32) - 1] = seed;
}

static bool is_filled(const struct page *page, u32 seed)
{
	for (unsigned int i = 0; i < PAGE_SIZE / sizeof(u32); i += 32)
		if (words(page)[i] != seed + i)
			return false;
	return words(page)[PAGE_SIZE / sizeof(u32) - 1] == seed;
}

static bool own_isolate(struct page *page)
{
	struct entry *e = &entries[page->private];

	CHECK(PageLocked(page) && e->page == page && !e->isolated);
	e->isolated = input_below(in, 16) != 0;
	return e->isolated;
}

static int own_migrate(struct page *to, struct page *from)
{
	struct entry *e = &entries[from->private];

	CHECK(e->page == from && e->isolated && !e->held);
	CHECK(page_zone(to) == page_zone(from));
	if (input_below(in, 16) == 0)
		return input_below(in, 2) ? -EAGAIN : -EBUSY;
	copy_highpage(to, from);
	/* Whoever still reads the old frame shall see it. */
	fill(from, 0xdeadbeef);
	to->private = from->private;
	e->page = to;
	e->isolated = false;
	return 0;
}

static void own_putback(struct page *page)
{
	entries[page->private].isolated = false;
}

static const struct movable_operations own_ops = {own_isolate, own_migrate, own_putback};

static bool take(gfp_t gfp, unsigned int order, bool movable)
{
	struct entry *e = &entries[used];
	struct page *page = used < ENTRIES ? alloc_pages(gfp | __GFP_NOWARN, order) : NULL;

	if (!page)
		return false;
	*e = (struct entry){page, test_random(), order, movable, false, false};
	fill(page, e->seed);
	page->private = used++;
	if (movable)
		SetPageMovable(page, &own_ops);
	return true;
}

static void release(unsigned int i)
{
	struct entry e = entries[i];

	if (e.held)
		put_page(e.page);
	if (e.movable) {
		CHECK(trylock_page(e.page));
		ClearPageMovable(e.page);
		unlock_page(e.page);
	}
	__free_pages(e.page, e.order);
	entries[i] = entries[--used];
	if (i < used)
		entries[i].page->private = i;
}

static void release_all(void)
{
	while (used)
		release(used - 1);
}

static void check_entry(unsigned int i)
{
	const struct entry *e = &entries[i];

	CHECK(is_filled(e->page, e->seed) && !e->isolated && !PageIsolated(e->page));
	CHECK_EQ(page_count(e->page), 1 + e->held);
	CHECK_EQ(e->page->private, i);
	CHECK_EQ(PageMovable(e->page), e->movable);
}

static void check_all(void)
{
	for (unsigned int i = 0; i < used && !test_failures(); i++)
		check_entry(i);
	buddy_check();
}

static struct zone *pick_zone(void)
{
	return &NODE_DATA(0)->node_zones[input_below(in, MAX_NR_ZONES)];
}

static gfp_t pick_gfp(void)
{
	static const gfp_t kinds[] = {GFP_DMA, GFP_NOWAIT, __GFP_HIGHMEM};

	return kinds[input_below(in, ARRAY_SIZE(kinds))];
}

static void step_take(void)
{
	unsigned int n = 1u << input_below(in, 10);
	gfp_t gfp = pick_gfp();

	while (n-- && take(gfp | __GFP_MOVABLE, 0, true))
		;
}

static void step_take_block(void)
{
	take(pick_gfp(), input_below(in, 6), false);
}

/* Some, or every nth: holes. */
static void step_release(void)
{
	unsigned int n = 1 + input_below(in, 8);

	if (input_below(in, 4)) {
		while (n-- && used)
			release(input_below(in, used));
		return;
	}
	for (unsigned int i = used; i-- > 0;)
		if (i % n == 0)
			release(i);
}

static void step_hold(void)
{
	struct entry *e;

	if (!used)
		return;
	e = &entries[input_below(in, used)];
	if (e->held)
		put_page(e->page);
	else
		get_page(e->page);
	e->held = !e->held;
}

static void step_compact(void)
{
	struct zone *zone = pick_zone();
	int order = (int)input_below(in, MAX_ORDER + 1) - 1;
	unsigned long free = nr_free_pages();
	long allocations = host_allocations();
	enum compact_result result = compact_zone_order(zone, order);

	if (order == COMPACT_WHOLE_ZONE)
		CHECK_EQ(result, COMPACT_COMPLETE);
	else
		CHECK_EQ(result == COMPACT_SUCCESS, zone_has_block(zone, (unsigned int)order));
	/* It makes memory, so it takes none. */
	CHECK_EQ(nr_free_pages(), free);
	CHECK_EQ(host_allocations(), allocations);
}

/* Pageblocks out of use for a while; what is in use in them may be freed meanwhile. */
static void step_isolate(void)
{
	pfn_t blocks = max_pfn / PAGEBLOCK_PAGES, first = input_below(in, (u32)blocks);
	pfn_t start = first * PAGEBLOCK_PAGES;
	pfn_t end = start + (1 + input_below(in, (u32)(blocks - first))) * PAGEBLOCK_PAGES;
	unsigned int before = used;
	struct page *busy;

	if (!CHECK_EQ(start_isolate_page_range(start, end), 0))
		return;
	step_take();
	step_take_block();
	for (unsigned int i = before; i < used; i++)
		CHECK(page_to_pfn(entries[i].page) < start || page_to_pfn(entries[i].page) >= end);
	for (unsigned int i = used; i-- > 0;)
		if (input_below(in, 2))
			release(i);
	check_all();
	busy = test_pages_isolated(start, end);
	CHECK(!busy || page_count(busy) || !PageBuddy(busy));
	undo_isolate_page_range(start, end);
}

static void step_large(void)
{
	unsigned int order = 1 + input_below(in, MAX_ORDER - 1);
	struct page *page = alloc_pages(pick_gfp() | __GFP_WAIT | __GFP_NOWARN, order);

	if (page)
		__free_pages(page, order);
}

static void (*const steps[])(void) = {step_take,    step_take,	step_take_block, step_release,
				      step_hold,    step_hold,	step_compact,	 step_compact,
				      step_compact, step_large, step_isolate};

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};

	in = &input;
	user_ledger_open();
	while (in->left && !test_failures()) {
		steps[input_below(in, ARRAY_SIZE(steps))]();
		check_all();
	}
	release_all();
	user_ledger_close();
	return 0;
}

/* One that is isolated already: the others are as they were. */
static void test_isolated_twice(void)
{
	const pfn_t start = max_low_pfn + PAGEBLOCK_PAGES, end = start + 3 * PAGEBLOCK_PAGES;
	unsigned long free = nr_free_pages();

	CHECK(!has_unmovable_pages(start, end));
	CHECK(has_unmovable_pages(0, PAGEBLOCK_PAGES) == pfn_to_page(0));
	CHECK_EQ(start_isolate_page_range(end - PAGEBLOCK_PAGES, end), 0);
	CHECK_EQ(nr_free_pages(), free - PAGEBLOCK_PAGES);
	CHECK_EQ(start_isolate_page_range(start, end), -EBUSY);
	CHECK_EQ(nr_free_pages(), free - PAGEBLOCK_PAGES);
	CHECK(!test_pages_isolated(end - PAGEBLOCK_PAGES, end));
	buddy_check();
	undo_isolate_page_range(end - PAGEBLOCK_PAGES, end);
	CHECK_EQ(nr_free_pages(), free);
	CHECK_PANICS("BUG", undo_isolate_page_range(start, end));
	CHECK_PANICS("BUG", CHECK(start_isolate_page_range(start + 1, end)));
}

static void test_random_zones(void)
{
	check_property(one_input, 300);
}

/* An owner that refuses to let go of any page: nothing moves, nothing is lost. */
static void test_refused(void)
{
	struct zone *zone = &NODE_DATA(0)->node_zones[ZONE_DMA];
	struct input used_up = {NULL, 0}; /* answers 0, which is: no */

	in = &used_up;
	user_ledger_open();
	while (take(GFP_DMA | __GFP_MOVABLE, 0, true))
		;
	for (unsigned int i = used; i-- > 0;)
		if (i % 2)
			release(i);
	drain_local_pages();
	CHECK(!zone_has_block(zone, BIG_ORDER));
	CHECK_EQ(compact_zone_order(zone, BIG_ORDER), COMPACT_COMPLETE);
	CHECK(!zone_has_block(zone, BIG_ORDER));
	check_all();
	release_all();
	user_ledger_close();
}

static const struct test tests[] = {
	{"nothing moves when the owner refuses", test_refused},
	{"isolated already", test_isolated_twice},
	{"random zones compacted, nothing lost", test_random_zones},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
