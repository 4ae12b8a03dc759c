/*
 * test_kswapd.c - who wakes whom: kswapd when memory is short, on the node where it is, and when it
 * is told to look for idle time; those who wait for it, and for others that free memory. A wake-up
 * that is forgotten would cost nothing but time, for each of these waits has a limit, or comes
 * again.
 */
#include "../../mm/page/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/swap/internal.h"
#include "../../mm/zone/internal.h"
#include "fake_file.h"
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "kernel/wait.h"
#include "machine.h"
#include "mm/mmap.h"
#include "mm/reclaim.h"
#include "reclaim_disk.h"
#include "test.h"
#include "user.h"
#include <setjmp.h>
#include <string.h>

#define BASE	   0x20000000ul
#define PAGES	   64u
#define SWAP_PAGES 130ul
#define RW	   (PROT_READ | PROT_WRITE)

static struct mm_struct *mm;

static struct zone *zone(void)
{
	return &NODE_DATA(0)->node_zones[ZONE_HIGHMEM];
}

static struct alloc_request request(void)
{
	return (struct alloc_request){.gfp = GFP_HIGHUSER,
				      .zonelist = &NODE_DATA(0)->node_zonelists[__GFP_HIGHMEM],
				      .nodemask = ALL_NODES};
}

static unsigned long high_before;

/* Memory is short until so many pages more are free: 0, it is not. */
static void set_short(unsigned long pages)
{
	drain_local_pages();
	zone()->watermark[WMARK_HIGH] = pages ? zone()->free_pages + pages : high_before;
}

static void begin(void)
{
	user_ledger_open();
	high_before = zone()->watermark[WMARK_HIGH];
	kswapd_turn(NODE_DATA(0)); /* what it was asked for before */
	fake_file_reset(PAGES * PAGE_SIZE);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGES * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(user_write(mm, BASE + i * PAGE_SIZE, 1), 0);
	CHECK_EQ(mm_madvise(mm, BASE, PAGES * PAGE_SIZE, MADV_COLD), 0);
}

static void end(void)
{
	host_sleep_hook = NULL;
	host_alloc_hook = NULL;
	set_short(0);
	kswapd_turn(NODE_DATA(0));
	set_swapout_policy(SWAPOUT_LOW);
	host_alone = host_fatal_signal = false;
	mmput(mm);
	truncate_inode_pages(&fake_mapping, 0);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	user_ledger_close();
}

/* --- kswapd itself -----------------------------------------------------------------------------
 */

static jmp_buf enough;
static unsigned int rests;
static unsigned long written;

/* While it rests, step by step. What it was woken for is done when it rests again. */
static void while_it_rests(void)
{
	const struct alloc_request req = request();

	switch (rests++) {
	case 0:
		set_short(8);
		wakeup_kswapd(&req);
		CHECK_EQ(host_wakeups, 1);
		break;
	case 1:
		CHECK(zone()->free_pages >= zone()->watermark[WMARK_HIGH]);
		CHECK(host_sleep_ticks < 0);
		set_short(0);
		zone()->watermark[WMARK_HIGH] = zone()->free_pages;
		written = reclaim_disk_writes;
		host_alone = true;
		set_swapout_policy(SWAPOUT_IDLE);
		CHECK_EQ(host_wakeups, 2);
		break;
	default:
		CHECK(host_sleep_ticks > 0 && reclaim_disk_writes > written);
		longjmp(enough, 1);
	}
}

/* It sleeps until somebody needs memory, and until it is to write in idle time. */
static void test_woken(void)
{
	begin();
	rests = host_wakeups = 0;
	host_sleep_hook = while_it_rests;
	if (!setjmp(enough))
		kswapd(NODE_DATA(0));
	CHECK_EQ(rests, 3);
	kswapd_init(); /* nobody is in its queues */
	memalloc_noreclaim_restore(false);
	end();
}

/* A second node, which has no memory at all: nothing can be done there, but it is tried. */
static void test_each_node(void)
{
	static pg_data_t node;
	static struct zone far;
	struct zonelist list = *request().zonelist;
	struct alloc_request req = request();
	unsigned int n = 0;
	u32 runs;

	begin();
	node.node_id = 1;
	far.node = &node;
	far.watermark[WMARK_HIGH] = 1;
	while (list.zones[n])
		n++;
	list.zones[n] = &far;
	list.zones[n + 1] = NULL;
	req.zonelist = &list;
	runs = vm_event_sum(VM_PAGEOUTRUN);
	wakeup_kswapd(&req);
	kswapd_turn(NODE_DATA(0));
	CHECK_EQ(vm_event_sum(VM_PAGEOUTRUN), runs);
	kswapd_turn(&node);
	CHECK_EQ(vm_event_sum(VM_PAGEOUTRUN), runs + 1);
	set_short(1);
	wakeup_kswapd(&req);
	kswapd_turn(NODE_DATA(0));
	kswapd_turn(&node);
	CHECK_EQ(vm_event_sum(VM_PAGEOUTRUN), runs + 3);
	end();
}

