/*
 * test_sysctl.c - /proc/sys and /sys: what their tables make of paths and of
 * what is written, and what drop_caches may take away.
 */
#include "i386/uaccess.h"
#include "fs/vfs/bdev.h"
#include "fs/pseudo/tree.h"
#include "kernel/fs_helpers.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/user_helpers.h"
#include "mm/filemap.h"
#include "mm/memory_hotplug.h"
#include "mm/overcommit.h"
#include "mm/reclaim.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "proc/task.h"

#define BASE	 0x20000000ul
#define MANY	 16 /* pages of a file */
#define NAMES	 24
#define NAME_LEN 32

/* What one write() of `words` to a file of the tree answers. */
static ssize_t write_words(const char *path, const char *words, size_t len)
{
	struct file *file = filp_open(path, O_WRONLY, 0);
	loff_t pos = 0;
	ssize_t n;

	if (IS_ERR(file))
		return PTR_ERR(file);
	EXPECT_EQ(copy_to_user((void *)BASE, words, len), 0);
	n = file->ops->write(file, (void *)BASE, len, &pos);
	fput(file);
	return n;
}

static void expect_write(const char *path, const char *words, ssize_t want)
{
	ssize_t got = write_words(path, words, strlen(words));

	if (got != want)
		ktap_fail(__FILE__, __LINE__, "\"%s\" to %s: %ld, expected %ld", words, path,
			  (long)got, (long)want);
}

static bool begin(void)
{
	if (!test_fs_begin())
		return false;
	if (EXPECT(test_mm_begin()) && test_map_anon(BASE, PAGE_SIZE, MAP_PRIVATE))
		return true;
	test_fs_end();
	return false;
}

static void end(void)
{
	test_mm_end();
	test_fs_end();
}

static void expect_open(const char *path, unsigned int flags, long err)
{
	struct file *file = filp_open(path, flags, 0644);
	long got = IS_ERR(file) ? PTR_ERR(file) : 0;

	if (got != err)
		ktap_fail(__FILE__, __LINE__, "open of %s: %ld, expected %ld", path, got, err);
	if (!IS_ERR(file))
		fput(file);
}

static void test_paths(void)
{
	static const char node[] = "/sys/devices/system/node";
	char *path;

	if (!test_fs_begin())
		return;
	expect_open("/proc/sys/vm/drop_caches", O_RDONLY, -EACCES);
	expect_open("/proc/sys/vm/drop_caches", O_RDWR, -EACCES);
	expect_open("/proc/sys/vm/drop_caches", O_WRONLY | O_TRUNC, 0);
	expect_open("/proc/sys/kernel/osrelease", O_WRONLY, -EACCES);
	expect_open("/proc/sys/kernel/osrelease/", O_RDONLY, -ENOTDIR);
	expect_open("/proc/sys/kernel/../vm/../../sys/kernel/version", O_RDONLY, 0);
	expect_open("/proc/sys/kernel/nothing", O_RDONLY, -ENOENT);
	expect_open("/proc/sys/ker", O_RDONLY, -ENOENT);
	expect_open("/proc/sys/kernels", O_RDONLY, -ENOENT);
	expect_open("/proc/sys/new", O_WRONLY | O_CREAT, -EACCES);
	expect_open("/sys", O_RDONLY, 0);
	expect_open("/sys/devices/system/node/node0/distance", O_RDONLY, 0);
	expect_open("/sys/devices/system/node/node0/../node0/../online", O_RDONLY, 0);
	expect_open("/sys/devices/system/cpu/cpu0/../online", O_RDONLY, 0);
	expect_open("/sys/devices/system/node/node00", O_RDONLY, -ENOENT);
	expect_open("/sys/devices/system/node/node", O_RDONLY, -ENOENT);
	expect_open("/sys/devices/system/node/node#", O_RDONLY, -ENOENT);
	expect_open("/sys/devices/system/node/node0x", O_RDONLY, -ENOENT);
	expect_open("/sys/devices/system/node/node9", O_RDONLY, -ENOENT);
	expect_open("/sys/devices/system/node/node4294967296", O_RDONLY, -ENOENT);
	path = kmalloc(PATH_MAX, GFP_KERNEL);
	if (EXPECT(path)) {
		EXPECT_EQ(path_absolute("/sys/devices/system/node/node0/../../node/.", path), 0);
		EXPECT(strcmp(path, node) == 0);
		kfree(path);
	}
	test_fs_end();
}

/* A directory as it is listed with `step` names a call. */
struct listing {
	char names[NAMES][NAME_LEN];
	unsigned int count, left;
};

