/*
 * test_pageout.c - one page at a time: what keeps it in memory and what becomes of it; how much of
 * the lists a request looks at; and when whoever needs memory may hope that there will be some.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "../../mm/page/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/reclaim/lru.h"
#include "../../mm/swap/internal.h"
#include "../../mm/zone/internal.h"
#include "fake_file.h"
#include "free_lists.h"
#include "kernel/bio.h"
#include "machine.h"
#include "mm/oom.h"
#include "mm/reclaim.h"
#include "mm/rmap.h"
#include "mm/swap.h"
#include "reclaim_disk.h"
#include "test.h"
#include "user.h"

#define BASE	     0x20000000ul
#define FILE_BASE    0x30000000ul
#define FILE_PAGES   8u
#define ANON_PAGES   4u
#define MANY	     1000u
#define SWAP_PAGES   130ul
#define IDLE_RETRIES 2u
#define BUSY_RETRIES 50u
#define RW	     (PROT_READ | PROT_WRITE)

static struct mm_struct *mm;

/* Some pages of its own, and a shared mapping of a file, of which nothing is in memory. */
static void begin(void)
{
	user_ledger_open();
	fake_file_reset(FILE_PAGES * PAGE_SIZE);
	mm = mm_alloc();
	CHECK_EQ(mm_mmap(mm, NULL, BASE, MANY * PAGE_SIZE, RW,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	CHECK_EQ(mm_mmap(mm, &fake_file, FILE_BASE, FILE_PAGES * PAGE_SIZE, RW,
			 MAP_SHARED | MAP_FIXED, 0),
		 (long)FILE_BASE);
}

static void end(void)
{
	fake_io_fails = NULL;
	user_check_counts();
	mmput(mm);
	CHECK_EQ(filemap_sync(&fake_mapping), 0);
	truncate_inode_pages(&fake_mapping, 0);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	user_ledger_close();
}

static void write(unsigned long addr, unsigned int page)
{
	CHECK_EQ(user_write(mm, addr + page * PAGE_SIZE, (u8)(page + 1)), 0);
}

static pte_t entry_of(unsigned long addr, unsigned int page)
{
	return user_entry(mm, addr + page * PAGE_SIZE);
}

static struct page *page_at(unsigned long addr, unsigned int page)
{
	return pfn_to_page(pte_pfn(entry_of(addr, page)));
}

/* The pages that the program has from addr on leave, if they may: in this order. */
static void push(unsigned long addr, unsigned int first, unsigned int nr, struct scan_control *sc)
{
	LIST_HEAD(pages);

	sc->forced = !sc->ahead;
	for (unsigned int i = first; i < first + nr; i++) {
		struct page *page = page_at(addr, i);

		get_page(page);
		CHECK(lru_isolate(page));
		list_add_tail(&page->lru, &pages);
	}
	shrink_page_list(&pages, sc);
}

/* Whoever holds a page may write to it: there is no second one in its place. */
static void test_held(void)
{
	struct scan_control sc = {.may_io = true, .may_write_files = true};
	const unsigned long addr[] = {BASE, FILE_BASE};

	begin();
	for (unsigned int i = 0; i < ARRAY_SIZE(addr); i++) {
		struct page *page;
		u8 byte;

		write(addr[i], 0);
		page = page_at(addr[i], 0);
		get_page(page);
		push(addr[i], 0, 1, &sc);
		CHECK(!pte_mapped(entry_of(addr[i], 0)));
		CHECK_EQ(sc.reclaimed, i);
		CHECK(user_read(mm, addr[i], &byte) == 0 && page_at(addr[i], 0) == page);
		put_page(page);
		push(addr[i], 0, 1, &sc);
		CHECK_EQ(sc.reclaimed, i + 1);
	}
	end();
}

/* A write to a page that was elsewhere makes it the writer's own, and the slot free; unless
 * somebody holds the page, who must not see it. */
static void test_written(void)
{
	struct scan_control sc = {.may_io = true};
	struct page *page;

	begin();
	write(BASE, 0);
	push(BASE, 0, 1, &sc);
	write(BASE, 0);
	CHECK(nr_swapcache_pages == 0 && nr_swap_pages() == total_swap_pages());
	page = page_at(BASE, 0);
	get_page(page);
	push(BASE, 0, 1, &sc);
	write(BASE, 0);
	CHECK(page_at(BASE, 0) != page);
	put_page(page);
	end();
}

/* What the disk is at is left alone. */
static void test_under_way(void)
{
	struct scan_control sc = {.may_io = true, .may_write_files = true};
	struct page *page;

	begin();
	write(FILE_BASE, 0);
	page = page_at(FILE_BASE, 0);
	SetPageWriteback(page);
	push(FILE_BASE, 0, 1, &sc);
	ClearPageWriteback(page);
	CHECK(sc.reclaimed == 0 && pte_mapped(entry_of(FILE_BASE, 0)));
	end();
}

static unsigned int transfers, failing;

static bool one_fails(void)
{
	return transfers++ == failing;
}

/* Those of one file are written in its order, whatever that of the lists; the one that was not
 * written stays. */
static void test_one_fails(void)
{
	struct scan_control sc = {.may_io = true, .may_write_files = true};
	static const unsigned int order[] = {3, 1, 2, 0};
	LIST_HEAD(pages);

	for (failing = 0; failing < 4; failing++) {
		begin();
		for (unsigned int i = 0; i < 4; i++)
			write(FILE_BASE, i);
		for (unsigned int i = 0; i < 4; i++) {
			struct page *page = page_at(FILE_BASE, order[i]);

			get_page(page);
			lru_isolate(page);
			list_add_tail(&page->lru, &pages);
		}
		transfers = 0;
		fake_io_fails = one_fails;
		sc.forced = true;
		sc.reclaimed = 0;
		shrink_page_list(&pages, &sc);
		fake_io_fails = NULL;
		CHECK(sc.reclaimed == 3 && nr_cached_pages() == 1);
		for (unsigned int i = 0; i < 4; i++) {
			struct page *page = find_get_page(&fake_mapping, i);

			CHECK_EQ(page != NULL, i == failing);
			if (page) {
				CHECK(PageDirty(page) && PageActive(page));
				put_page(page);
			}
		}
		end();
	}
}

/* Who may hold the locks of a file does not write to it, and is told that there is something. */
static void test_dirty(void)
{
	struct scan_control sc = {.may_io = true};

	begin();
	write(FILE_BASE, 0);
	push(FILE_BASE, 0, 1, &sc);
	CHECK(sc.unwritten && !sc.reclaimed && !sc.written);
	CHECK(pte_mapped(entry_of(FILE_BASE, 0)) && PageDirty(page_at(FILE_BASE, 0)));
	end();
}

/* Written ahead of need, it is the first to leave. */
static void test_ahead(void)
{
	struct scan_control sc = {.may_io = true, .ahead = true};
	unsigned int vm_flags;
	struct page *pages[ANON_PAGES];
	struct list_head *list;

	begin();
	for (unsigned int i = 0; i < ANON_PAGES; i++) {
		write(BASE, i);
		pages[i] = page_at(BASE, i);
		CHECK(trylock_page(pages[i]));
		page_referenced(pages[i], &vm_flags);
		unlock_page(pages[i]);
	}
	push(BASE, 2, 1, &sc);
	CHECK(sc.written == 1 && PageSwapCache(pages[2]));
	list = &page_zone(pages[2])->lru[LRU_INACTIVE_ANON];
	CHECK(list_entry(list->prev, struct page, lru) == pages[2]);
	CHECK(list_entry(list->next, struct page, lru) == pages[3]);
	end();
}

/* A page that left has a shadow, and those that others push ahead of it are farther. */
static void test_shadow(void)
{
	struct scan_control sc = {.may_io = true};
	unsigned long before;
	u32 refaults = vm_event_sum(VM_REFAULT_ANON);
	u32 active = vm_event_sum(VM_REACTIVATE_ANON);
	u8 byte;

	begin();
	write(BASE, 0);
	before = nr_shadows;
	push(BASE, 0, 1, &sc);
	CHECK_EQ(sc.reclaimed, 1);
	CHECK_EQ(nr_shadows, before + 1);
	CHECK_EQ(user_read(mm, BASE, &byte), 0);
	CHECK_EQ(vm_event_sum(VM_REFAULT_ANON) - refaults, 1);
	CHECK_EQ(vm_event_sum(VM_REACTIVATE_ANON) - active, 1);
	/* Activated meanwhile: without a slot, and used. They make room by leaving again. */
	push(BASE, 0, 1, &sc);
	for (unsigned int n = 0; n < 8; n++) {
		struct scan_control no_io = {.may_io = false};
		struct page *page;
		LIST_HEAD(pages);

		write(BASE, 1);
		page = page_at(BASE, 1);
		get_page(page);
		lru_isolate(page);
		ClearPageActive(page);
		list_add(&page->lru, &pages);
		shrink_page_list(&pages, &no_io);
		CHECK(PageActive(page));
	}
	CHECK_EQ(user_read(mm, BASE, &byte), 0);
	CHECK_EQ(vm_event_sum(VM_REFAULT_ANON) - refaults, 2);
	CHECK_EQ(vm_event_sum(VM_REACTIVATE_ANON) - active, 1);
	end();
}

/* A page of a file competes with what programs have inactive, another page of a program does not.
 */
static void test_competes(void)
{
	const unsigned long addr[] = {FILE_BASE, BASE};

	begin();
	for (unsigned int i = 0; i < 20; i++)
		write(BASE, i);
	for (unsigned int i = 0; i < ARRAY_SIZE(addr); i++) {
		struct scan_control sc = {.may_io = true};
		u8 byte;

		CHECK_EQ(user_read(mm, addr[i], &byte), 0);
		push(addr[i], 0, 1, &sc);
		CHECK_EQ(sc.reclaimed, 1);
		for (unsigned int n = 0; n < 15; n++)
			workingset_age();
		CHECK_EQ(user_read(mm, addr[i], &byte), 0);
		CHECK_EQ(PageActive(page_at(addr[i], 0)), addr[i] == FILE_BASE);
	}
	end();
}

/* --- how much is looked at ------------------------------------------------------------------- */
static void clear_marks(unsigned int pages)
{
	unsigned int vm_flags;

	for (unsigned int i = 0; i < pages; i++) {
		struct page *page = page_at(BASE, i);

		CHECK(trylock_page(page));
		page_referenced(page, &vm_flags);
		unlock_page(page);
	}
}

/* A part of a list by the priority, of programs' pages by swappiness, in batches. */
static void test_share(void)
{
	struct scan_control sc = {.may_io = true, .wanted = ~0ul};
	struct zone *zone;

	begin();
	for (unsigned int i = 0; i < MANY; i++)
		write(BASE, i);
	zone = page_zone(page_at(BASE, 0));
	CHECK_EQ(lru_size(zone, LRU_INACTIVE_ANON), MANY);
	shrink_zone(zone, 2, &sc); /* all are used: they become active */
	CHECK_EQ(sc.scanned,
		 DIV_ROUND_UP((MANY >> 2) * 60 / 100, SWAP_CLUSTER_MAX) * SWAP_CLUSTER_MAX);
	/* None of those that nobody wants to leave. */
	vm_swappiness = sc.scanned = 0;
	shrink_zone(zone, 2, &sc);
	vm_swappiness = 60;
	CHECK_EQ(sc.scanned, 0);
	/* No more than are wanted, but for the rest of a batch. */
	clear_marks(MANY);
	sc = (struct scan_control){.may_io = true, .wanted = 1};
	for (unsigned int i = 0; i < 4 && !sc.reclaimed; i++)
		shrink_zone(zone, 0, &sc);
	CHECK(sc.reclaimed >= 1 && sc.reclaimed <= SWAP_CLUSTER_MAX);
	end();
}

static unsigned long ask(gfp_t gfp, u32 nodemask)
{
	const struct alloc_request req = {
		.gfp = gfp, .zonelist = local_zonelist(gfp), .nodemask = nodemask};
	unsigned long freed = try_to_free_pages(&req);

	CHECK(!memalloc_noreclaim());
	return freed;
}

/* Not of nodes that the request may not use, and not through a disk that it may hold. */
static void test_request(void)
{
	unsigned long writes;

	begin();
	for (unsigned int i = 0; i < ANON_PAGES; i++)
		write(BASE, i);
	clear_marks(ANON_PAGES);
	writes = reclaim_disk_writes;
	CHECK_EQ(ask(GFP_HIGHUSER, 2), 0);
	CHECK_EQ(ask(GFP_NOIO | __GFP_HIGHMEM, ALL_NODES), 0);
	CHECK(reclaim_disk_writes == writes && mm->rss_anon == ANON_PAGES);
	end();
}

/* The last look spares nothing. */
static void test_last_look(void)
{
	unsigned int before = vm_swappiness;

	begin();
	for (unsigned int i = 0; i < ANON_PAGES; i++)
		write(BASE, i);
	clear_marks(ANON_PAGES);
	vm_swappiness = 0;
	CHECK_EQ(ask(GFP_HIGHUSER, ALL_NODES), ANON_PAGES);
	vm_swappiness = before;
	end();
}

/* Pages that have a slot leave when no other slot is free. */
static void test_slots_gone(void)
{
	struct scan_control sc = {.may_io = true, .wanted = ~0ul},
			    ahead = {.may_io = true, .ahead = true};
	swp_entry_t taken[SWAP_PAGES];
	unsigned int nr = 0;
	struct zone *zone;

	begin();
	write(BASE, 0);
	zone = page_zone(page_at(BASE, 0));
	clear_marks(1);
	push(BASE, 0, 1, &ahead);
	CHECK_EQ(nr_swapcache_pages, 1);
	spin_lock(&swap_lock);
	while (nr < SWAP_PAGES && swap_slot_alloc(&taken[nr]))
		nr++;
	spin_unlock(&swap_lock);
	CHECK_EQ(nr_swap_pages(), 0);
	shrink_zone(zone, 0, &sc);
	CHECK_EQ(sc.reclaimed, 1);
	spin_lock(&swap_lock);
	while (nr--)
		swap_slot_uncache(taken[nr]);
	spin_unlock(&swap_lock);
	end();
}

static bool no_write(bool write)
{
	return write;
}

static unsigned int sleeps;

static void nobody_runs(void)
{
	sleeps++;
}

static void kswapd_runs(void)
{
	kswapd_turn(NODE_DATA(0));
}

/* One that must stay needs no slot, and one that nobody could write was not written. */
static void test_needs_none(void)
{
	struct scan_control sc = {.may_io = true};
	unsigned long slots = nr_swap_pages();
	u8 byte;

	begin();
	write(BASE, 0);
	push(BASE, 0, 1, &sc);
	CHECK(sc.written == 1 && nr_swap_pages() == slots - 1);
	CHECK(user_read(mm, BASE, &byte) == 0 && nr_swapcache_pages == 1);
	find_vma(mm, BASE)->vm_flags |= VM_LOCKED;
	push(BASE, 0, 1, &sc);
	CHECK(PageUnevictable(page_at(BASE, 0)) && nr_swap_pages() == slots);
	find_vma(mm, BASE)->vm_flags &= ~VM_LOCKED;
	lru_isolate(page_at(BASE, 0));
	ClearPageUnevictable(page_at(BASE, 0));
	lru_add(page_at(BASE, 0));
	sc = (struct scan_control){.may_io = true};
	reclaim_disk_fails = no_write;
	push(BASE, 0, 1, &sc);
	reclaim_disk_fails = NULL;
	CHECK_EQ(sc.written, 0);
	write(BASE, 0);
	end();
}

/* When all there is to free are dirty pages of files, kswapd writes them, and is waited for. */
static void test_waits_for_kswapd(void)
{
	struct zone *zone;
	unsigned long high[MAX_NR_ZONES];

	begin();
	for (unsigned int i = 0; i < FILE_PAGES; i++)
		write(FILE_BASE, i);
	for_each_zone (zone) { /* as if memory were short */
		high[zone_idx(zone)] = zone->watermark[WMARK_HIGH];
		zone->watermark[WMARK_HIGH] = zone->free_pages + 1;
	}
	host_sleep_hook = nobody_runs;
	CHECK(!ask(GFP_HIGHUSER, ALL_NODES) && sleeps == 20); /* but not again and again */
	host_sleep_hook = kswapd_runs;
	CHECK(ask(GFP_HIGHUSER, ALL_NODES) > 0);
	host_sleep_hook = NULL;
	for_each_zone (zone)
		zone->watermark[WMARK_HIGH] = high[zone_idx(zone)];
	end();
}

/* --- is there hope? -------------------------------------------------------------------------- */
static unsigned int attempts(unsigned int order)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .order = order,
					  .zonelist = local_zonelist(GFP_HIGHUSER),
					  .nodemask = ALL_NODES};
	struct reclaim_tries tries = {0};
	unsigned int n = 0;

	reclaim_again(&req, &tries); /* takes note of what was freed before */
	while (n < 2 * BUSY_RETRIES && reclaim_again(&req, &tries))
		n++;
	return n;
}

