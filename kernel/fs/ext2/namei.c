/*
 * namei.c - names in ext2: looking up, making, removing, renaming.
 *
 * Called with the directory's lock held and names checked (kernel/fs/vfs/dirops.c).
 * Order of the steps: a new inode is whole before a name leads to it, and a name is
 * gone before its inode's link count falls. An inode made in vain is given a count of 0,
 * and its last iput() takes it off the disk again.
 */
#include "fs/ext2/ext2.h"
#include "kernel/string.h"

static bool is_dotdot(const char *name, unsigned int len)
{
	return len == 2 && name[0] == '.' && name[1] == '.';
}

/*
 * A tree has no circles: an entry never names its own directory or the root. What lies deeper (an
 * ancestor, a directory that another one holds too) is noticed when it is to be moved or removed,
 * by its ".." (check_parent). The directories that the caller locks are different ones then.
 */
static int check_target(struct inode *dir, const char *name, unsigned int len, u32 ino)
{
	if (is_dotdot(name, len) || (ino != dir->ino && ino != EXT2_ROOT_INO))
		return 0;
	return ext2_error(ext2_fs(dir), "entry leads back up in directory", dir->ino);
}

/* Finds an entry and its inode; the slot is open on success. */
static int find_inode_entry(struct inode *dir, const char *name, unsigned int len,
			    struct ext2_slot *slot, struct inode **inode)
{
	int err = ext2_find_entry(dir, name, len, slot);

	if (err)
		return err;
	err = check_target(dir, name, len, slot->entry->inode);
	if (err)
		goto out_put;
	*inode = iget(dir->sb, slot->entry->inode);
	err = IS_ERR(*inode) ? (int)PTR_ERR(*inode) : 0;
	if (err == -ENOENT)
		err = ext2_error(ext2_fs(dir), "entry of a free inode in directory", dir->ino);
	if (!err && is_dotdot(name, len) && !S_ISDIR((*inode)->mode)) {
		iput(*inode);
		err = ext2_error(ext2_fs(dir), "'..' is no directory in", dir->ino);
	}
out_put:
	if (err)
		ext2_put_entry(slot);
	return err;
}

/* Does the directory lie in `parent`, as its ".." says? 0, -EIO or another errno. */
static int check_parent(struct inode *inode, const struct inode *parent)
{
	struct ext2_slot slot;
	u32 ino;
	int err = ext2_find_entry(inode, "..", 2, &slot);

	if (err && err != -ENOENT)
		return err;
	ino = err ? 0 : slot.entry->inode;
	if (!err)
		ext2_put_entry(&slot);
	return ino == parent->ino
		       ? 0
		       : ext2_error(ext2_fs(inode), "'..' leads elsewhere in", inode->ino);
}

static struct inode *ext2_lookup(struct inode *dir, const char *name, unsigned int len)
{
	struct ext2_slot slot;
	struct inode *inode;
	int err = find_inode_entry(dir, name, len, &slot, &inode);

	if (err)
		return ERR_PTR(err);
	ext2_put_entry(&slot);
	return inode;
}

/* One link less, and the change on disk. */
static int drop_link(struct inode *inode, u32 links)
{
	inode->nlink -= min(links, inode->nlink);
	inode->ctime = now_seconds();
	return ext2_write_inode(inode);
}

static int add_link(struct inode *inode)
{
	inode->nlink++;
	inode->ctime = now_seconds();
	return ext2_write_inode(inode);
}

/* An inode that was to get a name and got none. */
static void discard_inode(struct inode *inode)
{
	inode->nlink = 0;
	iput(inode);
}

static int ext2_create(struct inode *dir, const char *name, unsigned int len, u32 mode,
		       struct inode **out)
{
	struct inode *inode = ext2_new_inode(dir, mode);
	int err;

	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	err = ext2_add_entry(dir, name, len, inode);
	if (err)
		discard_inode(inode);
	else
		*out = inode;
	return err;
}

