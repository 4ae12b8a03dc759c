/*
 * pageblock.c - the kind of each block of PAGEBLOCK_PAGES frames: what may be in it.
 *
 * One byte for each 4 MiB of the address space, whatever the memory model. A
 * free block stands in the list of its pageblock's type, always: who changes
 * the type moves the free blocks.
 *
 *   pageblock   0          1          2          3          4
 *   type        Unmovable  Movable    Movable    Reclaim.   Movable
 *               [UU.UU...] [..MM....] [........] [R...RR..] [MMMMM..M]
 *
 * All begin as Movable, as in Linux. A request takes free memory of its own
 * type first. When there is none it falls back on other types, and then as
 * much as possible at a time, so that it will not have to come back soon and
 * spread over many pageblocks:
 *
 *   the largest free block of another type, in the order of fallbacks[]
 *     -> the pageblock is claimed (retyped, with all its free blocks) when
 *        - the request is not movable and the block is large enough to be worth it
 *          (order 5): pages that cannot move should not share, or
 *        - half of the pageblock is free, in this block and others
 *     -> else nothing is claimed, and the smallest block that will do is taken as a guest.
 *
 * With less memory than a pageblock for each type there is nothing to keep
 * apart: page_group_by_mobility_disabled, and all is Unmovable.
 */
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/vmstat.h"
#include "internal.h"

/* From this order on a free block is worth a pageblock of its own. */
#define CLAIM_ORDER (PAGEBLOCK_ORDER / 2)

u8 pageblock_types[1u << (32 - PAGE_SHIFT - PAGEBLOCK_ORDER)];
bool page_group_by_mobility_disabled;

const char *const migratetype_names[MIGRATE_TYPES] = {
	[MIGRATE_UNMOVABLE] = "Unmovable",
	[MIGRATE_MOVABLE] = "Movable",
	[MIGRATE_RECLAIMABLE] = "Reclaimable",
	[MIGRATE_ISOLATE] = "Isolate",
};

/* Whom a type robs, best first. What cannot move goes to what can be freed rather than to what
 * should stay whole. */
#define NR_FALLBACKS (MIGRATE_PCPTYPES - 1)
static const enum migratetype fallbacks[MIGRATE_PCPTYPES][NR_FALLBACKS] = {
	[MIGRATE_UNMOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_MOVABLE},
	[MIGRATE_MOVABLE] = {MIGRATE_RECLAIMABLE, MIGRATE_UNMOVABLE},
	[MIGRATE_RECLAIMABLE] = {MIGRATE_UNMOVABLE, MIGRATE_MOVABLE},
};

void pageblock_init(void)
{
	unsigned long pages = 0;
	struct zone *zone;

	for_each_zone (zone)
		pages += zone->present_pages;
	page_group_by_mobility_disabled = pages < PAGEBLOCK_PAGES * MIGRATE_TYPES;
	memset(pageblock_types,
	       page_group_by_mobility_disabled ? MIGRATE_UNMOVABLE : MIGRATE_MOVABLE,
	       sizeof(pageblock_types));
	if (page_group_by_mobility_disabled)
		pr_info("Mobility grouping off: %lu pages are too few\n", pages);
}

enum migratetype get_pageblock_migratetype(const struct page *page)
{
	return pageblock_type(page);
}

/* Frames of a pageblock that lie in a zone. */
struct block_part {
	struct page *at, *end;
};

/*
 * The part of the page's block that lies in the zone, too. All of it has struct pages, side by
 * side: a section is no smaller than a block, and in the other models a zone's frames have one
 * array.
 */
static struct block_part block_part(const struct zone *zone, struct page *page)
{
	const pfn_t pfn = page_to_pfn(page), block = pfn & ~(PAGEBLOCK_PAGES - 1);
	const pfn_t start = max(block, zone->start_pfn);
	const pfn_t end = min(block + PAGEBLOCK_PAGES, zone_end_pfn(zone));

	return (struct block_part){.at = page - (pfn - start), .end = page + (end - pfn)};
}

/*
 * The head of the next free block of the part, which is shorter then; NULL: none. A thousand frames
 * may be looked at with interrupts off: little is done for each.
 */
static struct page *next_free_block(const struct zone *zone, struct block_part *part)
{
	for (struct page *page = part->at; page < part->end; page++) {
		if (PageBuddy(page) && page_zone(page) == zone) {
			part->at = page + BIT(page->private);
			return page;
		}
	}
	return NULL;
}

static unsigned long count_free(const struct zone *zone, struct page *page)
{
	struct block_part part = block_part(zone, page);
	unsigned long frames = 0;

	while ((page = next_free_block(zone, &part)) != NULL)
		frames += BIT(page->private);
	return frames;
}

unsigned long pageblock_move_free(struct zone *zone, struct page *page, enum migratetype type)
{
	struct block_part part = block_part(zone, page);
	enum migratetype old = pageblock_type(page);
	unsigned long frames = 0;

	pageblock_types[page_to_pfn(page) >> PAGEBLOCK_ORDER] = (u8)type;
	while ((page = next_free_block(zone, &part)) != NULL) {
		list_move(&page->lru, &zone->free_area[page->private].free_list[type]);
		frames += BIT(page->private);
	}
	buddy_account(zone, old, -(long)frames);
	buddy_account(zone, type, (long)frames);
	return frames;
}

/* A free block of exactly this order that the type may take from others. */
static struct page *foreign_block(const struct zone *zone, unsigned int order,
				  enum migratetype type, enum migratetype *from)
{
	const struct free_area *area = &zone->free_area[order];

	if (!area->nr_free)
		return NULL;
	for (unsigned int i = 0; i < NR_FALLBACKS; i++) {
		*from = fallbacks[type][i];
		if (!list_empty(&area->free_list[*from]))
			return list_first_entry(&area->free_list[*from], struct page, lru);
	}
	return NULL;
}

/* Is the pageblock of this free block, the largest there is, to become one of the type? */
static bool should_claim(const struct zone *zone, struct page *page, unsigned int order,
			 enum migratetype type)
{
	if (order >= CLAIM_ORDER && type != MIGRATE_MOVABLE)
		return true;
	if (order < CLAIM_ORDER && type == MIGRATE_MOVABLE)
		return false;
	/* Under pressure there is nothing to count. */
	return zone->free_pages >= PAGEBLOCK_PAGES / 2 &&
	       count_free(zone, page) >= PAGEBLOCK_PAGES / 2;
}

struct page *pageblock_fallback(struct zone *zone, unsigned int order, enum migratetype type,
				unsigned int *have, enum migratetype *from)
{
	struct page *page = NULL;

	for (*have = MAX_ORDER; !page && *have > order;)
		page = foreign_block(zone, --*have, type, from);
	if (!page)
		return NULL;
	if (should_claim(zone, page, *have, type)) {
		pageblock_move_free(zone, page, type);
		count_vm_event(VM_PAGEBLOCK_STEAL);
		*from = type;
		return page;
	}
	page = NULL;
	for (*have = order; !page; ++*have)
		page = foreign_block(zone, *have, type, from);
	--*have;
	return page;
}
