/*
 * test_migrate_tasks.c - pages of a file move while tasks use them.
 *
 * Several tasks share a file. Each reads and writes pages of its own, sleeping in
 * the middle, and each moves, writes back and drops pages of all. Frames get other
 * contents whenever they are handed out, so who goes on with a frame that a page has
 * left sees it.
 */
#include "../../mm/cache/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/migrate.h"
#include "tasks.h"
#include "test.h"
#include "user.h"
#include "kernel/errno.h"
#include <stdio.h>
#include <string.h>

#define TASKS	   4u
#define FILE_PAGES 24u
#define BATCH	   6u

static struct input *in;
static unsigned int started;
static u8 model[FILE_PAGES]; /* what fills each page */
static unsigned long moves;

static void spoil(const struct page *page)
{
	memset(host_frame(page_to_pfn(page)), 0xee, PAGE_SIZE);
}

/* Half, and the other half after others had the CPU: as a copy that faults. */
static unsigned long copy_slowly(u8 *to, const u8 *from, unsigned long n)
{
	memcpy(to, from, n / 2);
	if (input_below(in, 2))
		task_yield();
	memcpy(to + n / 2, from + n / 2, n - n / 2);
	return 0;
}

static unsigned long copy_out(void *page_addr, void *buf, unsigned long n)
{
	return copy_slowly(buf, page_addr, n);
}

static unsigned long copy_in(void *page_addr, void *buf, unsigned long n)
{
	return copy_slowly(page_addr, buf, n);
}

/* A page that only this task writes. */
static unsigned int own_page(unsigned int id)
{
	return id + TASKS * input_below(in, FILE_PAGES / TASKS);
}

static loff_t page_pos(unsigned int page)
{
	return (loff_t)page * (loff_t)PAGE_SIZE;
}

static bool is_all(const u8 *bytes, u8 value)
{
	return bytes[0] == value && !memcmp(bytes, bytes + 1, PAGE_SIZE - 1);
}

static void step_write(unsigned int id)
{
	unsigned int page = own_page(id);
	u8 bytes[PAGE_SIZE];

	memset(bytes, input_u8(in), sizeof(bytes));
	if (CHECK_EQ(filemap_write(&fake_mapping, page_pos(page), bytes, sizeof(bytes), copy_in),
		     sizeof(bytes)))
		model[page] = bytes[0];
}

static void step_read(unsigned int id)
{
	unsigned int page = own_page(id);
	u8 bytes[PAGE_SIZE];

	CHECK_EQ(filemap_read(&fake_mapping, page_pos(page), bytes, sizeof(bytes), copy_out),
		 sizeof(bytes));
	CHECK(is_all(bytes, model[page]));
}

/* Whoever has found a page may keep it: it stays the file's. */
static void step_hold(unsigned int id)
{
	unsigned int index = own_page(id);
	struct page *page = read_cache_page(&fake_mapping, index, NULL);

	if (!CHECK(!IS_ERR(page)))
		return;
	for (unsigned int i = input_below(in, 4); i > 0; i--)
		task_yield();
	CHECK(page->mapping == &fake_mapping && page->index == index);
	CHECK(is_all(host_frame(page_to_pfn(page)), model[index]));
	put_page(page);
}

static struct page *new_page(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE); /* sleeps: others run */
}

static void step_move(unsigned int id)
{
	unsigned int isolated = 0, left;
	LIST_HEAD(list);

	(void)id;
	for (unsigned int i = 0; i < BATCH; i++) {
		struct page *page = find_get_page(&fake_mapping, input_below(in, FILE_PAGES));

		if (!page)
			continue;
		isolated += !isolate_page(page, &list);
		put_page(page);
		if (input_below(in, 4) == 0)
			task_yield();
	}
	left = migrate_pages(&list, new_page, NULL, 0,
			     input_below(in, 2) ? MIGRATE_SYNC : MIGRATE_ASYNC);
	CHECK(left <= isolated);
	moves += isolated - left;
	putback_movable_pages(&list);
}

static void step_sync(unsigned int id)
{
	(void)id;
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
}

/* The page leaves the cache, perhaps off a mover's list, and comes back from the disk when it is
 * read. */
static void step_drop(unsigned int id)
{
	unsigned int index = own_page(id);
	struct page *page = find_get_page(&fake_mapping, index);

	if (!page)
		return;
	lock_page(page);
	if (page->mapping == &fake_mapping && !PageDirty(page) && PageUptodate(page))
		remove_from_page_cache(page);
	unlock_page(page);
	put_page(page);
}

static void (*const steps[])(unsigned int id) = {step_write, step_read, step_hold, step_move,
						 step_move,  step_sync, step_drop};

static void task(void)
{
	unsigned int id = started++;

	while (in->left && !test_failures()) {
		steps[input_below(in, ARRAY_SIZE(steps))](id);
		task_yield();
	}
}

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};
	u32 seed;

	in = &input;
	seed = input_u32(in);
	user_ledger_open();
	fake_file_reset((loff_t)FILE_PAGES * (loff_t)PAGE_SIZE);
	memset(model, 0, sizeof(model));
	started = 0;
	host_frame_hook = spoil;
	tasks_run(task, TASKS, seed);
	host_frame_hook = NULL;
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		CHECK(is_all(fake_disk[i], model[i]));
	truncate_inode_pages(&fake_mapping, 0);
	CHECK(nr_dirty_pages() == 0 && nr_cached_pages() == 0);
	user_ledger_close();
	return 0;
}

static void test_random_tasks(void)
{
	check_property(one_input, 600);
	CHECK(moves > 100);
	printf("# %lu pages moved\n", moves);
}

static const struct test tests[] = {
	{"pages of a file move under the tasks that use it", test_random_tasks},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
