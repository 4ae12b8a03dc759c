/*
 * super.c - mounting, syncing and unmounting ext2.
 *
 * Nothing that the superblock and the group descriptors say is used before it was
 * checked against the device and against the rest: the disk may be damaged, or
 * made to do harm. Both live as copies in memory while the file system is
 * mounted, and go back to the metadata cache when it is synced.
 *
 * The superblock's "clean" mark: taken off on the disk before the first change
 * since the last sync (ext2_begin_change), put back when a sync has written all.
 */
#include "fs/ext2/ext2.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "proc/task.h"

#define MAX_GROUPS	     (1u << 15) /* 1 MiB of descriptors, 4 TiB of disk */
#define GROUP_BITS	     (FS_BLOCK_SIZE * 8u)
#define EXT2_DESCS_PER_BLOCK (FS_BLOCK_SIZE / (u32)sizeof(struct ext2_group_desc))
#define EXT2_STATFS_MAGIC    EXT2_MAGIC
#define SUPER_SECTOR	     (EXT2_SUPER_OFFSET / SECTOR_SIZE)
#define SUPER_SECTORS	     2

int ext2_error(const struct ext2_fs *fs, const char *what, u32 where)
{
	pr_err("ext2 (%s): damaged: %s (%u)\n", fs->sb.source, what, where);
	return -EIO;
}

static int refuse(const struct block_device *bdev, const char *why)
{
	pr_err("ext2 (%s): cannot mount: %s\n", bdev->name, why);
	return -EINVAL;
}

/* What kind of file system it is, and whether this code can handle it. */
static int check_kind(const struct block_device *bdev, const struct ext2_super_block *super)
{
	if (super->s_magic != EXT2_MAGIC)
		return refuse(bdev, "no ext2 here");
	if (super->s_rev_level != EXT2_REV_DYNAMIC)
		return refuse(bdev, "not revision 1");
	if (super->s_log_block_size != EXT2_LOG_4K)
		return refuse(bdev, "blocks are not of 4 KiB (mke2fs -b 4096)");
	if (super->s_feature_incompat & ~EXT2_INCOMPAT_FILETYPE)
		return refuse(bdev, "unknown incompatible features");
	return 0;
}

/* Sizes and counts, each against its limits and against the others. */
static int check_geometry(const struct block_device *bdev, const struct ext2_super_block *super)
{
	u32 blocks = super->s_blocks_count, per_group = super->s_blocks_per_group;
	u32 inodes_per_group = super->s_inodes_per_group, groups;

	if (blocks < 8 || blocks > bdev->sectors / SECTORS_PER_BLOCK)
		return refuse(bdev, "larger than its device");
	if (super->s_first_data_block != 0)
		return refuse(bdev, "bad first data block");
	if (per_group < 8 || per_group > GROUP_BITS || per_group % 8)
		return refuse(bdev, "bad blocks per group");
	groups = DIV_ROUND_UP(blocks, per_group);
	if (groups > MAX_GROUPS)
		return refuse(bdev, "too many groups");
	if (!is_power_of_2(super->s_inode_size) || super->s_inode_size > FS_BLOCK_SIZE ||
	    super->s_inode_size < sizeof(struct ext2_disk_inode))
		return refuse(bdev, "bad inode size");
	if (inodes_per_group == 0 || inodes_per_group > GROUP_BITS ||
	    inodes_per_group % (FS_BLOCK_SIZE / super->s_inode_size) ||
	    super->s_inodes_count != groups * inodes_per_group)
		return refuse(bdev, "bad inode counts");
	if (super->s_first_ino < EXT2_FIRST_INO || super->s_first_ino > inodes_per_group)
		return refuse(bdev, "bad first inode");
	if (super->s_free_blocks_count > blocks ||
	    super->s_free_inodes_count > super->s_inodes_count)
		return refuse(bdev, "more free than there is");
	return 0;
}

/* A group's bitmaps and table must lie in the group, behind the copies of the superblock. */
static int check_group(const struct ext2_fs *fs, u32 nr)
{
	const struct ext2_group_desc *desc = &fs->groups[nr];
	u32 first = nr * fs->blocks_per_group;
	u32 blocks = min(fs->blocks_per_group, fs->blocks_count - first), used_by_super = 0;

	if (nr == 0)
		used_by_super = 1 + fs->desc_blocks;
	if (desc->bg_block_bitmap < first + used_by_super ||
	    desc->bg_block_bitmap - first >= blocks)
		return -EINVAL;
	if (desc->bg_inode_bitmap < first + used_by_super ||
	    desc->bg_inode_bitmap - first >= blocks)
		return -EINVAL;
	if (desc->bg_inode_table < first + used_by_super ||
	    desc->bg_inode_table - first >= blocks ||
	    fs->table_blocks > blocks - (desc->bg_inode_table - first))
		return -EINVAL;
	if (desc->bg_block_bitmap == desc->bg_inode_bitmap ||
	    desc->bg_block_bitmap - desc->bg_inode_table < fs->table_blocks ||
	    desc->bg_inode_bitmap - desc->bg_inode_table < fs->table_blocks)
		return -EINVAL;
	if (desc->bg_free_blocks_count > blocks ||
	    desc->bg_free_inodes_count > fs->inodes_per_group)
		return -EINVAL;
	return 0;
}

