/*
 * rbtree.c - red-black trees: insertion, removal, walking, checking.
 *
 *   1. a node is red or black; the root is black; missing children are black
 *   2. a red node has no red child
 *   3. every way from a node down to a missing child meets as many black nodes
 *
 * so no leaf is more than twice as deep as another. Insertion hangs a red node
 * and repairs rule 2 upwards; removal of a black node repairs rule 3 upwards.
 * Both are written once, for the two mirror images: side 0 is left, 1 right.
 *
 *        rotate x towards side s              x                 y
 *        (y was its child on 1 - s):         / \      ->       / \
 *                                           a   y             x   c
 *                                              / \           / \
 *                                             b   c         a   b
 *
 * Augmentation: a cached value depends on the nodes of its subtree, not on the
 * subtree's shape. So a rotation changes only the values of x and y.
 * Source: Cormen et al., Introduction to Algorithms, chapter 13.
 */
#include "kernel/rbtree.h"

static bool is_red(const struct rb_node *node)
{
	return node && node->red;
}

static struct rb_node **child_link(struct rb_node *node, int side)
{
	return side ? &node->right : &node->left;
}

static struct rb_node *child(const struct rb_node *node, int side)
{
	return side ? node->right : node->left;
}

/* Which child of its parent a node is. */
static int side_of(const struct rb_node *parent, const struct rb_node *node)
{
	return parent->right == node;
}

/* Puts `new` (may be NULL) where `old` hangs under `parent` (NULL: the root). */
static void replace_child(struct rb_root *root, struct rb_node *parent, struct rb_node *old,
			  struct rb_node *new)
{
	if (parent)
		*child_link(parent, side_of(parent, old)) = new;
	else
		root->node = new;
	if (new)
		new->parent = parent;
}

static void rotate(struct rb_root *root, struct rb_node *x, int side, rb_augment_fn augment)
{
	struct rb_node *y = child(x, !side);
	struct rb_node *b = child(y, side);

	replace_child(root, x->parent, x, y);
	*child_link(x, !side) = b;
	if (b)
		b->parent = x;
	*child_link(y, side) = x;
	x->parent = y;
	if (augment) {
		augment(x);
		augment(y);
	}
}

void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->parent = parent;
	node->left = NULL;
	node->right = NULL;
	node->red = true;
	*link = node;
}

void rb_augment_path(struct rb_node *node, rb_augment_fn augment)
{
	while (node && augment(node))
		node = node->parent;
}

void rb_insert_fixup(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	struct rb_node *parent, *grand, *uncle;
	int side;

	if (augment) {
		/* The new node's own value may be garbage that happens to be right. */
		augment(node);
		rb_augment_path(node->parent, augment);
	}
	while (is_red(parent = node->parent)) {
		grand = parent->parent; /* a red node is never the root */
		side = side_of(grand, parent);
		uncle = child(grand, !side);
		if (is_red(uncle)) {
			parent->red = false;
			uncle->red = false;
			grand->red = true;
			node = grand;
			continue;
		}
		if (side_of(parent, node) != side) {
			rotate(root, parent, side, augment);
			parent = node;
		}
		parent->red = false;
		grand->red = true;
		rotate(root, grand, !side, augment);
		break;
	}
	root->node->red = false;
}

/* The way below `node`'s place under `parent` lacks one black node: put it back. */
static void erase_fixup(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
			rb_augment_fn augment)
{
	while (parent && !is_red(node)) {
		int side = side_of(parent, node);
		struct rb_node *sibling = child(parent, !side);

		if (sibling->red) {
			sibling->red = false;
			parent->red = true;
			rotate(root, parent, side, augment);
			sibling = child(parent, !side);
		}
		if (!is_red(sibling->left) && !is_red(sibling->right)) {
			sibling->red = true;
			node = parent;
			parent = node->parent;
			continue;
		}
		if (!is_red(child(sibling, !side))) {
			child(sibling, side)->red = false;
			sibling->red = true;
			rotate(root, sibling, !side, augment);
			sibling = child(parent, !side);
		}
		sibling->red = parent->red;
		parent->red = false;
		child(sibling, !side)->red = false;
		rotate(root, parent, side, augment);
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
static void augment_after_erase(struct rb_node *node, struct rb_node *moved, rb_augment_fn augment)
{
	for (; node; node = node->parent) {
		bool changed = augment(node);

		if (node == moved)
			moved = NULL;
		else if (!changed && !moved)
			return;
	}
}

void rb_erase(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
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
	replace_child(root, parent, gone, below);
	if (moved) {
		if (parent == node)
			parent = moved;
		moved->left = node->left;
		moved->right = node->right;
		moved->red = node->red;
		replace_child(root, node->parent, node, moved);
		if (moved->left)
			moved->left->parent = moved;
		if (moved->right)
			moved->right->parent = moved;
	}
	if (augment)
		augment_after_erase(parent, moved, augment);
	if (!was_red)
		erase_fixup(root, below, parent, augment);
}

static struct rb_node *outermost(struct rb_node *node, int side)
{
	while (node && child(node, side))
		node = child(node, side);
	return node;
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->node, 0);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->node, 1);
}

/* The neighbour of a node in order, on the given side. */
static struct rb_node *step(const struct rb_node *node, int side)
{
	const struct rb_node *parent;

	if (child(node, side))
		return outermost(child(node, side), !side);
	for (parent = node->parent; parent && child(parent, side) == node; parent = node->parent)
		node = parent;
	return (struct rb_node *)parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return step(node, 1);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return step(node, 0);
}

/* Black height of a subtree, or -1. Recursion is as deep as the tree: at most 64. */
static int check_subtree(const struct rb_node *node)
{
	int left, right;

	if (!node)
		return 0;
	if (node->left && node->left->parent != node)
		return -1;
	if (node->right && node->right->parent != node)
		return -1;
	if (node->red && (is_red(node->left) || is_red(node->right)))
		return -1;
	left = check_subtree(node->left);
	right = check_subtree(node->right);
	if (left < 0 || left != right)
		return -1;
	return left + !node->red;
}

int rb_check(const struct rb_root *root)
{
	if (root->node && (root->node->parent || root->node->red))
		return -1;
	return check_subtree(root->node);
}
