/*
 * test_reclaim.c - suite `reclaim`: memory runs low, and pages of a file that is nowhere but here
 * leave it.
 *
 * First most free frames are taken away, so that a few megabytes of cached pages bring the zones
 * down to their marks, however much memory the machine has.
 */
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/filemap.h"
#include "mm/highmem.h"
#include "mm/reclaim.h"
#include "mm/shrinker.h"
#include "mm/vmstat.h"
#include "mm/zone.h"

#define FILE_PAGES  6000u
#define DIRTY_PAGES 200u
#define LEFT	    300u /* frames above high that a zone keeps */
#define TAKE_ORDER  4u
#define REST_TICKS  100
#define SMALL	    (2 * LEFT) /* a zone of so few frames takes no part */

static u32 disk[FILE_PAGES]; /* the first word of each page */
static struct address_space mapping;
static struct page *taken, *singles; /* blocks of TAKE_ORDER; frames of small zones */

static int read_page(struct address_space *file, struct page *page)
{
	u32 *word = kmap_atomic(page);

	(void)file;
	*word = disk[page->index];
	kunmap_atomic(word);
	return 0;
}

static int write_page(struct address_space *file, struct page *page)
{
	u32 *word = kmap_atomic(page);

	(void)file;
	disk[page->index] = *word;
	kunmap_atomic(word);
	return 0;
}

static const struct address_space_ops ops = {.readpage = read_page, .writepage = write_page};

static void keep(struct page **chain, struct page *page)
{
	page->private = (unsigned long)*chain;
	*chain = page;
}

static void give_back(struct page **chain, unsigned int order)
{
	while (*chain) {
		struct page *page = *chain;

		*chain = (struct page *)page->private;
		page->private = 0;
		__free_pages(page, order);
	}
}

/* Brings a small zone to its high mark, so that the file's pages are in the others. */
static void close_small(struct zone *zone)
{
	struct page *page;

	while (zone->free_pages > zone->watermark[WMARK_HIGH] &&
	       (page = alloc_pages_node(
			zone->node->node_id,
			(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN | __GFP_THISNODE) & ~__GFP_WAIT, 0)) !=
		       NULL) {
		keep(&singles, page);
		if (page_zone(page) != zone)
			break;
	}
}

/* Brings all zones to a little above their high marks. */
static void begin(void)
{
	static const gfp_t gfp[] = {GFP_HIGHUSER_MOVABLE, GFP_HIGHUSER, GFP_KERNEL, GFP_DMA};
	const gfp_t how = __GFP_NOWARN | __GFP_THISNODE;
	struct zone *zone;
	struct page *page;

	address_space_init(&mapping, NULL, &ops);
	mapping.size = (loff_t)FILE_PAGES << PAGE_SHIFT;
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		disk[i] = i;
	for_each_zone (zone) {
		if (zone->managed_pages < SMALL)
			close_small(zone);
		for (unsigned int i = 0; i < ARRAY_SIZE(gfp); i++) {
			while (zone->free_pages > zone->watermark[WMARK_HIGH] + LEFT &&
			       (page = alloc_pages_node(zone->node->node_id,
							(gfp[i] | how) & ~__GFP_WAIT,
							TAKE_ORDER)) != NULL) {
				keep(&taken, page);
				if (page_zone(page) != zone &&
				    page_zone(page)->free_pages <=
					    page_zone(page)->watermark[WMARK_HIGH] + LEFT)
					break;
			}
		}
	}
}

static void end(void)
{
	truncate_inode_pages(&mapping, 0);
	give_back(&taken, TAKE_ORDER);
	give_back(&singles, 0);
}

/* The page's word, and whether it is what was last written. */
static bool touch(unsigned int index, bool write)
{
	struct page *page = read_cache_page(&mapping, index, NULL);
	u32 *word, was = disk[index];
	bool right;

	if (!EXPECT(!IS_ERR(page)))
		return false;
	lock_page(page);
	word = kmap_atomic(page);
	right = PageDirty(page) || *word == was;
	if (write)
		*word = ~index;
	kunmap_atomic(word);
	if (write)
		set_page_dirty(page);
	unlock_page(page);
	put_page(page);
	return right;
}

static bool all_high(void)
{
	struct zone *zone;

	for_each_zone (zone)
		if (zone->managed_pages && zone->free_pages < zone->watermark[WMARK_HIGH])
			return false;
	return true;
}

/* Reads the file until kswapd has been woken `runs` times: pages read. */
static unsigned int read_until_woken(unsigned int runs)
{
	u32 before = vm_event_sum(VM_PAGEOUTRUN);
	unsigned int i;

	for (i = 0; i < FILE_PAGES && vm_event_sum(VM_PAGEOUTRUN) - before < runs; i++) {
		if (!EXPECT(touch(i, false)))
			break;
		cond_resched();
	}
	return i;
}

