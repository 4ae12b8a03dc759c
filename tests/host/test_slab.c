/*
 * test_slab.c - slab caches and kmalloc() against a shadow of every object: who
 * has it, with what contents, in what state its constructor left it.
 */
#include "machine.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "../../mm/slab/internal.h"
#include "test.h"

#define MAX_OBJECTS 400
#define CTOR_BYTE   0xc7

static struct shadow {
	u8 *object;
	size_t size;
	u8 fill;
} shadows[MAX_OBJECTS];
static unsigned int nr_shadows;
static size_t ctor_size;
static unsigned long constructed;

static void boot_once(void)
{
	static bool booted;

	if (!booted)
		host_boot();
	booted = true;
}

static void ctor(void *object)
{
	memset(object, CTOR_BYTE, ctor_size);
	constructed++;
}

static void check_filled(const u8 *bytes, size_t n, u8 with)
{
	for (size_t i = 0; i < n; i++)
		if (!CHECK_EQ(bytes[i], with))
			return;
}

/* A new object must not share a byte with any that is out. */
static void shadow_add(u8 *object, size_t size)
{
	u8 fill = (u8)(nr_shadows * 7 + 1);

	for (unsigned int i = 0; i < nr_shadows; i++)
		CHECK(object + size <= shadows[i].object ||
		      shadows[i].object + shadows[i].size <= object);
	CHECK((unsigned long)object >= PAGE_OFFSET &&
	      (unsigned long)object + size <= PAGE_OFFSET + LOWMEM_MAX);
	memset(object, fill, size);
	shadows[nr_shadows++] = (struct shadow){object, size, fill};
}

static struct shadow shadow_remove(unsigned int i)
{
	struct shadow shadow = shadows[i];

	check_filled(shadow.object, shadow.size, shadow.fill);
	shadows[i] = shadows[--nr_shadows];
	return shadow;
}

struct totals {
	unsigned long free, objects;
};

static struct totals totals_now(void)
{
	struct mm_ledger ledger;

	mm_ledger_take(&ledger);
	return (struct totals){nr_free_pages(), ledger.slab_objects};
}

static void check_totals(struct totals before)
{
	struct totals after = totals_now();

	CHECK_EQ(after.free, before.free);
	CHECK_EQ(after.objects, before.objects);
	slab_check();
	buddy_check();
}

/* One cache of random shape, random traffic. */
static int cache_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	size_t size = 1 + (input_u8(&in) & 1 ? input_below(&in, 128) : input_u32(&in) % 9000);
	size_t align = input_u8(&in) & 1 ? 0 : 1ul << input_below(&in, 8);
	unsigned int flags = input_u8(&in) & 1 ? SLAB_HWCACHE_ALIGN : 0;
	unsigned int debug = input_u8(&in) & 1 ? input_below(&in, 16) * SLAB_CONSISTENCY_CHECKS : 0;
	bool with_ctor = input_u8(&in) & 1;
	size_t must = max(align, sizeof(void *));
	struct totals before = totals_now();
	struct kmem_cache *cache;

	ctor_size = size;
	cache = kmem_cache_create("random", size, align, flags | debug, with_ctor ? ctor : NULL);
	if (!CHECK(cache))
		return 0;
	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);
		u8 *object;

		if (what == 0) {
			slab_check();
		} else if (what == 1) {
			kmem_cache_shrink(cache);
		} else if (what & 1 && nr_shadows < MAX_OBJECTS) {
			object = kmem_cache_alloc(cache,
						  with_ctor ? GFP_KERNEL : GFP_KERNEL | __GFP_ZERO);
			if (!CHECK(object))
				break;
			CHECK_EQ((unsigned long)object % must, 0);
			check_filled(object, size, with_ctor ? CTOR_BYTE : 0);
			shadow_add(object, size);
		} else if (nr_shadows) {
			object = shadow_remove(input_u32(&in) % nr_shadows).object;
			if (with_ctor)
				memset(object, CTOR_BYTE, size);
			kmem_cache_free(cache, object);
		}
	}
	if (nr_shadows) {
		host_log_clear();
		host_warnings_expected = 1;
		CHECK_EQ(kmem_cache_destroy(cache), -EBUSY);
		CHECK_EQ(host_warnings_expected, 0);
		CHECK(strstr(host_log(), "Objects remaining in random on kmem_cache_destroy()"));
	}
	while (nr_shadows)
		kmem_cache_free(cache, shadow_remove(nr_shadows - 1).object);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
	check_totals(before);
	return 0;
}

static void test_cache(void)
{
	boot_once();
	check_property(cache_input, 3000);
}

