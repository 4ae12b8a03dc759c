/*
 * test_vfs.c - paths, the inode cache, built-in directories, text that grows.
 * What programs see through system calls is tests/user's.
 */
#include "fs/pseudo/text.h"
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/shrinker.h"
#include "mm/slab.h"
#include "proc/task.h"

#define DEEP 30u

static void expect_path(const char *path, int err)
{
	struct inode *inode = path_lookup(path, true);
	int got = IS_ERR(inode) ? (int)PTR_ERR(inode) : 0;

	if (got != err)
		ktap_fail(__FILE__, __LINE__, "lookup of \"%s\": %d, expected %d", path, got, err);
	if (!IS_ERR(inode))
		iput(inode);
}

static void expect_absolute(const char *path, const char *want)
{
	char *buf = kmalloc(PATH_MAX, GFP_KERNEL);

	if (!EXPECT(buf))
		return;
	EXPECT_EQ(path_absolute(path, buf), 0);
	if (strcmp(buf, want))
		ktap_fail(__FILE__, __LINE__, "\"%s\" is \"%s\", expected \"%s\"", path, buf, want);
	kfree(buf);
}

static void make_tree(void)
{
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/a", 0755), 0);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/a/b/", 0755), 0);
	EXPECT_EQ(test_make_file("/a/b/f", 10, 1), 0);
	EXPECT_EQ(vfs_symlink("a/b", AT_FDCWD, "/to_b"), 0);
	EXPECT_EQ(vfs_symlink("../../a/./b/../b/f", AT_FDCWD, "/a/b/to_f"), 0);
	EXPECT_EQ(vfs_symlink("/a", AT_FDCWD, "/a/b/up"), 0);
	EXPECT_EQ(vfs_symlink("nowhere", AT_FDCWD, "/dangling"), 0);
	EXPECT_EQ(vfs_symlink("loop2", AT_FDCWD, "/loop1"), 0);
	EXPECT_EQ(vfs_symlink("loop1", AT_FDCWD, "/loop2"), 0);
}

static void test_walk(void)
{
	if (!test_fs_begin())
		return;
	make_tree();
	expect_path("/", 0);
	expect_path("//a///b//", 0);
	expect_path("a/b/f", 0); /* no working directory yet: the root */
	expect_path("/../../a/.", 0);
	expect_path("/a/b/f/", -ENOTDIR);
	expect_path("/a/b/f/x", -ENOTDIR);
	expect_path("/a/b/f/..", -ENOTDIR);
	expect_path("/a/x", -ENOENT);
	expect_path("/a/x/y", -ENOENT);
	expect_path("", -ENOENT);
	expect_path("/to_b/f", 0);
	expect_path("/to_b/", 0);
	expect_path("/a/b/to_f", 0);
	expect_path("/a/b/up/b/up/b/f", 0);
	expect_path("/dangling", -ENOENT);
	expect_path("/dangling/x", -ENOENT);
	expect_path("/loop1", -ELOOP);
	expect_path("/loop1/x", -ELOOP);
	EXPECT_EQ(test_links("/loop1"), 1); /* the link itself */
	test_fs_end();
}

static void test_absolute(void)
{
	if (!test_fs_begin())
		return;
	make_tree();
	expect_absolute("/", "/");
	expect_absolute("/..", "/");
	expect_absolute("//a/./b/", "/a/b");
	expect_absolute("/a/b/../b/f", "/a/b/f");
	expect_absolute("/to_b/f", "/a/b/f");
	expect_absolute("/to_b/..", "/a");
	expect_absolute("/a/b/up/b", "/a/b");
	expect_absolute("/a/b/to_f", "/a/b/f");
	expect_absolute("/a/new", "/a/new");
	test_fs_end();
}

