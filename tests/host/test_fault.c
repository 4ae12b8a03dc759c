/*
 * test_fault.c - several tasks read, write, map, fork, truncate and write back
 * at random, and pages move (user_move.c), giving the CPU away wherever the code may
 * sleep, and every byte read must be the one a plain model predicts.
 *
 * Each address space has a window of PAGES pages across the border of two page
 * tables. Of each page two bytes are followed (`spot`); the model knows whether
 * a page is private and copied, or whose bytes it shows. Requests take effect
 * between two points where the CPU can be given away, which is where the model
 * is updated. Allocations and disk transfers fail now and then: the request
 * must report it and change nothing.
 *
 * At the end: counters of every page against a walk of all page tables, and
 * after everything is gone no frame, no object and no dirty page is left.
 */
#include "../../mm/area/internal.h"
#include "../../mm/fault/internal.h"
#include "fake_file.h"
#include "machine.h"
#include "mm/filemap.h"
#include "tasks.h"
#include "test.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGES	   48u
#define BASE	   (0x20400000ul - 20 * PAGE_SIZE)
#define SLOTS	   4u
#define TASKS	   4u
#define FILE_PAGES FAKE_FILE_PAGES
#define SPOTS	   2u

static const unsigned int spot[SPOTS] = {5, 4090};

enum kind {
	NONE,
	ANON,
	PRIVATE,
	SHARED,
	MEMORY
};

/* The bytes of a MAP_SHARED | MAP_ANONYMOUS object. */
struct store {
	u8 val[PAGES][SPOTS];
};

struct model_page {
	enum kind kind;
	unsigned int prot;
	bool copied; /* PRIVATE: val holds, else the file's */
	u8 val[SPOTS];
	unsigned int index; /* page of the file or object */
	struct store *store;
};

struct slot {
	struct mm_struct *mm;
	unsigned int users; /* tasks in the middle of an access */
	bool exclusive;	    /* its layout is being changed */
	bool forking;	    /* being copied: nobody writes */
	struct model_page page[PAGES];
};

static struct slot slots[SLOTS];
static struct input *in;
static struct store *stores[4096];
static unsigned int nr_stores;
static bool io_may_fail, memory_may_fail;

/* The file's bytes and size, as they must be. */
static u8 file_val[FILE_PAGES][SPOTS];
static unsigned int file_pages;
static bool inode_locked; /* as a file system does: one at a time changes the size */

static bool io_fails(void)
{
	return io_may_fail && input_below(in, 16) == 1;
}

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

/* The result of a request: did it fail, as it may while failures are on? */
static bool failed(long err)
{
	if (err == -ENOMEM && memory_may_fail)
		return true;
	if ((err == -EIO || err == -ENOSPC) && io_may_fail)
		return true;
	CHECK(err == 0);
	return false;
}

static u8 *model_byte(struct model_page *page, unsigned int s)
{
	switch (page->kind) {
	case SHARED:
		return &file_val[page->index][s];
	case MEMORY:
		return &page->store->val[page->index][s];
	case PRIVATE:
		return page->copied ? &page->val[s] : &file_val[page->index][s];
	default:
		return &page->val[s];
	}
}

static bool is_file(const struct model_page *page)
{
	return page->kind == PRIVATE || page->kind == SHARED;
}

static int expected_error(const struct model_page *page, bool write)
{
	if (page->kind == NONE || !page->prot || (write && !(page->prot & PROT_WRITE)))
		return -EFAULT;
	return is_file(page) && page->index >= file_pages ? -EIO : 0;
}

/*
 * Requests crowd: most go to one address space and a few pages of it, which
 * change now and then. So tasks meet, and translations live long enough to be stale.
 */
static unsigned int hot_slot, hot_page;

static void move_crowd(void)
{
	hot_slot = input_below(in, SLOTS);
	hot_page = input_below(in, PAGES - 6);
}

static struct slot *pick_slot(void)
{
	return &slots[input_below(in, 5) ? hot_slot : input_below(in, SLOTS)];
}

static unsigned int pick_page(void)
{
	return input_below(in, 4) ? hot_page + input_below(in, 6) : input_below(in, PAGES);
}

/* For changing the layout: nobody else is in it. */
static struct slot *pick_exclusive(void)
{
	struct slot *slot = pick_slot();

	if (!slot->mm || slot->users || slot->exclusive || slot->forking)
		return NULL;
	slot->exclusive = true;
	return slot;
}

/* The same as user_read() and user_write(), as the kernel reaches somebody else's memory. */
static int reach_page(struct mm_struct *mm, unsigned long addr, bool write, u8 *value)
{
	struct page *page = get_user_page(mm, addr, write);
	u8 *byte;

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	byte = host_frame(page_to_pfn(page)) + (addr & ~PAGE_MASK);
	if (write)
		*byte = *value;
	else
		*value = *byte;
	put_page(page);
	return 0;
}