static int ext2_mkdir(struct inode *dir, const char *name, unsigned int len, u32 mode)
{
	struct inode *inode;
	int err;

	if (dir->nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	inode = ext2_new_inode(dir, mode);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	err = ext2_make_empty(inode, dir);
	if (!err)
		err = ext2_add_entry(dir, name, len, inode);
	if (err) {
		discard_inode(inode);
		return err;
	}
	iput(inode);
	return add_link(dir);
}

/* The text goes into i_block when it fits, else into the first page. */
static int store_target(struct inode *inode, const char *target)
{
	size_t len = strlen(target);
	struct page *page;
	u32 block;
	int err;

	if (len < EXT2_SYMLINK_FAST) {
		memcpy(ext2_i(inode)->block, target, len);
		inode->mapping.size = (loff_t)len;
		return ext2_write_inode(inode);
	}
	page = find_or_create_page(&inode->mapping, 0);
	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	err = ext2_map_block(inode, 0, true, &block);
	if (!err) {
		page->private = block;
		ext2_fill_page(page, target, len);
		inode->mapping.size = (loff_t)len;
		SetPageUptodate(page);
		set_page_dirty(page);
		err = ext2_write_inode(inode);
	}
	unlock_page(page);
	put_page(page);
	return err;
}

static int ext2_symlink(struct inode *dir, const char *name, unsigned int len, const char *target)
{
	struct inode *inode;
	int err;

	if (strlen(target) >= PATH_MAX)
		return -ENAMETOOLONG;
	inode = ext2_new_inode(dir, S_IFLNK | 0777);
	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	err = store_target(inode, target);
	if (!err)
		err = ext2_add_entry(dir, name, len, inode);
	if (err) {
		discard_inode(inode);
		return err;
	}
	iput(inode);
	return 0;
}

static int ext2_link(struct inode *dir, const char *name, unsigned int len, struct inode *target)
{
	int err;

	if (target->nlink >= EXT2_LINK_MAX)
		return -EMLINK;
	err = ext2_begin_change(ext2_fs(dir));
	if (!err)
		err = add_link(target);
	if (err)
		return err;
	err = ext2_add_entry(dir, name, len, target);
	if (err)
		drop_link(target, 1);
	return err;
}

static int ext2_unlink(struct inode *dir, const char *name, unsigned int len)
{
	struct ext2_slot slot;
	struct inode *inode;
	int err = find_inode_entry(dir, name, len, &slot, &inode);

	if (err)
		return err;
	if (S_ISDIR(inode->mode))
		err = -EISDIR;
	else
		err = ext2_begin_change(ext2_fs(dir));
	if (err) {
		ext2_put_entry(&slot);
	} else {
		err = ext2_delete_entry(dir, &slot);
		if (!err)
			err = drop_link(inode, 1);
	}
	iput(inode);
	return err;
}

/* A directory without entries goes: its own two links, and the one of its "..". */
static int drop_directory(struct inode *parent, struct inode *victim)
{
	int err = drop_link(victim, victim->nlink);

	return err ? err : drop_link(parent, 1);
}

static int ext2_rmdir(struct inode *dir, const char *name, unsigned int len)
{
	struct ext2_slot slot;
	struct inode *inode;
	int empty, err = find_inode_entry(dir, name, len, &slot, &inode);

	if (err)
		return err;
	empty = S_ISDIR(inode->mode) ? ext2_is_empty(inode) : -ENOTDIR;
	if (empty == 1)
		err = check_parent(inode, dir);
	if (empty == 1 && !err)
		err = ext2_begin_change(ext2_fs(dir));
	else if (!err)
		err = empty == 0 ? -ENOTEMPTY : empty;
	if (err) {
		ext2_put_entry(&slot);
	} else {
		err = ext2_delete_entry(dir, &slot);
		if (!err)
			err = drop_directory(dir, inode);
	}
	iput(inode);
	return err;
}

/* The new name shall lead to `inode`: in place of what it leads to now, or as a new entry. */
static int enter_new_name(struct inode *dir, const char *name, unsigned int len,
			  struct inode *inode)
{
	struct ext2_slot slot;
	struct inode *victim;
	int empty, err = find_inode_entry(dir, name, len, &slot, &victim);

	if (err == -ENOENT)
		return ext2_add_entry(dir, name, len, inode);
	if (err)
		return err;
	empty = S_ISDIR(victim->mode) ? ext2_is_empty(victim) : 1;
	err = empty == 1 ? 0 : empty == 0 ? -ENOTEMPTY : empty;
	if (!err && S_ISDIR(victim->mode))
		err = check_parent(victim, dir);
	if (err) {
		ext2_put_entry(&slot);
		goto out_iput;
	}
	err = ext2_set_entry(dir, &slot, inode);
	if (!err)
		err = S_ISDIR(victim->mode) ? drop_directory(dir, victim) : drop_link(victim, 1);
out_iput:
	iput(victim);
	return err;
}

/* A directory has moved: its ".." leads to the new parent, which gets the link of the old one. */
static int move_dotdot(struct inode *inode, struct inode *old_dir, struct inode *new_dir)
{
	struct ext2_slot slot;
	int err = ext2_find_entry(inode, "..", 2, &slot);

	if (!err)
		err = ext2_set_entry(inode, &slot, new_dir);
	if (!err)
		err = add_link(new_dir);
	return err ? err : drop_link(old_dir, 1);
}

static int ext2_rename(struct inode *old_dir, const char *old_name, unsigned int old_len,
		       struct inode *new_dir, const char *new_name, unsigned int new_len)
{
	struct ext2_slot slot;
	struct inode *inode;
	int err = find_inode_entry(old_dir, old_name, old_len, &slot, &inode);

	if (err)
		return err;
	ext2_put_entry(&slot);
	err = S_ISDIR(inode->mode) ? check_parent(inode, old_dir) : 0;
	if (!err)
		err = ext2_begin_change(ext2_fs(old_dir));
	if (!err && S_ISDIR(inode->mode) && old_dir != new_dir && new_dir->nlink >= EXT2_LINK_MAX)
		err = -EMLINK;
	if (!err)
		err = enter_new_name(new_dir, new_name, new_len, inode);
	/* The new entry may have split the old one's neighbour: look for the old name again. */
	if (!err)
		err = ext2_find_entry(old_dir, old_name, old_len, &slot);
	if (!err)
		err = ext2_delete_entry(old_dir, &slot);
	if (!err && S_ISDIR(inode->mode) && old_dir != new_dir)
		err = move_dotdot(inode, old_dir, new_dir);
	if (!err) {
		inode->ctime = now_seconds();
		err = ext2_write_inode(inode);
	}
	iput(inode);
	return err;
}

const struct inode_ops ext2_dir_iops = {
	.lookup = ext2_lookup,
	.create = ext2_create,
	.mkdir = ext2_mkdir,
	.unlink = ext2_unlink,
	.rmdir = ext2_rmdir,
	.link = ext2_link,
	.symlink = ext2_symlink,
	.rename = ext2_rename,
	.setattr = ext2_setattr,
	.evict = ext2_evict,
};

const struct file_ops ext2_dir_fops = {
	.llseek = generic_llseek,
	.readdir = ext2_readdir,
	.fsync = ext2_fsync,
};
