/*
 * test_ext2_fuzz.c - ext2 images made to do harm.
 *
 * A good image with directories, links and a file of several levels of blocks is made once
 * and copied for each input. The input is a program: first changes of its structure
 * (an entry names another inode, a block number another block, a size, a count, a
 * bitmap bit), then calls on the paths that are found. Each call may fail; nothing may panic (a
 * lock taken twice does), leak, reach outside an object, or go on for ever.
 *
 * FUZZ_LIMIT bounds the disk accesses of one input: what the image claims must not make
 * the kernel work without end.
 */
#include "fs/vfs/internal.h"
#include "kernel/bio.h"
#include "kernel/fs_helpers.h"
#include "machine.h"
#include "mm/highmem.h"
#include "mm/vmstat.h"
#include "test.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FUZZ_LIMIT   60000u
#define MAX_ENTRIES  160u
#define MAX_INODES   64u
#define MAX_PATHS    96u
#define PATH_BYTES   200u
#define WALK_DEPTH   6u
#define MAX_SEEN     40u /* entries of one directory that the walk takes */
#define READ_BYTES   20000u
#define TABLE_BLOCK  10u /* of each group, as ramdisk.c lays it out */
#define BITMAP_BLOCK 8u

static u8 *good_image[RAMDISK_BLOCKS];

/* What can be changed, found once in the good image. */
static struct {
	u32 block, offset;
} entries[MAX_ENTRIES];
static u32 nr_entries, inodes[MAX_INODES], nr_inodes, index_blocks[MAX_INODES], nr_index;

/* What the calls are made on. */
static char paths[MAX_PATHS][PATH_BYTES];
static u32 nr_paths;

static void mount_and(void (*use)(struct input *in), struct input *in)
{
	test_sb = ext2_mount(&test_disk->bdev, false);
	if (IS_ERR(test_sb))
		return;
	vfs_set_root(test_sb);
	use(in);
	vfs_set_root(NULL);
	CHECK(ext2_umount(test_sb) != -EBUSY);
}

static void make_contents(struct input *in)
{
	static const char *const dirs[] = {"/a", "/a/b", "/a/b/c", "/d", "/d/e", "/empty"};
	struct file *file;
	char path[64];
	u32 i;

	(void)in;
	for (i = 0; i < ARRAY_SIZE(dirs); i++)
		CHECK_EQ(vfs_mkdir(AT_FDCWD, dirs[i], 0755), 0);
	for (i = 0; i < 24; i++) {
		snprintf(path, sizeof(path), "%s/f%u", dirs[i % ARRAY_SIZE(dirs)], i);
		if (i % ARRAY_SIZE(dirs) != 5)
			CHECK_EQ(test_make_file(path, i * 2500, i), 0);
	}
	CHECK_EQ(test_make_file("/one_level", 90000, 1), 0);
	file = filp_open("/d/two_levels", O_CREAT | O_RDWR, 0644);
	if (CHECK(!IS_ERR(file))) {
		test_write(file, 5000000, 3000, 2); /* holes, and two levels of numbers */
		test_write(file, 0, 100, 2);
		fput(file);
	}
	vfs_symlink("../d/e/f4", AT_FDCWD, "/a/short");
	memset(path, '/', sizeof(path) - 1);
	memcpy(path, "../a", 4);
	memcpy(path + 60, "b", 2);
	vfs_symlink(path, AT_FDCWD, "/d/long");
	vfs_link(AT_FDCWD, "/one_level", AT_FDCWD, "/a/b/hard", false);
}

static struct ext2_disk_inode *disk_inode(u32 ino)
{
	u32 group = (ino - 1) / RAMDISK_INODES, index = (ino - 1) % RAMDISK_INODES;
	u32 per_block = FS_BLOCK_SIZE / (u32)sizeof(struct ext2_disk_inode);
	u8 *block =
		ramdisk_block(test_disk, group * RAMDISK_GROUP + TABLE_BLOCK + index / per_block);

	return (struct ext2_disk_inode *)block + index % per_block;
}

static void find_entries(u32 block)
{
	const struct ext2_dir_entry *entry;
	u32 at;

	for (at = 0; at < FS_BLOCK_SIZE && nr_entries < MAX_ENTRIES; at += entry->rec_len) {
		entry = (void *)(ramdisk_block(test_disk, block) + at);
		entries[nr_entries].block = block;
		entries[nr_entries++].offset = at;
	}
}

