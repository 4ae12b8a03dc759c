/*
 * test_mlock.c - suite `mlock`: which pages of a process stay in memory, seen from the lists of
 * pages and their counts, while reclaim is asked for all of them; with faults of the real CPU and a
 * swap area that would take them.
 */
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/suites.h"
#include "kernel/swap_helpers.h"
#include "kernel/user_helpers.h"
#include "mm/migrate.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "proc/task.h"
#include "reclaim/lru.h"

#define BASE  0x203f0000ul /* the border of two page tables is inside */
#define PAGES 32u
#define TURNS 64u /* after which all that may leave has left */

/* What is on the lists, not counting what was there when the case began. */
struct counts {
	long unevictable, anon;
};

static struct counts at_first;
static bool with_swap;

static unsigned long page_addr(unsigned int page)
{
	return BASE + page * PAGE_SIZE;
}

static struct counts count(void)
{
	return (struct counts){
		.unevictable = (long)global_page_state(NR_UNEVICTABLE) - at_first.unevictable,
		.anon = (long)(global_page_state(NR_INACTIVE_ANON) +
			       global_page_state(NR_ACTIVE_ANON)) -
			at_first.anon,
	};
}

/* So many pages are locked, and so many could leave memory. */
static void expect_lists(long unevictable, long anon)
{
	struct counts now = count();

	EXPECT_EQ(now.unevictable, unevictable);
	EXPECT_EQ(now.anon, anon);
}

/* Pages [first, end) are there, and are on the list that they should be on. */
static void expect_pages(unsigned int first, unsigned int end, bool unevictable)
{
	unsigned int wrong = 0;

	for (unsigned int i = first; i < end; i++) {
		const struct page *page = test_present_page(page_addr(i));

		wrong += !page || !PageLRU(page) || !PageUnevictable(page) == unevictable ||
			 (unevictable && PageActive(page));
	}
	EXPECT_EQ(wrong, 0);
}

static void write_all(unsigned int first, unsigned int end, u32 value)
{
	for (unsigned int i = first; i < end; i++)
		EXPECT_EQ(test_poke(page_addr(i), value + i), 0);
}

static bool sees_all(unsigned int first, unsigned int end, u32 value)
{
	for (unsigned int i = first; i < end; i++)
		if (!test_sees(page_addr(i), value + i))
			return false;
	return true;
}

/* An area of PAGES pages, none of which is there. */
static bool begin(unsigned int type)
{
	at_first = (struct counts){0, 0};
	at_first = count();
	return test_mm_begin() && test_map_anon(BASE, PAGES * PAGE_SIZE, type);
}

static void end(void)
{
	rmap_validate();
	test_mm_end();
	expect_lists(0, 0);
	vmstat_validate();
	if (with_swap)
		test_swap_end();
	with_swap = false;
}

/* The same with a swap area, and with all pages written. */
static bool begin_swap(unsigned int type, u32 value)
{
	with_swap = test_swap_begin();
	if (!with_swap || !begin(type))
		return false;
	write_all(0, PAGES, value);
	return true;
}

static long lock(unsigned int first, unsigned int end, unsigned int how)
{
	return mm_mlock(current->mm, page_addr(first), (end - first) * PAGE_SIZE, how);
}

static long unlock(unsigned int first, unsigned int end)
{
	return mm_munlock(current->mm, page_addr(first), (end - first) * PAGE_SIZE);
}

static void make_active(struct page *page)
{
	lru_mark_used(page);
	lru_mark_used(page);
	EXPECT(PageActive(page));
}

/* Those that are there change lists, the others are brought in; and all go back. */
static void test_lists(void)
{
	if (!begin(MAP_PRIVATE))
		return;
	write_all(0, 10, 1000);
	for (unsigned int i = 0; i < 4; i++)
		make_active(test_present_page(page_addr(i)));
	expect_lists(0, 10);
	EXPECT_EQ(lock(0, 20, 0), 0);
	expect_lists(20, 0);
	expect_pages(0, 20, true);
	EXPECT_EQ(current->mm->locked_vm, 20);
	EXPECT_EQ(current->mm->rss_anon, 20);
	EXPECT(sees_all(0, 10, 1000));
	write_all(10, 30, 1000);
	expect_lists(20, 10);
	expect_pages(20, 30, false);
	EXPECT_EQ(lock(5, 15, 0), 0);
	expect_lists(20, 10);
	EXPECT_EQ(current->mm->locked_vm, 20);
	EXPECT_EQ(unlock(0, PAGES), 0);
	expect_lists(0, 30);
	expect_pages(0, 30, false);
	EXPECT_EQ(current->mm->locked_vm, 0);
	EXPECT_EQ(current->mm->map_count, 1);
	end();
}

