/*
 * test_swapout.c - when pages of programs are written to a swap area: each setting of swapout=,
 * with the turns that kswapd would have; and pages that are told to go.
 *
 * The pages are in HIGHMEM, of which so many other frames are taken that free memory is where the
 * test wants it.
 */
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "../../mm/page/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/reclaim/lru.h"
#include "../../mm/swap/internal.h"
#include "fake_file.h"
#include "kernel/bio.h"
#include "machine.h"
#include "mm/mmap.h"
#include "mm/reclaim.h"
#include "mm/slab.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define BASE	   0x20000000ul
#define PAGES	   64u
#define DISK_PAGES 200ul
#define RW	   (PROT_READ | PROT_WRITE)

static u8 disk[DISK_PAGES][PAGE_SIZE];
static unsigned long reads, writes;
static struct mm_struct *mm;
static struct page *taken;
/* Once, at the next write. */
static void (*write_hook)(void);

static int disk_rw(struct block_device *bdev, sector_t sector, struct page *page,
		   unsigned int offset, unsigned int count, bool write)
{
	u8 *there = disk[(unsigned long)sector / 8], *here = host_frame(page_to_pfn(page));
	void (*hook)(void) = write_hook;

	(void)bdev;
	(void)offset;
	(void)count;
	*(write ? &writes : &reads) += 1;
	if (write && hook) {
		write_hook = NULL;
		hook();
	}
	memcpy(write ? there : here, write ? here : there, PAGE_SIZE);
	return 0;
}

static const struct block_device_ops disk_ops = {.rw_page = disk_rw};
static struct block_device device = {.name = "hdx", .sectors = DISK_PAGES * 8, .ops = &disk_ops};

static int area_on(void)
{
	struct swap_extent *extent = kmalloc(sizeof(*extent), GFP_KERNEL);
	struct swap_backing backing = {.name = "hdx",
				       .bdev = &device,
				       .pages = DISK_PAGES,
				       .extents = extent,
				       .nr_extents = 1};
	u32 version = 1, last_page = DISK_PAGES - 1;

	*extent = (struct swap_extent){0, DISK_PAGES, 0};
	memcpy(disk[0] + 1024, &version, 4);
	memcpy(disk[0] + 1028, &last_page, 4);
	memcpy(disk[0] + PAGE_SIZE - 10, "SWAPSPACE2", 10);
	return swap_area_on(&backing, 0);
}

static struct zone *zone(void)
{
	return &NODE_DATA(0)->node_zones[ZONE_HIGHMEM];
}

static unsigned long high(void)
{
	return zone()->watermark[WMARK_HIGH];
}

/* As many frames of the zone as that are free, but for those of the pages. */
static void set_free(unsigned long frames)
{
	unsigned long flags;
	struct page *page;

	drain_local_pages();
	while (zone()->free_pages > frames) {
		spin_lock_irqsave(&zone()->lock, flags);
		page = buddy_take(zone(), 0, MIGRATE_MOVABLE);
		spin_unlock_irqrestore(&zone()->lock, flags);
		page->private = (unsigned long)taken;
		taken = page;
	}
	while (zone()->free_pages < frames && taken) {
		page = taken;
		taken = (struct page *)page->private;
		spin_lock_irqsave(&zone()->lock, flags);
		buddy_give(zone(), page, 0);
		spin_unlock_irqrestore(&zone()->lock, flags);
	}
}

static unsigned long addr_of(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static void begin(enum swapout policy)
{
	u8 value;

	user_ledger_open();
	kswapd_turn(NODE_DATA(0)); /* what it was asked for before */
	set_swapout_policy(policy);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGES * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(user_write(mm, addr_of(i) + i, (u8)(i + 1)), 0);
	CHECK(user_read(mm, BASE, &value) == 0 && value == 1);
	/* Nobody knows of any use. */
	CHECK_EQ(mm_madvise(mm, BASE, PAGES * PAGE_SIZE, MADV_COLD), 0);
	set_free(high() - 1);
	reads = writes = 0;
}

static void end(void)
{
	u8 value = 0;

	set_free(~0ul);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK(user_read(mm, addr_of(i) + i, &value) == 0 && value == i + 1);
	user_check_counts();
	mmput(mm);
	CHECK_EQ(nr_swapcache_pages, 0);
	CHECK_EQ(nr_swap_pages(), total_swap_pages());
	set_swapout_policy(SWAPOUT_LOW);
	host_alone = false;
	user_ledger_close();
}

/* A request that finds free memory below low, but enough. */
static void ask_below_low(void)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .zonelist = &NODE_DATA(0)->node_zonelists[__GFP_HIGHMEM],
					  .nodemask = ~0u};

	wakeup_kswapd(&req);
}

