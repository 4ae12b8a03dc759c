/*
 * test_pcp.c - the per-CPU lists: order, batches, hot and cold, types, closed.
 */
#include "free_lists.h"
#include "machine.h"
#include "kernel/string.h"
#include "mm/vmstat.h"
#include "../../mm/page/internal.h"
#include "../../mm/zone/internal.h"
#include "test.h"

#define MANY 400

static struct zone *zone;
static struct page *pages[MANY];

static struct per_cpu_pages *lists(void)
{
	return &zone->pcp[smp_processor_id()];
}

static void setup(void)
{
	host_boot();
	zone = zone_of(ZONE_NORMAL);
	drain_local_pages();
}

/* The lists of a zone of 384 MiB, in which a batch is 31 frames. */
static void use_large_lists(void)
{
	unsigned long managed = zone->managed_pages;

	zone->managed_pages = 98304;
	pcp_resize(zone);
	zone->managed_pages = managed;
}

static void take(unsigned int n, gfp_t gfp)
{
	for (unsigned int i = 0; i < n; i++) {
		pages[i] = alloc_page(gfp);
		CHECK(pages[i] && page_zone(pages[i]) == zone);
	}
}

/* Linux's numbers, for zones of given sizes. */
static void test_sizes(void)
{
	static const struct {
		unsigned long pages;
		unsigned int batch;
	} sizes[] = {{0, 1},	 {1000, 1},   {2047, 1},   {2048, 7},	 {16384, 7},
		     {32768, 7}, {65536, 15}, {98304, 31}, {229376, 31}, {917504, 31}};
	unsigned long managed = zone->managed_pages;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		zone->managed_pages = sizes[i].pages;
		pcp_resize(zone);
		CHECK_EQ(lists()->hot[0].batch, sizes[i].batch);
		CHECK_EQ(lists()->hot[2].high, sizes[i].batch * 6);
		CHECK(lists()->cold[1].high <= sizes[i].batch * 4);
		CHECK(lists()->cold[1].high >= sizes[i].batch);
		CHECK(lists()->hot[0].high <= PCP_MOST);
	}
	zone->managed_pages = managed;
	use_large_lists();
}

static void test_hot_is_lifo(void)
{
	struct page *first;

	take(5, GFP_KERNEL);
	for (unsigned int i = 0; i < 5; i++)
		__free_page(pages[i]);
	for (unsigned int i = 5; i-- > 0;)
		CHECK(alloc_page(GFP_KERNEL) == pages[i]);
	for (unsigned int i = 0; i < 5; i++)
		put_page(pages[i]);
	first = alloc_page(GFP_KERNEL | __GFP_ZERO);
	CHECK(first == pages[4]);
	__free_page(first);
	drain_local_pages();
}

static void test_cold_apart(void)
{
	struct page *hot, *cold, *page;

	take(2, GFP_KERNEL);
	hot = pages[0];
	cold = pages[1];
	__free_page(hot);
	free_cold_page(cold);
	CHECK_EQ(lists()->cold[MIGRATE_UNMOVABLE].count, 1);
	page = alloc_page(GFP_KERNEL | __GFP_COLD);
	CHECK(page == cold);
	page = alloc_page(GFP_KERNEL);
	CHECK(page == hot);
	/* An empty cold list gets a batch of its own. */
	page = alloc_page(GFP_KERNEL | __GFP_COLD);
	CHECK_EQ(lists()->cold[MIGRATE_UNMOVABLE].count,
		 lists()->cold[MIGRATE_UNMOVABLE].batch - 1);
	free_cold_page(page);
	get_page(cold);
	free_cold_page(cold);
	CHECK_EQ(page_count(cold), 1);
	pages[0] = cold;
	pages[1] = hot;
	release_pages(pages, 2, true);
	CHECK_EQ(page_count(cold), 0);
	CHECK(lists()->cold[MIGRATE_UNMOVABLE].entry[lists()->cold[0].count - 1] == hot);
	CHECK_PANICS("freed twice", free_cold_page(hot));
	drain_local_pages();
	CHECK_EQ(lists()->cold[MIGRATE_UNMOVABLE].count, 0);
}