static int reach_byte(struct mm_struct *mm, unsigned long addr, bool write, u8 *value)
{
	if (input_below(in, 8) == 0)
		return reach_page(mm, addr, write, value);
	return write ? user_write(mm, addr, *value) : user_read(mm, addr, value);
}

static void model_write(struct model_page *page, unsigned int s, u8 value)
{
	if (page->kind == PRIVATE && !page->copied) {
		memcpy(page->val, file_val[page->index], SPOTS);
		page->copied = true;
	}
	*model_byte(page, s) = value;
}

static void step_access(bool write)
{
	struct slot *slot = pick_slot();
	unsigned int p = pick_page(), s = input_below(in, SPOTS);
	struct model_page *page = &slot->page[p];
	u8 value = (u8)input_below(in, 256);
	int err, want;

	if (!slot->mm || slot->exclusive || (write && slot->forking))
		return;
	slot->users++;
	err = reach_byte(slot->mm, page_addr(p) + spot[s], write, &value);
	slot->users--;
	want = expected_error(page, write);
	if (err) /* get_user_page() knows one error only */
		CHECK(err == want || (want && err == -EFAULT) || memory_may_fail || io_may_fail);
	else if (want)
		test_fail(__FILE__, __LINE__, "page %u kind %d: no error", p, page->kind);
	else if (write)
		model_write(page, s, value);
	else if (value != *model_byte(page, s))
		test_fail(__FILE__, __LINE__,
			  "page %u kind %d copied %d index %u: %02x, expected %02x", p, page->kind,
			  page->copied, page->index, value, *model_byte(page, s));
}

static void step_read(void)
{
	step_access(false);
}

static void step_write(void)
{
	step_access(true);
}

static struct store *new_store(void)
{
	CHECK(nr_stores < ARRAY_SIZE(stores));
	return stores[nr_stores++] = calloc(1, sizeof(struct store));
}

static void step_map(void)
{
	struct slot *slot = pick_exclusive();
	unsigned int p = pick_page(), n = 1 + input_below(in, 16), index = input_below(in, 24);
	enum kind kind = (enum kind)(ANON + input_below(in, 4));
	unsigned int prot = input_below(in, 4) ? PROT_READ | PROT_WRITE : PROT_READ;
	unsigned int flags = kind == ANON || kind == PRIVATE ? MAP_PRIVATE : MAP_SHARED;
	bool with_file = kind == PRIVATE || kind == SHARED;
	struct store *store = NULL;
	unsigned long ret;

	if (!slot)
		return;
	n = min(n, PAGES - p);
	/* Populating a private file area copies pages at a moment that the model does not see. */
	if (kind != PRIVATE && input_below(in, 8) == 1)
		flags |= MAP_POPULATE;
	ret = (unsigned long)mm_mmap(slot->mm, with_file ? &fake_file : NULL, page_addr(p),
				     n * PAGE_SIZE, prot,
				     flags | MAP_FIXED | (with_file ? 0 : MAP_ANONYMOUS), index);
	slot->exclusive = false;
	if (IS_ERR(ret) && failed((long)ret))
		return;
	if (kind == MEMORY)
		store = new_store();
	for (unsigned int i = 0; i < n; i++)
		slot->page[p + i] = (struct model_page){
			.kind = kind,
			.prot = prot,
			.index = kind == MEMORY ? i : index + i,
			.store = store,
		};
}

static void step_unmap(void)
{
	struct slot *slot = pick_exclusive();
	unsigned int p = pick_page(), n = 1 + input_below(in, 16);
	long err;

	if (!slot)
		return;
	n = min(n, PAGES - p);
	err = mm_munmap(slot->mm, page_addr(p), n * PAGE_SIZE);
	slot->exclusive = false;
	if (!failed(err))
		memset(&slot->page[p], 0, n * sizeof(slot->page[0]));
}

static void step_protect(void)
{
	static const unsigned int prots[] = {0, PROT_READ, PROT_READ | PROT_WRITE};
	struct slot *slot = pick_exclusive();
	unsigned int p = pick_page(), n = 1 + input_below(in, 12), prot, end;
	bool hole;
	long err;

	if (!slot)
		return;
	n = min(n, PAGES - p);
	prot = prots[input_below(in, 3)];
	for (end = p; end < p + n && slot->page[end].kind != NONE; end++)
		;
	err = mm_mprotect(slot->mm, page_addr(p), n * PAGE_SIZE, prot);
	slot->exclusive = false;
	hole = end < p + n;
	CHECK(!hole || err == -ENOMEM);
	if (end == p || (!hole && failed(err)))
		return;
	/* What lies before a hole is changed, unless memory was out: then nothing is. */
	if (hole && (find_vma(slot->mm, page_addr(p))->vm_flags & VM_RIGHTS) != prot) {
		CHECK(memory_may_fail);
		return;
	}
	for (unsigned int i = p; i < end; i++)
		slot->page[i].prot = prot;
}

