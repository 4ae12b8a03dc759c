/*
 * test_ext2.c - ext2 as a working file system, on a small disk in memory. Each case
 * ends with the disk unmounted and checked (ramdisk_check.c). Damaged disks and
 * failing ones are test_ext2_bad.c's.
 */
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/string.h"

#define DIRECT_END   (12u * FS_BLOCK_SIZE)
#define INDIRECT_END (DIRECT_END + 1024u * FS_BLOCK_SIZE)
#define DOUBLE_END   (INDIRECT_END + (1024ull * 1024u) * FS_BLOCK_SIZE)
#define MANY	     150u /* more names than a block holds */
#define NAME_BUF     80u
#define STEPS	     600u
#define STORM_FILES  12u
#define STORM_MAX    40000u

static void test_mount(void)
{
	struct ext2_super_block *super;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_sb->root->ino, EXT2_ROOT_INO);
	EXPECT_EQ(test_make_file("/f", 5, 1), 0);
	super = (void *)(ramdisk_block(test_disk, 0) + EXT2_SUPER_OFFSET);
	EXPECT_EQ(super->s_state & EXT2_VALID_FS, 0);
	EXPECT_EQ(vfs_sync_super(test_sb), 0);
	EXPECT_EQ(super->s_state & EXT2_VALID_FS, EXT2_VALID_FS);
	EXPECT(test_check_file("/f", 5, 1));
	test_fs_remount();
	EXPECT(test_check_file("/f", 5, 1));
	test_fs_end();
}

/* Sizes on both sides of where the next kind of block begins. */
static void test_sizes(void)
{
	static const u32 sizes[] = {0,
				    1,
				    4095,
				    4096,
				    4097,
				    DIRECT_END - 1,
				    DIRECT_END,
				    DIRECT_END + 1,
				    DIRECT_END + 200000};
	char path[NAME_BUF];
	unsigned int i;

	if (!test_fs_begin())
		return;
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(path, sizeof(path), "/s%u", i);
		EXPECT_EQ(test_make_file(path, sizes[i], i), 0);
	}
	test_fs_remount();
	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		snprintf(path, sizeof(path), "/s%u", i);
		EXPECT(test_check_file(path, sizes[i], i));
	}
	test_fs_end();
}

/* One block in each part of the tree; what lies between takes no room and reads as zeroes. */
static void test_holes(void)
{
	static const loff_t places[] = {20000, DIRECT_END + 4096 * 3, INDIRECT_END + 4096 * 2000,
					(loff_t)DOUBLE_END + 4096ll * 5000};
	struct file *file;
	unsigned int i;

	if (!test_fs_begin())
		return;
	file = filp_open("/sparse", O_CREAT | O_RDWR, 0644);
	if (EXPECT(!IS_ERR(file))) {
		for (i = 0; i < ARRAY_SIZE(places); i++)
			EXPECT_EQ(test_write(file, places[i], 100, i), 100);
		/* 4 of data; 1, 2 and 3 of numbers; all but the first two share none. */
		EXPECT_EQ(file->inode->blocks, (4 + 1 + 2 + 3) * SECTORS_PER_BLOCK);
		fput(file);
	}
	test_fs_remount();
	file = filp_open("/sparse", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		for (i = 0; i < ARRAY_SIZE(places); i++)
			EXPECT(test_verify(file, places[i], 100, i));
		EXPECT(test_verify_zero(file, 0, 20000));
		EXPECT(test_verify_zero(file, INDIRECT_END, 9000));
		EXPECT_EQ(inode_truncate(file->inode, places[2] + 50), 0);
		EXPECT(test_verify(file, places[2], 50, 2));
		EXPECT_EQ(file->inode->blocks, (3 + 1 + 2) * SECTORS_PER_BLOCK);
		EXPECT_EQ(inode_truncate(file->inode, EXT2_MAX_SIZE + 1), (unsigned long)-EFBIG);
		EXPECT_EQ(inode_truncate(file->inode, -1), (unsigned long)-EINVAL);
		fput(file);
	}
	test_fs_end();
}

