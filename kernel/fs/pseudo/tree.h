/*
 * tree.h - built-in directories described by one table of paths: /sys and /proc/sys.
 *
 * A path is relative to the root of the tree, and stands behind that of its
 * directory, which has an entry of its own. One component may end in '#', which
 * stands for a number: "node/node#/meminfo" is a file of each node.
 */
#ifndef FS_TREE_H
#define FS_TREE_H

#include "fs/vfs/internal.h"
#include "fs/pseudo/text.h"

#define TREE_MAX_NUMBER 255 /* the largest number for which '#' stands */

struct tree_entry {
	const char *path;
	u32 mode; /* S_IFDIR or S_IFREG, and who may: a file without `store` is read only */
	/* A file's contents: 0 or errno. `number` is what '#' stands for, or 0. May sleep. */
	int (*show)(struct text *text, int number);
	/* One write: its text, without the line's end. 0 or errno. May sleep. */
	int (*store)(char *words, int number);
	/* '#': the smallest number >= from that there is, or -1. For other names: the entry
	 * exists when next(0) is 0; NULL: always. Does not sleep. */
	int (*next)(int from);
};

struct tree {
	const struct tree_entry *entries; /* ends in a NULL path */
	struct fs_super *sb;
	struct inode *above; /* what ".." is at the root; NULL when the root is the super's */
	u32 first_ino;	     /* the root's; those of the entries follow */
};

/* The root directory of a tree, made anew: referenced, or ERR_PTR(-ENOMEM). */
struct inode *tree_root(const struct tree *tree);
/* Was the inode made by this file? And gives one back: for super_ops.free_inode. */
bool is_tree_inode(const struct inode *inode);
void tree_free_inode(struct inode *inode);

/*
 * Parses `count` unsigned decimal numbers apart by blanks, which is all that `words` may hold;
 * with `fewer`, that many are not needed. Returns how many there are, or -EINVAL. Cuts `words` up.
 */
int tree_parse_numbers(char *words, unsigned long *numbers, int count, bool fewer);

#endif
