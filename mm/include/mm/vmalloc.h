/*
 * vmalloc.h - the vmalloc window: pages that lie together in addresses, wherever
 * their frames are. Three kinds of area, each with its pair of calls:
 *
 *   vmalloc   vfree     frames of its own, one by one, from high memory first
 *   vmap      vunmap    the caller's pages
 *   ioremap   iounmap   a device's frames, uncached
 *
 * All that make an area may sleep. All that end one do not, and may be called
 * with interrupts off, but not by an interrupt handler: the addresses stay
 * reserved until a later call flushes the TLB for many areas at once (mm/window/vmap_area.c).
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include "arch/pgtable.h"
#include "kernel/types.h"
#include "mm/gfp.h"

/* `size` bytes, rounded up to pages; contents undefined / zero. NULL: size 0, no memory, no room.
 */
void *vmalloc(unsigned long size);
void *vzalloc(unsigned long size);
/*
 * The same with everything said: `align` (a power of two, at least PAGE_SIZE) of the address,
 * gfp of the frames (__GFP_WAIT must be in it), protection of the entries, and who is shown in
 * /proc/vmallocinfo.
 */
void *__vmalloc(unsigned long size, unsigned long align, gfp_t gfp, pgprot_t prot,
		const void *caller);
/* NULL is ignored. Panics on an address that vmalloc() did not give out, or has got back. */
void vfree(const void *addr);

/*
 * Maps `count` pages, in this order. The caller's references keep them; none is
 * taken. NULL: count 0, no memory, no room.
 */
void *vmap(struct page **pages, unsigned int count, pgprot_t prot);
void vunmap(const void *addr);

/*
 * Maps physical addresses [phys, phys + size) of a device, not cached (PCD and
 * PWT: SDM 3A, table 11-7). Any byte may be the first: the result has the same
 * offset in its page. NULL: size 0, a range beyond 4 GiB, a frame that the page
 * allocator manages (its users see it cached), no memory, no room.
 */
void *ioremap(phys_addr_t phys, unsigned long size);
#define ioremap_nocache(phys, size) ioremap(phys, size)
void iounmap(const void *addr);

/* The page behind an address of an area; NULL when nothing, or no page, is mapped there. */
struct page *vmalloc_to_page(const void *addr);

static inline bool is_vmalloc_addr(const void *addr)
{
	return (unsigned long)addr >= VMALLOC_START && (unsigned long)addr < VMALLOC_END;
}

/* Flushes what ended areas may have left in the TLB, and frees their addresses. Any context but
 * interrupts. */
void vm_unmap_aliases(void);

enum vmalloc_kind {
	VMALLOC_PAGES,	  /* vmalloc */
	VMALLOC_VMAP,	  /* vmap */
	VMALLOC_IOREMAP,  /* ioremap */
	VMALLOC_UNPURGED, /* ended; its addresses wait for the flush */
};

struct vmalloc_info {
	unsigned long start, end; /* with the guard page, as Linux shows it */
	const void *caller;
	unsigned long nr_pages; /* mapped */
	phys_addr_t phys;	/* VMALLOC_IOREMAP */
	enum vmalloc_kind kind;
};
/* Calls fn for each area, by address. No lock is held inside: it may sleep. */
void vmalloc_for_each(void (*fn)(void *arg, const struct vmalloc_info *info), void *arg);

struct vmalloc_totals {
	unsigned int areas;   /* in use */
	unsigned long used;   /* bytes mapped in them */
	unsigned long lazy;   /* bytes of addresses that wait for the flush */
	unsigned long chunk;  /* largest free piece of the window, in bytes */
	unsigned long purges; /* flushes that freed addresses, since boot */
};
/* For /proc/meminfo, the leak ledger and tests. */
void vmalloc_totals(struct vmalloc_totals *totals);

/* After kmem_cache_init(). */
void vmalloc_init(void);

#endif
