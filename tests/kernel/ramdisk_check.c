/*
 * ramdisk_check.c - is the ext2 on a test disk whole? A small e2fsck that only
 * looks, written against the format and not against the file system's code.
 *
 * First each inode in use is walked: its blocks are marked (twice is a fault), its
 * directory entries counted as links. Then bitmaps and counts are compared with what
 * was found. The first fault ends it.
 */
#include "kernel/ramdisk.h"
#include "kernel/string.h"
#include "mm/slab.h"

#define NR_GROUPS DIV_ROUND_UP(RAMDISK_BLOCKS, RAMDISK_GROUP)
#define NR_INODES (NR_GROUPS * RAMDISK_INODES)
#define ADDRS	  (FS_BLOCK_SIZE / 4)

struct check {
	struct ramdisk *disk;
	const char *fault;
	u32 where;
	u32 blocks; /* of the inode in work */
	u8 used[RAMDISK_BLOCKS];
	u16 links[NR_INODES + 1]; /* found in directories */
	u16 dirs[NR_GROUPS];
};

static void fault(struct check *check, const char *what, u32 where)
{
	if (check->fault)
		return;
	check->fault = what;
	check->where = where;
}

static const struct ext2_super_block *get_super(struct check *check)
{
	return (const void *)(ramdisk_block(check->disk, 0) + EXT2_SUPER_OFFSET);
}

static const struct ext2_group_desc *get_group(struct check *check, u32 group)
{
	return (const struct ext2_group_desc *)ramdisk_block(check->disk, 1) + group;
}

static const struct ext2_disk_inode *get_inode(struct check *check, u32 ino)
{
	u32 index = (ino - 1) % RAMDISK_INODES, per_block = FS_BLOCK_SIZE / 128;
	u32 table = get_group(check, (ino - 1) / RAMDISK_INODES)->bg_inode_table;

	return (const struct ext2_disk_inode *)ramdisk_block(check->disk,
							     table + index / per_block) +
	       index % per_block;
}

static bool bit_of(struct check *check, u32 bitmap, u32 bit)
{
	return ramdisk_block(check->disk, bitmap)[bit / 8] >> (bit % 8) & 1;
}

static bool inode_used(struct check *check, u32 ino)
{
	return bit_of(check, get_group(check, (ino - 1) / RAMDISK_INODES)->bg_inode_bitmap,
		      (ino - 1) % RAMDISK_INODES);
}

static void mark_block(struct check *check, u32 block)
{
	if (block >= RAMDISK_BLOCKS)
		fault(check, "block number out of range", block);
	else if (check->used[block])
		fault(check, "block with two owners", block);
	else
		check->used[block] = 1;
	check->blocks++;
}

/* Marks a tree of blocks; level 0 is data. */
static void mark_tree(struct check *check, u32 block, unsigned int level)
{
	const u32 *numbers;
	u32 i;

	if (!block || check->fault)
		return;
	mark_block(check, block);
	if (!level || check->fault)
		return;
	numbers = (const u32 *)ramdisk_block(check->disk, block);
	for (i = 0; i < ADDRS; i++)
		mark_tree(check, numbers[i], level - 1);
}

static void check_entries(struct check *check, const u8 *block, u32 ino)
{
	u32 at = 0;

	while (at < FS_BLOCK_SIZE && !check->fault) {
		const struct ext2_dir_entry *entry = (const void *)(block + at);

		if (entry->rec_len < 8 || entry->rec_len % 4 ||
		    at + entry->rec_len > FS_BLOCK_SIZE ||
		    EXT2_DIRENT_SIZE(entry->name_len) > entry->rec_len) {
			fault(check, "bad directory entry", ino);
			return;
		}
		if (entry->inode > NR_INODES)
			fault(check, "entry names a bad inode", ino);
		else if (entry->inode && !inode_used(check, entry->inode))
			fault(check, "entry names a free inode", entry->inode);
		else if (entry->inode)
			check->links[entry->inode]++;
		at += entry->rec_len;
	}
}

