/*
 * unmapped_area.c - where a mapping goes when the caller does not insist on a place.
 *
 * First choice is the caller's hint. Else the highest free place below
 * mm->mmap_base, so that the heap can grow up from below and the stack keeps
 * its own room above; when that is full, the lowest one from a third of the
 * address space up.
 *
 * Both searches walk the tree in address order, downwards or upwards, and step
 * into a subtree only when its largest gap (rb_subtree_gap) is big enough.
 * Such a subtree holds a fit for certain, unless the fit crosses the limit of
 * the search, which happens along one path only: the search takes O(log n).
 */
#include "kernel/compiler.h"
#include "internal.h"

/* Lowest address of the search that goes upwards. */
#define BOTTOM_UP_BASE PAGE_ALIGN(TASK_SIZE / 3)

struct search {
	unsigned long len, low, high; /* the place must lie in [low, high) */
};

static bool worth_entering(struct rb_node *node, unsigned long len)
{
	return node && node_area(node)->rb_subtree_gap >= len;
}

/* The part of the gap [start, end) inside the limits; false when `len` does not fit there. */
static bool clip_gap(const struct search *search, unsigned long *start, unsigned long *end)
{
	*start = max(*start, search->low);
	*end = min(*end, search->high);
	return *end > *start && *end - *start >= search->len;
}

static bool fits_below(const struct search *search, const struct vm_area_struct *vma,
		       unsigned long *start, unsigned long *end)
{
	*start = vma->vm_prev ? vma->vm_prev->vm_end : 0;
	*end = vma_start_gap(vma);
	return clip_gap(search, start, end);
}

/*
 * Climbs from a finished subtree to the next ancestor that is still to be
 * visited: the one whose `right` (or, going up in addresses, left) child it was.
 */
static struct rb_node *climb(struct rb_node *node, bool from_right)
{
	struct rb_node *parent = node->parent;

	while (parent && (from_right ? parent->right : parent->left) != node) {
		node = parent;
		parent = node->parent;
	}
	return parent;
}

/* Highest place, or 0. */
static unsigned long search_down(struct mm_struct *mm, const struct search *search)
{
	unsigned long start = mm->highest_vm_end, end = TASK_SIZE;
	struct rb_node *node = mm->mm_rb.node;
	bool enter = true;

	if (clip_gap(search, &start, &end))
		return end - search->len;
	if (!worth_entering(node, search->len))
		return 0;
	while (node) {
		struct vm_area_struct *vma = node_area(node);

		/* All gaps of the right subtree start at or above this area's end. */
		if (enter && vma->vm_end < search->high &&
		    worth_entering(node->right, search->len)) {
			node = node->right;
			continue;
		}
		if (fits_below(search, vma, &start, &end)) {
			mm->mmap_cache = vma; /* find_vma() of that place, which is next */
			return end - search->len;
		}
		if (start <= search->low)
			return 0; /* the rest lies below the limit */
		enter = worth_entering(node->left, search->len);
		node = enter ? node->left : climb(node, true);
	}
	return 0;
}

/* Lowest place, or 0. */
static unsigned long search_up(const struct mm_struct *mm, const struct search *search)
{
	struct rb_node *node = mm->mm_rb.node;
	unsigned long start, end;
	bool enter = true;

	while (node) {
		struct vm_area_struct *vma = node_area(node);

		/* All gaps of the left subtree end at or below this area's start. */
		if (enter && vma->vm_start > search->low &&
		    worth_entering(node->left, search->len)) {
			node = node->left;
			continue;
		}
		if (fits_below(search, vma, &start, &end))
			return start;
		enter = worth_entering(node->right, search->len);
		node = enter ? node->right : climb(node, false);
	}
	start = mm->highest_vm_end;
	end = TASK_SIZE;
	return clip_gap(search, &start, &end) ? start : 0;
}

static bool hint_is_free(struct mm_struct *mm, unsigned long hint, unsigned long len)
{
	struct vm_area_struct *prev, *vma = find_vma_prev(mm, hint, &prev);

	if (hint < MMAP_MIN_ADDR || !user_range_ok(hint, len))
		return false;
	return (!vma || hint + len <= vma_start_gap(vma)) && (!prev || prev->vm_end <= hint);
}

/**
 * get_unmapped_area() - finds `len` free bytes (page-aligned, not 0).
 * @hint: a page-aligned wish, taken when that place is free; 0: none
 *
 * Returns the address, or -ENOMEM in the same word (test with IS_ERR()). mmap_sem held.
 */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long hint, unsigned long len)
{
	struct search search = {.len = len, .low = MMAP_MIN_ADDR, .high = mm->mmap_base};
	unsigned long addr;

	if (len > TASK_SIZE - MMAP_MIN_ADDR)
		return (unsigned long)-ENOMEM;
	if (hint && hint_is_free(mm, hint, len))
		return hint;
	addr = search_down(mm, &search);
	if (!addr) {
		search.low = BOTTOM_UP_BASE;
		search.high = TASK_SIZE;
		addr = search_up(mm, &search);
	}
	return addr ? addr : (unsigned long)-ENOMEM;
}
