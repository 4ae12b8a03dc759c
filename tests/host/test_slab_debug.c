/*
 * test_slab_debug.c - caches that catch misuse: every byte around and in an object that
 * somebody changed must be found, and nothing else; and what the reports say.
 */
#include "machine.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "../../mm/slab/internal.h"
#include "test.h"

#define MAX_OBJECTS 60u

static u8 *objects[MAX_OBJECTS];
static unsigned int nr_objects;
static size_t ctor_size;

static void boot_once(void)
{
	static bool booted;

	if (!booted)
		host_boot();
	booted = true;
}

static void ctor(void *object)
{
	memset(object, 0xc7, ctor_size);
}

/* One byte is changed: found once, reported, made whole. */
static void damage_byte(struct kmem_cache *cache, u8 *object, bool out, struct input *in)
{
	size_t n = cache->red_left + cache->red_end;
	u8 *byte = object - cache->red_left + input_below(in, (u32)n);
	bool inside = byte >= object && byte < object + cache->object_size;
	bool zone = !inside && (cache->flags & SLAB_RED_ZONE);
	bool poison = inside && !out && (cache->flags & SLAB_POISON);
	u8 flip = (u8)(1u << input_below(in, 8));

	if (byte >= object + cache->object_size && !(cache->flags & SLAB_RED_ZONE))
		return; /* padding: nobody's */
	*byte ^= flip;
	host_log_clear();
	CHECK_EQ(kmem_cache_validate(cache, true), zone || poison);
	if (zone)
		CHECK(strstr(host_log(), "Redzone overwritten"));
	if (poison)
		CHECK(strstr(host_log(), "Poison overwritten"));
	if (inside && !poison)
		*byte ^= flip;
	CHECK_EQ(kmem_cache_validate(cache, true), 0);
}

static bool still_in_slab(const struct kmem_cache *cache, const u8 *object)
{
	const struct page *page = virt_to_page(object);

	return PageSlab(page) && page_cache_of(page) == cache;
}

static int damage_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	size_t size = 1 + (input_u8(&in) & 1 ? input_below(&in, 128) : input_u32(&in) % 6000);
	size_t align = input_u8(&in) & 1 ? 0 : 1ul << input_below(&in, 8);
	unsigned int flags = input_below(&in, 16) * SLAB_CONSISTENCY_CHECKS;
	bool with_ctor = input_u8(&in) & 1;
	struct kmem_cache *cache;
	u8 *object;

	ctor_size = size;
	cache = kmem_cache_create("random", size, align, flags, with_ctor ? ctor : NULL);
	if (!CHECK(cache))
		return 0;
	CHECK_EQ(cache->flags & SLAB_DEBUG_FLAGS, with_ctor ? flags & ~SLAB_POISON : flags);
	while (in.left && !test_failures()) {
		u8 what = input_u8(&in);

		if (what & 1 && nr_objects < MAX_OBJECTS) {
			object = kmem_cache_alloc(cache, GFP_KERNEL);
			objects[nr_objects++] = object;
			CHECK_EQ((unsigned long)object % max(align, (size_t)4), 0);
			if (!with_ctor && (flags & SLAB_POISON))
				CHECK(object[0] == POISON_INUSE &&
				      object[size - 1] == POISON_INUSE);
			if (!with_ctor)
				memset(object, what, size);
			else
				CHECK_EQ(object[size - 1], 0xc7);
			if (cache->flags & SLAB_DEBUG_FLAGS)
				damage_byte(cache, object, true, &in);
		} else if (nr_objects) {
			unsigned int i = input_below(&in, nr_objects);

			object = objects[i];
			objects[i] = objects[--nr_objects];
			kmem_cache_free(cache, object);
			if ((cache->flags & SLAB_DEBUG_FLAGS) && still_in_slab(cache, object))
				damage_byte(cache, object, false, &in);
		}
	}
	while (nr_objects)
		kmem_cache_free(cache, objects[--nr_objects]);
	slab_check();
	CHECK_EQ(kmem_cache_destroy(cache), 0);
	return 0;
}

static void test_damage(void)
{
	boot_once();
	check_property(damage_input, 600);
}

static void expect_log(const char *text)
{
	if (!CHECK(strstr(host_log(), text)))
		test_fail(__FILE__, __LINE__, "no \"%s\" in: %s", text, host_log());
}

