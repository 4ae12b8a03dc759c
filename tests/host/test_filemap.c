/*
 * test_filemap.c - the page cache as a file: reads, writes, truncation, mappings
 * and write-back against an array of bytes, with transfers that fail.
 *
 * One task: that requests may come between each other is test_fault.c's matter.
 */
#include "../../mm/area/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "test.h"
#include "user.h"
#include <stdlib.h>
#include <string.h>

#define BASE	  0x20000000ul
#define MAX_BYTES (FAKE_FILE_PAGES * (unsigned int)PAGE_SIZE)

static u8 model[MAX_BYTES];
static unsigned int size;
static struct mm_struct *mm;
static struct input *in;
static bool failing;

static bool io_fails(void)
{
	return failing && input_below(in, 8) == 0;
}

/* The caller's memory can be reached up to here, as a user's may. */
static const u8 *reachable_end;

static unsigned long copy(u8 *to, const u8 *from, const u8 *user, unsigned long n)
{
	unsigned long room = user < reachable_end ? (unsigned long)(reachable_end - user) : 0;

	n = min(n, room);
	memcpy(to, from, n);
	return n;
}

static unsigned long to_user(void *page_addr, void *buf, unsigned long n)
{
	return n - copy(buf, page_addr, buf, n);
}

static unsigned long from_user(void *page_addr, void *buf, unsigned long n)
{
	return n - copy(page_addr, buf, buf, n);
}

/* Up to about five pages, mostly with crooked ends. */
static unsigned int pick_length(void)
{
	return input_below(in, 5) ? 1 + input_below(in, 5000) : 1 + input_below(in, 20000);
}

/* Anywhere in the file, about its end, or anywhere. */
static unsigned int pick_pos(void)
{
	unsigned int near = size + input_below(in, 6000), pos;

	switch (input_below(in, 4)) {
	case 0:
		pos = input_below(in, MAX_BYTES);
		break;
	case 1:
		pos = near > 2000 ? near - 2000 : near;
		break;
	default:
		pos = input_below(in, size + 1);
	}
	return min(pos, MAX_BYTES - 1);
}

static bool is_io_error(long err)
{
	return failing && (err == -EIO || err == -ENOSPC || err == -ENOMEM);
}

static void step_read(void)
{
	unsigned int pos = pick_pos(), n = pick_length(), reach = n;
	unsigned int want = pos < size ? min(n, size - pos) : 0;
	u8 *bytes = malloc(n);
	ssize_t ret;

	if (input_below(in, 8) == 0)
		reach = input_below(in, n);
	reachable_end = bytes + reach;
	ret = filemap_read(&fake_mapping, pos, bytes, n, to_user);
	if (ret == -EFAULT)
		CHECK(reach == 0 && want);
	else if (ret >= 0)
		CHECK((unsigned int)ret == min(want, reach) || failing);
	else
		CHECK(is_io_error(ret));
	if (ret > 0)
		CHECK(!memcmp(bytes, model + pos, (size_t)ret));
	free(bytes);
}

/* Bytes behind the end are zeroes in the model, so a write behind it leaves a hole of zeroes. */
static void step_write(void)
{
	unsigned int pos = pick_pos(), n, reach;
	u8 *bytes;
	ssize_t ret;

	n = min(pick_length(), MAX_BYTES - pos);
	reach = input_below(in, 8) ? n : input_below(in, n);
	bytes = malloc(n);
	for (unsigned int i = 0; i < n; i++)
		bytes[i] = (u8)(input_below(in, 2) + i);
	reachable_end = bytes + reach;
	ret = filemap_write(&fake_mapping, pos, bytes, n, from_user);
	if (ret > 0) {
		CHECK((unsigned int)ret <= reach);
		CHECK((unsigned int)ret == reach || failing);
		memcpy(model + pos, bytes, (size_t)ret);
		size = max(size, pos + (unsigned int)ret);
	} else {
		CHECK(is_io_error(ret) || (!reach && ret == -EFAULT));
	}
	free(bytes);
}

static void step_truncate(void)
{
	unsigned int to = input_below(in, 3) ? input_below(in, size + 1) : size;

	/* With a page that cannot be read or written, its old end comes back when the file grows.
	 */
	if (failing)
		to &= (unsigned int)PAGE_MASK;
	truncate_inode_pages(&fake_mapping, to);
	for (unsigned int page = PAGE_ALIGN(to) >> PAGE_SHIFT; page < FAKE_FILE_PAGES; page++)
		memset(fake_disk[page], 0, PAGE_SIZE);
	memset(model + to, 0, MAX_BYTES - to);
	size = to;
}