/* Notes what there is in the good image. */
static void survey(void)
{
	const struct ext2_disk_inode *disk;
	u32 ino, i;

	for (ino = 1; ino <= RAMDISK_INODES * (RAMDISK_BLOCKS / RAMDISK_GROUP); ino++) {
		disk = disk_inode(ino);
		if (!disk->i_links_count || nr_inodes == MAX_INODES)
			continue;
		inodes[nr_inodes++] = ino;
		if (S_ISDIR(disk->i_mode)) {
			for (i = 0; i < EXT2_NDIR_BLOCKS && disk->i_block[i]; i++)
				find_entries(disk->i_block[i]);
		} else if (S_ISREG(disk->i_mode)) {
			for (i = EXT2_NDIR_BLOCKS; i < EXT2_N_BLOCKS; i++)
				if (disk->i_block[i])
					index_blocks[nr_index++] = disk->i_block[i];
		}
	}
}

static void start(void)
{
	u32 block;

	if (nr_inodes)
		return;
	host_boot();
	filemap_init();
	bio_cache_init();
	vfs_init();
	test_disk = ramdisk_make();
	mount_and(make_contents, NULL);
	survey();
	CHECK(nr_inodes > 30 && nr_entries > 40 && nr_index >= 2);
	for (block = 0; block < RAMDISK_BLOCKS; block++) {
		if (!test_disk->pages[block])
			continue;
		good_image[block] = malloc(FS_BLOCK_SIZE);
		memcpy(good_image[block], ramdisk_block(test_disk, block), FS_BLOCK_SIZE);
	}
	ramdisk_free(test_disk);
}

/* A disk with the good image; it fails for good after FUZZ_LIMIT accesses. */
static void copy_image(void)
{
	u32 block;

	test_disk = ramdisk_make();
	for (block = 0; block < RAMDISK_BLOCKS; block++)
		if (good_image[block])
			memcpy(ramdisk_block(test_disk, block), good_image[block], FS_BLOCK_SIZE);
	test_disk->transfers = 0;
	test_disk->fail_after = FUZZ_LIMIT;
}

/* --- changes of the image --- */

static u32 some_inode(struct input *in)
{
	u32 way = input_below(in, 16);

	if (way == 0)
		return input_below(in, RAMDISK_INODES * 3 + 3);
	return way == 1 ? input_u32(in) : inodes[input_below(in, nr_inodes)];
}

static u32 some_block(struct input *in)
{
	switch (input_below(in, 8)) {
	case 0:
		return input_u32(in);
	case 1:
		return input_below(in, RAMDISK_BLOCKS + 2);
	case 2:
	case 3:
		return index_blocks[input_below(in, nr_index)];
	case 4:
		return entries[input_below(in, nr_entries)].block;
	default:
		return disk_inode(inodes[input_below(in, nr_inodes)])->i_block[input_below(in, 15)];
	}
}

static void change_entry(struct input *in)
{
	u32 i = input_below(in, nr_entries);
	struct ext2_dir_entry *entry;

	entry = (void *)(ramdisk_block(test_disk, entries[i].block) + entries[i].offset);
	switch (input_below(in, 8)) {
	case 0:
		entry->rec_len = (u16)(input_below(in, 64) * 4);
		break;
	case 1:
		entry->name_len = input_u8(in);
		break;
	case 2:
		entry->file_type = input_u8(in);
		break;
	case 3:
		entry->name[0] = (char)input_u8(in);
		break;
	default:
		entry->inode = some_inode(in);
	}
}

static void change_inode(struct input *in)
{
	struct ext2_disk_inode *disk = disk_inode(inodes[input_below(in, nr_inodes)]);

	switch (input_below(in, 12)) {
	case 0:
		disk->i_mode = (u16)(disk->i_mode ^ 1u << input_below(in, 16));
		break;
	case 1:
		disk->i_mode = (u16)(S_IFDIR | (disk->i_mode & 0777));
		disk->i_size = round_up(disk->i_size, FS_BLOCK_SIZE);
		break;
	case 2:
		disk->i_links_count = (u16)input_below(in, 4);
		break;
	case 3:
		disk->i_size = input_below(in, 2) ? input_u32(in) : input_u32(in) & ~0xfffu;
		break;
	case 4:
		disk->i_size_high = input_u32(in);
		break;
	case 5:
		disk->i_blocks = input_u32(in);
		break;
	case 6:
		disk->i_file_acl = some_block(in);
		break;
	default:
		disk->i_block[input_below(in, EXT2_N_BLOCKS)] = some_block(in);
	}
}

static void change_index(struct input *in)
{
	u32 *numbers = (u32 *)ramdisk_block(test_disk, index_blocks[input_below(in, nr_index)]);
	u32 at = input_below(in, 2) ? input_below(in, 16) : input_below(in, EXT2_ADDRS), count;

	/* Many at once: all the same block, say. */
	for (count = input_below(in, 4) ? 1 : EXT2_ADDRS; count; count--) {
		u32 block = some_block(in);

		do
			numbers[at++ % EXT2_ADDRS] = block;
		while (--count);
		count = 1;
	}
}

