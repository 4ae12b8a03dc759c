/*
 * test_swap.c - pages of processes leave memory for a disk and come back, with all that happens to
 * them in between: contents, slots, the swap cache and every counter against what must be.
 */
#include "../../mm/area/internal.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "kernel/bio.h"
#include "machine.h"
#include "mm/rmap.h"
#include "swap_disk.h"
#include "test.h"
#include "user.h"
#include <string.h>

#define BASE  0x20000000ul
#define PAGES 12u
#define RW    (PROT_READ | PROT_WRITE)
#define ANON  (MAP_PRIVATE | MAP_ANONYMOUS)

/* --- two address spaces and what they should hold ------------------------------------------------
 */
static struct mm_struct *mms[3];
static u8 held[3][PAGES];

static unsigned long page_addr(unsigned int page)
{
	return BASE + (unsigned long)page * PAGE_SIZE;
}

static void check_contents(void)
{
	u8 value = 0;

	for (unsigned int m = 0; m < 3; m++)
		for (unsigned int i = 0; mms[m] && i < PAGES; i++)
			if (user_read(mms[m], page_addr(i) + i, &value) || value != held[m][i])
				test_fail(__FILE__, __LINE__, "space %u page %u holds %u, not %u",
					  m, i, value, held[m][i]);
}

static void check_all(void)
{
	struct swap_area *area = swap_area_of(swp_entry(0, 1));

	spin_lock(&swap_lock);
	swap_map_validate(&area->map);
	spin_unlock(&swap_lock);
	user_check_counts();
}

static void begin(void)
{
	memset(held, 0, sizeof(held));
	mms[0] = mm_alloc();
	CHECK_EQ(mm_mmap(mms[0], NULL, BASE, PAGES * PAGE_SIZE, RW, ANON | MAP_FIXED, 0),
		 (long)BASE);
}

static void end(void)
{
	check_contents();
	check_all();
	for (unsigned int m = 0; m < 3; m++) {
		if (mms[m])
			mmput(mms[m]);
		mms[m] = NULL;
	}
	CHECK_EQ(nr_swapcache_pages, 0);
	CHECK_EQ(nr_swap_pages(), total_swap_pages());
}

static void put(unsigned int m, unsigned int i, u8 value)
{
	CHECK_EQ(user_write(mms[m], page_addr(i) + i, value), 0);
	held[m][i] = value;
}

static void fork_or_exit(unsigned int m)
{
	if (!m)
		return;
	if (mms[m]) {
		mmput(mms[m]);
		mms[m] = NULL;
	} else {
		mms[m] = dup_mm(mms[0], (int)m);
		memcpy(held[m], held[0], PAGES);
	}
}

static int swap_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	begin();
	while (in.left && !test_failures()) {
		u8 what = input_u8(&in), value = 0;
		unsigned int m = input_below(&in, 3), i = input_below(&in, PAGES);

		if (what < 20)
			fork_or_exit(m);
		else if (!mms[m])
			continue;
		else if (what < 90)
			put(m, i, what);
		else if (what < 150)
			CHECK(user_read(mms[m], page_addr(i) + i, &value) == 0 &&
			      value == held[m][i]);
		else if (what < 240)
			swap_disk_out(mms[m], page_addr(i), what & 1);
		else if (mm_madvise(mms[m], page_addr(i), PAGE_SIZE, MADV_DONTNEED) == 0)
			held[m][i] = 0;
		if (what % 16 == 0)
			check_all();
	}
	end();
	return 0;
}

static void test_histories(void)
{
	check_property(swap_input, 1000);
}

/* A page that is only read after it came back is not written a second time, and one that was is. */
static void test_clean(void)
{
	u8 value = 0;

	begin();
	put(0, 3, 77);
	CHECK(swap_disk_out(mms[0], page_addr(3), false));
	CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 77);
	CHECK(user_last_fault.major && user_last_fault.cause == TRACE_CAUSE_SWAP);
	CHECK(!swap_disk_out(mms[0], page_addr(3), true));
	CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 77);
	CHECK(!user_last_fault.major && user_last_fault.cause == TRACE_CAUSE_SWAP_CACHE);
	put(0, 3, 78);
	CHECK_EQ(nr_swapcache_pages, 0);
	CHECK(swap_disk_out(mms[0], page_addr(3), false));
	/* One read serves all who share the slot. */
	fork_or_exit(1);
	swap_disk_reads = 0;
	check_contents();
	CHECK_EQ(swap_disk_reads, 1);
	put(1, 3, 79);
	end();
}

/* A page that is back keeps its slot, for it may leave again unchanged; but not when slots are few.
 */
