/*
 * balloc.c - which blocks are free: one bitmap a group, a set bit for a block in use.
 *
 * A search starts at the goal (the block behind the file's last one), goes on to the
 * end of that group, and then through the other groups, skipping those whose
 * count says full. Bitmap and counts must agree; where they do not, the disk is damaged:
 * that is reported, and no block is handed out or taken back twice.
 * All with fs->lock held.
 */
#include "fs/ext2/ext2.h"
#include "kernel/bitops.h"

static u32 blocks_in_group(const struct ext2_fs *fs, u32 group)
{
	return min(fs->blocks_per_group, fs->blocks_count - group * fs->blocks_per_group);
}

/* Is it a bitmap or in the inode table of its group, or in the first descriptors? */
static bool in_system_zone(const struct ext2_fs *fs, u32 block)
{
	const struct ext2_group_desc *desc = &fs->groups[block / fs->blocks_per_group];

	return block <= fs->desc_blocks || block == desc->bg_block_bitmap ||
	       block == desc->bg_inode_bitmap || block - desc->bg_inode_table < fs->table_blocks;
}

/* May a file have this block? */
bool ext2_block_valid(const struct ext2_fs *fs, u32 block)
{
	return block < fs->blocks_count && !in_system_zone(fs, block);
}

/* Takes a free block of the group, at `from` or behind it. 0, -ENOSPC: none, or errno. */
static int take_from_group(struct ext2_fs *fs, u32 group, u32 from, u32 *block)
{
	struct ext2_group_desc *desc = &fs->groups[group];
	u32 size = blocks_in_group(fs, group), bit;
	struct buf bitmap;
	int err = buf_read(&fs->cache, desc->bg_block_bitmap, &bitmap);

	if (err)
		return err;
	err = -ENOSPC;
	for (bit = from; bit < size; bit++) {
		bit = find_next_zero_bit(bitmap.data, size, bit);
		*block = group * fs->blocks_per_group + bit;
		if (bit >= size || ext2_block_valid(fs, *block))
			break;
	}
	if (bit < size) {
		__set_bit(bit, bitmap.data);
		buf_dirty(&bitmap);
		desc->bg_free_blocks_count--;
		fs->super->s_free_blocks_count--;
		err = 0;
	}
	buf_put(&bitmap);
	return err;
}

int ext2_new_block(struct ext2_fs *fs, u32 goal, u32 *block)
{
	u32 group, tried, from;
	int err;

	if (fs->super->s_free_blocks_count == 0)
		return -ENOSPC;
	if (goal >= fs->blocks_count)
		goal = 0;
	group = goal / fs->blocks_per_group;
	from = goal % fs->blocks_per_group;
	/* The goal's group comes twice: from the goal on, and in the end from its start. */
	for (tried = 0; tried <= fs->nr_groups; tried++) {
		if (fs->groups[group].bg_free_blocks_count) {
			err = take_from_group(fs, group, from, block);
			if (err != -ENOSPC)
				return err;
		}
		from = 0;
		cond_resched();
		group = group + 1 < fs->nr_groups ? group + 1 : 0;
	}
	return -ENOSPC;
}

int ext2_free_block(struct ext2_fs *fs, u32 block)
{
	struct ext2_group_desc *desc;
	struct buf bitmap;
	u32 bit;
	int err;

	if (!ext2_block_valid(fs, block))
		return ext2_error(fs, "freeing a bad block", block);
	desc = &fs->groups[block / fs->blocks_per_group];
	bit = block % fs->blocks_per_group;
	err = buf_read(&fs->cache, desc->bg_block_bitmap, &bitmap);
	if (err)
		return err;
	if (test_bit(bit, bitmap.data)) {
		__clear_bit(bit, bitmap.data);
		buf_dirty(&bitmap);
		desc->bg_free_blocks_count++;
		fs->super->s_free_blocks_count++;
	} else {
		err = ext2_error(fs, "freeing a free block", block);
	}
	buf_put(&bitmap);
	return err;
}
