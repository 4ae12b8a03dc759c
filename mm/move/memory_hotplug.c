/*
 * memory_hotplug.c - taking sections of memory out of use, and bringing them back.
 *
 *   online ──> every page can move? ──> isolate ──> move all ──> reserve ──> offline
 *     ^   no: show it, -EBUSY                          │                       │
 *     │<──── undo: -EBUSY, -ENOMEM ────────────────────┘                       │
 *     └────────────── free, as at boot <── online_pages() ─────────────────────┘
 *
 * A section is 16 MiB, four pageblocks. While it is being emptied nothing new can come
 * into it (page_isolation.c), so each round of moving leaves less; a few rounds, with
 * time in between for those who hold pages, and it is empty or cannot be emptied.
 *
 * Frames that are offline keep their struct pages, PG_reserved like a hole's, and
 * are in nobody's count: not present, not managed, in no watermark.
 *
 * hotplug_mutex lets one section come or go at a time.
 */
#include "mm/memory_hotplug.h"
#include "kernel/wait.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "mm/migrate.h"
#include "internal.h"
#include "page/internal.h"
#include "zone/internal.h"

/* Rounds of moving before a section is given up. */
#define ROUNDS 5

static DEFINE_MUTEX(hotplug_mutex);
/* enum memory_state of sections that are or go offline; of others 0. */
static u8 states[NR_SECTIONS];

static pfn_t section_start(unsigned int nr)
{
	return (pfn_t)nr << PFN_SECTION_SHIFT;
}

enum memory_state memory_section_state(unsigned int nr)
{
	if (nr >= NR_SECTIONS || !pfn_valid(section_start(nr)))
		return MEMORY_ABSENT;
	return states[nr] ? (enum memory_state)states[nr] : MEMORY_ONLINE;
}

struct zone *memory_section_zone(unsigned int nr)
{
	struct zone *zone = NULL;

	if (memory_section_state(nr) == MEMORY_ABSENT)
		return NULL;
	for (unsigned long i = 0; i < PAGES_PER_SECTION; i += PAGEBLOCK_PAGES) {
		pfn_t pfn = section_start(nr) + i;

		if (!pfn_valid(pfn) || (zone && zone != page_zone(pfn_to_page(pfn))))
			return NULL;
		zone = page_zone(pfn_to_page(pfn));
	}
	return zone;
}

bool memory_section_removable(unsigned int nr)
{
	return MODEL_HOTPLUG && memory_section_state(nr) == MEMORY_ONLINE &&
	       memory_section_zone(nr) &&
	       !has_unmovable_pages(section_start(nr), section_start(nr) + PAGES_PER_SECTION);
}

struct page *pfn_to_online_page(pfn_t pfn)
{
	if (!pfn_valid(pfn) || states[pfn >> PFN_SECTION_SHIFT] == MEMORY_OFFLINE)
		return NULL;
	return pfn_to_page(pfn);
}

/* As many frames more or fewer in the section's zone: what follows from it. */
static void zone_resized(struct zone *zone, long frames)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	zone->present_pages += (unsigned long)frames;
	zone->managed_pages += (unsigned long)frames;
	zone->node->node_present_pages += (unsigned long)frames;
	spin_unlock_irqrestore(&zone->lock, flags);
	pcp_resize(zone);
	build_all_zonelists();
	setup_per_zone_wmarks(min_free_kbytes);
	setup_per_zone_lowmem_reserve(lowmem_reserve_ratio);
}

/* --- offline --- */

/* Somewhere else, but where the owner's request could have been served from, too. */
static struct page *new_home(struct page *from, unsigned long private)
{
	static const gfp_t zones[MAX_NR_ZONES] = {
		[ZONE_DMA] = __GFP_DMA,
		[ZONE_NORMAL] = 0,
		[ZONE_HIGHMEM] = __GFP_HIGHMEM,
		[ZONE_MOVABLE] = __GFP_HIGHMEM,
	};
	struct page *page = alloc_page(GFP_USER | __GFP_MOVABLE | __GFP_NOWARN |
				       zones[zone_idx(page_zone(from))]);

	if (!page)
		*(bool *)private = true;
	return page;
}