/* A request that finds none: frames it freed itself. */
static unsigned long ask_below_min(void)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .zonelist = &NODE_DATA(0)->node_zonelists[__GFP_HIGHMEM],
					  .nodemask = ~0u};
	unsigned long freed = try_to_free_pages(&req);

	CHECK(!memalloc_noreclaim());
	return freed;
}

static void turn(void)
{
	kswapd_turn(NODE_DATA(0));
}

/* So many pages, which the program has not touched since, are in the swap cache without a table. */
static unsigned long cached(void)
{
	return nr_swapcache_pages;
}

static void touch_cached(void)
{
	u8 value = 0;

	for (unsigned int i = 0; i < PAGES; i++) {
		pte_t entry = user_entry(mm, addr_of(i));
		struct page *page;

		if (!is_swap_pte(entry))
			continue;
		page = swap_cache_find(pte_to_swp_entry(entry));
		if (!page)
			continue;
		put_page(page);
		CHECK(user_read(mm, addr_of(i) + i, &value) == 0 && value == i + 1);
		CHECK(!user_last_fault.major && user_last_fault.cause == TRACE_CAUSE_SWAP_CACHE);
		return;
	}
	test_fail(__FILE__, __LINE__, "no page is in the swap cache alone");
}

/* Pages are written when they leave, and leave when memory is needed. */
static void test_low(void)
{
	begin(SWAPOUT_LOW);
	turn();
	CHECK_EQ(writes, 0);
	ask_below_low();
	turn();
	CHECK(zone_free_pages(zone()) >= high());
	CHECK(writes > 0 && writes < PAGES);
	CHECK_EQ(cached(), 0);
	host_alone = true;
	writes = 0;
	turn();
	CHECK_EQ(writes, 0);
	end();
}

/* Written before, when nobody runs: all, once; none has left. */
static void test_idle(void)
{
	unsigned long free;

	begin(SWAPOUT_IDLE);
	set_free(high() + 8);
	free = zone_free_pages(zone());
	turn();
	CHECK_EQ(writes, 0);
	host_alone = true;
	turn();
	turn();
	CHECK_EQ(writes, PAGES);
	CHECK_EQ(cached(), PAGES);
	CHECK(zone_free_pages(zone()) + 8 > free);
	touch_cached();
	CHECK_EQ(reads, 0);
	/* One that is back and clean is not taken away once more. */
	CHECK_EQ(mm_madvise(mm, BASE, PAGES * PAGE_SIZE, MADV_COLD), 0);
	turn();
	CHECK_EQ(mm->rss_anon, 1);
	/* They leave without being written again. */
	host_alone = false;
	set_free(high() - 1);
	ask_below_low();
	turn();
	CHECK(cached() < PAGES && zone_free_pages(zone()) >= high());
	CHECK_EQ(writes, PAGES);
	/* Where there is memory enough, nothing is written. */
	set_free(high() + zone()->managed_pages / 4);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(user_write(mm, addr_of(i) + i, (u8)(i + 1)), 0);
	CHECK_EQ(mm_madvise(mm, BASE, PAGES * PAGE_SIZE, MADV_COLD), 0);
	set_free(high() + zone()->managed_pages / 4);
	host_alone = true;
	writes = 0;
	turn();
	CHECK_EQ(writes, 0);
	end();
}

