/*
 * ramdisk.c - a small disk in memory, and an empty ext2 made on it.
 *
 * Groups are far smaller than mke2fs makes them, so that few files already cross
 * from one to the next:
 *
 *   block 0        superblock (at byte 1024)
 *   block 1        group descriptors
 *   first + 8, 9   bitmaps of the group: blocks, inodes
 *   first + 10..   inode table (2 blocks)
 *   block 12       root directory
 */
#include "kernel/ramdisk.h"
#include "kernel/string.h"
#include "mm/highmem.h"
#include "mm/slab.h"

#define NR_GROUPS    DIV_ROUND_UP(RAMDISK_BLOCKS, RAMDISK_GROUP)
#define BITMAP_AT    8u
#define TABLE_AT     10u
#define TABLE_BLOCKS 2u
#define FIRST_DATA   (TABLE_AT + TABLE_BLOCKS) /* in each group */
#define ROOT_BLOCK   FIRST_DATA
#define TEST_TIME    1000000000u

static int ramdisk_rw(struct block_device *bdev, sector_t sector, struct page *page,
		      unsigned int offset, unsigned int count, bool write)
{
	struct ramdisk *disk = bdev->driver_data;
	u32 block = sector / SECTORS_PER_BLOCK, at = sector % SECTORS_PER_BLOCK * SECTOR_SIZE;
	char *memory;

	if (disk->transfers++ >= disk->fail_after)
		return -EIO;
	if (at + count * SECTOR_SIZE > FS_BLOCK_SIZE)
		return -EINVAL; /* the file system moves blocks or parts of one */
	if (write && !ramdisk_block(disk, block))
		return -EIO;
	memory = kmap_atomic(page);
	if (write)
		memcpy((u8 *)page_address(disk->pages[block]) + at, memory + offset,
		       count * SECTOR_SIZE);
	else if (disk->pages[block])
		memcpy(memory + offset, (u8 *)page_address(disk->pages[block]) + at,
		       count * SECTOR_SIZE);
	else
		memset(memory + offset, 0, count * SECTOR_SIZE);
	kunmap_atomic(memory);
	return 0;
}

static const struct block_device_ops ramdisk_ops = {.rw_page = ramdisk_rw};

u8 *ramdisk_block(struct ramdisk *disk, u32 block)
{
	if (!disk->pages[block])
		disk->pages[block] = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
	return disk->pages[block] ? page_address(disk->pages[block]) : NULL;
}

static void make_super(struct ext2_super_block *super)
{
	*super = (struct ext2_super_block){
		.s_inodes_count = NR_GROUPS * RAMDISK_INODES,
		.s_blocks_count = RAMDISK_BLOCKS,
		.s_free_blocks_count = RAMDISK_BLOCKS - NR_GROUPS * FIRST_DATA - 1,
		.s_free_inodes_count = NR_GROUPS * RAMDISK_INODES - EXT2_FIRST_INO + 1,
		.s_log_block_size = EXT2_LOG_4K,
		.s_log_frag_size = EXT2_LOG_4K,
		.s_blocks_per_group = RAMDISK_GROUP,
		.s_frags_per_group = RAMDISK_GROUP,
		.s_inodes_per_group = RAMDISK_INODES,
		.s_magic = EXT2_MAGIC,
		.s_state = EXT2_VALID_FS,
		.s_rev_level = EXT2_REV_DYNAMIC,
		.s_first_ino = EXT2_FIRST_INO,
		.s_inode_size = sizeof(struct ext2_disk_inode),
		.s_feature_incompat = EXT2_INCOMPAT_FILETYPE,
		.s_feature_ro_compat = EXT2_RO_COMPAT_LARGE_FILE,
	};
}

