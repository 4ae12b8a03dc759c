/*
 * test_fault.c - page faults taken by the CPU, and what its TLB is told. A
 * forgotten flush shows only here: each case looks at memory again through a
 * translation that must have been dropped.
 */
#include "i386/uaccess.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/user_helpers.h"
#include "mm/highmem.h"
#include "mm/vmstat.h"
#include "proc/task.h"

#define BASE 0x20000000ul

static u32 faults_of(enum vm_event event)
{
	static u32 last[NR_VM_EVENTS];
	u32 now = vm_event_sum(event), since = now - last[event];

	last[event] = now;
	return since;
}

static void test_anon(void)
{
	struct mm_struct *mm = test_mm_begin();

	if (!mm || !test_map_anon(BASE, 4 * PAGE_SIZE, MAP_PRIVATE))
		return;
	faults_of(VM_PGFAULT_ANON_ZERO);
	faults_of(VM_PGFAULT_ANON);
	EXPECT(test_sees(BASE, 0));
	EXPECT_EQ(faults_of(VM_PGFAULT_ANON_ZERO), 1);
	EXPECT_EQ(mm->rss_anon, 0);
	EXPECT_EQ(test_poke(BASE, 7), 0);
	EXPECT(test_sees(BASE, 7));
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 8), 0);
	EXPECT_EQ(faults_of(VM_PGFAULT_ANON), 2);
	EXPECT_EQ(faults_of(VM_PGFAULT_ANON_ZERO), 0);
	EXPECT_EQ(mm->rss_anon, 2);
	test_mm_end();
}

static void test_refused(void)
{
	struct mm_struct *mm = test_mm_begin();
	u32 value;

	if (!mm || !test_map_anon(BASE, PAGE_SIZE, MAP_PRIVATE))
		return;
	faults_of(VM_PGFAULT_FIXUP);
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 1), -EFAULT);
	EXPECT_EQ(test_peek(0, &value), -EFAULT);
	EXPECT_EQ(faults_of(VM_PGFAULT_FIXUP), 2);
	EXPECT_EQ(mm_mprotect(mm, BASE, PAGE_SIZE, PROT_READ), 0);
	EXPECT(test_sees(BASE, 0));
	EXPECT_EQ(test_poke(BASE, 1), -EFAULT);
	EXPECT_EQ(mm_mprotect(mm, BASE, PAGE_SIZE, 0), 0);
	EXPECT_EQ(test_peek(BASE, &value), -EFAULT);
	test_mm_end();
}

/* Each change of an entry that the TLB knows: what was allowed must fault. */
static void test_flushes(void)
{
	struct mm_struct *mm = test_mm_begin();
	unsigned int i;
	u32 value;

	if (!mm || !test_map_anon(BASE, 64 * PAGE_SIZE, MAP_PRIVATE))
		return;
	for (i = 0; i < 64; i++)
		EXPECT_EQ(test_poke(BASE + i * PAGE_SIZE, i), 0);
	EXPECT_EQ(mm_mprotect(mm, BASE + PAGE_SIZE, PAGE_SIZE, PROT_READ), 0);
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 9), -EFAULT);
	EXPECT(test_sees(BASE + PAGE_SIZE, 1));
	EXPECT_EQ(mm_munmap(mm, BASE + 2 * PAGE_SIZE, PAGE_SIZE), 0);
	EXPECT_EQ(test_peek(BASE + 2 * PAGE_SIZE, &value), -EFAULT);
	EXPECT_EQ(mm_madvise(mm, BASE + 3 * PAGE_SIZE, PAGE_SIZE, MADV_DONTNEED), 0);
	EXPECT(test_sees(BASE + 3 * PAGE_SIZE, 0));
	EXPECT_EQ(mm_mprotect(mm, BASE + 4 * PAGE_SIZE, 60 * PAGE_SIZE, PROT_READ), 0);
	for (i = 4; i < 64; i++)
		EXPECT_EQ(test_poke(BASE + i * PAGE_SIZE, 9), -EFAULT);
	EXPECT_EQ(mm_munmap(mm, BASE, 64 * PAGE_SIZE), 0);
	for (i = 0; i < 64; i++)
		EXPECT_EQ(test_peek(BASE + i * PAGE_SIZE, &value), -EFAULT);
	test_mm_end();
}