static void step_map_read(void)
{
	unsigned int pos = pick_pos();
	u8 value = 0;
	int err = user_read(mm, BASE + pos, &value);

	if (PAGE_ALIGN(pos + 1) > PAGE_ALIGN(size))
		CHECK(err == -EIO || is_io_error(err));
	else if (err)
		CHECK(is_io_error(err));
	else if (pos < size)
		CHECK_EQ(value, model[pos]);
}

/* Also behind the end of the file, in its last page: such bytes must never be seen in the file. */
static void step_map_write(void)
{
	unsigned int pos = pick_pos();
	u8 value = (u8)(1 + input_below(in, 255));
	int err = user_write(mm, BASE + pos, value);

	if (PAGE_ALIGN(pos + 1) > PAGE_ALIGN(size))
		CHECK(err == -EIO || is_io_error(err));
	else if (err)
		CHECK(is_io_error(err));
	else if (pos < size)
		model[pos] = value;
}

static void step_sync(void)
{
	int err = filemap_sync(&fake_mapping);

	CHECK(err == 0 || is_io_error(err));
	CHECK(err || nr_dirty_pages() == 0);
}

/* Somebody needs the memory: what is clean may be dropped and read again. */
static void step_drop_clean(void)
{
	if (filemap_sync(&fake_mapping))
		return;
	truncate_inode_pages(&fake_mapping, 0);
	fake_mapping.size = size;
}

static void (*const requests[])(void) = {step_read,	step_write,	step_write,
					 step_truncate, step_map_read,	step_map_write,
					 step_sync,	step_drop_clean};

static void check_file(void)
{
	CHECK_EQ(fake_mapping.size, size);
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	CHECK(!memcmp(fake_disk, model, size));
	/* The last block too: what lies behind the end is zeroes on the disk. */
	CHECK(!memcmp((u8 *)fake_disk + size, model + size, PAGE_ALIGN(size) - size));
}

static void begin(void)
{
	user_ledger_open();
	memset(model, 0, sizeof(model));
	size = 0;
	fake_file_reset(0);
	fake_io_fails = io_fails;
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, &fake_file, BASE, MAX_BYTES, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, 0),
		 (long)BASE);
}

static void end(void)
{
	failing = false;
	host_fail_after(-1);
	check_file();
	user_check_counts();
	mmput(mm);
	truncate_inode_pages(&fake_mapping, 0);
	CHECK_EQ(fake_mapping.nrpages, 0);
	user_ledger_close();
}

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};

	in = &input;
	begin();
	failing = input_below(in, 2);
	fake_file_many(input_below(in, 2));
	while (in->left && !test_failures()) {
		if (failing && input_below(in, 8) == 0)
			host_fail_after((long)input_below(in, 8) - 4);
		requests[input_below(in, ARRAY_SIZE(requests))]();
	}
	end();
	return 0;
}

static void test_random_requests(void)
{
	check_property(one_input, 20000);
}

static void test_limits(void)
{
	const loff_t last =
		((loff_t)1 << (32 + PAGE_SHIFT)) - 1; /* of the last page with a number */
	u8 byte = 1;

	begin();
	reachable_end = &byte + 1;
	CHECK_EQ(filemap_read(&fake_mapping, -1, &byte, 1, to_user), -EINVAL);
	CHECK_EQ(filemap_write(&fake_mapping, -1, &byte, 1, from_user), -EINVAL);
	CHECK_EQ(filemap_write(&fake_mapping, 0, &byte, 0, from_user), 0);
	CHECK_EQ(filemap_write(&fake_mapping, last + 1, &byte, 1, from_user), -EFBIG);
	CHECK_EQ(filemap_read(&fake_mapping, last, &byte, 1, to_user), 0);
	end();
}

/* Only who may wait gets memory: that is enough for a page, and so it must be for its place. */
static void test_no_node(void)
{
	struct page *page;

	user_ledger_open();
	fake_file_reset(FAKE_FILE_PAGES * PAGE_SIZE);
	host_fail_atomic = true;
	host_fail_after(1); /* the page, and no more */
	page = read_cache_page(&fake_mapping, 5, NULL);
	CHECK_EQ(PTR_ERR(page), -ENOMEM);
	host_fail_after(-1);
	page = read_cache_page(&fake_mapping, 5, NULL);
	if (CHECK(!IS_ERR(page)))
		put_page(page);
	host_fail_atomic = false;
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
}

