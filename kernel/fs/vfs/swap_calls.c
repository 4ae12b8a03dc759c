/*
 * swap_calls.c - swapon and swapoff: from a path to where an area lies. What an area is, mm/swap/
 * knows.
 */
#include "fs/vfs/internal.h"
#include "i386/uaccess.h"
#include "kernel/blkdev.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "proc/syscall.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

static struct block_device *device_of(const struct inode *inode)
{
	struct block_device *bdev;

	for (bdev = blkdev_first(); bdev; bdev = bdev->next)
		if (bdev->dev == inode->rdev)
			return bdev;
	return NULL;
}

/* A whole device: one extent. `name` goes over to it. */
static int device_on(const struct inode *inode, char *name, unsigned int flags)
{
	struct block_device *bdev = device_of(inode);
	struct swap_backing backing = {.name = name, .bdev = bdev, .nr_extents = 1};
	int err;

	if (!bdev)
		return -ENXIO;
	backing.pages = (unsigned long)(bdev->sectors / SECTORS_PER_PAGE);
	backing.extents = kmalloc(sizeof(*backing.extents), GFP_KERNEL);
	if (!backing.extents)
		return -ENOMEM;
	*backing.extents = (struct swap_extent){.first = 0, .pages = backing.pages, .sector = 0};
	err = swap_area_on(&backing, flags);
	if (err)
		kfree(backing.extents);
	return err;
}

/* The inode of a path in user memory, and the path: *name, for putname(). ERR_PTR. */
static struct inode *inode_of(u32 path, char **name)
{
	struct inode *inode;

	*name = getname((const char __user *)path, false);
	if (IS_ERR(*name))
		return ERR_PTR(PTR_ERR(*name));
	inode = path_inode(AT_FDCWD, *name, true);
	if (IS_ERR(inode))
		putname(*name);
	return inode;
}

/* a: path, b: SWAP_FLAG_... */
SYSCALL(swapon)
{
	int err = -EINVAL;
	char *name;
	struct inode *inode = inode_of(a, &name);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	if (S_ISBLK(inode->mode))
		err = device_on(inode, name, b);
	iput(inode);
	if (err)
		putname(name);
	return err;
}

static int device_off(const struct inode *inode)
{
	struct block_device *bdev = device_of(inode);
	struct swap_backing backing;
	int err = bdev ? swap_area_off(bdev, 0, &backing) : -EINVAL;

	if (err)
		return err;
	kfree(backing.extents);
	putname(backing.name);
	return 0;
}

/* a: path of what is in use */
SYSCALL(swapoff)
{
	int err = -EINVAL;
	char *name;
	struct inode *inode = inode_of(a, &name);

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	putname(name);
	if (S_ISBLK(inode->mode))
		err = device_off(inode);
	iput(inode);
	return err;
}
