/*
 * radix_tree.h - sparse arrays of pointers by unsigned long index, with tags.
 *
 * 64 slots a node (6 bits a level); the tree is as high as its largest index
 * needs. The page cache keeps its pages here and finds the dirty ones by tag.
 */
#ifndef KERNEL_RADIX_TREE_H
#define KERNEL_RADIX_TREE_H

#include "kernel/compiler.h"
#include "kernel/types.h"

#define RADIX_TREE_MAP_SHIFT 6
#define RADIX_TREE_MAP_SIZE  (1u << RADIX_TREE_MAP_SHIFT)
#define RADIX_TREE_MAX_TAGS  2
#define RADIX_TREE_HEIGHT    DIV_ROUND_UP(BITS_PER_LONG, RADIX_TREE_MAP_SHIFT)
/* Nodes that one insertion may take: levels on top, and down to the new item. */
#define RADIX_TREE_INSERT_MAX (2 * RADIX_TREE_HEIGHT - 2)

struct radix_tree_node;

struct radix_tree_root {
	unsigned int height; /* levels; 0: empty */
	struct radix_tree_node *node;
};

#define RADIX_TREE_INIT {0, NULL}

/* Where nodes come from: set once at start-up (slab in the kernel, malloc on the host). */
void radix_tree_init(void *(*alloc_node)(size_t size), void (*free_node)(void *node));

/* Stores `item` (not NULL). Returns 0, -EEXIST or -ENOMEM (nothing changed). */
int __must_check radix_tree_insert(struct radix_tree_root *root, unsigned long index, void *item);
void *radix_tree_lookup(const struct radix_tree_root *root, unsigned long index);
/* Puts `item` in the place of the one at `index`, which keeps its tags. Returns the old one, or
 * NULL when there was none: nothing changed. */
void *radix_tree_replace(struct radix_tree_root *root, unsigned long index, void *item);
/* Returns the removed item or NULL. Frees nodes that become empty. */
void *radix_tree_delete(struct radix_tree_root *root, unsigned long index);

/* The first item at or behind *index, which becomes its index; NULL: there is none. */
void *radix_tree_next(const struct radix_tree_root *root, unsigned long *index);
/* Fills `results` with up to `max` items whose index >= first, in order; returns how many. */
unsigned int radix_tree_gang_lookup(const struct radix_tree_root *root, void **results,
				    unsigned long first, unsigned int max);
/* The same for items with an index of first to first + count - 1; count > 0. */
unsigned int radix_tree_lookup_run(const struct radix_tree_root *root, void **results,
				   unsigned long first, unsigned int count);
/* As gang_lookup, for items that carry `tag` (0 .. RADIX_TREE_MAX_TAGS - 1). */
unsigned int radix_tree_gang_lookup_tag(const struct radix_tree_root *root, void **results,
					unsigned long first, unsigned int max, unsigned int tag);
/* Tag operations on an index; a tag on an absent index is ignored. */
void radix_tree_tag_set(struct radix_tree_root *root, unsigned long index, unsigned int tag);
void radix_tree_tag_clear(struct radix_tree_root *root, unsigned long index, unsigned int tag);
bool radix_tree_tag_get(const struct radix_tree_root *root, unsigned long index, unsigned int tag);

#endif