static void test_batches(void)
{
	struct pcp_list *hot = &lists()->hot[MIGRATE_UNMOVABLE];
	unsigned long free;
	struct page *oldest;

	drain_local_pages();
	free = zone->free_pages;
	take(1, GFP_KERNEL);
	CHECK_EQ(hot->count, hot->batch - 1);
	CHECK_EQ(zone->free_pages, free - hot->batch);
	__free_page(pages[0]);
	take(MANY, GFP_KERNEL);
	drain_local_pages();
	free = zone->free_pages;
	for (unsigned int i = 0; i < hot->high; i++)
		__free_page(pages[i]);
	CHECK_EQ(hot->count, hot->high);
	CHECK_EQ(zone->free_pages, free);
	oldest = hot->entry[0];
	CHECK(oldest == pages[0]);
	/* One more: the oldest batch goes, in one piece. */
	__free_page(pages[hot->high]);
	CHECK_EQ(hot->count, hot->high - hot->batch + 1);
	CHECK_EQ(zone->free_pages, free + hot->batch);
	CHECK(hot->entry[0] == pages[hot->batch]);
	for (unsigned int i = hot->high + 1; i < MANY; i++)
		__free_page(pages[i]);
	drain_local_pages();
}

static void test_cold_batches(void)
{
	struct pcp_list *cold = &lists()->cold[MIGRATE_UNMOVABLE];
	unsigned int batch = cold->batch, high = cold->high;

	take(high + 1, GFP_KERNEL);
	drain_local_pages();
	for (unsigned int i = 0; i < high; i++)
		free_cold_page(pages[i]);
	CHECK_EQ(cold->count, high);
	free_cold_page(pages[high]);
	CHECK_EQ(cold->count, high - batch + 1);
	drain_local_pages();
}

/* A freed frame goes to the list of its pageblock's type, whatever it was taken for. */
static void test_types(void)
{
	struct page *page = alloc_page(GFP_KERNEL),
		    *movable = alloc_page(GFP_KERNEL | __GFP_MOVABLE);
	unsigned long flags;

	CHECK_EQ(pageblock_type(page), MIGRATE_UNMOVABLE);
	CHECK_EQ(pageblock_type(movable), MIGRATE_MOVABLE);
	drain_local_pages();
	spin_lock_irqsave(&zone->lock, flags);
	pageblock_move_free(zone, page, MIGRATE_RECLAIMABLE);
	spin_unlock_irqrestore(&zone->lock, flags);
	__free_page(page);
	CHECK_EQ(lists()->hot[MIGRATE_RECLAIMABLE].count, 1);
	CHECK(alloc_page(GFP_KERNEL | __GFP_RECLAIMABLE) == page);
	spin_lock_irqsave(&zone->lock, flags);
	pageblock_move_free(zone, page, MIGRATE_ISOLATE);
	spin_unlock_irqrestore(&zone->lock, flags);
	/* Into no list: to the buddy system, where it is isolated. */
	flags = zone->nr_isolated;
	__free_page(page);
	CHECK_EQ(zone->nr_isolated, flags + 1);
	buddy_check();
	get_page(movable);
	put_page(movable);
	page = movable;
	spin_lock_irqsave(&zone->lock, flags);
	for (pfn_t pfn = zone->start_pfn; pfn < zone->start_pfn + zone->spanned_pages;
	     pfn += PAGEBLOCK_PAGES)
		if (pageblock_type(pfn_to_page(pfn)) == MIGRATE_ISOLATE)
			pageblock_move_free(zone, pfn_to_page(pfn), MIGRATE_UNMOVABLE);
	spin_unlock_irqrestore(&zone->lock, flags);
	free_cold_page(page);
	CHECK_EQ(zone->nr_isolated, 0);
	drain_local_pages();
}

/* The table of the short way: each combination of flags, the right zone and type, or nothing. */
static void test_preferred(void)
{
	for (gfp_t gfp = 0; gfp <= GFP_LISTMASK; gfp++) {
		const struct pcp_list *list = this_cpu(preferred_list)[gfp];
		unsigned int type = gfp >> 2 & 3;
		const struct zone *want = local_zonelist(gfp)->zones[0];

		if (type == 3)
			CHECK_EQ(list->high, 0);
		else
			CHECK(list == &want->pcp[0].hot[type]);
	}
	CHECK_PANICS("BUG", alloc_page(GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE));
	CHECK_PANICS("BUG", alloc_pages(GFP_KERNEL | __GFP_MOVABLE | __GFP_RECLAIMABLE, 1));
}

static unsigned long held(void)
{
	unsigned long n = 0;

	for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
		n += lists()->hot[type].count + lists()->cold[type].count;
	return n;
}

