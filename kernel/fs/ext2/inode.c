/*
 * inode.c - inodes between the disk's inode table and memory: reading, writing,
 * making and ending them.
 *
 * The table's blocks lie in the metadata cache, and every change of an inode is
 * copied there at once; the next sync writes the block. So there is no list of
 * dirty inodes.
 */
#include "fs/ext2/ext2.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define XATTR_MAGIC 0xea020000u

struct xattr_header { /* an attribute block may serve several inodes */
	u32 magic, refcount;
};

static struct kmem_cache *ext2_inode_cache;
static u32 next_generation;

void ext2_cache_init(void)
{
	ext2_inode_cache = kmem_cache_create("ext2_inode", sizeof(struct ext2_inode), 0,
					     SLAB_RECLAIM_ACCOUNT | SLAB_PANIC, NULL);
}

struct inode *ext2_alloc_inode(struct fs_super *sb)
{
	struct ext2_inode *ei = kmem_cache_alloc(ext2_inode_cache, GFP_KERNEL);

	(void)sb;
	if (!ei)
		return NULL;
	memset(ei, 0, sizeof(*ei));
	return &ei->vfs;
}

void ext2_free_inode_struct(struct inode *inode)
{
	kmem_cache_free(ext2_inode_cache, ext2_i(inode));
}

/* Finds an inode's place in the table: *disk lies in *buf, to be put back. */
static int table_slot(struct ext2_fs *fs, u32 ino, struct buf *buf, struct ext2_disk_inode **disk)
{
	u32 per_block = FS_BLOCK_SIZE / fs->inode_size, group, index;
	int err;

	if (ino == 0 || ino > fs->inodes_count)
		return ext2_error(fs, "bad inode number", ino);
	group = (ino - 1) / fs->inodes_per_group;
	index = (ino - 1) % fs->inodes_per_group;
	err = buf_read(&fs->cache, fs->groups[group].bg_inode_table + index / per_block, buf);
	if (!err)
		*disk = (void *)((u8 *)buf->data + index % per_block * fs->inode_size);
	return err;
}

void ext2_set_ops(struct inode *inode)
{
	if (S_ISREG(inode->mode)) {
		inode->i_op = &ext2_file_iops;
		inode->f_op = &ext2_file_fops;
	} else if (S_ISDIR(inode->mode)) {
		inode->i_op = &ext2_dir_iops;
		inode->f_op = &ext2_dir_fops;
	} else if (S_ISLNK(inode->mode)) {
		inode->i_op = &ext2_symlink_iops;
	} else {
		inode->i_op = &ext2_special_iops;
	}
	inode->mapping.a_ops = &ext2_aops;
}

static u32 xattr_sectors(const struct inode *inode)
{
	const struct ext2_inode *ei = container_of(inode, struct ext2_inode, vfs);

	return ei->file_acl ? SECTORS_PER_BLOCK : 0;
}

bool ext2_has_blocks(const struct inode *inode)
{
	if (S_ISLNK(inode->mode))
		return inode->blocks != xattr_sectors(inode);
	return S_ISREG(inode->mode) || S_ISDIR(inode->mode);
}

/* Does the size make sense for the kind of file? */
static bool size_ok(const struct inode *inode)
{
	loff_t size = inode->mapping.size;

	switch (inode->mode & S_IFMT) {
	case S_IFREG:
		return size >= 0 && size <= EXT2_MAX_SIZE;
	case S_IFDIR:
		/* A directory has no holes, so it is not larger than the disk. */
		return size > 0 && size % FS_BLOCK_SIZE == 0 &&
		       size >> FS_BLOCK_SHIFT <= ext2_fs(inode)->blocks_count;
	case S_IFLNK:
		return size > 0 &&
		       (ext2_has_blocks(inode) ? size < PATH_MAX : size < EXT2_SYMLINK_FAST);
	default:
		return true;
	}
}

static void fill_inode(struct inode *inode, const struct ext2_disk_inode *disk)
{
	struct ext2_inode *ei = ext2_i(inode);

	inode->mode = disk->i_mode;
	inode->nlink = disk->i_links_count;
	inode->uid = disk->i_uid | (u32)disk->i_uid_high << 16;
	inode->gid = disk->i_gid | (u32)disk->i_gid_high << 16;
	inode->atime = disk->i_atime;
	inode->mtime = disk->i_mtime;
	inode->ctime = disk->i_ctime;
	inode->blocks = disk->i_blocks;
	inode->mapping.size = disk->i_size;
	if (S_ISREG(inode->mode))
		inode->mapping.size |= (loff_t)((u64)disk->i_size_high << 32);
	ei->flags = disk->i_flags;
	ei->generation = disk->i_generation;
	ei->file_acl = disk->i_file_acl;
	memcpy(ei->block, disk->i_block, sizeof(ei->block));
	if (S_ISCHR(inode->mode) || S_ISBLK(inode->mode))
		inode->rdev = ei->block[0] ? ei->block[0] : ei->block[1];
}

int ext2_read_inode(struct inode *inode)
{
	struct ext2_fs *fs = ext2_fs(inode);
	struct ext2_disk_inode *disk;
	struct buf buf;
	int err;

	if (inode->ino != EXT2_ROOT_INO && inode->ino < fs->super->s_first_ino)
		return ext2_error(fs, "bad inode number", inode->ino);
	err = table_slot(fs, inode->ino, &buf, &disk);
	if (err)
		return err;
	fill_inode(inode, disk);
	buf_put(&buf);
	if (inode->nlink == 0)
		return -ENOENT;
	if (!size_ok(inode))
		return ext2_error(fs, "bad size of inode", inode->ino);
	ext2_set_ops(inode);
	return 0;
}

