/*
 * internal.h - frames, their blocks and lists, as the other rooms of mm/ see them.
 *
 * mm/README.md holds the lock order of all of mm/; for this room it is
 * kmap_lock, vmap_lock, cache_chain_lock > cache->lock > zone->lock.
 */
#ifndef MM_PAGE_INTERNAL_H
#define MM_PAGE_INTERNAL_H

#include "kernel/lock.h"
#include "mm/gfp.h"
#include "mm/page.h"
#include "mm/page_poison.h"
#include "mm/zone.h"

/* --- gfp flags --- */

/* What kind of pageblock the flags ask for; MIGRATE_ISOLATE: they contradict each other. */
static __always_inline enum migratetype gfp_flags_type(gfp_t gfp)
{
	return (enum migratetype)(gfp / __GFP_MOVABLE & 3);
}
_Static_assert(__GFP_MOVABLE / __GFP_MOVABLE == MIGRATE_MOVABLE &&
		       __GFP_RECLAIMABLE / __GFP_MOVABLE == MIGRATE_RECLAIMABLE,
	       "the flags are the type");

/* The kind that the request gets. */
static inline enum migratetype gfp_migratetype(gfp_t gfp)
{
	return page_group_by_mobility_disabled ? MIGRATE_UNMOVABLE : gfp_flags_type(gfp);
}

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

/* --- page.c: state checks --- */

/* The bits of page->flags that survive a free: node, zone and section. */
#define PAGE_ID_MASK (~0ul << PAGE_SECTION_SHIFT)
/* Flags that a page must not have when it is freed; from a list of the LRU it is taken. */
#define PAGE_FLAGS_BUSY                                                                         \
	(BIT(PG_locked) | BIT(PG_reserved) | BIT(PG_buddy) | BIT(PG_slab) | BIT(PG_writeback) | \
	 BIT(PG_swapcache) | BIT(PG_isolated))

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
	int holders = page_count(page);

	if (likely(holders == 1)) {
		atomic_set(&page->_refcount, 0);
		return true;
	}
	if (unlikely(holders < 1))
		bad_page(page, "freed twice");
	return atomic_dec_and_test(&page->_refcount);
}

/* Frees a page, no part of a larger block, whose last holder has just gone. */
void free_last(struct page *page);

/* put_page() of a page that is no part of a larger block. */
static __always_inline void put_single_page(struct page *page)
{
	if (page_drop_ref(page))
		free_last(page);
}

/* Is there anything that a page without holders must not have? */
static __always_inline bool page_has_leftovers(const struct page *page)
{
	return (page->flags & (PAGE_FLAGS_BUSY | BIT(PG_lru))) ||
	       ((unsigned long)page_mapcount(page) | (unsigned long)page->mapping);
}

/* Prints that the page is reserved and stays; at most a few times a run. */
void refuse_reserved(const struct page *page);

/* --- pageblock.c: the kind of each block of PAGEBLOCK_PAGES --- */

/* By frame number / PAGEBLOCK_PAGES; enum migratetype. zone->lock to write. */
extern u8 pageblock_types[1u << (32 - PAGE_SHIFT - PAGEBLOCK_ORDER)];

static __always_inline enum migratetype pageblock_type(const struct page *page)
{
	return (enum migratetype)pageblock_types[page_to_pfn(page) >> PAGEBLOCK_ORDER];
}

/* Boot, zones' present_pages known, nothing free yet: every block is MIGRATE_MOVABLE. */
void pageblock_init(void);

/*
 * Gives the pageblock of the page a type and puts its free blocks on that type's
 * lists; returns how many frames those are. Frames that go to or leave
 * MIGRATE_ISOLATE leave or join zone->free_pages. Frames of the block that a
 * per-CPU list holds stay there: drain_local_pages() after this brings them to
 * the new lists. zone->lock held.
 */
unsigned long pageblock_move_free(struct zone *zone, struct page *page, enum migratetype type);

/*
 * For a request whose own type has no free block: finds one of another type, and
 * claims its whole pageblock when that pays. Returns the block, still in its
 * list, with its order and the type of its list; or NULL. zone->lock held.
 */
struct page *pageblock_fallback(struct zone *zone, unsigned int order, enum migratetype type,
				unsigned int *have, enum migratetype *from);

/* --- buddy.c: blocks of a zone. zone->lock held --- */

/*
 * Takes a block of 2^order frames off the free lists; NULL when there is none. When there is none
 * of the type itself, one of another type. Never one of MIGRATE_ISOLATE.
 */
struct page *buddy_take(struct zone *zone, unsigned int order, enum migratetype type);
/* Puts a block back, merging it with its buddies as far as they are free. */
void buddy_give(struct zone *zone, struct page *page, unsigned int order);
/*
 * Takes this very free block, whose head page is given, off its list, isolated or not; returns its
 * order. It is the caller's then, as from buddy_take(): _refcount 0, no flags.
 */