static void test_closed(void)
{
	struct page *page;

	take(20, GFP_KERNEL);
	page_alloc_shortcuts(false);
	CHECK_EQ(held(), 0);
	page_alloc_shortcuts(false);
	for (unsigned int i = 0; i < 20; i++)
		__free_page(pages[i]);
	free_cold_page(alloc_page(GFP_KERNEL | __GFP_COLD));
	page = alloc_page(GFP_KERNEL);
	CHECK_EQ(held(), 0);
	page_alloc_shortcuts(true);
	__free_page(page);
	CHECK_EQ(held(), 0);
	page_alloc_shortcuts(true);
	take(1, GFP_KERNEL);
	__free_page(pages[0]);
	CHECK_EQ(held(), lists()->hot[MIGRATE_UNMOVABLE].batch);
	CHECK_PANICS("BUG", page_alloc_shortcuts(true));
	use_large_lists();
	drain_local_pages();
}

/* Near the low watermark a refill takes one frame at a time: the reserve is not hoarded. */
static void test_refill_spares_reserve(void)
{
	unsigned long low = zone->watermark[WMARK_LOW];

	drain_local_pages();
	zone->watermark[WMARK_LOW] = zone->free_pages - 3;
	take(1, GFP_KERNEL);
	CHECK_EQ(held(), 2);
	drain_local_pages();
	zone->watermark[WMARK_LOW] = zone->free_pages + 100;
	__free_page(pages[0]);
	drain_local_pages();
	pages[0] = pcp_refill_take(zone, MIGRATE_UNMOVABLE, false);
	CHECK_EQ(held(), 0);
	zone->watermark[WMARK_LOW] = low;
	pcp_flush_give(zone, pages[0], false);
	drain_local_pages();
}

/* Random traffic: what is held and what is free adds up, no frame is given out twice. */
static int one_input(const u8 *data, size_t n)
{
	static const gfp_t kinds[] = {GFP_KERNEL, GFP_KERNEL | __GFP_MOVABLE,
				      GFP_KERNEL | __GFP_RECLAIMABLE, GFP_KERNEL | __GFP_COLD,
				      GFP_KERNEL | __GFP_MOVABLE | __GFP_COLD};
	struct input in = {data, n};
	unsigned long free = nr_free_pages();
	unsigned int out = 0;

	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);

		if (what < 4)
			drain_local_pages();
		else if (what < 6)
			buddy_check();
		else if (what & 1 && out < MANY) {
			pages[out] = alloc_page(kinds[input_below(&in, ARRAY_SIZE(kinds))]);
			CHECK_EQ(page_count(pages[out]), 1);
			pages[out]->index = out;
			out++;
		} else if (out) {
			unsigned int i = input_below(&in, out);
			struct page *page = pages[i];

			CHECK_EQ(page->index, i);
			pages[i] = pages[--out];
			pages[i]->index = i;
			if (what & 2)
				__free_page(page);
			else
				free_cold_page(page);
		}
		CHECK_EQ(nr_free_pages() + out, free);
	}
	release_pages(pages, out, false);
	drain_local_pages();
	buddy_check();
	CHECK_EQ(nr_free_pages(), free);
	return 0;
}

static void test_traffic(void)
{
	check_property(one_input, 3000);
}

static void test_check_sees(void)
{
	struct pcp_list *cold = &lists()->cold[MIGRATE_MOVABLE];

	free_cold_page(alloc_page(GFP_KERNEL | __GFP_MOVABLE | __GFP_COLD));
	CHECK_PANICS("held for a CPU, but not a free page",
		     (atomic_set(&cold->entry[0]->_refcount, 1), buddy_check()));
	CHECK_PANICS("at most", (cold->count = PCP_MOST + 1, buddy_check()));
	buddy_check();
	drain_local_pages();
}

static const struct test tests[] = {
	{"setup", setup},
	{"sizes are Linux's", test_sizes},
	{"hot: last in, first out", test_hot_is_lifo},
	{"cold frames are kept apart", test_cold_apart},
	{"refill and flush move a batch", test_batches},
	{"cold batches", test_cold_batches},
	{"a list for each type, none for isolated", test_types},
	{"the short way's table", test_preferred},
	{"closed lists hold nothing, and nest", test_closed},
	{"a refill leaves the reserve", test_refill_spares_reserve},
	{"random traffic adds up", test_traffic},
	{"self-check sees wrong lists", test_check_sees},
};
TEST_MAIN(tests)