/* A file that was cut and grows again shows zeroes, not what it held: from the cache, the disk. */
static void test_truncate(void)
{
	struct file *file;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/t", 60000, 3), 0);
	file = filp_open("/t", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(inode_truncate(file->inode, 5000), 0);
		EXPECT_EQ(file->inode->blocks, 2 * SECTORS_PER_BLOCK);
		EXPECT_EQ(inode_truncate(file->inode, 9000), 0);
		EXPECT(test_verify(file, 0, 5000, 3));
		EXPECT(test_verify_zero(file, 5000, 4000));
		fput(file);
	}
	test_fs_remount();
	file = filp_open("/t", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT(test_verify(file, 0, 5000, 3));
		EXPECT(test_verify_zero(file, 5000, 4000));
		fput(file);
	}
	file = filp_open("/t", O_RDWR | O_TRUNC, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(file->inode->mapping.size, 0);
		EXPECT_EQ(file->inode->blocks, 0);
		fput(file);
	}
	test_fs_end();
}

static void entry_path(char *path, unsigned int i)
{
	snprintf(path, NAME_BUF, "/d/%.*s%u", (int)(i % 40),
		 "a_name_of_some_length_that_varies_a_lot_", i);
}

/* More entries than a block holds; every second goes, and its room is used again. */
static void test_directory(void)
{
	char path[NAME_BUF];
	unsigned int i;
	struct inode *dir;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/d", 0755), 0);
	for (i = 0; i < MANY; i++) {
		entry_path(path, i);
		EXPECT_EQ(test_make_file(path, 0, 0), 0);
	}
	dir = path_lookup("/d", true);
	EXPECT_EQ(dir->mapping.size, 2 * FS_BLOCK_SIZE);
	for (i = 0; i < MANY; i += 2) {
		entry_path(path, i);
		EXPECT_EQ(vfs_unlink(AT_FDCWD, path), 0);
		EXPECT_EQ(vfs_unlink(AT_FDCWD, path), (unsigned long)-ENOENT);
	}
	for (i = 0; i < MANY; i += 2) {
		entry_path(path, i);
		EXPECT_EQ(test_make_file(path, 0, 0), 0);
	}
	EXPECT_EQ(dir->mapping.size, 2 * FS_BLOCK_SIZE);
	iput(dir);
	test_fs_remount();
	for (i = 0; i < MANY; i++) {
		entry_path(path, i);
		EXPECT_EQ(test_links(path), 1);
	}
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d"), (unsigned long)-ENOTEMPTY);
	test_fs_end();
}

static void test_links_case(void)
{
	char target[NAME_BUF], text[NAME_BUF];
	struct inode *inode;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/one", 100, 9), 0);
	EXPECT_EQ(vfs_link(AT_FDCWD, "/one", AT_FDCWD, "/two", false), 0);
	EXPECT_EQ(vfs_link(AT_FDCWD, "/one", AT_FDCWD, "/two", false), (unsigned long)-EEXIST);
	EXPECT_EQ(test_links("/two"), 2);
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/one"), 0);
	EXPECT(test_check_file("/two", 100, 9));
	memset(target, 't', sizeof(target)); /* too long for the inode: in a block */
	target[sizeof(target) - 1] = '\0';
	EXPECT_EQ(vfs_symlink("two", AT_FDCWD, "/short"), 0);
	EXPECT_EQ(vfs_symlink(target, AT_FDCWD, "/long"), 0);
	test_fs_remount();
	EXPECT(test_check_file("/short", 100, 9));
	inode = path_lookup("/long", false);
	if (EXPECT(!IS_ERR(inode))) {
		EXPECT_EQ(inode->blocks, SECTORS_PER_BLOCK);
		EXPECT_EQ(inode->i_op->readlink(inode, text, sizeof(text)), sizeof(target) - 1);
		EXPECT(memcmp(text, target, sizeof(target) - 1) == 0);
		iput(inode);
	}
	EXPECT_EQ(vfs_link(AT_FDCWD, "/", AT_FDCWD, "/root2", false), (unsigned long)-EPERM);
	test_fs_end();
}

static int move(const char *from, const char *to)
{
	return vfs_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}