/* Test directories fit in their direct blocks. */
static void check_directory(struct check *check, const struct ext2_disk_inode *inode, u32 ino)
{
	u32 i, blocks = inode->i_size / FS_BLOCK_SIZE;

	check->dirs[(ino - 1) / RAMDISK_INODES]++;
	if (inode->i_size % FS_BLOCK_SIZE || blocks > EXT2_NDIR_BLOCKS)
		fault(check, "bad directory size", ino);
	for (i = 0; i < blocks && !check->fault; i++) {
		if (inode->i_block[i])
			check_entries(check, ramdisk_block(check->disk, inode->i_block[i]), ino);
		else
			fault(check, "hole in directory", ino);
	}
}

static void check_inode(struct check *check, u32 ino)
{
	const struct ext2_disk_inode *inode = get_inode(check, ino);
	bool fast_link = S_ISLNK(inode->i_mode) && inode->i_blocks == 0;
	u32 i;

	if (inode->i_links_count == 0)
		fault(check, "inode in use without a link", ino);
	check->blocks = 0;
	for (i = 0; i < EXT2_N_BLOCKS && !fast_link; i++)
		mark_tree(check, inode->i_block[i], i < EXT2_NDIR_BLOCKS ? 0 : i - 11);
	if (inode->i_blocks != check->blocks * SECTORS_PER_BLOCK)
		fault(check, "wrong count of sectors in inode", ino);
	if (S_ISDIR(inode->i_mode) && !check->fault)
		check_directory(check, inode, ino);
}

/* What is there without belonging to a file. */
static void mark_system(struct check *check)
{
	u32 group, i;

	for (group = 0; group < NR_GROUPS; group++) {
		for (i = 0; i < 12; i++)
			check->used[group * RAMDISK_GROUP + i] = 1;
	}
}

static void check_group_counts(struct check *check, u32 group, u32 *free_blocks, u32 *free_inodes)
{
	const struct ext2_group_desc *desc = get_group(check, group);
	u32 i, blocks = 0, inodes = 0, block;

	for (i = 0; i < RAMDISK_GROUP; i++) {
		block = group * RAMDISK_GROUP + i;
		if (bit_of(check, desc->bg_block_bitmap, i) != check->used[block])
			fault(check, "block bitmap is wrong", block);
		blocks += !check->used[block];
	}
	for (i = 0; i < RAMDISK_INODES; i++)
		inodes += !bit_of(check, desc->bg_inode_bitmap, i);
	if (desc->bg_free_blocks_count != blocks)
		fault(check, "group's count of free blocks is wrong", group);
	if (desc->bg_free_inodes_count != inodes)
		fault(check, "group's count of free inodes is wrong", group);
	if (desc->bg_used_dirs_count != check->dirs[group])
		fault(check, "group's count of directories is wrong", group);
	*free_blocks += blocks;
	*free_inodes += inodes;
}

static void check_counts(struct check *check)
{
	u32 group, ino, free_blocks = 0, free_inodes = 0;

	for (ino = 1; ino <= NR_INODES; ino++) {
		if (ino != EXT2_ROOT_INO && ino < EXT2_FIRST_INO)
			continue;
		if (inode_used(check, ino) &&
		    get_inode(check, ino)->i_links_count != check->links[ino])
			fault(check, "wrong count of links in inode", ino);
	}
	for (group = 0; group < NR_GROUPS; group++)
		check_group_counts(check, group, &free_blocks, &free_inodes);
	if (get_super(check)->s_free_blocks_count != free_blocks)
		fault(check, "count of free blocks is wrong", free_blocks);
	if (get_super(check)->s_free_inodes_count != free_inodes)
		fault(check, "count of free inodes is wrong", free_inodes);
}

const char *ramdisk_check(struct ramdisk *disk, u32 *where)
{
	struct check *check = kzalloc(sizeof(*check), GFP_KERNEL);
	const char *result;
	u32 ino;

	*where = 0;
	if (!check)
		return "no memory for the check";
	check->disk = disk;
	mark_system(check);
	for (ino = 1; ino <= NR_INODES && !check->fault; ino++) {
		if ((ino == EXT2_ROOT_INO || ino >= EXT2_FIRST_INO) && inode_used(check, ino))
			check_inode(check, ino);
	}
	if (!check->fault)
		check_counts(check);
	result = check->fault;
	*where = check->where;
	kfree(check);
	return result;
}
