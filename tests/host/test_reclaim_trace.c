/*
 * test_reclaim_trace.c - reclaim is told of as it happens: pages of a process that are looked at,
 * leave memory and come back, row by row, and as many of each kind as /proc/vmstat counts.
 */
#include "../../mm/fault/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/swap/internal.h"
#include "arch/hint.h"
#include "kernel/bio.h"
#include "machine.h"
#include "mm/mmap.h"
#include "mm/reclaim.h"
#include "mm/reclaim_trace.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "reclaim/lru.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define BASE	   0x20000000ul
#define PAGES	   4u
#define AREA_PAGES 64ul
#define ROWS	   64u
#define OWNER	   5

static u8 disk[AREA_PAGES][PAGE_SIZE];
static bool io_fails;

static int disk_rw(struct block_device *bdev, sector_t sector, struct page *page,
		   unsigned int offset, unsigned int count, bool write)
{
	u8 *there = disk[(unsigned long)sector / 8] + offset;
	u8 *here = host_frame(page_to_pfn(page)) + offset;

	(void)bdev;
	if (io_fails)
		return -EIO;
	memcpy(write ? there : here, write ? here : there, count * SECTOR_SIZE);
	return 0;
}

static const struct block_device_ops disk_ops = {.rw_page = disk_rw};
static struct block_device device = {.name = "hdx", .sectors = AREA_PAGES * 8, .ops = &disk_ops};

static void area_on(void)
{
	struct swap_extent *extents = kmalloc(sizeof(*extents), GFP_KERNEL);
	struct swap_backing backing = {.name = "hdx",
				       .bdev = &device,
				       .pages = AREA_PAGES,
				       .extents = extents,
				       .nr_extents = 1};
	u32 version = 1, last_page = AREA_PAGES - 1;

	extents[0] = (struct swap_extent){0, AREA_PAGES, 0};
	memcpy(disk[0] + 1024, &version, 4);
	memcpy(disk[0] + 1028, &last_page, 4);
	memcpy(disk[0] + PAGE_SIZE - 10, "SWAPSPACE2", 10);
	CHECK_EQ(swap_area_on(&backing, 0), 0);
}

/* --- what was told
 * -------------------------------------------------------------------------------- */
static struct row {
	enum trace_reclaim_event event;
	enum trace_reclaim_why why;
	struct trace_page page;
} rows[ROWS];
static unsigned int nr_rows, nr_states, told[TRACE_RECLAIM_EVENT_END], written;
static u32 events_before[NR_VM_EVENTS];
static struct trace_zone last_state; /* of ZONE_HIGHMEM */

void host_hint(enum trace_op op, u32 b, u32 c, u32 s, u32 d)
{
	(void)d;
	if (op != TRACE_RECLAIM)
		return;
	told[b]++;
	nr_states += b == TRACE_RECLAIM_STATE;
	if (b == TRACE_RECLAIM_STATE &&
	    ((const struct trace_zone *)(unsigned long)s)->zone == ZONE_HIGHMEM)
		last_state = *(const struct trace_zone *)(unsigned long)s;
	if (b == TRACE_RECLAIM_STATE || nr_rows == ROWS)
		return;
	rows[nr_rows] = (struct row){b, c, *(const struct trace_page *)(unsigned long)s};
	written += b == TRACE_RECLAIM_WRITE && rows[nr_rows].page.kind != TRACE_PAGE_FILE;
	nr_rows++;
}

static void listen(void)
{
	nr_rows = nr_states = written = 0;
	memset(told, 0, sizeof(told));
	for (unsigned int i = 0; i < NR_VM_EVENTS; i++)
		events_before[i] = vm_event_sum(i);
}

static u32 counted(enum vm_event event)
{
	return vm_event_sum(event) - events_before[event];
}

/* The counters are those of the rows. */
static void check_counts(void)
{
	CHECK_EQ(counted(VM_PGSCAN_KSWAPD) + counted(VM_PGSCAN_DIRECT),
		 told[TRACE_RECLAIM_KEEP] + told[TRACE_RECLAIM_ACTIVATE] +
			 told[TRACE_RECLAIM_UNEVICTABLE] + told[TRACE_RECLAIM_DROP]);
	CHECK_EQ(counted(VM_PGSTEAL_KSWAPD) + counted(VM_PGSTEAL_DIRECT), told[TRACE_RECLAIM_DROP]);
	CHECK_EQ(counted(VM_PGACTIVATE), told[TRACE_RECLAIM_ACTIVATE]);
	CHECK_EQ(counted(VM_PGDEACTIVATE), told[TRACE_RECLAIM_DEACTIVATE]);
	CHECK_EQ(counted(VM_PSWPIN), told[TRACE_RECLAIM_SWAP_IN]);
	CHECK_EQ(counted(VM_PSWPOUT), written);
	CHECK_EQ(counted(VM_ALLOCSTALL), told[TRACE_RECLAIM_DIRECT]);
	CHECK_EQ(counted(VM_PAGEOUTRUN), told[TRACE_RECLAIM_KSWAPD_WAKE]);
	CHECK_EQ(counted(VM_OOM_KILL), told[TRACE_RECLAIM_OOM]);
}

