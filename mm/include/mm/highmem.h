/*
 * highmem.h - reaching pages that the direct map does not hold.
 *
 * kmap_atomic: short windows, no sleeping inside; slots are a stack per CPU,
 * released in reverse order. kmap: long windows, may sleep for a slot.
 */
#ifndef MM_HIGHMEM_H
#define MM_HIGHMEM_H

#include "arch/page.h"
#include "mm/page.h"
#include "mm/vmstat.h"

#define KM_MAX_DEPTH 8 /* nested kmap_atomic() windows on one CPU */

/* Returns an address for the page; preemption is off until the matching kunmap_atomic(). */
void *kmap_atomic(struct page *page);
void kunmap_atomic(void *addr);

/* A mapping that survives sleep. Counted: the same page gets the same address. */
void *kmap(struct page *page);
void kunmap(struct page *page);
/* Slots with a live mapping: leak ledger. */
unsigned int kmap_slots_in_use(void);

static inline void clear_highpage(struct page *page)
{
	void *addr = kmap_atomic(page);

	clear_page(addr);
	kunmap_atomic(addr);
	count_vm_event(VM_PGCLEAR);
}

static inline void copy_highpage(struct page *to, struct page *from)
{
	void *dst = kmap_atomic(to);
	void *src = kmap_atomic(from);

	copy_page(dst, src);
	kunmap_atomic(src);
	kunmap_atomic(dst);
	count_vm_event(VM_PGCOPY);
}

void kmap_init(void);

#endif
