/*
 * rbtree_augmented.h - the algorithms of rbtree.c as inline templates.
 *
 * A user whose trees are on a hot path (the areas of an address space) makes
 * functions of its own from these, with its `augment` built in: called through
 * a pointer it would be most of the cost. Everybody else calls rbtree.c.
 *
 *        rotate x towards side s              x                 y
 *        (y was its child on 1 - s):         / \      ->       / \
 *                                           a   y             x   c
 *                                              / \           / \
 *                                             b   c         a   b
 *
 * Everything is written once for the two mirror images: side 0 is left, 1 right.
 */
#ifndef KERNEL_RBTREE_AUGMENTED_H
#define KERNEL_RBTREE_AUGMENTED_H

#include "kernel/rbtree.h"

static inline bool rb_is_red(const struct rb_node *node)
{
	return node && node->red;
}

static inline struct rb_node **rb_child_link(struct rb_node *node, int side)
{
	return side ? &node->right : &node->left;
}

static inline struct rb_node *rb_child(const struct rb_node *node, int side)
{
	return side ? node->right : node->left;
}

/* Which child of its parent a node is. */
static inline int rb_side_of(const struct rb_node *parent, const struct rb_node *node)
{
	return parent->right == node;
}

/* Puts `new` (may be NULL) where `old` hangs under `parent` (NULL: the root). */
static inline void rb_replace_child(struct rb_root *root, struct rb_node *parent,
				    struct rb_node *old, struct rb_node *new)
{
	if (parent)
		*rb_child_link(parent, rb_side_of(parent, old)) = new;
	else
		root->node = new;
	if (new)
		new->parent = parent;
}

static __always_inline void rb_rotate(struct rb_root *root, struct rb_node *x, int side,
				      rb_augment_fn augment)
{
	struct rb_node *y = rb_child(x, !side);
	struct rb_node *b = rb_child(y, side);

	rb_replace_child(root, x->parent, x, y);
	*rb_child_link(x, !side) = b;
	if (b)
		b->parent = x;
	*rb_child_link(y, side) = x;
	x->parent = y;
	if (augment) {
		augment(x);
		augment(y);
	}
}

static __always_inline void __rb_augment_path(struct rb_node *node, rb_augment_fn augment)
{
	while (node && augment(node))
		node = node->parent;
}

/* Restores the balance above a node just linked. Cached values must be right, its own too. */
static __always_inline void __rb_insert_rebalance(struct rb_root *root, struct rb_node *node,
						  rb_augment_fn augment)
{
	struct rb_node *parent, *grand, *uncle;
	int side;

	while (rb_is_red(parent = node->parent)) {
		grand = parent->parent; /* a red node is never the root */
		side = rb_side_of(grand, parent);
		uncle = rb_child(grand, !side);
		if (rb_is_red(uncle)) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (rb_side_of(parent, node) != side) {
			rb_rotate(root, parent, side, augment);
			parent = node;
		}
		parent->red = false;
		grand->red = true;
		rb_rotate(root, grand, !side, augment);
		break;
	}
	root->node->red = false;
}

/* The way below `node`'s place under `parent` lacks one black node: put it back. */
static __always_inline void rb_erase_fixup(struct rb_root *root, struct rb_node *node,
					   struct rb_node *parent, rb_augment_fn augment)
{
	while (parent && !rb_is_red(node)) {
		int side = rb_side_of(parent, node);
		struct rb_node *sibling = rb_child(parent, !side);

		if (sibling->red) {
			sibling->red = false;
			parent->red = true;
			rb_rotate(root, parent, side, augment);
			sibling = rb_child(parent, !side);
		}
		if (!rb_is_red(sibling->left) && !rb_is_red(sibling->right)) {
			sibling->red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!rb_is_red(rb_child(sibling, !side))) {
			rb_child(sibling, side)->red = false;
			sibling->red = true;
			rb_rotate(root, sibling, !side, augment);
			sibling = rb_child(parent, !side);
		}
		sibling->red = parent->red;
		parent->red = false;
		rb_child(sibling, !side)->red = false;
		rb_rotate(root, parent, side, augment);
		return;
	}
	if (node)
		node->red = false;
}

/*
 * Values from `node` upwards, after a removal. Up to and with `moved` (a node
 * that took another's place, so that its old value says nothing; may be NULL)
 * all are computed; above it, until nothing changes.
 */
static __always_inline void rb_augment_after_erase(struct rb_node *node, struct rb_node *moved,
						   rb_augment_fn augment)
{
	for (; node; node = node->parent) {
		bool changed = augment(node);

		if (node == moved)
			moved = NULL;
		else if (!changed && !moved)
			return;
	}
}

static __always_inline void __rb_erase(struct rb_root *root, struct rb_node *node,
				       rb_augment_fn augment)
{
	struct rb_node *gone = node, *moved = NULL, *below, *parent;
	bool was_red;

	/* `gone` is the place that vanishes: the node's, or its successor's. */
	if (node->left && node->right) {
		for (gone = node->right; gone->left;)
			gone = gone->left;
		moved = gone;
	}
	below = gone->left ? gone->left : gone->right;
	parent = gone->parent;
	was_red = gone->red;
	rb_replace_child(root, parent, gone, below);
	if (moved) {
		if (parent == node)
			parent = moved;
		moved->left = node->left;
		moved->right = node->right;
		moved->red = node->red;
		rb_replace_child(root, node->parent, node, moved);
		if (moved->left)
			moved->left->parent = moved;
		if (moved->right)
			moved->right->parent = moved;
	}
	if (augment)
		rb_augment_after_erase(parent, moved, augment);
	if (!was_red)
		rb_erase_fixup(root, below, parent, augment);
}

#endif
