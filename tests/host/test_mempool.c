/*
 * test_mempool.c - pools against a shadow of their elements, with memory that comes
 * and goes: a request that may wait is always served, and nothing is lost or served twice.
 */
#include "machine.h"
#include "kernel/errno.h"
#include "mm/mempool.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "../../mm/slab/internal.h"
#include "test.h"

#define MAX_OUT 40u
#define MAX_ALL 200u

/* Elements are bytes of this array: exist[] says which the pool has made. */
static u8 elements[MAX_ALL];
static bool exist[MAX_ALL], out[MAX_ALL];
static unsigned int nr_exist;
static bool memory; /* is there any? */
static gfp_t last_gfp;

static u8 *taken[MAX_OUT];
static unsigned int nr_taken, sleeps;
static mempool_t *pool;

static void boot_once(void)
{
	static bool booted;

	if (!booted)
		host_boot();
	booted = true;
}

static void *make(gfp_t gfp, void *data)
{
	CHECK(data == elements);
	last_gfp = gfp;
	if (!memory)
		return NULL;
	for (unsigned int i = 0; i < MAX_ALL; i++) {
		if (!exist[i]) {
			exist[i] = true;
			nr_exist++;
			return &elements[i];
		}
	}
	return NULL;
}

static void unmake(void *element, void *data)
{
	unsigned long i = (unsigned long)((u8 *)element - elements);

	CHECK(data == elements && i < MAX_ALL && exist[i] && !out[i]);
	exist[i] = false;
	nr_exist--;
}

static void take(void *element)
{
	unsigned long i = (unsigned long)((u8 *)element - elements);

	if (!CHECK(i < MAX_ALL && exist[i] && !out[i]))
		return;
	out[i] = true;
	taken[nr_taken++] = element;
}

static void give(unsigned int i)
{
	u8 *element = taken[i];

	taken[i] = taken[--nr_taken];
	out[element - elements] = false;
	mempool_free(element, pool);
}

/* While a request sleeps, somebody gives his element back, or memory comes. */
static void sleep_hook(void)
{
	sleeps++;
	host_sleeps = 0;
	if (nr_taken && sleeps % 3)
		give(nr_taken / 2);
	else if (sleeps % 3 == 0)
		memory = true;
}

static int pool_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	unsigned int min_nr = 1 + input_below(&in, 20), want;
	void *element;
	int err;

	memory = true;
	host_sleep_hook = sleep_hook;
	pool = mempool_create(min_nr, make, unmake, elements);
	if (!CHECK(pool))
		return 0;
	CHECK_EQ(nr_exist, min_nr);
	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);

		memory = input_u8(&in) & 1;
		if (what < 100 && nr_taken < MAX_OUT) {
			element = mempool_alloc(pool, what & 1 ? GFP_KERNEL : GFP_ATOMIC);
			if (element)
				take(element);
			else
				CHECK(!(what & 1) && nr_taken >= min_nr);
		} else if (what < 220 && nr_taken) {
			give(input_below(&in, nr_taken));
		} else if (what >= 220) {
			want = 1 + input_below(&in, 20);
			err = mempool_resize(pool, want);
			CHECK(!err || (err == -ENOMEM && want > min_nr && !memory));
			if (!err)
				min_nr = want;
		}
		CHECK(nr_exist >= nr_taken && nr_exist - nr_taken <= min_nr);
	}
	memory = true;
	while (nr_taken)
		give(nr_taken - 1);
	/* A pool that grew while elements were out gets whole with the next ones that are freed. */
	CHECK_EQ(nr_exist, min_nr);
	mempool_destroy(pool);
	CHECK_EQ(nr_exist, 0);
	host_sleep_hook = NULL;
	return 0;
}

static void test_pool(void)
{
	boot_once();
	check_property(pool_input, 1000);
}

/* First without waiting, then the reserve, then with all that the caller allows. */
static void test_order(void)
{
	u8 *first;

	boot_once();
	memory = true;
	pool = mempool_create(1, make, unmake, elements);
	first = mempool_alloc(pool, GFP_KERNEL | __GFP_MEMALLOC);
	CHECK(first && nr_exist == 2);
	CHECK(!(last_gfp & (__GFP_WAIT | __GFP_IO | __GFP_FS | __GFP_MEMALLOC)));
	CHECK(last_gfp & __GFP_NOWARN && last_gfp & __GFP_NORETRY);
	take(first);
	memory = false;
	CHECK(!mempool_alloc(pool, GFP_KERNEL | __GFP_NORETRY));
	take(mempool_alloc(pool, GFP_ATOMIC));
	CHECK(!mempool_alloc(pool, GFP_ATOMIC));
	sleeps = 0;
	host_sleep_hook = sleep_hook;
	take(mempool_alloc(pool, GFP_KERNEL));
	CHECK_EQ(sleeps, 1);
	CHECK(last_gfp & __GFP_WAIT && last_gfp & __GFP_NOWARN);
	host_sleep_hook = NULL;
	CHECK_PANICS("BUG", mempool_destroy(pool));
	while (nr_taken)
		give(0);
	mempool_free(NULL, pool);
	CHECK_PANICS("BUG", mempool_alloc(pool, GFP_KERNEL | __GFP_ZERO));
	preempt_disable();
	CHECK_PANICS("may not sleep", mempool_alloc(pool, GFP_KERNEL));
	preempt_enable();
	mempool_destroy(pool);
	mempool_destroy(NULL);
	CHECK_PANICS("BUG", mempool_create(0, make, unmake, elements));
	host_context_is_clean();
}

/* Nothing is lost when any of the allocations for a pool fails. */
static void test_failures_each(void)
{
	struct kmem_cache *cache;
	struct mm_ledger before, after;
	long n = 0, used = 0;

	boot_once();
	cache = kmem_cache_create("pooled", 200, 0, 0, NULL);
	mm_ledger_take(&before);
	do {
		mempool_t *objects, *pages;

		host_fail_after(n++);
		objects = mempool_create_slab_pool(5, cache);
		pages = mempool_create_page_pool(3, 1);
		if (pages && mempool_resize(pages, 6) == 0)
			used = host_allocations();
		host_fail_after(-1);
		CHECK(n < 100);
		if (pages)
			mempool_free(mempool_alloc(pages, GFP_KERNEL), pages);
		mempool_destroy(objects);
		mempool_destroy(pages);
		mm_ledger_take(&after);
		CHECK_EQ(after.slab_objects, before.slab_objects);
		CHECK_EQ(after.free_pages[1], before.free_pages[1]);
	} while (!used && n < 100);
	CHECK(n > 15);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

static const struct test tests[] = {
	{"pools agree with a shadow", test_pool},
	{"what is tried when", test_order},
	{"every allocation may fail", test_failures_each},
};
TEST_MAIN(tests)
