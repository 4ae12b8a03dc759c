/*
 * rbtree.c - red-black trees: insertion, removal, walking, checking.
 *
 *   1. a node is red or black; the root is black; missing children are black
 *   2. a red node has no red child
 *   3. every way from a node down to a missing child meets as many black nodes
 *
 * so no leaf is more than twice as deep as another. Insertion hangs a red node
 * and repairs rule 2 upwards; removal of a black node repairs rule 3 upwards.
 * Both stand in rbtree_augmented.h, to be built in where that counts.
 *
 * Augmentation: a cached value depends on the nodes of its subtree, not on the
 * subtree's shape. So a rotation changes only the values of x and y.
 * Source: Cormen et al., Introduction to Algorithms, chapter 13.
 */
#include "kernel/rbtree_augmented.h"

void rb_augment_path(struct rb_node *node, rb_augment_fn augment)
{
	__rb_augment_path(node, augment);
}

void rb_insert_fixup(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	if (augment) {
		/* The new node's own value may be garbage that happens to be right. */
		augment(node);
		__rb_augment_path(node->parent, augment);
	}
	__rb_insert_rebalance(root, node, augment);
}

void rb_erase(struct rb_root *root, struct rb_node *node, rb_augment_fn augment)
{
	__rb_erase(root, node, augment);
}

static struct rb_node *outermost(struct rb_node *node, int side)
{
	while (node && rb_child(node, side))
		node = rb_child(node, side);
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

	if (rb_child(node, side))
		return outermost(rb_child(node, side), !side);
	for (parent = node->parent; parent && rb_child(parent, side) == node; parent = node->parent)
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
	if (node->red && (rb_is_red(node->left) || rb_is_red(node->right)))
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