/* A page that cannot be read is an error each time it is asked for, and read when it can be. */
static void test_read_error(void)
{
	struct input one = {(const u8 *)"", 0};
	u8 byte = 0;

	begin();
	in = &one; /* every transfer fails */
	size = 100;
	fake_mapping.size = size;
	fake_disk[0][5] = model[5] = 77;
	failing = true;
	reachable_end = &byte + 1;
	CHECK_EQ(filemap_read(&fake_mapping, 5, &byte, 1, to_user), -EIO);
	CHECK_EQ(user_read(mm, BASE + 5, &byte), -EIO);
	CHECK_EQ(user_last_fault.cause, TRACE_CAUSE_SIGBUS);
	CHECK_EQ(user_write(mm, BASE + 5, 1), -EIO);
	failing = false;
	CHECK_EQ(user_read(mm, BASE + 5, &byte), 0);
	CHECK_EQ(byte, 77);
	end();
}

static void kill_it(void)
{
	host_fatal_signal = true;
}

/* Who is killed while another is at the page waits no longer; later the page can be had. */
static void test_killed(void)
{
	struct input none = {(const u8 *)"", 0};
	struct page *page;
	u8 byte = 0;

	begin();
	in = &none;
	size = 100;
	fake_mapping.size = size;
	fake_disk[0][5] = model[5] = 77;
	page = find_or_create_page(&fake_mapping, 0);
	if (!CHECK(!IS_ERR(page)))
		return;
	host_sleep_hook = kill_it;
	CHECK_EQ(user_read(mm, BASE + 5, &byte), -EINTR);
	CHECK_EQ(user_last_fault.cause, TRACE_CAUSE_SPURIOUS);
	host_sleep_hook = NULL;
	host_fatal_signal = false;
	CHECK(PageLocked(page));
	unlock_page(page);
	put_page(page);
	CHECK_EQ(user_read(mm, BASE + 5, &byte), 0);
	CHECK_EQ(byte, 77);
	end();
}

/* The error of a page that cannot be written is told, and the page is not lost. */
static void test_write_error(void)
{
	struct input one = {(const u8 *)"", 0};
	u8 bytes[PAGE_SIZE] = {42};

	begin();
	in = &one;
	reachable_end = bytes + sizeof(bytes);
	CHECK_EQ(filemap_write(&fake_mapping, 0, bytes, sizeof(bytes), from_user), PAGE_SIZE);
	size = PAGE_SIZE;
	memcpy(model, bytes, sizeof(bytes));
	failing = true;
	CHECK_EQ(filemap_sync(&fake_mapping), -EIO);
	CHECK_EQ(nr_dirty_pages(), 1);
	failing = false;
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	CHECK_EQ(nr_dirty_pages(), 0);
	end();
}

/* What is read in order comes before it is asked for, in parts that grow; what is not, does not. */
static void test_readahead(void)
{
	static u8 bytes[PAGE_SIZE];
	struct page *last;
	unsigned long i;

	user_ledger_open();
	fake_file_reset(FAKE_FILE_PAGES * PAGE_SIZE - 5);
	fake_file_many(true);
	reachable_end = bytes + sizeof(bytes);
	fake_reads = fake_read_calls = 0;
	memset(fake_disk[FAKE_FILE_PAGES - 1], 1, PAGE_SIZE);
	for (i = 0; i < FAKE_FILE_PAGES; i++) {
		CHECK(filemap_read(&fake_mapping, (loff_t)(i * PAGE_SIZE), bytes, PAGE_SIZE,
				   to_user) >= (long)PAGE_SIZE - 5);
		CHECK(i || fake_reads == 4);
	}
	CHECK_EQ(fake_reads, FAKE_FILE_PAGES);
	CHECK_EQ(fake_read_calls, 4); /* 4, 8, 16, and the 12 that are left of 32 */
	last = find_get_page(&fake_mapping, FAKE_FILE_PAGES - 1);
	CHECK_EQ(((u8 *)host_frame(page_to_pfn(last)))[PAGE_SIZE - 1], 0);
	put_page(last);
	CHECK_EQ(drop_clean_pages(&fake_mapping), FAKE_FILE_PAGES);
	fake_reads = fake_read_calls = 0;
	for (i = 0; i < 5; i++)
		CHECK_EQ(filemap_read(&fake_mapping, (loff_t)((30 - 7 * i) * PAGE_SIZE), bytes,
				      PAGE_SIZE, to_user),
			 PAGE_SIZE);
	CHECK_EQ(fake_reads, 5);
	CHECK_EQ(drop_clean_pages(&fake_mapping), 5);
	user_ledger_close();
}

