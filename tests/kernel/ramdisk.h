/*
 * ramdisk.h - a small disk in memory for tests, a fresh ext2 on it, and a check
 * of what was left. Used in the kernel and on the host.
 */
#ifndef TESTS_RAMDISK_H
#define TESTS_RAMDISK_H

#include "fs/ext2/ext2.h"
#include "kernel/blkdev.h"

#define RAMDISK_BLOCKS	 768u /* 3 MiB; pages come with the first write */
#define RAMDISK_GROUP	 256u /* blocks a group: three groups */
#define RAMDISK_INODES	 64u  /* inodes a group */
#define RAMDISK_NO_FAULT (~0u)

struct ramdisk {
	struct block_device bdev;
	struct page *pages[RAMDISK_BLOCKS]; /* NULL: zeroes */
	unsigned int fail_after;	    /* transfers until one fails, and all after it */
	unsigned int transfers;
};

/* An empty disk with an ext2 on it; NULL when out of memory. */
struct ramdisk *ramdisk_make(void);
void ramdisk_free(struct ramdisk *disk);
/* A block's bytes, in place; the page is made if need be. NULL when out of memory. */
u8 *ramdisk_block(struct ramdisk *disk, u32 block);

/*
 * Checks the unmounted file system: every block has one owner, and the bitmaps, the counts of free
 * blocks, inodes, directories, links and sectors say what the trees say. Returns a
 * description of the first fault (with a number in *where), or NULL.
 */
const char *ramdisk_check(struct ramdisk *disk, u32 *where);

#endif
