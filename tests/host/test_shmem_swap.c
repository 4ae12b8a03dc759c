/*
 * test_shmem_swap.c - pages of shared memory leave memory for a swap area and come back: where they
 * are, who is told what, which slots are in use. Random histories of it are in test_reclaim.c.
 */
#include "../../mm/cache/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/reclaim/lru.h"
#include "../../mm/swap/internal.h"
#include "free_lists.h"
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/reclaim.h"
#include "mm/vmstat.h"
#include "reclaim_steps.h"
#include "reclaim_disk.h"
#include "user.h"

#define PAGES	   40u
#define FIRST_AREA 24ul /* pages; the rest of the slots is in the second one */
#define SWAP_PAGES 100ul

/* Parent and child; page i is filled with pattern i + 1 where it has been written. */
static struct mm_struct *mm, *child;

static unsigned long slots_used(void)
{
	return total_swap_pages() - nr_swap_pages();
}

static void begin(unsigned int written)
{
	user_ledger_open();
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGES * PAGE_SIZE, RW,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	child = dup_mm(mm, 7);
	for (unsigned int i = 0; i < written; i++) {
		CHECK_EQ(user_write(i % 2 ? mm : child, page_addr(i), 0), 0);
		fill(pte_pfn(user_entry(i % 2 ? mm : child, page_addr(i))), i + 1);
	}
}

static void end(void)
{
	reclaim_disk_fails = NULL;
	user_check_counts();
	if (mm)
		mmput(mm);
	mmput(child);
	CHECK(nr_swapcache_pages == 0 && slots_used() == 0);
	CHECK_EQ(global_page_state(NR_SHMEM), 0);
	user_ledger_close();
}

static void shrink_all(void)
{
	struct scan_control sc = {.may_io = true, .wanted = ~0ul};

	for (unsigned int i = 0; i < 12; i++)
		for (unsigned int zone = 0; zone < 3; zone++)
			shrink_zone(zone_of((enum zone_type)zone), 0, &sc);
}

/* What the fault of a read says; the page must hold its pattern. */
static enum trace_cause read_back(struct mm_struct *by, unsigned int page, u32 pattern)
{
	u8 byte;

	CHECK_EQ(user_read(by, page_addr(page), &byte), 0);
	CHECK(holds(pte_pfn(user_entry(by, page_addr(page))), pattern));
	return user_last_fault.cause;
}

static void test_out_and_in(void)
{
	unsigned long writes = reclaim_disk_writes, reads = reclaim_disk_reads;

	begin(PAGES);
	CHECK_EQ(global_page_state(NR_SHMEM), PAGES);
	CHECK_EQ(global_page_state(NR_INACTIVE_ANON) + global_page_state(NR_ACTIVE_ANON), PAGES);
	shrink_all();
	CHECK_EQ(global_page_state(NR_SHMEM), 0);
	CHECK_EQ(global_page_state(NR_FILE_PAGES), 0);
	CHECK(mm->rss_shmem == 0 && child->rss_shmem == 0);
	CHECK(slots_used() == PAGES && nr_swapcache_pages == 0);
	CHECK_EQ(reclaim_disk_writes - writes, PAGES);
	CHECK_EQ(swap_validate(), PAGES);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK(pte_none(user_entry(mm, page_addr(i))));
	/* Back for one, found by the other; the slot is free, so the page must be written again. */
	CHECK_EQ(read_back(mm, 5, 6), TRACE_CAUSE_SWAP);
	CHECK(user_last_fault.major && reclaim_disk_reads == reads + 1);
	CHECK_EQ(read_back(child, 5, 6), TRACE_CAUSE_FILE);
	CHECK(!user_last_fault.major && reclaim_disk_reads == reads + 1);
	CHECK(slots_used() == PAGES - 1 && nr_swapcache_pages == 0);
	CHECK_EQ(global_page_state(NR_SHMEM), 1);
	user_check_counts();
	shrink_all();
	CHECK(slots_used() == PAGES && reclaim_disk_writes - writes == PAGES + 1);
	CHECK_EQ(user_write(child, page_addr(7), 1), 0);
	CHECK(user_last_fault.major && user_last_fault.cause == TRACE_CAUSE_SWAP);
	/* The last of those who share it takes the slots along. */
	mmput(mm);
	mm = NULL;
	CHECK_EQ(slots_used(), PAGES - 1);
	end();
}

