/*
 * test_kmap.c - kmap, kmap_atomic and the fixmap against arrays, on windows with
 * a TLB that keeps stale translations: each frame holds its own number, so that
 * a window onto the wrong frame reads wrong.
 */
#include "machine.h"
#include "kernel/lock.h"
#include "kernel/string.h"
#include "mm/fixmap.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "test.h"

#define PAGES 1300 /* more than there are slots */

static struct page *pages[PAGES];
static unsigned int mapped[PAGES];
static void *address[PAGES];

static void boot_once(void)
{
	static bool booted;
	static u32 frame[PAGE_SIZE / sizeof(u32)];

	if (booted)
		return;
	booted = true;
	host_boot();
	for (unsigned int i = 0; i < PAGES; i++) {
		pages[i] = alloc_page(GFP_HIGHUSER);
		CHECK(PageHighMem(pages[i]));
		memset(frame, (int)i, sizeof(frame));
		frame[0] = (u32)page_to_pfn(pages[i]);
		host_write_frame(page_to_pfn(pages[i]), frame);
	}
}

static unsigned int in_use(void)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		n += mapped[i] != 0;
	return n;
}

static void map_one(unsigned int i)
{
	void *addr = kmap(pages[i]);

	CHECK((unsigned long)addr >= PKMAP_BASE && (unsigned long)addr < PKMAP_END);
	CHECK_EQ((unsigned long)addr % PAGE_SIZE, 0);
	if (mapped[i]++)
		CHECK(addr == address[i]);
	address[i] = addr;
	CHECK_EQ(*(u32 *)addr, page_to_pfn(pages[i]));
}

static void unmap_one(unsigned int i)
{
	CHECK_EQ(*(u32 *)address[i], page_to_pfn(pages[i]));
	kunmap(pages[i]);
	mapped[i]--;
}

static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	/* Few pages: many users of one slot. Many: the window fills and wraps. */
	u32 range = (input_u8(&in) & 1) ? 20 : PAGES;

	while (in.left && !test_failures()) {
		u32 run = input_below(&in, range), what = input_u8(&in);

		/* A run of neighbours, so that the window gets full within one input. */
		for (u32 i = run; i < min(run + (what >> 2), range); i++) {
			if (what & 1 && (mapped[i] || in_use() < PKMAP_SLOTS))
				map_one(i);
			else if (!(what & 1) && mapped[i])
				unmap_one(i);
		}
		CHECK_EQ(kmap_slots_in_use(), in_use());
	}
	for (unsigned int i = 0; i < PAGES; i++)
		while (mapped[i])
			unmap_one(i);
	CHECK_EQ(kmap_slots_in_use(), 0);
	host_context_is_clean();
	return 0;
}

static void test_model(void)
{
	boot_once();
	check_property(one_input, 500);
}

/* One flush of the whole window for 1,024 new mappings, and none else. */
static void test_flush_on_wrap_only(void)
{
	unsigned long before;

	boot_once();
	before = host_flushes;
	for (unsigned int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < PAGES; i++) {
			map_one(i);
			unmap_one(i);
		}
	}
	CHECK(host_flushes - before >= 4 * PAGES / PKMAP_SLOTS);
	CHECK(host_flushes - before <= 4 * PAGES / PKMAP_SLOTS + 1);
	CHECK_EQ(host_flush_log[(host_flushes - 1) % HOST_FLUSH_LOG].start, PKMAP_BASE);
	CHECK_EQ(host_flush_log[(host_flushes - 1) % HOST_FLUSH_LOG].end, PKMAP_END);
}

static unsigned int victim;

static void release_victim(void)
{
	unmap_one(victim);
}

static void test_waits_when_full(void)
{
	unsigned int last = PKMAP_SLOTS;

	boot_once();
	for (unsigned int i = 0; i < PKMAP_SLOTS; i++)
		map_one(i);
	CHECK_EQ(kmap_slots_in_use(), PKMAP_SLOTS);
	/* A page that is mapped needs no slot. */
	map_one(5);
	unmap_one(5);
	CHECK_PANICS("nobody will wake it", kmap(pages[last]));
	victim = 700;
	host_sleep_hook = release_victim;
	map_one(last);
	host_sleep_hook = NULL;
	CHECK(address[last] == address[victim]);
	for (unsigned int i = 0; i <= last; i++)
		if (i != victim)
			unmap_one(i);
	CHECK_EQ(kmap_slots_in_use(), 0);
}

static void test_lowmem(void)
{
	struct page *page;
	void *addr;

	boot_once();
	page = alloc_page(GFP_KERNEL);
	CHECK(kmap(page) == page_address(page));
	CHECK_EQ(kmap_slots_in_use(), 0);
	kunmap(page);
	addr = kmap_atomic(page);
	CHECK(addr == page_address(page));
	CHECK_EQ(this_cpu(preempt_count), 1);
	kunmap_atomic(addr);
	host_context_is_clean();
	__free_page(page);
}

