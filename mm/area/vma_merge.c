/*
 * vma_merge.c - joining neighbouring areas that are of one kind, and cutting one in two.
 *
 *   new region between P and N, all of one kind:
 *     PPP    NNN      PPP***NNN -> PPPPPPPPP      PPP*** -> PPPPPP      ***NNN -> NNNNNN
 *
 * Two areas are of one kind when flags, file and operations are the same and
 * the second one's pages follow the first one's in the file. For anonymous
 * areas vm_pgoff is the page of the address space, so neighbours always follow.
 * Areas whose operations have a close() stay apart: it counts areas. So do areas whose
 * anonymous pages are of different anon_vmas, and a forked one from regions that it does not have
 * pages of its parent in (anon_vma_mergeable()): as in Linux.
 */
#include "internal.h"

static bool same_kind(const struct vm_area_struct *vma, const struct area_kind *kind)
{
	return vma->vm_flags == kind->flags && vma->vm_file == kind->file &&
	       vma->vm_ops == kind->ops && !(kind->ops && kind->ops->close);
}

static bool can_follow(const struct vm_area_struct *prev, unsigned long start,
		       const struct area_kind *kind)
{
	return prev && prev->vm_end == start && same_kind(prev, kind) && anon_vma_may_grow(prev) &&
	       prev->vm_pgoff + vma_pages(prev) == kind->pgoff;
}

static bool can_precede(const struct vm_area_struct *next, unsigned long start, unsigned long end,
			const struct area_kind *kind)
{
	return next && next->vm_start == end && same_kind(next, kind) && anon_vma_may_grow(next) &&
	       next->vm_pgoff == kind->pgoff + ((end - start) >> PAGE_SHIFT);
}

/* The area behind, of the same kind, becomes part of `vma`. */
static __always_inline void swallow_next(struct vm_area_struct *vma)
{
	struct vm_area_struct *next = vma->vm_next;

	if (unlikely(!vma->anon_vma) && next->anon_chain && !vma->anon_chain)
		anon_vma_adopt(vma, next);
	area_hint(TRACE_VMA_UNMAP, next);
	vma_absorb(vma);
	if (next->vm_file)
		put_mapped_file(next->vm_file);
	vma_free(next); /* areas with a close() are not joined */
}

/**
 * vma_merge_new() - lets a neighbour grow over a free region instead of making an area for it.
 * @prev: the area before the region, or NULL
 *
 * Returns the area that now holds [start, end), or NULL when no neighbour is of that kind.
 * Allocates nothing; takes no reference on kind->file. mmap_sem held for writing.
 */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev,
				     unsigned long start, unsigned long end,
				     const struct area_kind *kind)
{
	struct vm_area_struct *next = prev ? prev->vm_next : mm->mmap;
	bool joins_next = can_precede(next, start, end, kind);

	if (can_follow(prev, start, kind)) {
		vma_set_bounds(prev, prev->vm_start, end);
		if (joins_next && anon_vma_mergeable(prev, next))
			swallow_next(prev);
		area_hint(TRACE_VMA_CHANGE, prev);
		return prev;
	}
	if (joins_next) {
		vma_set_bounds(next, start, next->vm_end);
		area_hint(TRACE_VMA_CHANGE, next);
		return next;
	}
	return NULL;
}

bool __vma_merge_next(struct vm_area_struct *vma)
{
	const struct vm_area_struct *next = vma->vm_next;

	if (next->vm_file != vma->vm_file || next->vm_ops != vma->vm_ops ||
	    next->vm_pgoff != vma->vm_pgoff + vma_pages(vma) ||
	    (vma->vm_ops && vma->vm_ops->close) || !anon_vma_mergeable(vma, next))
		return false;
	swallow_next(vma);
	return true;
}

/**
 * vma_split() - cuts an area in two at a page inside it.
 * @upper: a fresh area from vma_alloc_upper() that becomes the part from @addr on
 *
 * Cannot fail: all that can was done by the caller beforehand; it also tells the plugin. mmap_sem
 * held for writing.
 */
void vma_split(struct vm_area_struct *vma, unsigned long addr, struct vm_area_struct *upper)
{
	vma_copy(upper, vma);
	upper->vm_start = addr;
	upper->vm_pgoff = vma_pgoff(vma, addr);
	if (upper->vm_file)
		get_mapped_file(upper->vm_file);
	vma_cut(vma, upper);
	if (upper->vm_ops && upper->vm_ops->open)
		upper->vm_ops->open(upper);
}
