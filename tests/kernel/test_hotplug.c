/*
 * test_hotplug.c - suite `hotplug`: sections of memory go offline and come back, on the
 * booted kernel. With SPARSEMEM only; that a section with live pages is emptied is tried
 * in ZONE_MOVABLE (movablecore=), where nothing else can be in the way.
 */
#include "kernel/compiler.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/movable.h"
#include "kernel/user_helpers.h"
#include "mm/fault_inject.h"
#include "mm/memory_hotplug.h"
#include "mm/rmap.h"
#include "mm/vmstat.h"
#include "proc/task.h"

#define LIVE_PAGES 300u
#define NO_SECTION NR_SECTIONS

static pfn_t section_start(unsigned int nr)
{
	return (pfn_t)nr << PFN_SECTION_SHIFT;
}

static pfn_t section_end(unsigned int nr)
{
	return section_start(nr) + PAGES_PER_SECTION;
}

static bool in_section(const struct page *page, unsigned int nr)
{
	return page_to_pfn(page) >> PFN_SECTION_SHIFT == nr;
}

/* False, and the case is skipped, when the memory model has no sections. */
static bool can_hotplug(void)
{
	if (MODEL_HOTPLUG)
		return true;
	EXPECT_EQ(offline_pages(1), -EOPNOTSUPP);
	EXPECT_EQ(online_pages(1), -EOPNOTSUPP);
	EXPECT(!memory_section_removable(1));
	ktap_skip("the memory model is not sparse");
	return false;
}

static void test_states(void)
{
	EXPECT_EQ(memory_section_state(0), MEMORY_ONLINE);
	EXPECT(memory_section_zone(0) == page_zone(pfn_to_page(0)));
	EXPECT(!memory_section_removable(0)); /* the kernel image */
	EXPECT(pfn_to_online_page(0x100) == pfn_to_page(0x100));
	/* Below 4 GiB lie the APIC's registers and the firmware: no memory. */
	EXPECT_EQ(memory_section_state(NR_SECTIONS - 1), MEMORY_ABSENT);
	EXPECT(!memory_section_zone(NR_SECTIONS - 1));
	EXPECT_EQ(memory_section_state(NR_SECTIONS), MEMORY_ABSENT);
	EXPECT(!pfn_to_online_page(section_start(NR_SECTIONS - 1)));
}

/* What cannot be taken is refused, and nothing has changed. */
static void test_refused(void)
{
	unsigned long managed, free;

	if (!can_hotplug())
		return;
	drain_local_pages();
	managed = zones_managed_pages(ZONE_DMA);
	free = nr_free_pages();
	EXPECT_EQ(offline_pages(0), -EBUSY); /* the kernel image */
	EXPECT_EQ(memory_section_state(0), MEMORY_ONLINE);
	EXPECT_EQ(zones_managed_pages(ZONE_DMA), managed);
	EXPECT_EQ(nr_free_pages(), free);
	EXPECT_EQ(online_pages(0), -EINVAL);
	EXPECT_EQ(offline_pages(NR_SECTIONS - 1), -EINVAL);
	EXPECT_EQ(offline_pages(NR_SECTIONS), -EINVAL);
	EXPECT_EQ(online_pages(NR_SECTIONS), -EINVAL);
	buddy_check();
}

/* Takes movable pages until one lies in a section that is removable and all of one zone. */
static unsigned int find_movable_section(void)
{
	unsigned int nr, none = NO_SECTION;
	struct page *page;

	while ((page = movable_take(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN)) != NULL) {
		nr = page_section(page);
		if (nr == none)
			continue;
		if (zone_idx(page_zone(page)) != ZONE_MOVABLE)
			break;
		if (memory_section_zone(nr) && memory_section_removable(nr))
			return nr;
		none = nr;
	}
	ktap_skip("no section that is all in ZONE_MOVABLE (movablecore=)");
	return NO_SECTION;
}

/* The section with live pages; NO_SECTION, skipped, without one. */
static unsigned int live_section(void)
{
	unsigned int nr;

	if (!can_hotplug())
		return NO_SECTION;
	nr = find_movable_section();
	if (nr == NO_SECTION)
		movable_drop_all();
	for (unsigned int i = 0; nr != NO_SECTION && i < LIVE_PAGES; i++)
		EXPECT(movable_take(GFP_HIGHUSER_MOVABLE));
	return nr;
}

/* While the section is offline: nothing of it is given out, even when all of the zone is asked for.
 */
