/*
 * test_filemap.c - file mappings and the page cache above a real file system, on
 * the small disk in memory: what a program writes through memory is on the disk
 * after the file system was unmounted and mounted again, and the other way round.
 */
#include "kernel/errno.h"
#include "kernel/fs_helpers.h"
#include "kernel/user_helpers.h"
#include "mm/filemap.h"
#include "mm/vmstat.h"
#include "proc/task.h"

#define BASE  0x20000000ul
#define PAGES 6u
#define SIZE  (PAGES * PAGE_SIZE)

/* The file, opened, and an address space; NULL with a failure. */
static struct file *begin(void)
{
	struct file *file;

	if (!test_fs_begin())
		return NULL;
	EXPECT_EQ(test_make_file("/f", SIZE, 5), 0);
	test_fs_remount();
	file = filp_open("/f", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file)) && EXPECT(test_mm_begin()))
		return file;
	return NULL;
}

static void end(struct file *file)
{
	test_mm_end();
	fput(file);
	test_fs_end();
}

static bool map_file(struct file *file, unsigned int type)
{
	return EXPECT_EQ(mm_mmap(current->mm, &file->mf, BASE, SIZE, PROT_READ | PROT_WRITE,
				 type | MAP_FIXED, 0),
			 BASE);
}

/* The word at `pos` as read() gives it. */
static u32 read_word(struct file *file, loff_t pos)
{
	u32 value = 0;

	EXPECT_EQ(kernel_read(file, pos, &value, sizeof(value)), sizeof(value));
	return value;
}

static void test_private(void)
{
	struct file *file = begin();
	u32 before;

	if (!file || !map_file(file, MAP_PRIVATE))
		return;
	before = read_word(file, 8);
	EXPECT(test_sees(BASE + 8, before));
	EXPECT_EQ(test_poke(BASE + 8, ~before), 0);
	EXPECT(test_sees(BASE + 8, ~before));
	EXPECT_EQ(read_word(file, 8), before); /* the file keeps its own */
	EXPECT_EQ(nr_dirty_pages(), 0);
	EXPECT_EQ(current->mm->rss_anon, 1);
	end(file);
}

static void test_shared(void)
{
	struct file *file = begin();
	unsigned long dirty;

	if (!file || !map_file(file, MAP_SHARED))
		return;
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 0x11223344), 0);
	EXPECT_EQ(read_word(file, PAGE_SIZE), 0x11223344); /* one page for both */
	EXPECT_EQ(filemap_sync(&file->inode->mapping), 0);
	EXPECT(!mapping_dirty(&file->inode->mapping));
	dirty = nr_dirty_pages(); /* the inode's, if a second has begun meanwhile */
	EXPECT_EQ(test_poke(BASE + PAGE_SIZE, 0x55667788), 0); /* noticed again */
	EXPECT(mapping_dirty(&file->inode->mapping));
	EXPECT(nr_dirty_pages() > dirty);
	test_mm_end();
	fput(file);
	test_fs_remount();
	file = filp_open("/f", O_RDWR, 0);
	if (EXPECT(!IS_ERR(file))) {
		EXPECT_EQ(read_word(file, PAGE_SIZE), 0x55667788);
		fput(file);
	}
	test_fs_end();
}

static void test_around(void)
{
	struct file *file = begin();
	u32 value, before;
	unsigned int i;

	if (!file)
		return;
	for (i = 0; i < PAGES; i++)
		read_word(file, (loff_t)i * (loff_t)PAGE_SIZE);
	if (!map_file(file, MAP_PRIVATE))
		return;
	before = vm_event_sum(VM_PGFAULT_FILE);
	for (i = 0; i < PAGES; i++)
		EXPECT_EQ(test_peek(BASE + i * PAGE_SIZE, &value), 0);
	EXPECT_EQ(vm_event_sum(VM_PGFAULT_FILE) - before, 1);
	EXPECT_EQ(current->mm->rss_file, PAGES);
	end(file);
}

static void test_truncate(void)
{
	struct file *file = begin();
	u32 value;

	if (!file || !map_file(file, MAP_SHARED))
		return;
	EXPECT_EQ(test_peek(BASE + 5 * PAGE_SIZE, &value), 0);
	EXPECT_EQ(test_poke(BASE + 2 * PAGE_SIZE + 200, 1), 0);
	EXPECT_EQ(file->inode->i_op->truncate(file->inode, 2 * PAGE_SIZE + 100), 0);
	EXPECT_EQ(test_peek(BASE + 5 * PAGE_SIZE, &value), -EFAULT); /* beyond the end: SIGBUS */
	EXPECT_EQ(test_peek(BASE + 3 * PAGE_SIZE, &value), -EFAULT);
	EXPECT(test_sees(BASE + 2 * PAGE_SIZE + 200, 0)); /* behind the end, in its page */
	end(file);
}

/* The buffer of read() and write() is a mapping of the very page: no deadlock. */
static void test_own_mapping(void)
{
	struct file *file = begin();
	loff_t pos = 0;
	u32 first;

	if (!file || !map_file(file, MAP_SHARED))
		return;
	first = read_word(file, 0);
	EXPECT_EQ(file->ops->read(file, (void *)(BASE + 2048), 100, &pos), 100);
	EXPECT_EQ(read_word(file, 2048), first);
	pos = PAGE_SIZE;
	EXPECT_EQ(file->ops->write(file, (void *)(BASE + PAGE_SIZE + 2048), 1000, &pos), 1000);
	pos = 2 * PAGE_SIZE;
	EXPECT_EQ(file->ops->write(file, (void *)(BASE + 2 * PAGE_SIZE), PAGE_SIZE, &pos),
		  PAGE_SIZE);
	end(file);
}

static void test_disk_error(void)
{
	struct file *file = begin();
	u32 value;

	if (!file || !map_file(file, MAP_SHARED))
		return;
	test_disk->fail_after = 0;
	EXPECT_EQ(test_peek(BASE, &value), -EFAULT);
	test_disk->fail_after = RAMDISK_NO_FAULT;
	EXPECT_EQ(test_peek(BASE, &value), 0);
	end(file);
}

static const struct ktap_case cases[] = {
	{"private_mapping", test_private},
	{"shared_mapping", test_shared},
	{"fault_around", test_around},
	{"truncate_under_a_mapping", test_truncate},
	{"buffer_is_the_page_itself", test_own_mapping},
	{"disk_error_is_reported", test_disk_error},
	{NULL, NULL},
};

const struct ktap_suite filemap_suite = {"filemap", cases};
