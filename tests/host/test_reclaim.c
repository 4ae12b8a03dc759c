/*
 * test_reclaim.c - the whole of reclaim: programs whose pages do not fit in memory, on a machine
 * where everything that may sleep lets others run, transfers of the swap disk included.
 */
#include "fake_file.h"
#include "free_lists.h"
#include "kernel/bio.h"
#include "machine.h"
#include "../../mm/reclaim/internal.h"
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
	CHECK(getenv("HOST_SEED") || (reclaimed && forks && reclaim_disk_reads && reclaim_disk_writes));
}

/* --- more memory than there is --------------------------------------------------------------- */
#define MANY 180u /* pages: more than frames, fewer than these and slots */

/* Writes all pages of some address spaces in turn; with a slot for each, none may fail. */
static void test_larger_than_memory(void)
{
	unsigned long before = reclaim_disk_writes;
	struct mm_struct *mm;
	u8 byte;

	user_ledger_open();
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, MANY * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
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

/* --- the swap cache moves -------------------------------------------------------------------- */
static void push_out(struct mm_struct *mm, unsigned int page)
{
	struct scan_control sc = {.may_io = true, .wanted = ~0ul};

	for (unsigned int i = 0; i < 5 && !is_swap_pte(user_entry(mm, page_addr(page))); i++)
		for (unsigned int zone = 0; zone < 3; zone++)
			shrink_zone(zone_of((enum zone_type)zone), 0, &sc);
	CHECK(is_swap_pte(user_entry(mm, page_addr(page))));
}

static struct page *frame_elsewhere(struct page *from, unsigned long private)
{
	(void)from;
	(void)private;
	return alloc_page(GFP_HIGHUSER_MOVABLE);
}

static pfn_t move_page_at(struct mm_struct *mm, unsigned int page)
{
	pfn_t before = pte_pfn(user_entry(mm, page_addr(page)));
	LIST_HEAD(pages);

	CHECK(PageSwapCache(pfn_to_page(before)));
	CHECK_EQ(isolate_page(pfn_to_page(before), &pages), 0);
	CHECK_EQ(migrate_pages(&pages, frame_elsewhere, NULL, 0, MIGRATE_ASYNC), 0);
	CHECK(pte_pfn(user_entry(mm, page_addr(page))) != before);
	return pte_pfn(user_entry(mm, page_addr(page)));
}

/* Parent and child share a slot; the parent has the page back, which moves: all else stays. */
static void test_moves_in_cache(void)
{
	struct mm_struct *mm, *child;
	unsigned long reads, writes;
	pfn_t pfn;
	u8 byte = 0;

	user_ledger_open();
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGE_SIZE, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	CHECK_EQ(user_write(mm, BASE, 0), 0);
	fill(pte_pfn(user_entry(mm, BASE)), 99);
	child = dup_mm(mm, 7);
	push_out(mm, 0);
	CHECK_EQ(user_read(mm, BASE, &byte), 0);
	pfn = move_page_at(mm, 0);
	CHECK(PageSwapCache(pfn_to_page(pfn)) && holds(pfn, 99));
	user_check_counts();
	/* The child finds it where it is now; clean, it leaves without being written. */
	reads = reclaim_disk_reads;
	writes = reclaim_disk_writes;
	CHECK_EQ(user_read(child, BASE, &byte), 0);
	CHECK(user_last_fault.cause == TRACE_CAUSE_SWAP_CACHE && reclaim_disk_reads == reads);
	CHECK(pte_pfn(user_entry(child, BASE)) == pfn);
	push_out(child, 0);
	CHECK_EQ(reclaim_disk_writes, writes);
	mmput(mm);
	CHECK_EQ(user_read(child, BASE, &byte), 0);
	CHECK(holds(pte_pfn(user_entry(child, BASE)), 99) && reclaim_disk_reads == reads + 1);
	mmput(child);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	user_ledger_close();
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

static const struct test tests[] = {
	{"random histories with little memory", test_histories},
	{"a program that does not fit", test_larger_than_memory},
	{"a page of the swap cache moves", test_moves_in_cache},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	reclaim_init();
	reclaim_disk_on(SWAP_PAGES);
	eat_memory(FRAMES);
	return test_main(tests, ARRAY_SIZE(tests));
}
