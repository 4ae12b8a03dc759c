/*
 * madvise.c - advice on the use of memory.
 *
 * Only some of it is more than advice: DONTNEED gives the pages back at once
 * (the next touch sees zeroes, or the file again), and FREE may do the same at
 * any time, so it does; DONTFORK and DOFORK say whether fork copies the area; PAGEOUT sends pages
 * to the disk, and COLD makes them the next to go (reclaim/range.c). The rest is accepted and has
 * no effect, which advice may.
 */
#include "fault/internal.h"
#include "internal.h"
#include "mm/reclaim.h"

static int advise_area(struct vm_area_struct *vma, unsigned long start, unsigned long end,
		       int advice)
{
	struct mmu_gather gather;

	if (advice != MADV_DONTNEED && advice != MADV_FREE && advice != MADV_COLD &&
	    advice != MADV_PAGEOUT)
		return 0;
	if (vma->vm_flags & VM_LOCKED)
		return -EINVAL;
	if (advice == MADV_COLD)
		cool_range(vma->vm_mm, start, end);
	if (advice == MADV_PAGEOUT)
		reclaim_range(vma->vm_mm, start, end, RECLAIM_ANON | RECLAIM_FILE);
	if (advice == MADV_COLD || advice == MADV_PAGEOUT)
		return 0;
	if (advice == MADV_FREE && vma->vm_ops)
		return -EINVAL; /* anonymous private memory only, as on Linux */
	gather_begin(&gather, vma->vm_mm, false);
	zap_range(&gather, start, end);
	gather_end(&gather);
	return 0;
}

/* Goes on over holes, and reports them at the end, as Linux does. */
static int advise_range(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	struct vm_area_struct *vma = find_vma(mm, start);
	int err, hole = 0;

	for (; start < end; vma = vma->vm_next) {
		if (!vma || vma->vm_start >= end)
			return -ENOMEM;
		if (vma->vm_start > start) {
			hole = -ENOMEM;
			start = vma->vm_start;
		}
		err = advise_area(vma, start, min(end, vma->vm_end), advice);
		if (err)
			return err;
		start = vma->vm_end;
		if (start < end)
			cond_resched();
	}
	return hole;
}

static int advise(struct mm_struct *mm, unsigned long start, unsigned long end, int advice)
{
	if (advice == MADV_DONTFORK)
		return change_area_flags(mm, start, end, 0, VM_DONTCOPY);
	if (advice == MADV_DOFORK)
		return change_area_flags(mm, start, end, VM_DONTCOPY, 0);
	return advise_range(mm, start, end, advice);
}

static bool known_advice(int advice)
{
	switch (advice) {
	case MADV_NORMAL ... MADV_DONTNEED:
	case MADV_FREE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_HUGEPAGE ... MADV_DODUMP:
	case MADV_COLD:
	case MADV_PAGEOUT:
		return true;
	default:
		return false;
	}
}

long mm_madvise(struct mm_struct *mm, unsigned long addr, unsigned long len, int advice)
{
	unsigned long end = addr + PAGE_ALIGN(len);
	int err;

	if ((addr & ~PAGE_MASK) || !known_advice(advice))
		return -EINVAL;
	if ((len && !PAGE_ALIGN(len)) || end < addr)
		return -EINVAL;
	if (end == addr)
		return 0;
	if (end > TASK_SIZE)
		return -ENOMEM;
	/* For writing also to drop pages: no fault may bring one back half-way. */
	down_write(&mm->mmap_sem);
	err = advise(mm, addr, end, advice);
	up_write(&mm->mmap_sem);
	return err;
}