/* Moves all that can be moved at this moment. True when there was no room for some of it. */
static bool move_pages_out(pfn_t start, pfn_t end)
{
	bool no_room = false;
	LIST_HEAD(pages);

	/* What cannot be isolated now may be in a later round. */
	for (pfn_t pfn = start; pfn < end; pfn++) {
		isolate_page(pfn_to_page(pfn), &pages);
		if (!(pfn & (PAGEBLOCK_PAGES - 1)))
			cond_resched();
	}
	if (migrate_pages(&pages, new_home, NULL, (unsigned long)&no_room, MIGRATE_SYNC))
		putback_movable_pages(&pages);
	drain_local_pages();
	return no_room;
}

static int empty_range(pfn_t start, pfn_t end)
{
	bool no_room = false;

	for (unsigned int round = 0; round < ROUNDS && !no_room; round++) {
		if (round)
			wait_for_holders();
		no_room = move_pages_out(start, end);
		if (!test_pages_isolated(start, end))
			return 0;
	}
	return no_room ? -ENOMEM : -EBUSY;
}

/* All frames of the range are free and isolated: nobody's, like those of a hole. */
static void take_away(struct zone *zone, pfn_t start, pfn_t end)
{
	unsigned long flags;

	spin_lock_irqsave(&zone->lock, flags);
	while (start < end) {
		struct page *page = pfn_to_page(start);
		unsigned long frames = BIT(buddy_isolate_block(zone, page));

		start += frames;
		for (; frames; frames--, page++) {
			atomic_set(&page->_refcount, 1);
			SetPageReserved(page);
		}
	}
	spin_unlock_irqrestore(&zone->lock, flags);
}

static int report_stuck(unsigned int nr, const struct page *page, int err)
{
	pr_info("memory section %u stays online: error %d\n", nr, err);
	if (page)
		dump_page(page, "cannot be moved out of its section");
	return err;
}

static int offline_section(unsigned int nr, struct zone *zone)
{
	const pfn_t start = section_start(nr), end = start + PAGES_PER_SECTION;
	struct page *stuck = has_unmovable_pages(start, end);
	int err;

	if (stuck)
		return report_stuck(nr, stuck, -EBUSY);
	err = start_isolate_page_range(start, end);
	if (err)
		return report_stuck(nr, NULL, err);
	states[nr] = MEMORY_GOING_OFFLINE;
	err = empty_range(start, end);
	if (err) {
		report_stuck(nr, test_pages_isolated(start, end), err);
		undo_isolate_page_range(start, end);
		states[nr] = 0;
		return err;
	}
	take_away(zone, start, end);
	states[nr] = MEMORY_OFFLINE;
	zone_resized(zone, -(long)PAGES_PER_SECTION);
	pr_info("memory section %u is offline\n", nr);
	return 0;
}

/* --- online --- */

static void online_section(unsigned int nr, struct zone *zone)
{
	const pfn_t start = section_start(nr), end = start + PAGES_PER_SECTION;

	undo_isolate_page_range(start, end);
	for (pfn_t pfn = start; pfn < end; pfn++) {
		struct page *page = pfn_to_page(pfn);

		ClearPageReserved(page);
		atomic_set(&page->_refcount, pfn & (PAGEBLOCK_PAGES - 1) ? 0 : 1);
	}
	states[nr] = 0;
	zone_resized(zone, PAGES_PER_SECTION);
	for (pfn_t pfn = start; pfn < end; pfn += PAGEBLOCK_PAGES)
		__free_pages(pfn_to_page(pfn), PAGEBLOCK_ORDER);
	pr_info("memory section %u is online\n", nr);
}

int offline_pages(unsigned int nr)
{
	struct zone *zone;
	int err = -EINVAL;

	if (!MODEL_HOTPLUG)
		return -EOPNOTSUPP;
	mutex_lock(&hotplug_mutex);
	zone = memory_section_zone(nr);
	if (zone && memory_section_state(nr) == MEMORY_ONLINE)
		err = offline_section(nr, zone);
	mutex_unlock(&hotplug_mutex);
	return err;
}

int online_pages(unsigned int nr)
{
	int err = -EINVAL;

	if (!MODEL_HOTPLUG)
		return -EOPNOTSUPP;
	mutex_lock(&hotplug_mutex);
	if (memory_section_state(nr) == MEMORY_OFFLINE) {
		online_section(nr, memory_section_zone(nr));
		err = 0;
	}
	mutex_unlock(&hotplug_mutex);
	return err;
}