static void test_hope(void)
{
	const struct alloc_request req = {.gfp = GFP_HIGHUSER,
					  .zonelist = local_zonelist(GFP_HIGHUSER),
					  .nodemask = ALL_NODES};
	struct reclaim_tries tries = {0};

	begin();
	count_vm_event(VM_PGSTEAL_DIRECT);
	CHECK_EQ(attempts(0), IDLE_RETRIES);
	/* No zone has so much. */
	CHECK_EQ(attempts(14), 0);
	/* Others are at it, until they have put back all. */
	reclaim_batch_begin(2);
	CHECK_EQ(attempts(0), BUSY_RETRIES);
	CHECK_EQ(attempts(14), BUSY_RETRIES);
	reclaim_batch_end(2);
	CHECK_EQ(attempts(0), IDLE_RETRIES);
	/* What anybody frees makes a new beginning. */
	for (unsigned int i = 0; i < 20; i++) {
		count_vm_event(i < 10 ? VM_PGSTEAL_DIRECT : VM_PGSTEAL_KSWAPD);
		CHECK(reclaim_again(&req, &tries));
	}
	end();
}

/* What the killer reckons with: all memory, and all slots. */
static void test_total(void)
{
	unsigned long frames = 0;
	struct zone *zone;

	for_each_zone (zone)
		frames += zone->managed_pages;
	CHECK(total_swap_pages() > 0);
	CHECK_EQ(oom_total_pages(), frames + total_swap_pages());
}