/* A group's descriptor and its two bitmaps; the blocks below FIRST_DATA are counted as used. */
static bool make_group(struct ramdisk *disk, struct ext2_group_desc *desc, u32 group)
{
	u32 first = group * RAMDISK_GROUP, used = FIRST_DATA + (group == 0), i;
	u32 used_inodes = group == 0 ? EXT2_FIRST_INO - 1 : 0;
	u8 *blocks = ramdisk_block(disk, first + BITMAP_AT);
	u8 *inodes = ramdisk_block(disk, first + BITMAP_AT + 1);

	if (!blocks || !inodes)
		return false;
	*desc = (struct ext2_group_desc){
		.bg_block_bitmap = first + BITMAP_AT,
		.bg_inode_bitmap = first + BITMAP_AT + 1,
		.bg_inode_table = first + TABLE_AT,
		.bg_free_blocks_count = (u16)(RAMDISK_GROUP - used),
		.bg_free_inodes_count = (u16)(RAMDISK_INODES - used_inodes),
		.bg_used_dirs_count = group == 0,
	};
	memset(blocks, 0xff, FS_BLOCK_SIZE);
	memset(inodes, 0xff, FS_BLOCK_SIZE);
	for (i = used; i < RAMDISK_GROUP; i++)
		__clear_bit(i, (unsigned long *)blocks);
	for (i = used_inodes; i < RAMDISK_INODES; i++)
		__clear_bit(i, (unsigned long *)inodes);
	return true;
}

static bool make_root(struct ramdisk *disk)
{
	struct ext2_disk_inode *table = (void *)ramdisk_block(disk, TABLE_AT);
	u8 *block = ramdisk_block(disk, ROOT_BLOCK);
	struct ext2_dir_entry *entry = (void *)block;

	if (!table || !block)
		return false;
	table[EXT2_ROOT_INO - 1] = (struct ext2_disk_inode){
		.i_mode = S_IFDIR | 0755,
		.i_links_count = 2,
		.i_size = FS_BLOCK_SIZE,
		.i_blocks = SECTORS_PER_BLOCK,
		.i_atime = TEST_TIME,
		.i_mtime = TEST_TIME,
		.i_ctime = TEST_TIME,
		.i_block = {ROOT_BLOCK},
	};
	*entry = (struct ext2_dir_entry){EXT2_ROOT_INO, EXT2_DIRENT_SIZE(1), 1, 2};
	entry->name[0] = '.';
	entry = (void *)(block + EXT2_DIRENT_SIZE(1));
	*entry = (struct ext2_dir_entry){EXT2_ROOT_INO, FS_BLOCK_SIZE - EXT2_DIRENT_SIZE(1), 2, 2};
	entry->name[0] = entry->name[1] = '.';
	return true;
}

static bool make_ext2(struct ramdisk *disk)
{
	u8 *first = ramdisk_block(disk, 0), *descs = ramdisk_block(disk, 1);
	u32 group;

	if (!first || !descs)
		return false;
	make_super((void *)(first + EXT2_SUPER_OFFSET));
	for (group = 0; group < NR_GROUPS; group++) {
		if (!make_group(disk, (struct ext2_group_desc *)descs + group, group))
			return false;
	}
	return make_root(disk);
}

struct ramdisk *ramdisk_make(void)
{
	struct ramdisk *disk = kzalloc(sizeof(*disk), GFP_KERNEL);

	if (!disk)
		return NULL;
	disk->fail_after = RAMDISK_NO_FAULT;
	disk->bdev.name = "ram0";
	disk->bdev.dev = 1 << 8;
	disk->bdev.sectors = RAMDISK_BLOCKS * SECTORS_PER_BLOCK;
	disk->bdev.ops = &ramdisk_ops;
	disk->bdev.driver_data = disk;
	if (make_ext2(disk))
		return disk;
	ramdisk_free(disk);
	return NULL;
}

void ramdisk_free(struct ramdisk *disk)
{
	u32 block;

	for (block = 0; block < RAMDISK_BLOCKS; block++) {
		if (disk->pages[block])
			__free_page(disk->pages[block]);
	}
	kfree(disk);
}