static void check_offline(unsigned int nr, const struct zone *zone)
{
	unsigned int taken = 0;
	struct page *page;

	EXPECT_EQ(memory_section_state(nr), MEMORY_OFFLINE);
	EXPECT(!memory_section_removable(nr));
	EXPECT(!pfn_to_online_page(section_start(nr)));
	EXPECT(PageReserved(pfn_to_page(section_start(nr))));
	EXPECT_EQ(offline_pages(nr), -EINVAL);
	EXPECT(!movable_in(section_start(nr), section_end(nr)));
	while ((page = movable_take(GFP_HIGHUSER_MOVABLE | __GFP_NOWARN)) != NULL &&
	       page_zone(page) == zone)
		taken++;
	EXPECT(!movable_in(section_start(nr), section_end(nr)));
	ktap_info("section %u offline, %u pages from other sections of its zone", nr, taken);
}

static void test_live(void)
{
	unsigned long managed, present, high;
	unsigned int nr = live_section();
	struct zone *zone;

	if (nr == NO_SECTION)
		return;
	zone = memory_section_zone(nr);
	managed = zone->managed_pages;
	present = zone->present_pages;
	high = zone->watermark[WMARK_HIGH];
	EXPECT(movable_in(section_start(nr), section_end(nr)));
	if (EXPECT_EQ(offline_pages(nr), 0)) {
		EXPECT_EQ(zone->managed_pages, managed - PAGES_PER_SECTION);
		EXPECT_EQ(zone->present_pages, present - PAGES_PER_SECTION);
		EXPECT(zone->watermark[WMARK_HIGH] < high);
		EXPECT(movable_verify());
		check_offline(nr, zone);
		buddy_check();
		EXPECT_EQ(online_pages(nr), 0);
		EXPECT_EQ(online_pages(nr), -EINVAL);
	}
	EXPECT_EQ(memory_section_state(nr), MEMORY_ONLINE);
	EXPECT_EQ(zone->managed_pages, managed);
	EXPECT_EQ(zone->present_pages, present);
	EXPECT_EQ(zone->watermark[WMARK_HIGH], high);
	/* The rest of the zone is in use, but for what its watermark kept. */
	for (unsigned int i = 0; i < PAGES_PER_SECTION / 2; i++)
		EXPECT(movable_take(GFP_HIGHUSER_MOVABLE));
	EXPECT(movable_in(section_start(nr), section_end(nr)));
	EXPECT(movable_verify());
	movable_drop_all();
	buddy_check();
}

#define USER_BASE  0x20000000ul
#define USER_PAGES 600u

/* A page of the current address space; not held. */
static struct page *user_page(unsigned int i)
{
	struct page *page = get_user_page(current->mm, USER_BASE + i * PAGE_SIZE, false);

	BUG_ON(IS_ERR(page));
	put_page(page);
	return page;
}

static unsigned int user_pages_in(unsigned int nr)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < USER_PAGES; i++)
		n += in_section(user_page(i), nr);
	return n;
}

/* A section of ZONE_MOVABLE that holds some of them. */
static unsigned int section_of_user_pages(void)
{
	for (unsigned int i = 0; i < USER_PAGES; i++) {
		unsigned int nr = page_section(user_page(i));

		if (zone_idx(page_zone(user_page(i))) == ZONE_MOVABLE && memory_section_zone(nr) &&
		    memory_section_removable(nr))
			return nr;
	}
	ktap_skip("no page of the program lies in ZONE_MOVABLE (movablecore=)");
	return NO_SECTION;
}

static bool sees_all(void)
{
	for (unsigned int i = 0; i < USER_PAGES; i++)
		if (!test_sees(USER_BASE + i * PAGE_SIZE, i * 3 + 1))
			return false;
	return true;
}

/* A program's pages, shared with its child, leave the section under both. */
static void test_user_pages(void)
{
	struct mm_struct *parent, *child;
	unsigned int nr;

	if (!can_hotplug())
		return;
	parent = test_mm_begin();
	if (!parent || !test_map_anon(USER_BASE, USER_PAGES * PAGE_SIZE, MAP_PRIVATE))
		return;
	for (unsigned int i = 0; i < USER_PAGES; i++)
		EXPECT_EQ(test_poke(USER_BASE + i * PAGE_SIZE, i * 3 + 1), 0);
	child = dup_mm(parent, 0);
	nr = section_of_user_pages();
	if (nr != NO_SECTION && EXPECT(child) && EXPECT_EQ(offline_pages(nr), 0)) {
		ktap_info("section %u is offline", nr);
		EXPECT_EQ(user_pages_in(nr), 0);
		EXPECT(sees_all());
		test_mm_switch(child);
		EXPECT(sees_all());
		test_mm_switch(parent);
		rmap_validate();
		EXPECT_EQ(online_pages(nr), 0);
	}
	if (child)
		mmput(child);
	test_mm_end();
	buddy_check();
}

