/*
 * test_candidates.c - what a replacement policy is told and what becomes of its answers: which
 * pages come off the lists in which order, with ticks and without, and what is kept of each.
 *
 * The policies themselves are test_policy.c's. Here each runs over the lists of a zone, whose pages
 * are known by their number, the oldest first.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/reclaim/lru.h"
#include "fake_file.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/reclaim.h"
#include "mm/rmap.h"
#include "test.h"
#include "user.h"
#include <stdio.h>
#include <string.h>

#define BASE  0x20000000ul
#define PAGES 8u
#define MANY  3000u
#define RW    (PROT_READ | PROT_WRITE)

static struct mm_struct *mm;
static LIST_HEAD(taken);

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static struct page *page_at(unsigned int page)
{
	return pfn_to_page(pte_pfn(user_entry(mm, page_addr(page))));
}

static struct zone *zone(void)
{
	return page_zone(page_at(0));
}

static void choose(const char *name)
{
	snprintf(boot_command_line, CMDLINE_MAX, "reclaim=%s", name);
	reclaim_policy_init();
	CHECK_STR(reclaim_policy_name(), name);
}

static void touch(unsigned int from, unsigned int to)
{
	for (unsigned int i = from; i < to; i++)
		CHECK_EQ(user_write(mm, page_addr(i), 1), 0);
}

static unsigned int young(struct page *page)
{
	unsigned int vm_flags, entries;

	CHECK(trylock_page(page));
	entries = page_referenced(page, &vm_flags);
	unlock_page(page);
	return entries;
}

static void begin(const char *name)
{
	user_ledger_open();
	choose(name);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, 2 * MANY * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	touch(0, PAGES);
	for (unsigned int i = 0; i < PAGES; i++)
		young(page_at(i));
}

static void end(void)
{
	vmstat_validate();
	user_check_counts();
	mmput(mm);
	user_ledger_close();
}

static unsigned int take(void)
{
	return take_candidates(zone(), LRU_INACTIVE_ANON, &taken);
}

/* All that were taken, as the newest of the lists that they were on. */
static void put_back(void)
{
	struct page *page, *next;

	list_for_each_entry_safe (page, next, &taken, lru) {
		list_del(&page->lru);
		lru_add(page);
		put_page(page);
	}
}

/* The pages that were taken, by number, "0 1 2 ", which are put back. */
static const char *order(void)
{
	static char text[16 * PAGES];
	const struct page *page;
	size_t n = 0;

	text[0] = 0;
	list_for_each_entry (page, &taken, lru)
		for (unsigned int i = 0; i < PAGES; i++)
			if (page_at(i) == page)
				n += (size_t)snprintf(text + n, sizeof(text) - n, "%u ", i);
	put_back();
	return text;
}

static void use(const char *pages)
{
	u8 byte;

	for (; *pages; pages++)
		if (*pages != ' ')
			CHECK_EQ(user_read(mm, page_addr((unsigned int)(*pages - '0')), &byte), 0);
}

static unsigned long listed(enum lru_list list)
{
	return zone_page_state(zone(), NR_LRU_BASE + list);
}

/* The longer active list gives every second one; these are counted. */
static void test_two_lists(void)
{
	u32 before;

	begin("twolist");
	for (unsigned int i = 0; i < 5; i++) {
		lru_mark_used(page_at(i));
		lru_mark_used(page_at(i));
	}
	before = vm_event_sum(VM_PGREFILL);
	CHECK_EQ(take(), 7);
	CHECK_EQ(vm_event_sum(VM_PGREFILL) - before, 4);
	CHECK_STR(order(), "0 5 1 6 2 7 3 ");
	CHECK_EQ(listed(LRU_ACTIVE_ANON), 5);
	end();
}