static void step_dontneed(void)
{
	struct slot *slot = pick_exclusive();
	unsigned int p = pick_page(), n = 1 + input_below(in, 12);
	long err;

	if (!slot)
		return;
	n = min(n, PAGES - p);
	err = mm_madvise(slot->mm, page_addr(p), n * PAGE_SIZE, MADV_DONTNEED);
	slot->exclusive = false;
	CHECK(err == 0 || err == -ENOMEM);
	for (unsigned int i = p; i < p + n; i++) {
		slot->page[i].copied = false;
		memset(slot->page[i].val, 0, SPOTS);
	}
}

static void step_fork(void)
{
	struct slot *slot = pick_slot(), *child = &slots[input_below(in, SLOTS)];
	struct mm_struct *mm;

	if (!slot->mm || slot->exclusive || slot->forking || slot->users || child->mm ||
	    child->exclusive)
		return;
	slot->forking = child->exclusive = true;
	mm = user_fork(slot->mm);
	slot->forking = child->exclusive = false;
	if (!mm) {
		CHECK(failed(-ENOMEM));
		return;
	}
	child->mm = mm;
	memcpy(child->page, slot->page, sizeof(slot->page));
}

static void step_exit(void)
{
	struct slot *slot = pick_exclusive();
	struct mm_struct *mm;
	bool last = true;

	if (!slot)
		return;
	mm = slot->mm;
	slot->mm = NULL;
	mmput(mm);
	memset(slot->page, 0, sizeof(slot->page));
	/* A place stays free for the next fork, if another address space is left. */
	for (unsigned int i = 0; i < SLOTS; i++)
		last &= !slots[i].mm;
	if (last)
		slot->mm = mm_alloc();
	slot->exclusive = false;
}

static void step_truncate(void)
{
	unsigned int size = input_below(in, FILE_PAGES + 1);

	if (inode_locked)
		return;
	for (unsigned int i = size; i < file_pages; i++)
		memset(file_val[i], 0, SPOTS);
	for (unsigned int s = 0; s < SLOTS; s++)
		for (unsigned int p = 0; p < PAGES; p++)
			if (slots[s].page[p].kind == PRIVATE && slots[s].page[p].index >= size)
				slots[s].page[p].copied = false;
	if (size >= file_pages)
		return;
	file_pages = size;
	inode_locked = true;
	truncate_inode_pages(&fake_mapping, (loff_t)size << PAGE_SHIFT);
	/* A file system frees the blocks when nobody can be writing to them any more. */
	memset(fake_disk[size], 0, (FILE_PAGES - size) * PAGE_SIZE);
	inode_locked = false;
}

static void step_sync(void)
{
	failed(filemap_sync(&fake_mapping));
}

/* What the copy functions below move: one page of the file. */
struct transfer {
	unsigned int index;
	u8 val[SPOTS];
	bool fault; /* the buffer cannot be reached beyond its middle */
};

static unsigned long compare_page(void *page_addr, void *buf, unsigned long n)
{
	struct transfer *transfer = buf;

	CHECK(n == PAGE_SIZE);
	for (unsigned int s = 0; s < SPOTS; s++)
		CHECK(((u8 *)page_addr)[spot[s]] == file_val[transfer->index][s]);
	return transfer->fault ? n / 2 : 0;
}

static void step_file_read(void)
{
	struct transfer transfer = {.index = input_below(in, FILE_PAGES),
				    .fault = input_below(in, 2)};
	ssize_t ret;

	ret = filemap_read(&fake_mapping, (loff_t)transfer.index << PAGE_SHIFT, &transfer,
			   PAGE_SIZE, compare_page);
	if (ret < 0)
		failed(ret);
	else
		CHECK(ret == 0 || ret == (ssize_t)(PAGE_SIZE / (transfer.fault ? 2 : 1)));
}

static unsigned long make_page(void *page_addr, void *buf, unsigned long n)
{
	struct transfer *transfer = buf;

	CHECK(n == PAGE_SIZE);
	task_yield(); /* copying from the user may sleep */
	memset(page_addr, 0, n);
	for (unsigned int s = 0; s < SPOTS; s++)
		((u8 *)page_addr)[spot[s]] = transfer->val[s];
	return 0;
}

static void step_file_write(void)
{
	struct transfer transfer = {.index = input_below(in, FILE_PAGES)};
	ssize_t ret;

	for (unsigned int s = 0; s < SPOTS; s++)
		transfer.val[s] = (u8)input_below(in, 256);
	if (inode_locked)
		return;
	inode_locked = true;
	ret = filemap_write(&fake_mapping, (loff_t)transfer.index << PAGE_SHIFT, &transfer,
			    PAGE_SIZE, make_page);
	inode_locked = false;
	if (ret < 0) {
		failed(ret);
		return;
	}
	CHECK(ret == (ssize_t)PAGE_SIZE);
	memcpy(file_val[transfer.index], transfer.val, SPOTS);
	file_pages = max(file_pages, transfer.index + 1);
}

