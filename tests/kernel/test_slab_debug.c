/* test_slab_debug.c - suite `slab_debug`: misused objects of a cache of our own are noticed. */
#include "i386/oops.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define SIZE  40u
#define DEBUG (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

static struct kmem_cache *cache;

static bool begin(unsigned int flags, void (*ctor)(void *object))
{
	cache = kmem_cache_create("test_debug", SIZE, 0, flags, ctor);
	return EXPECT(cache);
}

static void end(void)
{
	EXPECT_EQ(kmem_cache_validate(cache, false), 0);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* A byte that somebody wrote next to an object is seen, and put right. */
static void test_red_zones(void)
{
	u8 *object;

	if (!begin(DEBUG, NULL))
		return;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	memset(object, 1, SIZE);
	EXPECT_EQ(kmem_cache_validate(cache, false), 0);
	object[SIZE] = 1;
	EXPECT_EQ(kmem_cache_validate(cache, false), 1);
	object[-1] = 1;
	EXPECT_EQ(kmem_cache_validate(cache, false), 1);
	EXPECT_EQ(kmem_cache_validate(cache, false), 0);
	EXPECT_EQ(object[0], 1);
	kmem_cache_free(cache, object);
	object[SIZE + 3] = 0xcc; /* as if it were out */
	EXPECT_EQ(kmem_cache_validate(cache, false), 1);
	end();
}

/* Fresh objects read 5a, freed ones 6b and a5 at the end; a write to those is seen. */
static void test_poison(void)
{
	u8 *object;

	if (!begin(DEBUG, NULL))
		return;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT(object[0] == 0x5a && object[SIZE - 1] == 0x5a);
	kmem_cache_free(cache, object);
	EXPECT(object[0] == 0x6b && object[SIZE - 2] == 0x6b && object[SIZE - 1] == 0xa5);
	object[7] = 0;
	EXPECT_EQ(kmem_cache_validate(cache, false), 1);
	EXPECT_EQ(object[7], 0x6b);
	object = kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO);
	EXPECT(object[0] == 0 && object[SIZE - 1] == 0);
	kmem_cache_free(cache, object);
	end();
}

static void fill(void *object)
{
	memset(object, 0x77, SIZE);
}

/* What a constructor made must survive, so there is no poison; red zones there are. */
static void test_constructor(void)
{
	u8 *object;

	if (!begin(DEBUG, fill))
		return;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	EXPECT(object[0] == 0x77 && object[SIZE - 1] == 0x77);
	kmem_cache_free(cache, object);
	EXPECT_EQ(object[0], 0x77);
	object[0] = 0x78;
	EXPECT_EQ(kmem_cache_validate(cache, false), 0);
	object[SIZE] = 0x78;
	EXPECT_EQ(kmem_cache_validate(cache, false), 1);
	end();
}

static void find_limit(void *arg, const struct slabinfo *info)
{
	unsigned int *limit = arg;

	if (!strcmp(info->name, "test_debug"))
		*limit = info->limit;
}

/* Such a cache keeps nothing in arrays: each object passes the checks each time. */
static void test_no_array(void)
{
	unsigned int limit = 1;

	if (!begin(SLAB_CONSISTENCY_CHECKS, NULL))
		return;
	slab_for_each(find_limit, &limit);
	EXPECT_EQ(limit, 0);
	end();
}

static void test_leak(void)
{
	unsigned int warnings = warn_count;
	void *object;

	if (!begin(DEBUG, NULL))
		return;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ktap_info("a report and a warning that are wanted:");
	EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	EXPECT_EQ(warn_count, warnings + 1);
	warn_count = warnings;
	kmem_cache_free(cache, object);
	end();
}

static const struct ktap_case cases[] = {
	{"red zones", test_red_zones},
	{"poison", test_poison},
	{"constructors are left alone", test_constructor},
	{"no per-CPU array", test_no_array},
	{"objects that remain", test_leak},
	{NULL, NULL},
};
const struct ktap_suite slab_debug_suite = {"slab_debug", cases};
