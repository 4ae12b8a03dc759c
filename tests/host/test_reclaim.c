/*
 * test_reclaim.c - the whole of reclaim: programs whose pages do not fit in memory, on a machine
 * where everything that may sleep lets others run, transfers of the swap disk included.
 */
#include "fake_file.h"
#include "free_lists.h"
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "kernel/radix_tree.h"
#include "kernel/wait.h"
#include "machine.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/swap/internal.h"
#include "mm/migrate.h"
#include "mm/reclaim.h"
#include "mm/swap.h"
#include "reclaim_steps.h"
#include "reclaim_disk.h"
#include "tasks.h"
#include "user.h"
#include <stdio.h>
#include <stdlib.h>

#define TASKS	   5u
#define FRAMES	   100u
#define SWAP_PAGES 130ul

static bool file_fails(void)
{
	return disk_fails && test_random_below(12) == 0;
}

static bool swap_fails(bool write)
{
	(void)write;
	return file_fails();
}

static int one_input(const u8 *data, size_t n)
{
	struct input input = {data, n};
	u8 how;
	u32 seed;

	seed = input_u32(&input);
	how = input_u8(&input);
	user_ledger_open();
	reclaim_begin(&input);
	fake_file_many(how & 1);
	user_fork_copies(how & 16);
	disk_fails = how % 8 == 7;
	memory_fails = how % 8 == 6;
	reclaim_disk_fails = swap_fails;
	fake_io_fails = file_fails;
	if (memory_fails)
		host_fail_after(300 + (long)input_u8(&input) * 8);
	tasks_run(reclaim_task, TASKS, seed);
	host_fail_after(-1);
	disk_fails = false;
	memory_fails = false;
	user_fork_copies(false);
	reclaim_check();
	reclaim_end();
	user_ledger_close();
	return 0;
}

static void test_histories(void)
{
	check_property(one_input, 4000);
	printf("# %lu pages reclaimed beside those that allocations took, %lu forks, "
	       "%lu pages read, %lu written, %lu moved in the swap cache\n",
	       reclaimed, forks, reclaim_disk_reads, reclaim_disk_writes, moved_from_cache);
	CHECK(getenv("HOST_SEED") ||
	      (reclaimed && forks && reclaim_disk_reads && reclaim_disk_writes));
}

/* --- more memory than there is --------------------------------------------------------------- */
#define MANY 180u /* pages: more than frames, fewer than these and slots */

/* An address space of MANY pages that nobody has touched. */
static struct mm_struct *many_pages(void)
{
	struct mm_struct *mm = mm_alloc();