/* Names of 255 bytes are allowed, of 256 not; a path of PATH_MAX is too long, also after a link. */
static void test_long_names(void)
{
	char *path;
	unsigned int i;

	if (!test_fs_begin())
		return;
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!EXPECT(path))
		goto out_end;
	path[0] = '/';
	memset(path + 1, 'n', NAME_MAX + 1);
	path[1 + NAME_MAX] = '\0';
	EXPECT_EQ(test_make_file(path, 0, 0), 0);
	expect_path(path, 0);
	path[1 + NAME_MAX] = 'n';
	path[2 + NAME_MAX] = '\0';
	expect_path(path, -ENAMETOOLONG);
	EXPECT_EQ(test_make_file(path, 0, 0), (unsigned long)-ENAMETOOLONG);
	memset(path, 'x', PATH_MAX);
	for (i = 0; i < PATH_MAX; i += 64)
		path[i] = '/';
	path[PATH_MAX - 1] = '\0';
	EXPECT_EQ(vfs_symlink(path, AT_FDCWD, "/long"), 0);
	expect_path("/long", -ENOENT);
	expect_path("/long/more", -ENAMETOOLONG);
	kfree(path);
out_end:
	test_fs_end();
}

/* Thirty directories deep and back; rmdir from the inside out. */
static void test_deep(void)
{
	char *path;
	unsigned int i;

	if (!test_fs_begin())
		return;
	path = kzalloc(PATH_MAX, GFP_KERNEL);
	if (!EXPECT(path))
		goto out_end;
	for (i = 0; i < DEEP; i++) {
		memcpy(path + 2 * i, "/d", 3);
		EXPECT_EQ(vfs_mkdir(AT_FDCWD, path, 0755), 0);
	}
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d"), (unsigned long)-ENOTEMPTY);
	EXPECT_EQ(vfs_rename(AT_FDCWD, "/d", AT_FDCWD, path, 0), (unsigned long)-EINVAL);
	for (; i > 0; i--) {
		path[2 * i] = '\0';
		EXPECT_EQ(vfs_rmdir(AT_FDCWD, path), 0);
	}
	kfree(path);
out_end:
	test_fs_end();
}

static void test_special_names(void)
{
	if (!test_fs_begin())
		return;
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/d", 0755), 0);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/", 0755), (unsigned long)-EEXIST);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/d/.", 0755), (unsigned long)-EEXIST);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/"), (unsigned long)-EBUSY);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d/."), (unsigned long)-EINVAL);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d/.."), (unsigned long)-ENOTEMPTY);
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/d"), (unsigned long)-EISDIR);
	EXPECT_EQ(vfs_unlink(AT_FDCWD, "/"), (unsigned long)-EISDIR);
	EXPECT_EQ(vfs_rename(AT_FDCWD, "/d/.", AT_FDCWD, "/e", 0), (unsigned long)-EBUSY);
	EXPECT_EQ(vfs_rename(AT_FDCWD, "/d", AT_FDCWD, "/d", 0), 0);
	EXPECT_EQ(test_make_file("/f/", 0, 0), (unsigned long)-EISDIR);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d"), 0);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d"), (unsigned long)-ENOENT);
	test_fs_end();
}

/* An inode stays the same while it is used, and may come from the cache or the disk after that. */
static void test_inode_cache(void)
{
	struct inode *first, *second;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/f", 9000, 3), 0);
	first = path_lookup("/f", true);
	second = path_lookup("/f", true);
	EXPECT(first == second);
	EXPECT_EQ(atomic_read(&first->count), 2);
	iput(second);
	EXPECT(first->mapping.nrpages > 0);
	iput(first);
	while (inode_shrink(16)) { /* all unused ones go, with their pages, written first */
	}
	EXPECT(test_check_file("/f", 9000, 3));
	/* A directory that was removed takes no new entries. */
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/d", 0755), 0);
	first = path_lookup("/d", true);
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/d"), 0);
	EXPECT_EQ(vfs_create(first, "x", 1, S_IFREG | 0644, &second), (unsigned long)-ENOENT);
	iput(first);
	test_fs_end();
}