/* Only what is touched, from when it is touched; a later mlock() brings in the rest. */
static void test_on_fault(void)
{
	if (!begin(MAP_PRIVATE))
		return;
	write_all(0, 4, 1000);
	EXPECT_EQ(lock(0, PAGES, ~MLOCK_ONFAULT), -EINVAL);
	EXPECT_EQ(lock(0, PAGES, MLOCK_ONFAULT), 0);
	expect_lists(4, 0);
	EXPECT_EQ(current->mm->rss_anon, 4);
	EXPECT_EQ(current->mm->locked_vm, PAGES);
	write_all(4, 9, 1000);
	expect_lists(9, 0);
	expect_pages(0, 9, true);
	EXPECT_EQ(lock(16, PAGES, 0), 0);
	expect_lists(9 + PAGES - 16, 0);
	EXPECT_EQ(current->mm->map_count, 2);
	end(); /* it exits with everything locked */
}

/* All that there is, all that will be, or both. */
static void test_all(void)
{
	const unsigned long more = page_addr(PAGES);

	if (!begin(MAP_PRIVATE))
		return;
	EXPECT_EQ(mm_mlockall(current->mm, 0), -EINVAL);
	EXPECT_EQ(mm_mlockall(current->mm, MCL_ONFAULT), -EINVAL);
	write_all(0, 3, 1000);
	EXPECT_EQ(mm_mlockall(current->mm, MCL_FUTURE), 0);
	expect_lists(0, 3);
	test_map_anon(more, 5 * PAGE_SIZE, MAP_PRIVATE);
	expect_lists(5, 3);
	EXPECT_EQ(current->mm->map_count, 2);
	EXPECT_EQ(mm_mlockall(current->mm, MCL_CURRENT), 0);
	expect_lists(PAGES + 5, 0);
	EXPECT_EQ(mm_munlockall(current->mm), 0);
	expect_lists(0, PAGES + 5);
	EXPECT_EQ(mm_mlockall(current->mm, MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT), 0);
	expect_lists(PAGES + 5, 0);
	test_map_anon(more, 5 * PAGE_SIZE, MAP_PRIVATE);
	expect_lists(PAGES, 0);
	EXPECT_EQ(test_poke(more, 1), 0);
	expect_lists(PAGES + 1, 0);
	end();
}

/* Reclaim takes what is beside the locked part, and later all of it. */
static void test_stays(void)
{
	if (!begin_swap(MAP_PRIVATE, 1000))
		return;
	EXPECT_EQ(lock(8, 24, 0), 0);
	EXPECT_EQ(test_push_out(BASE, PAGES), 16);
	expect_lists(16, 0);
	expect_pages(8, 24, true);
	EXPECT_EQ(current->mm->rss_anon, 16);
	EXPECT_EQ(current->mm->nr_swap, 16);
	EXPECT_EQ(unlock(8, 24), 0);
	expect_pages(8, 24, false);
	EXPECT_EQ(test_push_out(BASE, PAGES), 16);
	expect_lists(0, 0);
	EXPECT_EQ(current->mm->nr_swap, PAGES);
	EXPECT(sees_all(0, PAGES, 1000));
	end();
}

/* What is in the swap area when it is locked comes back, and stays. */
static void test_comes_back(void)
{
	if (!begin_swap(MAP_PRIVATE, 1000))
		return;
	EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
	EXPECT_EQ(lock(0, 8, MLOCK_ONFAULT), 0);
	expect_lists(0, 0);
	EXPECT_EQ(lock(8, 16, 0), 0);
	expect_pages(8, 16, true);
	EXPECT(sees_all(0, 8, 1000));
	expect_pages(0, 16, true);
	EXPECT_EQ(count().unevictable, 16);
	test_push_out(BASE, PAGES);
	expect_lists(16, 0);
	EXPECT_EQ(current->mm->nr_swap, PAGES - 16);
	EXPECT(sees_all(0, PAGES, 1000));
	end();
}

/* The lists are looked through as when memory is short, again and again. */
static void test_scan(void)
{
	if (!begin_swap(MAP_PRIVATE, 1000))
		return;
	EXPECT_EQ(lock(0, 16, 0), 0);
	for (unsigned int i = 0; i < TURNS && current->mm->rss_anon > 16; i++)
		test_scan_lists();
	EXPECT_EQ(count().unevictable, 16);
	expect_pages(0, 16, true);
	EXPECT_EQ(current->mm->rss_anon, 16);
	EXPECT(sees_all(0, PAGES, 1000));
	end();
}

/* The area is cut in three, and is one again; the middle is free to leave meanwhile. */
static void test_split(void)
{
	if (!begin_swap(MAP_PRIVATE, 1000))
		return;
	EXPECT_EQ(lock(0, PAGES, 0), 0);
	EXPECT_EQ(unlock(12, 20), 0);
	EXPECT_EQ(current->mm->map_count, 3);
	EXPECT_EQ(current->mm->locked_vm, PAGES - 8);
	expect_lists(PAGES - 8, 8);
	expect_pages(0, 12, true);
	expect_pages(12, 20, false);
	expect_pages(20, PAGES, true);
	EXPECT_EQ(test_push_out(BASE, PAGES), 8);
	expect_lists(PAGES - 8, 0);
	EXPECT_EQ(mm_munmap(current->mm, page_addr(4), 4 * PAGE_SIZE), 0);
	expect_lists(PAGES - 12, 0);
	EXPECT_EQ(current->mm->locked_vm, PAGES - 12);
	EXPECT_EQ(unlock(8, PAGES), 0);
	EXPECT_EQ(current->mm->map_count, 2);
	expect_lists(4, PAGES - 16);
	EXPECT(sees_all(0, 4, 1000) && sees_all(8, PAGES, 1000));
	end();
}

