/*
 * interval_tree.c - ranges of pages that may overlap: the areas that map a file, and those
 * that may have pages of an anon_vma.
 *
 * A red-black tree sorted by first page. Each node also knows the last page that any
 * range of its subtree holds (subtree_last), so that a search for some pages passes
 * by all that end before them:
 *
 *        [2..9] 30            first = 20:  [2..9] ends before, go right, because
 *        /        \                        30 >= 20; [4..30] holds it. On the left
 *   [0..3] 3    [4..30] 30                 3 < 20: nothing there is looked at.
 *
 * All that contain one page are found in log n steps each. The lock that covers a tree
 * (mapping->i_mmap_lock, anon_vma_lock) covers the bounds of the areas in it, too.
 */
#include "kernel/rbtree_augmented.h"
#include "internal.h"

static struct interval_node *interval(struct rb_node *node)
{
	return rb_entry(node, struct interval_node, rb);
}

/* Does the subtree reach page `first`? */
static bool reaches(struct rb_node *node, unsigned long first)
{
	return node && interval(node)->subtree_last >= first;
}

/* Recomputes subtree_last from the range itself and its children; true if it changed. */
static __always_inline bool set_subtree_last(struct rb_node *node)
{
	unsigned long last = interval(node)->last;

	if (node->left)
		last = max(last, interval(node->left)->subtree_last);
	if (node->right)
		last = max(last, interval(node->right)->subtree_last);
	if (last == interval(node)->subtree_last)
		return false;
	interval(node)->subtree_last = last;
	return true;
}

/* The subtree gets a range that ends at `last`. */
static void reach(struct rb_node *node, unsigned long last)
{
	if (interval(node)->subtree_last < last)
		interval(node)->subtree_last = last;
}

static __noinline void rebalance(struct rb_root *root, struct interval_node *node)
{
	__rb_insert_rebalance(root, &node->rb, set_subtree_last);
}

void interval_node_insert(struct rb_root *root, struct interval_node *node)
{
	struct rb_node **link = &root->node, *parent = NULL;

	while (*link) {
		parent = *link;
		reach(parent, node->last);
		link = node->first < interval(parent)->first ? &parent->left : &parent->right;
	}
	rb_link_node(&node->rb, parent, link);
	node->subtree_last = node->last;
	rebalance(root, node);
}

/* Right behind `like`, without a search. All nodes above that one reach as far as it does. */
void interval_node_insert_copy(struct rb_root *root, struct interval_node *node,
			       struct interval_node *like)
{
	struct rb_node *parent = &like->rb, **link = &parent->right;

	node->first = like->first;
	node->last = like->last;
	node->subtree_last = like->last;
	while (*link) {
		parent = *link;
		reach(parent, node->last);
		link = &parent->left;
	}
	rb_link_node(&node->rb, parent, link);
	if (parent->red)
		rebalance(root, node);
}

void interval_node_remove(struct rb_root *root, struct interval_node *node)
{
	__rb_erase(root, &node->rb, set_subtree_last);
}

void interval_node_set_last(struct interval_node *node, unsigned long last)
{
	node->last = last;
	__rb_augment_path(&node->rb, set_subtree_last);
}

/* The first range of a subtree that reaches `first`, or NULL: that one begins behind `last`. */
static struct interval_node *first_below(struct rb_node *node, unsigned long first,
					 unsigned long last)
{
	while (interval(node)->first <= last || reaches(node->left, first)) {
		if (reaches(node->left, first))
			node = node->left;
		else if (interval(node)->last >= first)
			return interval(node);
		else if (reaches(node->right, first))
			node = node->right;
		else
			break;
	}
	return NULL;
}

struct interval_node *interval_node_first(const struct rb_root *root, unsigned long first,
					  unsigned long last)
{
	return reaches(root->node, first) ? first_below(root->node, first, last) : NULL;
}

struct interval_node *interval_node_next(struct interval_node *node, unsigned long first,
					 unsigned long last)
{
	struct rb_node *rb = &node->rb, *from;

	for (;;) {
		if (reaches(rb->right, first))
			return first_below(rb->right, first, last);
		do {
			from = rb;
			rb = rb->parent;
			if (!rb)
				return NULL;
		} while (from == rb->right);
		if (interval(rb)->first > last)
			return NULL;
		if (interval(rb)->last >= first)
			return interval(rb);
	}
}