/* A random walk up and down the stack of atomic windows, on changing pages. */
static int atomic_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	u32 *window[KM_MAX_DEPTH];
	unsigned int which[KM_MAX_DEPTH], depth = 0;

	while (in.left && !test_failures()) {
		if (depth < KM_MAX_DEPTH && input_u8(&in) & 1) {
			which[depth] = input_below(&in, 6);
			window[depth] = kmap_atomic(pages[which[depth]]);
			depth++;
		} else if (depth) {
			depth--;
			kunmap_atomic((char *)window[depth] + input_below(&in, 2) * 100);
		}
		CHECK_EQ(this_cpu(preempt_count), depth);
		for (unsigned int i = 0; i < depth; i++) {
			CHECK_EQ(window[i][0], page_to_pfn(pages[which[i]]));
			CHECK((unsigned long)window[i] >= FIXADDR_START);
		}
	}
	while (depth)
		kunmap_atomic(window[--depth]);
	host_context_is_clean();
	return 0;
}

static void test_atomic(void)
{
	unsigned long before;
	void *addr;

	boot_once();
	check_property(atomic_input, 500);
	/* The same page in the same slot again: nothing to change, nothing to flush. */
	addr = kmap_atomic(pages[0]);
	kunmap_atomic(addr);
	before = host_flushes;
	addr = kmap_atomic(pages[0]);
	kunmap_atomic(addr);
	CHECK_EQ(host_flushes, before);
	addr = kmap_atomic(pages[1]);
	kunmap_atomic(addr);
	CHECK_EQ(host_flushes, before + 1);
}

static void test_copy_and_clear(void)
{
	static u8 want[PAGE_SIZE], got[PAGE_SIZE];
	struct page *to;

	boot_once();
	to = alloc_page(GFP_HIGHUSER);
	copy_highpage(to, pages[9]);
	host_read_frame(page_to_pfn(pages[9]), want);
	host_read_frame(page_to_pfn(to), got);
	CHECK(!memcmp(want, got, PAGE_SIZE));
	clear_highpage(to);
	memset(want, 0, sizeof(want));
	host_read_frame(page_to_pfn(to), got);
	CHECK(!memcmp(want, got, PAGE_SIZE));
	__free_page(to);
}

static void test_fixmap(void)
{
	u32 *window = (u32 *)fix_to_virt(FIX_VGA);
	unsigned long before;

	boot_once();
	before = host_flushes;
	set_fixmap(FIX_VGA, page_to_pfn(pages[3]), PAGE_KERNEL);
	CHECK_EQ(host_flushes, before);
	CHECK_EQ(*window, page_to_pfn(pages[3]));
	set_fixmap(FIX_VGA, page_to_pfn(pages[4]), PAGE_KERNEL);
	CHECK_EQ(host_flushes, before + 1);
	CHECK_EQ(*window, page_to_pfn(pages[4]));
	clear_fixmap(FIX_VGA);
	CHECK_PANICS("not present", *window = 1);
	set_fixmap(FIX_VGA, page_to_pfn(pages[4]), PAGE_KERNEL_RO);
	CHECK_EQ(*window, page_to_pfn(pages[4]));
	clear_fixmap(FIX_VGA);
	CHECK_PANICS("BUG", set_fixmap(NR_FIXED, 0, PAGE_KERNEL));
	CHECK(fix_to_virt(0) == FIXADDR_TOP - PAGE_SIZE);
}

static void test_misuse(void)
{
	void *one, *two;

	boot_once();
	CHECK_PANICS("kunmap of a page that is not mapped", kunmap(pages[0]));
	map_one(0);
	CHECK_PANICS("kunmap of a page that is not mapped", (kunmap(pages[0]), kunmap(pages[0])));
	unmap_one(0);
	one = kmap_atomic(pages[0]);
	two = kmap_atomic(pages[1]);
	CHECK_PANICS("BUG", kunmap_atomic(one));
	CHECK_PANICS("may not sleep", kmap(pages[2]));
	kunmap_atomic(two);
	kunmap_atomic(one);
	CHECK_PANICS("BUG", kunmap_atomic(one));
	CHECK_PANICS("BUG", for (unsigned int i = 0; i <= KM_MAX_DEPTH; i++) kmap_atomic(pages[i]));
	host_in_interrupt = true;
	local_irq_disable();
	CHECK_PANICS("may not sleep", kmap(pages[2]));
	local_irq_enable();
	host_in_interrupt = false;
	host_context_is_clean();
}

static const struct test tests[] = {
	{"kmap agrees with an array", test_model},
	{"flushes on wrap only", test_flush_on_wrap_only},
	{"waits when all slots are in use", test_waits_when_full},
	{"lowmem pages need no window", test_lowmem},
	{"atomic windows nest", test_atomic},
	{"copy and clear", test_copy_and_clear},
	{"fixmap", test_fixmap},
	{"misuse is seen", test_misuse},
};
TEST_MAIN(tests)
