/*
 * test_reclaim.c - the whole of reclaim: programs whose pages do not fit in memory, on a machine
 * where everything that may sleep lets others run, transfers of the swap disk included.
 */
#include "fake_file.h"
#include "free_lists.h"
#include "kernel/bio.h"
#include "machine.h"
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
	       "%lu pages read, %lu written\n",
	       reclaimed, forks, reclaim_disk_reads, reclaim_disk_writes);
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