static bool note_name(void *arg, const char *name, unsigned int len, loff_t next_pos, u32 ino,
		      u8 type)
{
	struct listing *list = arg;

	(void)next_pos;
	(void)type;
	if (!list->left || list->count == NAMES)
		return false;
	list->left--;
	EXPECT(ino != 0 && len < NAME_LEN);
	memcpy(list->names[list->count], name, len);
	list->names[list->count++][len] = '\0';
	return true;
}

static void read_names(const char *path, unsigned int step, struct listing *list)
{
	struct file *file = filp_open(path, O_RDONLY | O_DIRECTORY, 0);
	unsigned int before;

	*list = (struct listing){.count = 0};
	if (!EXPECT(!IS_ERR(file)))
		return;
	do {
		before = list->count;
		list->left = step;
		EXPECT_EQ(file_readdir(file, list, note_name), 0);
	} while (list->count > before);
	fput(file);
}

/* Each name once, however few are asked for at a time, and each can be looked up. */
static void check_listing(const char *path, unsigned int at_least)
{
	struct listing all, single;
	char name[2 * NAME_LEN + 32];

	read_names(path, NAMES, &all);
	read_names(path, 1, &single);
	EXPECT(all.count >= at_least && all.count < NAMES);
	EXPECT_EQ(single.count, all.count);
	for (unsigned int i = 0; i < all.count; i++) {
		EXPECT(strcmp(all.names[i], single.names[i]) == 0);
		snprintf(name, sizeof(name), "%s/%s", path, all.names[i]);
		EXPECT(test_links(name) > 0);
	}
}

static void test_listing(void)
{
	if (!test_fs_begin())
		return;
	check_listing("/sys", 3);
	check_listing("/sys/devices/system/node", 6);
	check_listing("/sys/devices/system/node/node0", 7);
	check_listing("/sys/devices/system/cpu", 5);
	check_listing("/proc/sys", 4);
	check_listing("/proc/sys/vm", 3);
	test_fs_end();
}

static void test_numbers(void)
{
	unsigned long n[3] = {7, 7, 7};
	char words[32];

#define PARSE(s, count, fewer) \
	(strlcpy(words, s, sizeof(words)), tree_parse_numbers(words, n, count, fewer))
	EXPECT_EQ(PARSE("1 2\t3", 3, false), 3);
	EXPECT(n[0] == 1 && n[1] == 2 && n[2] == 3);
	EXPECT_EQ(PARSE("  42\n", 1, false), 1);
	EXPECT_EQ(n[0], 42);
	EXPECT_EQ(PARSE("4294967295", 1, false), 1);
	EXPECT_EQ(PARSE("4294967296", 1, false), -EINVAL);
	EXPECT_EQ(PARSE("", 1, false), -EINVAL);
	EXPECT_EQ(PARSE(" \n", 3, true), -EINVAL);
	EXPECT_EQ(PARSE("1 2", 3, false), -EINVAL);
	EXPECT_EQ(PARSE("1 2", 3, true), 2);
	EXPECT_EQ(PARSE("1 2 3 4", 3, true), -EINVAL);
	EXPECT_EQ(PARSE("1 -2", 3, true), -EINVAL);
	EXPECT_EQ(PARSE("1x", 1, false), -EINVAL);
	EXPECT_EQ(PARSE("0x10", 1, false), -EINVAL);
#undef PARSE
}

/* Words that are no value change nothing and are refused; so is a byte too many. */
static void test_bad_words(void)
{
	static const char *const bad[] = {"",	 "x",  "0",	      "8", "-1",
					  "1 1", "1.", "99999999999", "\n"};
	static char long_words[300];
	u32 dropped;

	if (!begin())
		return;
	dropped = vm_event_sum(VM_DROP_PAGECACHE) + vm_event_sum(VM_DROP_SLAB);
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		expect_write("/proc/sys/vm/drop_caches", bad[i], -EINVAL);
	memset(long_words, ' ', sizeof(long_words));
	long_words[0] = '3';
	EXPECT_EQ(write_words("/proc/sys/vm/drop_caches", long_words, sizeof(long_words)), -EINVAL);
	EXPECT_EQ(vm_event_sum(VM_DROP_PAGECACHE) + vm_event_sum(VM_DROP_SLAB), dropped);
	expect_write("/proc/sys/vm/drop_caches", "2\n", 2);
	EXPECT_EQ(vm_event_sum(VM_DROP_PAGECACHE) + vm_event_sum(VM_DROP_SLAB), dropped + 1);
	end();
}

