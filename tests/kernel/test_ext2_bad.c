/*
 * test_ext2_bad.c - damaged and failing disks: errors come back as errors, and
 * nothing else happens. Messages about the damage are expected here and kept off the
 * console.
 */
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define FUZZ_ROUNDS 120u
#define FUZZ_BYTES  12u
#define MAX_FAULTS  400u
#define SYSTEM_END  12u /* of a group: what lies before are its bitmaps and inodes */

static int old_loglevel;

static void quiet_begin(void)
{
	old_loglevel = console_loglevel;
	console_loglevel = 0;
}

static void quiet_end(void)
{
	console_loglevel = old_loglevel;
}

static struct ext2_super_block *super_of(struct ramdisk *disk)
{
	return (void *)(ramdisk_block(disk, 0) + EXT2_SUPER_OFFSET);
}

static struct ext2_disk_inode *inode_of(struct ramdisk *disk, u32 ino)
{
	return (struct ext2_disk_inode *)ramdisk_block(disk, 10) + ino - 1;
}

/* Mounting must fail with this error. */
static void expect_refused(struct ramdisk *disk, int err)
{
	struct fs_super *sb = ext2_mount(&disk->bdev, false);

	if (!EXPECT(IS_ERR(sb)))
		ext2_umount(sb);
	else
		EXPECT_EQ(PTR_ERR(sb), err);
}

/* Each field of the superblock that could lead astray, one at a time. */
static void test_hostile_super(void)
{
	static const struct {
		u32 offset, size, value;
	} bad[] = {
#define BAD(field, value)                                                                         \
	{offsetof(struct ext2_super_block, field), sizeof(((struct ext2_super_block *)0)->field), \
	 value}
		BAD(s_magic, 0x1234),
		BAD(s_rev_level, 0),
		BAD(s_log_block_size, 0),
		BAD(s_log_block_size, 0xffffffff),
		BAD(s_feature_incompat, 0x0042),
		BAD(s_blocks_count, 0),
		BAD(s_blocks_count, RAMDISK_BLOCKS + 1),
		BAD(s_blocks_count, 0xffffffff),
		BAD(s_first_data_block, 1),
		BAD(s_blocks_per_group, 0),
		BAD(s_blocks_per_group, 7),
		BAD(s_blocks_per_group, 0x10000),
		BAD(s_inodes_per_group, 0),
		BAD(s_inodes_per_group, 33),
		BAD(s_inodes_per_group, 0x80000000),
		BAD(s_inodes_count, 0xffffffff),
		BAD(s_inode_size, 0),
		BAD(s_inode_size, 64),
		BAD(s_inode_size, 0x8000),
		BAD(s_first_ino, 0),
		BAD(s_first_ino, 0xfffffff0),
		BAD(s_free_blocks_count, 0xfffffff0),
		BAD(s_free_inodes_count, 0xfffffff0),
	};
	struct ramdisk *disk = ramdisk_make();
	u8 saved[4], *field;
	unsigned int i;

	if (!EXPECT(disk))
		return;
	quiet_begin();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		field = (u8 *)super_of(disk) + bad[i].offset;
		memcpy(saved, field, bad[i].size);
		memcpy(field, &bad[i].value, bad[i].size);
		expect_refused(disk, -EINVAL);
		memcpy(field, saved, bad[i].size);
	}
	quiet_end();
	ramdisk_free(disk);
}

static void test_hostile_groups(void)
{
	static const u32 bad_blocks[] = {0, 1, RAMDISK_GROUP, 0xffffffff, 10, 11};
	struct ramdisk *disk = ramdisk_make();
	struct ext2_group_desc *desc;
	unsigned int i;

	if (!EXPECT(disk))
		return;
	desc = (struct ext2_group_desc *)ramdisk_block(disk, 1);
	quiet_begin();
	for (i = 0; i < ARRAY_SIZE(bad_blocks); i++) {
		desc->bg_block_bitmap = bad_blocks[i];
		expect_refused(disk, -EINVAL);
	}
	desc->bg_block_bitmap = 8;
	desc->bg_inode_table = RAMDISK_GROUP - 1; /* would run into the next group */
	expect_refused(disk, -EINVAL);
	desc->bg_inode_table = 10;
	desc->bg_free_blocks_count = RAMDISK_GROUP + 1;
	expect_refused(disk, -EINVAL);
	quiet_end();
	ramdisk_free(disk);
}