/* A child has the pages, but has locked none; what it writes to is its own. */
static void test_fork(void)
{
	struct mm_struct *parent, *child;

	if (!begin_swap(MAP_PRIVATE, 1000))
		return;
	parent = current->mm;
	EXPECT_EQ(lock(0, 16, 0), 0);
	EXPECT_EQ(mm_mlockall(parent, MCL_FUTURE), 0);
	child = dup_mm(parent, 0);
	if (EXPECT(child)) {
		EXPECT_EQ(child->locked_vm, 0);
		EXPECT_EQ(child->def_flags, 0);
		test_mm_switch(child);
		expect_lists(16, PAGES - 16);
		write_all(0, 4, 2000);
		expect_lists(16, PAGES - 16 + 4);
		expect_pages(0, 4, false);
		expect_pages(4, 16, true); /* the parent's, too */
		EXPECT_EQ(test_push_out(BASE, PAGES), PAGES - 16 + 4);
		EXPECT(sees_all(0, 4, 2000) && sees_all(4, PAGES, 1000));
		test_mm_switch(parent);
		expect_pages(0, 16, true);
		/* Locked copies, and the child alone has what they were made of. */
		write_all(4, 8, 3000);
		EXPECT_EQ(count().unevictable, 16);
		EXPECT_EQ(unlock(8, 12), 0);
		EXPECT_EQ(count().unevictable, 12);
		mmput(child);
		EXPECT_EQ(count().unevictable, 12);
		EXPECT(sees_all(0, 4, 1000) && sees_all(4, 8, 3000) && sees_all(8, PAGES, 1000));
	}
	end();
}

/* Who locked them goes first; the child has them, and they may leave. */
static void test_exit_first(void)
{
	struct mm_struct *parent, *child;

	if (!begin_swap(MAP_PRIVATE, 1000))
		return;
	parent = current->mm;
	EXPECT_EQ(lock(0, PAGES, 0), 0);
	child = dup_mm(parent, 0);
	if (EXPECT(child)) {
		test_mm_switch(child);
		mmput(parent);
		expect_lists(0, PAGES);
		expect_pages(0, PAGES, false);
		EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
		EXPECT(sees_all(0, PAGES, 1000));
	}
	end();
}

/* Of two who share memory the last one who has locked a page counts. */
static void test_shared(void)
{
	struct mm_struct *parent, *child;

	if (!begin_swap(MAP_SHARED, 1000))
		return;
	parent = current->mm;
	child = dup_mm(parent, 0);
	if (EXPECT(child)) {
		EXPECT_EQ(lock(0, 16, 0), 0);
		test_mm_switch(child);
		EXPECT_EQ(lock(8, 24, 0), 0);
		expect_lists(24, PAGES - 24);
		test_mm_switch(parent);
		EXPECT_EQ(test_push_out(BASE, PAGES), PAGES - 24);
		EXPECT_EQ(unlock(0, 16), 0);
		expect_lists(16, 8);
		expect_pages(0, 8, false);
		expect_pages(8, 16, true);
		EXPECT_EQ(test_push_out(BASE, PAGES), 8);
		mmput(child);
		expect_lists(0, 16);
		EXPECT(sees_all(0, PAGES, 1000));
	}
	end();
}

static struct page *new_page(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

/* A locked page may have another frame, where it is locked as before. */
static void test_moves(void)
{
	struct page *old[PAGES];
	LIST_HEAD(list);

	if (!begin(MAP_PRIVATE))
		return;
	write_all(0, PAGES, 1000);
	EXPECT_EQ(lock(0, 16, 0), 0);
	for (unsigned int i = 0; i < PAGES; i++) {
		old[i] = test_present_page(page_addr(i));
		EXPECT_EQ(isolate_page(old[i], &list), 0);
	}
	EXPECT_EQ(migrate_pages(&list, new_page, NULL, 0, MIGRATE_SYNC), 0);
	putback_movable_pages(&list);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT(test_present_page(page_addr(i)) != old[i]);
	expect_lists(16, PAGES - 16);
	expect_pages(0, 16, true);
	expect_pages(16, PAGES, false);
	EXPECT(sees_all(0, PAGES, 1000));
	end();
}

static const struct ktap_case cases[] = {
	{"lists", test_lists},
	{"on_fault", test_on_fault},
	{"all", test_all},
	{"stays", test_stays},
	{"comes_back", test_comes_back},
	{"scan", test_scan},
	{"split", test_split},
	{"fork", test_fork},
	{"exit_first", test_exit_first},
	{"shared", test_shared},
	{"moves", test_moves},
	{NULL, NULL},
};

const struct ktap_suite mlock_suite = {"mlock", cases};