/* A NUL does not end the words: what is behind it counts, too, and itself it is no blank. */
static void test_nul(void)
{
	static const char section[] = "/sys/devices/system/memory/memory0/state";
	u32 dropped;

	if (!begin())
		return;
	dropped = vm_event_sum(VM_DROP_PAGECACHE) + vm_event_sum(VM_DROP_SLAB);
	EXPECT_EQ(write_words("/proc/sys/vm/drop_caches", "1\0x", 3), -EINVAL);
	EXPECT_EQ(write_words("/proc/sys/vm/drop_caches", "1\n\0", 3), -EINVAL);
	EXPECT_EQ(write_words("/proc/sys/vm/drop_caches", "1", 2), -EINVAL);
	EXPECT_EQ(write_words("/proc/sys/vm/drop_caches",
			      "\0"
			      "1",
			      2),
		  -EINVAL);
	EXPECT_EQ(vm_event_sum(VM_DROP_PAGECACHE) + vm_event_sum(VM_DROP_SLAB), dropped);
	EXPECT_EQ(write_words("/proc/sys/vm/lowmem_reserve_ratio", "9\0x", 3), -EINVAL);
	EXPECT_EQ(lowmem_reserve_ratio[ZONE_DMA], 256);
	EXPECT_EQ(write_words(section, "offline\0x", 9), MODEL_HOTPLUG ? -EINVAL : -ENOENT);
	EXPECT_EQ(write_words(section, "offline", 8), MODEL_HOTPLUG ? -EINVAL : -ENOENT);
	end();
}

/* The marks of all zones added up: they follow what is written. */
static unsigned long marks(enum zone_watermark mark)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		if (!zone_is_highmem(zone))
			pages += zone->watermark[mark];
	return pages;
}

static void test_min_free(void)
{
	static const char path[] = "/proc/sys/vm/min_free_kbytes";
	static const char *const bad[] = {"0", "-1", "1 1", "", "4294967295", "x"};
	unsigned long before = min_free_kbytes, min_before = marks(WMARK_MIN);
	char words[16];

	if (!begin())
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		expect_write(path, bad[i], -EINVAL);
	EXPECT_EQ(marks(WMARK_MIN), min_before);
	snprintf(words, sizeof(words), "%lu", 2 * before);
	expect_write(path, words, (ssize_t)strlen(words));
	EXPECT_EQ(min_free_kbytes, 2 * before);
	EXPECT(marks(WMARK_MIN) > min_before && marks(WMARK_HIGH) > marks(WMARK_LOW));
	snprintf(words, sizeof(words), "%lu\n", before);
	expect_write(path, words, (ssize_t)strlen(words));
	EXPECT_EQ(marks(WMARK_MIN), min_before);
	end();
}

/* A file of one number refuses what is none or too large, and changes nothing then. */
static void expect_refused(const char *path, const char *too_large, const unsigned int *value)
{
	static const char *const bad[] = {"-1", "1 1", "", "x"};
	unsigned int before = *value;

	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		expect_write(path, bad[i], -EINVAL);
	expect_write(path, too_large, -EINVAL);
	EXPECT_EQ(*value, before);
}

static void test_page_cluster(void)
{
	static const char path[] = "/proc/sys/vm/page-cluster";
	unsigned int before = page_cluster;

	if (!begin())
		return;
	EXPECT_EQ(before, 3);
	expect_refused(path, "32", &page_cluster);
	expect_write(path, "0", 1);
	EXPECT_EQ(page_cluster, 0);
	expect_write(path, "31\n", 3);
	EXPECT_EQ(page_cluster, 31);
	page_cluster = before;
	end();
}

static void test_swappiness(void)
{
	static const char path[] = "/proc/sys/vm/swappiness";
	unsigned int before = vm_swappiness;

	if (!begin())
		return;
	expect_refused(path, "201", &vm_swappiness);
	expect_write(path, "200\n", 4);
	EXPECT_EQ(vm_swappiness, 200);
	expect_write(path, "0", 1);
	EXPECT_EQ(vm_swappiness, 0);
	vm_swappiness = before;
	end();
}

/* Two numbers are none, and change nothing. */
static void test_overcommit_kbytes(void)
{
	static const char path[] = "/proc/sys/vm/overcommit_kbytes";
	unsigned long before = sysctl_overcommit_kbytes;

	if (!begin())
		return;
	expect_write(path, "4096\n", 5);
	expect_write(path, "17 18", -EINVAL);
	expect_write(path, "19x", -EINVAL);
	EXPECT_EQ(sysctl_overcommit_kbytes, 4096);
	sysctl_overcommit_kbytes = before;
	end();
}

