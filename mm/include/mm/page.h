/*
 * page.h - struct page: what the kernel knows of one page frame.
 *
 * Life of a frame:
 *
 *   reserved --(boot allocator gives it up)--> free in the buddy system
 *   free --alloc_pages()--> allocated, _refcount 1
 *   allocated --> slab | page table | anonymous | page cache | kernel's own
 *   last put_page() / __free_pages() --> free again
 *
 * Counting rules
 *   _refcount  0: free. Else one for each holder: the allocator's caller, the
 *              page cache, each page-table entry, each temporary get_page().
 *   _mapcount  -1: no user page-table entry maps it. Else entries minus one.
 * Neither may overflow: both are 32 bits, get_page() asserts.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include "arch/page.h"
#include "kernel/atomic.h"
#include "kernel/bitops.h"
#include "kernel/bug.h"
#include "kernel/list.h"
#include "kernel/types.h"

struct address_space;
struct anon_vma;

enum pageflags {
	PG_locked,	/* I/O under way, or being set up; sleep in wait_on_page() */
	PG_uptodate,	/* contents are valid */
	PG_dirty,	/* contents are newer than the disk's */
	PG_error,	/* the last I/O failed */
	PG_referenced,	/* used since last looked at */
	PG_reserved,	/* never given to the buddy system: image, holes, BIOS */
	PG_buddy,	/* head of a free block; private = order */
	PG_slab,	/* belongs to a slab cache */
	PG_lru,		/* on an LRU list: reclaim/lru.h */
	PG_active,	/* on the active one. This one and the next two say which list it is */
	PG_swapbacked,	/* leaves memory for a swap area: anonymous or shared memory */
	PG_unevictable, /* stays in memory: mlock */
	PG_head,	/* first page of a block of order > 0 taken with __GFP_COMP */
	PG_tail,	/* other pages of it; private = the head */
	PG_waiters,	/* somebody sleeps for PG_locked */
	PG_writeback,	/* being written to disk */
	PG_swapcache,	/* anonymous, and has a slot of a swap area: private names it (swap.h) */
	PG_table,	/* a page table or directory */
	PG_isolated,	/* taken off its owner's lists to be moved (migrate.c) */
	NR_PAGEFLAGS
};

/* The top bits of flags name node (3 bits), zone (2) and 16 MiB section (8). */
#define PAGE_NODE_SHIFT	   29
#define PAGE_ZONE_SHIFT	   27
#define PAGE_ZONE_MASK	   3ul
#define PAGE_SECTION_SHIFT 19
#define PAGE_SECTION_MASK  255ul

struct page {
	unsigned long flags; /* enum pageflags as bits; atomic bit operations only */
	atomic_t _refcount;
	atomic_t _mapcount;
	/*
	 * The next three are used by one owner at a time, told by the flags:
	 * page cache: mapping = the file's address_space, index = page of the file;
	 * anonymous: anon_vma with PAGE_MAPPING_ANON, index = page of the area's file or address
	 * space; movable page of the kernel's own: its movable_operations with bit 1 set
	 * (migrate.h); slab, compound block: mapping NULL; the first tail's index is the order.
	 */
	struct address_space *mapping;
	unsigned long index;
	/* Free block: in its free list. Slab page: next/prev are cache and slab. Else: owner's. */
	struct list_head lru;
	unsigned long private; /* PG_buddy: order; PG_tail: head; else the owner's */
};

_Static_assert(NR_PAGEFLAGS <= PAGE_SECTION_SHIFT, "page flags run into the section number");
_Static_assert(sizeof(unsigned long) != 4 || sizeof(struct page) == 32, "struct page grew");

/* Frames are 0 .. max_pfn - 1; of these the direct map holds max_low_pfn. */
extern pfn_t max_pfn, max_low_pfn;

/* Tells the plugin where all struct pages are (trace_port.h). Boot. mm/debug/frame_hint.c. */
void frames_say_where(void);

/* Number of the node / of the section that holds the page. */
static inline int page_to_nid(const struct page *page)
{
	return (int)(page->flags >> PAGE_NODE_SHIFT);
}

static inline unsigned int page_section(const struct page *page)
{
	return page->flags >> PAGE_SECTION_SHIFT & PAGE_SECTION_MASK;
}