static void set_active(struct page *page)
{
	CHECK(lru_isolate(page));
	SetPageActive(page);
	lru_add(page);
}

/* Pages of programs are no hope without a slot for them. */
static void test_no_hope(void)
{
	struct page *chain;
	unsigned long count;
	swp_entry_t taken[SWAP_PAGES];
	unsigned int nr = 0;

	begin();
	for (unsigned int i = 0; i < MANY; i++)
		write(BASE, i);
	chain = take_all(GFP_ATOMIC | __GFP_HIGHMEM | __GFP_NOWARN, &count);
	CHECK_EQ(attempts(0), IDLE_RETRIES);
	for (unsigned int i = 0; i < MANY; i++)
		set_active(page_at(BASE, i));
	CHECK_EQ(attempts(0), IDLE_RETRIES);
	spin_lock(&swap_lock);
	while (nr < SWAP_PAGES && swap_slot_alloc(&taken[nr]))
		nr++;
	spin_unlock(&swap_lock);
	CHECK_EQ(attempts(0), 0);
	spin_lock(&swap_lock);
	while (nr--)
		swap_slot_uncache(taken[nr]);
	spin_unlock(&swap_lock);
	free_chain(chain);
	end();
}

static const struct test tests[] = {
	{"a page that somebody holds", test_held},
	{"a page that is written to", test_written},
	{"a page under way to the disk", test_under_way},
	{"one of several cannot be written", test_one_fails},
	{"a file's page that may not be written", test_dirty},
	{"written ahead: the oldest", test_ahead},
	{"the shadow of a page", test_shadow},
	{"how near is near enough", test_competes},
	{"how much is looked at", test_share},
	{"what a request may touch", test_request},
	{"the last look", test_last_look},
	{"no slot is free", test_slots_gone},
	{"neither a slot nor a write", test_needs_none},
	{"kswapd is waited for", test_waits_for_kswapd},
	{"whether to try again", test_hope},
	{"no slot, no hope", test_no_hope},
	{"all there is", test_total},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	reclaim_policy_start();
	reclaim_disk_on(0, SWAP_PAGES);
	page_cluster = 0;
	return test_main(tests, ARRAY_SIZE(tests));
}