static void test_fork(void)
{
	struct mm_struct *parent = test_mm_begin(), *child;
	unsigned int shared = cmdline_has("nocow") ? 0 : 1; /* pages, between two tasks */

	if (!parent || !test_map_anon(BASE, 4 * PAGE_SIZE, MAP_PRIVATE) ||
	    !test_map_anon(BASE + 8 * PAGE_SIZE, PAGE_SIZE, MAP_SHARED))
		return;
	EXPECT_EQ(test_poke(BASE, 1), 0);
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 2), 0);
	child = dup_mm(parent, 0);
	if (!EXPECT(child))
		return;
	faults_of(VM_PGFAULT_COW);
	faults_of(VM_PGFAULT_COW_REUSE);
	EXPECT_EQ(test_poke(BASE, 11), 0); /* the TLB must not let it through */
	EXPECT_EQ(faults_of(VM_PGFAULT_COW), shared);
	EXPECT_EQ(test_poke(BASE + 8 * PAGE_SIZE, 88), 0);
	test_mm_switch(child);
	EXPECT(test_sees(BASE, 1));
	EXPECT(test_sees(BASE + PAGE_SIZE, 2));
	EXPECT(test_sees(BASE + 8 * PAGE_SIZE, 88));
	EXPECT_EQ(test_poke(BASE, 21), 0);
	EXPECT_EQ(faults_of(VM_PGFAULT_COW_REUSE), shared);
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 22), 0);
	EXPECT_EQ(faults_of(VM_PGFAULT_COW), shared);
	validate_mm(child);
	test_mm_switch(parent);
	EXPECT(test_sees(BASE, 11));
	EXPECT(test_sees(BASE + PAGE_SIZE, 2));
	mmput(child);
	test_mm_end();
}

static void test_stack(void)
{
	struct mm_struct *mm = test_mm_begin();
	struct vm_area_struct *stack;

	if (!mm)
		return;
	down_write(&mm->mmap_sem);
	stack = mm_setup_stack(mm, PAGE_SIZE);
	up_write(&mm->mmap_sem);
	EXPECT(!IS_ERR(stack));
	faults_of(VM_PGFAULT_STACK);
	EXPECT_EQ(test_poke(STACK_TOP - 4, 1), 0);
	EXPECT_EQ(faults_of(VM_PGFAULT_STACK), 0);
	EXPECT_EQ(test_poke(STACK_TOP - 100 * PAGE_SIZE, 2), 0);
	EXPECT_EQ(faults_of(VM_PGFAULT_STACK), 1);
	EXPECT_EQ(mm->stack_vm, 100);
	EXPECT_EQ(test_poke(STACK_TOP - STACK_LIMIT - 4, 3), -EFAULT);
	test_mm_end();
}

/* A page of an address space that is not loaded, made on demand, then seen by its owner. */
static void test_from_outside(void)
{
	struct mm_struct *mm = test_mm_begin(), *other;
	struct page *page;
	u32 *word;

	if (!mm)
		return;
	other = mm_alloc();
	if (!EXPECT(other))
		return;
	EXPECT_EQ(mm_mmap(other, NULL, BASE, PAGE_SIZE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		  BASE);
	page = get_user_page(other, BASE, true);
	if (EXPECT(!IS_ERR(page))) {
		word = kmap(page);
		word[1] = 77;
		kunmap(page);
		put_page(page);
	}
	test_mm_switch(other);
	EXPECT(test_sees(BASE + 4, 77));
	test_mm_switch(mm);
	mmput(other);
	test_mm_end();
}

/* One copy that faults many times, across the border of two page tables. */
static void test_long_copy(void)
{
	static u8 buf[3 * 4096];
	const unsigned long at = BASE + PGDIR_SIZE - 2 * PAGE_SIZE + 100;
	struct mm_struct *mm = test_mm_begin();
	unsigned int i, wrong = 0;

	if (!mm || !test_map_anon(BASE + PGDIR_SIZE - 2 * PAGE_SIZE, 4 * PAGE_SIZE, MAP_PRIVATE))
		return;
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (u8)(i * 7);
	EXPECT_EQ(copy_to_user((void *)at, buf, sizeof(buf)), 0);
	for (i = 0; i < sizeof(buf); i++)
		buf[i] = 0;
	EXPECT_EQ(copy_from_user(buf, (void *)at, sizeof(buf)), 0);
	for (i = 0; i < sizeof(buf); i++)
		wrong += buf[i] != (u8)(i * 7);
	EXPECT_EQ(wrong, 0);
	/* It ends where the area does, and says how much is left. */
	EXPECT_EQ(copy_to_user((void *)(BASE + PGDIR_SIZE + 2 * PAGE_SIZE - 10), buf, 100), 90);
	test_mm_end();
}

static const struct ktap_case cases[] = {
	{"anonymous", test_anon},
	{"refused", test_refused},
	{"changes_reach_the_tlb", test_flushes},
	{"copy_on_write", test_fork},
	{"stack_growth", test_stack},
	{"from_outside", test_from_outside},
	{"long_copy", test_long_copy},
	{NULL, NULL},
};

const struct ktap_suite fault_suite = {"fault", cases};