/* Some leave, the others are written, and kept. */
static void test_cached(void)
{
	unsigned long kept;

	begin(SWAPOUT_CACHED);
	ask_below_low();
	turn();
	CHECK(zone_free_pages(zone()) >= high());
	CHECK_EQ(writes, PAGES);
	kept = cached();
	CHECK(kept > 0 && kept < PAGES);
	touch_cached();
	CHECK_EQ(reads, 0);
	set_free(high() - 1);
	ask_below_low();
	turn();
	CHECK(cached() < kept && zone_free_pages(zone()) >= high());
	CHECK_EQ(writes, PAGES);
	end();
}

static void take_and_ask(void)
{
	set_free(high() - 1);
	ask_below_low();
}

/* Memory runs short while it writes ahead, when its proper work is done. */
static void test_asked_meanwhile(void)
{
	u32 runs;

	begin(SWAPOUT_LATE);
	ask_below_low();
	set_swapout_policy(SWAPOUT_CACHED);
	write_hook = take_and_ask;
	runs = vm_event_sum(VM_PAGEOUTRUN);
	turn();
	CHECK(!write_hook && vm_event_sum(VM_PAGEOUTRUN) == runs + 1);
	CHECK(zone_free_pages(zone()) < high());
	turn();
	CHECK_EQ(vm_event_sum(VM_PAGEOUTRUN), runs + 2);
	CHECK(zone_free_pages(zone()) >= high());
	turn();
	CHECK_EQ(vm_event_sum(VM_PAGEOUTRUN), runs + 2);
	end();
}

static void test_late(void)
{
	begin(SWAPOUT_LATE);
	ask_below_low();
	turn();
	CHECK_EQ(writes, 0);
	CHECK(ask_below_min() > 0);
	CHECK(writes > 0);
	end();
}

static void test_demand(void)
{
	u32 runs;

	begin(SWAPOUT_DEMAND);
	runs = vm_event_sum(VM_PAGEOUTRUN);
	ask_below_low();
	turn();
	CHECK(writes == 0 && vm_event_sum(VM_PAGEOUTRUN) == runs);
	CHECK(ask_below_min() > 0);
	CHECK(writes > 0);
	/* Now it may write files, but nothing else. */
	writes = 0;
	turn();
	CHECK(writes == 0 && vm_event_sum(VM_PAGEOUTRUN) == runs + 1);
	end();
}

/* Told to go: used or not, and only what no other address space has. */
static void test_told(void)
{
	struct mm_struct *child;

	begin(SWAPOUT_LOW);
	CHECK_EQ(reclaim_mm(mm, RECLAIM_FILE), 0);
	CHECK_EQ(reclaim_mm(mm, RECLAIM_ANON), PAGES);
	CHECK(writes == PAGES && cached() == 0);
	set_free(~0ul);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(user_write(mm, addr_of(i) + i, (u8)(i + 1)), 0);
	child = dup_mm(mm, 1);
	CHECK_EQ(reclaim_mm(mm, RECLAIM_ANON | RECLAIM_FILE), 0);
	mmput(child);
	CHECK_EQ(mm_madvise(mm, BASE, 4 * PAGE_SIZE, MADV_COLD), 0);
	CHECK(!pte_young(user_entry(mm, BASE)) && pte_young(user_entry(mm, addr_of(4))));
	CHECK_EQ(mm_madvise(mm, BASE, 4 * PAGE_SIZE, MADV_PAGEOUT), 0);
	CHECK(is_swap_pte(user_entry(mm, BASE)) && pte_present(user_entry(mm, addr_of(4))));
	CHECK(pte_young(user_entry(mm, addr_of(9))));
	CHECK_EQ(mm_madvise(mm, addr_of(9), PAGE_SIZE, MADV_PAGEOUT), 0);
	CHECK(is_swap_pte(user_entry(mm, addr_of(9))));
	end();
}