static void change_bitmap(struct input *in)
{
	u32 group = input_below(in, RAMDISK_BLOCKS / RAMDISK_GROUP);
	u8 *bits =
		ramdisk_block(test_disk, group * RAMDISK_GROUP + BITMAP_BLOCK + input_below(in, 2));

	if (input_below(in, 4) == 0)
		memset(bits, (int)input_u8(in), 16);
	else
		bits[input_below(in, 32)] ^= (u8)(1u << input_below(in, 8));
}

static void change_counts(struct input *in)
{
	u8 *super = ramdisk_block(test_disk, 0) + EXT2_SUPER_OFFSET,
	   *group = ramdisk_block(test_disk, 1);

	if (input_below(in, 2))
		super[input_below(in, 104)] = input_u8(in);
	else
		group[input_below(in, 96)] = input_u8(in);
}

static void change_image(struct input *in)
{
	u32 changes = 1 + input_below(in, 8);

	while (changes--) {
		switch (input_below(in, 12)) {
		case 0:
		case 1:
		case 2:
		case 3:
			change_entry(in);
			break;
		case 4:
		case 5:
		case 6:
			change_inode(in);
			break;
		case 7:
		case 8:
			change_index(in);
			break;
		case 9:
		case 10:
			change_bitmap(in);
			break;
		default:
			change_counts(in);
		}
	}
}

/* --- calls --- */

struct listing {
	char name[MAX_SEEN][32];
	u32 nr;
};

static bool list_name(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
		      u8 type)
{
	struct listing *listing = arg;

	(void)next_pos;
	(void)ino;
	(void)type;
	if (len >= sizeof(listing->name[0]) || (len <= 2 && name[0] == '.'))
		return true;
	memcpy(listing->name[listing->nr], name, len);
	listing->name[listing->nr][len] = '\0';
	return ++listing->nr < MAX_SEEN;
}

static void look_at(struct file *file)
{
	static char bytes[FS_BLOCK_SIZE];
	loff_t pos;

	for (pos = 0; pos < READ_BYTES; pos += FS_BLOCK_SIZE)
		if (kernel_read(file, pos, bytes, sizeof(bytes)) <= 0)
			break;
	kernel_read(file, file->inode->mapping.size - 10, bytes, sizeof(bytes));
	kernel_read(file, 5000000, bytes, sizeof(bytes));
}

static void walk_tree(const char *path, u32 depth)
{
	struct file *file = filp_open(*path ? path : "/", O_RDONLY | O_NONBLOCK, 0);
	struct listing *listing;
	char below[PATH_BYTES];
	u32 i;

	test_links(path);
	if (IS_ERR(file))
		return;
	if (!S_ISDIR(file->inode->mode)) {
		look_at(file);
		fput(file);
		return;
	}
	listing = calloc(1, sizeof(*listing));
	file->ops->readdir(file, listing, list_name);
	fput(file);
	for (i = 0; i < listing->nr; i++) {
		snprintf(below, sizeof(below), "%s/%s", path, listing->name[i]);
		if (nr_paths < MAX_PATHS)
			strcpy(paths[nr_paths++], below);
		if (depth < WALK_DEPTH && nr_paths < MAX_PATHS)
			walk_tree(below, depth + 1);
	}
	free(listing);
}

/* A path that was there at the start, or a new name beside one. */
static const char *some_path(struct input *in, char *buf)
{
	const char *path = nr_paths ? paths[input_below(in, nr_paths)] : "/x";

	if (input_below(in, 4))
		return path;
	snprintf(buf, PATH_BYTES + 8, "%s/n%u", input_below(in, 2) ? path : "", input_below(in, 5));
	return buf;
}

static void write_some(const char *path, struct input *in)
{
	struct file *file = filp_open(path, O_CREAT | O_RDWR | O_NONBLOCK, 0644);
	loff_t pos = input_below(in, 3) ? input_u8(in) * 20000ll : input_u8(in);

	if (IS_ERR(file))
		return;
	if (file->ops->kwrite)
		test_write(file, pos, input_u8(in) * 100u, 3);
	fput(file);
}

static void truncate_to(const char *path, loff_t size)
{
	struct inode *inode = path_lookup(path, true);

	if (IS_ERR(inode))
		return;
	inode_truncate(inode, size);
	iput(inode);
}