static void test_few_slots(void)
{
	swp_entry_t taken[AREA_PAGES];
	unsigned int nr = 0;
	u8 value;

	begin();
	put(0, 3, 77);
	for (unsigned int few = 0; few < 2; few++) {
		CHECK(swap_disk_out(mms[0], page_addr(3), false));
		spin_lock(&swap_lock);
		while (few && nr_swap_pages() > AREA_PAGES / 2 - 5 && swap_slot_alloc(&taken[nr]))
			nr++;
		spin_unlock(&swap_lock);
		CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 77);
		CHECK_EQ(nr_swapcache_pages, !few);
		put(0, 3, 77);
	}
	spin_lock(&swap_lock);
	while (nr)
		swap_slot_uncache(taken[--nr]);
	spin_unlock(&swap_lock);
	end();
}

static void test_errors(void)
{
	u8 value = 0;

	begin();
	put(0, 0, 1);
	swap_disk_out(mms[0], page_addr(0), false);
	swap_disk_fails = true;
	CHECK_EQ(user_read(mms[0], page_addr(0), &value), -EIO);
	swap_disk_fails = false;
	for (long n = 0; n < 2; n++) {
		host_fail_after(n);
		user_read(mms[0], page_addr(0), &value);
		host_fail_after(-1);
	}
	held[0][0] = 0;
	CHECK_EQ(mm_madvise(mms[0], BASE, PAGE_SIZE, MADV_DONTNEED), 0);
	end();
}

static unsigned long slot_of(unsigned int i)
{
	pte_t entry = user_entry(mms[0], page_addr(i));

	return is_swap_pte(entry) ? swp_offset(pte_to_swp_entry(entry)) : 0;
}

/* A page that has left page tables for a fresh slot, locked. */
static struct page *take_out(unsigned int i)
{
	struct page *page = pfn_to_page(pte_pfn(user_entry(mms[0], page_addr(i))));

	get_page(page);
	lock_page(page);
	CHECK(add_to_swap(page));
	CHECK_EQ(try_to_unmap(page, TTU_SWAP), UNMAP_DONE);
	return page;
}

/* A slot that cannot be written: its page stays, and goes to another one the next time. */
static void test_bad_slots(void)
{
	unsigned long total = total_swap_pages(), bad;
	struct page *pages[3];
	bool written[3];

	begin();
	for (unsigned int i = 0; i < 3; i++) {
		put(0, i, (u8)(50 + i));
		pages[i] = take_out(i);
	}
	fork_or_exit(1);
	bad = slot_of(1);
	swap_disk_bad = bad < 50 ? AREA_PAGES - 50 + bad : bad - 50;
	swap_write_pages(pages, 3, written);
	CHECK(written[0] && !written[1] && written[2]);
	CHECK(!PageDirty(pages[0]) && PageDirty(pages[1]) && !PageDirty(pages[2]));
	swap_disk_bad = 0;
	swap_disk_writes = 0;
	swap_write_pages(pages, 3, written);
	CHECK(written[0] && !written[1] && written[2] && swap_disk_writes == 2);
	for (unsigned int i = 0; i < 3; i++) {
		unlock_page(pages[i]);
		put_page(pages[i]);
	}
	CHECK_EQ(total_swap_pages(), total);
	check_contents();
	CHECK_EQ(total_swap_pages(), total - 1);
	CHECK(swap_disk_out(mms[0], page_addr(1), false));
	CHECK(slot_of(1) && slot_of(1) != bad);
	end();
	CHECK_EQ(nr_swap_pages(), total - 1);
	/* What is bad is forgotten with the area. */
	CHECK_EQ(swap_disk_off(0, AREA_PAGES), 0);
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), 0);
	CHECK_EQ(nr_swap_pages(), total);
}

/* Only who may wait gets memory: that is enough for a page, and so it must be for its place. */
static void test_no_node(void)
{
	u8 value = 0;

	begin();
	put(0, 3, 33);
	CHECK(swap_disk_out(mms[0], page_addr(3), false));
	CHECK_EQ(nr_swapcache_pages, 0);
	host_fail_atomic = true;
	CHECK_EQ(user_read(mms[0], page_addr(3) + 3, &value), 0);
	CHECK_EQ(value, 33);
	host_fail_atomic = false;
	end();
}