/* Neither a table that is missing nor the end of one hides what comes next. */
static void test_told_range(void)
{
	const unsigned long far = BASE + 0x10000000, table = 4ul << 20;
	const unsigned long pages[] = {far + table, far + 2 * table - PAGE_SIZE, far + 2 * table};

	begin(SWAPOUT_LOW);
	set_free(~0ul);
	CHECK_EQ(mm_mmap(mm, NULL, far, 3 * table, RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)far);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		CHECK_EQ(user_write(mm, pages[i], 1), 0);
	CHECK_EQ(reclaim_range(mm, far + table / 2, far + table + PAGE_SIZE, RECLAIM_ANON), 1);
	CHECK_EQ(reclaim_range(mm, far + 2 * table - 5 * PAGE_SIZE, far + 3 * table, RECLAIM_ANON),
		 2);
	for (unsigned int i = 0; i < ARRAY_SIZE(pages); i++)
		CHECK(is_swap_pte(user_entry(mm, pages[i])));
	CHECK_EQ(mm_munmap(mm, far, 3 * table), 0);
	end();
}

static unsigned int hopes;

/* Whoever needs memory while pages are told to go, has reason to wait. */
static void hope(void)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .zonelist = &NODE_DATA(0)->node_zonelists[__GFP_HIGHMEM],
					  .nodemask = ~0u};
	struct reclaim_tries tries = {0};

	while (hopes < 10 && reclaim_again(&req, &tries))
		hopes++;
}

/* What is told to go without a slot stays where it was; what is told to be cold forgets its uses.
 */
static void test_told_in_vain(void)
{
	swp_entry_t slots[DISK_PAGES];
	unsigned int nr = 0;
	struct page *page;

	begin(SWAPOUT_LOW);
	set_free(~0ul);
	page = pfn_to_page(pte_pfn(user_entry(mm, BASE)));
	spin_lock(&swap_lock);
	while (swap_slot_alloc(&slots[nr]))
		nr++;
	spin_unlock(&swap_lock);
	CHECK_EQ(reclaim_mm(mm, RECLAIM_ANON), 0);
	CHECK(!PageActive(page) && PageLRU(page));
	spin_lock(&swap_lock);
	while (nr--)
		swap_slot_uncache(slots[nr]);
	spin_unlock(&swap_lock);
	SetPageReferenced(page);
	CHECK_EQ(mm_madvise(mm, BASE, PAGE_SIZE, MADV_COLD), 0);
	CHECK(!PageReferenced(page));
	write_hook = hope;
	CHECK_EQ(mm_madvise(mm, BASE, PAGE_SIZE, MADV_PAGEOUT), 0);
	CHECK(!write_hook && hopes == 10);
	end();
}

static unsigned int others_written;

static int write_other(struct address_space *mapping, struct page *page)
{
	CHECK(page->mapping == mapping);
	others_written++;
	return 0;
}

/* Dirty pages of two files, one behind the other: each is written to its own. */
static void test_two_files(void)
{
	static const struct address_space_ops ops = {.writepage = write_other};
	struct scan_control sc = {.may_write_files = true, .forced = true};
	struct address_space other;
	LIST_HEAD(pages);

	user_ledger_open();
	fake_file_reset(2 * PAGE_SIZE);
	address_space_init(&other, NULL, &ops);
	for (unsigned int i = 0; i < 4; i++) {
		struct page *page = add_new_page(i & 1 ? &other : &fake_mapping, i / 2, GFP_KERNEL);

		SetPageUptodate(page);
		set_page_dirty(page);
		unlock_page(page);
		CHECK(lru_isolate(page));
		list_add_tail(&page->lru, &pages);
	}
	shrink_page_list(&pages, &sc);
	CHECK(sc.reclaimed == 4 && others_written == 2);
	user_ledger_close();
}

static void test_names(void)
{
	for (int i = 0; i < NR_SWAPOUT; i++)
		CHECK_EQ(swapout_by_name(swapout_names[i]), i);
	CHECK_EQ(swapout_by_name("never"), -1);
}

static const struct test tests[] = {
	{"low: by kswapd, when they leave", test_low},
	{"idle: before, when nobody runs", test_idle},
	{"cached: before, and kept", test_cached},
	{"asked meanwhile", test_asked_meanwhile},
	{"late: below min, clean pages of files before", test_late},
	{"demand: below min", test_demand},
	{"pages that are told to go", test_told},
	{"across tables", test_told_range},
	{"told to go, in vain", test_told_in_vain},
	{"pages of two files", test_two_files},
	{"names", test_names},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	if (area_on())
		return 1;
	return test_main(tests, ARRAY_SIZE(tests));
}
