/*
 * radix_tree.c - sparse arrays of pointers, with tags.
 *
 * An index is cut into digits of 6 bits; each level of nodes consumes one, the
 * top one first. A tree of height h holds indices below 64^h; it grows a new
 * top node when an index needs one and shrinks when only slot 0 of the top is
 * left.
 *
 *     height 2, index 130 = digits 2, 2:   root -> [. . * ...]  level 1
 *                                                      |
 *                                                     [. . item ...]  level 0
 *
 * A node keeps one bit a slot for each tag; in an inner node it says "some item
 * below has the tag", so that a tagged walk skips what has none.
 *
 * Not locked: the caller's lock covers the tree.
 */
#include "kernel/radix_tree.h"
#include "kernel/bitops.h"
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "kernel/string.h"

#define MAP_MASK   (RADIX_TREE_MAP_SIZE - 1)
#define TAG_LONGS  BITS_TO_LONGS(RADIX_TREE_MAP_SIZE)
#define MAX_HEIGHT RADIX_TREE_HEIGHT

struct radix_tree_node {
	unsigned int count;	       /* slots in use */
	unsigned long used[TAG_LONGS]; /* which they are */
	void *slots[RADIX_TREE_MAP_SIZE];
	unsigned long tags[RADIX_TREE_MAX_TAGS][TAG_LONGS];
};

/* The way from the root to an index: node and slot number on each level, leaf first. */
struct path {
	struct radix_tree_node *node[MAX_HEIGHT];
	unsigned int offset[MAX_HEIGHT];
};

static void *(*alloc_hook)(size_t size);
static void (*free_hook)(void *node);

void radix_tree_init(void *(*alloc_node)(size_t size), void (*free_node)(void *node))
{
	alloc_hook = alloc_node;
	free_hook = free_node;
}

static struct radix_tree_node *new_node(void)
{
	struct radix_tree_node *node = alloc_hook(sizeof(*node));

	if (node)
		memset(node, 0, sizeof(*node));
	return node;
}

static void set_slot(struct radix_tree_node *node, unsigned int slot, void *item)
{
	node->slots[slot] = item;
	node->count++;
	__set_bit(slot, node->used);
}

static void clear_slot(struct radix_tree_node *node, unsigned int slot)
{
	node->slots[slot] = NULL;
	node->count--;
	__clear_bit(slot, node->used);
}

static unsigned int level_shift(unsigned int level)
{
	return level * RADIX_TREE_MAP_SHIFT;
}

static unsigned int digit(unsigned long index, unsigned int level)
{
	return index >> level_shift(level) & MAP_MASK;
}

/* Does a tree of this height have a place for the index? */
static bool height_holds(unsigned int height, unsigned long index)
{
	return height >= MAX_HEIGHT || (height && index >> level_shift(height) == 0);
}

static bool any_tag(const struct radix_tree_node *node, unsigned int tag)
{
	for (unsigned int i = 0; i < TAG_LONGS; i++)
		if (node->tags[tag][i])
			return true;
	return false;
}

/* Adds levels on top until the index fits; the old tree becomes slot 0 of the new top. */
static int grow(struct radix_tree_root *root, unsigned long index)
{
	while (!height_holds(root->height, index)) {
		struct radix_tree_node *top;

		if (root->node) {
			top = new_node();
			if (!top)
				return -ENOMEM;
			set_slot(top, 0, root->node);
			for (unsigned int tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
				if (any_tag(root->node, tag))
					__set_bit(0, top->tags[tag]);
			root->node = top;
		}
		root->height++;
	}
	return 0;
}

/* Removes top nodes that hold nothing but slot 0, and the tree itself when it is empty. */
static void shrink(struct radix_tree_root *root)
{
	while (root->node) {
		struct radix_tree_node *top = root->node;

		if (top->count > 1 || (top->count == 1 && (root->height == 1 || !top->slots[0])))
			return;
		root->node = top->count ? top->slots[0] : NULL;
		root->height--;
		free_hook(top);
	}
	root->height = 0;
}

/*
 * Fills the path to an index as far as there are nodes. Returns true when it
 * reaches the leaf (whose slot may still be empty).
 */
static bool find_path(const struct radix_tree_root *root, unsigned long index, struct path *path)
{
	struct radix_tree_node *node = root->node;

	if (!node || !height_holds(root->height, index))
		return false;
	for (unsigned int level = root->height; level-- > 0;) {
		path->node[level] = node;
		path->offset[level] = digit(index, level);
		if (level == 0)
			return true;
		node = node->slots[path->offset[level]];
		if (!node)
			return false;
	}
	return false;
}

/* Frees the empty nodes on a path, from `level` up. */
static void prune(struct radix_tree_root *root, struct path *path, unsigned int level)
{
	for (; level + 1 < root->height && !path->node[level]->count; level++) {
		free_hook(path->node[level]);
		clear_slot(path->node[level + 1], path->offset[level + 1]);
	}
	shrink(root);
}

/* Fills the path to an index, making the nodes that miss. On failure none of them is left. */
static int make_path(struct radix_tree_root *root, unsigned long index, struct path *path)
{
	struct radix_tree_node *node = root->node;

	for (unsigned int level = root->height; level-- > 0;) {
		bool top = level + 1 == root->height;

		if (!node) {
			node = new_node();
			if (!node) {
				prune(root, path, level + 1);
				return -ENOMEM;
			}
			if (top)
				root->node = node;
			else
				set_slot(path->node[level + 1], path->offset[level + 1], node);
		}
		path->node[level] = node;
		path->offset[level] = digit(index, level);
		node = node->slots[path->offset[level]];
	}
	return 0;
}

int radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item)
{
	struct path path;
	struct radix_tree_node *leaf;

	BUG_ON(!item);
	if (grow(root, index)) {
		shrink(root);
		return -ENOMEM;
	}
	if (make_path(root, index, &path))
		return -ENOMEM;
	leaf = path.node[0];
	if (leaf->slots[path.offset[0]])
		return -EEXIST;
	set_slot(leaf, path.offset[0], item);
	return 0;
}

