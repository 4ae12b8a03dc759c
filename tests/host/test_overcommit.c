/* test_overcommit.c - what is promised, and what is refused, by each call that makes promises. */
#include "../../mm/area/internal.h"
#include "machine.h"
#include "mm/oom.h"
#include "test.h"
#include "user.h"

#define RW	(PROT_READ | PROT_WRITE)
#define PRIVATE (MAP_PRIVATE | MAP_ANONYMOUS)
#define BASE	0x20000000ul
#define LIMIT	1000ul /* pages */

static struct mm_struct *mm;

static void begin(enum overcommit mode)
{
	static bool booted;

	if (!booted)
		user_boot();
	booted = true;
	user_ledger_open();
	CHECK_EQ(mm_committed_pages(), 0);
	sysctl_overcommit_memory = mode;
	sysctl_overcommit_kbytes = LIMIT * (PAGE_SIZE / 1024);
	mm = mm_alloc();
}

static void end(void)
{
	validate_mm(mm);
	mmput(mm);
	CHECK_EQ(mm_committed_pages(), 0);
	sysctl_overcommit_memory = OVERCOMMIT_GUESS;
	sysctl_overcommit_kbytes = 0;
	user_ledger_close();
}

static long map(unsigned long at, unsigned long pages, unsigned int prot, unsigned int flags)
{
	return mm_mmap(mm, NULL, at, pages * PAGE_SIZE, prot, flags, 0);
}

static bool mapped(long result)
{
	CHECK(!IS_ERR(result) || result == -ENOMEM);
	return !IS_ERR(result);
}

static void test_guess(void)
{
	unsigned long total;

	begin(OVERCOMMIT_GUESS);
	total = oom_total_pages();
	CHECK(mapped(map(0, total, RW, PRIVATE)));
	CHECK(mapped(map(0, total, RW, PRIVATE))); /* each for itself could be met */
	CHECK(!mapped(map(0, total + 1, RW, PRIVATE)));
	CHECK(!mapped(map(0, total + 1, RW, MAP_SHARED | MAP_ANONYMOUS)));
	CHECK(mapped(map(0, total + 1, RW, PRIVATE | MAP_NORESERVE)));
	CHECK(mapped(map(0, total + 1, PROT_READ, PRIVATE)));
	CHECK_EQ(mm_committed_pages(), 2 * total);
	end();
}

static void test_always(void)
{
	begin(OVERCOMMIT_ALWAYS);
	CHECK(mapped(map(0, oom_total_pages() * 4, RW, PRIVATE)));
	end();
}

/* One process does not get the last 32nd of what it has. */
static void test_limit(void)
{
	begin(OVERCOMMIT_NEVER);
	CHECK_EQ(vm_commit_limit(), LIMIT);
	CHECK(!mapped(map(0, LIMIT, RW, PRIVATE)));
	CHECK(mapped(map(0, LIMIT - 1, RW, PRIVATE)));
	CHECK(!mapped(map(0, 1, RW, PRIVATE)));
	CHECK_EQ(mm_committed_pages(), LIMIT - 1);
	sysctl_overcommit_kbytes *= 2;
	CHECK(!mapped(map(0, LIMIT - 30, RW, PRIVATE)));
	CHECK(mapped(map(0, LIMIT - 31, RW, PRIVATE)));
	end();
	begin(OVERCOMMIT_NEVER);
	sysctl_overcommit_kbytes = 0;
	sysctl_overcommit_ratio = 25;
	CHECK_EQ(vm_commit_limit(), oom_total_pages() / 4);
	/* As much as /proc takes: no limit, and not what is left of it in a word. */
	sysctl_overcommit_ratio = 0x7fffffff;
	CHECK_EQ(vm_commit_limit(), ~0ul);
	sysctl_overcommit_ratio = 50;
	end();
}

static void test_calls(void)
{
	begin(OVERCOMMIT_NEVER);
	CHECK(!mapped(map(0, LIMIT, RW, PRIVATE | MAP_NORESERVE)));
	CHECK(!mapped(map(0, LIMIT, RW, MAP_SHARED | MAP_ANONYMOUS)));
	CHECK(mapped(map(BASE, LIMIT * 2, PROT_READ, PRIVATE | MAP_FIXED)));
	CHECK_EQ(mm_mprotect(mm, BASE, LIMIT * PAGE_SIZE, RW), -ENOMEM);
	CHECK_EQ(mm_committed_pages(), 0);
	CHECK_EQ(mm_mprotect(mm, BASE, 600 * PAGE_SIZE, RW), 0);
	/* What is promised already is not promised twice. */
	CHECK_EQ(mm_mprotect(mm, BASE, 700 * PAGE_SIZE, RW), 0);
	CHECK_EQ(mm_committed_pages(), 700);
	/* In the place of what is given back. */
	CHECK(!mapped(map(0, 500, RW, PRIVATE)));
	CHECK(mapped(map(BASE, 800, RW, PRIVATE | MAP_FIXED)));
	CHECK_EQ(mm_committed_pages(), 800);
	CHECK_EQ(mm_munmap(mm, BASE, 700 * PAGE_SIZE), 0);
	CHECK_EQ(mm_committed_pages(), 100);
	end();
}

static void test_brk(void)
{
	const unsigned long start = 0x10000000;

	begin(OVERCOMMIT_NEVER);
	mm->start_brk = mm->brk = start;
	CHECK_EQ(mm_brk(mm, start + 500 * PAGE_SIZE), start + 500 * PAGE_SIZE);
	CHECK_EQ(mm_brk(mm, start + LIMIT * PAGE_SIZE), start + 500 * PAGE_SIZE);
	CHECK_EQ(mm_committed_pages(), 500);
	end();
}

static void test_fork(void)
{
	struct mm_struct *child;

	begin(OVERCOMMIT_NEVER);
	CHECK(mapped(map(BASE, 300, RW, PRIVATE | MAP_FIXED)));
	CHECK(mapped(map(0, 100, RW, MAP_SHARED | MAP_ANONYMOUS)));
	child = user_fork(mm);
	CHECK(child && mm_committed_pages() == 700);
	CHECK(!user_fork(mm));
	CHECK_EQ(mm_committed_pages(), 700);
	mmput(child);
	CHECK_EQ(mm_committed_pages(), 400);
	end();
}

static void test_stack(void)
{
	struct vm_area_struct *vma;
	unsigned long low;

	begin(OVERCOMMIT_NEVER);
	down_write(&mm->mmap_sem);
	vma = mm_setup_stack(mm, 4 * PAGE_SIZE);
	up_write(&mm->mmap_sem);
	CHECK(!IS_ERR(vma));
	low = vma->vm_start;
	CHECK_EQ(user_write(mm, low - 500 * PAGE_SIZE, 1), 0);
	CHECK_EQ(mm_committed_pages(), 504);
	CHECK_EQ(user_write(mm, low - 1100 * PAGE_SIZE, 1), -EFAULT);
	CHECK_EQ(mm_committed_pages(), 504);
	end();
}

static const struct test tests[] = {
	{"by default: no request that could never be met", test_guess},
	{"always", test_always},
	{"never: the limit", test_limit},
	{"mmap, mprotect, munmap", test_calls},
	{"brk", test_brk},
	{"fork", test_fork},
	{"a stack that grows", test_stack},
};
TEST_MAIN(tests)
