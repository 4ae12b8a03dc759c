/*
 * user_helpers.c - lets a test's kernel thread have an address space.
 *
 * While it has one it is like a user task in a system call: it may be scheduled
 * away and comes back to it. What it borrowed before stays borrowed meanwhile.
 */
#include "kernel/user_helpers.h"
#include "arch/irq.h"
#include "i386/thread.h"
#include "i386/uaccess.h"
#include "kernel/ktap.h"
#include "proc/task.h"

static struct mm_struct *borrowed;

struct mm_struct *test_mm_switch(struct mm_struct *mm)
{
	struct mm_struct *old = current->active_mm;

	local_irq_disable();
	current->mm = mm == borrowed ? NULL : mm;
	current->active_mm = mm;
	load_mm(old, mm);
	local_irq_enable();
	return old;
}

struct mm_struct *test_mm_begin(void)
{
	struct mm_struct *mm = mm_alloc();

	if (!EXPECT(mm))
		return NULL;
	borrowed = current->active_mm;
	test_mm_switch(mm);
	return mm;
}

void test_mm_end(void)
{
	struct mm_struct *mm = test_mm_switch(borrowed);

	validate_mm(mm);
	mmput(mm);
}

int test_peek(unsigned long addr, u32 *value)
{
	return get_user_u32(value, (const u32 *)addr);
}

int test_poke(unsigned long addr, u32 value)
{
	return put_user_u32(value, (u32 *)addr);
}

bool test_sees(unsigned long addr, u32 value)
{
	u32 seen;

	return test_peek(addr, &seen) == 0 && seen == value;
}

bool test_map_anon(unsigned long addr, unsigned long len, unsigned int type)
{
	unsigned long ret =
		(unsigned long)mm_mmap(current->mm, NULL, addr, len, PROT_READ | PROT_WRITE,
				       type | MAP_ANONYMOUS | MAP_FIXED, 0);

	return EXPECT_EQ(ret, addr);
}