/* A page of a file becomes active at the second use: the first one is marked on it. */
static void test_marked(void)
{
	struct page *page;

	begin("twolist");
	fake_file_reset(PAGE_SIZE);
	page = read_cache_page(&fake_mapping, 0, NULL);
	if (!CHECK(!IS_ERR(page)))
		return;
	ClearPageReferenced(page);
	CHECK_EQ(ask_policy(page, 1), POLICY_TO_INACTIVE);
	CHECK(PageReferenced(page));
	CHECK_EQ(ask_policy(page, 1), POLICY_TO_ACTIVE);
	CHECK(!PageReferenced(page));
	CHECK_EQ(ask_policy(page, 0), POLICY_EVICT);
	put_page(page);
	truncate_inode_pages(&fake_mapping, 0);
	end();
}

/* What was used since the last tick is behind what was not, both in their order. */
static void test_lru(void)
{
	begin("lru");
	CHECK_EQ(take(), PAGES);
	CHECK_STR(order(), "0 1 2 3 4 5 6 7 ");
	use("4 1");
	take();
	CHECK_STR(order(), "0 2 3 5 6 7 1 4 ");
	/* And once more: the next tick is as good. */
	use("0 7");
	take();
	CHECK_STR(order(), "2 3 5 6 1 4 0 7 ");
	end();
}

/* Used ones are on the active list, and come back from there when they are not used any more. */
static void test_aging(void)
{
	begin("aging");
	take();
	put_back();
	use("4 1");
	CHECK_EQ(take(), PAGES - 2);
	CHECK_STR(order(), "0 2 3 5 6 7 ");
	CHECK(listed(LRU_ACTIVE_ANON) == 2 && listed(LRU_INACTIVE_ANON) == PAGES - 2);
	CHECK(PageActive(page_at(1)) && PageActive(page_at(4)));
	vmstat_validate();
	use("3");
	take();
	CHECK_STR(order(), "0 2 5 6 7 1 4 ");
	CHECK(listed(LRU_ACTIVE_ANON) == 1 && PageActive(page_at(3)));
	end();
}

/* Of frames drawn at random only those count that may leave. */
static void test_drawn(void)
{
	struct page *page;

	begin("random");
	CHECK_EQ(mm_mlock(mm, page_addr(PAGES), MANY * PAGE_SIZE, 0), 0);
	CHECK_EQ(take(), PAGES);
	list_for_each_entry (page, &taken, lru)
		CHECK(!PageUnevictable(page));
	put_back();
	end();
}

/* Faults are the clock. An anonymous page without a slot must be written before it leaves. */
static void test_wsclock(void)
{
	const unsigned int round = PAGES + 1;
	struct page *page;

	begin("wsclock");
	page = page_at(3);
	count_vm_events(VM_PGFAULT, 1000);
	policy_forget(page);
	take();
	put_back();
	CHECK_EQ(ask_policy(page, 0), POLICY_TO_INACTIVE);
	count_vm_events(VM_PGFAULT, PAGES);
	take();
	put_back();
	CHECK_EQ(ask_policy(page, 0), POLICY_CLEAN);
	CHECK_EQ(ask_policy(page, 1), POLICY_TO_INACTIVE);
	CHECK_EQ(ask_policy(page, 0), POLICY_TO_INACTIVE);
	/* A whole round in vain (what was asked before the last half of tau does not count): not
	 * even that; two: any page. */
	for (unsigned int i = 0; i < round - 3; i++)
		ask_policy(page, 1);
	CHECK_EQ(ask_policy(page, 0), POLICY_TO_INACTIVE);
	for (unsigned int i = 0; i < round - 1; i++)
		CHECK_EQ(ask_policy(page, 0), POLICY_TO_INACTIVE);
	CHECK_EQ(ask_policy(page, 0), POLICY_EVICT);
	CHECK_EQ(ask_policy(page, 1), POLICY_TO_INACTIVE);
	end();
}

static void some_faults(unsigned long n)
{
	count_vm_events(VM_PGFAULT, n);
	take();
	put_back();
}

/*
 * Which candidates stay in a row, when another one leaves between them. `old` was unused for long,
 * `fresh` was used just now, and both are clean: that one leaves after a whole round only.
 */