/* The leaf for an index, or NULL. */
static __always_inline struct radix_tree_node *leaf_of(const struct radix_tree_root *root,
						       unsigned long index)
{
	struct radix_tree_node *node = root->node;

	if (unlikely(!node || !height_holds(root->height, index)))
		return NULL;
	for (unsigned int level = root->height - 1; level > 0; level--) {
		node = node->slots[digit(index, level)];
		if (unlikely(!node))
			return NULL;
	}
	return node;
}

void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index)
{
	const struct radix_tree_node *leaf = leaf_of(root, index);

	return leaf ? leaf->slots[digit(index, 0)] : NULL;
}

void *radix_tree_replace(struct radix_tree_root *root, unsigned long index, void *item)
{
	struct radix_tree_node *leaf = leaf_of(root, index);
	void **slot, *old;

	BUG_ON(!item);
	if (!leaf)
		return NULL;
	slot = &leaf->slots[digit(index, 0)];
	old = *slot;
	if (old)
		*slot = item;
	return old;
}

/* Clears the tag bit of the leaf, and upwards while no other slot has it. */
static void path_clear_tag(const struct radix_tree_root *root, struct path *path, unsigned int tag)
{
	for (unsigned int level = 0; level < root->height; level++) {
		__clear_bit(path->offset[level], path->node[level]->tags[tag]);
		if (any_tag(path->node[level], tag))
			return;
	}
}

void *radix_tree_delete(struct radix_tree_root *root, unsigned long index)
{
	struct radix_tree_node *leaf = leaf_of(root, index);
	unsigned int slot = digit(index, 0);
	struct path path;
	void *item;

	item = leaf ? leaf->slots[slot] : NULL;
	if (!item)
		return NULL;
	for (unsigned int tag = 0; tag < RADIX_TREE_MAX_TAGS; tag++)
		if (unlikely(test_bit(slot, leaf->tags[tag])))
			radix_tree_tag_clear(root, index, tag);
	clear_slot(leaf, slot);
	/* Else nothing above has changed. */
	if (unlikely(!leaf->count) && find_path(root, index, &path))
		prune(root, &path, 0);
	return item;
}

void radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, unsigned int tag)
{
	struct path path;

	if (!find_path(root, index, &path) || !path.node[0]->slots[path.offset[0]])
		return;
	for (unsigned int level = 0; level < root->height; level++)
		__set_bit(path.offset[level], path.node[level]->tags[tag]);
}

void radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, unsigned int tag)
{
	struct path path;

	if (find_path(root, index, &path))
		path_clear_tag(root, &path, tag);
}

bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, unsigned int tag)
{
	struct path path;

	return find_path(root, index, &path) && test_bit(path.offset[0], path.node[0]->tags[tag]);
}

/* First slot at or after `from` that is in use (tag < 0) or has the tag; MAP_SIZE: none. */
static unsigned int next_slot(const struct radix_tree_node *node, unsigned int from, int tag)
{
	const unsigned long *bits = tag >= 0 ? node->tags[tag] : node->used;

	return (unsigned int)find_next_bit(bits, RADIX_TREE_MAP_SIZE, from);
}

/* First index behind the subtree of `level` levels that holds index; 0: there is none. */
static unsigned long index_behind(unsigned long index, unsigned int level)
{
	unsigned int shift = level_shift(level);

	return shift < BITS_PER_LONG ? ((index >> shift) + 1) << shift : 0;
}