static bool writes_fail(bool write)
{
	return write;
}

static bool reads_fail(bool write)
{
	return !write;
}

static void make_all_active(void)
{
	for (unsigned int type = 0; type < 2; type++)
		for (unsigned long slot = 1; slot < PAGES; slot++) {
			struct page *page = swap_cache_find(swp_entry(type, slot));

			if (!page)
				continue;
			lru_mark_used(page);
			lru_mark_used(page);
			CHECK(PageActive(page));
			put_page(page);
		}
}

/* What cannot be written waits in the swap cache; who needs it finds it there. */
static void test_found_in_cache(void)
{
	unsigned long reads = reclaim_disk_reads;

	begin(PAGES);
	reclaim_disk_fails = writes_fail;
	shrink_all();
	CHECK(nr_swapcache_pages == PAGES && global_page_state(NR_SHMEM) == 0);
	make_all_active();
	user_check_counts();
	for (unsigned int i = 0; i < PAGES / 2; i++)
		CHECK_EQ(read_back(mm, i, i + 1), TRACE_CAUSE_SWAP_CACHE);
	CHECK(!user_last_fault.major && reclaim_disk_reads == reads);
	user_check_counts();
	CHECK(nr_swapcache_pages == PAGES - PAGES / 2 && slots_used() == PAGES - PAGES / 2);
	reclaim_disk_fails = NULL;
	shrink_all();
	/* Whose slot could not be written, waits in memory for the next one who needs it. */
	CHECK(nr_swapcache_pages == PAGES - PAGES / 2 && slots_used() == PAGES);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(read_back(mm, i, i + 1),
			 i < PAGES / 2 ? TRACE_CAUSE_SWAP : TRACE_CAUSE_SWAP_CACHE);
	end();
}

/* Pages that were only read hold zeroes, and need no slot. */
static void test_never_written(void)
{
	unsigned long writes = reclaim_disk_writes;

	begin(0);
	for (unsigned int i = 0; i < PAGES; i++)
		read_back(mm, i, 0);
	shrink_all();
	CHECK(global_page_state(NR_SHMEM) == 0 && slots_used() == 0);
	CHECK_EQ(reclaim_disk_writes, writes);
	CHECK_EQ(read_back(child, 3, 0), TRACE_CAUSE_FILE);
	CHECK(!user_last_fault.major);
	end();
}

static void set_writable(unsigned int type, bool writable)
{
	spin_lock(&swap_lock);
	swap_area_set_writable(swap_area_of(swp_entry(type, 1)), writable);
	spin_unlock(&swap_lock);
}

static void test_no_slot(void)
{
	begin(PAGES);
	set_writable(0, false);
	set_writable(1, false);
	shrink_all();
	CHECK(global_page_state(NR_SHMEM) == PAGES && slots_used() == total_swap_pages());
	set_writable(0, true);
	set_writable(1, true);
	CHECK_EQ(slots_used(), 0);
	for (unsigned int i = 0; i < PAGES; i++)
		read_back(mm, i, i + 1);
	end();
}

