/*
 * brk.c - the heap: one anonymous area that ends at the break.
 *
 *   start_code ... end_data | BSS | start_brk ======== brk ->      mmap area
 */
#include "fault/internal.h"
#include "internal.h"

int do_brk_area(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int prot)
{
	struct area_kind kind = {
		.flags = (prot & VM_RIGHTS) | VM_MAYREAD | VM_MAYWRITE | VM_MAYEXEC | VM_ACCOUNT |
			 mm->def_flags,
		.pgoff = addr >> PAGE_SHIFT,
	};

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_sem));
	if ((addr & ~PAGE_MASK) || addr < MMAP_MIN_ADDR)
		return -EINVAL;
	if (!user_range_ok(addr, len))
		return -ENOMEM;
	len = PAGE_ALIGN(len);
	if (!may_lock_more(mm, kind.flags, len))
		return -EAGAIN;
	return len ? map_region(mm, addr, addr + len, &kind) : 0;
}

/* Heap and initialised data together are what RLIMIT_DATA limits. */
static bool within_data_limit(const struct mm_struct *mm, unsigned long brk)
{
	unsigned long data = mm->end_data - mm->start_data, heap = brk - mm->start_brk;

	return data <= mm->data_limit && heap <= mm->data_limit - data;
}

static void grow_heap(struct mm_struct *mm, unsigned long brk)
{
	unsigned long from = PAGE_ALIGN(mm->brk), to = PAGE_ALIGN(brk), old = mm->brk;
	struct vm_area_struct *next = find_vma(mm, from);

	/* One page stays free between the heap and whatever comes next. */
	if (next && to + PAGE_SIZE > vma_start_gap(next))
		return;
	mm->brk = brk; /* first, so that the area is known as the heap */
	if (do_brk_area(mm, from, to - from, PROT_READ | PROT_WRITE))
		mm->brk = old;
}

static void set_brk(struct mm_struct *mm, unsigned long brk)
{
	unsigned long from = PAGE_ALIGN(mm->brk), to = PAGE_ALIGN(brk);

	if (to > from) {
		grow_heap(mm, brk);
		return;
	}
	if (to == from || !do_munmap(mm, to, from - to))
		mm->brk = brk;
}

long mm_brk(struct mm_struct *mm, unsigned long brk)
{
	unsigned long old;
	long ret;

	down_write(&mm->mmap_sem);
	old = PAGE_ALIGN(mm->brk);
	if (brk >= mm->start_brk && brk < TASK_SIZE && within_data_limit(mm, brk))
		set_brk(mm, brk);
	ret = (long)mm->brk;
	up_write(&mm->mmap_sem);
	if (unlikely((mm->def_flags & VM_LOCK_FLAGS) == VM_LOCKED))
		populate_range(mm, old, PAGE_ALIGN((unsigned long)ret));
	return ret;
}