/* --- a process, whose pages are looked at
 * ----------------------------------------------------------- */
static struct mm_struct *mm;

static unsigned long page_addr(unsigned int i)
{
	return BASE + i * PAGE_SIZE;
}

static struct page *page_of(unsigned int i)
{
	pte_t *ptep = user_pte(mm, page_addr(i));

	return ptep && pte_mapped(*ptep) ? pfn_to_page(pte_pfn(*ptep)) : NULL;
}

/* One look at all pages that are in memory. */
static void look(bool may_io)
{
	struct scan_control sc = {.may_io = may_io, .wanted = PAGES};
	LIST_HEAD(pages);

	listen();
	for (unsigned int i = 0; i < PAGES; i++) {
		struct page *page = page_of(i);

		if (!page)
			continue;
		get_page(page);
		lru_isolate(page);
		ClearPageActive(page);
		list_add_tail(&page->lru, &pages);
	}
	shrink_page_list(&pages, &sc);
	check_counts();
}

static void begin(void)
{
	mm = mm_alloc();
	mm->owner_tgid = OWNER;
	CHECK_EQ(mm_mmap(mm, NULL, BASE, PAGES * PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)BASE);
	for (unsigned int i = 0; i < PAGES; i++)
		CHECK_EQ(user_write(mm, page_addr(i), (u8)(i + 1)), 0);
}

static void end(void)
{
	user_check_counts();
	mmput(mm);
	CHECK_EQ(nr_swapcache_pages, 0);
	CHECK_EQ(nr_swap_pages(), total_swap_pages());
}

static void check_row(unsigned int at, enum trace_reclaim_event event, enum trace_reclaim_why why,
		      unsigned int page)
{
	CHECK(at < nr_rows && rows[at].event == event && rows[at].why == why);
	CHECK_EQ(rows[at].page.kind, TRACE_PAGE_ANON);
	CHECK_EQ(rows[at].page.owner, OWNER);
	CHECK_EQ(rows[at].page.address, page_addr(page));
}

/* Used pages stay, unused ones get slots, are written, and leave; each row names its page. */
static void test_life(void)
{
	u32 slots[PAGES], frames[PAGES], wanted = 0;
	u8 value = 0;

	begin();
	look(true);
	CHECK_EQ(nr_rows, PAGES);
	for (unsigned int i = 0; i < PAGES; i++) {
		check_row(i, TRACE_RECLAIM_ACTIVATE, TRACE_WHY_REFERENCED, i);
		CHECK_EQ(rows[i].page.frame, page_to_pfn(page_of(i)));
		frames[i] = rows[i].page.frame;
	}
	look(true);
	CHECK_EQ(nr_rows, 3 * PAGES);
	for (unsigned int i = 0; i < PAGES; i++) {
		check_row(i, TRACE_RECLAIM_SWAP_OUT, TRACE_WHY_NONE, i);
		slots[i] = rows[i].page.slot;
		CHECK(slots[i] != 0);
		CHECK_EQ(rows[PAGES + i].event, TRACE_RECLAIM_WRITE);
		CHECK_EQ(rows[2 * PAGES + i].event, TRACE_RECLAIM_DROP);
		CHECK_EQ(rows[2 * PAGES + i].page.slot, slots[i]);
		CHECK_EQ(rows[2 * PAGES + i].page.frame, frames[i]);
	}
	listen();
	CHECK(user_read(mm, page_addr(2), &value) == 0 && value == 3);
	for (unsigned int i = 0; i < nr_rows; i++) {
		CHECK_EQ(rows[i].event, TRACE_RECLAIM_SWAP_IN);
		CHECK_EQ(rows[i].why,
			 rows[i].page.slot == slots[2] ? TRACE_WHY_NONE : TRACE_WHY_AHEAD);
		wanted += rows[i].page.slot == slots[2];
	}
	CHECK_EQ(wanted, 1);
	check_counts();
	end();
}

/* A write to a page that is elsewhere is decided in two steps: the disk is its cause. */
static void test_cause(void)
{
	begin();
	look(true);
	look(true);
	CHECK_EQ(user_write(mm, page_addr(1), 9), 0);
	CHECK_EQ(user_last_fault.cause, TRACE_CAUSE_SWAP);
	CHECK(user_last_fault.major);
	end();
}

/* No slot may be asked for, a write fails: why they stay. */
static void test_kept(void)
{
	begin();
	look(false);
	look(false);
	for (unsigned int i = 0; i < PAGES; i++)
		check_row(i, TRACE_RECLAIM_ACTIVATE, TRACE_WHY_NO_SLOT, i);
	io_fails = true;
	look(true);
	io_fails = false;
	CHECK_EQ(told[TRACE_RECLAIM_ACTIVATE], PAGES);
	CHECK_EQ(rows[nr_rows - 1].why, TRACE_WHY_IO_ERROR);
	end();
}

