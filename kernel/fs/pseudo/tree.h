/*
 * tree.h - built-in file systems described by tables: /proc and /sys.
 *
 * A directory is a table of names. The last name of a table may end in '#', which stands for
 * numbers: "node#" is one directory a node. So tables also say what comes and
 * goes, as long as its names are numbers: processes, threads, descriptors.
 */
#ifndef FS_TREE_H
#define FS_TREE_H

#include "fs/vfs/internal.h"
#include "fs/pseudo/text.h"

struct task_struct;

#define TREE_NUMBERS 256u /* a '#' that is no task stands for smaller numbers */

/*
 * One name of a directory. What its functions get: `task` is that of the path (/proc/PID and
 * below), held while they run, or NULL; `number` is what the path's last '#' that is no
 * task stands for, or 0. show and store have both in the text.
 */
struct tree_entry {
	const char *name;
	u32 mode;  /* directory, file or link, and who may: what has no function is refused */
	bool task; /* '#' stands for a task's number */
	struct tree_entry *entries; /* a directory's; ends in a NULL name */
	/* A file's contents, or a link's target: 0 or errno. May sleep. */
	int (*show)(struct text *text);
	/* One write: the words of the text, with a NUL and without the line's end; a write with
	 * a NUL of its own is EINVAL before. 0 or errno. May sleep. */
	int (*store)(struct text *words);
	/* One write, in place of store: bytes taken, or errno. May sleep. */
	ssize_t (*write)(const char __user *buf, size_t count);
	/* What a link leads to, referenced; NULL: nothing. Does not sleep. */
	struct inode *(*target)(struct task_struct *task, int number);
	/* '#': the smallest number >= from (0 or more) that is to be listed, or -1. Does not sleep.
	 */
	int (*next)(struct task_struct *task, int from);
	/* Is there such an entry? NULL: those that next() lists; a plain name: always. Does not
	 * sleep. */
	bool (*has)(struct task_struct *task, int number);
	u32 ino; /* set by tree_mount() */
};

/* A built-in file system. sb: type, source and dev are given. */
struct tree {
	struct fs_super sb;
	u32 magic;
	struct tree_entry root; /* its name: where it is to stand in the root directory */
};

/* Makes it visible, for ever. At start-up: panics when out of memory. */
void tree_mount(struct tree *tree);

/*
 * Parses `count` unsigned decimal numbers apart by blanks, which is all that `words` may hold;
 * with `fewer`, that many are not needed. Returns how many there are, or -EINVAL. Cuts `words` up.
 */
int tree_parse_numbers(char *words, unsigned long *numbers, int count, bool fewer);
/* One number with its sign, if any, in the base that it shows (0x..., 0...), with blanks around it:
 * 0, -EINVAL, or -ERANGE: no int. Cuts `words` up. */
int tree_parse_int(char *words, int *value);

#endif
