/*
 * block_file.c - a block device as a file, /dev/fd0 say: reading its bytes.
 *
 * A read goes to the device each time, a page or less at once, through a page of its own:
 * what is read is what the medium holds now. Devices cannot be written or mapped so.
 */
#include "i386/uaccess.h"
#include "fs/vfs/internal.h"
#include "kernel/blkdev.h"
#include "mm/gfp.h"
#include "sched/sched.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

static struct block_device *find_device(u32 rdev)
{
	struct block_device *bdev;

	for (bdev = blkdev_first(); bdev; bdev = bdev->next) {
		if (bdev->dev == rdev)
			return bdev;
	}
	return NULL;
}

static loff_t device_size(const struct block_device *bdev)
{
	return (loff_t)bdev->sectors << SECTOR_SHIFT;
}

static int block_open(struct inode *inode, struct file *file)
{
	struct block_device *bdev = find_device(inode->rdev);

	if (!bdev)
		return -ENXIO;
	if (file->mf.writable)
		return -EROFS;
	file->private = bdev;
	return 0;
}

/* The next piece: from `pos` to the end of a page's worth of sectors. Bytes, or errno. */
static ssize_t read_piece(struct block_device *bdev, struct page *page, void __user *buf,
			  size_t count, loff_t pos)
{
	sector_t sector = (sector_t)(pos >> SECTOR_SHIFT);
	size_t offset = (size_t)pos % SECTOR_SIZE;
	unsigned int sectors =
		(unsigned int)min(bdev->sectors - sector, (sector_t)SECTORS_PER_PAGE);
	size_t n;
	int err;

	sectors = min(sectors,
		      (unsigned int)DIV_ROUND_UP(offset + min(count, PAGE_SIZE), SECTOR_SIZE));
	err = blkdev_rw(bdev, sector, page, 0, sectors, false);
	if (err)
		return err;
	n = min(count, sectors * SECTOR_SIZE - offset);
	n -= copy_to_user(buf, (u8 *)page_address(page) + offset, n);
	return n ? (ssize_t)n : -EFAULT;
}

static ssize_t block_read(struct file *file, void __user *buf, size_t count, loff_t *pos)
{
	struct block_device *bdev = file->private;
	loff_t end = device_size(bdev);
	struct page *page;
	ssize_t n = 0;
	size_t done = 0;

	if (*pos >= end || count == 0)
		return 0;
	page = alloc_page(GFP_KERNEL);
	if (!page)
		return -ENOMEM;
	while (done < count && *pos < end && !fatal_signal_pending_current()) {
		n = read_piece(bdev, page, (u8 __user *)buf + done, count - done, *pos);
		if (n < 0)
			break;
		done += (size_t)n;
		*pos += n;
		cond_resched();
	}
	__free_page(page);
	return done ? (ssize_t)done : n;
}

/* The inode has no size: the end is the device's. */
static loff_t block_llseek(struct file *file, loff_t offset, int whence)
{
	if (whence != SEEK_END)
		return generic_llseek(file, offset, whence);
	if (__builtin_add_overflow(device_size(file->private), offset, &offset))
		return -EINVAL;
	return generic_llseek(file, offset, SEEK_SET);
}

const struct file_ops block_file_ops = {
	.open = block_open,
	.read = block_read,
	.llseek = block_llseek,
};
