/* test_slab.c - suite `slab`: object caches and kmalloc() on the booted kernel. */
#include "i386/oops.h"
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define OBJECTS 200
#define ROUNDS	3u
#define MAGIC	0x51ab51ab

struct thing {
	unsigned long magic; /* set by the constructor */
	unsigned long number;
	char rest[40];
};

static unsigned int constructed;

static void thing_ctor(void *object)
{
	struct thing *thing = object;

	thing->magic = MAGIC;
	constructed++;
}

/* Constructors run when a slab is made; what they did survives free. */
static void test_constructor(void)
{
	static struct thing *things[OBJECTS];
	struct kmem_cache *cache = kmem_cache_create("test_thing", sizeof(struct thing), 0,
						     SLAB_HWCACHE_ALIGN, thing_ctor);
	unsigned int made = 0;

	constructed = 0;
	if (!EXPECT(cache))
		return;
	for (unsigned int round = 0; round < ROUNDS; round++) {
		for (unsigned int i = 0; i < OBJECTS; i++) {
			if (round && i % 2 == 0)
				continue; /* stays, and with it its slab */
			things[i] = kmem_cache_alloc(cache, GFP_KERNEL);
			if (!EXPECT(things[i]))
				return;
			EXPECT_EQ(things[i]->magic, MAGIC);
			EXPECT_EQ((unsigned long)things[i] % 32, 0);
			things[i]->number = i;
		}
		if (round == 0)
			made = constructed;
		for (unsigned int i = 0; i < OBJECTS; i++) {
			EXPECT_EQ(things[i]->number, i);
			if (round == ROUNDS - 1 || i % 2)
				kmem_cache_free(cache, things[i]);
		}
		slab_check();
	}
	EXPECT(made >= OBJECTS);
	EXPECT_EQ(constructed, made);
	EXPECT(kmem_cache_shrink(cache) > 0);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* It is reported, and a warning; this one does not spoil the run. */
static void test_destroy_busy(void)
{
	unsigned int warnings = warn_count;
	struct kmem_cache *cache = kmem_cache_create("test_busy", 24, 0, 0, NULL);
	void *object;

	if (!EXPECT(cache))
		return;
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	ktap_info("a report and a warning that are wanted:");
	EXPECT_EQ(kmem_cache_destroy(cache), -EBUSY);
	EXPECT_EQ(warn_count, warnings + 1);
	warn_count = warnings;
	kmem_cache_free(cache, object);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Slabs of one cache start their objects at different offsets, as far as there is room. */
static void test_colouring(void)
{
	struct kmem_cache *cache = kmem_cache_create("test_colour", 480, 32, 0, NULL);
	unsigned long offsets = 0;
	void *objects[40];

	if (!EXPECT(cache))
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		offsets |= 1ul << ((unsigned long)objects[i] % 480 / 32);
		EXPECT_EQ((unsigned long)objects[i] % 32, 0);
	}
	EXPECT(offsets & (offsets - 1));
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		kmem_cache_free(cache, objects[i]);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

static void test_kmalloc_sizes(void)
{
	static const size_t sizes[] = {1,    8,	   9,	 31,   32,   33,   64,	 65,	96,
				       100,  128,  129,	 192,  193,  256,  257,	 512,	1000,
				       1024, 2048, 2049, 4096, 4097, 8192, 8193, 65536, 131072};

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *object = kmalloc(sizes[i], GFP_KERNEL);
		size_t size = sizes[i];

		if (!EXPECT(object))
			continue;
		EXPECT(ksize(object) >= size && ksize(object) < 2 * size + 8);
		EXPECT_EQ((unsigned long)object % 8, 0);
		if (!(size & (size - 1)) && size <= PAGE_SIZE)
			EXPECT_EQ((unsigned long)object % size, 0);
		memset(object, 0xee, ksize(object));
		kfree(object);
		object = kzalloc(size, GFP_KERNEL);
		for (size_t b = 0; object && b < size; b += size / 16 + 1)
			EXPECT_EQ(object[b], 0);
		kfree(object);
	}
	EXPECT(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	kfree(NULL);
	slab_check();
}

/* Objects of mixed sizes, each filled with its own byte; freed in another order. */
static void test_no_overlap(void)
{
	static u8 *objects[OBJECTS];
	static const size_t sizes[] = {16, 24, 40, 64, 100, 200, 300, 700, 1500};

	for (unsigned int i = 0; i < OBJECTS; i++) {
		size_t size = sizes[i % ARRAY_SIZE(sizes)];

		objects[i] = kmalloc(size, GFP_KERNEL);
		if (EXPECT(objects[i]))
			memset(objects[i], (int)i, size);
	}
	for (unsigned int k = 0; k < OBJECTS; k++) {
		unsigned int i = k * 77 % OBJECTS;
		size_t size = sizes[i % ARRAY_SIZE(sizes)];

		if (!objects[i])
			continue;
		EXPECT_EQ(objects[i][0], (u8)i);
		EXPECT_EQ(objects[i][size - 1], (u8)i);
		kfree(objects[i]);
	}
	slab_check();
}

struct search {
	const char *name;
	struct slabinfo info;
};

static void find_cache(void *arg, const struct slabinfo *info)
{
	struct search *search = arg;

	if (!strcmp(info->name, search->name))
		search->info = *info;
}

/* Large objects fill their slab: the descriptor lies elsewhere. Their pages come and go. */
static void test_off_slab(void)
{
	struct kmem_cache *cache = kmem_cache_create("test_large", PAGE_SIZE / 2, 0, 0, NULL);
	struct search search = {.name = "test_large"};
	static u8 *objects[OBJECTS];
	unsigned long pages;

	if (!EXPECT(cache))
		return;
	pages = slab_pages();
	for (unsigned int i = 0; i < OBJECTS; i++) {
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (EXPECT(objects[i]))
			memset(objects[i], (int)i, PAGE_SIZE / 2);
	}
	slab_for_each(find_cache, &search);
	EXPECT_EQ(search.info.active_objs, OBJECTS);
	EXPECT_EQ(search.info.object_size, PAGE_SIZE / 2);
	if (search.info.size == PAGE_SIZE / 2) /* no red zones */
		EXPECT_EQ(search.info.objs_per_slab, 2 * search.info.pages_per_slab);
	EXPECT(slab_pages() >= pages + search.info.num_slabs * search.info.pages_per_slab);
	for (unsigned int i = 0; i < OBJECTS; i++) {
		EXPECT_EQ(objects[i][PAGE_SIZE / 2 - 1], (u8)i);
		kmem_cache_free(cache, objects[i]);
	}
	kmem_cache_shrink(cache);
	slab_for_each(find_cache, &search);
	EXPECT_EQ(search.info.num_slabs, 0);
	EXPECT_EQ(kmem_cache_shrink(cache), 0);
	EXPECT_EQ(kmem_cache_destroy(cache), 0);
}

/* Through size classes and pages, up and down again. */
static void test_krealloc(void)
{
	static const size_t sizes[] = {10, 90, 100, 4000, 5000, 100000, 50, 1000};
	u8 *object = NULL, *bigger;
	size_t had = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		bigger = krealloc(object, sizes[i], GFP_KERNEL);
		if (!EXPECT(bigger))
			break;
		object = bigger;
		had = min(had, sizes[i]);
		EXPECT(!had || (object[0] == 0x3e && object[had - 1] == 0x3e));
		had = sizes[i];
		memset(object, 0x3e, had);
	}
	EXPECT(!krealloc(object, KMALLOC_MAX_SIZE + 1, GFP_KERNEL | __GFP_NOWARN));
	EXPECT_EQ(object[0], 0x3e);
	EXPECT(!krealloc(object, 0, GFP_KERNEL));
	EXPECT(!kmalloc_array(0x10000, 0x10000, GFP_KERNEL));
	object = kcalloc(10, 10, GFP_KERNEL);
	if (EXPECT(object))
		EXPECT(object[0] == 0 && object[99] == 0);
	kfree(object);
}

static void test_dma(void)
{
	for (size_t size = 8; size <= 8192; size *= 4) {
		void *object = kmalloc(size, GFP_DMA | __GFP_NOWARN);

		if (EXPECT(object))
			EXPECT(__pa(object) + size <= 16ul << 20);
		kfree(object);
	}
}

static void test_kstrdup(void)
{
	char *copy = kstrdup("a string", GFP_KERNEL);

	if (EXPECT(copy))
		EXPECT(!strcmp(copy, "a string"));
	kfree(copy);
}

static const struct ktap_case cases[] = {
	{"constructor survives free", test_constructor},
	{"busy cache is not destroyed", test_destroy_busy},
	{"colouring", test_colouring},
	{"kmalloc sizes", test_kmalloc_sizes},
	{"no overlap", test_no_overlap},
	{"off-slab descriptors", test_off_slab},
	{"krealloc and arrays", test_krealloc},
	{"GFP_DMA", test_dma},
	{"kstrdup", test_kstrdup},
	{NULL, NULL},
};
const struct ktap_suite slab_suite = {"slab", cases};
