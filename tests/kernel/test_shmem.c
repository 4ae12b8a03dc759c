/*
 * test_shmem.c - suite `shmem`: memory that two address spaces share leaves memory for a disk of
 * memory and comes back by faults of the real CPU of either; what each slot is named by, until the
 * last of the two has gone.
 */
#include "../../mm/cache/internal.h"
#include "../../mm/cache/shmem.h"
#include "../../mm/swap/internal.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/suites.h"
#include "kernel/swap_helpers.h"
#include "kernel/user_helpers.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "proc/task.h"
#include "sched/sched.h"

#define BASE  0x203f0000ul /* the border of two page tables is inside */
#define PAGES 32u
#define TURNS 64u		      /* after which all that may leave has left */
#define MANY  (TEST_SWAP_PAGES + 24u) /* more than the area has slots */

static struct mm_struct *parent, *child;
static struct shmem_object *object;
static unsigned long slots_at_first, shmem_at_first;

static unsigned long page_addr(unsigned int page)
{
	return BASE + page * PAGE_SIZE;
}

static void write_all(unsigned int nr, u32 value)
{
	for (unsigned int i = 0; i < nr; i++)
		EXPECT_EQ(test_poke(page_addr(i), value + i), 0);
}

static bool sees_all(unsigned int nr, u32 value)
{
	for (unsigned int i = 0; i < nr; i++)
		if (!test_sees(page_addr(i), value + i))
			return false;
	return true;
}

/* So many pages are in memory, and so many in the swap area, as the object and all counts say. */
static void expect_places(unsigned long in, unsigned long out)
{
	EXPECT_EQ(global_page_state(NR_SHMEM) - shmem_at_first, in);
	EXPECT_EQ(object->mapping.nrpages, in);
	EXPECT_EQ(object->nr_swapped, out);
	EXPECT_EQ(slots_at_first - nr_swap_pages(), out);
	EXPECT_EQ(nr_swapcache_pages, 0);
	EXPECT_EQ(swap_validate(), out);
}

/* A swap area; parent and child share `nr` pages, which the parent has written. */
static bool begin(unsigned int nr)
{
	parent = child = NULL;
	shmem_at_first = global_page_state(NR_SHMEM);
	if (!test_swap_begin())
		return false;
	slots_at_first = nr_swap_pages();
	parent = test_mm_begin();
	if (!parent || !test_map_anon(BASE, nr * PAGE_SIZE, MAP_SHARED))
		return false;
	object = shmem_of(find_vma(parent, BASE)->vm_file->mapping);
	write_all(nr, 1000);
	child = dup_mm(parent, 0);
	return EXPECT(child);
}

static void end(void)
{
	rmap_validate();
	if (child)
		mmput(child);
	test_mm_end();
	vmstat_validate();
	EXPECT_EQ(global_page_state(NR_SHMEM), shmem_at_first);
	test_swap_end();
}

static void all_out(void)
{
	EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
	expect_places(0, PAGES);
	EXPECT_EQ(parent->rss_shmem + child->rss_shmem, 0);
	EXPECT_EQ(parent->nr_swap + child->nr_swap, 0);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT(!test_present_page(page_addr(i)));
	test_swap_disk->transfers = 0;
}

/* What one writes, the other reads, wherever the page has been meanwhile; each is read once. */
static void test_there_and_back(void)
{
	if (!begin(PAGES))
		return;
	expect_places(PAGES, 0);
	all_out();
	test_mm_switch(child);
	EXPECT(sees_all(PAGES, 1000));
	EXPECT_EQ(test_swap_disk->transfers, PAGES);
	expect_places(PAGES, 0);
	test_mm_switch(parent);
	EXPECT(sees_all(PAGES, 1000));
	EXPECT_EQ(test_swap_disk->transfers, PAGES);
	/* It was not written again; its slot is gone, so it must be saved all the same. */
	all_out();
	write_all(PAGES, 2000);
	expect_places(PAGES, 0);
	all_out();
	test_mm_switch(child);
	EXPECT(sees_all(PAGES, 2000));
	test_mm_switch(parent);
	EXPECT_EQ(parent->rss_shmem, 0);
	EXPECT(sees_all(PAGES, 2000));
	EXPECT_EQ(parent->rss_shmem, PAGES);
	end();
}

