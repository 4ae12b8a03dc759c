/*
 * test_migrate.c - suite `migrate`: pages move on the booted kernel, the kernel's own
 * and those of a file on the small disk in memory.
 */
#include "kernel/errno.h"
#include "kernel/fs_helpers.h"
#include "kernel/movable.h"
#include "kernel/user_helpers.h"
#include "mm/filemap.h"
#include "mm/migrate.h"
#include "mm/vmstat.h"
#include "proc/task.h"

#define OWN_PAGES  100u
#define FILE_PAGES 40u
#define FILE_SIZE  (FILE_PAGES * PAGE_SIZE)
#define SEED	   11

static struct page *new_page(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

static struct page *no_page(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return NULL;
}

/* Isolates all pages of the test's owner; the list says how many. */
static unsigned int isolate_own(struct list_head *list)
{
	struct page *page;
	unsigned int n = 0;

	while ((page = movable_in(0, max_pfn)) != NULL && !isolate_page(page, list))
		n++;
	return n;
}

static void test_own(void)
{
	u32 before = vm_event_sum(VM_PGMIGRATE_SUCCESS);
	LIST_HEAD(list);

	for (unsigned int i = 0; i < OWN_PAGES; i++)
		EXPECT(movable_take(GFP_HIGHUSER_MOVABLE));
	EXPECT_EQ(isolate_own(&list), OWN_PAGES);
	EXPECT_EQ(movable_count(), 0);
	EXPECT_EQ(migrate_pages(&list, new_page, NULL, 0, MIGRATE_SYNC), 0);
	EXPECT(list_empty(&list));
	EXPECT_EQ(movable_count(), OWN_PAGES);
	EXPECT(movable_verify());
	EXPECT_EQ(vm_event_sum(VM_PGMIGRATE_SUCCESS) - before, OWN_PAGES);
	movable_drop_all();
}

static void test_out_of_memory(void)
{
	u32 before = vm_event_sum(VM_PGMIGRATE_FAIL);
	LIST_HEAD(list);

	for (unsigned int i = 0; i < OWN_PAGES; i++)
		EXPECT(movable_take(GFP_HIGHUSER_MOVABLE));
	EXPECT_EQ(isolate_own(&list), OWN_PAGES);
	EXPECT_EQ(migrate_pages(&list, no_page, NULL, 0, MIGRATE_SYNC), OWN_PAGES);
	EXPECT_EQ(vm_event_sum(VM_PGMIGRATE_FAIL) - before, OWN_PAGES);
	putback_movable_pages(&list);
	EXPECT_EQ(movable_count(), OWN_PAGES);
	EXPECT(movable_verify());
	movable_drop_all();
}

/* A page that somebody holds is tried again, in vain, and stays where it is. */
static void test_held(void)
{
	struct page *page = movable_take(GFP_HIGHUSER_MOVABLE);
	LIST_HEAD(list);

	if (!EXPECT(page) || !EXPECT_EQ(isolate_page(page, &list), 0))
		return;
	EXPECT_EQ(isolate_page(page, &list), -EAGAIN);
	get_page(page);
	EXPECT_EQ(migrate_pages(&list, new_page, NULL, 0, MIGRATE_SYNC), 1);
	putback_movable_pages(&list);
	put_page(page);
	EXPECT(movable_verify());
	EXPECT(movable_in(0, max_pfn) == page);
	movable_drop_all();
}

static struct file *begin(void)
{
	struct file *file;

	if (!test_fs_begin())
		return NULL;
	EXPECT_EQ(test_make_file("/f", FILE_SIZE, SEED), 0);
	file = filp_open("/f", O_RDWR, 0);
	EXPECT(!IS_ERR(file));
	return IS_ERR(file) ? NULL : file;
}

/* Moves every cached page of the file; all must. */
static void move_file(struct file *file)
{
	struct address_space *mapping = &file->inode->mapping;
	struct page *old[FILE_PAGES], *page;
	LIST_HEAD(list);

	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		old[i] = find_get_page(mapping, i);
		if (!EXPECT(old[i]))
			continue;
		put_page(old[i]);
		EXPECT_EQ(isolate_page(old[i], &list), 0);
	}
	EXPECT_EQ(migrate_pages(&list, new_page, NULL, 0, MIGRATE_SYNC), 0);
	putback_movable_pages(&list);
	for (unsigned int i = 0; i < FILE_PAGES; i++) {
		page = find_get_page(mapping, i);
		if (!EXPECT(page))
			continue;
		EXPECT(page != old[i] && page->index == i);
		put_page(page);
	}
}

static void test_dirty_file(void)
{
	unsigned long dirty, cached;
	struct file *file = begin();

	if (!file)
		return;
	dirty = nr_dirty_pages();
	cached = nr_cached_pages();
	EXPECT(dirty >= FILE_PAGES);
	move_file(file);
	EXPECT_EQ(nr_dirty_pages(), dirty);
	EXPECT_EQ(nr_cached_pages(), cached);
	EXPECT(test_verify(file, 0, FILE_SIZE, SEED));
	EXPECT_EQ(filemap_sync(&file->inode->mapping), 0);
	move_file(file); /* clean now */
	EXPECT(test_verify(file, 0, FILE_SIZE, SEED));
	fput(file);
	test_fs_remount();
	EXPECT(test_check_file("/f", FILE_SIZE, SEED));
	test_fs_end();
}

/* A cached page that a program maps moves under it. */
static void test_mapped(void)
{
	const unsigned long addr = 0x20000000ul;
	struct file *file = begin();
	struct page *page, *now;
	u32 before, after;
	LIST_HEAD(list);

	if (!file)
		return;
	page = find_get_page(&file->inode->mapping, 0);
	if (EXPECT(page) && EXPECT(test_mm_begin())) {
		EXPECT_EQ(mm_mmap(current->mm, &file->mf, addr, PAGE_SIZE, PROT_READ,
				  MAP_PRIVATE | MAP_FIXED, 0),
			  addr);
		EXPECT_EQ(test_peek(addr, &before), 0);
		EXPECT_EQ(page_mapcount(page), 1);
		put_page(page);
		EXPECT_EQ(isolate_page(page, &list), 0);
		EXPECT_EQ(migrate_pages(&list, new_page, NULL, 0, MIGRATE_SYNC), 0);
		putback_movable_pages(&list);
		now = find_get_page(&file->inode->mapping, 0);
		EXPECT(now && now != page && page_mapcount(now) == 1);
		if (now)
			put_page(now);
		EXPECT(test_peek(addr, &after) == 0 && after == before);
		test_mm_end();
	}
	EXPECT(test_verify(file, 0, FILE_SIZE, SEED));
	fput(file);
	test_fs_end();
}

static const struct ktap_case cases[] = {
	{"own_pages_move", test_own},	    {"out_of_memory", test_out_of_memory},
	{"held_page_stays", test_held},	    {"cached_pages_move_dirty_and_clean", test_dirty_file},
	{"mapped_page_moves", test_mapped}, {NULL, NULL},
};

const struct ktap_suite migrate_suite = {"migrate", cases};
