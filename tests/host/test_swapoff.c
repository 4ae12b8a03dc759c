/*
 * test_swapoff.c - an area is taken out of use while others have pages in it: contents, slots and
 * counters, with tasks that fork, exit, touch and send pages away in the middle of it.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "kernel/bio.h"
#include "machine.h"
#include "swap_disk.h"
#include "tasks.h"
#include "test.h"
#include "user.h"
#include <stdio.h>
#include <string.h>

#define BASE   (0x20400000ul - 6 * PAGE_SIZE) /* across the end of a page table */
#define PAGES  12u
#define SPACES 3u
#define RW     (PROT_READ | PROT_WRITE)
#define ANON   (MAP_PRIVATE | MAP_ANONYMOUS)

static struct mm_struct *mms[SPACES];
static u8 held[SPACES][PAGES];

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static void put(unsigned int m, unsigned int i, u8 value)
{
	held[m][i] = value;
	CHECK_EQ(user_write(mms[m], page_addr(i) + i, value), 0);
}

static void begin(void)
{
	user_ledger_open();
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), 0);
	mms[0] = mm_alloc();
	CHECK_EQ(mm_mmap(mms[0], NULL, BASE, PAGES * PAGE_SIZE, RW, ANON | MAP_FIXED, 0),
		 (long)BASE);
	for (unsigned int i = 0; i < PAGES; i++)
		put(0, i, (u8)(i + 1));
}

static void fork_into(unsigned int m)
{
	mms[m] = dup_mm(mms[0], (int)m);
	memcpy(held[m], held[0], PAGES);
}

static void out_all(bool keep)
{
	for (unsigned int i = 0; i < PAGES; i++)
		swap_disk_out(mms[0], page_addr(i), keep);
}

static unsigned int swapped(const struct mm_struct *mm)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		n += is_swap_pte(user_entry((struct mm_struct *)mm, page_addr(i)));
	return n;
}

static void check_contents(void)
{
	u8 value = 0;

	for (unsigned int m = 0; m < SPACES; m++)
		for (unsigned int i = 0; mms[m] && i < PAGES; i++)
			if (user_read(mms[m], page_addr(i) + i, &value) || value != held[m][i])
				test_fail(__FILE__, __LINE__, "space %u page %u holds %u, not %u",
					  m, i, value, held[m][i]);
}

static void end(void)
{
	check_contents();
	user_check_counts();
	for (unsigned int m = 0; m < SPACES; m++) {
		if (mms[m])
			mmput(mms[m]);
		mms[m] = NULL;
	}
	swap_disk_off(0, AREA_PAGES);
	CHECK(!nr_swapcache_pages && !total_swap_pages() && !nr_swap_pages());
	user_ledger_close();
}

/* Pages of one, pages that two share, some still in the cache: all are back, none has a slot. */
static void test_off(void)
{
	begin();
	CHECK_EQ(nr_swap_pages(), AREA_PAGES - 1);
	out_all(false);
	fork_into(1);
	put(0, 3, 77);
	swap_disk_out(mms[0], page_addr(3), true);
	mms[2] = dup_mm(mms[1], 2);
	memcpy(held[2], held[1], PAGES);
	put(2, 4, 78);
	CHECK_EQ(swapped(mms[1]), PAGES);
	CHECK_EQ(nr_swap_pages(), AREA_PAGES - 1 - PAGES - 1);
	swap_disk_reads = 0;
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	CHECK(swap_disk_reads <= PAGES);
	CHECK_EQ(swapped(mms[0]) + swapped(mms[1]) + swapped(mms[2]), 0);
	CHECK(!nr_swapcache_pages && !total_swap_pages() && !nr_swap_pages());
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), -EINVAL);
	end();
}

static bool nothing(void *arg, const struct swap_area_info *info)
{
	CHECK_EQ(info->pages, AREA_PAGES - 1);
	*(unsigned long *)arg = info->used;
	return true;
}

/* Each slot but the bad ones has a place of its own, in both pieces of the disk. */
static void test_each_slot(void)
{
	const unsigned int bad = 3, pages = AREA_PAGES - 1 - bad;
	struct mm_struct *mm;
	u8 value;

	user_ledger_open();
	swap_disk_bad_slots = bad;
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), 0);
	swap_disk_bad_slots = 0;
	CHECK(total_swap_pages() == pages && nr_swap_pages() == pages);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, pages * PAGE_SIZE, RW, ANON | MAP_FIXED, 0), (long)BASE);
	for (unsigned int i = 0; i < pages; i++) {
		CHECK_EQ(user_write(mm, page_addr(i), (u8)(i + 1)), 0);
		swap_disk_out(mm, page_addr(i), false);
		CHECK(swp_offset(pte_to_swp_entry(user_entry(mm, page_addr(i)))) > bad);
	}
	CHECK_EQ(nr_swap_pages(), 0);
	for (unsigned int i = 0; i < pages; i++)
		CHECK(user_read(mm, page_addr(i), &value) == 0 && value == i + 1);
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	mmput(mm);
	user_ledger_close();
}