/* With late, too, its turn is to write files when somebody is below min. */
static void test_late_at_min(void)
{
	const struct alloc_request req = request();
	u32 runs;

	begin();
	set_swapout_policy(SWAPOUT_LATE);
	set_short(8);
	runs = vm_event_sum(VM_PAGEOUTRUN);
	wakeup_kswapd_at_min(&req);
	kswapd_turn(NODE_DATA(0));
	CHECK_EQ(vm_event_sum(VM_PAGEOUTRUN), runs + 1);
	end();
}

/* The last pages of files are what programs run on: not to be dropped where programs' are spared.
 */
static void test_last_files(void)
{
	const struct alloc_request req = request();
	struct page *page;

	begin();
	for (unsigned int i = 0; i < 8; i++) {
		page = read_cache_page(&fake_mapping, i, NULL);
		if (CHECK(!IS_ERR(page)))
			put_page(page);
	}
	set_swapout_policy(SWAPOUT_LATE);
	set_short(8);
	wakeup_kswapd(&req);
	kswapd_turn(NODE_DATA(0));
	CHECK_EQ(nr_cached_pages(), 8);
	set_short(7);
	wakeup_kswapd(&req);
	kswapd_turn(NODE_DATA(0));
	CHECK_EQ(nr_cached_pages(), 0);
	end();
}

/* --- those who wait for it ---------------------------------------------------------------------
 */

static unsigned int turns;
static bool told_early;

/* Between two steps of its turn: does whoever waits know of what is free already? */
static void between(void)
{
	told_early |= host_wakeups;
}

static void one_turn(void)
{
	turns++;
	host_alloc_hook = between;
	kswapd_turn(NODE_DATA(0));
	host_alloc_hook = NULL;
}

/* It frees some: who waits is told at once, though the turn goes on. */
static void test_progress(void)
{
	const struct alloc_request req = request();

	begin();
	set_short(40);
	host_sleep_hook = one_turn;
	host_wakeups = host_timeouts = turns = 0;
	told_early = false;
	CHECK(wait_for_kswapd(&req) > 0);
	CHECK(told_early && turns == 1 && host_timeouts == 0);
	end();
}

/* Its turn under way had begun before, and finds nothing to do: it is asked for another one. */
static void turn_for_nothing(void)
{
	if (turns == 0)
		set_short(0);
	one_turn();
	if (turns == 1)
		set_short(8);
}

static void test_next_turn(void)
{
	const struct alloc_request req = request();

	begin();
	set_short(8);
	host_sleep_hook = turn_for_nothing;
	host_wakeups = host_timeouts = turns = 0;
	CHECK(wait_for_kswapd(&req) > 0);
	CHECK(turns == 2 && host_timeouts == 0);
	end();
}

static void is_killed(void)
{
	turns++;
	host_fatal_signal = true;
}

/* Who is killed meanwhile waits no longer. */
static void test_killed(void)
{
	const struct alloc_request req = request();

	begin();
	set_short(8);
	host_sleep_hook = is_killed;
	turns = 0;
	CHECK_EQ(wait_for_kswapd(&req), 0);
	CHECK_EQ(turns, 1);
	end();
}

/* --- those who wait for others -----------------------------------------------------------------
 */

static void puts_back(void)
{
	turns++;
	reclaim_batch_end(4);
}

/* Who finds that others have pages off the lists, waits until they have put them back. */
static void test_batch(void)
{
	const struct alloc_request req = request();
	struct reclaim_tries tries = {0};

	begin();
	reclaim_batch_begin(4);
	host_sleep_hook = puts_back;
	host_timeouts = turns = 0;
	CHECK(reclaim_again(&req, &tries));
	CHECK(turns == 1 && host_timeouts == 0);
	/* Nobody is at it: nobody to wait for, but for the disk. */
	CHECK(reclaim_again(&req, &tries));
	CHECK_EQ(turns, 1);
	host_sleep_hook = NULL;
	inc_zone_page_state(pfn_to_page(zone()->start_pfn), NR_WRITEBACK);
	CHECK(reclaim_again(&req, &tries));
	CHECK_EQ(host_timeouts, 1);
	dec_zone_page_state(pfn_to_page(zone()->start_pfn), NR_WRITEBACK);
	end();
}

static const struct test tests[] = {
	{"kswapd is woken", test_woken},
	{"on each node", test_each_node},
	{"late, below min", test_late_at_min},
	{"the last pages of files", test_last_files},
	{"told as soon as some are free", test_progress},
	{"a turn that came too early", test_next_turn},
	{"killed while waiting", test_killed},
	{"told when others are done", test_batch},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	kswapd_init();
	reclaim_disk_on(0, SWAP_PAGES);
	return test_main(tests, ARRAY_SIZE(tests));
}