/* Unused inodes go, with the pages of their files, unless these are dirty. */
static void test_inode_shrinker(void)
{
	unsigned long cached;
	struct inode *inode;

	if (!test_fs_begin())
		return;
	EXPECT_EQ(test_make_file("/clean", 9000, 3), 0);
	EXPECT_EQ(vfs_sync(), 0);
	EXPECT_EQ(test_make_file("/dirty", 9000, 4), 0);
	cached = nr_cached_pages();
	while (shrink_slab(GFP_KERNEL)) {
	}
	EXPECT(nr_cached_pages() <= cached - 3);
	inode = path_lookup("/dirty", true);
	EXPECT(inode->mapping.nrpages == 3 && mapping_dirty(&inode->mapping));
	iput(inode);
	inode = path_lookup("/clean", true);
	EXPECT_EQ(inode->mapping.nrpages, 0);
	iput(inode);
	EXPECT(test_check_file("/clean", 9000, 3));
	EXPECT(test_check_file("/dirty", 9000, 4));
	test_fs_end();
}

/* /dev and /proc stand in the root whether the disk has the names or not. */
static void test_grafts(void)
{
	struct inode *null;
	struct file *file;
	char byte = 'x';
	loff_t pos = 0;

	if (!test_fs_begin())
		return;
	null = path_lookup("/dev/null", true);
	if (EXPECT(!IS_ERR(null))) {
		EXPECT(S_ISCHR(null->mode));
		EXPECT_EQ(null->rdev, 0x103);
		iput(null);
	}
	file = filp_open("/dev/null", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(file->ops->kwrite(file, &byte, 1, &pos), 1);
		EXPECT(!file->mf.mapping);
		fput(file);
	}
	expect_path("/dev/nothing", -ENOENT);
	expect_path("/dev/../dev/zero", 0);
	expect_path("/proc/meminfo", 0);
	expect_path("/proc/self/maps", 0);
	expect_path("/proc/99999", -ENOENT);
	expect_path("/proc/01", -ENOENT);
	expect_absolute("/dev/..", "/");
	EXPECT_EQ(vfs_rmdir(AT_FDCWD, "/dev"), (unsigned long)-EBUSY);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/dev/x", 0755), (unsigned long)-EPERM);
	EXPECT_EQ(vfs_mkdir(AT_FDCWD, "/proc", 0755), (unsigned long)-EEXIST);
	EXPECT_EQ(vfs_rename(AT_FDCWD, "/dev/null", AT_FDCWD, "/n", 0), (unsigned long)-EXDEV);
	test_fs_end();
}

static void test_text(void)
{
	struct text text = {0};
	unsigned int i;

	for (i = 0; i < 1000; i++)
		text_printf(&text, "%05u ", i);
	EXPECT_EQ(text.err, 0);
	EXPECT_EQ(text.len, 6000);
	EXPECT(memcmp(text.buf + 5994, "00999 ", 6) == 0);
	text_pad(&text, 5990, 20);
	EXPECT_EQ(text.len, 6010);
	text_free(&text);
	EXPECT(!text.buf);
	for (i = 0; i < 2000 && !text.err; i++) /* there is an end to it */
		text_printf(&text, "%4000s", "");
	EXPECT_EQ(text.err, (unsigned long)-ENOMEM);
	text_free(&text);
}

static const struct ktap_case cases[] = {
	{"walk", test_walk},
	{"absolute", test_absolute},
	{"long_names", test_long_names},
	{"deep", test_deep},
	{"special_names", test_special_names},
	{"inode_cache", test_inode_cache},
	{"unused inodes are given back", test_inode_shrinker},
	{"grafts", test_grafts},
	{"text", test_text},
	{NULL, NULL},
};

const struct ktap_suite vfs_suite = {"vfs", cases};
