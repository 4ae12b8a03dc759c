/* test_shrinker.c - caches that give back when the page allocator has nothing left. */
#include "machine.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "../../mm/slab/internal.h"
#include "test.h"

#define KEPT 600ul

static struct page *kept[KEPT];
static unsigned long nr_kept, largest_batch, scans;
static bool stubborn, nested;

static unsigned long count_kept(struct shrinker *shrinker, struct shrink_control *control)
{
	CHECK_STR(shrinker->name, "test");
	CHECK_EQ(control->nr_to_scan, 0);
	return nr_kept;
}

static unsigned long scan_kept(struct shrinker *shrinker, struct shrink_control *control)
{
	unsigned long i;

	(void)shrinker;
	CHECK(control->gfp & __GFP_WAIT);
	scans++;
	largest_batch = max(largest_batch, control->nr_to_scan);
	if (stubborn)
		return SHRINK_STOP;
	if (nested)
		CHECK_EQ(shrink_slab(control->gfp), 0);
	for (i = 0; i < control->nr_to_scan && nr_kept; i++)
		__free_page(kept[--nr_kept]);
	return i;
}

static struct shrinker test_shrinker = {
	.name = "test", .count_objects = count_kept, .scan_objects = scan_kept};

static void keep_pages(void)
{
	while (nr_kept < KEPT)
		kept[nr_kept++] = alloc_page(GFP_KERNEL);
	scans = largest_batch = 0;
	stubborn = nested = false;
}

static void begin(void)
{
	static bool booted;

	if (!booted)
		host_boot();
	booted = true;
	keep_pages();
	register_shrinker(&test_shrinker);
}

static void end(void)
{
	unregister_shrinker(&test_shrinker);
	while (nr_kept)
		__free_page(kept[--nr_kept]);
}

/* Half a round, in batches; all of it at last. */
static void test_rounds(void)
{
	u32 before;

	begin();
	before = per_cpu__vm_events[VM_SLABS_SCANNED];
	CHECK_EQ(shrink_slab(GFP_KERNEL), KEPT / 2);
	CHECK_EQ(nr_kept, KEPT / 2);
	CHECK_EQ(largest_batch, 128);
	CHECK_EQ(scans, DIV_ROUND_UP(KEPT / 2, 128));
	CHECK_EQ(per_cpu__vm_events[VM_SLABS_SCANNED] - before, KEPT / 2);
	for (unsigned int i = 0; i < 10; i++)
		shrink_slab(GFP_KERNEL);
	CHECK_EQ(nr_kept, 0);
	CHECK_EQ(shrink_slab(GFP_KERNEL), 0);
	end();
	CHECK_EQ(shrink_slab(GFP_KERNEL), 0);
}

static void test_stop_and_nesting(void)
{
	begin();
	stubborn = true;
	CHECK_EQ(shrink_slab(GFP_KERNEL), 0);
	CHECK_EQ(scans, 1);
	stubborn = false;
	nested = true;
	CHECK_EQ(shrink_slab(GFP_KERNEL), KEPT / 2);
	end();
}

/* The page allocator asks when it runs dry, if it may wait, and gets all there is. */
static void test_pressure(void)
{
	struct page *chain = NULL, *page;

	begin();
	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	CHECK_EQ(scans, 0);
	CHECK_EQ(nr_kept, KEPT);
	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	CHECK_EQ(nr_kept, 0);
	while ((page = chain) != NULL) {
		chain = (struct page *)page->private;
		__free_page(page);
	}
	end();
}

/* Slab pages are counted by what can become of them. */
static void test_accounts(void)
{
	struct kmem_cache *cache;
	unsigned long all, reclaimable;
	void *object;

	begin();
	cache = kmem_cache_create("account", 100, 0, SLAB_RECLAIM_ACCOUNT, NULL);
	reclaimable = slab_pages_reclaimable();
	all = slab_pages();
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK_EQ(slab_pages_reclaimable(), reclaimable + 1);
	CHECK_EQ(slab_pages(), all + 1);
	kmem_cache_free(cache, object);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
	CHECK_EQ(slab_pages_reclaimable(), reclaimable);
	CHECK_EQ(slab_pages(), all);
	end();
}

static const struct test tests[] = {
	{"half a round, in batches", test_rounds},
	{"a shrinker that cannot, and one that needs memory", test_stop_and_nesting},
	{"asked when pages run out", test_pressure},
	{"reclaimable slab pages", test_accounts},
};
TEST_MAIN(tests)
