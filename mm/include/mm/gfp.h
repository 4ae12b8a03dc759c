/*
 * gfp.h - taking and giving back page frames (the buddy system's front).
 * Flags have Linux's names and meaning.
 */
#ifndef MM_GFP_H
#define MM_GFP_H

#include "kernel/compiler.h"
#include "kernel/types.h"
#include "mm/page.h"

typedef unsigned int gfp_t;

/* Zone modifiers. None: NORMAL, then DMA. */
#define __GFP_DMA     0x0001u
#define __GFP_HIGHMEM 0x0002u
#define __GFP_MOVABLE 0x0004u /* may be moved: user pages, page cache */
/* Behaviour. */
#define __GFP_RECLAIMABLE 0x0008u /* slab with a shrinker */
#define __GFP_WAIT	  0x0010u /* may sleep */
#define __GFP_HIGH	  0x0020u /* may use half of the emergency reserve */
#define __GFP_IO	  0x0040u
#define __GFP_FS	  0x0080u
#define __GFP_COLD	  0x0100u /* a cache-cold frame will do: the disk fills it */
#define __GFP_NOWARN	  0x0200u
#define __GFP_NORETRY	  0x0400u
#define __GFP_NOFAIL	  0x0800u
#define __GFP_ZERO	  0x1000u
#define __GFP_COMP	  0x2000u /* mark head and tails */
#define __GFP_MEMALLOC	  0x4000u /* may use the whole reserve: it will free memory */
#define __GFP_THISNODE	  0x8000u /* the node asked for, or NULL */

#define GFP_ATOMIC	     (__GFP_HIGH)
#define GFP_NOWAIT	     0u
#define GFP_KERNEL	     (__GFP_WAIT | __GFP_IO | __GFP_FS)
#define GFP_NOIO	     __GFP_WAIT /* of whoever frees memory by I/O */
#define GFP_USER	     GFP_KERNEL
#define GFP_HIGHUSER	     (GFP_USER | __GFP_HIGHMEM)
#define GFP_HIGHUSER_MOVABLE (GFP_HIGHUSER | __GFP_MOVABLE)
#define GFP_DMA		     __GFP_DMA

#define MAX_ORDER 11 /* orders 0 .. 10: blocks of 4 KiB .. 4 MiB */

/*
 * Takes 2^order contiguous frames. Returns the first page, _refcount 1, or NULL
 * (and, unless __GFP_NOWARN, one report of the zones' state). Sleeps only with
 * __GFP_WAIT. The pages of a block are independent unless __GFP_COMP.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);
/* The same for one frame, by a shorter way. */
struct page *alloc_page(gfp_t gfp);

/*
 * The same, but from node `nid` as long as that has room, in whatever zone; then as alloc_pages()
 * on a CPU of that node. NULL for a node that is not there.
 */
struct page *alloc_pages_node(int nid, gfp_t gfp, unsigned int order);
/* alloc_pages() from these nodes only (bit n: node n). */
struct page *alloc_pages_nodemask(gfp_t gfp, unsigned int order, unsigned int nodes);

/*
 * Drops the caller's reference on a block of 2^order frames; frees it when that
 * was the last. Refuses reserved pages with a warning. Any context.
 */
void __free_pages(struct page *page, unsigned int order);
void __free_page(struct page *page);

/* The same by direct-map address; never from HIGHMEM. 0 when out of memory. */
unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
#define __get_free_page(gfp) __get_free_pages(gfp, 0)
unsigned long get_zeroed_page(gfp_t gfp);
void free_pages(unsigned long addr, unsigned int order);
#define free_page(addr) free_pages(addr, 0)

/*
 * The same for one frame whose bytes the data cache does not hold, or that
 * nobody will want soon: it goes to the cold list, not before those in use.
 */
void free_cold_page(struct page *page);

/* put_page() on each of n pages, frames that this frees as cold ones if told so. Any context. */
void release_pages(struct page **pages, unsigned int n, bool cold);

/* The order of the smallest block that holds `size` bytes; size > 0. */
static inline unsigned int get_order(size_t size)
{
	return order_base_2((unsigned long)((size - 1) >> PAGE_SHIFT) + 1);
}

/*
 * Makes a block of 2^order frames, taken without __GFP_COMP and held once, into
 * single frames, each held once and freed by itself.
 */
void split_page(struct page *page, unsigned int order);

/*
 * Bytes in whole pages, contiguous, of the direct map: as many frames as are
 * needed, not the next power of two. Returns the address, or NULL (also for
 * size 0). __GFP_COMP has no meaning here. Freed with the same size.
 */
void *alloc_pages_exact(size_t size, gfp_t gfp);
void free_pages_exact(void *start, size_t size);

/* Free frames in all zones / in those that the flags may use. */
unsigned long nr_free_pages(void);
unsigned long nr_free_pages_gfp(gfp_t gfp);

#endif