static int kmalloc_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct totals before = totals_now();

	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);

		if (what == 0) {
			slab_check();
		} else if (what & 1 && nr_shadows < MAX_OBJECTS) {
			size_t size = what & 2 ? input_u8(&in) : input_u32(&in) % 20000;
			bool zero = what & 4;
			u8 *object = zero ? kzalloc(size, GFP_KERNEL) : kmalloc(size, GFP_ATOMIC);

			if (!CHECK(object))
				break;
			CHECK(ksize(object) >= size);
			CHECK_EQ((unsigned long)object % 8, 0);
			if (size && !(size & (size - 1)) && size <= PAGE_SIZE)
				CHECK_EQ((unsigned long)object % size, 0);
			if (zero)
				check_filled(object, size, 0);
			shadow_add(object, size ? ksize(object) : 0);
		} else if (nr_shadows) {
			kfree(shadow_remove(input_u32(&in) % nr_shadows).object);
		}
	}
	while (nr_shadows)
		kfree(shadow_remove(nr_shadows - 1).object);
	check_totals(before);
	return 0;
}

static void test_kmalloc(void)
{
	boot_once();
	check_property(kmalloc_input, 2000);
}

static void test_kmalloc_limits(void)
{
	struct totals before;
	void *object;

	boot_once();
	before = totals_now();
	object = kmalloc(0, GFP_KERNEL);
	CHECK(object);
	kfree(object);
	object = kmalloc(KMALLOC_MAX_SIZE, GFP_KERNEL);
	CHECK(object);
	CHECK_EQ(ksize(object), KMALLOC_MAX_SIZE);
	kfree(object);
	CHECK(!kmalloc(KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	CHECK(!kmalloc(~(size_t)0, GFP_KERNEL));
	kfree(NULL);
	object = kstrdup("twelve bytes", GFP_KERNEL);
	CHECK_STR((char *)object, "twelve bytes");
	kfree(object);
	check_totals(before);
}

/* What an object held moves with it, whatever classes and pages it goes through. */
static int krealloc_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct totals before = totals_now();
	u8 *object = NULL, *now;
	size_t size = 0;

	while (in.left && !test_failures()) {
		size_t want = input_u8(&in) & 1 ? input_u8(&in) : input_u32(&in) % 20000;
		size_t room = object ? ksize(object) : 0;

		now = krealloc(object, want, GFP_KERNEL);
		if (!want) {
			CHECK(!now);
		} else if (CHECK(now) && CHECK(ksize(now) >= want)) {
			check_filled(now, min(size, want), 0x3e);
			memset(now, 0x3e, want);
			CHECK(want > room || now == object);
		}
		object = now;
		size = want;
	}
	kfree(object);
	check_totals(before);
	return 0;
}

static void test_krealloc(void)
{
	u8 *object, *same;

	boot_once();
	check_property(krealloc_input, 400);
	object = kmalloc(33, GFP_KERNEL);
	memset(object, 7, 33);
	same = krealloc(object, 64, GFP_KERNEL);
	CHECK(same == object);
	CHECK(!krealloc(object, KMALLOC_MAX_SIZE + 1, GFP_KERNEL));
	check_filled(object, 33, 7);
	CHECK_PANICS("BUG", krealloc(object, 65, GFP_KERNEL | __GFP_ZERO));
	kfree(object);
}

static void test_arrays(void)
{
	struct totals before;
	u8 *object;

	boot_once();
	before = totals_now();
	object = kcalloc(30, 10, GFP_KERNEL);
	CHECK(ksize(object) >= 300);
	check_filled(object, 300, 0);
	kfree(object);
	object = kmalloc_array(3, 1000, GFP_KERNEL);
	CHECK(ksize(object) >= 3000);
	kfree(object);
	CHECK(!kmalloc_array(0x10000, 0x10001, GFP_KERNEL));
	CHECK(!kcalloc(~(size_t)0, 2, GFP_KERNEL));
	check_totals(before);
}

/* Memory for ISA DMA, of all sizes, from a zone of its own. */
static void test_dma(void)
{
	static const size_t sizes[] = {1, 8, 100, 200, 1000, 4096, 5000, 20000};
	volatile size_t size;
	void *object;

	boot_once();
	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		size = sizes[i];
		kfree(kmalloc(size, GFP_KERNEL)); /* what is left over must not serve */
		object = kzalloc(size, GFP_DMA);
		CHECK(object && __pa(object) + ksize(object) <= 0x1000000);
		kfree(object);
	}
	object = kmalloc(64, GFP_KERNEL | GFP_DMA);
	CHECK(object && __pa(object) < 0x1000000);
	kfree(object);
}