/* Pages that leave because the process says so: used or not. */
static void test_advised(void)
{
	begin();
	listen();
	CHECK_EQ(reclaim_range(mm, BASE, page_addr(2), RECLAIM_ANON), 2);
	check_counts();
	CHECK_EQ(told[TRACE_RECLAIM_DROP], 2);
	for (unsigned int i = 0; i < nr_rows; i++)
		CHECK_EQ(rows[i].why,
			 rows[i].event == TRACE_RECLAIM_DROP ? TRACE_WHY_ADVISED : TRACE_WHY_NONE);
	CHECK_EQ(mm_madvise(mm, page_addr(2), PAGE_SIZE, MADV_PAGEOUT), 0);
	CHECK(told[TRACE_RECLAIM_DROP] == 3 && rows[nr_rows - 1].why == TRACE_WHY_ADVISED);
	end();
}

/* Zones are told of now and then; who begins and ends, each time. */
static void test_states(void)
{
	unsigned int zones = 0;
	struct zone *zone;
	struct page *page;

	begin();
	page = page_of(0);
	for_each_zone (zone)
		zones += zone->managed_pages != 0;
	reclaim_note_kswapd_wake(0);
	listen();
	for (unsigned int i = 0; i < 512; i++) {
		CHECK_EQ(nr_states, i / 256 * zones);
		reclaim_note(TRACE_RECLAIM_KEEP, page, TRACE_WHY_BUSY);
		reclaim_note(TRACE_RECLAIM_DEACTIVATE, page, TRACE_WHY_NONE);
	}
	CHECK_EQ(nr_states, 2 * zones);
	reclaim_note_direct(0);
	reclaim_note_direct_end(3);
	CHECK_EQ(nr_states, 2 * zones);
	reclaim_note_kswapd_sleep(0, 3);
	reclaim_note_oom(OWNER, 100);
	CHECK_EQ(nr_states, 4 * zones);
	CHECK_EQ(told[TRACE_RECLAIM_DIRECT] + told[TRACE_RECLAIM_DIRECT_END], 2);
	check_counts();
	end();
}

/* Each number is what it says. */
static void test_numbers(void)
{
	struct zone *zone;

	begin();
	zone = page_zone(page_of(0));
	CHECK_EQ(zone_idx(zone), ZONE_HIGHMEM);
	for (unsigned int i = 0; i < 2; i++) { /* two are active, one is unevictable */
		lru_mark_used(page_of(1));
		lru_mark_used(page_of(2));
	}
	CHECK_EQ(mm_mlock(mm, page_addr(3), PAGE_SIZE, 0), 0);
	get_page(page_of(0));
	CHECK(trylock_page(page_of(0)) && add_to_swap(page_of(0)));
	reclaim_note_kswapd_wake(0);
	delete_from_swap_cache(page_of(0));
	unlock_page(page_of(0));
	put_page(page_of(0));
	CHECK_EQ(last_state.free, zone->free_pages);
	CHECK_EQ(last_state.min, zone->watermark[WMARK_MIN]);
	CHECK_EQ(last_state.low, zone->watermark[WMARK_LOW]);
	CHECK_EQ(last_state.high, zone->watermark[WMARK_HIGH]);
	CHECK(last_state.min < last_state.low && last_state.low < last_state.high);
	CHECK(last_state.inactive_anon == 1 && last_state.active_anon == 2);
	CHECK(last_state.inactive_file == 0 && last_state.active_file == 0);
	CHECK(last_state.unevictable == 1 && last_state.swap_used == 1);
	end();
}

/* Who was seen to map one page is not said of another. */
static void test_owner(void)
{
	unsigned int vm_flags;

	begin();
	CHECK(trylock_page(page_of(0)));
	page_referenced(page_of(0), &vm_flags);
	unlock_page(page_of(0));
	listen();
	reclaim_note(TRACE_RECLAIM_KEEP, page_of(0), TRACE_WHY_BUSY);
	reclaim_note(TRACE_RECLAIM_KEEP, page_of(1), TRACE_WHY_BUSY);
	check_row(0, TRACE_RECLAIM_KEEP, TRACE_WHY_BUSY, 0);
	CHECK(rows[1].page.owner == 0 && rows[1].page.address == 0);
	CHECK_EQ(mm_mmap(mm, NULL, page_addr(PAGES), PAGE_SIZE, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_FIXED, 0),
		 (long)page_addr(PAGES));
	CHECK_EQ(user_write(mm, page_addr(PAGES), 1), 0);
	reclaim_note(TRACE_RECLAIM_KEEP, page_of(PAGES), TRACE_WHY_BUSY);
	CHECK_EQ(rows[2].page.kind, TRACE_PAGE_SHMEM);
	end();
}

static const struct test tests[] = {
	{"out and back, row by row", test_life},
	{"the cause of a write to a page that was elsewhere", test_cause},
	{"why pages stay", test_kept},
	{"told to go", test_advised},
	{"the state of the zones", test_states},
	{"each number of it", test_numbers},
	{"whose page, and of what kind", test_owner},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	area_on();
	return test_main(tests, ARRAY_SIZE(tests));
}
