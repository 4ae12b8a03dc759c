/* test_mempool.c - suite `mempool`: reserves that last when memory does not. */
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/fs_helpers.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "mm/gfp.h"
#include "mm/mempool.h"
#include "mm/slab.h"
#include "sched/sched.h"

#define RESERVE 4u
#define TURNS	20 /* given to the other thread */

static mempool_t *pool;
static void *got;
static bool asked;

/* No memory, but what the test hands over. */
static void *make(gfp_t gfp, void *data)
{
	void **spare = data, *element = *spare;

	(void)gfp;
	*spare = NULL;
	return element;
}

static void unmake(void *element, void *data)
{
	void **spare = data;

	EXPECT(!*spare);
	*spare = element;
}

static int ask(void *unused)
{
	(void)unused;
	asked = true;
	got = mempool_alloc(pool, GFP_KERNEL);
	return 0;
}

static void let_run(void)
{
	for (int i = 0; i < TURNS; i++)
		schedule();
}

/* Who finds the reserve empty sleeps until an element comes back. */
static void test_sleep(void)
{
	static int element;
	void *spare = &element;

	got = NULL;
	asked = false;
	pool = mempool_create(1, make, unmake, &spare);
	if (!EXPECT(pool))
		return;
	EXPECT(mempool_alloc(pool, GFP_KERNEL) == &element);
	EXPECT(!mempool_alloc(pool, GFP_ATOMIC));
	if (!EXPECT(!IS_ERR(kthread_run(ask, NULL, "mempool"))))
		return;
	let_run();
	EXPECT(asked && !got);
	mempool_free(&element, pool);
	let_run();
	EXPECT(got == &element);
	mempool_free(got, pool);
	EXPECT_EQ(mempool_resize(pool, 2), (unsigned long)-ENOMEM);
	mempool_destroy(pool);
	EXPECT(spare == &element);
}

static struct page *take_rest(struct page *chain)
{
	struct page *page;

	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	return chain;
}

static struct page *take_all(void)
{
	struct page *chain = NULL, *page;

	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	return take_rest(chain);
}

static void give_all(struct page *chain)
{
	while (chain) {
		struct page *page = chain;

		chain = (struct page *)page->private;
		__free_page(page);
	}
}

/* With no page left, the reserve serves as many as it holds. */
static void test_reserve(void)
{
	struct page *held[RESERVE], *all;

	pool = mempool_create_page_pool(RESERVE, 0);
	if (!EXPECT(pool))
		return;
	all = take_all();
	for (unsigned int i = 0; i < RESERVE; i++)
		EXPECT((held[i] = mempool_alloc(pool, GFP_KERNEL)) != NULL);
	EXPECT(!mempool_alloc(pool, GFP_ATOMIC));
	give_all(all);
	for (unsigned int i = 0; i < RESERVE; i++)
		mempool_free(held[i], pool);
	mempool_destroy(pool);
}

static void test_slab_pool(void)
{
	struct kmem_cache *cache = kmem_cache_create("test_pool", 300, 0, 0, NULL);
	void *object;

	if (!EXPECT(cache))
		return;
	pool = mempool_create_slab_pool(RESERVE, cache);
	if (EXPECT(pool)) {
		object = mempool_alloc(pool, GFP_KERNEL);
		EXPECT(ksize(object) >= 300);
		mempool_free(object, pool);
		EXPECT_EQ(mempool_resize(pool, 2 * RESERVE), 0);
		EXPECT_EQ(mempool_resize(pool, 1), 0);
		mempool_destroy(pool);
	}
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* The real user: what is written over pages that the cache has gets there without memory. */
static void test_no_memory_write(void)
{
	static u8 text[PAGE_SIZE], back[PAGE_SIZE];
	struct page *all;
	struct file *file;
	loff_t pos = 0;

	if (!test_fs_begin())
		return;
	memset(text, 'x', sizeof(text));
	EXPECT_EQ(test_make_file("/f", 8192, 1), 0);
	file = filp_open("/f", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT(test_verify(file, 0, 8192, 1));
		/* Without reclaim, which would throw out what is to be written. */
		all = take_rest(NULL);
		EXPECT_EQ(file->ops->kwrite(file, text, sizeof(text), &pos), sizeof(text));
		give_all(all);
		EXPECT_EQ(
			filemap_read(&file->inode->mapping, 0, back, sizeof(back), page_to_kernel),
			sizeof(back));
		EXPECT(!memcmp(text, back, sizeof(text)));
		EXPECT(test_verify(file, PAGE_SIZE, PAGE_SIZE, 1));
		fput(file);
	}
	test_fs_end();
}

static const struct ktap_case cases[] = {
	{"sleep until one comes back", test_sleep},
	{"reserve", test_reserve},
	{"objects of a cache", test_slab_pool},
	{"write() without memory", test_no_memory_write},
	{NULL, NULL},
};
const struct ktap_suite mempool_suite = {"mempool", cases};
