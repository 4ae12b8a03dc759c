/*
 * swap_calls.c - swapon and swapoff: from a path to where an area lies. What an area is, mm/swap/
 * knows.
 *
 *   a block device    one extent
 *   a regular file    its runs of blocks, as the file system's bmap tells them, without holes
 *
 * From then on the disk is read and written past the file system. So the file must keep its blocks:
 * nobody may write it, cut it short (-ETXTBSY, as for a running program), take its name or give
 * that to another file (-EPERM), and its inode is held.
 */
#include "fs/vfs/internal.h"
#include "i386/uaccess.h"
#include "kernel/blkdev.h"
#include "kernel/printk.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmalloc.h"
#include "proc/oom.h"
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

/* Do two devices have a sector in common: a disk and a partition of it? */
static bool overlap(const struct block_device *a, const struct block_device *b)
{
	return blkdev_whole(a) == blkdev_whole(b) && a->start < b->start + b->sectors &&
	       b->start < a->start + a->sectors;
}

/* A device that somebody wants, and whether it is free. */
struct claim {
	const struct block_device *bdev;
	bool taken;
};

static void look_at_mount(void *arg, const struct fs_super *sb, const char *point)
{
	const struct block_device *bdev;
	struct claim *claim = arg;

	(void)point;
	for (bdev = blkdev_first(); bdev; bdev = bdev->next)
		claim->taken |= bdev->dev == sb->dev && overlap(bdev, claim->bdev);
}

static bool look_at_area(void *arg, const struct swap_area_info *info)
{
	struct claim *claim = arg;

	claim->taken |= overlap(info->bdev, claim->bdev);
	return true;
}

/* The area itself looks once more for other areas, when it is to be in use (mm/swap/). */
static bool is_taken(const struct block_device *bdev)
{
	struct claim claim = {.bdev = bdev};

	vfs_for_each_mount(look_at_mount, &claim);
	swap_for_each_area(look_at_area, &claim);
	return claim.taken;
}

/* A whole device: one extent. */
static int device_extents(const struct inode *inode, struct swap_backing *backing)
{
	backing->bdev = device_of(inode);
	if (!backing->bdev)
		return -ENXIO;
	if (is_taken(backing->bdev))
		return -EBUSY;
	backing->pages = (unsigned long)(backing->bdev->sectors / SECTORS_PER_PAGE);
	backing->extents = vmalloc(sizeof(*backing->extents));
	if (!backing->extents)
		return -ENOMEM;
	*backing->extents = (struct swap_extent){.first = 0, .pages = backing->pages, .sector = 0};
	backing->nr_extents = 1;
	return 0;
}

/* Does the page at the sector lie right behind the extent? */
static bool continues(const struct swap_extent *extent, sector_t sector)
{
	return extent->sector + (sector_t)extent->pages * SECTORS_PER_PAGE == sector;
}

/*
 * Walks the file's blocks; backing->nr_extents: runs of them. With room for that many, they are
 * noted. 0, -EIO, or -EINVAL: a hole. inode->lock held.
 */
static int walk_file(struct inode *inode, struct swap_backing *backing)
{
	struct swap_extent now = {.pages = 0};
	sector_t sector;
	int err;

	backing->nr_extents = 0;
	for (unsigned long page = 0; page < backing->pages; page++) {
		err = inode->i_op->bmap(inode, page, &backing->bdev, &sector);
		if (!err && !sector) {
			pr_warn("swapon: %s: has a hole at page %lu\n", backing->name, page);
			err = -EINVAL;
		}
		if (err)
			return err;
		if (!now.pages || !continues(&now, sector)) {
			now = (struct swap_extent){.first = page, .pages = 0, .sector = sector};
			backing->nr_extents++;
		}
		now.pages++;
		if (backing->extents)
			backing->extents[backing->nr_extents - 1] = now;
		if (page % 256 == 255)
			cond_resched();
	}
	return 0;
}

int swap_file_extents(struct inode *inode, struct swap_backing *backing)
{
	int err;

	backing->pages = (unsigned long)(inode->mapping.size >> PAGE_SHIFT);
	backing->extents = NULL;
	err = walk_file(inode, backing);
	if (err || !backing->nr_extents)
		return err ? err : -EINVAL;
	backing->extents = vmalloc(backing->nr_extents * sizeof(*backing->extents));
	return backing->extents ? walk_file(inode, backing) : -ENOMEM;
}

