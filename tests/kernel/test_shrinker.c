/* test_shrinker.c - suite `shrinker`: who gives memory back when there is none left. */
#include "kernel/compiler.h"
#include "kernel/ktap.h"
#include "mm/gfp.h"
#include "mm/shrinker.h"

#define KEPT 64u

static struct page *kept[KEPT];
static unsigned int nr_kept;

static unsigned long count_kept(struct shrinker *shrinker, struct shrink_control *control)
{
	(void)shrinker;
	(void)control;
	return nr_kept;
}

static unsigned long scan_kept(struct shrinker *shrinker, struct shrink_control *control)
{
	unsigned long i;

	(void)shrinker;
	for (i = 0; i < control->nr_to_scan && nr_kept; i++)
		__free_page(kept[--nr_kept]);
	return i;
}

/* Takes low memory until there is none, with all that shrinkers gave; gives it back. */
static unsigned long exhaust(void)
{
	struct page *chain = NULL, *page;
	unsigned long n = 0;

	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
		n++;
	}
	while ((page = chain) != NULL) {
		chain = (struct page *)page->private;
		__free_page(page);
	}
	return n;
}

static void test_pressure(void)
{
	static struct shrinker shrinker = {
		.name = "test", .count_objects = count_kept, .scan_objects = scan_kept};

	while (nr_kept < KEPT && (kept[nr_kept] = alloc_page(GFP_KERNEL)) != NULL)
		nr_kept++;
	EXPECT_EQ(nr_kept, KEPT);
	register_shrinker(&shrinker);
	EXPECT(exhaust() > 0);
	EXPECT_EQ(nr_kept, 0);
	unregister_shrinker(&shrinker);
}

static const struct ktap_case cases[] = {
	{"asked when pages run out", test_pressure},
	{NULL, NULL},
};
const struct ktap_suite shrinker_suite = {"shrinker", cases};
