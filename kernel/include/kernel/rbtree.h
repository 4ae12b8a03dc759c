/*
 * rbtree.h - red-black trees with the nodes inside the objects, optionally
 * augmented: each node may cache a value computed from itself and its
 * children (the VMA tree keeps the largest free gap of each subtree).
 * The caller searches and links; the library keeps the balance.
 * Source: Cormen et al., Introduction to Algorithms, chapter 13.
 */
#ifndef KERNEL_RBTREE_H
#define KERNEL_RBTREE_H

#include "kernel/compiler.h"
#include "kernel/types.h"

struct rb_node {
	struct rb_node *parent, *left, *right;
	bool red;
};

struct rb_root {
	struct rb_node *node;
};

#define RB_ROOT          \
	(struct rb_root) \
	{                \
		NULL     \
	}
#define rb_entry(ptr, type, member) container_of(ptr, type, member)

/* Recomputes the cached value of one node from itself and its children; returns true if it
 * changed. The library calls it upwards after an insertion, a removal or a rotation. */
typedef bool (*rb_augment_fn)(struct rb_node *node);

/* Links `node` as the child at `link` of `parent` (found by the caller's search). */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->parent = parent;
	node->left = NULL;
	node->right = NULL;
	node->red = true;
	*link = node;
}
/* Restores the balance after rb_link_node(). `augment` may be NULL. */
void rb_insert_fixup(struct rb_root *root, struct rb_node *node, rb_augment_fn augment);
void rb_erase(struct rb_root *root, struct rb_node *node, rb_augment_fn augment);
/* Recomputes cached values from `node` up to the root, stopping where nothing changes. */
void rb_augment_path(struct rb_node *node, rb_augment_fn augment);

struct rb_node *rb_first(const struct rb_root *root);
struct rb_node *rb_last(const struct rb_root *root);
struct rb_node *rb_next(const struct rb_node *node);
struct rb_node *rb_prev(const struct rb_node *node);

/* For tests: checks colours, black heights and parent links; returns the black height or -1. */
int rb_check(const struct rb_root *root);

#endif