/* No slot is free: a page that is back gives up its own, as long as there is one. */
static void test_full(void)
{
	swp_entry_t taken[AREA_PAGES];
	unsigned int nr = 0;
	u8 value = 0;

	begin();
	put(0, 3, 33);
	put(0, 4, 44);
	CHECK(swap_disk_out(mms[0], page_addr(3), false));
	CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 33);
	CHECK_EQ(nr_swapcache_pages, 1);
	spin_lock(&swap_lock);
	while (swap_slot_alloc(&taken[nr])) {
		swap_map_dup(&swap_area_of(taken[nr])->map, swp_offset(taken[nr]));
		swap_slot_uncache(taken[nr++]);
	}
	spin_unlock(&swap_lock);
	CHECK(nr && !nr_swap_pages());
	CHECK(swap_disk_out(mms[0], page_addr(4), false));
	CHECK_EQ(nr_swapcache_pages, 0);
	CHECK(!swap_disk_out(mms[0], page_addr(3), false));
	CHECK(slot_of(4) && !slot_of(3));
	spin_lock(&swap_lock);
	while (nr)
		swap_slot_put(taken[--nr]);
	spin_unlock(&swap_lock);
	end();
}

static struct page *contended;

static void set_writable(bool writable)
{
	spin_lock(&swap_lock);
	swap_area_set_writable(swap_area_of(swp_entry(0, 1)), writable);
	spin_unlock(&swap_lock);
}

/* What others do while a fault waits for the page: swapoff brings it back and fails, and reclaim
 * gives it another slot. */
static void change_slot(void)
{
	u8 value = 0;

	host_sleep_hook = NULL;
	unlock_page(contended);
	set_writable(false);
	CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 33);
	CHECK_EQ(nr_swapcache_pages, 0);
	set_writable(true);
	CHECK(swap_disk_out(mms[0], page_addr(3), true));
	CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 33);
	CHECK(PageSwapCache(contended) && page_mapcount(contended) == 1);
}

/* The slot that a fault came for is gone when it gets the page, which has another one. */
static void test_other_slot(void)
{
	swp_entry_t before;
	u8 value = 0;

	begin();
	put(0, 3, 33);
	swap_disk_out(mms[0], page_addr(3), true);
	before = pte_to_swp_entry(user_entry(mms[0], page_addr(3)));
	contended = swap_cache_find(before);
	if (!CHECK(contended))
		return;
	lock_page(contended);
	host_sleep_hook = change_slot;
	CHECK(user_read(mms[0], page_addr(3) + 3, &value) == 0 && value == 33);
	CHECK(!host_sleep_hook && page_swap_entry(contended).val != before.val);
	put_page(contended);
	end();
}

/* Higher priority first, equal ones in turn, then the next; none: nothing is given. */
static void test_priorities(void)
{
	swp_entry_t entry;
	unsigned int got[3] = {0};

	spin_lock(&swap_lock);
	while (swap_slot_alloc(&entry)) {
		if (got[1] + got[2] < 2 * (AREA_PAGES / 2 - 1))
			CHECK(swp_type(entry) == 1 + (got[1] != got[2]));
		else
			CHECK_EQ(swp_type(entry), 0);
		got[swp_type(entry)]++;
	}
	CHECK(got[0] == AREA_PAGES - 1 && got[1] == got[2] && got[1] == AREA_PAGES / 2 - 1);
	for (unsigned int type = 0; type < 3; type++) {
		struct swap_map *map = &swap_area_of(swp_entry(type, 1))->map;

		for (unsigned long slot = 1; slot < map->slots; slot++)
			CHECK(swap_slot_uncache(swp_entry(type, slot)));
	}
	spin_unlock(&swap_lock);
}

/* Two that look at once whether a device is free may both find it so: the areas themselves know. */
static void test_same_sectors(void)
{
	static char name[] = "hdx1";
	const unsigned long header = AREA_PAGES + AREA_PAGES / 2 - 50; /* of the second area */
	struct block_device part = {.name = name,
				    .disk = &swap_device,
				    .start = (sector_t)(header + 10) * 8,
				    .sectors = AREA_PAGES / 2 * 8};
	struct swap_extent extent = {0, AREA_PAGES / 2, 0};
	struct swap_backing backing = {
		.name = name, .bdev = &part, .pages = extent.pages, .nr_extents = 1};

	backing.extents = &extent;
	memcpy(swap_disk[header + 10], swap_disk[header], PAGE_SIZE);
	CHECK_EQ(swap_area_on(&backing, 0), -EBUSY);
	backing.file = true;
	CHECK_EQ(swap_area_on(&backing, 0), -EBUSY);
	/* What it shares is the second piece. */
	backing.file = false;
	part.start = (AREA_PAGES + 5) * 8;
	extent.pages = backing.pages = 30;
	memcpy(swap_disk[AREA_PAGES + 5], swap_disk[header], PAGE_SIZE);
	swap_disk[AREA_PAGES + 5][1028] = 29; /* the last page */
	CHECK_EQ(swap_area_on(&backing, 0), -EBUSY);
}