/*
 * Goes down once towards the first item at or after *index (with the tag,
 * unless tag < 0). Returns the leaf that holds it and sets *index; or NULL with
 * *index moved behind a subtree that has none (0: at the end of all).
 */
static const struct radix_tree_node *descend(const struct radix_tree_root *root,
					     unsigned long *index, int tag)
{
	const struct radix_tree_node *node = root->node, *leaf = NULL;

	for (unsigned int level = root->height; level-- > 0;) {
		unsigned int from = digit(*index, level);
		unsigned int slot = next_slot(node, from, tag);

		if (slot == RADIX_TREE_MAP_SIZE) {
			*index = index_behind(*index, level + 1);
			return NULL;
		}
		if (slot != from)
			*index = ((*index >> level_shift(level)) + (slot - from))
				 << level_shift(level);
		leaf = node;
		node = node->slots[slot];
	}
	return leaf;
}

static const struct radix_tree_node *find_leaf(const struct radix_tree_root *root,
					       unsigned long *index, int tag)
{
	while (root->node && height_holds(root->height, *index)) {
		const struct radix_tree_node *leaf = descend(root, index, tag);

		if (leaf || *index == 0)
			return leaf;
	}
	return NULL;
}

void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index)
{
	const struct radix_tree_node *leaf = find_leaf(root, index, -1);

	return leaf ? leaf->slots[digit(*index, 0)] : NULL;
}

/* Items of a leaf from `slot` up to and with `last`, at most `max`. */
static unsigned int leaf_items(const struct radix_tree_node *leaf, unsigned int slot,
			       unsigned int last, void **results, unsigned int max)
{
	void **to = results, **full = results + max;
	unsigned int word;

	for (word = slot / BITS_PER_LONG; word <= last / BITS_PER_LONG; word++) {
		void *const *items = leaf->slots + word * BITS_PER_LONG;
		unsigned long bits = leaf->used[word];

		if (word == slot / BITS_PER_LONG)
			bits &= ~0ul << slot % BITS_PER_LONG;
		if (word == last / BITS_PER_LONG)
			bits &= ~0ul >> (BITS_PER_LONG - 1 - last % BITS_PER_LONG);
		for (; bits && to < full; bits &= bits - 1)
			*to++ = items[__ffs(bits)];
	}
	return (unsigned int)(to - results);
}

/* Items with an index of first to last, at most `max`. Each leaf is looked up once. */
static unsigned int range_lookup(const struct radix_tree_root *root, void **results,
				 unsigned long first, unsigned long last, unsigned int max)
{
	const struct radix_tree_node *leaf;
	unsigned int found = 0;

	while (found < max && first <= last && (leaf = find_leaf(root, &first, -1)) != NULL &&
	       first <= last) {
		bool last_leaf = (first | MAP_MASK) >= last;

		found += leaf_items(leaf, digit(first, 0), last_leaf ? digit(last, 0) : MAP_MASK,
				    results + found, max - found);
		if (last_leaf)
			break;
		first = index_behind(first, 1);
	}
	return found;
}

unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max)
{
	return range_lookup(root, results, first, ~0ul, max);
}

/* File faults look up short aligned runs: one word of `used` tells which items are there. */
unsigned int radix_tree_lookup_run(const struct radix_tree_root *root, void **results,
				   unsigned long first, unsigned int count)
{
	unsigned long last = first + (count - 1), bits;
	const struct radix_tree_node *leaf;
	void *const *items;
	void **to = results;

	if (unlikely((first ^ last) >= BITS_PER_LONG))
		return range_lookup(root, results, first, last < first ? ~0ul : last, count);
	leaf = leaf_of(root, first);
	if (unlikely(!leaf))
		return 0;
	items = leaf->slots + digit(first, 0);
	bits = leaf->used[digit(first, 0) / BITS_PER_LONG] >> first % BITS_PER_LONG;
	for (bits &= ~0ul >> (BITS_PER_LONG - count); bits; bits &= bits - 1)
		*to++ = items[__ffs(bits)];
	return (unsigned int)(to - results);
}

unsigned int radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **results,
					unsigned long first, unsigned int max, unsigned int tag)
{
	const struct radix_tree_node *leaf;
	unsigned int found = 0;

	while (found < max && (leaf = find_leaf(root, &first, (int)tag)) != NULL) {
		unsigned int slot = digit(first, 0);

		while (slot < RADIX_TREE_MAP_SIZE && found < max) {
			results[found++] = leaf->slots[slot];
			slot = next_slot(leaf, slot + 1, (int)tag);
		}
		first = index_behind(first, 1);
		if (first == 0)
			break;
	}
	return found;
}