/* Moves the group descriptors between the cache and their copy. */
static int copy_groups(struct ext2_fs *fs, bool to_cache)
{
	u32 block, size = fs->nr_groups * (u32)sizeof(struct ext2_group_desc), done, n;
	struct buf buf;
	int err;

	for (block = 0; block < fs->desc_blocks; block++) {
		err = buf_read(&fs->cache, 1 + block, &buf);
		if (err)
			return err;
		done = block * FS_BLOCK_SIZE;
		n = min(size - done, FS_BLOCK_SIZE);
		if (to_cache) {
			memcpy(buf.data, (u8 *)fs->groups + done, n);
			buf_dirty(&buf);
		} else {
			memcpy((u8 *)fs->groups + done, buf.data, n);
		}
		buf_put(&buf);
	}
	return 0;
}

static int read_super(struct ext2_fs *fs)
{
	struct buf buf;
	int err;

	fs->super = kmalloc(sizeof(*fs->super), GFP_KERNEL);
	if (!fs->super)
		return -ENOMEM;
	err = buf_read(&fs->cache, 0, &buf);
	if (err)
		return err;
	memcpy(fs->super, (u8 *)buf.data + EXT2_SUPER_OFFSET, sizeof(*fs->super));
	buf_put(&buf);
	return 0;
}

static int read_groups(struct ext2_fs *fs)
{
	const struct ext2_super_block *super = fs->super;
	u32 nr;
	int err;

	fs->blocks_count = super->s_blocks_count;
	fs->inodes_count = super->s_inodes_count;
	fs->blocks_per_group = super->s_blocks_per_group;
	fs->inodes_per_group = super->s_inodes_per_group;
	fs->inode_size = super->s_inode_size;
	fs->filetype = super->s_feature_incompat & EXT2_INCOMPAT_FILETYPE;
	fs->table_blocks = fs->inodes_per_group / (FS_BLOCK_SIZE / fs->inode_size);
	fs->nr_groups = DIV_ROUND_UP(fs->blocks_count, fs->blocks_per_group);
	fs->desc_blocks = DIV_ROUND_UP(fs->nr_groups, EXT2_DESCS_PER_BLOCK);
	fs->groups = kmalloc_array(fs->nr_groups, sizeof(*fs->groups), GFP_KERNEL);
	if (!fs->groups)
		return -ENOMEM;
	err = copy_groups(fs, false);
	for (nr = 0; !err && nr < fs->nr_groups; nr++) {
		err = check_group(fs, nr);
		if (err)
			pr_err("ext2 (%s): cannot mount: bad group %u\n", fs->sb.source, nr);
	}
	return err;
}

/* Writes the superblock, at once. */
static int write_super(struct ext2_fs *fs)
{
	struct buf buf;
	int err = buf_read(&fs->cache, 0, &buf);

	if (err)
		return err;
	fs->super->s_wtime = now_seconds();
	memcpy((u8 *)buf.data + EXT2_SUPER_OFFSET, fs->super, sizeof(*fs->super));
	err = blkdev_rw_why(fs->cache.bdev, SUPER_SECTOR, buf.page, EXT2_SUPER_OFFSET,
			    SUPER_SECTORS, true, TRACE_IO_METADATA);
	buf_put(&buf);
	return err;
}

int ext2_begin_change(struct ext2_fs *fs)
{
	int err;

	if (fs->sb.read_only || (fs->sb.closing && fs->sb.closing != current))
		return -EROFS;
	fs->changes++;
	if (!fs->clean)
		return 0;
	fs->clean = false;
	fs->super->s_state &= (u16)~EXT2_VALID_FS;
	err = write_super(fs);
	if (err)
		fs->clean = true;
	return err;
}

/*
 * Bitmaps, inodes, directories' maps and descriptors, then the clean mark: only
 * when the file data is out too (`complete`) and nothing changed in between.
 */
