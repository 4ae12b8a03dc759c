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
#include "vm.h"

/* Areas that lose all, linked through vm_next, when mm itself no longer knows them. */
static struct vm_area_struct *detach_areas(struct vm_area_struct *first, unsigned long end)
{
	struct vm_area_struct *gone = NULL, **tail = &gone, *vma, *next;

	for (vma = first; vma && vma->vm_end <= end; vma = next) {
		next = vma->vm_next;
		area_hint(TRACE_VMA_UNMAP, vma);
		vma_unlink(vma);
		vma->vm_next = NULL;
		*tail = vma;
		tail = &vma->vm_next;
	}
	return gone;
}

static void destroy_areas(struct vm_area_struct *vma)
{
	while (vma) {
		struct vm_area_struct *next = vma->vm_next;

		vma_destroy(vma);
		vma = next;
	}
}

/*
 * Takes the areas of [start, end) out, `first` being the lowest of them; cuts those at the edges.
 * Returns those that are to be destroyed.
 */
static struct vm_area_struct *remove_areas(struct vm_area_struct *first, unsigned long start,
					   unsigned long end)
{
	struct vm_area_struct *vma = first;

	if (vma->vm_start < start) {
		vma_set_bounds(vma, vma->vm_start, start);
		area_hint(TRACE_VMA_CHANGE, vma);
		vma = vma->vm_next;
	}
	return detach_areas(vma, end);
}

/* The area that holds `end` loses what lies below it. */
static void cut_front(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct vm_area_struct *vma = find_vma_intersection(mm, start, end);

	if (!vma)
		return;
	vma_set_bounds(vma, end, vma->vm_end);
	area_hint(TRACE_VMA_CHANGE, vma);
}

static void free_range_tables(struct mmu_gather *gather, unsigned long start, unsigned long end)
{
	struct vm_area_struct *prev, *next = find_vma_prev(gather->mm, start, &prev);

	free_tables(gather, start, end, prev ? prev->vm_end : 0, next ? next->vm_start : TASK_SIZE);
}

int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len)
{
	struct vm_area_struct *first, *gone, *upper = NULL;
	unsigned long end;
	struct mmu_gather gather;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_sem));
	if ((start & ~PAGE_MASK) || !user_range_ok(start, len))
		return -EINVAL;
	end = start + PAGE_ALIGN(len);
	if (start == end)
		return -EINVAL;
	first = find_vma_intersection(mm, start, end);
	if (!first)
		return 0;
	if (first->vm_start < start && first->vm_end > end) {
		if (mm->map_count >= MAX_MAP_COUNT)
			return -ENOMEM;
		upper = vma_alloc(mm);
		if (!upper)
			return -ENOMEM;
	}

	gather_begin(&gather, mm, false);
	zap_range(&gather, start, end);
	if (upper)
		vma_split(first, end, upper);
	gone = remove_areas(first, start, end);
	cut_front(mm, start, end);
	free_range_tables(&gather, start, end);
	gather_end(&gather);
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
