/*
 * interval_tree.c - the areas that map a file, by which pages of it they map.
 *
 * A red-black tree sorted by first page, vm_pgoff. Each node also knows the last
 * page that any area of its subtree maps (shared_last), so that a search for some
 * pages passes by all that end before them:
 *
 *        [2..9] 30            first = 20:  [2..9] ends before, go right, because
 *        /        \                        30 >= 20; [4..30] holds it. On the left
 *   [0..3] 3    [4..30] 30                 3 < 20: nothing there is looked at.
 *
 * All that contain one page are found in log n steps each. mapping->i_mmap_lock
 * covers the tree, and the bounds of the areas in it.
 */
#include "kernel/rbtree_augmented.h"
#include "internal.h"

static struct vm_area_struct *shared_area(struct rb_node *node)
{
	return rb_entry(node, struct vm_area_struct, shared);
}

static unsigned long last_page(const struct vm_area_struct *vma)
{
	return vma->vm_pgoff + vma_pages(vma) - 1;
}

/* Does the subtree reach page `first`? */
static bool reaches(struct rb_node *node, unsigned long first)
{
	return node && shared_area(node)->shared_last >= first;
}

/* Recomputes shared_last from the area itself and its children; true if it changed. */
static __always_inline bool set_shared_last(struct rb_node *node)
{
	struct vm_area_struct *vma = shared_area(node);
	unsigned long last = last_page(vma);

	if (node->left)
		last = max(last, shared_area(node->left)->shared_last);
	if (node->right)
		last = max(last, shared_area(node->right)->shared_last);
	if (last == vma->shared_last)
		return false;
	vma->shared_last = last;
	return true;
}

void interval_insert(struct rb_root *root, struct vm_area_struct *vma)
{
	struct rb_node **link = &root->node, *parent = NULL;
	unsigned long last = last_page(vma);

	while (*link) {
		parent = *link;
		shared_area(parent)->shared_last = max(shared_area(parent)->shared_last, last);
		link = vma->vm_pgoff < shared_area(parent)->vm_pgoff ? &parent->left
								     : &parent->right;
	}
	rb_link_node(&vma->shared, parent, link);
	vma->shared_last = last;
	__rb_insert_rebalance(root, &vma->shared, set_shared_last);
}

void interval_remove(struct rb_root *root, struct vm_area_struct *vma)
{
	__rb_erase(root, &vma->shared, set_shared_last);
}

void interval_end_changed(struct vm_area_struct *vma)
{
	__rb_augment_path(&vma->shared, set_shared_last);
}

/* The first area of a subtree that reaches `first`, or NULL: that one begins behind `last`. */
static struct vm_area_struct *first_below(struct rb_node *node, unsigned long first,
					  unsigned long last)
{
	while (shared_area(node)->vm_pgoff <= last || reaches(node->left, first)) {
		if (reaches(node->left, first))
			node = node->left;
		else if (last_page(shared_area(node)) >= first)
			return shared_area(node);
		else if (reaches(node->right, first))
			node = node->right;
		else
			break;
	}
	return NULL;
}

struct vm_area_struct *interval_first(const struct rb_root *root, unsigned long first,
				      unsigned long last)
{
	return reaches(root->node, first) ? first_below(root->node, first, last) : NULL;
}

struct vm_area_struct *interval_next(struct vm_area_struct *vma, unsigned long first,
				     unsigned long last)
{
	struct rb_node *node = &vma->shared, *from;

	for (;;) {
		if (reaches(node->right, first))
			return first_below(node->right, first, last);
		do {
			from = node;
			node = node->parent;
			if (!node)
				return NULL;
		} while (from == node->right);
		vma = shared_area(node);
		if (vma->vm_pgoff > last)
			return NULL;
		if (last_page(vma) >= first)
			return vma;
	}
}