/* How often out of 64 each request is made. */
static const struct {
	void (*request)(void);
	unsigned int weight;
} mix[] = {
	{step_read, 16},    {step_write, 20},	 {step_map, 6},	       {step_unmap, 1},
	{step_protect, 3},  {step_dontneed, 1},	 {step_fork, 5},       {step_exit, 2},
	{step_truncate, 1}, {step_file_read, 2}, {step_file_write, 3}, {step_sync, 4},
};

static void one_request(void)
{
	unsigned int number = input_below(in, 64);

	for (unsigned int i = 0; i < ARRAY_SIZE(mix); i++) {
		if (number < mix[i].weight) {
			mix[i].request();
			return;
		}
		number -= mix[i].weight;
	}
}

static unsigned int under_way; /* requests */

static void task(void)
{
	while (in->left && !test_failures()) {
		if (memory_may_fail && input_below(in, 8) == 0)
			host_fail_after((long)input_below(in, 12) - 4);
		under_way++;
		one_request();
		under_way--;
		switch (input_below(in, 64)) {
		case 0:
			move_crowd();
			break;
		case 1:
			if (!under_way)
				user_check_counts();
			break;
		case 2 ... 20:
			task_yield();
			break;
		}
	}
}

static void check_disk(void)
{
	CHECK(filemap_sync(&fake_mapping) == 0);
	for (unsigned int i = 0; i < file_pages; i++)
		for (unsigned int s = 0; s < SPOTS; s++)
			CHECK(fake_disk[i][spot[s]] == file_val[i][s]);
	CHECK(nr_dirty_pages() == 0);
}

/* Every byte of every address space once more, with nothing failing and nobody else running. */
static void check_all_bytes(void)
{
	for (unsigned int s = 0; s < SLOTS; s++)
		for (unsigned int p = 0; slots[s].mm && p < PAGES; p++)
			for (unsigned int i = 0; i < SPOTS; i++) {
				struct model_page *page = &slots[s].page[p];
				u8 seen = 0;
				int err = user_read(slots[s].mm, page_addr(p) + spot[i], &seen);

				CHECK(err == expected_error(page, false));
				CHECK(err || seen == *model_byte(page, i));
			}
}

static void start(struct input *input)
{
	user_ledger_open();
	in = input;
	memset(slots, 0, sizeof(slots));
	memset(file_val, 0, sizeof(file_val));
	file_pages = 30;
	fake_file_reset((loff_t)file_pages << PAGE_SHIFT);
	fake_io_fails = io_fails;
	for (unsigned int i = 0; i < file_pages; i++)
		for (unsigned int s = 0; s < SPOTS; s++)
			fake_disk[i][spot[s]] = file_val[i][s] = (u8)(i * 7 + s + 1);
	io_may_fail = input_below(in, 3) == 0;
	memory_may_fail = input_below(in, 2);
	fault_around_pages = 1u << input_below(in, 5);
	slots[0].mm = mm_alloc();
	move_crowd();
}

static void stop(void)
{
	io_may_fail = memory_may_fail = false;
	host_fail_after(-1);
	user_check_counts();
	check_all_bytes();
	user_check_counts();
	check_disk();
	for (unsigned int s = 0; s < SLOTS; s++)
		if (slots[s].mm)
			mmput(slots[s].mm);
	CHECK(!fake_mapping.i_mmap.node && atomic_read(&fake_file.count) == 1);
	truncate_inode_pages(&fake_mapping, 0);
	CHECK(fake_mapping.nrpages == 0 && nr_cached_pages() == 0 && nr_dirty_pages() == 0);
	while (nr_stores)
		free(stores[--nr_stores]);
	user_ledger_close();
}

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};
	u32 seed = input_u32(&input);

	start(&input);
	user_fork_copies(seed >> 8 & 1);
	user_pages_move = !(seed >> 8 & 1); /* one on its way would be shared */
	tasks_run(task, 1 + seed % TASKS, seed);
	stop();
	return 0;
}

static void test_random_tasks(void)
{
	check_property(one_input, 20000);
	printf("# %lu pages moved, %lu faults waited for one\n", user_moves, user_migration_waits);
	CHECK(user_moves > 50 && user_migration_waits > 0);
}

static const struct test tests[] = {
	{"bytes, counters and disk agree with a model under concurrency and failures",
	 test_random_tasks},
};

int main(void)
{
	user_boot();
	return test_main(tests, ARRAY_SIZE(tests));
}