/* A read-only disk, and features that forbid writing. */
static void test_read_only(void)
{
	struct ramdisk *disk = ramdisk_make();
	struct fs_super *sb, *old;

	if (!EXPECT(disk))
		return;
	quiet_begin();
	super_of(disk)->s_feature_ro_compat |= 0x8000;
	sb = ext2_mount(&disk->bdev, false);
	if (EXPECT(!IS_ERR(sb))) {
		EXPECT(sb->read_only);
		old = vfs_set_root(sb);
		EXPECT_EQ(test_make_file("/f", 1, 1), (unsigned long)-EROFS);
		EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/d", 0755), (unsigned long)-EROFS);
		vfs_set_root(old);
		EXPECT_EQ(ext2_umount(sb), 0);
	}
	quiet_end();
	ramdisk_free(disk);
}

/* A directory whose entries are wrong in one way or other: -EIO, and no loop without end. */
static void test_hostile_directory(void)
{
	static const struct {
		u16 rec_len;
		u8 name_len;
		u32 inode;
	} bad[] = {{0, 1, 2},	   {4, 1, 2},	 {11, 1, 2},	  {0xfffc, 1, 2},
		   {4092, 255, 2}, {12, 200, 2}, {12, 1, 100000}, {12, 1, 3}};
	struct ramdisk *disk = ramdisk_make();
	struct ext2_dir_entry *entry;
	struct fs_super *sb, *old;
	unsigned int i;

	if (!EXPECT(disk))
		return;
	quiet_begin();
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		entry = (void *)(ramdisk_block(disk, 12) + 12); /* ".." */
		entry->rec_len = bad[i].rec_len;
		entry->name_len = bad[i].name_len;
		entry->inode = bad[i].inode;
		entry->name[0] = 'x';
		sb = ext2_mount(&disk->bdev, false);
		if (!EXPECT(!IS_ERR(sb)))
			continue;
		old = vfs_set_root(sb);
		EXPECT_EQ(test_links("/x"), (unsigned long)-EIO);
		vfs_set_root(old);
		EXPECT_EQ(ext2_umount(sb), 0);
	}
	quiet_end();
	ramdisk_free(disk);
}

/* Clear bits in the block bitmaps: as many as the superblock says? */
static bool free_blocks_agree(struct ramdisk *disk)
{
	const struct ext2_group_desc *desc = (void *)ramdisk_block(disk, 1);
	u32 group, used = 0, groups = RAMDISK_BLOCKS / RAMDISK_GROUP;

	for (group = 0; group < groups; group++)
		used += bitmap_weight((void *)ramdisk_block(disk, desc[group].bg_block_bitmap),
				      RAMDISK_GROUP);
	return super_of(disk)->s_free_blocks_count == RAMDISK_BLOCKS - used;
}

