/*
 * test_mlock.c - which pages are on the unevictable list: those that an area with VM_LOCKED maps,
 * from when it is locked until the last of them lets go, whoever else maps them; and that reclaim
 * leaves them alone.
 */
#include "../../mm/area/internal.h"
#include "../../mm/fault/internal.h"
#include "../../mm/reclaim/internal.h"
#include "kernel/errno.h"
#include "../../mm/reclaim/lru.h"
#include "machine.h"
#include "mm/migrate.h"
#include "test.h"
#include "user.h"

#define RW	(PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED)
#define SHARED	(MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED)
#define BASE	0x203f0000ul /* the border of two page tables is inside */
#define PAGES	64ul

static struct mm_struct *mm;

static unsigned long at(unsigned long page)
{
	return BASE + page * PAGE_SIZE;
}

static unsigned long unevictable(void)
{
	return global_page_state(NR_UNEVICTABLE);
}

static void begin(unsigned int flags)
{
	static bool booted;

	if (!booted)
		user_boot();
	booted = true;
	user_ledger_open();
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGES * PAGE_SIZE, RW, flags, 0), BASE);
	CHECK_EQ(unevictable(), 0);
}

static void end(void)
{
	validate_mm(mm);
	vmstat_validate();
	mmput(mm);
	CHECK_EQ(unevictable(), 0);
	vmstat_validate();
	user_ledger_close();
}

static void touch(unsigned long pages)
{
	for (unsigned long i = 0; i < pages; i++)
		CHECK_EQ(user_write(mm, at(i), 1), 0);
}

/* Present pages at once, the others by being brought in. */
static void test_lock(void)
{
	begin(PRIVATE);
	touch(10);
	CHECK_EQ(mm_mlock(mm, at(0), 20 * PAGE_SIZE, 0), 0);
	CHECK_EQ(unevictable(), 20);
	CHECK_EQ(mm->rss_anon, 20);
	CHECK_EQ(mm->locked_vm, 20);
	touch(30);
	CHECK_EQ(unevictable(), 20);
	CHECK_EQ(mm_munlock(mm, at(5), 5 * PAGE_SIZE), 0);
	CHECK_EQ(unevictable(), 15);
	CHECK_EQ(mm_munmap(mm, at(0), 6 * PAGE_SIZE), 0);
	CHECK_EQ(unevictable(), 10);
	validate_mm(mm);
	vmstat_validate();
	CHECK_EQ(mm_munlockall(mm), 0);
	CHECK_EQ(unevictable(), 0);
	CHECK_EQ(mm->locked_vm, 0);
	CHECK_EQ(mm->map_count, 1);
	end();
}

static void test_on_fault(void)
{
	begin(PRIVATE);
	touch(4);
	CHECK_EQ(mm_mlock(mm, at(0), PAGES * PAGE_SIZE, MLOCK_ONFAULT), 0);
	CHECK_EQ(unevictable(), 4);
	CHECK_EQ(mm->rss_anon, 4);
	touch(9);
	CHECK_EQ(unevictable(), 9);
	CHECK_EQ(mm_mlock(mm, at(0), PAGES * PAGE_SIZE, 0), 0);
	CHECK_EQ(unevictable(), PAGES);
	end(); /* exit with everything locked */
}

/* A child maps the same pages, but has not locked them. */
static void test_fork(void)
{
	struct mm_struct *child;

	begin(PRIVATE);
	CHECK_EQ(mm_mlock(mm, at(0), 8 * PAGE_SIZE, 0), 0);
	child = user_fork(mm);
	CHECK_EQ(child->locked_vm, 0);
	CHECK_EQ(unevictable(), 8);
	/* The parent gets a locked copy, and lets go of the page. */
	CHECK_EQ(user_write(mm, at(0), 2), 0);
	CHECK_EQ(unevictable(), 8);
	CHECK_EQ(mm_munlock(mm, at(1), PAGE_SIZE), 0);
	CHECK_EQ(unevictable(), 7);
	/* The child's copy is not locked. */
	CHECK_EQ(user_write(child, at(2), 2), 0);
	CHECK_EQ(unevictable(), 7);
	mmput(child);
	CHECK_EQ(unevictable(), 7);
	end();
}

/* The parent goes first: what is left is the child's, and free to leave. */
static void test_exit_first(void)
{
	struct mm_struct *child;

	begin(PRIVATE);
	CHECK_EQ(mm_mlock(mm, at(0), 8 * PAGE_SIZE, 0), 0);
	child = user_fork(mm);
	mmput(mm);
	CHECK_EQ(unevictable(), 0);
	vmstat_validate();
	mm = child;
	end();
}

