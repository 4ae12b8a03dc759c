/*
 * internal.h - what the files of mm/ share and nobody else sees.
 *
 * mm/README.md holds the lock order of all of mm/; for the files below it is
 * kmap_lock, cache_chain_lock > cache->lock > zone->lock.
 */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include "kernel/lock.h"
#include "mm/gfp.h"
#include "mm/page.h"
#include "mm/zone.h"

/* --- zone.c: which zones serve a request, best first --- */

/* First zone of each list of this CPU's node, for the shortest way. */
extern struct zone *preferred_zone[GFP_ZONEMASK + 1];

/* Where a request that names no node begins. */
static inline const struct zonelist *local_zonelist(gfp_t gfp)
{
	return &NODE_DATA(0)->node_zonelists[gfp & GFP_ZONEMASK];
}

/* What kind of pageblock a request wants. */
static __always_inline enum migratetype gfp_migratetype(gfp_t gfp)
{
	return (enum migratetype)(gfp / __GFP_MOVABLE & 3);
}
_Static_assert(__GFP_MOVABLE / __GFP_MOVABLE == MIGRATE_MOVABLE &&
		       __GFP_RECLAIMABLE / __GFP_MOVABLE == MIGRATE_RECLAIMABLE,
	       "the flags are the type");

/* --- model_*.c --- */

/* Boot, nodes known: makes the struct pages of all frames that pfn_valid() is true for. */
void memory_model_init(void);

/* --- pageblock.c: the kind of each block of PAGEBLOCK_PAGES --- */

/* By frame number / PAGEBLOCK_PAGES; enum migratetype. zone->lock to write. */
extern u8 pageblock_types[1u << (32 - PAGE_SHIFT - PAGEBLOCK_ORDER)];

static __always_inline enum migratetype pageblock_type(const struct page *page)
{
	return (enum migratetype)pageblock_types[page_to_pfn(page) >> PAGEBLOCK_ORDER];
}

/* --- buddy.c: blocks of a zone. zone->lock held --- */

/* Takes a block of 2^order frames off the free lists, of another type's when its own has none;
 * or NULL. */
struct page *buddy_take(struct zone *zone, unsigned int order, enum migratetype type);
/* Puts a block back, merging it with its buddies as far as they are free. */
void buddy_give(struct zone *zone, struct page *page, unsigned int order);

/* --- pcp.c: frames held for this CPU --- */

/* Sizes the lists of a zone for its managed pages. */
void pcp_init(struct zone *zone);
/* As pcp_take(), but an empty list gets a batch from the buddy system first. Any context. */
struct page *pcp_refill_take(struct zone *zone, enum migratetype type);
/* As pcp_give(), after a full list gave its coldest batch back. Any context. */
void pcp_flush_give(struct zone *zone, struct page *page);

/*
 * The frame used last, or NULL when none is held. Any context. This and the next
 * do not call anything: their users stay without a stack frame on the short way.
 */
static __always_inline struct page *pcp_take(struct zone *zone, enum migratetype type)
{
	unsigned long flags = local_irq_save();
	struct pcp_hot *hot = &zone->pcp[smp_processor_id()].hot[type];
	struct page *page = NULL;

	if (likely(hot->count))
		page = hot->entry[--hot->count];
	local_irq_restore(flags);
	return page;
}

/* Keeps a frame that nobody refers to any more; false when no more may be held. Any context. */
static __always_inline bool pcp_give(struct zone *zone, struct page *page)
{
	unsigned long flags = local_irq_save();
	struct per_cpu_pages *pcp = &zone->pcp[smp_processor_id()];
	struct pcp_hot *hot = &pcp->hot[pageblock_type(page)];
	bool room = hot->count < pcp->high && hot != &pcp->hot[MIGRATE_ISOLATE];

	if (likely(room))
		hot->entry[hot->count++] = page;
	local_irq_restore(flags);
	return room;
}

/* --- page.c: state checks --- */

/* The bits of page->flags that survive a free: node, zone and section. */
#define PAGE_ID_MASK (~0ul << PAGE_SECTION_SHIFT)
/* Flags that a page must not have when it is freed. */
#define PAGE_FLAGS_BUSY                                                                   \
	(BIT(PG_locked) | BIT(PG_reserved) | BIT(PG_buddy) | BIT(PG_slab) | BIT(PG_lru) | \
	 BIT(PG_active) | BIT(PG_writeback) | BIT(PG_swapcache))

/* Prints the page and panics. */
void bad_page(const struct page *page, const char *why) __noreturn;

/*
 * One holder less. True when that was the last, so that the caller must free
 * the page. Panics when there was none: the page was freed twice. When the
 * caller is the only holder nobody else can change the count, so that no atomic
 * operation is needed.
 */
static __always_inline bool page_drop_ref(struct page *page)
{
	int holders;

	if (likely(page_count(page) == 1)) {
		atomic_set(&page->_refcount, 0);
		return true;
	}
	holders = atomic_add_return(-1, &page->_refcount);
	if (unlikely(holders < 0))
		bad_page(page, "freed twice");
	return holders == 0;
}

/* Is there anything that a page without holders must not have? */
static __always_inline bool page_has_leftovers(const struct page *page)
{
	return (page->flags & PAGE_FLAGS_BUSY) || page_mapcount(page) || page->mapping;
}

/* Prints that the page is reserved and stays; at most a few times a run. */
void refuse_reserved(const struct page *page);

/* --- compound blocks (page.c) --- */

void compound_make(struct page *head, unsigned int order);
/* Panics when the block is not one of that order. Freeing takes the marks off. */
void compound_check(const struct page *head, unsigned int order);
static inline unsigned int compound_order(const struct page *head)
{
	return PageHead(head) ? (unsigned int)head[1].index : 0;
}
static inline struct page *compound_head(struct page *page)
{
	return PageTail(page) ? (struct page *)page->private : page;
}

/* --- slab.c --- */

/* Gives back every empty slab of every cache; returns pages freed. Any context but interrupts. */
unsigned long slab_reap(void);
/*
 * False: drains the per-CPU arrays of all caches, and from then on every allocation
 * and every free takes the slow way, so that a fault can be injected into each. True: back.
 * Any context but interrupts.
 */
void slab_shortcuts(bool allow);

/* A caller that lets the allocator sleep, though it may not itself. */
static __always_inline bool wrong_wait(gfp_t gfp)
{
	return unlikely(this_cpu(preempt_count)) && (gfp & __GFP_WAIT);
}

/* The same as a panic, by might_sleep_at(). */
static __always_inline void assert_may_wait(gfp_t gfp)
{
	if (wrong_wait(gfp))
		might_sleep_at(__FILE__, __LINE__);
}

#endif
