/*
 * test_fault_cause.c - what each fault is found to be: cause, major or minor,
 * area; how many faults a run of accesses takes; what fork copies; the pages of
 * exec and of other address spaces.
 */
#include "../../mm/fault/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "test.h"
#include "user.h"
#include <string.h>

/* Sixteen pages below the end of a page table, so that areas cross it. */
#define BASE (0x20400000ul - 16 * PAGE_SIZE)

static struct mm_struct *mm;

static void begin(unsigned int file_pages)
{
	user_ledger_open();
	fake_file_reset((loff_t)file_pages << PAGE_SHIFT);
	for (unsigned int i = 0; i < file_pages; i++)
		memset(fake_disk[i], (int)i + 1, PAGE_SIZE);
	fault_around_pages = 1;
	fake_reads = 0;
	mm = mm_alloc();
}

static void end(void)
{
	user_check_counts();
	mmput(mm);
	truncate_inode_pages(&fake_mapping, 0);
	fault_around_pages = FAULT_AROUND_MAX;
	user_ledger_close();
}

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static void map(unsigned int page, unsigned int n, unsigned int prot, unsigned int type)
{
	struct mapped_file *file = type & MAP_ANONYMOUS ? NULL : &fake_file;

	CHECK_EQ(mm_mmap(mm, file, page_addr(page), n * PAGE_SIZE, prot, type | MAP_FIXED, page),
		 (long)page_addr(page));
}

#define R    PROT_READ
#define RW   (PROT_READ | PROT_WRITE)
#define ANON (MAP_PRIVATE | MAP_ANONYMOUS)

