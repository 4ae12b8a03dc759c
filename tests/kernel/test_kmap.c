/*
 * test_kmap.c - suite `kmap`: windows onto highmem pages. Without highmem the
 * same calls must give direct-map addresses.
 */
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/lock.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/fixmap.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/zone.h"
#include "sched/sched.h"

/* More pages than slots, so that the window wraps. */
#define WRAP_PAGES (PKMAP_SLOTS + 200)

static bool have_highmem(void)
{
	if (zones_managed_pages(ZONE_HIGHMEM) > 2 * PKMAP_SLOTS)
		return true;
	ktap_skip("no highmem, or not enough to fill the window");
	return false;
}

static struct page *high_page(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);

	EXPECT(page && PageHighMem(page));
	return page;
}

static void test_lowmem(void)
{
	struct page *page = alloc_page(GFP_KERNEL);
	unsigned int used = kmap_slots_in_use();
	void *addr;

	if (!EXPECT(page))
		return;
	EXPECT(kmap(page) == page_address(page));
	EXPECT_EQ(kmap_slots_in_use(), used);
	kunmap(page);
	addr = kmap_atomic(page);
	EXPECT(addr == page_address(page));
	EXPECT(this_cpu(preempt_count) > 0);
	kunmap_atomic(addr);
	EXPECT_EQ(this_cpu(preempt_count), 0);
	__free_page(page);
}

static void test_counts(void)
{
	struct page *page;
	unsigned long *first, *second;
	unsigned int used = kmap_slots_in_use();

	if (!have_highmem())
		return;
	page = high_page();
	first = kmap(page);
	EXPECT((unsigned long)first >= PKMAP_BASE && (unsigned long)first < PKMAP_END);
	*first = 0x1234;
	second = kmap(page);
	EXPECT(first == second);
	EXPECT_EQ(kmap_slots_in_use(), used + 1);
	kunmap(page);
	EXPECT_EQ(*second, 0x1234);
	kunmap(page);
	EXPECT_EQ(kmap_slots_in_use(), used);
	/* Unused, but not flushed: the same slot again. */
	EXPECT(kmap(page) == first);
	kunmap(page);
	__free_page(page);
}

/* After a wrap a slot shows another page: a forgotten flush would show the old one. */
static void test_wrap(void)
{
	struct page *chain = NULL, *page;
	pfn_t *words;

	if (!have_highmem())
		return;
	for (unsigned int i = 0; i < WRAP_PAGES; i++) {
		page = high_page();
		if (!page)
			break;
		page->private = (unsigned long)chain;
		chain = page;
		words = kmap(page);
		words[3] = page_to_pfn(page);
		kunmap(page);
	}
	while ((page = chain) != NULL) {
		words = kmap(page);
		EXPECT_EQ(words[3], page_to_pfn(page));
		kunmap(page);
		chain = (struct page *)page->private;
		__free_page(page);
	}
}

static void test_atomic_stack(void)
{
	struct page *pages[KM_MAX_DEPTH];
	pfn_t *words[KM_MAX_DEPTH];

	if (!have_highmem())
		return;
	for (unsigned int i = 0; i < KM_MAX_DEPTH; i++)
		pages[i] = high_page();
	for (unsigned int round = 0; round < 2; round++) {
		for (unsigned int i = 0; i < KM_MAX_DEPTH; i++) {
			/* The second time other pages in the same slots. */
			words[i] = kmap_atomic(pages[round ? KM_MAX_DEPTH - 1 - i : i]);
			EXPECT((unsigned long)words[i] >= FIXADDR_START);
			if (round)
				EXPECT_EQ(words[i][7], KM_MAX_DEPTH - 1 - i);
			else
				words[i][7] = i;
		}
		for (unsigned int i = KM_MAX_DEPTH; i-- > 0;)
			kunmap_atomic(words[i]);
	}
	EXPECT_EQ(this_cpu(preempt_count), 0);
	for (unsigned int i = 0; i < KM_MAX_DEPTH; i++)
		__free_page(pages[i]);
}

static void test_copy(void)
{
	struct page *from = alloc_page(GFP_HIGHUSER | __GFP_ZERO);
	struct page *to = alloc_page(GFP_HIGHUSER);
	unsigned long *words;

	if (EXPECT(from && to)) {
		words = kmap(from);
		words[1000] = 0xfeed;
		kunmap(from);
		copy_highpage(to, from);
		words = kmap(to);
		EXPECT_EQ(words[1000], 0xfeed);
		EXPECT_EQ(words[0], 0);
		kunmap(to);
	}
	__free_page(from);
	__free_page(to);
}

static struct page *full_pages[PKMAP_SLOTS];
static volatile int waiter_state; /* 1: about to map, 2: has mapped and unmapped */
static DECLARE_WAIT_QUEUE_HEAD(test_wait);

static int waiter(void *arg)
{
	struct page *page = arg;

	waiter_state = 1;
	wake_up_all(&test_wait);
	kmap(page);
	kunmap(page);
	waiter_state = 2;
	wake_up_all(&test_wait);
	return 0;
}

/* With every slot in use the next caller sleeps until one is given back. */
static void test_full(void)
{
	struct page *page;
	unsigned int n = 0;

	if (!have_highmem())
		return;
	page = high_page();
	while (kmap_slots_in_use() < PKMAP_SLOTS) {
		full_pages[n] = high_page();
		kmap(full_pages[n++]);
	}
	waiter_state = 0;
	EXPECT(!IS_ERR(kthread_run(waiter, page, "kmap-waiter")));
	EXPECT(wait_event_timeout(test_wait, waiter_state == 1, HZ));
	EXPECT(!wait_event_timeout(test_wait, waiter_state == 2, 2));
	kunmap(full_pages[0]);
	EXPECT(wait_event_timeout(test_wait, waiter_state == 2, HZ));
	__free_page(full_pages[0]);
	while (--n) {
		kunmap(full_pages[n]);
		__free_page(full_pages[n]);
	}
	__free_page(page);
	/* Let the thread's end be complete before the ledger looks. */
	EXPECT(!wait_event_timeout(test_wait, false, 2));
}

static const struct ktap_case cases[] = {
	{"lowmem pages", test_lowmem},
	{"counts", test_counts},
	{"wrap", test_wrap},
	{"atomic windows", test_atomic_stack},
	{"copy", test_copy},
	{"all slots in use", test_full},
	{NULL, NULL},
};
const struct ktap_suite kmap_suite = {"kmap", cases};
