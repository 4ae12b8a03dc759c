/*
 * blkdev.c - the list of block devices, and the checked way to them.
 *
 * Drivers and the partition reader register devices at start-up; nothing is
 * ever removed but by tests. Every transfer passes blkdev_rw(), so a driver
 * may trust sector, offset and count.
 */
#include "kernel/blkdev.h"
#include "arch/page.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "mm/vmstat.h"

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
	int err;

	if (offset % SECTOR_SIZE || offset >= PAGE_SIZE || count == 0 ||
	    count > (PAGE_SIZE - offset) / SECTOR_SIZE)
		return -EINVAL;
	if (sector >= bdev->sectors || count > bdev->sectors - sector)
		return -EINVAL;
	err = bdev->ops->rw_page(bdev, sector, page, offset, count, write);
	if (err)
		return err;
	if (write) {
		bdev->writes += count;
		count_vm_events(VM_PGPGOUT, count / 2); /* KiB, as Linux counts */
	} else {
		bdev->reads += count;
		count_vm_events(VM_PGPGIN, count / 2);
	}
	return 0;
}

int blkdev_flush(struct block_device *bdev)
{
	return bdev->ops->flush ? bdev->ops->flush(bdev) : 0;
}