unsigned int buddy_isolate_block(struct zone *zone, struct page *page);

/* Is there a free block of at least this order that requests may have? A moment's truth
 * without zone->lock. */
static inline bool zone_has_block(const struct zone *zone, unsigned int order)
{
	for (; order < MAX_ORDER; order++)
		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
			if (!list_empty(&zone->free_area[order].free_list[type]))
				return true;
	return false;
}

/* More or fewer frames on the lists of a type. */
static __always_inline void buddy_account(struct zone *zone, enum migratetype type, long frames)
{
	if (unlikely(type == MIGRATE_ISOLATE))
		zone->nr_isolated += (unsigned long)frames;
	else
		zone->free_pages += (unsigned long)frames;
}

/* The free block of the same order that `page` makes a larger one with; NULL: it is not free. */
static inline struct page *buddy_of(const struct page *page, pfn_t pfn, unsigned int order)
{
	pfn_t buddy_pfn = pfn ^ BIT(order);
	struct page *buddy;

	if (!pfn_valid(buddy_pfn))
		return NULL;
	buddy = pfn_to_page(buddy_pfn);
	/* Free, and of this very zone and node. */
	if ((buddy->flags & (PAGE_ID_MASK | BIT(PG_buddy))) !=
	    ((page->flags & PAGE_ID_MASK) | BIT(PG_buddy)))
		return NULL;
	return buddy->private == order ? buddy : NULL;
}

/* --- pcp.c: frames held for this CPU --- */

/* Zone modifiers and type of a request: its lowest four bits. */
#define GFP_LISTMASK 15u

/*
 * Whence the short way of alloc_page() takes its frame: the hot list of the first zone of each
 * zonelist of this CPU's node, by gfp & GFP_LISTMASK. An empty list sends all to the long way.
 */
DECLARE_PER_CPU(struct pcp_list * [GFP_LISTMASK + 1], preferred_list);
/* Fills it in. After every change of the zonelists. */
void pcp_set_preferred(void);

/* Makes the lists of a zone, empty. Boot. */
void pcp_init(struct zone *zone);
/* Sizes them for its managed pages. After every change of those. Any context. */
void pcp_resize(struct zone *zone);
/* A frame, hot or cold; an empty list gets a batch from the buddy system first. Any context. */
struct page *pcp_refill_take(struct zone *zone, enum migratetype type, bool cold);
/* Keeps a frame that nobody refers to any more; a full list gives its oldest batch back first. Any
 * context. */
void pcp_flush_give(struct zone *zone, struct page *page, bool cold);

/*
 * False: empties the per-CPU lists, and from then on every allocation and every
 * free takes the long way to the buddy system. True: back, when all that said
 * false have said so. Any context but interrupts.
 */
void page_alloc_shortcuts(bool allow);

/*
 * The frame used last into *page; false when none is held. Any context. This and the next
 * do not call anything: their users stay without a stack frame on the short way.
 */
static __always_inline bool pcp_take(struct pcp_list *list, struct page **page)
{
	unsigned long flags = local_irq_save();
	bool any = list->count;

	if (likely(any))
		*page = list->entry[--list->count];
	local_irq_restore(flags);
	return any;
}

/* Keeps a frame that nobody refers to any more; false when no more may be held. Any context. */
static __always_inline bool pcp_give(struct zone *zone, struct page *page)
{
	unsigned long flags = local_irq_save();
	struct pcp_list *list = zone->pcp[smp_processor_id()].by_type[pageblock_type(page)];
	bool room = list->count < list->high;

	if (likely(room))
		list->entry[list->count++] = page;
	local_irq_restore(flags);
	return room;
}

/* --- page_alloc.c, page_report.c: a request on its long way --- */

struct alloc_request {
	gfp_t gfp;
	unsigned int order;
	const struct zonelist *thisnode_zonelist; /* of the node asked for, tried first; or NULL */
	const struct zonelist *zonelist;	  /* zones that may serve it, best first */
	unsigned int nodemask; /* bit n: zones of node n may; the others are passed over */
	enum migratetype type;
	const void *caller;
};

/* Counts and, unless __GFP_NOWARN, reports a request that got nothing; panics with __GFP_NOFAIL. */
void alloc_failed(const struct alloc_request *req);

#define GFP_TEXT_MAX 192
/* The flags' names, as "GFP_KERNEL|__GFP_COMP"; the text is in `text` or a constant. */
const char *gfp_text(gfp_t gfp, char text[GFP_TEXT_MAX]);

/* --- page_poison.c --- */

/* Boot, memory handed over: reads page_poison=. */
void page_poison_init(void);
/* Only while page_poisoning. Fills a block that is about to be free. */
void page_poison(struct page *page, unsigned int order);
/* Panics when a byte of a block that was free since page_poison() has changed. */
void page_poison_check(struct page *page, unsigned int order);

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

#endif