/* Block numbers that lead outside, into the inode table, round in a circle, or to one another. */
static void test_hostile_tree(void)
{
	static const u32 bad_blocks[] = {0xffffffff, RAMDISK_BLOCKS, 10, 8, 1, RAMDISK_GROUP + 9};
	struct file *file;
	unsigned int i;

	if (!test_fs_begin())
		return;
	quiet_begin();
	EXPECT_EQ(test_make_file("/f", 20 * FS_BLOCK_SIZE, 1), 0);
	EXPECT_EQ(test_make_file("/g", FS_BLOCK_SIZE, 1), 0);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	for (i = 0; i <= ARRAY_SIZE(bad_blocks); i++) {
		struct ext2_disk_inode *inode = inode_of(test_disk, EXT2_FIRST_INO);
		u32 saved = inode->i_block[12];

		/* The last time: a block of numbers that names itself. */
		if (i < ARRAY_SIZE(bad_blocks))
			inode->i_block[12] = bad_blocks[i];
		else
			*(u32 *)ramdisk_block(test_disk, saved) = saved;
		test_sb = ext2_mount(&test_disk->bdev, false);
		vfs_set_root(test_sb);
		file = filp_open("/f", O_RDWR, 0);
		if (EXPECT(!IS_ERR(file))) {
			if (i < ARRAY_SIZE(bad_blocks))
				EXPECT(!test_verify(file, 12 * FS_BLOCK_SIZE, 1, 1));
			fput(file);
		}
		vfs_set_root(NULL);
		EXPECT_EQ(ext2_umount(test_sb), 0);
		inode->i_block[12] = saved;
	}
	test_sb = ext2_mount(&test_disk->bdev, false);
	vfs_set_root(test_sb);
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/f"), 0); /* frees a block twice: stops, reports */
	EXPECT(test_check_file("/g", FS_BLOCK_SIZE, 1));
	vfs_set_root(NULL);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	EXPECT(free_blocks_agree(test_disk));
	quiet_end();
	ramdisk_free(test_disk);
}

/* A bitmap that calls the superblock, the bitmaps and the inode table free: nobody gets them. */
static void test_system_zone(void)
{
	u32 groups = RAMDISK_BLOCKS / RAMDISK_GROUP, group, bit, blocks;
	struct ext2_group_desc *desc;

	if (!test_fs_begin())
		return;
	quiet_begin();
	EXPECT_EQ(ext2_umount(test_sb), 0);
	desc = (struct ext2_group_desc *)ramdisk_block(test_disk, 1);
	for (group = 0; group < groups; group++) {
		unsigned long *bits = (void *)ramdisk_block(test_disk, desc[group].bg_block_bitmap);

		for (bit = 0; bit < SYSTEM_END; bit++)
			__clear_bit(bit, bits);
		desc[group].bg_free_blocks_count += SYSTEM_END;
	}
	super_of(test_disk)->s_free_blocks_count += groups * SYSTEM_END;
	test_sb = ext2_mount(&test_disk->bdev, false);
	vfs_set_root(test_sb);
	/* All but four blocks a group, superblock, descriptors, root, and a block of numbers. */
	blocks = RAMDISK_BLOCKS - 4 * groups - 4;
	EXPECT_EQ(test_make_file("/f", blocks * FS_BLOCK_SIZE, 3), 0);
	EXPECT_EQ(test_make_file("/g", 1, 3), (unsigned long)-ENOSPC);
	vfs_set_root(NULL);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	test_sb = ext2_mount(&test_disk->bdev, false);
	vfs_set_root(test_sb);
	EXPECT(test_check_file("/f", blocks * FS_BLOCK_SIZE, 3));
	vfs_set_root(NULL);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	quiet_end();
	ramdisk_free(test_disk);
}

/* One block with two owners in one file: it is freed once, and the second time is an error. */
static void test_double_free(void)
{
	struct ext2_disk_inode *inode;
	struct file *file;

	if (!test_fs_begin())
		return;
	quiet_begin();
	EXPECT_EQ(test_make_file("/f", 2 * FS_BLOCK_SIZE, 1), 0);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	inode = inode_of(test_disk, EXT2_FIRST_INO);
	inode->i_block[1] = inode->i_block[0];
	test_sb = ext2_mount(&test_disk->bdev, false);
	vfs_set_root(test_sb);
	file = filp_open("/f", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(inode_truncate(file->inode, 0), (unsigned long)-EIO);
		fput(file);
	}
	vfs_set_root(NULL);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	EXPECT(free_blocks_agree(test_disk));
	quiet_end();
	ramdisk_free(test_disk);
}

static u32 fuzz_state;

static u32 fuzz_random(u32 below)
{
	fuzz_state = fuzz_state * 1664525 + 1013904223;
	return (fuzz_state >> 8) % below;
}