/* Woken at low, long before anybody must wait; rests when all zones are above high. */
static void test_kswapd(void)
{
	u32 stalls = vm_event_sum(VM_ALLOCSTALL), stolen = vm_event_sum(VM_PGSTEAL_KSWAPD);
	unsigned int pages, ticks;

	begin();
	pages = read_until_woken(1);
	EXPECT(pages > 0 && pages < FILE_PAGES);
	for (ticks = 0; ticks < REST_TICKS && !all_high(); ticks++)
		schedule_timeout(1);
	EXPECT(all_high());
	EXPECT(vm_event_sum(VM_PGSTEAL_KSWAPD) > stolen);
	EXPECT(vm_event_sum(VM_PGSCAN_KSWAPD) >= vm_event_sum(VM_PGSTEAL_KSWAPD));
	EXPECT_EQ(vm_event_sum(VM_ALLOCSTALL), stalls);
	schedule_timeout(2);
	stolen = vm_event_sum(VM_PGSTEAL_KSWAPD);
	schedule_timeout(2);
	EXPECT_EQ(vm_event_sum(VM_PGSTEAL_KSWAPD), stolen);
	end();
}

/* Who takes memory without giving the CPU away frees some himself, below min. */
static void test_direct(void)
{
	u32 stalls = vm_event_sum(VM_ALLOCSTALL), stolen = vm_event_sum(VM_PGSTEAL_DIRECT);
	struct page *page;

	begin();
	read_until_woken(1);
	while (vm_event_sum(VM_ALLOCSTALL) == stalls &&
	       (page = alloc_page(GFP_HIGHUSER | __GFP_NOWARN)) != NULL)
		keep(&singles, page);
	EXPECT(vm_event_sum(VM_ALLOCSTALL) > stalls);
	EXPECT(vm_event_sum(VM_PGSTEAL_DIRECT) > stolen);
	EXPECT(vm_event_sum(VM_PGSCAN_DIRECT) >= vm_event_sum(VM_PGSTEAL_DIRECT));
	give_back(&singles, 0);
	end();
}

/* A page that was written is written to its file before it goes. */
static void test_dirty(void)
{
	unsigned int wrong = 0, written = 0;

	begin();
	for (unsigned int i = 0; i < DIRTY_PAGES; i++)
		EXPECT(touch(i, true));
	for (unsigned int i = DIRTY_PAGES; i < FILE_PAGES; i++) {
		EXPECT(touch(i, false));
		cond_resched();
	}
	for (unsigned int i = 0; i < DIRTY_PAGES; i++)
		written += disk[i] == ~i;
	EXPECT(written > DIRTY_PAGES / 2);
	EXPECT_EQ(filemap_sync(&mapping), 0);
	for (unsigned int i = 0; i < DIRTY_PAGES; i++)
		wrong += disk[i] != ~i || !touch(i, false);
	EXPECT_EQ(wrong, 0);
	end();
}

/* Whoever is freeing memory gets the last frame, and is not sent to free more. */
static void test_reserve(void)
{
	u32 stalls = vm_event_sum(VM_ALLOCSTALL);
	unsigned long reserve = 0;
	struct page *page;
	struct zone *zone;
	bool before;

	begin();
	before = memalloc_noreclaim_save();
	while ((page = alloc_page(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN)) != NULL)
		keep(&singles, page);
	memalloc_noreclaim_restore(before);
	for_each_zone (zone)
		reserve += zone->free_pages;
	give_back(&singles, 0);
	EXPECT_EQ(reserve, 0);
	EXPECT_EQ(vm_event_sum(VM_ALLOCSTALL), stalls);
	end();
}

static unsigned long asked;

static unsigned long count_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	return 1ul << 13;
}

static unsigned long scan_objects(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	asked += control->nr_to_scan;
	return 0;
}

/* Other caches give in proportion to the pages that are looked at. */
static void test_shrinkers(void)
{
	static struct shrinker shrinker = {
		.name = "test", .count_objects = count_objects, .scan_objects = scan_objects};

	register_shrinker(&shrinker);
	asked = 0;
	shrink_slab_part(GFP_KERNEL, 12);
	EXPECT_EQ(asked, 4);
	asked = 0;
	shrink_slab_part(GFP_KERNEL, 1);
	EXPECT_EQ(asked, 1 << 12);
	asked = 0;
	begin();
	read_until_woken(2);
	EXPECT(asked >= 4 && asked < 1 << 13);
	end();
	unregister_shrinker(&shrinker);
}

static const struct ktap_case cases[] = {
	{"kswapd", test_kswapd},   {"direct", test_direct},	  {"dirty", test_dirty},
	{"reserve", test_reserve}, {"shrinkers", test_shrinkers}, {NULL, NULL},
};

const struct ktap_suite reclaim_suite = {"reclaim", cases};