/* Of two that have locked a shared page, the last one counts. */
static void test_shared(void)
{
	struct mm_struct *other;

	begin(SHARED);
	touch(8);
	other = user_fork(mm);
	CHECK_EQ(mm_mlock(mm, at(0), 8 * PAGE_SIZE, 0), 0);
	CHECK_EQ(mm_mlock(other, at(4), 4 * PAGE_SIZE, 0), 0);
	CHECK_EQ(unevictable(), 8);
	CHECK_EQ(mm_munmap(mm, at(0), 8 * PAGE_SIZE), 0);
	CHECK_EQ(unevictable(), 4);
	CHECK_EQ(mm_munlockall(other), 0);
	CHECK_EQ(unevictable(), 0);
	mmput(other);
	end();
}

static void test_future(void)
{
	begin(PRIVATE);
	touch(3);
	CHECK_EQ(mm_mlockall(mm, MCL_FUTURE), 0);
	CHECK_EQ(unevictable(), 0);
	CHECK_EQ(mm_mmap(mm, NULL, at(PAGES), 5 * PAGE_SIZE, RW, PRIVATE, 0), at(PAGES));
	CHECK_EQ(unevictable(), 5);
	CHECK_EQ(mm->map_count, 2);
	CHECK_EQ(mm_mlockall(mm, MCL_CURRENT), 0);
	CHECK_EQ(unevictable(), PAGES + 5);
	end();
}

static void test_limit(void)
{
	begin(PRIVATE);
	mm->lock_limit = 10 * PAGE_SIZE;
	CHECK_EQ(mm_mlock(mm, at(0), 11 * PAGE_SIZE, 0), -ENOMEM);
	CHECK_EQ(mm_mlock(mm, at(0), 10 * PAGE_SIZE, 0), 0);
	CHECK_EQ(mm_mlock(mm, at(2), 8 * PAGE_SIZE, 0), 0);
	CHECK_EQ(mm_mlock(mm, at(9), 2 * PAGE_SIZE, 0), -ENOMEM);
	CHECK_EQ(mm_mlockall(mm, MCL_CURRENT), -ENOMEM);
	CHECK_EQ(mm_mmap(mm, NULL, at(PAGES), PAGE_SIZE, RW, PRIVATE | MAP_LOCKED, 0), -EAGAIN);
	mm->lock_limit = 0;
	CHECK_EQ(mm_mlock(mm, at(0), PAGE_SIZE, 0), -EPERM);
	CHECK_EQ(unevictable(), 10);
	end();
}

static bool locked(unsigned long page)
{
	return PageUnevictable(pfn_to_page(pte_pfn(user_entry(mm, at(page)))));
}

/* Parts of pages count as whole ones; what is wrong is said in POSIX's words. */
static void test_requests(void)
{
	begin(PRIVATE);
	CHECK_EQ(mm_mlock(mm, at(0) + 100, PAGE_SIZE, 0), 0);
	CHECK(unevictable() == 2 && locked(1));
	CHECK_EQ(mm_munlock(mm, at(0) + 100, PAGE_SIZE), 0);
	CHECK_EQ(unevictable(), 0);
	CHECK_EQ(mm_mlock(mm, at(PAGES - 1), 2 * PAGE_SIZE, 0), -ENOMEM);
	CHECK_EQ(mm_munlockall(mm), 0);
	CHECK_EQ(mm_mprotect(mm, at(4), PAGE_SIZE, 0), 0);
	CHECK_EQ(mm_mlock(mm, at(4), PAGE_SIZE, 0), -ENOMEM);
	CHECK_EQ(mm_munlockall(mm), 0);
	CHECK_EQ(mm_mlockall(mm, MCL_ONFAULT), -EINVAL);
	CHECK_EQ(mm_mlockall(mm, 0), -EINVAL);
	end();
}

/* The last word on areas to come is the one that counts. */
static void test_no_future(void)
{
	begin(PRIVATE);
	CHECK_EQ(mm_mlockall(mm, MCL_FUTURE), 0);
	CHECK_EQ(mm_mlockall(mm, MCL_CURRENT | MCL_ONFAULT), 0);
	CHECK_EQ(mm_mmap(mm, NULL, at(PAGES), PAGE_SIZE, RW, PRIVATE, 0), (long)at(PAGES));
	CHECK_EQ(user_write(mm, at(PAGES), 1), 0);
	CHECK(!locked(PAGES));
	CHECK_EQ(mm_mlockall(mm, MCL_FUTURE), 0);
	CHECK_EQ(mm_munlockall(mm), 0);
	CHECK_EQ(mm_mmap(mm, NULL, at(PAGES + 1), PAGE_SIZE, RW, PRIVATE, 0), (long)at(PAGES + 1));
	CHECK_EQ(user_write(mm, at(PAGES + 1), 1), 0);
	CHECK(!locked(PAGES + 1));
	end();
}

/* The page of zeroes is nobody's; and one that was active begins anew when it is let go. */
static void test_lists(void)
{
	struct page *page;
	u8 byte;

	begin(PRIVATE);
	CHECK_EQ(user_read(mm, at(0), &byte), 0);
	CHECK_EQ(user_write(mm, at(1), 1), 0);
	page = pfn_to_page(pte_pfn(user_entry(mm, at(1))));
	lru_mark_used(page);
	lru_mark_used(page);
	CHECK(PageActive(page));
	CHECK_EQ(mm_mlock(mm, at(0), 2 * PAGE_SIZE, MLOCK_ONFAULT), 0);
	CHECK_EQ(unevictable(), 1);
	CHECK(!PageUnevictable(zero_page));
	CHECK_EQ(mm_munlock(mm, at(0), 2 * PAGE_SIZE), 0);
	CHECK(!PageActive(page) && PageLRU(page));
	end();
}

