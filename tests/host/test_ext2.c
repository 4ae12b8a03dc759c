/*
 * test_ext2.c - ext2 and the path layer under the sanitizers: the kernel's own suites,
 * metadata changed at random, memory that runs out at every point, and images that
 * mke2fs made, which e2fsck must find whole after a storm of changes.
 */
#include "fs/vfs/internal.h"
#include "kernel/bio.h"
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/suites.h"
#include "machine.h"
#include "mm/highmem.h"
#include "mm/vmstat.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IMAGE_MIB   "24"
#define STORM_STEPS 1500u
#define STORM_NAMES 30u
#define STORM_BYTES 300000u
#define FUZZ_BLOCKS 30u
#define TOOLS	    "PATH=$PATH:/usr/sbin:/sbin; "

static void start(void)
{
	static bool booted;

	if (!booted) {
		host_boot();
		filemap_init();
		bio_cache_init();
		vfs_init();
	}
	booted = true;
}

/* All cases of a suite of the kernel but those that need /dev and /proc. */
static void run_suite(const struct ktap_suite *suite)
{
	const struct ktap_case *c;
	struct mm_ledger before, after;

	start();
	mm_ledger_take(&before);
	for (c = suite->cases; c->name; c++) {
		if (strcmp(c->name, "grafts"))
			c->run();
	}
	mm_ledger_take(&after);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
}

static void test_suite_vfs(void)
{
	run_suite(&vfs_suite);
}

static void test_suite_ext2(void)
{
	run_suite(&ext2_suite);
}

static void test_suite_ext2_bad(void)
{
	run_suite(&ext2_bad_suite);
}

static void make_contents(void)
{
	test_make_file("/f0", 60000, 1);
	vfs_mkdir(AT_FDCWD, "/d", 0755);
	test_make_file("/d/f1", 300, 2);
	vfs_symlink("f1", AT_FDCWD, "/d/s");
	test_make_file("/sparse", 0, 0);
}

static void use_disk(void)
{
	struct file *file;

	test_check_file("/f0", 60000, 1);
	test_check_file("/d/s", 300, 2);
	test_make_file("/new", 100000, 5);
	vfs_mkdir(AT_FDCWD, "/d/e", 0755);
	vfs_rename(AT_FDCWD, "/d", AT_FDCWD, "/moved", 0);
	vfs_link(AT_FDCWD, "/f0", AT_FDCWD, "/moved/e/l", false);
	test_links("/moved/e/../../d/../f0");
	file = filp_open("/sparse", O_RDWR, 0);
	if (!IS_ERR(file)) {
		test_write(file, 5000000, 9000, 7);
		inode_truncate(file->inode, 5000010);
		fput(file);
	}
	vfs_unlink(AT_FDCWD, "/f0");
	vfs_rmdir(AT_FDCWD, "/moved/e");
	vfs_sync_super(test_sb);
}

static void mount_and(void (*use)(void))
{
	test_sb = ext2_mount(&test_disk->bdev, false);
	if (IS_ERR(test_sb))
		return;
	vfs_set_root(test_sb);
	use();
	vfs_set_root(NULL);
	CHECK(ext2_umount(test_sb) != -EBUSY);
}

/* The string says which bytes of the metadata change, and when the disk fails. */
static int damaged_disk(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct mm_ledger before, after;

	start();
	host_log_clear();
	mm_ledger_take(&before);
	test_disk = ramdisk_make();
	mount_and(make_contents);
	while (in.left > 1) {
		u32 block = input_below(&in, FUZZ_BLOCKS), at = input_below(&in, FS_BLOCK_SIZE);

		if (block == 0)
			at = EXT2_SUPER_OFFSET + at % 104;
		else if (input_below(&in, 2))
			at %= 256;
		ramdisk_block(test_disk, block)[at] = input_u8(&in);
	}
	test_disk->transfers = 0;
	if (n % 3 == 0)
		test_disk->fail_after = test_random_below(200);
	mount_and(use_disk);
	ramdisk_free(test_disk);
	mm_ledger_take(&after);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	return test_failures() != 0;
}

static void test_damaged(void)
{
	check_property(damaged_disk, 64);
}

/* Every allocation fails once, and all after it: errors, no leak, and a disk that is whole. */
static void test_no_memory(void)
{
	struct mm_ledger before, after;
	const char *fault;
	u32 where;
	long n, calls = 1;

	start();
	for (n = 0; n < calls && !test_failures(); n += 1 + n / 40) {
		mm_ledger_take(&before);
		test_disk = ramdisk_make();
		mount_and(make_contents);
		test_sb = ext2_mount(&test_disk->bdev, false);
		vfs_set_root(test_sb);
		host_fail_after(n);
		use_disk();
		calls = host_allocations();
		host_fail_after(-1);
		vfs_set_root(NULL);
		CHECK_EQ(ext2_umount(test_sb), 0);
		fault = ramdisk_check(test_disk, &where);
		if (fault)
			test_fail(__FILE__, __LINE__, "allocation %ld failing: %s (%u)", n, fault,
				  where);
		ramdisk_free(test_disk);
		mm_ledger_take(&after);
		CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	}
	CHECK(calls > 100);
}

/* The first page of a file is asked for, and those behind it are read ahead: all, or none if there
 * is no memory for a bio, as the reserve is for others. */