/* All frames that there are, taken with `gfp` and given back: how many. */
static unsigned long take_all(gfp_t gfp)
{
	struct page *page;
	unsigned long n;
	LIST_HEAD(taken);

	for (n = 0; (page = alloc_page(gfp | __GFP_NOWARN)) != NULL; n++)
		list_add_tail(&page->lru, &taken);
	while (!list_empty(&taken)) {
		page = list_first_entry(&taken, struct page, lru);
		list_del(&page->lru);
		put_page(page);
	}
	return n;
}

/* The cache gives way to a request that may wait, but keeps what somebody needs. */
static void test_gives_way(void)
{
	struct page *held, *locked;
	unsigned long all;
	u8 value = 0;

	user_ledger_open();
	fake_file_reset(FAKE_FILE_PAGES * PAGE_SIZE);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, &fake_file, BASE, PAGE_SIZE, PROT_READ, MAP_SHARED | MAP_FIXED, 2),
		 (long)BASE);
	for (unsigned long i = 0; i < FAKE_FILE_PAGES; i++) {
		memset(fake_disk[i], (int)i + 1, PAGE_SIZE);
		put_page(read_cache_page(&fake_mapping, i, NULL));
	}
	CHECK(user_read(mm, BASE, &value) == 0 && value == 3);
	held = find_get_page(&fake_mapping, 5);
	locked = find_get_page(&fake_mapping, 6);
	lock_page(locked);
	set_page_dirty(locked);
	unlock_page(locked);
	put_page(locked);
	take_all(GFP_ATOMIC | __GFP_HIGHMEM);
	CHECK_EQ(fake_mapping.nrpages, FAKE_FILE_PAGES);
	all = take_all(GFP_HIGHUSER_MOVABLE);
	CHECK_EQ(fake_mapping.nrpages, 3);
	CHECK(find_get_page(&fake_mapping, 5) == held);
	put_page(held);
	put_page(held);
	CHECK(take_all(GFP_HIGHUSER_MOVABLE) == all + 1 && fake_mapping.nrpages == 2);
	CHECK(user_read(mm, BASE, &value) == 0 && value == 3);
	user_check_counts();
	mmput(mm);
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	CHECK_EQ(drop_clean_pages(&fake_mapping), 2);
	user_ledger_close();
}

/* Pages of a file that are told to go (MADV_PAGEOUT): dirty ones by way of the disk. */
static void test_told_to_go(void)
{
	u8 value = 0;

	user_ledger_open();
	fake_file_reset(FAKE_FILE_PAGES * PAGE_SIZE);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, &fake_file, BASE, 4 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_FIXED, 0),
		 (long)BASE);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQ(user_write(mm, BASE + i * PAGE_SIZE + i, (u8)(i + 1)), 0);
	CHECK_EQ(fake_mapping.nrpages, 4);
	CHECK_EQ(mm_madvise(mm, BASE + PAGE_SIZE, 2 * PAGE_SIZE, MADV_PAGEOUT), 0);
	CHECK_EQ(fake_mapping.nrpages, 2);
	CHECK(fake_disk[1][1] == 2 && fake_disk[2][2] == 3 && fake_disk[3][3] == 0);
	CHECK(user_read(mm, BASE + PAGE_SIZE + 1, &value) == 0 && value == 2);
	user_check_counts();
	mmput(mm);
	truncate_inode_pages(&fake_mapping, 0);
	user_ledger_close();
}

/* More pages than are written at a time; what is not written is not dropped. */
static void test_many_dirty(void)
{
	static u8 bytes[36 * PAGE_SIZE];
	struct input one = {(const u8 *)"", 0};

	begin();
	in = &one;
	reachable_end = bytes + sizeof(bytes);
	CHECK_EQ(filemap_write(&fake_mapping, 0, bytes, sizeof(bytes), from_user),
		 (long)sizeof(bytes));
	size = sizeof(bytes);
	CHECK_EQ(nr_dirty_pages(), 36);
	CHECK_EQ(drop_clean_pages(&fake_mapping), 0);
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	CHECK_EQ(nr_dirty_pages(), 0);
	CHECK_EQ(drop_clean_pages(&fake_mapping), 36);
	end();
}

static const struct test tests[] = {
	{"requests at the limits", test_limits},
	{"no node is free", test_no_node},
	{"a page that cannot be read", test_read_error},
	{"killed while another is at the page", test_killed},
	{"a page that cannot be written", test_write_error},
	{"clean pages give way when memory runs out", test_gives_way},
	{"pages that are told to go", test_told_to_go},
	{"many dirty pages", test_many_dirty},
	{"reading ahead", test_readahead},
	{"random requests agree with an array of bytes", test_random_requests},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