/* Reclaim that meets a page of a locked area, which nobody has told it, puts it where it belongs.
 */
static void test_reclaim(void)
{
	struct scan_control sc = {.wanted = PAGES, .may_io = true};
	LIST_HEAD(list);

	begin(PRIVATE);
	touch(6);
	down_write(&mm->mmap_sem);
	CHECK_EQ(change_area_flags(mm, at(0), at(3), 0, VM_LOCKED), 0);
	up_write(&mm->mmap_sem);
	CHECK_EQ(unevictable(), 0);
	for (unsigned long i = 0; i < 6; i++) {
		struct page *page = pfn_to_page(pte_pfn(user_entry(mm, at(i))));

		get_page(page);
		CHECK(lru_isolate(page));
		list_add(&page->lru, &list);
	}
	shrink_page_list(&list, &sc);
	CHECK_EQ(unevictable(), 3);
	CHECK_EQ(mm->rss_anon, 6); /* no swap area */
	end();
}

static void unlock_all(void)
{
	host_alloc_hook = NULL;
	CHECK_EQ(mm_munlock(mm, at(0), PAGE_SIZE), 0);
}

static struct page *then_unlock(struct page *from, unsigned long private)
{
	struct page *to = alloc_page(GFP_HIGHUSER_MOVABLE);

	(void)from;
	(void)private;
	host_alloc_hook = unlock_all; /* when the page is out of the tables */
	return to;
}

/* What fails half-way: pages are where their areas say. */
static void test_half_way(void)
{
	begin(PRIVATE);
	touch(20);
	CHECK_EQ(mm_munmap(mm, at(10), 2 * PAGE_SIZE), 0);
	CHECK_EQ(mm_mlock(mm, at(0), 20 * PAGE_SIZE, 0), -ENOMEM);
	CHECK(mm->locked_vm == 10 && unevictable() == 10);
	CHECK_EQ(mm_mlock(mm, at(12), 8 * PAGE_SIZE, 0), 0);
	CHECK_EQ(mm_munlock(mm, at(0), 20 * PAGE_SIZE), -ENOMEM);
	CHECK(mm->locked_vm == 8 && unevictable() == 8);
	host_fail_after(0);
	CHECK_EQ(mm_munlock(mm, at(14), 2 * PAGE_SIZE), -ENOMEM);
	CHECK(mm->locked_vm == 8 && unevictable() == 8);
	CHECK_EQ(mm_munmap(mm, at(14), 2 * PAGE_SIZE), -ENOMEM);
	CHECK(mm->locked_vm == 8 && unevictable() == 8);
	/* This one needs no new area. */
	CHECK_EQ(mm_munmap(mm, at(12), 2 * PAGE_SIZE), 0);
	CHECK(mm->locked_vm == 6 && unevictable() == 6);
	host_fail_after(-1);
	CHECK_EQ(mm_munmap(mm, at(15), 2 * PAGE_SIZE), 0);
	CHECK(mm->locked_vm == 4 && unevictable() == 4);
	end();
}

/* An area is unlocked while its page is on its way to another frame. */
static void test_moves(void)
{
	LIST_HEAD(pages);

	begin(PRIVATE);
	touch(1);
	for (unsigned int round = 0; round < 2; round++) {
		struct page *held;

		CHECK_EQ(mm_mlock(mm, at(0), PAGE_SIZE, 0), 0);
		held = pfn_to_page(pte_pfn(user_entry(mm, at(0))));
		CHECK_EQ(isolate_page(held, &pages), 0);
		CHECK_EQ(migrate_pages(&pages, then_unlock, NULL, 0, MIGRATE_ASYNC), 0);
		CHECK(!host_alloc_hook);
		CHECK(pte_pfn(user_entry(mm, at(0))) != page_to_pfn(held));
		CHECK_EQ(unevictable(), 0);
		vmstat_validate();
	}
	end();
}

static const struct test tests[] = {
	{"mlock, munlock, munmap", test_lock},
	{"mlock2(MLOCK_ONFAULT)", test_on_fault},
	{"fork and copy on write", test_fork},
	{"who locked exits first", test_exit_first},
	{"shared pages", test_shared},
	{"mlockall(MCL_FUTURE)", test_future},
	{"RLIMIT_MEMLOCK", test_limit},
	{"reclaim meets a locked page", test_reclaim},
	{"half-way", test_half_way},
	{"a page is moved", test_moves},
	{"parts of pages, and errors", test_requests},
	{"areas to come", test_no_future},
	{"lists", test_lists},
};
TEST_MAIN(tests)