/* No slot is free, but pages that are back in memory could do without theirs. */
static void test_slots_of_others(void)
{
	const unsigned long slots = FIRST_AREA - 1, others = slots / 2;
	const unsigned long theirs = page_addr(PAGES);

	begin(PAGES);
	set_writable(1, false);
	CHECK_EQ(mm_mmap(mm, NULL, theirs, others * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)theirs);
	for (unsigned int i = 0; i < others; i++)
		CHECK_EQ(user_write(mm, page_addr(PAGES + i), 1), 0);
	CHECK_EQ(reclaim_range(mm, theirs, theirs + others * PAGE_SIZE, RECLAIM_ANON), others);
	for (unsigned int i = 0; i < others; i++)
		CHECK_EQ(user_read(mm, page_addr(PAGES + i), &(u8){0}), 0);
	CHECK(nr_swapcache_pages == others && nr_swap_pages() == (long)(slots - others));
	CHECK_EQ(reclaim_range(mm, BASE, theirs, RECLAIM_ANON) +
			 reclaim_range(child, BASE, theirs, RECLAIM_ANON),
		 slots);
	CHECK(nr_swapcache_pages == 0 && global_page_state(NR_SHMEM) == PAGES - slots);
	set_writable(1, true);
	for (unsigned int i = 0; i < PAGES; i++)
		read_back(mm, i, i + 1);
	end();
}

static void test_errors(void)
{
	u8 byte;

	begin(PAGES);
	shrink_all();
	reclaim_disk_fails = reads_fail;
	CHECK_EQ(user_read(mm, BASE, &byte), -EIO);
	CHECK_EQ(user_write(child, BASE, 1), -EIO);
	CHECK_EQ(shmem_unuse(0), -EIO);
	reclaim_disk_fails = NULL;
	for (long n = 0; n < 4; n++) {
		host_fail_after(n);
		CHECK(user_read(mm, page_addr((unsigned int)n), &byte) != -EIO);
		host_fail_after(-1);
	}
	for (unsigned int i = 0; i < PAGES; i++)
		read_back(mm, i, i + 1);
	end();
}

/* No memory to note where a page goes: it stays. */
static void test_no_node(void)
{
	for (long n = 0; n < 6; n++) {
		begin(PAGES);
		host_fail_after(n);
		shrink_all();
		host_fail_after(-1);
		user_check_counts();
		for (unsigned int i = 0; i < PAGES; i++)
			read_back(mm, i, i + 1);
		shrink_all();
		for (unsigned int i = 0; i < PAGES; i++)
			CHECK_EQ(read_back(mm, i, i + 1), TRACE_CAUSE_SWAP);
		end();
	}
}

static void test_unuse(void)
{
	const unsigned long in_first = FIRST_AREA - 1;

	begin(PAGES);
	shrink_all();
	CHECK_EQ(shmem_unuse(2), 0);
	CHECK_EQ(slots_used(), PAGES);
	CHECK_EQ(shmem_unuse(1), 0);
	CHECK(slots_used() == in_first && global_page_state(NR_SHMEM) == PAGES - in_first);
	CHECK_EQ(shmem_unuse(0), 0);
	CHECK(slots_used() == 0 && global_page_state(NR_SHMEM) == PAGES);
	CHECK_EQ(read_back(mm, 9, 10), TRACE_CAUSE_FILE);
	/* The slots are given up: what they had is in memory alone. */
	shrink_all();
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(read_back(mm, i, i + 1), TRACE_CAUSE_SWAP);
	end();
}

static const struct test tests[] = {
	{"out and in", test_out_and_in},
	{"never written", test_never_written},
	{"no slot", test_no_slot},
	{"slots that others can do without", test_slots_of_others},
	{"no disk, no memory", test_errors},
	{"no memory for the tree", test_no_node},
	{"all back for swapoff", test_unuse},
	/* Last: it leaves slots that are bad. */
	{"found in the swap cache", test_found_in_cache},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	page_cluster = 0; /* each page by itself */
	reclaim_disk_on(0, FIRST_AREA);
	reclaim_disk_on(FIRST_AREA, SWAP_PAGES - FIRST_AREA);
	return test_main(tests, ARRAY_SIZE(tests));
}
