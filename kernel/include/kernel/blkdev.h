/*
 * blkdev.h - block devices as the rest of the kernel sees them: an array of
 * 512-byte sectors. bio.h has the asynchronous way to them, this the simple one.
 */
#ifndef KERNEL_BLKDEV_H
#define KERNEL_BLKDEV_H

#include "kernel/compiler.h"
#include "kernel/trace_port.h"
#include "kernel/types.h"

#define SECTOR_SIZE  512
#define SECTOR_SHIFT 9

struct page;
struct block_device;

struct block_queue;

/* Of a device without a queue: it works while the caller waits. */
struct block_device_ops {
	/*
	 * Moves `count` sectors between the device, from `sector` on, and `page`
	 * (any zone), from byte `offset` on (a multiple of 512; it may not run
	 * past the page's end). May sleep. Returns 0, -EIO, -EINVAL (outside the
	 * device), -ETIMEDOUT, -ENXIO (no medium) or -EROFS (cannot be written).
	 */
	int (*rw_page)(struct block_device *bdev, sector_t sector, struct page *page,
		       unsigned int offset, unsigned int count, bool write);
	/* Makes the drive write its cache to the medium. May sleep. 0 or -EIO. NULL: has none. */
	int (*flush)(struct block_device *bdev);
};

struct block_device {
	const char *name;	   /* "hda", "hda1" */
	sector_t start;		   /* first sector on the whole disk */
	sector_t sectors;	   /* size */
	u32 dev;		   /* (major << 8) | minor, Linux's numbers: hda1 is 0x301 */
	u8 part_type;		   /* MBR type byte, 0 for a whole disk */
	struct block_device *disk; /* of a partition: what it is a part of; NULL: it is whole */
	struct block_queue *queue; /* of a whole disk: where its work waits; NULL: `ops` */
	const struct block_device_ops *ops;
	void *driver_data;
	struct block_device *next;
	unsigned long reads, writes; /* sectors asked for */
};

/* The whole disk that a device is, or is a partition of. */
static inline const struct block_device *blkdev_whole(const struct block_device *bdev)
{
	return bdev->disk ? bdev->disk : bdev;
}

/* Adds a device to the list that blkdev_find() searches. */
void blkdev_register(struct block_device *bdev);
/* Takes it off the list again: for tests, whose devices end. */
void blkdev_unregister(struct block_device *bdev);
struct block_device *blkdev_find(const char *name);
struct block_device *blkdev_first(void);
/* Moves sectors and waits for the end: the contract of ops->rw_page(), for any device. */
int __must_check blkdev_rw(struct block_device *bdev, sector_t sector, struct page *page,
			   unsigned int offset, unsigned int count, bool write);
/* The same, saying why (enum trace_io_why): for the recording. */
int __must_check blkdev_rw_why(struct block_device *bdev, sector_t sector, struct page *page,
			       unsigned int offset, unsigned int count, bool write,
			       enum trace_io_why why);
/* Makes the drive write its cache to the medium, with all that was handed in before. May sleep. 0
 * or -EIO. */
int __must_check blkdev_flush(struct block_device *bdev);

#endif