/* The lines of a report. */
static void test_report(void)
{
	struct kmem_cache *cache;
	u8 *object, *neighbour;

	boot_once();
	cache = kmem_cache_create("victim", 20, 0, SLAB_DEBUG_FLAGS, NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	neighbour = kmem_cache_alloc(cache, GFP_KERNEL);
	memset(object, 0, 20);
	jiffies += 5;
	object[20] = 'A';
	host_log_clear();
	CHECK_EQ(kmem_cache_validate(cache, false), 1);
	CHECK_STR(host_log(), "");
	object[21] = 'A';
	object[22] = 'B';
	CHECK_EQ(kmem_cache_validate(cache, true), 1);
	expect_log("BUG victim (FZPU): Redzone overwritten\n");
	expect_log(": first byte 0x41 instead of 0xcc\n");
	expect_log(" of 20 bytes, number ");
	expect_log(" in its slab, 2 in use\n");
	expect_log("Allocated in text+0x");
	expect_log(" age=5\n");
	CHECK(!strstr(host_log(), "Freed in"));
	expect_log("Redzone ");
	expect_log("Object  ");
	expect_log("cc 41 42 cc");
	expect_log(".AB.");
	kmem_cache_free(cache, object);
	object[3] = 0;
	host_log_clear();
	CHECK_EQ(kmem_cache_validate(cache, true), 1);
	expect_log("BUG victim (FZPU): Poison overwritten\n");
	expect_log("first byte 0x00 instead of 0x6b\n");
	expect_log("Freed in text+0x");
	expect_log("kkk.kkkk");
	kmem_cache_free(cache, neighbour);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

/* A small object is shown whole, wherever the damage is. */
static void test_report_small(void)
{
	struct kmem_cache *cache;
	char text[40];
	u8 *object;

	boot_once();
	cache = kmem_cache_create("small", 96, 0, SLAB_RED_ZONE, NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	memset(object, 0, 96);
	object[96] = 1;
	host_log_clear();
	CHECK_EQ(kmem_cache_validate(cache, true), 1);
	snprintf(text, sizeof(text), "Object  %p: ", object);
	expect_log(text);
	kmem_cache_free(cache, object);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

/* Of a large object the lines around the damage. */
static void test_report_large(void)
{
	struct kmem_cache *cache;
	u8 *object;

	boot_once();
	cache = kmem_cache_create("large", 3000, 0, SLAB_POISON | SLAB_RED_ZONE, NULL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, object);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	memset(object, 0, 3000);
	kmem_cache_free(cache, object);
	memcpy(object + 2990, "strayed", 7);
	host_log_clear();
	CHECK_EQ(kmem_cache_validate(cache, true), 1);
	expect_log("BUG large (ZP): Poison overwritten\n");
	expect_log("rayedkk.");
	CHECK(strlen(host_log()) < 1500);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

/* Each misuse ends the run at the next chance. */
static void test_panics(void)
{
	struct kmem_cache *cache;
	u8 *object, *kept;

	boot_once();
	cache = kmem_cache_create("strict", 64, 64, SLAB_DEBUG_FLAGS, NULL);
	kept = kmem_cache_alloc(cache, GFP_KERNEL);
	object = kmem_cache_alloc(cache, GFP_KERNEL);
	CHECK_PANICS("Redzone overwritten", (object[64] = 0, kmem_cache_free(cache, object)));
	CHECK_PANICS("Redzone overwritten", (object[-1] = 0, kmem_cache_free(cache, object)));
	CHECK_PANICS("Redzone overwritten", (object[-1] = 0, slab_check()));
	CHECK_PANICS("Object already free",
		     (kmem_cache_free(cache, object), kmem_cache_free(cache, object)));
	CHECK_PANICS("is not the start of an object", kmem_cache_free(cache, object + 8));
	kmem_cache_free(cache, object);
	CHECK_PANICS("Poison overwritten", (object[8] = 0, kmem_cache_alloc(cache, GFP_KERNEL)));
	CHECK_PANICS("Poison overwritten", (object[63] = 0, slab_check()));
	CHECK_PANICS("Poison overwritten", (object[0] = 0, kmem_cache_shrink(cache)));
	CHECK_PANICS("Redzone overwritten", (object[66] = 0, kmem_cache_alloc(cache, GFP_KERNEL)));
	kmem_cache_free(cache, kept);
	CHECK_PANICS("Poison overwritten", (object[0] = 0, kmem_cache_destroy(cache)));
	CHECK_PANICS("list of free objects is broken",
		     (page_slab_of(virt_to_page(kept))->free = 7000, kmem_cache_alloc(cache, 0)));
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

static void test_leaks(void)
{
	struct kmem_cache *cache;
	char text[40];
	u8 *leaked[20];

	boot_once();
	cache = kmem_cache_create("leaky", 100, 0, SLAB_STORE_USER, NULL);
	for (unsigned int i = 0; i < ARRAY_SIZE(leaked); i++)
		leaked[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	host_log_clear();
	host_warnings_expected = 1;
	CHECK_EQ(kmem_cache_destroy(cache), -EBUSY);
	CHECK_EQ(host_warnings_expected, 0);
	expect_log("BUG leaky (U): Objects remaining in leaky on kmem_cache_destroy()\n");
	snprintf(text, sizeof(text), "Object %p\nAllocated in text+0x", leaked[0]);
	expect_log(text);
	expect_log("and 4 more\n");
	expect_log("WARNING at mm/slab/slab_cache.c");
	for (unsigned int i = 0; i < ARRAY_SIZE(leaked); i++)
		kmem_cache_free(cache, leaked[i]);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
}

static unsigned int flags_for(const char *line, const char *name)
{
	strlcpy(boot_command_line, line, sizeof(boot_command_line));
	slab_debug_init();
	return slab_debug_flags(name);
}

static void test_option(void)
{
	struct kmem_cache *cache;

	boot_once();
	CHECK_EQ(flags_for("", "a"), 0);
	CHECK_EQ(flags_for("slab_debug", "a"), SLAB_DEBUG_FLAGS);
	CHECK_EQ(flags_for("slab_debug=", "a"), SLAB_DEBUG_FLAGS);
	CHECK_EQ(flags_for("slab_debug=ZU", "a"), SLAB_RED_ZONE | SLAB_STORE_USER);
	CHECK_EQ(flags_for("slab_debug=F,", "a"), SLAB_CONSISTENCY_CHECKS);
	CHECK_EQ(flags_for("slab_debug=P,b,a", "a"), SLAB_POISON);
	CHECK_EQ(flags_for("slab_debug=P,b,a", "ab"), 0);
	CHECK_EQ(flags_for("slab_debug=P,b,ab", "a"), 0);
	CHECK_EQ(flags_for("slab_debug=,kmalloc-*,b", "kmalloc-64"), SLAB_DEBUG_FLAGS);
	CHECK_EQ(flags_for("slab_debug=,kmalloc-*,b", "dma-kmalloc-64"), 0);
	CHECK_EQ(flags_for("slab_debug=,*", "anything"), SLAB_DEBUG_FLAGS);
	host_log_clear();
	CHECK_EQ(flags_for("slab_debug=Q", "a"), 0);
	expect_log("kernel option slab_debug=Q: expected letters of FZPU[,CACHE...]\n");
	host_log_clear();
	CHECK_EQ(flags_for("slab_debug=QP", "a"), SLAB_POISON);
	expect_log("kernel option slab_debug=QP: expected letters of FZPU[,CACHE...]\n");
	flags_for("slab_debug=,chosen", "");
	cache = kmem_cache_create("chosen", 10, 0, 0, NULL);
	CHECK_EQ(cache->flags, SLAB_DEBUG_FLAGS);
	CHECK_EQ(kmem_cache_destroy(cache), 0);
	/* Too large with red zones: a slab without is better than none. */
	cache = kmem_cache_create("chosen", 32 * PAGE_SIZE, PAGE_SIZE, 0, NULL);
	CHECK(cache && !(cache->flags & SLAB_DEBUG_FLAGS));
	kmem_cache_free(cache, kmem_cache_alloc(cache, GFP_KERNEL));
	CHECK_EQ(kmem_cache_destroy(cache), 0);
	flags_for("", "");
}

static const struct test tests[] = {
	{"every damaged byte is found", test_damage},
	{"reports", test_report},
	{"report of a small object", test_report_small},
	{"report of a large object", test_report_large},
	{"misuse ends the run", test_panics},
	{"objects that remain", test_leaks},
	{"slab_debug=", test_option},
};
TEST_MAIN(tests)
