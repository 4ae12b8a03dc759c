/*
 * fs_helpers.c - short ways to files for the suites of the file layer: a mounted
 * test disk, and contents that can be told from all others.
 */
#include "kernel/fs_helpers.h"
#include "kernel/string.h"
#include "mm/gfp.h"

struct ramdisk *test_disk;
struct fs_super *test_sb;
static struct fs_super *old_root;

static bool mount_disk(void)
{
	test_sb = ext2_mount(&test_disk->bdev, false);
	if (!EXPECT(!IS_ERR(test_sb)))
		return false;
	old_root = vfs_set_root(test_sb);
	return true;
}

static void unmount_and_check(void)
{
	const char *fault;
	u32 where;

	vfs_set_root(old_root);
	EXPECT_EQ(ext2_umount(test_sb), 0);
	fault = ramdisk_check(test_disk, &where);
	if (fault)
		ktap_fail(__FILE__, __LINE__, "disk: %s (%u)", fault, where);
}

bool test_fs_begin(void)
{
	test_disk = ramdisk_make();
	if (!EXPECT(test_disk))
		return false;
	if (mount_disk())
		return true;
	ramdisk_free(test_disk);
	return false;
}

void test_fs_end(void)
{
	unmount_and_check();
	ramdisk_free(test_disk);
}

void test_fs_remount(void)
{
	unmount_and_check();
	if (!mount_disk())
		BUG();
}

/* What bytes @pos.. of a file made with @seed are; four at a time, as these are many. */
static void fill(u8 *to, size_t len, u32 seed, loff_t pos)
{
	size_t at, n;
	u32 word;

	for (; len; to += n, pos += n, len -= n) {
		at = (size_t)pos % sizeof(word);
		n = min(sizeof(word) - at, len);
		word = ((u32)(pos / sizeof(word)) ^ seed * 0x9e3779b1u) * 0x85ebca6bu;
		word = (word ^ word >> 15) >> at * 8;
		if (n == sizeof(word))
			__builtin_memcpy(to, &word, sizeof(word));
		else
			memcpy(to, &word, n);
	}
}

ssize_t test_write(struct file *file, loff_t pos, size_t len, u32 seed)
{
	u8 *page = (u8 *)__get_free_page(GFP_KERNEL);
	size_t done = 0, n;
	ssize_t ret = -ENOMEM;

	if (!page)
		return ret;
	while (done < len) {
		n = min(len - done, (size_t)PAGE_SIZE);
		fill(page, n, seed, pos);
		ret = file->ops->kwrite(file, page, n, &pos);
		if (ret <= 0)
			break;
		done += (size_t)ret;
	}
	free_page((unsigned long)page);
	return done || !len ? (ssize_t)done : ret;
}

/* Bytes of the pattern, or (zero) zeroes? */
static bool matches(const u8 *at, size_t len, u32 seed, loff_t pos, bool zero)
{
	u8 want[256] = {0};
	size_t n;

	for (; len; at += n, pos += n, len -= n) {
		n = min(len, sizeof(want));
		if (!zero)
			fill(want, n, seed, pos);
		if (memcmp(at, want, n))
			return false;
	}
	return true;
}

static bool verify(struct file *file, loff_t pos, size_t len, u32 seed, bool zero)
{
	u8 *page = (u8 *)__get_free_page(GFP_KERNEL);
	size_t done = 0;
	ssize_t n;
	bool ok = page;

	while (ok && done < len) {
		n = kernel_read(file, pos, page, min(len - done, (size_t)PAGE_SIZE));
		ok = n > 0 && matches(page, (size_t)n, seed, pos, zero);
		if (n > 0) {
			done += (size_t)n;
			pos += n;
		}
	}
	if (page)
		free_page((unsigned long)page);
	return ok;
}

bool test_verify(struct file *file, loff_t pos, size_t len, u32 seed)
{
	return verify(file, pos, len, seed, false);
}

bool test_verify_zero(struct file *file, loff_t pos, size_t len)
{
	return verify(file, pos, len, 0, true);
}

int test_make_file(const char *path, size_t len, u32 seed)
{
	struct file *file = filp_open(path, O_CREAT | O_EXCL | O_RDWR, 0644);
	ssize_t n;

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	n = test_write(file, 0, len, seed);
	fput(file);
	return n < 0 ? (int)n : n == (ssize_t)len ? 0 : -ENOSPC;
}

bool test_check_file(const char *path, size_t len, u32 seed)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	bool ok;

	if (IS_ERR(file))
		return false;
	ok = file->inode->mapping.size == (loff_t)len && test_verify(file, 0, len, seed);
	fput(file);
	return ok;
}

int test_links(const char *path)
{
	struct inode *inode = path_lookup(path, false);
	int links;

	if (IS_ERR(inode))
		return (int)PTR_ERR(inode);
	links = (int)inode->nlink;
	iput(inode);
	return links;
}