static void test_readahead_without_memory(void)
{
	unsigned int all = 0, alone = 0;
	struct file *file;
	char byte;

	start();
	test_disk = ramdisk_make();
	mount_and(make_contents);
	for (long n = 0; n < 24; n++) {
		test_sb = ext2_mount(&test_disk->bdev, false);
		vfs_set_root(test_sb);
		file = filp_open("/f0", O_RDONLY, 0);
		CHECK(!IS_ERR(file));
		test_disk->transfers = 0;
		host_fail_after(n);
		kernel_read(file, 0, &byte, 1);
		host_fail_after(-1);
		all += test_disk->transfers == 4;
		alone += test_disk->transfers == 1;
		CHECK(test_disk->transfers < 2 || test_disk->transfers == 4);
		fput(file);
		test_check_file("/f0", 60000, 1);
		vfs_set_root(NULL);
		CHECK_EQ(ext2_umount(test_sb), 0);
	}
	CHECK(all && alone);
	ramdisk_free(test_disk);
}

/* --- a disk in a file of this machine --- */

/* By way of a buffer: the kernel of this machine does not know the simulated windows. */
static int file_rw(struct block_device *bdev, sector_t sector, struct page *page,
		   unsigned int offset, unsigned int count, bool write)
{
	char bytes[FS_BLOCK_SIZE], *addr;
	FILE *image = bdev->driver_data;
	size_t size = count * SECTOR_SIZE, done;

	fseek(image, (long)sector * SECTOR_SIZE, SEEK_SET);
	if (!write && fread(bytes, 1, size, image) != size)
		return -EIO;
	addr = kmap_atomic(page);
	memcpy(write ? bytes : addr + offset, write ? addr + offset : bytes, size);
	kunmap_atomic(addr);
	done = write ? fwrite(bytes, 1, size, image) : size;
	return done == size ? 0 : -EIO;
}

static const struct block_device_ops file_ops_table = {.rw_page = file_rw};

static int move(const char *from, const char *to)
{
	return vfs_rename(AT_FDCWD, from, AT_FDCWD, to, 0);
}

/* A long name for number i, so that directories grow to several blocks. */
static void storm_path(char *path, u32 i)
{
	snprintf(path, 256, "/%s%u_%0*u", i % 3 ? (i % 3 == 1 ? "a/" : "a/b/") : "", i,
		 (int)(i * 7 % 200), i);
}

static void storm(void)
{
	char path[256], other[256];
	struct inode *inode;
	u32 step;

	vfs_mkdir(AT_FDCWD, "/a", 0755);
	vfs_mkdir(AT_FDCWD, "/a/b", 0755);
	for (step = 0; step < STORM_STEPS; step++) {
		storm_path(path, test_random_below(STORM_NAMES));
		storm_path(other, test_random_below(STORM_NAMES));
		switch (test_random_below(8)) {
		case 0:
		case 1:
			test_make_file(path, test_random_below(STORM_BYTES), step);
			break;
		case 2:
			move(path, other);
			break;
		case 3:
			vfs_unlink(AT_FDCWD, path);
			break;
		case 4:
			vfs_link(AT_FDCWD, path, AT_FDCWD, other, false);
			break;
		case 5:
			vfs_symlink(other, AT_FDCWD, path);
			break;
		case 6:
			if (vfs_mkdir(AT_FDCWD, path, 0755))
				vfs_rmdir(AT_FDCWD, path);
			break;
		default:
			inode = path_lookup(path, true);
			if (IS_ERR(inode))
				break;
			inode_truncate(inode, test_random_below(STORM_BYTES * 20));
			iput(inode);
		}
		if (step % 400 == 399)
			CHECK_EQ(vfs_sync_super(test_sb), 0);
	}
}

static void run_shell(const char *what, const char *image)
{
	char command[512];

	snprintf(command, sizeof(command), TOOLS "%s '%s' >'%s.log' 2>&1", what, image, image);
	if (system(command))
		test_fail(__FILE__, __LINE__, "failed: %s; see %s.log", command, image);
}

/* A fresh image with these mke2fs options; use it; e2fsck. */
static void storm_image(const char *image, const char *make_options)
{
	char command[256];
	struct block_device bdev = {.name = "file", .ops = &file_ops_table};
	FILE *file;

	start();
	host_log_clear();
	snprintf(command, sizeof(command), "rm -f '%s'; truncate -s " IMAGE_MIB "M", image);
	run_shell(command, image);
	snprintf(command, sizeof(command), "mke2fs -q -F -t ext2 -b 4096 %s", make_options);
	run_shell(command, image);
	file = fopen(image, "r+");
	CHECK(file);
	if (!file)
		return;
	fseek(file, 0, SEEK_END);
	bdev.sectors = (sector_t)ftell(file) / SECTOR_SIZE;
	bdev.driver_data = file;
	test_sb = ext2_mount(&bdev, false);
	if (CHECK(!IS_ERR(test_sb))) {
		vfs_set_root(test_sb);
		storm();
		vfs_set_root(NULL);
		CHECK_EQ(ext2_umount(test_sb), 0);
	}
	fclose(file);
	CHECK(!strstr(host_log(), "damaged"));
	run_shell("e2fsck -fn", image);
}

static void test_lean_image(void)
{
	storm_image("build/host/ext2-lean.img",
		    "-I 128 -O ^resize_inode,^dir_index,^ext_attr -g 2048 -N 400");
}

static void test_default_image(void)
{
	storm_image("build/host/ext2-default.img", "");
}

static const struct test tests[] = {
	{"vfs suite", test_suite_vfs},
	{"ext2 suite", test_suite_ext2},
	{"ext2_bad suite", test_suite_ext2_bad},
	{"damaged disks", test_damaged},
	{"no memory", test_no_memory},
	{"readahead without memory", test_readahead_without_memory},
	{"e2fsck after a storm, lean image", test_lean_image},
	{"e2fsck after a storm, image with mke2fs's own options", test_default_image},
};
TEST_MAIN(tests)
