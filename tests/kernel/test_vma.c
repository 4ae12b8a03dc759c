/*
 * test_vma.c - areas on the booted kernel: a few requests with known outcomes,
 * and many random ones after each of which the address space must agree with
 * itself. What areas do in detail is tested on the host.
 */
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/user_helpers.h"
#include "mm/zone.h"

#define BASE	0x20000000ul
#define PAGES	64u
#define RANDOMS 600u

static void test_layout(void)
{
	struct mm_struct *mm = test_mm_begin();
	struct vm_area_struct *stack;
	long addr;

	if (!mm)
		return;
	down_write(&mm->mmap_sem);
	stack = mm_setup_stack(mm, 4 * PAGE_SIZE);
	up_write(&mm->mmap_sem);
	EXPECT(!IS_ERR(stack) && stack->vm_end == STACK_TOP);
	addr = mm_mmap(mm, NULL, 0, PAGE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, 0);
	EXPECT_EQ(addr, mm->mmap_base - PAGE_SIZE);
	EXPECT(mm->mmap_base + STACK_LIMIT + STACK_GUARD_GAP <= STACK_TOP);
	EXPECT_EQ(mm_mmap(mm, NULL, 0, PAGE_SIZE, PROT_READ,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		  -EPERM);
	EXPECT_EQ(mm->map_count, 2);
	test_mm_end();
}

static void test_tables(void)
{
	struct mm_struct *mm = test_mm_begin();
	unsigned long i;

	if (!mm)
		return;
	for (i = 0; i < 4; i++)
		if (test_map_anon(BASE + i * PGDIR_SIZE, PAGE_SIZE, MAP_PRIVATE))
			EXPECT_EQ(test_poke(BASE + i * PGDIR_SIZE, 1), 0);
	EXPECT_EQ(mm->nr_ptes, 4);
	EXPECT_EQ(mm_munmap(mm, BASE + PGDIR_SIZE, PAGE_SIZE), 0);
	EXPECT_EQ(mm->nr_ptes, 3); /* a table goes with the last area of its 4 MiB */
	EXPECT_EQ(mm_munmap(mm, BASE, 4 * PGDIR_SIZE), 0);
	EXPECT_EQ(mm->nr_ptes, 0);
	EXPECT_EQ(mm->rss_anon, 0);
	test_mm_end();
}

static u32 random_state;

static u32 pick(u32 limit)
{
	random_state = random_state * 1664525 + 1013904223; /* Numerical Recipes */
	return (random_state >> 8) % limit;
}

static void one_request(struct mm_struct *mm)
{
	unsigned long addr = BASE + pick(PAGES) * PAGE_SIZE, len = (1 + pick(12)) * PAGE_SIZE;
	u32 value;

	switch (pick(6)) {
	case 0:
	case 1:
		EXPECT_EQ(mm_mmap(mm, NULL, addr, len, pick(8),
				  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
			  addr);
		break;
	case 2:
		EXPECT_EQ(mm_munmap(mm, addr, len), 0);
		break;
	case 3:
		mm_mprotect(mm, addr, len, pick(8)); /* may meet a hole */
		break;
	case 4:
		if (test_poke(addr, (u32)addr) == 0)
			EXPECT(test_sees(addr, (u32)addr));
		break;
	default:
		if (test_peek(addr, &value) == 0)
			EXPECT(value == 0 || value == addr);
	}
}

static void test_random_requests(void)
{
	struct mm_struct *mm = test_mm_begin();
	unsigned int i;

	if (!mm)
		return;
	random_state = 1;
	for (i = 0; i < RANDOMS; i++) {
		one_request(mm);
		validate_mm(mm);
	}
	test_mm_end();
}

static const struct ktap_case cases[] = {
	{"layout", test_layout},
	{"page_tables_come_and_go", test_tables},
	{"random_requests", test_random_requests},
	{NULL, NULL},
};

const struct ktap_suite vma_suite = {"vma", cases};