static void call(struct input *in)
{
	char a[PATH_BYTES + 8], b[PATH_BYTES + 8];
	const char *path = some_path(in, a), *other = some_path(in, b);

	switch (input_below(in, 12)) {
	case 0:
	case 1:
		write_some(path, in);
		break;
	case 2:
	case 3:
	case 4:
		vfs_rename(AT_FDCWD, path, AT_FDCWD, other, 0);
		break;
	case 5:
	case 6:
		vfs_rmdir(AT_FDCWD, path);
		break;
	case 7:
		vfs_unlink(AT_FDCWD, path);
		break;
	case 8:
		truncate_to(path, input_below(in, 2) ? input_u8(in) * 500 : input_u32(in));
		break;
	case 9:
		vfs_mkdir(AT_FDCWD, path, 0755);
		break;
	case 10:
		vfs_link(AT_FDCWD, path, AT_FDCWD, other, false);
		break;
	default:
		vfs_symlink(other, AT_FDCWD, path);
	}
}

static void use_disk(struct input *in)
{
	nr_paths = 0;
	walk_tree("", 0);
	while (in->left > 1)
		call(in);
	vfs_sync_super(test_sb);
	nr_paths = 0;
	walk_tree("", 0);
}

static int hostile_image(const u8 *data, size_t n)
{
	struct input in = {data, n};
	struct mm_ledger before, after;

	start();
	host_log_clear();
	mm_ledger_take(&before);
	copy_image();
	change_image(&in);
	mount_and(use_disk, &in);
	CHECK(test_disk->transfers < FUZZ_LIMIT);
	ramdisk_free(test_disk);
	mm_ledger_take(&after);
	CHECK(memcmp(&before, &after, sizeof(before)) == 0);
	return test_failures() != 0;
}

static void test_hostile_images(void)
{
	check_property(hostile_image, 400);
}

/* The first one found: a name in a directory leads to that directory, to the root, to an ancestor.
 */
static void test_circles(void)
{
	static const char *const up[] = {"/a/b/c/f2", "/a/b/c"};
	struct ext2_dir_entry *entry;
	u32 i, k;

	for (k = 0; k < nr_inodes; k++) {
		for (i = 0; i < nr_entries; i++) {
			copy_image();
			entry = (void *)(ramdisk_block(test_disk, entries[i].block) +
					 entries[i].offset);
			if (!S_ISDIR(disk_inode(inodes[k])->i_mode) || entry->name_len < 3) {
				ramdisk_free(test_disk);
				continue;
			}
			entry->inode = inodes[k];
			mount_and(use_disk, &(struct input){0});
			test_sb = ext2_mount(&test_disk->bdev, false);
			vfs_set_root(test_sb);
			nr_paths = 0;
			walk_tree("", 0);
			while (nr_paths) {
				vfs_rename(AT_FDCWD, paths[nr_paths - 1], AT_FDCWD, up[i % 2], 0);
				vfs_rename(AT_FDCWD, up[i % 2], AT_FDCWD, paths[nr_paths - 1], 0);
				vfs_rmdir(AT_FDCWD, paths[--nr_paths]);
			}
			vfs_set_root(NULL);
			CHECK(ext2_umount(test_sb) != -EBUSY);
			ramdisk_free(test_disk);
		}
	}
}

static void test_entry_of_itself(void)
{
	struct ext2_dir_entry *entry;
	u32 i, root_entries = 0;

	start();
	host_log_clear();
	copy_image();
	for (i = 0; i < nr_entries; i++) {
		entry = (void *)(ramdisk_block(test_disk, entries[i].block) + entries[i].offset);
		/* "empty", of the root: names the root. */
		if (entry->name_len == 5 && !memcmp(entry->name, "empty", 5)) {
			entry->inode = EXT2_ROOT_INO;
			root_entries++;
		}
		if (entry->name_len == 2 && !memcmp(entry->name, "f2", 2)) /* in /a/b/c */
			entry->inode = (u32)((struct ext2_dir_entry *)ramdisk_block(
						     test_disk, entries[i].block))
					       ->inode; /* "." */
	}
	CHECK_EQ(root_entries, 1);
	test_sb = ext2_mount(&test_disk->bdev, false);
	vfs_set_root(test_sb);
	CHECK_EQ(vfs_rmdir(AT_FDCWD, "/empty"), -EIO);
	CHECK_EQ(vfs_rmdir(AT_FDCWD, "/a/b/c/f2"), -EIO);
	CHECK_EQ(vfs_rename(AT_FDCWD, "/a/b/c/f2", AT_FDCWD, "/moved", 0), -EIO);
	CHECK_EQ(vfs_rename(AT_FDCWD, "/d/e", AT_FDCWD, "/a/b/c/f2", 0), -EIO);
	CHECK(strstr(host_log(), "leads back up"));
	vfs_set_root(NULL);
	ext2_umount(test_sb);
	ramdisk_free(test_disk);
}

static const struct test tests[] = {
	{"an entry of its own directory or of the root is -EIO", test_entry_of_itself},
	{"each name leads to each directory once", test_circles},
	{"hostile images", test_hostile_images},
};
TEST_MAIN(tests)