static void test_rows(void)
{
	const unsigned int round = PAGES + 1, half_of_tau = PAGES / 4;
	struct page *old, *fresh;

	begin("wsclock");
	old = page_at(3);
	fresh = page_at(4);
	SetPageSwapCache(old);
	SetPageSwapCache(fresh);
	policy_forget(old);
	some_faults(1000);
	CHECK_EQ(ask_policy(fresh, 1), POLICY_TO_INACTIVE);
	some_faults(half_of_tau);
	/* A row's time begins where the one before ended, not with the batch. */
	CHECK_EQ(ask_policy(old, 0), POLICY_EVICT);
	CHECK_EQ(ask_policy(fresh, 1), POLICY_TO_INACTIVE);
	some_faults(half_of_tau);
	for (unsigned int i = 0; i < round - 1; i++)
		CHECK_EQ(ask_policy(fresh, 1), POLICY_TO_INACTIVE);
	CHECK_EQ(ask_policy(fresh, 0), POLICY_EVICT);
	some_faults(1);
	/* One less than a round tells nothing that lasts. */
	for (unsigned int i = 0; i < round - 1; i++)
		CHECK_EQ(ask_policy(fresh, 1), POLICY_TO_INACTIVE);
	CHECK_EQ(ask_policy(old, 0), POLICY_EVICT);
	CHECK_EQ(ask_policy(fresh, 1), POLICY_TO_INACTIVE);
	CHECK_EQ(ask_policy(fresh, 0), POLICY_TO_INACTIVE);
	ClearPageSwapCache(old);
	ClearPageSwapCache(fresh);
	end();
}

/* A page comes back at once, and is active where the policy knows what that is. */
static bool active_when_back(void)
{
	struct page *page = add_new_page(&fake_mapping, 0, GFP_KERNEL);
	bool active;

	workingset_eviction(page);
	remove_from_page_cache(page);
	unlock_page(page);
	put_page(page);
	page = add_new_page(&fake_mapping, 0, GFP_KERNEL);
	active = PageActive(page);
	unlock_page(page);
	put_page(page);
	truncate_inode_pages(&fake_mapping, 0);
	return active;
}

static void test_comes_back(void)
{
	begin("clock");
	fake_file_reset(PAGE_SIZE);
	CHECK(!active_when_back());
	choose("twolist");
	CHECK(active_when_back());
	end();
}

/* The second use makes a page active, but for one that must stay; and begins anew. */
static void test_used(void)
{
	struct page *page, *to;

	begin("twolist");
	page = page_at(0);
	lru_mark_used(page);
	CHECK(PageReferenced(page) && !PageActive(page));
	lru_mark_used(page);
	CHECK(!PageReferenced(page) && PageActive(page));
	CHECK_EQ(mm_mlock(mm, page_addr(1), PAGE_SIZE, 0), 0);
	for (unsigned int i = 0; i < 3; i++)
		lru_mark_used(page_at(1));
	CHECK(PageUnevictable(page_at(1)) && !PageActive(page_at(1)));
	for (unsigned int i = 0; i < 2; i++) {
		to = alloc_page(GFP_KERNEL);
		lru_copy_marks(to, page_at(i));
		CHECK(PageSwapBacked(to) && PageActive(to) == !i && PageUnevictable(to) == i);
		to->flags &= ~(BIT(PG_active) | BIT(PG_swapbacked) | BIT(PG_unevictable));
		put_page(to);
	}
	end();
}

static const struct test tests[] = {
	{"two lists", test_two_lists},
	{"marks", test_marked},
	{"used twice", test_used},
	{"back at once", test_comes_back},
	{"ticks: lru", test_lru},
	{"ticks: aging", test_aging},
	{"frames at random", test_drawn},
	{"stamps, and rounds in vain: wsclock", test_wsclock},
	{"rows between pages that leave", test_rows},
};

int main(void)
{
	user_boot();
	choose("wsclock"); /* it is the one that has stamps */
	reclaim_policy_start();
	return test_main(tests, ARRAY_SIZE(tests));
}
