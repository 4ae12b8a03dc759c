/*
 * test_tree.c - the built-in file systems as a whole: every name in /proc and /sys is listed
 * once, found, and has an inode number of its own; files about a task that has gone.
 */
#include "i386/uaccess.h"
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/user_helpers.h"
#include "mm/slab.h"
#include "proc/task.h"

#define MOST 2048 /* names of one file system */
#define BASE 0x20000000ul

/* What a walk has met. */
static struct {
	unsigned int count;
	u32 ino[MOST];
} *seen;

/* The names of one directory, each behind the one before. */
struct names {
	char text[PAGE_SIZE];
	size_t len;
	u32 dots; /* "." and ".." that were listed */
	u32 ino[256];
	unsigned int count, dirs;
};

static bool note_name(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
		      u8 type)
{
	struct names *names = arg;

	(void)next_pos;
	if (name[0] == '.') {
		names->dots++;
		return true;
	}
	if (!EXPECT(names->len + len < PAGE_SIZE && names->count < ARRAY_SIZE(names->ino)))
		return false;
	memcpy(names->text + names->len, name, len);
	names->text[names->len + len] = '\0';
	names->len += len + 1;
	names->ino[names->count++] = ino;
	names->dirs += type == mode_to_dtype(S_IFDIR);
	return true;
}

static void note_ino(const char *path, u32 ino)
{
	if (!EXPECT(seen->count < MOST))
		return;
	for (unsigned int i = 0; i < seen->count; i++)
		if (seen->ino[i] == ino)
			ktap_fail(__FILE__, __LINE__, "%s: inode number %u is not the only one",
				  path, ino);
	seen->ino[seen->count++] = ino;
}

static void walk(const char *path);

/* One name of a directory: what is found has the number and kind that were listed. */
static void check_name(const char *dir, const char *name, u32 ino)
{
	char path[128];
	struct inode *inode;
	bool is_dir;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	inode = path_lookup(path, false);
	if (IS_ERR(inode)) {
		ktap_fail(__FILE__, __LINE__, "%s: listed, not found", path);
		return;
	}
	if (inode->ino != ino)
		ktap_fail(__FILE__, __LINE__, "%s: listed as %u, found as %u", path, ino,
			  inode->ino);
	note_ino(path, ino);
	is_dir = S_ISDIR(inode->mode);
	iput(inode);
	if (is_dir)
		walk(path);
}

/* A directory has a link for each directory in it; 1 where those have numbers. */
static void check_links(const char *path, u32 links, unsigned int dirs)
{
	static const char *const numbered[] = {"/proc", "/sys/devices/system/node",
					       "/sys/devices/system/memory"};
	/* Below /proc/PID/task/TID there are no more tasks. */
	bool fixed = !strstr(path, "/task") || strstr(path, "/task/");

	for (unsigned int i = 0; i < ARRAY_SIZE(numbered); i++)
		fixed &= strcmp(path, numbered[i]) != 0;
	if (links != (fixed ? dirs + 2 : 1))
		ktap_fail(__FILE__, __LINE__, "%s: %u links, but %u directories in it", path, links,
			  dirs);
}

static void walk(const char *path)
{
	struct names *names = kzalloc(sizeof(*names), GFP_KERNEL);
	struct file *file = filp_open(path, O_RDONLY | O_DIRECTORY, 0);
	const char *name;

	if (EXPECT(names && !IS_ERR(file))) {
		EXPECT_EQ(file_readdir(file, names, note_name), 0);
		EXPECT_EQ(names->dots, 2);
		check_links(path, file->inode->nlink, names->dirs);
		name = names->text;
		for (unsigned int i = 0; i < names->count; i++, name += strlen(name) + 1)
			check_name(path, name, names->ino[i]);
	}
	if (!IS_ERR(file))
		fput(file);
	kfree(names);
}

static void walk_all(const char *path)
{
	seen->count = 0;
	note_ino(path, 1);
	walk(path);
	EXPECT(seen->count > 15);
}

static void test_inode_numbers(void)
{
	if (!test_fs_begin())
		return;
	seen = kmalloc(sizeof(*seen), GFP_KERNEL);
	if (EXPECT(seen)) {
		walk_all("/proc");
		walk_all("/sys");
	}
	kfree(seen);
	test_fs_end();
}

static u32 dev_of(const char *path)
{
	struct inode *inode = path_lookup(path, true);
	u32 dev;

	if (!EXPECT(!IS_ERR(inode)))
		return 0;
	dev = inode->dev;
	iput(inode);
	return dev;
}

/* st_dev and st_ino together name a file. */
static void test_devices(void)
{
	static const char *const roots[] = {"/", "/proc", "/sys", "/dev"};

	if (!test_fs_begin())
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(roots); i++)
		for (unsigned int j = 0; j < i; j++)
			if (dev_of(roots[i]) == dev_of(roots[j]))
				ktap_fail(__FILE__, __LINE__, "%s and %s have one st_dev", roots[i],
					  roots[j]);
	test_fs_end();
}

static ssize_t read_some(struct file *file)
{
	loff_t pos = 0;

	return file->ops->read(file, (void *)BASE, PAGE_SIZE, &pos);
}

static struct file *open_of_task(const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", current->pid, name);
	return filp_open(path, O_RDONLY, 0);
}

/* The number of a task that has gone gets into use again: its open files are not about the new one.
 */
static void check_reused(struct file *stat, struct file *fds)
{
	struct names *names = kzalloc(sizeof(*names), GFP_KERNEL);
	struct inode *inode;

	if (!EXPECT(names))
		return;
	EXPECT(read_some(stat) > 0);
	EXPECT_EQ(file_readdir(fds, names, note_name), 0);
	current->start_time++; /* as if the number were another task's by now */
	EXPECT_EQ(read_some(stat), -ESRCH);
	fds->pos = 0;
	EXPECT_EQ(file_readdir(fds, names, note_name), -ENOENT);
	inode = dir_lookup(fds->inode, "0", 1);
	EXPECT_EQ(PTR_ERR(inode), -ENOENT);
	inode = dir_lookup(fds->inode, "..", 2);
	if (EXPECT(!IS_ERR(inode)))
		iput(inode);
	current->start_time--;
	EXPECT(read_some(stat) > 0);
	kfree(names);
}

static void test_reused(void)
{
	struct file *stat, *fds;

	if (!test_fs_begin())
		return;
	stat = open_of_task("stat");
	fds = open_of_task("fd");
	if (EXPECT(!IS_ERR(stat) && !IS_ERR(fds)) && EXPECT(test_mm_begin())) {
		test_map_anon(BASE, PAGE_SIZE, MAP_PRIVATE);
		check_reused(stat, fds);
		test_mm_end();
	}
	if (!IS_ERR(stat))
		fput(stat);
	if (!IS_ERR(fds))
		fput(fds);
	test_fs_end();
}

static const struct ktap_case cases[] = {
	{"inode_numbers", test_inode_numbers},
	{"devices", test_devices},
	{"reused", test_reused},
	{NULL, NULL},
};

const struct ktap_suite tree_suite = {"tree", cases};