static void test_rename(void)
{
	if (!test_fs_begin())
		return;
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/a", 0755), 0);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/a/b", 0755), 0);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/c", 0755), 0);
	EXPECT_EQ(test_make_file("/x", 10, 1), 0);
	EXPECT_EQ(test_make_file("/y", 20, 2), 0);
	EXPECT_EQ(move("/x", "/y"), 0); /* replaces */
	EXPECT(test_check_file("/y", 10, 1));
	EXPECT_EQ(move("/y", "/a"), (unsigned long)-EISDIR);
	EXPECT_EQ(move("/a", "/y"), (unsigned long)-ENOTDIR);
	EXPECT_EQ(move("/a", "/a/b/inside"), (unsigned long)-EINVAL);
	EXPECT_EQ(move("/c", "/a"), (unsigned long)-ENOTEMPTY);
	EXPECT_EQ(move("/a/b", "/a"), (unsigned long)-ENOTEMPTY);
	EXPECT_EQ(vfs_rename(AT_FDCWD, "/y", AT_FDCWD, "/c", 1), (unsigned long)-EEXIST);
	EXPECT_EQ(move("/y", "/a/b/z"), 0);
	EXPECT_EQ(test_links("/"), 4);
	EXPECT_EQ(move("/a/b", "/c"), 0); /* onto an empty directory, to another parent */
	EXPECT_EQ(test_links("/a"), 2);
	EXPECT_EQ(test_links("/c"), 2);
	EXPECT(test_check_file("/c/../c/z", 10, 1));
	EXPECT_EQ(move("/c", "/a/c"), 0);
	EXPECT_EQ(test_links("/a"), 3);
	EXPECT(test_check_file("/a/c/../c/z", 10, 1));
	test_fs_end();
}

/* A file without a name lives while it is open, and its room comes back when it is closed. */
static void test_unlinked(void)
{
	struct kstatfs before = {0}, after = {0};
	struct file *file;

	if (!test_fs_begin())
		return;
	test_sb->ops->statfs(test_sb, &before);
	file = filp_open("/gone", O_CREAT | O_RDWR, 0600);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(vfs_unlink(AT_FDCWD, "/gone"), 0);
		EXPECT_EQ(test_write(file, 0, 70000, 4), 70000);
		EXPECT(test_verify(file, 0, 70000, 4));
		fput(file);
	}
	test_sb->ops->statfs(test_sb, &after);
	EXPECT_EQ(after.bfree, before.bfree);
	EXPECT_EQ(after.ffree, before.ffree);
	test_fs_end();
}

/* The machine goes off while a program holds a file without a name: the disk is whole. */
static void test_shutdown(void)
{
	struct file *file;
	struct inode *dir;
	const char *fault;
	u32 where;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/kept", 5000, 1), 0);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/d", 0755), 0);
	dir = path_lookup("/d", true);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d"), 0);
	file = filp_open("/gone", O_CREAT | O_RDWR, 0600);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(test_write(file, 0, 70000, 4), 70000);
		EXPECT_EQ(vfs_unlink(AT_FDCWD, "/gone"), 0);
		EXPECT_EQ(vfs_shutdown(), 0);
		EXPECT_EQ(test_write(file, 0, 10, 4), (unsigned long)-EROFS);
		fput(file);
	}
	iput(dir);
	fault = ramdisk_check(test_disk, &where);
	if (fault)
		ktap_fail(__FILE__, __LINE__, "disk: %s (%u)", fault, where);
	EXPECT(test_check_file("/kept", 5000, 1));
	EXPECT_EQ(test_make_file("/new", 1, 1), (unsigned long)-EROFS);
	test_fs_end();
}

