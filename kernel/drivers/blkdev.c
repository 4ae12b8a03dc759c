/*
 * blkdev.c - the list of block devices, and the simple way to them: one page, and wait.
 *
 * Drivers and the partition reader register devices at start-up; nothing is
 * ever removed but by tests. Every transfer passes submit_bio(), so a driver
 * may trust sector and count.
 */
#include "kernel/blkdev.h"
#include "arch/page.h"
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "kernel/string.h"

static struct block_device *first_bdev;

void blkdev_register(struct block_device *bdev)
{
	struct block_device **link = &first_bdev;

	while (*link)
		link = &(*link)->next;
	bdev->next = NULL;
	*link = bdev;
}

void blkdev_unregister(struct block_device *bdev)
{
	struct block_device **link = &first_bdev;

	while (*link && *link != bdev)
		link = &(*link)->next;
	if (*link)
		*link = bdev->next;
}

struct block_device *blkdev_find(const char *name)
{
	struct block_device *bdev;

	for (bdev = first_bdev; bdev; bdev = bdev->next) {
		if (strcmp(bdev->name, name) == 0)
			return bdev;
	}
	return NULL;
}

struct block_device *blkdev_first(void)
{
	return first_bdev;
}

int blkdev_rw(struct block_device *bdev, sector_t sector, struct page *page, unsigned int offset,
	      unsigned int count, bool write)
{
	return blkdev_rw_why(bdev, sector, page, offset, count, write, TRACE_IO_RAW);
}

int blkdev_rw_why(struct block_device *bdev, sector_t sector, struct page *page,
		  unsigned int offset, unsigned int count, bool write, enum trace_io_why why)
{
	struct bio_vec vec;
	struct bio bio;

	if (offset % SECTOR_SIZE || offset >= PAGE_SIZE || count == 0 ||
	    count > (PAGE_SIZE - offset) / SECTOR_SIZE)
		return -EINVAL;
	bio_init(&bio, &vec, 1);
	bio.bdev = bdev;
	bio.sector = sector;
	bio.write = write;
	bio.why = (u8)why;
	bio_add_page(&bio, page, offset, count * SECTOR_SIZE);
	return submit_bio_wait(&bio);
}

int blkdev_flush(struct block_device *bdev)
{
	struct bio bio;

	bio_init(&bio, NULL, 0);
	bio.bdev = bdev;
	bio.flush = bio.write = true;
	return submit_bio_wait(&bio);
}