/* The memory model (model_flat.c, ...): pfn <-> struct page, and whether a frame exists. */
#include "mm/memory_model.h"

#define page_to_phys(page) PFN_PHYS(page_to_pfn(page))
#define virt_to_page(va)   pfn_to_page(virt_to_pfn(va))

static inline bool PageHighMem(const struct page *page)
{
	return page_to_pfn(page) >= max_low_pfn;
}

/* Direct-map address of a lowmem page. Highmem pages have none: use kmap(). */
static inline void *page_address(const struct page *page)
{
	pfn_t pfn = page_to_pfn(page);

	BUG_ON(pfn >= max_low_pfn);
	return pfn_to_virt(pfn);
}

#define PAGE_FLAG(Name, bit)                                   \
	static inline bool Page##Name(const struct page *page) \
	{                                                      \
		return page->flags >> (bit) & 1;               \
	}                                                      \
	static inline void SetPage##Name(struct page *page)    \
	{                                                      \
		set_bit(bit, &page->flags);                    \
	}                                                      \
	static inline void ClearPage##Name(struct page *page)  \
	{                                                      \
		clear_bit(bit, &page->flags);                  \
	}
PAGE_FLAG(Locked, PG_locked)
PAGE_FLAG(Uptodate, PG_uptodate)
PAGE_FLAG(Dirty, PG_dirty)
PAGE_FLAG(Error, PG_error)
PAGE_FLAG(Referenced, PG_referenced)
PAGE_FLAG(Reserved, PG_reserved)
PAGE_FLAG(Buddy, PG_buddy)
PAGE_FLAG(Slab, PG_slab)
PAGE_FLAG(Head, PG_head)
PAGE_FLAG(Tail, PG_tail)
PAGE_FLAG(Waiters, PG_waiters)
PAGE_FLAG(Writeback, PG_writeback)
PAGE_FLAG(SwapCache, PG_swapcache)
PAGE_FLAG(LRU, PG_lru)
PAGE_FLAG(Active, PG_active)
PAGE_FLAG(SwapBacked, PG_swapbacked)
PAGE_FLAG(Unevictable, PG_unevictable)
PAGE_FLAG(Table, PG_table)
PAGE_FLAG(Isolated, PG_isolated)
#undef PAGE_FLAG

/*
 * The two low bits of page->mapping say what the rest is: neither, an address_space; bit 0, an
 * anonymous page (the rest is its anon_vma); bit 1,
 * movable_operations (migrate.h).
 */
#define PAGE_MAPPING_ANON    1ul
#define PAGE_MAPPING_MOVABLE 2ul
#define PAGE_MAPPING_FLAGS   3ul

/* A page of private memory, which no file has: a process wrote it, or will. */
static inline bool PageAnon(const struct page *page)
{
	return (unsigned long)page->mapping & PAGE_MAPPING_ANON;
}

/* Of an anonymous page that is mapped: its anon_vma. Unmapped, it may be gone. */
static inline struct anon_vma *page_anon_vma(const struct page *page)
{
	return (struct anon_vma *)((unsigned long)page->mapping & ~PAGE_MAPPING_FLAGS);
}

/* The file whose page cache the page is in, or NULL: anonymous, the kernel's own, free. */
static inline struct address_space *page_mapping(const struct page *page)
{
	return (unsigned long)page->mapping & PAGE_MAPPING_FLAGS ? NULL : page->mapping;
}

static inline int page_count(const struct page *page)
{
	return atomic_read(&page->_refcount);
}

/* User page-table entries that map the page. */
static inline int page_mapcount(const struct page *page)
{
	return atomic_read(&page->_mapcount) + 1;
}

/* One more holder. The page must have one already. */
static inline void get_page(struct page *page)
{
	BUG_ON(page_count(page) <= 0);
	atomic_inc(&page->_refcount);
}

/* One more holder of a page that may be free: then false. */
static inline bool get_page_unless_zero(struct page *page)
{
	return atomic_inc_not_zero(&page->_refcount);
}

/* One holder less; the last one frees the page (order 0). Any context. */
void put_page(struct page *page);

/* For reports: prints flags, counts, mapping and index of a page. */
void dump_page(const struct page *page, const char *why);

#endif