/* One access, and what came of it: the value it must see, the faults it must take. */
static void expect(const char *file, int line, struct mm_struct *in, unsigned int page, bool write,
		   int err, enum trace_cause cause, bool major)
{
	static const char *const names[] = TRACE_CAUSE_NAMES;
	unsigned long faults = user_faults;
	u8 value = 99;
	int got;

	got = write ? user_write(in, page_addr(page), value)
		    : user_read(in, page_addr(page), &value);
	if (got != err)
		test_fail(file, line, "error %d, expected %d", got, err);
	if (cause == TRACE_CAUSE_NONE) {
		if (user_faults != faults)
			test_fail(file, line, "%lu faults", user_faults - faults);
		return;
	}
	if (user_faults != faults + 1 || user_last_fault.cause != cause)
		test_fail(file, line, "%lu faults, the last %s; expected one, %s",
			  user_faults - faults, names[user_last_fault.cause], names[cause]);
	if (user_last_fault.major != major)
		test_fail(file, line, "major %d", user_last_fault.major);
}
#define READS(page, cause, ...) \
	expect(__FILE__, __LINE__, mm, page, false, 0, TRACE_CAUSE_##cause, __VA_ARGS__ + 0)
#define WRITES(page, cause, ...) \
	expect(__FILE__, __LINE__, mm, page, true, 0, TRACE_CAUSE_##cause, __VA_ARGS__ + 0)
#define FAILS(page, write, err, cause) \
	expect(__FILE__, __LINE__, mm, page, write, err, TRACE_CAUSE_##cause, false)

static void test_anon(void)
{
	begin(0);
	map(0, 32, RW, ANON);
	READS(0, ANON_ZERO);
	CHECK_STR(user_last_fault.area, "[anon]");
	CHECK_EQ(mm->rss_anon, 0);
	READS(0, NONE);
	WRITES(0, ANON);
	WRITES(0, NONE);
	WRITES(1, ANON);
	CHECK_EQ(mm->rss_anon, 2);
	CHECK_EQ(mm->nr_ptes, 1);
	WRITES(20, ANON);
	CHECK_EQ(mm->nr_ptes, 2);
	CHECK_EQ(mm_munmap(mm, page_addr(16), 16 * PAGE_SIZE), 0);
	CHECK_EQ(mm->nr_ptes, 1); /* its 4 MiB are empty */
	end();
}

static void test_refused(void)
{
	begin(2);
	map(0, 1, R, ANON);
	map(1, 1, 0, ANON);
	map(2, 2, RW, MAP_SHARED); /* pages 2 and 3 of a file that has two */
	FAILS(0, true, -EFAULT, SIGSEGV);
	CHECK(user_last_fault.mapped);
	FAILS(1, false, -EFAULT, SIGSEGV);
	CHECK(user_last_fault.mapped);
	FAILS(2, false, -EIO, SIGBUS);
	FAILS(3, true, -EIO, SIGBUS);
	CHECK_STR(user_last_fault.area, "/file");
	FAILS(9, false, -EFAULT, SIGSEGV);
	CHECK(!user_last_fault.mapped && !user_last_fault.area);
	map(4, 1, RW, ANON);
	host_fail_after(0);
	FAILS(4, true, -ENOMEM, OOM);
	host_fail_after(-1);
	CHECK_EQ(user_write(mm, TASK_SIZE, 1), -EFAULT);
	end();
}

static void test_protection_withheld(void)
{
	u8 value = 0;

	begin(0);
	map(0, 2, RW, ANON);
	CHECK_EQ(user_write(mm, page_addr(0), 5), 0);
	CHECK_EQ(mm_mprotect(mm, page_addr(0), 2 * PAGE_SIZE, 0), 0);
	FAILS(0, false, -EFAULT, SIGSEGV);
	CHECK_EQ(mm->rss_anon, 1); /* the page is only withheld */
	CHECK_EQ(mm_mprotect(mm, page_addr(0), 2 * PAGE_SIZE, RW), 0);
	CHECK(user_read(mm, page_addr(0), &value) == 0 && value == 5);
	WRITES(0, COW_REUSE);
	end();
}

static void test_fork(void)
{
	struct mm_struct *parent, *child;
	u8 value;

	begin(0);
	map(0, 4, RW, ANON);
	WRITES(0, ANON);
	READS(1, ANON_ZERO);
	mm->mmap->vm_flags |= VM_LOCKED;
	mm->locked_vm += vma_pages(mm->mmap);
	child = dup_mm(mm, 9);
	CHECK(child && child->rss_anon == 1);
	CHECK(!(child->mmap->vm_flags & VM_LOCKED)); /* locks are not inherited */
	WRITES(0, COW);				     /* the parent copies */
	parent = mm;
	mm = child;
	WRITES(0, COW_REUSE); /* the child is the last owner */
	CHECK(user_read(parent, page_addr(0), &value) == 0 && value == 99);
	WRITES(1, ANON); /* only read before, by the parent */
	mm = parent;
	READS(1, NONE);
	mmput(child);
	end();
}

static void test_file(void)
{
	begin(8);
	map(0, 8, RW, MAP_PRIVATE);
	READS(0, FILE, true);
	READS(0, NONE);
	WRITES(0, COW);
	WRITES(1, FILE_COW, true);
	CHECK(mm->rss_anon == 2 && mm->rss_file == 0);
	mm_munmap(mm, BASE, 8 * PAGE_SIZE);
	map(0, 8, RW, MAP_PRIVATE);
	READS(0, FILE); /* cached by now */
	WRITES(1, FILE_COW);
	WRITES(3, FILE_COW, true);
	CHECK_EQ(fake_reads, 3);
	end();
}

static void test_shared(void)
{
	begin(8);
	map(0, 8, RW, MAP_SHARED);
	WRITES(0, SHARED, true);
	WRITES(0, NONE);
	READS(1, FILE, true);
	WRITES(1, SHARED);
	CHECK_EQ(nr_dirty_pages(), 2);
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	CHECK_EQ(nr_dirty_pages(), 0);
	CHECK_EQ(fake_disk[0][0], 99);
	READS(0, NONE);
	WRITES(0, SHARED); /* written back since: announced again */
	CHECK_EQ(nr_dirty_pages(), 1);
	end();
}

static void test_shared_memory(void)
{
	struct mm_struct *parent, *child;
	u8 value = 0;

	begin(0);
	map(0, 4, RW, MAP_SHARED | MAP_ANONYMOUS);
	READS(0, FILE);
	WRITES(0, NONE); /* nobody need know: writable at once */
	child = dup_mm(mm, 9);
	CHECK_EQ(child->rss_file, 0); /* found again by faults */
	parent = mm;
	mm = child;
	WRITES(2, SHARED);
	mm = parent;
	CHECK(user_read(mm, page_addr(2), &value) == 0 && value == 99);
	CHECK_STR(vma_name(mm->mmap), "/dev/zero (deleted)");
	mmput(child);
	end();
}

static void test_around(void)
{
	begin(40);
	for (unsigned int i = 0; i < 40; i++)
		put_page(read_cache_page(&fake_mapping, i, NULL));
	fault_around_pages = 16;
	map(3, 35, RW, MAP_PRIVATE);
	READS(3, FILE); /* pages 3 to 15: the window begins before the area */
	CHECK_EQ(mm->rss_file, 13);
	READS(15, NONE);
	WRITES(20, FILE_COW);
	READS(17, FILE);
	CHECK(mm->rss_file == 28 && mm->rss_anon == 1);
	READS(37, FILE); /* the window ends behind the area */
	CHECK_EQ(mm->rss_file, 34);
	WRITES(4, COW); /* mapped, but not for writing */
	end();

	begin(40);
	fault_around_pages = 16;
	put_page(read_cache_page(&fake_mapping, 2, NULL));
	fake_mapping.size = 5 * PAGE_SIZE;
	map(0, 16, R, MAP_SHARED);
	READS(0, FILE, true);
	READS(2, NONE); /* its cached neighbour came along */
	READS(3, FILE, true);
	FAILS(5, false, -EIO, SIGBUS);
	end();
}

/* What fork must copy of a file area: those who were merged remember it. */
static void test_fork_file(void)
{
	struct mm_struct *child;
	u8 value = 0;

	begin(8);
	map(0, 2, RW, MAP_PRIVATE);
	map(4, 2, RW, MAP_PRIVATE);
	WRITES(4, FILE_COW, true);
	map(2, 2, RW, MAP_PRIVATE); /* closes the hole: one area */
	CHECK_EQ(mm->map_count, 1);
	READS(0, FILE, true);
	child = dup_mm(mm, 9);
	CHECK(user_read(child, page_addr(4), &value) == 0 && value == 99);
	CHECK(user_read(child, page_addr(1), &value) == 0 && value == 2);
	mmput(child);
	end();
}

static void test_fork_failing(void)
{
	struct mm_struct *child = NULL;
	long n = 0;

	begin(8);
	map(0, 20, RW, ANON);
	map(20, 8, RW, MAP_PRIVATE);
	mm_mprotect(mm, page_addr(3), PAGE_SIZE, R);
	for (unsigned int i = 0; i < 8; i++)
		user_write(mm, page_addr(i == 3 ? 4 : i), 1);
	while (!child && CHECK(n < 100)) {
		host_fail_after(n++);
		child = dup_mm(mm, 9);
		host_fail_after(-1);
		user_check_counts();
	}
	CHECK(n > 6);
	mmput(child);
	end();
}

static void test_access_from_outside(void)
{
	struct page *page;
	u8 value = 0;

	begin(2);
	map(0, 2, RW, ANON);
	map(2, 1, R, ANON);
	CHECK_EQ(user_write(mm, page_addr(0) + 3, 7), 0);
	page = get_user_page(mm, page_addr(0) + 3, false);
	CHECK(!IS_ERR(page) && host_frame(page_to_pfn(page))[3] == 7);
	WRITES(0, NONE);
	put_page(page);
	page = get_user_page(mm, page_addr(1), true); /* made on demand */
	CHECK(!IS_ERR(page));
	host_frame(page_to_pfn(page))[0] = 8;
	put_page(page);
	CHECK(user_read(mm, page_addr(1), &value) == 0 && value == 8);
	CHECK_EQ(PTR_ERR(get_user_page(mm, page_addr(2), true)), -EFAULT);
	CHECK_EQ(PTR_ERR(get_user_page(mm, page_addr(9), false)), -EFAULT);
	CHECK_EQ(PTR_ERR(get_user_page(mm, TASK_SIZE, false)), -EFAULT);
	end();
}

/* An entry changed on behalf of somebody else: the owner's TLB must forget the old one. */
static void test_change_from_outside(void)
{
	struct mm_struct *child;
	struct page *page;
	u8 value = 0;

	begin(0);
	map(0, 2, RW, ANON);
	WRITES(0, ANON);
	READS(1, ANON_ZERO);
	child = dup_mm(mm, 9);
	READS(0, NONE);
	READS(1, NONE);
	for (unsigned int i = 0; i < 2; i++) {
		page = get_user_page(mm, page_addr(i), true);
		if (!CHECK(!IS_ERR(page)))
			break;
		host_frame(page_to_pfn(page))[0] = (u8)(50 + i);
		put_page(page);
		CHECK(user_read(mm, page_addr(i), &value) == 0 && value == 50 + i);
	}
	mmput(child);
	end();
}

static struct page *watched;
static int count_at_flush; /* of `watched`, when its page is flushed first */
static void (*flush)(const struct mm_struct *in, unsigned long start, unsigned long end);

static void note_count(const struct mm_struct *in, unsigned long start, unsigned long end)
{
	if (!count_at_flush)
		count_at_flush = page_count(watched);
	flush(in, start, end);
}

/* A page goes back only when no TLB knows it any more. */
static void test_flush_before_free(void)
{
	begin(0);
	map(0, 1, RW, ANON);
	WRITES(0, ANON);
	watched = get_user_page(mm, page_addr(0), false);
	count_at_flush = 0;
	flush = host_user_flush_hook;
	host_user_flush_hook = note_count;
	CHECK_EQ(mm_munmap(mm, page_addr(0), PAGE_SIZE), 0);
	host_user_flush_hook = flush;
	CHECK_EQ(count_at_flush, 2); /* the entry's reference, and ours */
	CHECK_EQ(page_count(watched), 1);
	put_page(watched);
	end();
}

/* More pages than are freed at a time. */
static void test_many_pages(void)
{
	const unsigned int n = 5 * GATHER_PAGES + 7;
	u8 value;

	begin(0);
	map(0, n, RW, ANON);
	for (unsigned int i = 0; i < n; i++)
		if (i % 11)
			CHECK_EQ(user_write(mm, page_addr(i), (u8)i | 1), 0);
	CHECK_EQ(mm_madvise(mm, BASE, n * PAGE_SIZE, MADV_DONTNEED), 0);
	CHECK_EQ(mm->rss_anon, 0);
	for (unsigned int i = 0; i < n; i++)
		CHECK(user_read(mm, page_addr(i), &value) == 0 && value == 0);
	end();
}

/* An anonymous page knows that it is one, and where it belongs, until it is freed. */
static void test_anon_mark(void)
{
	struct page *own, *copy, *cached;

	begin(4);
	map(0, 2, RW, ANON);
	map(2, 2, RW, MAP_PRIVATE);
	own = get_user_page(mm, page_addr(1), true);
	copy = get_user_page(mm, page_addr(3), true);
	cached = find_get_page(&fake_mapping, 3);
	CHECK(PageAnon(own) && !page_mapping(own) && own->index == page_addr(1) >> PAGE_SHIFT);
	CHECK(PageAnon(copy) && !page_mapping(copy) && copy->index == 3);
	CHECK(!PageAnon(cached) && page_mapping(cached) == &fake_mapping && cached->index == 3);
	put_page(cached);
	CHECK_EQ(mm_munmap(mm, BASE, 4 * PAGE_SIZE), 0);
	CHECK(PageAnon(own) && !page_mapcount(own) && page_count(own) == 1);
	put_page(own);
	put_page(copy);
	CHECK(!PageAnon(own) && !page_count(own) && !PageAnon(copy) && !page_count(copy));
	end();
}

/* Calls of cond_resched() since `before`. */
static unsigned long gave_way(unsigned long *before)
{
	unsigned long n = host_resched_points - *before;

	*before = host_resched_points;
	return n;
}

/* Whatever a program may make long lets others run on its way. */
static void test_gives_way(void)
{
	const unsigned int pages = 2048; /* two page tables and a bit */
	unsigned long before = host_resched_points;
	struct mm_struct *child;

	begin(40);
	CHECK_EQ(mm_mmap(mm, NULL, BASE, pages * PAGE_SIZE, RW, ANON | MAP_FIXED | MAP_POPULATE, 0),
		 (long)BASE);
	CHECK(mm->rss_anon == pages && gave_way(&before) >= pages - 1);
	child = dup_mm(mm, 3);
	CHECK(gave_way(&before) >= pages / 256);
	CHECK(mm_mprotect(mm, BASE, pages * PAGE_SIZE, R) == 0 && gave_way(&before) >= 2);
	CHECK_EQ(mm_madvise(mm, BASE, pages * PAGE_SIZE, MADV_DONTNEED), 0);
	CHECK(gave_way(&before) >= pages / 256);
	mmput(child);
	CHECK(gave_way(&before) >= pages / 256);
	for (unsigned int i = 0; i < pages; i += 2)
		CHECK_EQ(mm_mprotect(mm, page_addr(i), PAGE_SIZE, RW), 0);
	gave_way(&before);
	CHECK(mm_munmap(mm, BASE, pages * PAGE_SIZE) == 0 && gave_way(&before) >= 2 * pages - 2);
	end();
}

static void test_install(void)
{
	struct vm_area_struct *stack;
	struct page *page;
	u8 value = 0;

	user_ledger_open();
	page = alloc_page(GFP_HIGHUSER);
	mm = mm_alloc();
	down_write(&mm->mmap_sem);
	stack = mm_setup_stack(mm, 2 * PAGE_SIZE);
	host_frame(page_to_pfn(page))[1] = 33;
	host_fail_after(0);
	CHECK_EQ(install_anon_page(stack, STACK_TOP - PAGE_SIZE, page), -ENOMEM);
	host_fail_after(-1);
	CHECK_EQ(install_anon_page(stack, STACK_TOP - PAGE_SIZE, page), 0);
	CHECK_EQ(install_anon_page(stack, STACK_TOP - PAGE_SIZE, page), -EEXIST);
	up_write(&mm->mmap_sem);
	CHECK(user_read(mm, STACK_TOP - PAGE_SIZE + 1, &value) == 0 && value == 33);
	CHECK_EQ(user_write(mm, STACK_TOP - PAGE_SIZE, 1), 0);
	CHECK_EQ(mm->rss_anon, 1);
	user_check_counts();
	mmput(mm);
	user_ledger_close();
}

static const struct test tests[] = {
	{"anonymous memory", test_anon},
	{"accesses that are refused", test_refused},
	{"PROT_NONE withholds pages, and keeps them", test_protection_withheld},
	{"fork shares, the first writer copies", test_fork},
	{"private file pages", test_file},
	{"shared file pages", test_shared},
	{"shared anonymous memory", test_shared_memory},
	{"neighbours are mapped by the same fault", test_around},
	{"fork copies what the file does not have", test_fork_file},
	{"fork without memory leaves nothing behind", test_fork_failing},
	{"pages of another address space", test_access_from_outside},
	{"changes from outside reach the TLB", test_change_from_outside},
	{"what is unmapped is flushed before it is freed", test_flush_before_free},
	{"many pages go in batches", test_many_pages},
	{"anonymous pages are marked until they are freed", test_anon_mark},
	{"what takes long lets others run", test_gives_way},
	{"pages that exec brings", test_install},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