static void fill_disk(struct ext2_disk_inode *disk, struct inode *inode)
{
	const struct ext2_inode *ei = ext2_i(inode);

	disk->i_mode = (u16)inode->mode;
	disk->i_links_count = (u16)inode->nlink;
	disk->i_uid = (u16)inode->uid;
	disk->i_uid_high = (u16)(inode->uid >> 16);
	disk->i_gid = (u16)inode->gid;
	disk->i_gid_high = (u16)(inode->gid >> 16);
	disk->i_atime = inode->atime;
	disk->i_mtime = inode->mtime;
	disk->i_ctime = inode->ctime;
	disk->i_dtime = inode->nlink ? 0 : inode->ctime;
	disk->i_blocks = inode->blocks;
	disk->i_size = (u32)inode->mapping.size;
	if (S_ISREG(inode->mode))
		disk->i_size_high = (u32)(inode->mapping.size >> 32);
	disk->i_flags = ei->flags;
	disk->i_generation = ei->generation;
	disk->i_file_acl = ei->file_acl;
	memcpy(disk->i_block, ei->block, sizeof(disk->i_block));
}

int ext2_write_inode(struct inode *inode)
{
	struct ext2_fs *fs = ext2_fs(inode);
	struct ext2_disk_inode *disk;
	struct buf buf;
	int err = table_slot(fs, inode->ino, &buf, &disk);

	if (err)
		return err;
	fill_disk(disk, inode);
	buf_dirty(&buf);
	buf_put(&buf);
	if (inode->mapping.size > MAX_NON_LFS)
		fs->super->s_feature_ro_compat |= EXT2_RO_COMPAT_LARGE_FILE;
	return 0;
}

/* Empties an inode's place in the table, all of it: larger inodes have more fields. */
static int clear_table_slot(struct ext2_fs *fs, u32 ino)
{
	struct ext2_disk_inode *disk;
	struct buf buf;
	int err = table_slot(fs, ino, &buf, &disk);

	if (err)
		return err;
	memset(disk, 0, fs->inode_size);
	buf_dirty(&buf);
	buf_put(&buf);
	return 0;
}

struct inode *ext2_new_inode(struct inode *dir, u32 mode)
{
	struct ext2_fs *fs = ext2_fs(dir);
	struct inode *inode;
	u32 ino;
	int err = ext2_begin_change(fs);

	if (err)
		return ERR_PTR(err);
	inode = ext2_alloc_inode(dir->sb);
	if (!inode)
		return ERR_PTR(-ENOMEM);
	err = ext2_new_ino(fs, dir->ino, S_ISDIR(mode), &ino);
	if (err)
		goto out_free_struct;
	inode_init(inode, dir->sb, ino, mode);
	inode->nlink = S_ISDIR(mode) ? 2 : 1;
	inode->atime = inode->mtime = inode->ctime = now_seconds();
	ext2_i(inode)->generation = next_generation++;
	ext2_set_ops(inode);
	/* First, as the number may be in use although the bitmap says no: then it is left alone. */
	err = inode_insert(inode);
	if (err) {
		ext2_error(fs, "the bitmap calls free an inode in use", ino);
		goto out_free_struct;
	}
	err = clear_table_slot(fs, ino);
	if (!err)
		err = ext2_write_inode(inode);
	if (!err)
		return inode;
	inode->nlink = 0;
	iput(inode);
	return ERR_PTR(err);
out_free_struct:
	ext2_free_inode_struct(inode);
	return ERR_PTR(err);
}

/* Lets go of the attribute block: frees it with its last user. */
static int drop_xattr(struct inode *inode)
{
	struct ext2_fs *fs = ext2_fs(inode);
	u32 block = ext2_i(inode)->file_acl;
	struct xattr_header *header;
	struct buf buf;
	int err;

	if (!block)
		return 0;
	if (!ext2_block_valid(fs, block))
		return ext2_error(fs, "bad attribute block of inode", inode->ino);
	err = buf_read(&fs->cache, block, &buf);
	if (err)
		return err;
	header = buf.data;
	if (header->magic != XATTR_MAGIC || header->refcount == 0) {
		buf_put(&buf);
		return ext2_error(fs, "bad attribute block", block);
	}
	ext2_i(inode)->file_acl = 0;
	inode->blocks -= SECTORS_PER_BLOCK;
	if (--header->refcount) {
		buf_dirty(&buf);
		buf_put(&buf);
		return 0;
	}
	buf_forget(&buf);
	mutex_lock(&fs->lock);
	err = ext2_free_block(fs, block);
	mutex_unlock(&fs->lock);
	return err;
}

/* The file has no name any more: its blocks and its number become free. */
static int delete_inode(struct inode *inode)
{
	struct ext2_fs *fs = ext2_fs(inode);
	int err = ext2_begin_change(fs);

	if (!err && ext2_has_blocks(inode)) {
		inode->mapping.size = 0;
		err = ext2_free_from(inode, 0);
	}
	if (!err)
		err = drop_xattr(inode);
	inode->ctime = now_seconds(); /* stored as the time of deletion */
	if (!err)
		err = ext2_write_inode(inode);
	if (!err)
		err = ext2_free_ino(fs, inode->ino, S_ISDIR(inode->mode));
	return err;
}

int ext2_evict(struct inode *inode, bool last)
{
	bool dead = inode->nlink == 0 && !inode->sb->read_only;
	int err = 0;

	if (!dead && inode->mapping.nrpages)
		err = filemap_sync(&inode->mapping);
	if (err && !last)
		return err;
	if (inode->mapping.nrpages)
		truncate_inode_pages(&inode->mapping, 0);
	if (dead)
		err = delete_inode(inode);
	if (err && last)
		ext2_error(ext2_fs(inode), "could not finish with inode", inode->ino);
	return err;
}