/* A page at a time: one is in one of two places. */
static void test_one_by_one(void)
{
	const unsigned int cluster = page_cluster;

	if (!begin(PAGES))
		return;
	page_cluster = 0;
	all_out();
	for (unsigned int i = 0; i < PAGES; i++) {
		test_mm_switch(i % 2 ? parent : child);
		EXPECT(test_sees(page_addr(i), 1000 + i));
		expect_places(i + 1, PAGES - i - 1);
		EXPECT_EQ(test_swap_disk->transfers, i + 1);
	}
	page_cluster = cluster;
	test_mm_switch(parent);
	end();
}

/* One is forked, and goes, while all is out: memory is shared still, the slots are not counted by
 * heads. */
static void test_fork(void)
{
	struct mm_struct *third;

	if (!begin(PAGES))
		return;
	all_out();
	third = dup_mm(parent, 0);
	if (EXPECT(third)) {
		expect_places(0, PAGES);
		test_mm_switch(third);
		write_all(PAGES / 2, 3000);
		test_mm_switch(parent);
		mmput(third);
		EXPECT(sees_all(PAGES / 2, 3000));
		EXPECT(test_sees(page_addr(PAGES - 1), 1000 + PAGES - 1));
	}
	end();
}

/* The slots stay as long as anybody has an area of the object, and not longer. */
static void test_last_one(void)
{
	if (!begin(PAGES))
		return;
	all_out();
	EXPECT_EQ(mm_munmap(parent, BASE, PAGES / 2 * PAGE_SIZE), 0);
	EXPECT_EQ(mm_madvise(parent, page_addr(PAGES / 2), PAGES / 2 * PAGE_SIZE, MADV_DONTNEED),
		  0);
	expect_places(0, PAGES);
	EXPECT(test_sees(page_addr(PAGES / 2), 1000 + PAGES / 2));
	EXPECT_EQ(mm_munmap(parent, BASE, PAGES * PAGE_SIZE), 0);
	EXPECT(object->nr_swapped >= PAGES / 2);
	EXPECT_EQ(swap_validate(), object->nr_swapped);
	test_mm_switch(child);
	EXPECT(sees_all(PAGES, 1000));
	all_out();
	EXPECT_EQ(mm_munmap(child, BASE, PAGES * PAGE_SIZE), 0);
	EXPECT_EQ(nr_swap_pages(), slots_at_first);
	EXPECT_EQ(swap_validate(), 0);
	test_mm_switch(parent);
	end();
}

static void test_swapoff(void)
{
	if (!begin(PAGES))
		return;
	all_out();
	EXPECT_EQ(test_swap_off(), 0);
	EXPECT_EQ(test_swap_disk->transfers, PAGES);
	EXPECT_EQ(object->nr_swapped, 0);
	EXPECT_EQ(object->mapping.nrpages, PAGES);
	EXPECT_EQ(swap_validate(), 0);
	EXPECT(sees_all(PAGES, 1000));
	test_mm_switch(child);
	EXPECT(sees_all(PAGES, 1000));
	/* They have no slot, so that they cannot leave. */
	EXPECT_EQ(test_push_out(BASE, PAGES), 0);
	test_mm_switch(parent);
	EXPECT_EQ(test_swap_on(SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK), 0);
	all_out();
	EXPECT(sees_all(PAGES, 1000));
	end();
}

static int turn_off(void *done)
{
	EXPECT_EQ(test_swap_off(), 0);
	*(bool *)done = true;
	return 0;
}

/* Faults of one of them, while another task takes the area away. */
static void test_swapoff_and_faults(void)
{
	bool done = false;

	if (!begin(PAGES))
		return;
	all_out();
	if (EXPECT(!IS_ERR(kthread_run(turn_off, &done, "swapoff"))))
		for (unsigned int i = PAGES; i-- > 0;) {
			EXPECT(test_sees(page_addr(i), 1000 + i));
			schedule();
		}
	while (!done)
		schedule_timeout(1);
	EXPECT_EQ(object->nr_swapped, 0);
	EXPECT(sees_all(PAGES, 1000));
	end();
}