/* Somebody holds a page and does not let go: all is undone. */
static void test_held(void)
{
	unsigned int nr = live_section();
	unsigned long managed;
	struct page *page;

	if (nr == NO_SECTION)
		return;
	managed = memory_section_zone(nr)->managed_pages;
	page = movable_in(section_start(nr), section_end(nr));
	if (EXPECT(page)) {
		get_page(page);
		EXPECT(memory_section_removable(nr)); /* as far as can be seen */
		EXPECT_EQ(offline_pages(nr), -EBUSY);
		EXPECT_EQ(memory_section_state(nr), MEMORY_ONLINE);
		EXPECT_EQ(memory_section_zone(nr)->managed_pages, managed);
		EXPECT(in_section(page, nr));
		put_page(page);
	}
	EXPECT(movable_verify());
	movable_drop_all();
	buddy_check();
}

/* The nth page that is to move finds no place. */
static void test_no_room(void)
{
	static const unsigned int nth[] = {1, 2, 100};
	unsigned int nr = live_section();

	if (nr == NO_SECTION)
		return;
	for (unsigned int i = 0; i < ARRAY_SIZE(nth); i++) {
		int err;

		fault_inject_nth(nth[i]);
		err = offline_pages(nr);
		fault_inject_nth_end();
		/* With few pages in the section the nth is none of them. */
		if (!err)
			EXPECT_EQ(online_pages(nr), 0);
		else
			EXPECT_EQ(err, -ENOMEM);
		EXPECT(err || i);
		EXPECT_EQ(memory_section_state(nr), MEMORY_ONLINE);
		EXPECT(movable_verify());
		buddy_check();
	}
	movable_drop_all();
}

/* All sections of ZONE_MOVABLE that can go, one after the other, and back. */
static void test_many(void)
{
	unsigned long managed = zones_managed_pages(ZONE_MOVABLE), gone = 0;
	static bool offline[NR_SECTIONS];

	if (live_section() == NO_SECTION)
		return;
	for (unsigned int nr = 0; nr < NR_SECTIONS; nr++) {
		const struct zone *zone = memory_section_zone(nr);

		offline[nr] = zone && zone_idx(zone) == ZONE_MOVABLE &&
			      memory_section_removable(nr) && EXPECT_EQ(offline_pages(nr), 0);
		gone += offline[nr] ? PAGES_PER_SECTION : 0;
	}
	EXPECT(gone > 0);
	EXPECT_EQ(zones_managed_pages(ZONE_MOVABLE), managed - gone);
	EXPECT(zones_free_pages(ZONE_MOVABLE) <= managed - gone);
	EXPECT(movable_verify());
	buddy_check();
	for (unsigned int nr = 0; nr < NR_SECTIONS; nr++)
		if (offline[nr])
			EXPECT_EQ(online_pages(nr), 0);
	EXPECT_EQ(zones_managed_pages(ZONE_MOVABLE), managed);
	EXPECT(movable_verify());
	movable_drop_all();
	buddy_check();
}

/* Any section that happens to hold nothing that cannot move, of the ordinary zones. */
static void test_ordinary(void)
{
	unsigned long free = nr_free_pages();

	if (!can_hotplug())
		return;
	for (unsigned int nr = NR_SECTIONS; nr-- > 0;) {
		if (!memory_section_removable(nr) ||
		    zone_idx(memory_section_zone(nr)) == ZONE_MOVABLE)
			continue;
		if (EXPECT_EQ(offline_pages(nr), 0)) {
			EXPECT(nr_free_pages() <= free - PAGES_PER_SECTION);
			buddy_check();
			EXPECT_EQ(online_pages(nr), 0);
		}
		buddy_check();
		return;
	}
	ktap_skip("each section has a page that cannot move");
}

static const struct ktap_case cases[] = {
	{"states_of_sections", test_states},
	{"refused", test_refused},
	{"live_pages_move_out", test_live},
	{"user_pages_move_out", test_user_pages},
	{"held_page_keeps_it_online", test_held},
	{"no_room_elsewhere", test_no_room},
	{"all_of_zone_movable", test_many},
	{"section_of_an_ordinary_zone", test_ordinary},
	{NULL, NULL},
};

const struct ktap_suite hotplug_suite = {"hotplug", cases};