static int ext2_sync(struct fs_super *sb, bool complete)
{
	struct ext2_fs *fs = sb->private;
	u32 changes;
	int err;

	if (fs->clean)
		return 0;
	mutex_lock(&fs->lock);
	changes = fs->changes;
	err = copy_groups(fs, true);
	mutex_unlock(&fs->lock);
	if (!err)
		err = bdev_cache_sync(&fs->cache);
	if (!err && complete && changes == fs->changes) {
		fs->super->s_state = fs->mount_state;
		fs->clean = true;
	}
	if (!err)
		err = write_super(fs);
	if (!err)
		err = blkdev_flush(fs->cache.bdev);
	return err;
}

static void ext2_statfs(struct fs_super *sb, struct kstatfs *st)
{
	const struct ext2_fs *fs = sb->private;
	u32 overhead = fs->nr_groups * (2 + fs->table_blocks) + 1 + fs->desc_blocks;

	st->type = EXT2_STATFS_MAGIC;
	st->bsize = FS_BLOCK_SIZE;
	st->namelen = NAME_MAX;
	st->blocks = fs->blocks_count - min(overhead, fs->blocks_count);
	st->bfree = fs->super->s_free_blocks_count;
	st->files = fs->inodes_count;
	st->ffree = fs->super->s_free_inodes_count;
}

static const struct super_ops ext2_super_ops = {
	.alloc_inode = ext2_alloc_inode,
	.free_inode = ext2_free_inode_struct,
	.read_inode = ext2_read_inode,
	.sync = ext2_sync,
	.statfs = ext2_statfs,
};

static void free_fs(struct ext2_fs *fs)
{
	bdev_cache_drop(&fs->cache);
	kfree(fs->groups);
	kfree(fs->super);
	kfree(fs);
}

static struct ext2_fs *alloc_fs(struct block_device *bdev, bool read_only)
{
	struct ext2_fs *fs = kzalloc(sizeof(*fs), GFP_KERNEL);

	if (!fs)
		return NULL;
	mutex_init(&fs->lock, "ext2");
	bdev_cache_init(&fs->cache, bdev);
	fs->sb.type = "ext2";
	fs->sb.source = bdev->name;
	fs->sb.dev = bdev->dev;
	fs->sb.read_only = read_only;
	fs->sb.ops = &ext2_super_ops;
	fs->sb.private = fs;
	INIT_LIST_HEAD(&fs->sb.inodes);
	return fs;
}

/* What is possible, but not as asked for. */
static void settle_state(struct ext2_fs *fs)
{
	const struct ext2_super_block *super = fs->super;

	fs->mount_state = super->s_state;
	fs->clean = true; /* nothing changed by us */
	if (!(super->s_state & EXT2_VALID_FS))
		pr_warn("ext2 (%s): was not unmounted cleanly; run e2fsck\n", fs->sb.source);
	if (super->s_feature_ro_compat & ~EXT2_RO_COMPAT_KNOWN && !fs->sb.read_only) {
		pr_warn("ext2 (%s): unknown features, mounted read-only\n", fs->sb.source);
		fs->sb.read_only = true;
	}
}

static int read_root(struct ext2_fs *fs)
{
	struct inode *root = iget(&fs->sb, EXT2_ROOT_INO);

	if (IS_ERR(root))
		return (int)PTR_ERR(root);
	if (!S_ISDIR(root->mode)) {
		iput(root);
		inodes_evict_all(&fs->sb);
		return ext2_error(fs, "root is not a directory", EXT2_ROOT_INO);
	}
	fs->sb.root = root;
	return 0;
}

struct fs_super *ext2_mount(struct block_device *bdev, bool read_only)
{
	struct ext2_fs *fs = alloc_fs(bdev, read_only);
	int err;

	if (!fs)
		return ERR_PTR(-ENOMEM);
	err = read_super(fs);
	if (!err)
		err = check_kind(bdev, fs->super);
	if (!err)
		err = check_geometry(bdev, fs->super);
	if (!err)
		err = read_groups(fs);
	if (!err) {
		settle_state(fs);
		err = read_root(fs);
	}
	if (err) {
		free_fs(fs);
		return ERR_PTR(err);
	}
	return &fs->sb;
}

int ext2_umount(struct fs_super *sb)
{
	struct ext2_fs *fs = sb->private;
	int err = vfs_sync_super(sb);

	iput(sb->root);
	if (inodes_evict_all(sb)) {
		sb->root = iget(sb, EXT2_ROOT_INO);
		return -EBUSY;
	}
	/* Evicting a file without a name changes the disk once more. */
	if (!err)
		err = vfs_sync_super(sb);
	free_fs(fs);
	return err;
}