	CHECK_EQ(mm_mmap(mm, NULL, BASE, MANY * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	return mm;
}

/* Writes all pages of some address spaces in turn; with a slot for each, none may fail. */
static void test_larger_than_memory(void)
{
	unsigned long before = reclaim_disk_writes;
	struct mm_struct *mm;
	u8 byte;

	user_ledger_open();
	mm = many_pages();
	for (u32 round = 1; round <= 3; round++)
		for (unsigned int page = 0; page < MANY && !test_failures(); page++) {
			if (!CHECK_EQ(user_read(mm, page_addr(page), &byte), 0))
				break;
			CHECK(holds(pte_pfn(user_entry(mm, page_addr(page))),
				    round > 1 ? (round - 1) * MANY + page : 0));
			CHECK_EQ(user_write(mm, page_addr(page), 0), 0);
			fill(pte_pfn(user_entry(mm, page_addr(page))), round * MANY + page);
		}
	CHECK(reclaim_disk_writes - before > MANY);
	user_check_counts();
	mmput(mm);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	user_ledger_close();
}

/* Pages that are only read keep their slots, until there is none left; they can leave all the same.
 */
static void test_no_slot_left(void)
{
	struct mm_struct *mm;
	u8 byte;

	user_ledger_open();
	mm = many_pages();
	for (unsigned int page = 0; page < MANY; page++) {
		CHECK_EQ(user_write(mm, page_addr(page), 0), 0);
		fill(pte_pfn(user_entry(mm, page_addr(page))), page);
	}
	for (unsigned int i = 0; i < 10 * MANY && !test_failures(); i++) {
		unsigned int page = test_random_below(MANY);

		if (CHECK_EQ(user_read(mm, page_addr(page), &byte), 0))
			CHECK(holds(pte_pfn(user_entry(mm, page_addr(page))), page));
	}
	CHECK(nr_swap_pages() < total_swap_pages() / 2);
	mmput(mm);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	user_ledger_close();
}

/* --- the swap cache moves -------------------------------------------------------------------- */
static void push_all_out(void)
{
	struct scan_control sc = {.may_io = true, .wanted = ~0ul};

	for (unsigned int zone = 0; zone < 3; zone++)
		shrink_zone(zone_of((enum zone_type)zone), 0, &sc);
}

static void push_out(struct mm_struct *of, unsigned int page)
{
	for (unsigned int i = 0; i < 5 && !is_swap_pte(user_entry(of, page_addr(page))); i++)
		push_all_out();
	CHECK(is_swap_pte(user_entry(of, page_addr(page))));
}

static struct page *frame_elsewhere(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

static struct page *page_at(struct mm_struct *of, unsigned int page)
{
	return pfn_to_page(pte_pfn(user_entry(of, page_addr(page))));
}

static pfn_t move_page_at(struct mm_struct *of, unsigned int page)
{
	struct page *before = page_at(of, page);
	LIST_HEAD(pages);

	CHECK(PageSwapCache(before));
	CHECK_EQ(isolate_page(before, &pages), 0);
	CHECK_EQ(migrate_pages(&pages, frame_elsewhere, NULL, 0, MIGRATE_ASYNC), 0);
	CHECK(page_at(of, page) != before);
	return page_to_pfn(page_at(of, page));
}

static struct mm_struct *mm, *child;

/* Parent and child share one page, filled with pattern 99. */
static void begin(void)
{
	user_ledger_open();
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	CHECK_EQ(user_write(mm, BASE, 0), 0);
	fill(page_to_pfn(page_at(mm, 0)), 99);
	child = dup_mm(mm, 7);
}

static void end(void)
{
	reclaim_disk_fails = NULL;
	user_check_counts();
	if (mm)
		mmput(mm);
	mmput(child);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	user_ledger_close();
}

static bool reads_99(struct mm_struct *by)
{
	u8 byte;

	return CHECK_EQ(user_read(by, BASE, &byte), 0) && holds(page_to_pfn(page_at(by, 0)), 99);
}

/* The parent has the page back, which moves: all else stays. */
static void test_moves_in_cache(void)
{
	unsigned long reads, writes;
	pfn_t pfn;

	begin();
	push_out(mm, 0);
	CHECK(reads_99(mm));
	pfn = move_page_at(mm, 0);
	CHECK(PageSwapCache(pfn_to_page(pfn)) && holds(pfn, 99));
	user_check_counts();
	/* The child finds it where it is now; clean, it leaves without being written. */
	reads = reclaim_disk_reads;
	writes = reclaim_disk_writes;
	CHECK(reads_99(child));
	CHECK(user_last_fault.cause == TRACE_CAUSE_SWAP_CACHE && reclaim_disk_reads == reads);
	CHECK_EQ(page_to_pfn(page_at(child, 0)), pfn);
	push_out(child, 0);
	CHECK_EQ(reclaim_disk_writes, writes);
	mmput(mm);
	mm = NULL;
	CHECK(reads_99(child) && reclaim_disk_reads == reads + 1);
	end();
}

static bool writes_fail(bool write)
{
	return write;
}

/* One that could not be written and nobody maps moves unless it is held, and is dirty still. */
static void test_moves_dirty(void)
{
	struct page *page;
	LIST_HEAD(pages);

	begin();
	reclaim_disk_fails = writes_fail;
	push_out(mm, 0);
	page = swap_cache_find(pte_to_swp_entry(user_entry(mm, BASE)));
	if (!CHECK(page && PageDirty(page)))
		return;
	CHECK_EQ(isolate_page(page, &pages), 0);
	CHECK_EQ(migrate_pages(&pages, frame_elsewhere, NULL, 0, MIGRATE_ASYNC), 1);
	put_page(page);
	CHECK_EQ(migrate_pages(&pages, frame_elsewhere, NULL, 0, MIGRATE_ASYNC), 0);
	reclaim_disk_fails = NULL;
	/* Its slot is given up: it waits in memory for the next one who needs it. */
	for (unsigned int i = 0; i < 5; i++)
		push_all_out();
	CHECK_EQ(nr_swapcache_pages, 1);
	CHECK(reads_99(mm) && !user_last_fault.major);
	end();
}

static bool reads_fail(bool write)
{
	return !write;
}

static void test_read_again(void)
{
	u8 byte;

	begin();
	push_out(mm, 0);
	reclaim_disk_fails = reads_fail;
	CHECK_EQ(user_read(mm, BASE, &byte), -EIO);
	CHECK_EQ(user_read(child, BASE, &byte), -EIO);
	reclaim_disk_fails = NULL;
	CHECK(reads_99(mm) && reads_99(child));
	end();
}

/* --- who drops the last entry finds the page locked, or is not the last one yet -------------- */
static bool then_fails;

static bool all_leave(bool write)
{
	(void)write;
	mm_munmap(mm, BASE, PAGE_SIZE);
	mm_munmap(child, BASE, PAGE_SIZE);
	return then_fails;
}

static void test_gone_while_written(void)
{
	for (unsigned int fails = 0; fails < 2; fails++) {
		begin();
		then_fails = fails;
		reclaim_disk_fails = all_leave;
		for (unsigned int i = 0; i < 5 && mm->mmap; i++)
			push_all_out();
		CHECK(!mm->mmap && nr_swapcache_pages == 0);
		CHECK_EQ(nr_swap_pages(), total_swap_pages());
		end();
	}
}

static void child_leaves(void)
{
	host_alloc_hook = NULL;
	mm_munmap(child, BASE, PAGE_SIZE);
}

/* The parent copies the page on write; the child unmaps it while a frame is looked for. */
static void test_gone_while_copied(void)
{
	begin();
	push_out(mm, 0);
	CHECK(reads_99(mm) && reads_99(child));
	host_alloc_hook = child_leaves;
	CHECK_EQ(user_write(mm, BASE, 0), 0);
	CHECK(!host_alloc_hook && user_last_fault.cause == TRACE_CAUSE_COW);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	end();
}

/* All that programs have is to leave first: files leave all the same when nothing else does. */
static void test_files_last(void)
{
	unsigned int before = vm_swappiness;
	struct page *page;

	begin();
	vm_swappiness = SWAPPINESS_MAX;
	page = read_cache_page(&fake_mapping, 0, NULL);
	if (CHECK(!IS_ERR(page)))
		put_page(page);
	CHECK_EQ(nr_cached_pages(), 1);
	push_all_out();
	push_all_out();
	CHECK_EQ(nr_cached_pages(), 0);
	vm_swappiness = before;
	end();
}

/* Who frees memory can give a page a slot when nobody else gets a frame any more. */
static void test_no_frame_left(void)
{
	struct radix_tree_root others = RADIX_TREE_INIT;
	unsigned long count, nodes = 0;
	struct page *page, *chain;
	bool before;

	begin();
	page = page_at(mm, 0);
	chain = take_all(GFP_ATOMIC | __GFP_HIGHMEM | __GFP_NOWARN, &count);
	while (!radix_tree_insert(&others, nodes << RADIX_TREE_MAP_SHIFT, &others))
		nodes++;
	lock_page(page);
	CHECK(!add_to_swap(page));
	before = memalloc_noreclaim_save();
	if (CHECK(add_to_swap(page)))
		delete_from_swap_cache(page);
	memalloc_noreclaim_restore(before);
	unlock_page(page);
	while (nodes--)
		radix_tree_delete(&others, nodes << RADIX_TREE_MAP_SHIFT);
	free_chain(chain);
	end();
}

/* All frames but a few belong to nobody who gives them back. */
static void eat_memory(unsigned int leave)
{
	unsigned long count, n = 0;
	struct page *chain = take_all(GFP_HIGHUSER, &count);
	unsigned long every = count / leave;

	while (chain) {
		struct page *next = (struct page *)chain->private;

		if (++n % every == 0)
			__free_page(chain);
		chain = next;
	}
}

/* The cases behind this one look at single pages. */
static void test_alone(void)
{
	page_cluster = 0;
}

static const struct test tests[] = {
	{"random histories with little memory", test_histories},
	{"a program that does not fit", test_larger_than_memory},
	{"hardly a slot is left", test_no_slot_left},
	{"from here on each page is read by itself", test_alone},
	{"a page of the swap cache moves", test_moves_in_cache},
	{"one that is dirty moves", test_moves_dirty},
	{"a slot that could not be read is read again", test_read_again},
	{"nobody is left when a page has been written", test_gone_while_written},
	{"nobody is left when a page has been copied", test_gone_while_copied},
	{"a slot with the last frame", test_no_frame_left},
	{"files leave at last", test_files_last},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	reclaim_disk_on(0, SWAP_PAGES);
	eat_memory(FRAMES);
	return test_main(tests, ARRAY_SIZE(tests));
}