/* A little of everything; results do not matter. */
static void use_disk(void)
{
	struct file *file;

	test_make_file("/new", 60000, 5);
	test_check_file("/f0", 60000, 1);
	test_check_file("/d/f1", 300, 2);
	vfs_mkdir(AT_FDCWD, "/d/e", 0755);
	vfs_rename(AT_FDCWD, "/d/f1", AT_FDCWD, "/moved", 0);
	vfs_symlink("/d/f1", AT_FDCWD, "/s");
	test_links("/d/../d/e/../../s");
	file = filp_open("/f0", O_RDWR, 0);
	if (!IS_ERR(file)) {
		test_write(file, 100000, 5000, 7);
		inode_truncate(file->inode, 10);
		fput(file);
	}
	vfs_unlink(AT_FDCWD, "/f0");
	vfs_rmdir(AT_FDCWD, "/d/e");
	vfs_sync_super(test_sb);
}

static void make_contents(void)
{
	test_make_file("/f0", 60000, 1);
	vfs_mkdir(AT_FDCWD, "/d", 0755);
	test_make_file("/d/f1", 300, 2);
}

/* Mounts what is on the disk, if it can be, and uses it. False: could not be mounted. */
static bool mount_and_use(void (*use)(void))
{
	test_sb = ext2_mount(&test_disk->bdev, false);
	if (IS_ERR(test_sb))
		return false;
	vfs_set_root(test_sb);
	use();
	vfs_set_root(NULL);
	ext2_umount(test_sb);
	return true;
}

/* Bytes of metadata changed at random: anything may fail, nothing may break. */
static void test_fuzz(void)
{
	unsigned int round, i, mounted = 0;
	u32 block;

	quiet_begin();
	fuzz_state = 1;
	for (round = 0; round < FUZZ_ROUNDS; round++) {
		test_disk = ramdisk_make();
		if (!EXPECT(test_disk))
			break;
		mount_and_use(make_contents);
		for (i = 0; i < FUZZ_BYTES; i++) {
			block = fuzz_random(24);
			if (block)
				ramdisk_block(test_disk, block)[fuzz_random(600)] =
					(u8)fuzz_random(256);
			else
				((u8 *)super_of(test_disk))[fuzz_random(104)] =
					(u8)fuzz_random(256);
		}
		mounted += mount_and_use(use_disk);
		ramdisk_free(test_disk);
	}
	quiet_end();
	EXPECT(mounted > FUZZ_ROUNDS / 10);
}

/* The disk fails from the nth transfer on, for each n: errors, no damage to the kernel, no leak. */
static void test_io_errors(void)
{
	unsigned int n;

	quiet_begin();
	for (n = 0; n < MAX_FAULTS; n += n < 60 ? 1 : 7) {
		test_disk = ramdisk_make();
		if (!EXPECT(test_disk))
			break;
		mount_and_use(make_contents);
		test_disk->transfers = 0;
		test_disk->fail_after = n;
		mount_and_use(use_disk);
		ramdisk_free(test_disk);
	}
	quiet_end();
}

/* A disk that fails and comes back: what could not be written is written then. */
static void test_error_recovers(void)
{
	if (!test_fs_begin())
		return;
	quiet_begin();
	EXPECT_EQ(test_make_file("/f", 50000, 8), 0);
	test_disk->fail_after = test_disk->transfers;
	EXPECT_EQ(vfs_sync_super(test_sb), (unsigned long)-EIO);
	test_disk->fail_after = RAMDISK_NO_FAULT;
	EXPECT_EQ(vfs_sync_super(test_sb), 0);
	quiet_end();
	test_fs_remount();
	EXPECT(test_check_file("/f", 50000, 8));
	test_fs_end();
}

static const struct ktap_case cases[] = {
	{"hostile_superblock", test_hostile_super},
	{"hostile_groups", test_hostile_groups},
	{"read_only", test_read_only},
	{"hostile_directory", test_hostile_directory},
	{"hostile_tree", test_hostile_tree},
	{"system_zone", test_system_zone},
	{"double_free", test_double_free},
	{"fuzz", test_fuzz},
	{"io_errors", test_io_errors},
	{"error_recovers", test_error_recovers},
	{NULL, NULL},
};

const struct ktap_suite ext2_bad_suite = {"ext2_bad", cases};
