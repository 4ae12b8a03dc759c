/*
 * bdev.h - a block device's own page cache: file-system metadata, one 4 KiB
 * block a page, indexed by block number. The contents of files never come here.
 */
#ifndef FS_BDEV_H
#define FS_BDEV_H

#include "kernel/blkdev.h"
#include "mm/filemap.h"

#define FS_BLOCK_SIZE	  4096u
#define FS_BLOCK_SHIFT	  12
#define SECTORS_PER_BLOCK (FS_BLOCK_SIZE / SECTOR_SIZE)

struct bdev_cache {
	struct block_device *bdev;
	struct address_space mapping;
	struct list_head node; /* of all caches */
};

/* A block in memory, mapped: from buf_read() or buf_new() until buf_put(). */
struct buf {
	struct page *page;
	void *data; /* FS_BLOCK_SIZE bytes */
};

void bdev_cache_init(struct bdev_cache *cache, struct block_device *bdev);
/* Drops all cached blocks; dirty ones are lost. */
void bdev_cache_drop(struct bdev_cache *cache);
/* Pages in the caches of all devices. */
unsigned long nr_buffer_pages(void);
/* Gives back what is clean and not in use in the caches of all devices: pages. May sleep. */
unsigned long bdev_drop_clean(void);
/* Writes all dirty blocks: 0 or the first error. May sleep. */
int bdev_cache_sync(struct bdev_cache *cache);

/* Block `block`, read in if need be: 0, -EIO, -ENOMEM. May sleep. */
int __must_check buf_read(struct bdev_cache *cache, u32 block, struct buf *buf);
/* The same for a block that has just been allocated: zeroes, dirty, nothing is read. */
int __must_check buf_new(struct bdev_cache *cache, u32 block, struct buf *buf);
/* The contents were changed and will be written by the next sync. */
void buf_dirty(struct buf *buf);
void buf_put(struct buf *buf);
/* buf_put() for a block that is being freed: what is in memory will not reach the disk any more,
 * where the block may soon hold a file's contents. */
void buf_forget(struct buf *buf);

#endif