static unsigned int second;

static void once_more(void)
{
	host_alloc_hook = NULL;
	second++;
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), -EINVAL);
}

/* One is at it: a second one is not needed. */
static void test_twice(void)
{
	begin();
	out_all(false);
	second = 0;
	host_alloc_hook = once_more;
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	host_alloc_hook = NULL;
	CHECK_EQ(second, 1);
	end();
}

/* Shared memory is written back to no file: its slots are emptied as well. */
static void test_shared_memory(void)
{
	struct mm_struct *mm;
	u8 value;

	begin();
	mm = mms[0];
	CHECK_EQ(mm_mmap(mm, NULL, BASE + 64 * PAGE_SIZE, PAGE_SIZE, RW,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)(BASE + 64 * PAGE_SIZE));
	CHECK_EQ(user_write(mm, BASE + 64 * PAGE_SIZE, 9), 0);
	CHECK_EQ(mm_madvise(mm, BASE + 64 * PAGE_SIZE, PAGE_SIZE, MADV_PAGEOUT), 0);
	CHECK_EQ(nr_swap_pages(), AREA_PAGES - 2);
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	CHECK(user_read(mm, BASE + 64 * PAGE_SIZE, &value) == 0 && value == 9);
	end();
}

/* What swap_validate() is there to find. */
static void test_checks(void)
{
	struct swap_area *area;
	swp_entry_t entry;

	begin();
	swap_disk_out(mms[0], page_addr(0), true);
	swap_disk_out(mms[0], page_addr(1), false);
	swap_validate();
	entry = pte_to_swp_entry(user_entry(mms[0], page_addr(1)));
	area = swap_area_of(entry);
	area->map.slot[swp_offset(entry)]++;
	CHECK_PANICS("counts 1 entries too many", swap_validate());
	area->map.slot[swp_offset(entry)]--;
	area->nrcached++;
	CHECK_PANICS("pages in its cache", swap_validate());
	area->nrcached--;
	area->map.slot[swp_offset(entry)] |= SLOT_CACHED;
	CHECK_PANICS("slots with one", swap_validate());
	area->map.slot[swp_offset(entry)] &= (u16)~SLOT_CACHED;
	swap_validate();
	end();
}

/* What fails leaves the area in use as it was. */
static void test_fails(void)
{
	unsigned long used = 0;

	begin();
	out_all(false);
	swap_disk_fails = true;
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), -EIO);
	swap_disk_fails = false;
	for (long n = 0; n < 3; n++) {
		host_fail_after(n);
		CHECK_EQ(swap_disk_off(0, AREA_PAGES), -ENOMEM);
		host_fail_after(-1);
	}
	host_signal_pending = true;
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), -EINTR);
	host_signal_pending = false;
	swap_for_each_area(nothing, &used);
	CHECK(used && total_swap_pages() == AREA_PAGES - 1);
	CHECK_EQ(nr_swap_pages(), AREA_PAGES - 1 - used);
	put(0, 5, 66);
	CHECK(swap_disk_out(mms[0], page_addr(5), false));
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), -EBUSY);
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	end();
}

static bool note_prio(void *arg, const struct swap_area_info *info)
{
	int *prios = arg;

	prios[prios[3]++] = info->prio;
	return true;
}

/* Areas without a priority are below all others, in the order in which they came. */
static void test_numbers(void)
{
	int prios[4] = {0};

	begin();
	CHECK_EQ(swap_disk_on(AREA_PAGES, 60, 0), 0);
	CHECK_EQ(swap_disk_on(AREA_PAGES + 60, 60, 0), 0);
	swap_for_each_area(note_prio, prios);
	CHECK(prios[0] == -2 && prios[1] == -3 && prios[2] == -4);
	CHECK_EQ(swap_disk_off(AREA_PAGES, 60), 0);
	CHECK_EQ(swap_disk_on(AREA_PAGES, 60, SWAP_FLAG_PREFER | 5), 0);
	prios[3] = 0;
	swap_for_each_area(note_prio, prios);
	CHECK(prios[0] == -2 && prios[1] == 5 && prios[2] == -3);
	CHECK_EQ(swap_disk_off(AREA_PAGES, 60), 0);
	CHECK_EQ(swap_disk_off(AREA_PAGES + 60, 60), 0);
	end();
}

/* Pages go from the area that is emptied to the other one when memory is wanted for them. */
static void test_two_areas(void)
{
	begin();
	CHECK_EQ(swap_disk_on(AREA_PAGES, AREA_PAGES, 0), 0);
	out_all(false);
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	CHECK_EQ(swapped(mms[0]), 0);
	out_all(false);
	CHECK_EQ(swapped(mms[0]), PAGES);
	CHECK_EQ(nr_swap_pages(), AREA_PAGES - 1 - PAGES);
	CHECK_EQ(swap_disk_on(0, AREA_PAGES / 2, 0), 0);
	CHECK_EQ(swap_disk_off(AREA_PAGES, AREA_PAGES), 0);
	CHECK_EQ(swap_disk_off(0, AREA_PAGES / 2), 0);
	end();
}