static void test_reserve_ratio(void)
{
	static const char path[] = "/proc/sys/vm/lowmem_reserve_ratio";
	static const char *const bad[] = {"",	"1 2 3 4 5",  "1 x",
					  "-1", "3000000000", "1 2 3 3000000000"};
	const unsigned int before[MAX_NR_ZONES] = {256, 32, 0, 0};
	const struct zone *dma = &NODE_DATA(0)->node_zones[ZONE_DMA];
	unsigned long reserve = dma->lowmem_reserve[ZONE_NORMAL];

	if (!begin())
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++)
		expect_write(path, bad[i], -EINVAL);
	EXPECT(memcmp(lowmem_reserve_ratio, before, sizeof(before)) == 0);
	EXPECT_EQ(dma->lowmem_reserve[ZONE_NORMAL], reserve);
	expect_write(path, "128\n", 4); /* half the ratio, twice the reserve */
	EXPECT(dma->lowmem_reserve[ZONE_NORMAL] / 2 == reserve);
	EXPECT_EQ(lowmem_reserve_ratio[ZONE_NORMAL], 32);
	expect_write(path, "0 1", 3);
	EXPECT_EQ(dma->lowmem_reserve[ZONE_NORMAL], 0);
	expect_write(path, "256\t32\t0\t0\n", 11);
	EXPECT_EQ(dma->lowmem_reserve[ZONE_NORMAL], reserve);
	end();
}

/* Clean pages go; dirty and mapped ones stay, and nothing that was in a file is lost. */
static void test_drop_pages(void)
{
	struct file *file;
	unsigned long pages;

	if (!begin())
		return;
	EXPECT_EQ(test_make_file("/f", MANY * PAGE_SIZE, 5), 0);
	file = filp_open("/f", O_RDWR, 0);
	if (!EXPECT(!IS_ERR(file)))
		goto out_end;
	expect_write("/proc/sys/vm/drop_caches", "1", 1);
	EXPECT_EQ(file->inode->mapping.nrpages, MANY); /* all dirty */
	EXPECT_EQ(vfs_sync(), 0);
	EXPECT_EQ(test_write(file, 3 * PAGE_SIZE, 1, 9), 1);
	EXPECT_EQ(mm_mmap(current->mm, &file->mf, BASE + PGDIR_SIZE, PAGE_SIZE, PROT_READ,
			  MAP_SHARED | MAP_FIXED, 7),
		  BASE + PGDIR_SIZE);
	EXPECT(test_peek(BASE + PGDIR_SIZE, &(u32){0}) == 0);
	pages = nr_cached_pages();
	expect_write("/proc/sys/vm/drop_caches", "3", 1);
	EXPECT_EQ(file->inode->mapping.nrpages, 2);
	EXPECT(nr_cached_pages() <= pages - (MANY - 2));
	EXPECT_EQ(nr_dirty_pages() > 0, true);
	EXPECT(test_verify(file, 0, 3 * PAGE_SIZE, 5));
	EXPECT(test_verify(file, 3 * PAGE_SIZE, 1, 9));
	EXPECT(test_verify(file, 3 * PAGE_SIZE + 1, (MANY - 3) * PAGE_SIZE - 1, 5));
	EXPECT_EQ(file->inode->mapping.nrpages, MANY);
	fput(file);
out_end:
	end();
}

/* Metadata blocks come back from the disk as well. */
static void test_drop_buffers(void)
{
	if (!begin())
		return;
	EXPECT_EQ(test_make_file("/f", PAGE_SIZE, 5), 0);
	EXPECT_EQ(vfs_sync(), 0);
	EXPECT(nr_buffer_pages() > 0);
	EXPECT(vfs_drop_clean() > 0);
	EXPECT_EQ(nr_buffer_pages(), 0);
	EXPECT_EQ(test_make_file("/g", PAGE_SIZE, 6), 0);
	EXPECT(nr_buffer_pages() > 0);
	EXPECT(test_check_file("/f", PAGE_SIZE, 5));
	end();
}

static const struct ktap_case cases[] = {
	{"paths", test_paths},
	{"listing", test_listing},
	{"numbers", test_numbers},
	{"bad_words", test_bad_words},
	{"words with a NUL", test_nul},
	{"min_free", test_min_free},
	{"page_cluster", test_page_cluster},
	{"swappiness", test_swappiness},
	{"overcommit_kbytes", test_overcommit_kbytes},
	{"reserve_ratio", test_reserve_ratio},
	{"drop_pages", test_drop_pages},
	{"drop_buffers", test_drop_buffers},
	{NULL, NULL},
};

const struct ktap_suite sysctl_suite = {"sysctl", cases};