/* The constructor runs once an object for a slab's whole life. */
static void test_constructor_runs(void)
{
	struct kmem_cache *cache;
	void *objects[100];
	unsigned long after_first = 0;

	boot_once();
	ctor_size = 100;
	cache = kmem_cache_create("ctor", 100, 0, 0, ctor);
	constructed = 0;
	for (unsigned int round = 0; round < 5; round++) {
		for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
			objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		if (round == 0)
			after_first = constructed;
		for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
			kmem_cache_free(cache, objects[i]);
	}
	CHECK(after_first >= ARRAY_SIZE(objects));
	CHECK_EQ(constructed, after_first);
	CHECK_PANICS("BUG", kmem_cache_alloc(cache, GFP_KERNEL | __GFP_ZERO));
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

/* First objects of successive slabs lie at different offsets in their pages. */
static void test_colouring(void)
{
	struct kmem_cache *cache;
	static void *objects[200];
	bool seen[PAGE_SIZE / 64] = {false};
	unsigned int offsets = 0;

	boot_once();
	cache = kmem_cache_create("colour", 384, 64, 0, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++) {
		unsigned long at;

		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
		at = (unsigned long)objects[i] % PAGE_SIZE % 384 / 64;
		offsets += !seen[at];
		seen[at] = true;
	}
	CHECK(offsets > 1);
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		kmem_cache_free(cache, objects[i]);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

/* Every allocation of an operation fails once; nothing is lost, and at last it works. */
static void fail_each(void (*operation)(bool may_fail))
{
	long n = 0, used;

	do {
		struct totals before = totals_now();

		host_fail_after(n++);
		operation(true);
		used = host_allocations();
		host_fail_after(-1);
		check_totals(before);
	} while (used > n - 1 && n < 100 && !test_failures());
	CHECK(n > 1 && n < 100);
	operation(false);
}

static void use_cache(bool may_fail, unsigned int flags)
{
	struct kmem_cache *cache = kmem_cache_create("fail", 1000, 0, flags, NULL);
	void *object;

	if (!cache) {
		CHECK(may_fail);
		return;
	}
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK(object || may_fail);
	if (object)
		kmem_cache_free(cache, object);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

static void op_off_slab(bool may_fail)
{
	use_cache(may_fail, 0);
}

static void op_debug(bool may_fail)
{
	use_cache(may_fail, SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER);
}

static void op_krealloc(bool may_fail)
{
	void *object = krealloc(NULL, 10, GFP_KERNEL), *bigger;

	CHECK(object || may_fail);
	for (size_t size = 100; object && size <= 100000; size *= 10) {
		bigger = krealloc(object, size, GFP_KERNEL);
		CHECK(bigger || may_fail);
		object = bigger ? bigger : object;
	}
	kfree(object);
}

static void op_kmalloc(bool may_fail)
{
	void *small = kmalloc(50, GFP_KERNEL), *large = kmalloc(3000, GFP_ATOMIC);
	void *pages = kzalloc(30000, GFP_KERNEL);

	CHECK((small && large && pages) || may_fail);
	kfree(small);
	kfree(large);
	kfree(pages);
}

static void test_failures_each(void)
{
	boot_once();
	fail_each(op_off_slab);
	fail_each(op_debug);
	fail_each(op_krealloc);
	fail_each(op_kmalloc);
	CHECK_PANICS("cannot create slab cache must",
		     (host_fail_after(0), kmem_cache_create("must", 8, 0, SLAB_PANIC, NULL)));
}

/* When pages run out, empty slabs are given back before a request that may wait fails. */
static void test_reap_on_pressure(void)
{
	struct kmem_cache *cache;
	static void *objects[400];
	struct page *chain = NULL, *page;
	unsigned long held;

	boot_once();
	mm_ledger_take(&(struct mm_ledger){.kmap_slots = 0});
	cache = kmem_cache_create("pressure", 2000, 0, 0, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	while ((page = alloc_page(GFP_ATOMIC | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(objects); i++)
		kmem_cache_free(cache, objects[i]);
	held = slab_pages();
	while ((page = alloc_page(GFP_KERNEL | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
	}
	CHECK(slab_pages() < held);
	while ((page = chain) != NULL) {
		chain = (struct page *)page->private;
		__free_page(page);
	}
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

static void add_up(void *arg, const struct slabinfo *info)
{
	unsigned long *sum = arg;

	CHECK(info->name && info->object_size && info->active_objs <= info->num_objs);
	CHECK(info->size >= info->object_size && info->batchcount <= info->limit);
	CHECK(info->size * info->objs_per_slab <= info->pages_per_slab * PAGE_SIZE);
	CHECK_EQ(info->num_objs, info->num_slabs * info->objs_per_slab);
	CHECK(info->active_slabs <= info->num_slabs);
	*sum += info->active_objs;
}

static void check_no_arrays(void *arg, const struct slabinfo *info)
{
	(void)arg;
	CHECK_EQ(info->limit, 0);
}

/* Without arrays everything works, and each object goes to its slab at once. */
static void test_no_shortcuts(void)
{
	struct kmem_cache *cache;
	void *a, *b;

	boot_once();
	cache = kmem_cache_create("slow", 24, 0, 0, NULL);
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	slab_shortcuts(false);
	slab_for_each(check_no_arrays, NULL);
	kmem_cache_free(cache, a);
	CHECK_PANICS("freed twice", kmem_cache_free(cache, a));
	a = kmem_cache_alloc(cache, GFP_KERNEL);
	b = kmem_cache_alloc(cache, GFP_ATOMIC);
	CHECK(a && b && a != b);
	kmem_cache_free(cache, a);
	check_property(kmalloc_input, 200);
	slab_shortcuts(true);
	kmem_cache_free(cache, b);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
	slab_check();
}

/* Every small size at every alignment: objects and descriptor fit in the slab. */
static void test_layouts(void)
{
	boot_once();
	for (size_t align = 4; align <= 256; align *= 4) {
		for (size_t size = 1; size < 600 && !test_failures(); size++) {
			struct kmem_cache *cache =
				kmem_cache_create("layout", size, align, 0, NULL);
			void *object = kmem_cache_alloc(cache, GFP_KERNEL);

			CHECK_EQ((unsigned long)object % align, 0);
			slab_check();
			kmem_cache_free(cache, object);
			CHECK_EQ(kmem_cache_destroy(cache), 0);
		}
	}
}

static void test_report(void)
{
	unsigned long sum = 0;
	struct kmem_cache *cache;

	boot_once();
	cache = kmem_cache_create("named", 10, 0, 0, NULL);
	CHECK_STR(kmem_cache_name(cache), "named");
	slab_for_each(add_up, &sum);
	CHECK_EQ(sum, slab_objects_in_use());
	kmem_cache_destroy(cache);
}

static void test_misuse(void)
{
	struct kmem_cache *a, *b;
	u8 *object, *other, *spare;

	boot_once();
	a = kmem_cache_create("a", 64, 0, 0, NULL);
	b = kmem_cache_create("b", 64, 0, 0, NULL);
	object = kmem_cache_alloc(a, GFP_KERNEL);
	other = kmem_cache_alloc(a, GFP_KERNEL);
	spare = kmem_cache_alloc(a, GFP_KERNEL);
	CHECK_PANICS("object", (kmem_cache_free(a, object), kmem_cache_free(a, object)));
	CHECK_PANICS("freed twice", (kmem_cache_free(a, object), kmem_cache_free(a, other),
				     kmem_cache_free(a, object), kmem_cache_shrink(a)));
	CHECK_PANICS("belongs to another cache",
		     (kmem_cache_free(b, object), kmem_cache_shrink(b)));
	CHECK_PANICS("is not the start of an object",
		     (kmem_cache_free(a, object + 4), kmem_cache_shrink(a)));
	CHECK_PANICS(
		"does not lie in a slab",
		(kmem_cache_free(a, (void *)__get_free_page(GFP_KERNEL)), kmem_cache_shrink(a)));
	CHECK_PANICS("is no kmalloc() address", kfree((void *)0x1000));
	CHECK_PANICS("does not come from kmalloc()", kfree((void *)__get_free_page(GFP_KERNEL)));
	CHECK_PANICS("does not come from kmalloc()", kfree((char *)kmalloc(8192, GFP_KERNEL) + 16));
	preempt_disable();
	CHECK_PANICS("may not sleep", kmalloc(8, GFP_KERNEL));
	CHECK_PANICS("may not sleep", kmem_cache_alloc(a, GFP_KERNEL));
	kfree(kmalloc(8, GFP_ATOMIC));
	preempt_enable();
	kmem_cache_free(a, object);
	kmem_cache_free(a, other);
	kmem_cache_free(a, spare);
	CHECK_EQ(kmem_cache_destroy(a), 0);
	CHECK_EQ(kmem_cache_destroy(b), 0);
	host_context_is_clean();
}

static const struct test tests[] = {
	{"caches of any shape agree with a shadow", test_cache},
	{"kmalloc agrees with a shadow", test_kmalloc},
	{"kmalloc's limits", test_kmalloc_limits},
	{"krealloc agrees with a shadow", test_krealloc},
	{"arrays of objects", test_arrays},
	{"memory for DMA", test_dma},
	{"layouts of all small sizes", test_layouts},
	{"constructors run once", test_constructor_runs},
	{"colouring", test_colouring},
	{"every allocation may fail", test_failures_each},
	{"empty slabs go when pages run out", test_reap_on_pressure},
	{"no arrays", test_no_shortcuts},
	{"statistics", test_report},
	{"misuse is seen", test_misuse},
};
TEST_MAIN(tests)