/* The disk fills up: what fitted is there, the rest is -ENOSPC, and all of it comes back. */
static void test_no_space(void)
{
	struct kstatfs st = {0}, full = {0};
	struct file *file;
	char path[NAME_BUF];
	ssize_t n = 0;
	unsigned int i;

	if (!test_fs_begin())
		return;
	/* A block of numbers that was freed, still in memory, must not reach the disk over /big. */
	EXPECT_EQ(test_make_file("/pad", 1, 1), 0); /* else /big has its numbers just there */
	EXPECT_EQ(test_make_file("/before", DIRECT_END + 8192, 1), 0);
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/pad"), 0);
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/before"), 0);
	test_sb->ops->statfs(test_sb, &st);
	file = filp_open("/big", O_CREAT | O_RDWR, 0600);
	if (EXPECT(!IS_ERR(file))) {
		n = test_write(file, 0, (size_t)(st.bfree + 10) * FS_BLOCK_SIZE, 6);
		EXPECT_EQ(n, (st.bfree - 1) * FS_BLOCK_SIZE); /* one block of numbers */
		EXPECT_EQ(file->inode->mapping.size, n);
		EXPECT_EQ(test_write(file, n, 10, 6), (unsigned long)-ENOSPC);
		fput(file);
	}
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/dir", 0755), (unsigned long)-ENOSPC);
	for (i = 0; i < 3 * RAMDISK_INODES; i++) { /* inodes run out too */
		snprintf(path, sizeof(path), "/i%u", i);
		if (test_make_file(path, 0, 0))
			break;
	}
	test_sb->ops->statfs(test_sb, &full);
	EXPECT_EQ(i, st.ffree - 1 - full.ffree);
	test_fs_remount();
	EXPECT(test_check_file("/big", (size_t)n, 6));
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/big"), 0);
	while (i-- > 0) {
		snprintf(path, sizeof(path), "/i%u", i);
		EXPECT_EQ(vfs_unlink(AT_FDCWD, path), 0);
	}
	test_sb->ops->statfs(test_sb, &full);
	EXPECT_EQ(full.bfree, st.bfree);
	EXPECT_EQ(full.ffree, st.ffree);
	test_fs_end();
}

static u32 storm_state;

static u32 storm_random(u32 below)
{
	storm_state = storm_state * 1664525 + 1013904223; /* Numerical Recipes' constants */
	return (storm_state >> 8) % below;
}

/* A file of the storm: written from its start by one seed; size -1: not there. */
struct storm_file {
	s32 size;
	u32 seed;
};

static void storm_step(struct storm_file *model, unsigned int i)
{
	char path[NAME_BUF], other[NAME_BUF];
	unsigned int to = storm_random(STORM_FILES);
	struct inode *inode;

	snprintf(path, sizeof(path), "/f%u", i);
	snprintf(other, sizeof(other), "/f%u", to);
	if (model[i].size < 0) {
		model[i].size = (s32)storm_random(STORM_MAX);
		model[i].seed = storm_random(1000);
		EXPECT_EQ(test_make_file(path, (size_t)model[i].size, model[i].seed), 0);
		return;
	}
	switch (storm_random(4)) {
	case 0:
		EXPECT_EQ(vfs_unlink(AT_FDCWD, path), 0);
		model[i].size = -1;
		break;
	case 1:
		EXPECT_EQ(move(path, other), 0);
		if (to != i) {
			model[to] = model[i];
			model[i].size = -1;
		}
		break;
	case 2:
		model[i].size = (s32)storm_random((u32)model[i].size + 1);
		inode = path_lookup(path, true);
		if (!EXPECT(!IS_ERR(inode)))
			break;
		EXPECT_EQ(inode_truncate(inode, model[i].size), 0);
		iput(inode);
		break;
	default:
		EXPECT(test_check_file(path, (size_t)model[i].size, model[i].seed));
	}
}

static void test_storm(void)
{
	struct storm_file model[STORM_FILES];
	char path[NAME_BUF];
	unsigned int i;

	if (!test_fs_begin())
		return;
	storm_state = 1;
	for (i = 0; i < STORM_FILES; i++)
		model[i].size = -1;
	for (i = 0; i < STEPS; i++) {
		storm_step(model, storm_random(STORM_FILES));
		if (i % 200 == 199)
			test_fs_remount();
	}
	for (i = 0; i < STORM_FILES; i++) {
		snprintf(path, sizeof(path), "/f%u", i);
		if (model[i].size >= 0)
			EXPECT(test_check_file(path, (size_t)model[i].size, model[i].seed));
		else
			EXPECT_EQ(test_links(path), (unsigned long)-ENOENT);
	}
	test_fs_end();
}

static const struct ktap_case cases[] = {
	{"mount", test_mount},	       {"sizes", test_sizes},
	{"holes", test_holes},	       {"truncate", test_truncate},
	{"directory", test_directory}, {"links", test_links_case},
	{"rename", test_rename},       {"unlinked_open", test_unlinked},
	{"shutdown", test_shutdown},   {"no_space", test_no_space},
	{"storm", test_storm},	       {NULL, NULL},
};

const struct ktap_suite ext2_suite = {"ext2", cases};
