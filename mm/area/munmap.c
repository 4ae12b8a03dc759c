/*
 * munmap.c - taking mappings away.
 *
 *   before     AAAAAA  BBB  CCCCCC
 *   munmap        [-----------)
 *   after      AAA             CCC        B goes, A and C shrink
 *
 *   before     AAAAAAAAAA
 *   munmap        [---)
 *   after      AAA     aaa                the one case that needs a new area
 *
 * The new area is allocated first; after that nothing can fail. Then pages go,
 * while the areas still tell truncation where to look for them; then areas
 * shrink or leave; then page tables whose 4 MiB hold no area any more.
 */
#include "fault/internal.h"
#include "internal.h"

/*
 * Takes the areas from `vma` on that end at or below `end` out, and returns
 * them linked through vm_next; *rest is the first that stays.
 */
static struct vm_area_struct *detach_areas(struct vm_area_struct *vma, unsigned long end,
					   struct vm_area_struct **rest)
{
	struct vm_area_struct *gone = NULL, **tail = &gone, *next;

	for (; vma && vma->vm_end <= end; vma = next) {
		next = vma->vm_next;
		area_hint(TRACE_VMA_UNMAP, vma);
		vma_unlink(vma);
		vma->vm_next = NULL;
		*tail = vma;
		tail = &vma->vm_next;
		if (next)
			cond_resched();
	}
	*rest = vma;
	return gone;
}

static void destroy_areas(struct vm_area_struct *vma)
{
	while (vma) {
		struct vm_area_struct *next = vma->vm_next;

		vma_destroy(vma);
		vma = next;
		if (vma)
			cond_resched();
	}
}

/* The area keeps [start, end) of what it had. */
static void trim_area(struct vm_area_struct *vma, unsigned long start, unsigned long end)
{
	vma_set_bounds(vma, start, end);
	area_hint(TRACE_VMA_CHANGE, vma);
}

/*
 * Takes [start, end) out of the areas from `first` on, and what has no area any
 * more out of the page tables. The areas that are gone are left to be destroyed.
 */
static struct vm_area_struct *remove_areas(struct mmu_gather *gather, struct vm_area_struct *first,
					   unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev = first->vm_prev, *vma = first, *next, *gone;

	if (first->vm_start < start) {
		trim_area(first, first->vm_start, start);
		prev = first;
		vma = first->vm_next;
	}
	gone = detach_areas(vma, end, &next);
	if (next && next->vm_start < end)
		trim_area(next, end, next->vm_end);
	free_tables(gather, start, end, prev ? prev->vm_end : 0, next ? next->vm_start : TASK_SIZE);
	return gone;
}

/* The range lies strictly inside one area: its upper part becomes an area of its own. */
static int split_around(struct vm_area_struct *vma, unsigned long end,
			struct vm_area_struct **upper)
{
	if (vma->vm_mm->map_count >= MAX_MAP_COUNT)
		return -ENOMEM;
	*upper = vma_alloc_upper(vma);
	if (!*upper)
		return -ENOMEM;
	vma_split(vma, end, *upper);
	return 0;
}

int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	struct vm_area_struct *first, *gone, *upper = NULL;
	unsigned long end = start + PAGE_ALIGN(len);
	struct mmu_gather gather;
	int err;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_sem));
	if ((start & ~PAGE_MASK) || !len || !user_range_ok(start, len))
		return -EINVAL;
	if (unlikely(mm->locked_vm))
		munlock_range(mm, start, end);
	first = find_vma_intersection(mm, start, end);
	if (!first)
		return 0;
	if (first->vm_start < start && first->vm_end > end) {
		err = split_around(first, end, &upper);
		if (err) {
			if (unlikely(mm->locked_vm))
				mlock_by_areas(mm, start, end);
			return err;
		}
	}
	gather_begin(&gather, mm, false);
	zap_range(&gather, start, end);
	gone = remove_areas(&gather, first, start, end);
	gather_end(&gather);
	if (upper)
		area_hint(TRACE_VMA_MAP, upper);
	destroy_areas(gone);
	return 0;
}

long mm_munmap(struct mm_struct *mm, unsigned long addr, unsigned long len)
{
	long ret;

	down_write(&mm->mmap_sem);
	ret = do_munmap(mm, addr, len);
	up_write(&mm->mmap_sem);
	return ret;
}
