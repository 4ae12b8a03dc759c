/*
 * map.c - from a page of a file to its block on the disk.
 *
 *   i_block[0..11]  the first 12 blocks
 *   i_block[12]     -> block of 1,024 numbers                            (level 1)
 *   i_block[13]     -> numbers -> numbers                                (level 2)
 *   i_block[14]     -> numbers -> numbers -> numbers                     (level 3)
 *
 * A number of 0 is a hole. A path to a block is up to four indices: into i_block
 * first, into a block of numbers at each further level. Every number read from the disk is
 * checked before it is used. All under fs->lock.
 */
#include "fs/ext2/ext2.h"

#define MAX_LEVELS	 4
#define SECTORS_OF_BLOCK 8u

/* The indices that lead to page `index`; returns how many, or 0: out of reach. */
static unsigned int block_path(u32 index, u32 path[MAX_LEVELS])
{
	unsigned int level, i;
	u32 span = 1;

	if (index < EXT2_NDIR_BLOCKS) {
		path[0] = index;
		return 1;
	}
	index -= EXT2_NDIR_BLOCKS;
	for (level = 1; level < MAX_LEVELS; level++) {
		span <<= EXT2_ADDR_BITS;
		if (index < span)
			break;
		index -= span;
	}
	if (level == MAX_LEVELS)
		return 0;
	path[0] = EXT2_NDIR_BLOCKS + level - 1;
	for (i = level; i > 0; i--) {
		path[i] = index & (EXT2_ADDRS - 1);
		index >>= EXT2_ADDR_BITS;
	}
	return level + 1;
}

static u32 allocation_goal(const struct inode *inode)
{
	const struct ext2_inode *ei = container_of(inode, struct ext2_inode, vfs);

	return ei->next_goal ? ei->next_goal : ext2_inode_goal(ext2_fs(inode), inode->ino);
}

/* Puts a new block into the hole `slot`. A block of numbers starts as zeroes. */
static int fill_slot(struct inode *inode, u32 *slot, bool numbers)
{
	struct ext2_fs *fs = ext2_fs(inode);
	struct buf buf;
	u32 block;
	int err = ext2_new_block(fs, allocation_goal(inode), &block);

	if (err)
		return err;
	if (numbers) {
		err = buf_new(&fs->cache, block, &buf);
		if (err) {
			ext2_free_block(fs, block);
			return err;
		}
		buf_put(&buf);
	}
	*slot = block;
	ext2_i(inode)->next_goal = block + 1;
	inode->blocks += SECTORS_OF_BLOCK;
	return 0;
}

/* The number in `slot`, filling a hole if asked to. *changed tells. */
static int use_slot(struct inode *inode, u32 *slot, bool create, bool numbers, bool *changed)
{
	int err = 0;

	*changed = false;
	if (*slot) {
		if (!ext2_block_valid(ext2_fs(inode), *slot))
			err = ext2_error(ext2_fs(inode), "bad block number in inode", inode->ino);
	} else if (create) {
		err = fill_slot(inode, slot, numbers);
		*changed = !err;
	}
	return err;
}

/* Follows the path; fs->lock held. */
static int walk_path(struct inode *inode, const u32 *path, unsigned int depth, bool create,
		     u32 *block)
{
	struct ext2_fs *fs = ext2_fs(inode);
	unsigned int level;
	struct buf buf;
	bool changed;
	int err;

	err = use_slot(inode, &ext2_i(inode)->block[path[0]], create, depth > 1, &changed);
	*block = err ? 0 : ext2_i(inode)->block[path[0]];
	for (level = 1; !err && *block && level < depth; level++) {
		err = buf_read(&fs->cache, *block, &buf);
		if (err)
			break;
		err = use_slot(inode, (u32 *)buf.data + path[level], create, level + 1 < depth,
			       &changed);
		*block = ((u32 *)buf.data)[path[level]];
		if (changed)
			buf_dirty(&buf);
		buf_put(&buf);
	}
	return err;
}

/* fs->lock held. */
static int map_locked(struct inode *inode, u32 index, bool create, u32 *block)
{
	u32 path[MAX_LEVELS];
	unsigned int depth = block_path(index, path);

	if (depth == 0)
		return create ? -EFBIG : -EIO;
	return walk_path(inode, path, depth, create, block);
}

int ext2_map_block(struct inode *inode, u32 index, bool create, u32 *block)
{
	struct ext2_fs *fs = ext2_fs(inode);
	int err;

	mutex_lock(&fs->lock);
	err = map_locked(inode, index, create, block);
	mutex_unlock(&fs->lock);
	return err;
}

int ext2_find_block(struct inode *inode, u32 index, u32 *block)
{
	struct ext2_fs *fs = ext2_fs(inode);
	int err = mutex_lock_killable(&fs->lock);

	if (err)
		return err;
	err = map_locked(inode, index, false, block);
	mutex_unlock(&fs->lock);
	return err;
}

/*
 * Frees what `slot` holds at the given level (0: a data block), from the tree's page
 * `first` on. A damaged tree ends it: each block is freed once, so it does end.
 */
static int free_tree(struct inode *inode, u32 *slot, unsigned int level, u32 first)
{
	struct ext2_fs *fs = ext2_fs(inode);
	unsigned int child_bits = level ? EXT2_ADDR_BITS * (level - 1) : 0;
	u32 i, block = *slot;
	struct buf buf;
	int err = 0;

	if (block == 0)
		return 0;
	if (!ext2_block_valid(fs, block))
		return ext2_error(fs, "bad block number in inode", inode->ino);
	if (level) {
		err = buf_read(&fs->cache, block, &buf);
		if (err)
			return err;
		for (i = first >> child_bits; !err && i < EXT2_ADDRS; i++) {
			err = free_tree(inode, (u32 *)buf.data + i, level - 1,
					i == first >> child_bits ? first & ((1u << child_bits) - 1)
								 : 0);
			cond_resched();
		}
		if (err || first) {
			buf_dirty(&buf);
			buf_put(&buf);
			return err;
		}
		buf_forget(&buf);
	}
	err = ext2_free_block(fs, block);
	if (!err) {
		*slot = 0;
		inode->blocks -= SECTORS_OF_BLOCK;
	}
	return err;
}

int ext2_free_from(struct inode *inode, u32 first)
{
	struct ext2_fs *fs = ext2_fs(inode);
	u32 *slots = ext2_i(inode)->block, i, start = EXT2_NDIR_BLOCKS, span = 1;
	unsigned int level;
	int err = 0;

	mutex_lock(&fs->lock);
	for (i = first; !err && i < EXT2_NDIR_BLOCKS; i++)
		err = free_tree(inode, &slots[i], 0, 0);
	for (level = 1; !err && level < MAX_LEVELS; level++) {
		span <<= EXT2_ADDR_BITS;
		if (first < start + span)
			err = free_tree(inode, &slots[EXT2_NDIR_BLOCKS + level - 1], level,
					first > start ? first - start : 0);
		start += span;
	}
	ext2_i(inode)->next_goal = 0;
	mutex_unlock(&fs->lock);
	return err;
}