/* --- where slots lie ----------------------------------------------------------------------------
 */
#define PART_PAGES 100ul

static struct block_device part = {
	.disk = &swap_device, .start = (AREA_PAGES + 10) * 8, .sectors = 150 * 8};
static struct swap_extent pieces[] = {{0, 30, 100 * 8}, {30, 5, 7 * 8}, {35, 65, 20 * 8}};

/* An area in three pieces on a partition, the first choice; all of its slots are taken. */
static unsigned int part_on(void)
{
	static char name[] = "hdx1";
	struct swap_backing backing = {.name = name,
				       .bdev = &part,
				       .pages = PART_PAGES,
				       .extents = pieces,
				       .nr_extents = 3};
	const u32 version = 1, last_page = PART_PAGES - 1;
	u8 *header = swap_disk[AREA_PAGES + 10 + 100];
	swp_entry_t entry;

	memcpy(header + 1024, &version, 4);
	memcpy(header + 1028, &last_page, 4);
	memset(header + 1032, 0, 4);
	memcpy(header + PAGE_SIZE - 10, "SWAPSPACE2", 10);
	CHECK_EQ(swap_area_on(&backing, SWAP_FLAG_PREFER | 100), 0);
	spin_lock(&swap_lock);
	for (unsigned int i = 1; i < PART_PAGES; i++)
		CHECK(swap_slot_alloc(&entry));
	spin_unlock(&swap_lock);
	return swp_type(entry);
}

static void part_off(unsigned int type, const unsigned long *held_back, unsigned int nr)
{
	struct swap_backing backing;

	spin_lock(&swap_lock);
	for (unsigned long slot = 1; slot < PART_PAGES; slot++) {
		bool ours = false;

		for (unsigned int i = 0; i < nr; i++)
			ours |= held_back[i] == slot;
		if (!ours)
			swap_slot_uncache(swp_entry(type, slot));
	}
	spin_unlock(&swap_lock);
	CHECK_EQ(swap_area_off(&part, 100 * 8, &backing), 0);
}

/* Each slot has its own place, which is where the extents say, whatever can be read back. */
static void test_place(void)
{
	static const unsigned long slots[] = {1, 2, 24, 29, 30, 31, 34, 35, 36, 39, 99};
	static const unsigned long places[] = {101, 102, 124, 129, 7, 8, 11, 20, 21, 24, 84};
	unsigned int type;

	begin();
	type = part_on();
	for (unsigned int i = 0; i < ARRAY_SIZE(slots); i++) {
		const u8 *there = swap_disk[AREA_PAGES + 10 + places[i]];

		held[0][i] = (u8)(i + 1);
		CHECK_EQ(user_write(mms[0], page_addr(i) + i, held[0][i]), 0);
		spin_lock(&swap_lock);
		CHECK(swap_slot_uncache(swp_entry(type, slots[i])));
		spin_unlock(&swap_lock);
		CHECK(swap_disk_out(mms[0], page_addr(i), false));
		CHECK_EQ(pte_to_swp_entry(user_entry(mms[0], page_addr(i))).val,
			 swp_entry(type, slots[i]).val);
		CHECK(there[i] == i + 1 && there[i + 1] == 0);
	}
	/* What is read together, is so from all pieces that it lies in. */
	check_contents();
	part_off(type, slots, ARRAY_SIZE(slots));
	check_contents();
	end();
}

static void test_on(void)
{
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0x80000), -EINVAL);
	CHECK_EQ(swap_disk_on(0, AREA_PAGES, 0), -EBUSY);
	CHECK_EQ(swap_disk_on(AREA_PAGES, AREA_PAGES / 2, SWAP_FLAG_PREFER | 9), 0);
	CHECK_EQ(swap_disk_on(AREA_PAGES + AREA_PAGES / 2, AREA_PAGES / 2, SWAP_FLAG_PREFER | 9),
		 0);
	CHECK_EQ(nr_swap_pages(), 2 * AREA_PAGES - 3);
	test_priorities();
	test_same_sectors();
}

static const struct test tests[] = {
	{"random histories", test_histories}, {"clean pages keep their slot", test_clean},
	{"few slots", test_few_slots},	      {"no disk, no memory", test_errors},
	{"bad slots", test_bad_slots},	      {"no node is free", test_no_node},
	{"no slot is free", test_full},	      {"another slot meanwhile", test_other_slot},
	{"where slots lie", test_place},      {"several areas", test_on},
};

int main(void)
{
	user_boot();
	bio_cache_init();
	user_ledger_open();
	if (swap_disk_on(0, AREA_PAGES, 0))
		return 1;
	return test_main(tests, ARRAY_SIZE(tests));
}