static void free_backing(const struct swap_backing *backing)
{
	vfree(backing->extents);
	kfree(backing->name);
}

static void release_file(struct inode *inode)
{
	/* What the page cache has of it is not what the disk has any more. */
	drop_clean_pages(&inode->mapping);
	inode_allow_write(inode);
	inode->swapfile = false;
}

/* The file's blocks stay as they are, and hold what was written. inode->lock held. */
static int claim_file(struct inode *inode)
{
	int err;

	if (inode->swapfile)
		return -EBUSY;
	if (!inode->i_op->bmap || !inode->nlink)
		return -EINVAL;
	if (inode->sb->read_only)
		return -EROFS;
	err = inode_deny_write(inode);
	if (err)
		return err;
	inode->swapfile = true;
	err = filemap_sync(&inode->mapping);
	if (err)
		release_file(inode);
	return err;
}

/* A file is claimed by now. The backing's memory goes when it fails. */
static int put_to_use(struct inode *inode, const char *path, unsigned int flags)
{
	struct swap_backing backing = {.name = kstrdup(path, GFP_KERNEL),
				       .file = S_ISREG(inode->mode)};
	int err = -ENOMEM;

	if (backing.name)
		err = backing.file ? swap_file_extents(inode, &backing)
				   : device_extents(inode, &backing);
	if (!err)
		err = swap_area_on(&backing, flags);
	if (err)
		free_backing(&backing);
	return err;
}

static int file_on(struct inode *inode, const char *path, unsigned int flags)
{
	int err;

	mutex_lock(&inode->lock);
	err = claim_file(inode);
	if (!err) {
		err = put_to_use(inode, path, flags);
		if (err)
			release_file(inode);
		else
			iget_ref(inode);
	}
	mutex_unlock(&inode->lock);
	return err;
}

/* What a path in user memory names: its inode, referenced, or ERR_PTR; in `abs`, if not NULL, the
 * whole path. */
static struct inode *named(u32 path, char *abs)
{
	char *name = getname((const char __user *)path, false);
	struct inode *inode;
	int err = 0;

	if (IS_ERR(name))
		return ERR_PTR(PTR_ERR(name));
	inode = path_inode(AT_FDCWD, name, true);
	if (!IS_ERR(inode)) {
		if (abs)
			err = path_absolute(name, abs);
		if (!err && S_ISDIR(inode->mode))
			err = -EISDIR;
		if (!err && !S_ISBLK(inode->mode) && !S_ISREG(inode->mode))
			err = -EINVAL;
	}
	putname(name);
	if (!err)
		return inode;
	iput(inode);
	return ERR_PTR(err);
}

/* a: path, b: SWAP_FLAG_... */
SYSCALL(swapon)
{
	struct inode *inode;
	char *abs;
	int err;

	if (b & ~SWAP_FLAGS_VALID)
		return -EINVAL;
	abs = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!abs)
		return -ENOMEM;
	inode = named(a, abs);
	if (IS_ERR(inode)) {
		err = (int)PTR_ERR(inode);
	} else {
		err = S_ISREG(inode->mode) ? file_on(inode, abs, b) : put_to_use(inode, abs, b);
		iput(inode);
	}
	kfree(abs);
	return err;
}

/* Where the area that lies on it begins. -EINVAL: there is none. */
static int find_start(struct inode *inode, struct block_device **bdev, sector_t *sector)
{
	*sector = 0;
	if (S_ISREG(inode->mode))
		return inode->swapfile ? inode->i_op->bmap(inode, 0, bdev, sector) : -EINVAL;
	*bdev = device_of(inode);
	return *bdev ? 0 : -EINVAL;
}

/* a: path of what is in use */
SYSCALL(swapoff)
{
	struct inode *inode = named(a, NULL);
	struct swap_backing backing;
	struct block_device *bdev;
	sector_t sector;
	int err;

	if (IS_ERR(inode))
		return PTR_ERR(inode);
	err = find_start(inode, &bdev, &sector);
	if (!err) {
		oom_origin_begin();
		err = swap_area_off(bdev, sector, &backing);
		oom_origin_end();
	}
	if (!err) {
		free_backing(&backing);
		if (backing.file) {
			mutex_lock(&inode->lock);
			release_file(inode);
			mutex_unlock(&inode->lock);
			iput(inode); /* the area's */
		}
	}
	iput(inode);
	return err;
}
