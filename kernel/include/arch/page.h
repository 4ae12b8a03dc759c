/* page.h - page size, and the only place where physical and direct-mapped addresses convert. */
#ifndef ARCH_PAGE_H
#define ARCH_PAGE_H

#include "arch/layout.h"
#include "kernel/types.h"

#define PAGE_SHIFT    12
#define PAGE_SIZE     (1ul << PAGE_SHIFT)
#define PAGE_MASK     (~(PAGE_SIZE - 1))
#define PAGE_ALIGN(a) (((a) + PAGE_SIZE - 1) & PAGE_MASK)

/* Direct map only: a linear address there, and its physical address. */
#define __pa(va) ((phys_addr_t)((unsigned long)(va) - PAGE_OFFSET))
#define __va(pa) ((void *)((unsigned long)(pa) + PAGE_OFFSET))

#define PFN_UP(pa)	 ((pfn_t)(((pa) + PAGE_SIZE - 1) >> PAGE_SHIFT))
#define PFN_DOWN(pa)	 ((pfn_t)((pa) >> PAGE_SHIFT))
#define PFN_PHYS(pfn)	 ((phys_addr_t)(pfn) << PAGE_SHIFT)
#define virt_to_pfn(va)	 PFN_DOWN(__pa(va))
#define pfn_to_virt(pfn) __va(PFN_PHYS(pfn)) /* lowmem frames only */

/* Whole-page operations on mapped, page-aligned addresses; each one `rep` instruction. */
static inline void clear_page(void *page)
{
	unsigned long count = PAGE_SIZE / 4;

	__asm__ volatile("rep stosl" : "+c"(count), "+D"(page) : "a"(0) : "memory");
}

static inline void copy_page(void *to, const void *from)
{
	unsigned long count = PAGE_SIZE / 4;

	__asm__ volatile("rep movsl" : "+c"(count), "+D"(to), "+S"(from) : : "memory");
}

#endif
