/*
 * mount.c - the root file system and what is grafted on it.
 *
 * There is one root. A graft is a built-in file system that stands in place of one
 * entry of the root directory (/dev, /proc, /sys), whether or not the disk has an
 * entry of that name; a path crosses into it by dir_lookup().
 */
#include "fs/vfs/bdev.h"
#include "fs/ext2/ext2.h"
#include "fs/vfs/internal.h"
#include "kernel/blkdev.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/slab.h"
#include "proc/task.h"

#define MAX_GRAFTS 4

static struct fs_super *root_sb;

static struct {
	const char *name;
	struct fs_super *sb;
} grafts[MAX_GRAFTS];

struct fs_super *vfs_set_root(struct fs_super *sb)
{
	struct fs_super *old = root_sb;

	root_sb = sb;
	return old;
}

struct inode *vfs_root(void)
{
	return root_sb ? root_sb->root : NULL;
}

void vfs_graft(const char *name, struct fs_super *sb)
{
	unsigned int i;

	for (i = 0; i < MAX_GRAFTS; i++) {
		if (!grafts[i].name) {
			grafts[i].name = name;
			grafts[i].sb = sb;
			return;
		}
	}
	BUG();
}

struct inode *graft_lookup(const char *name, unsigned int len)
{
	unsigned int i;

	for (i = 0; i < MAX_GRAFTS && grafts[i].name; i++) {
		if (strlen(grafts[i].name) == len && memcmp(grafts[i].name, name, len) == 0)
			return grafts[i].sb->root;
	}
	return NULL;
}

bool is_graft_root(const struct inode *inode)
{
	return inode->sb != root_sb && inode == inode->sb->root;
}

void vfs_for_each_mount(void (*fn)(void *arg, const struct fs_super *sb, const char *point),
			void *arg)
{
	unsigned int i;

	if (root_sb)
		fn(arg, root_sb, "");
	for (i = 0; i < MAX_GRAFTS && grafts[i].name; i++)
		fn(arg, grafts[i].sb, grafts[i].name);
}

/* Lets the current task stand in the root directory. */
static int enter_root(void)
{
	struct fs_struct *fs = fs_dup(NULL);

	if (!fs)
		return -ENOMEM;
	if (current->fs)
		fs_put(current->fs);
	current->fs = fs;
	return 0;
}

int vfs_mount_root(const char *dev, bool read_only)
{
	struct block_device *bdev;
	struct fs_super *sb;

	if (strncmp(dev, "/dev/", 5) == 0)
		dev += 5;
	bdev = blkdev_find(dev);
	if (!bdev) {
		pr_err("VFS: no device %s for the root file system\n", dev);
		return -ENODEV;
	}
	sb = ext2_mount(bdev, read_only);
	if (IS_ERR(sb))
		return (int)PTR_ERR(sb);
	vfs_set_root(sb);
	pr_info("VFS: mounted root (ext2) on %s%s\n", dev, sb->read_only ? ", read-only" : "");
	return enter_root();
}

int vfs_sync_super(struct fs_super *sb)
{
	int err, data_err;

	if (sb->read_only)
		return 0;
	data_err = inodes_sync(sb);
	err = sb->ops->sync ? sb->ops->sync(sb, data_err == 0) : 0;
	return data_err ? data_err : err;
}

int vfs_sync(void)
{
	return root_sb ? vfs_sync_super(root_sb) : 0;
}

unsigned long vfs_drop_clean(void)
{
	return (root_sb ? inodes_drop_clean(root_sb) : 0) + bdev_drop_clean();
}

int vfs_shutdown(void)
{
	int err, sync_err;

	if (!root_sb || root_sb->read_only)
		return 0;
	root_sb->closing = current;
	err = inodes_drop_nameless(root_sb);
	sync_err = vfs_sync_super(root_sb);
	root_sb->read_only = true;
	root_sb->closing = NULL;
	return err ? err : sync_err;
}

void vfs_init(void)
{
	inode_cache_init();
	file_cache_init();
	ext2_cache_init();
	pipe_init();
	tty_init();
	devfs_init();
	procfs_init();
	sysfs_init();
}