/* While the fault waits for memory its area goes, and another one, shorter, comes in its place. */
static unsigned long again;

static void change_areas(void)
{
	host_alloc_hook = NULL;
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	if (again)
		CHECK_EQ(swap_disk_on(AREA_PAGES, again, 0), 0);
}

static void test_gone_meanwhile(void)
{
	u8 value = 0;

	for (again = 0; again <= 60; again += 60) {
		begin();
		for (unsigned int i = 0; i < PAGES; i++)
			CHECK(swap_disk_out(mms[0], page_addr(i), false));
		CHECK(swp_offset(pte_to_swp_entry(user_entry(mms[0], page_addr(2)))) > 60);
		host_alloc_hook = change_areas;
		CHECK_EQ(user_read(mms[0], page_addr(2) + 2, &value), 0);
		CHECK(!host_alloc_hook && value == held[0][2]);
		CHECK(!swap_area_find(swp_entry(0, 60)));
		CHECK_EQ(swap_area_find(swp_entry(0, 59)) != NULL, again != 0);
		if (again)
			CHECK_EQ(swap_disk_off(AREA_PAGES, again), 0);
		end();
	}
}

/* --- at the same time ----------------------------------------------------------------------------
 */
static struct input *in;
static unsigned int next_task, offs;

static bool holds(struct mm_struct *mm, const u8 *want)
{
	u8 value = 0;

	for (unsigned int i = 0; i < PAGES; i++)
		if (user_read(mm, page_addr(i) + i, &value) || value != want[i])
			return false;
	return true;
}

/* A child goes on in place of the parent, who ends some time later, and has what he had. */
static void fork_and_end(unsigned int m)
{
	struct mm_struct *old = mms[m], *child = dup_mm(old, (int)m);
	u8 was[PAGES];

	memcpy(was, held[m], PAGES);
	mms[m] = child;
	if (input_below(in, 2))
		put(m, input_below(in, PAGES), input_u8(in));
	CHECK(holds(old, was));
	mmput(old);
}

/* The owner of a space; only he changes `held`. */
static void live(unsigned int m)
{
	unsigned int i = input_below(in, PAGES);
	u8 what = input_u8(in), value = 0;

	if (what < 90)
		put(m, i, what);
	else if (what < 200)
		CHECK(!user_read(mms[m], page_addr(i) + i, &value) && value == held[m][i]);
	else if (what < 220 && mm_madvise(mms[m], page_addr(i), PAGE_SIZE, MADV_DONTNEED) == 0)
		held[m][i] = 0;
	else
		fork_and_end(m);
}

static void off_and_on(void)
{
	int err;

	for (unsigned int wait = input_below(in, 30); wait; wait--)
		task_yield();
	err = swap_disk_off(0, AREA_PAGES);
	if (CHECK_EQ(err, 0)) {
		offs++;
		for (unsigned int wait = input_below(in, 10); wait; wait--)
			task_yield();
		CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), 0);
	}
}

static void reclaim(void)
{
	unsigned int m = input_below(in, SPACES);

	struct mm_struct *mm = mms[m];

	if (!atomic_inc_not_zero(&mm->mm_users))
		return;
	swap_disk_out(mm, page_addr(input_below(in, PAGES)), input_below(in, 2));
	mmput(mm);
}

static void task(void)
{
	unsigned int me = next_task++;

	while (in->left && !test_failures()) {
		if (me < SPACES)
			live(me);
		else if (me == SPACES)
			off_and_on();
		else
			reclaim();
		task_yield();
	}
}

static int tasks_input(const u8 *data, size_t n)
{
	struct input input = {data, n};

	in = &input;
	begin();
	fork_into(1);
	fork_into(2);
	next_task = 0;
	tasks_run(task, SPACES + 2, (u32)n * 2654435761u + (n ? data[0] : 0));
	end();
	return 0;
}

static void test_tasks(void)
{
	check_property(tasks_input, 1500);
	printf("# %u times\n", offs);
	CHECK(offs > 20);
}

static const struct test tests[] = {
	{"all comes back", test_off},
	{"each slot", test_each_slot},
	{"twice at a time", test_twice},
	{"shared memory", test_shared_memory},
	{"damage is found", test_checks},
	{"failures leave it in use", test_fails},
	{"priorities", test_numbers},
	{"two areas", test_two_areas},
	{"the area goes in the middle of a fault", test_gone_meanwhile},
	{"while others fork, exit and swap out", test_tasks},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	return test_main(tests, ARRAY_SIZE(tests));
}
