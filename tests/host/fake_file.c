/*
 * fake_file.c - the file system below the page cache, in host tests.
 *
 * It checks what the cache promises its file system: pages are locked, belong to
 * the file, are valid when written, and do not change while they are written.
 */
#include "fake_file.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/vmstat.h"
#include "tasks.h"
#include "test.h"
#include <stdlib.h>
#include <string.h>

u8 fake_disk[FAKE_FILE_PAGES][PAGE_SIZE];
struct address_space fake_mapping;
bool (*fake_io_fails)(void);
unsigned long fake_reads, fake_read_calls;

static void check_page(const struct address_space *mapping, const struct page *page)
{
	CHECK(mapping == &fake_mapping && page->mapping == mapping);
	CHECK(PageLocked(page) && page->index < FAKE_FILE_PAGES);
}

static bool transfer_fails(void)
{
	return fake_io_fails && fake_io_fails();
}

static int read_page(struct address_space *mapping, struct page *page)
{
	check_page(mapping, page);
	CHECK(!PageUptodate(page));
	fake_reads++;
	task_yield();
	if (transfer_fails())
		return -EIO;
	memcpy(host_frame(page_to_pfn(page)), fake_disk[page->index], PAGE_SIZE);
	task_yield();
	return 0;
}

static int write_page(struct address_space *mapping, struct page *page)
{
	const u8 *frame = host_frame(page_to_pfn(page));
	bool fails = transfer_fails();
	u8 *before = malloc(PAGE_SIZE);

	check_page(mapping, page);
	CHECK(PageUptodate(page) && PageWriteback(page) && !PageDirty(page) && before);
	CHECK_EQ(global_page_state(NR_WRITEBACK) > 0, true);
	memcpy(before, frame, PAGE_SIZE);
	task_yield();
	task_yield();
	CHECK(!memcmp(before, frame, PAGE_SIZE));
	if (!fails)
		memcpy(fake_disk[page->index], before, PAGE_SIZE);
	free(before);
	return fails ? -EIO : 0;
}

static int prepare_write(struct address_space *mapping, struct page *page, unsigned int from,
			 unsigned int to)
{
	check_page(mapping, page);
	CHECK(from < to && to <= PAGE_SIZE);
	task_yield();
	return transfer_fails() ? -ENOSPC : 0;
}

/* Ends the first pages while the last ones still wait for the disk. */
static void read_pages(struct address_space *mapping, struct page **pages, unsigned int nr,
		       unsigned int first, unsigned int wanted)
{
	const unsigned long index = pages[0]->index; /* once it is read, it may be dropped */
	unsigned int i;

	(void)first;
	(void)wanted;
	CHECK(nr > 0 && nr <= PAGES_AT_ONCE);
	fake_read_calls++;
	for (i = 0; i < nr; i++) {
		CHECK_EQ(pages[i]->index, index + i);
		end_page_read(pages[i], read_page(mapping, pages[i]));
	}
}

static void write_pages(struct address_space *mapping, struct page **pages, unsigned int nr,
			int *errors)
{
	unsigned int i;

	CHECK(nr > 0 && nr <= PAGES_AT_ONCE);
	for (i = 0; i < nr; i++) {
		CHECK(!i || pages[i]->index > pages[i - 1]->index);
		errors[i] = write_page(mapping, pages[i]);
	}
}

static const struct address_space_ops single_aops = {
	.readpage = read_page,
	.writepage = write_page,
	.prepare_write = prepare_write,
};

static const struct address_space_ops many_aops = {
	.readpage = read_page,
	.writepage = write_page,
	.readpages = read_pages,
	.writepages = write_pages,
	.prepare_write = prepare_write,
};

void fake_file_many(bool many)
{
	fake_mapping.a_ops = many ? &many_aops : &single_aops;
}

static void release(struct mapped_file *file)
{
	(void)file;
	test_fail(__FILE__, __LINE__, "the file's last reference is gone");
}

static const struct mapped_file_ops fake_ops = {.release = release};
struct mapped_file fake_file = {
	.count = ATOMIC_INIT(1),
	.mapping = &fake_mapping,
	.path = "/file",
	.ops = &fake_ops,
	.readable = true,
	.writable = true,
};

void fake_file_reset(loff_t size)
{
	memset(fake_disk, 0, sizeof(fake_disk));
	address_space_init(&fake_mapping, NULL, &single_aops);
	fake_mapping.size = size;
	fake_io_fails = NULL;
}
