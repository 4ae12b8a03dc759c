/*
 * mlock.c - areas whose pages stay in memory: mlock(), munlock(), mlockall() and their like.
 *
 *   VM_LOCKED        no page of the area leaves memory
 *   VM_LOCKONFAULT   ... from when it is first touched; else all of them are brought in at once
 *
 * The flags are part of the area, so areas are cut and joined for them as for mprotect(). What
 * becomes of pages is fault/mlock.c's. RLIMIT_MEMLOCK holds for all; with a limit of 0 nobody may.
 */
#include "fault/internal.h"
#include "internal.h"

static bool may_lock(const struct mm_struct *mm)
{
	return mm->lock_limit;
}

/* Pages of [start, end) that are locked already. */
static unsigned long locked_pages(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	unsigned long pages = 0;

	for (struct vm_area_struct *vma = find_vma(mm, start); vma && vma->vm_start < end;
	     vma = vma->vm_next)
		if (vma->vm_flags & VM_LOCKED)
			pages += (min(vma->vm_end, end) - max(vma->vm_start, start)) >> PAGE_SHIFT;
	return pages;
}

/* Brings in what areas in [start, end) that are locked want to be there: 0 or the first error. */
static int populate_locked(struct mm_struct *mm, unsigned long start, unsigned long end, bool holes)
{
	while (start < end) {
		const struct vm_area_struct *vma;
		unsigned long from = end, to = end;
		bool wanted = false;
		int err;

		down_read(&mm->mmap_sem);
		vma = find_vma(mm, start);
		if (vma && vma->vm_start < end) {
			from = max(vma->vm_start, start);
			to = min(vma->vm_end, end);
			wanted = (vma->vm_flags & VM_LOCK_FLAGS) == VM_LOCKED;
		}
		up_read(&mm->mmap_sem);
		err = wanted ? populate_range(mm, from, to) : 0;
		if (err && !holes)
			return err;
		if (!may_go_on())
			return -EINTR;
		start = to;
	}
	return 0;
}

/* Page-aligned [*start, *end) of a request, which may be empty. 0; -EINVAL: it wraps; -ENOMEM: no
 * program's. */
static int page_range(unsigned long addr, unsigned long len, unsigned long *start,
		      unsigned long *end)
{
	*start = addr & PAGE_MASK;
	*end = *start + PAGE_ALIGN(len + (addr & ~PAGE_MASK));
	if (*end < *start)
		return -EINVAL;
	return *end > *start && *end > TASK_SIZE ? -ENOMEM : 0;
}

void mlock_by_areas(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma;
	unsigned long from, to;

	for (vma = find_vma(mm, start); vma && vma->vm_start < end; vma = vma->vm_next) {
		from = max(vma->vm_start, start);
		to = min(vma->vm_end, end);
		if (vma->vm_flags & VM_LOCKED)
			mlock_present(mm, from, to);
		else
			munlock_pages(mm, from, to);
		cond_resched();
	}
}

static int lock_areas(struct mm_struct *mm, unsigned long start, unsigned long end,
		      unsigned int flags)
{
	unsigned long pages = (end - start) >> PAGE_SHIFT, limit = mm->lock_limit >> PAGE_SHIFT;
	int err;

	if (mm->locked_vm + pages > limit &&
	    mm->locked_vm + pages - locked_pages(mm, start, end) > limit)
		return -ENOMEM;
	err = change_area_flags(mm, start, end, VM_LOCK_FLAGS, flags);
	/* Before a hole areas have been changed, all the same. */
	mlock_by_areas(mm, start, end);
	return err;
}

long mm_mlock(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int how)
{
	unsigned int flags = VM_LOCKED | (how & MLOCK_ONFAULT ? VM_LOCKONFAULT : 0);
	unsigned long start, end;
	int err;

	if (how & ~MLOCK_ONFAULT)
		return -EINVAL;
	if (!may_lock(mm))
		return -EPERM;
	err = page_range(addr, len, &start, &end);
	if (err || start == end)
		return err;
	down_write(&mm->mmap_sem);
	err = lock_areas(mm, start, end, flags);
	up_write(&mm->mmap_sem);
	if (err)
		return err;
	err = populate_locked(mm, start, end, false);
	/* As POSIX wants it. */
	return err == -ENOMEM ? -EAGAIN : err ? -ENOMEM : 0;
}

long mm_munlock(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	unsigned long start, end;
	int err;

	err = page_range(addr, len, &start, &end);
	if (err || start == end)
		return err;
	down_write(&mm->mmap_sem);
	err = change_area_flags(mm, start, end, VM_LOCK_FLAGS, 0);
	mlock_by_areas(mm, start, end);
	up_write(&mm->mmap_sem);
	return err;
}

/* All areas get these flags of locking, as far as there is memory for cutting them. */
static void set_all(struct mm_struct *mm, unsigned int flags)
{
	const struct vm_area_struct *vma;
	unsigned long end;

	for (vma = mm->mmap; vma; vma = find_vma(mm, end)) {
		end = vma->vm_end;
		change_area_flags(mm, vma->vm_start, end, VM_LOCK_FLAGS, flags);
		cond_resched();
	}
	mlock_by_areas(mm, 0, TASK_SIZE);
}

long mm_mlockall(struct mm_struct *mm, unsigned int how)
{
	unsigned int flags = VM_LOCKED | (how & MCL_ONFAULT ? VM_LOCKONFAULT : 0);
	int err = 0;

	if (!how || (how & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) || how == MCL_ONFAULT)
		return -EINVAL;
	if (!may_lock(mm))
		return -EPERM;
	down_write(&mm->mmap_sem);
	if ((how & MCL_CURRENT) && mm->total_vm > mm->lock_limit >> PAGE_SHIFT) {
		err = -ENOMEM;
	} else {
		mm->def_flags = how & MCL_FUTURE ? flags : 0;
		if (how & MCL_CURRENT)
			set_all(mm, flags);
	}
	up_write(&mm->mmap_sem);
	if (!err && (how & MCL_CURRENT))
		populate_locked(mm, 0, TASK_SIZE, true);
	return err;
}

long mm_munlockall(struct mm_struct *mm)
{
	down_write(&mm->mmap_sem);
	mm->def_flags = 0;
	set_all(mm, 0);
	up_write(&mm->mmap_sem);
	return 0;
}

/*
 * The flags go first: as long as an area has them, reclaim may put its pages on the list again. If
 * there is no memory to cut an area, its pages leave the list all the same; if then they do not go,
 * the caller puts them back.
 */
void munlock_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	unsigned long to;

	/* By address: areas are cut and joined on the way. */
	for (unsigned long from = start; from < end; from = to) {
		const struct vm_area_struct *vma = find_vma_intersection(mm, from, end);

		if (!vma)
			return;
		from = max(vma->vm_start, from);
		to = min(vma->vm_end, end);
		if (vma->vm_flags & VM_LOCKED) {
			change_area_flags(mm, from, to, VM_LOCK_FLAGS, 0);
			munlock_pages(mm, from, to);
		}
	}
}