/* Who touches what cannot be read has an error; nothing is lost by it, nor taken for zeroes. */
static void test_read_errors(void)
{
	u32 value;

	if (!begin(PAGES))
		return;
	all_out();
	test_swap_disk->fail_after = test_swap_disk->transfers;
	EXPECT_EQ(test_peek(page_addr(9), &value), -EFAULT);
	EXPECT_EQ(test_poke(page_addr(9), 0), -EFAULT);
	test_mm_switch(child);
	EXPECT_EQ(test_peek(page_addr(9), &value), -EFAULT);
	EXPECT_EQ(test_swap_off(), -EIO);
	EXPECT_EQ(object->nr_swapped, PAGES);
	test_swap_disk->fail_after = RAMDISK_NO_FAULT;
	EXPECT(sees_all(PAGES, 1000));
	test_mm_switch(parent);
	EXPECT(sees_all(PAGES, 1000));
	expect_places(PAGES, 0);
	end();
}

/* What cannot be written stays in memory, where both find it. */
static void test_write_errors(void)
{
	if (!begin(PAGES))
		return;
	test_swap_disk->fail_after = test_swap_disk->transfers;
	EXPECT_EQ(test_push_out(BASE, 8), 0);
	EXPECT_EQ(object->nr_swapped, 8);
	EXPECT_EQ(nr_swapcache_pages, 8);
	test_mm_switch(child);
	EXPECT(sees_all(PAGES, 1000));
	EXPECT_EQ(object->nr_swapped, 0);
	EXPECT_EQ(nr_swapcache_pages, 0);
	test_swap_disk->fail_after = RAMDISK_NO_FAULT;
	test_mm_switch(parent);
	EXPECT(sees_all(PAGES, 1000));
	EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
	EXPECT(sees_all(PAGES, 1000));
	end();
}

/* More pages than slots: the area is full, the rest stays; then those change places. */
static void test_full(void)
{
	unsigned long out;

	if (!begin(MANY))
		return;
	out = test_push_out(BASE, MANY);
	EXPECT(out > MANY / 2 && out < MANY);
	expect_places(MANY - out, out);
	EXPECT(sees_all(MANY, 1000));
	write_all(MANY, 5000);
	test_push_out(page_addr(MANY / 2), MANY / 2);
	test_mm_switch(child);
	EXPECT(sees_all(MANY, 5000));
	test_mm_switch(parent);
	end();
}

/* Zeroes that nobody wrote need no slot. */
static void test_never_written(void)
{
	if (!begin(PAGES))
		return;
	EXPECT_EQ(mm_munmap(parent, BASE, PAGES * PAGE_SIZE), 0);
	mmput(child);
	child = NULL;
	test_map_anon(BASE, PAGES * PAGE_SIZE, MAP_SHARED);
	object = shmem_of(find_vma(parent, BASE)->vm_file->mapping);
	for (unsigned int i = 0; i < PAGES; i++)
		EXPECT(test_sees(page_addr(i), 0));
	expect_places(PAGES, 0);
	test_swap_disk->transfers = 0;
	EXPECT_EQ(test_push_out(BASE, PAGES), PAGES);
	expect_places(0, 0);
	EXPECT_EQ(test_swap_disk->transfers, 0);
	EXPECT(test_sees(page_addr(7), 0));
	end();
}

/* Beside private pages, by the lists as when memory is short, and what is in use at that. */
static void test_scan(void)
{
	if (!begin(PAGES) || !test_map_anon(page_addr(PAGES), PAGES * PAGE_SIZE, MAP_PRIVATE))
		return;
	for (unsigned int i = PAGES; i < 2 * PAGES; i++)
		EXPECT_EQ(test_poke(page_addr(i), 1000 + i), 0);
	for (unsigned int round = 0; round < 4; round++) {
		for (unsigned int i = 0; i < TURNS && parent->rss_shmem + parent->rss_anon; i++)
			test_scan_lists();
		EXPECT_EQ(parent->rss_shmem + parent->rss_anon, 0);
		EXPECT_EQ(object->nr_swapped, PAGES);
		EXPECT(sees_all(2 * PAGES, 1000 + round));
		write_all(2 * PAGES, 1001 + round);
		rmap_validate();
	}
	end();
}

static const struct ktap_case cases[] = {
	{"there_and_back", test_there_and_back},
	{"one_by_one", test_one_by_one},
	{"fork", test_fork},
	{"last_one", test_last_one},
	{"swapoff", test_swapoff},
	{"swapoff_and_faults", test_swapoff_and_faults},
	{"read_errors", test_read_errors},
	{"write_errors", test_write_errors},
	{"full", test_full},
	{"never_written", test_never_written},
	{"scan", test_scan},
	{NULL, NULL},
};

const struct ktap_suite shmem_suite = {"shmem", cases};
