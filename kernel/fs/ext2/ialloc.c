/*
 * ialloc.c - which inodes are free: one bitmap a group.
 *
 * A file's inode goes into its directory's group, so that a directory and its
 * files lie together; a new directory goes to the group with the most free inodes,
 * so that the groups fill evenly.
 */
#include "fs/ext2/ext2.h"
#include "kernel/bitops.h"

u32 ext2_inode_goal(const struct ext2_fs *fs, u32 ino)
{
	return (ino - 1) / fs->inodes_per_group * fs->blocks_per_group;
}

static u32 emptiest_group(const struct ext2_fs *fs)
{
	u32 group, best = 0;

	for (group = 1; group < fs->nr_groups; group++) {
		if (fs->groups[group].bg_free_inodes_count > fs->groups[best].bg_free_inodes_count)
			best = group;
	}
	return best;
}

/* Takes a free inode of the group. 0, -ENOSPC: none, or errno. */
static int take_ino(struct ext2_fs *fs, u32 group, bool directory, u32 *ino)
{
	struct ext2_group_desc *desc = &fs->groups[group];
	u32 first = group == 0 ? fs->super->s_first_ino - 1 : 0, bit;
	struct buf bitmap;
	int err = buf_read(&fs->cache, desc->bg_inode_bitmap, &bitmap);

	if (err)
		return err;
	bit = find_next_zero_bit(bitmap.data, fs->inodes_per_group, first);
	if (bit < fs->inodes_per_group) {
		__set_bit(bit, bitmap.data);
		buf_dirty(&bitmap);
		desc->bg_free_inodes_count--;
		fs->super->s_free_inodes_count--;
		if (directory)
			desc->bg_used_dirs_count++;
		*ino = group * fs->inodes_per_group + bit + 1;
	} else {
		err = -ENOSPC;
	}
	buf_put(&bitmap);
	return err;
}

int ext2_new_ino(struct ext2_fs *fs, u32 parent_ino, bool directory, u32 *ino)
{
	u32 group, tried;
	int err = -ENOSPC;

	mutex_lock(&fs->lock);
	group = directory ? emptiest_group(fs) : (parent_ino - 1) / fs->inodes_per_group;
	for (tried = 0; tried < fs->nr_groups; tried++) {
		if (fs->groups[group].bg_free_inodes_count) {
			err = take_ino(fs, group, directory, ino);
			if (err != -ENOSPC)
				break;
		}
		group = group + 1 < fs->nr_groups ? group + 1 : 0;
	}
	mutex_unlock(&fs->lock);
	return err;
}

static int give_ino_back(struct ext2_fs *fs, u32 ino, bool directory)
{
	struct ext2_group_desc *desc = &fs->groups[(ino - 1) / fs->inodes_per_group];
	u32 bit = (ino - 1) % fs->inodes_per_group;
	struct buf bitmap;
	int err = buf_read(&fs->cache, desc->bg_inode_bitmap, &bitmap);

	if (err)
		return err;
	if (test_bit(bit, bitmap.data)) {
		__clear_bit(bit, bitmap.data);
		buf_dirty(&bitmap);
		desc->bg_free_inodes_count++;
		fs->super->s_free_inodes_count++;
		if (directory && desc->bg_used_dirs_count)
			desc->bg_used_dirs_count--;
	} else {
		err = ext2_error(fs, "freeing a free inode", ino);
	}
	buf_put(&bitmap);
	return err;
}

int ext2_free_ino(struct ext2_fs *fs, u32 ino, bool directory)
{
	int err;

	if (ino < fs->super->s_first_ino || ino > fs->inodes_count)
		return ext2_error(fs, "freeing a bad inode", ino);
	mutex_lock(&fs->lock);
	err = give_ino_back(fs, ino, directory);
	mutex_unlock(&fs->lock);
	return err;
}
