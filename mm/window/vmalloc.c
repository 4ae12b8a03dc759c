/*
 * vmalloc.c - memory that is contiguous in addresses only.
 *
 *   vmalloc window    | page 0 | page 1 | page 2 | guard |
 *                         |        |        |
 *   frames            ... #731    #102     #5544 ...        any, high memory first
 *
 * vmap_area.c gives out the addresses; here they get their entries. Nobody keeps
 * a list of an area's frames: the entries are one, and vfree() reads it back.
 *
 * An entry goes from not present to present, which needs no flush: addresses are
 * given out again only after one. The table above it may be new, and then exists
 * in the master directory only; the others copy it when a fault tells them
 * (arch/fault.c).
 *
 * A request that runs out of memory half-way ends the area as vfree() would,
 * with the pages that it had got so far (nr_pages).
 */
#include "kernel/bug.h"
#include "kernel/compiler.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "internal.h"

/* Reports of failed requests; later ones fail in silence. */
#define REPORTS_SHOWN 5

pte_t *vmap_next_pte(pte_t *before, unsigned long addr, bool alloc)
{
	/* Entries lie together as far as one table goes. */
	return before && pte_index(addr) ? before + 1 : kernel_pte(addr, alloc);
}

static void unmap(struct vmap_area *area, bool free_frames)
{
	unsigned long addr = area->start, end = addr + (area->nr_pages << PAGE_SHIFT);
	pte_t *ptep = NULL, pte;

	for (; addr != end; addr += PAGE_SIZE) {
		ptep = vmap_next_pte(ptep, addr, false);
		pte = ptep_get_and_clear(ptep);
		BUG_ON(!pte_present(pte));
		if (free_frames)
			__free_page(pfn_to_page(pte_pfn(pte)));
	}
	vmap_area_retire(area);
}

void vmap_end(const void *addr, enum vmalloc_kind kind, const char *name)
{
	struct vmap_area *area;

	BUG_ON(in_interrupt());
	area = vmap_area_take(addr, kind);
	if (!area)
		panic("Trying to %s() nonexistent vm area (%p)", name, addr);
	unmap(area, kind == VMALLOC_PAGES);
}

void vmap_abandon(struct vmap_area *area)
{
	vmap_end((void *)area->start, area->kind, "give up");
}

/* Gives the area all its frames; false: no memory. */
static bool populate(struct vmap_area *area, unsigned long pages, gfp_t gfp, pgprot_t prot)
{
	unsigned long addr = area->start;
	pte_t *ptep = NULL;
	struct page *page;

	for (; area->nr_pages < pages; area->nr_pages++, addr += PAGE_SIZE) {
		ptep = vmap_next_pte(ptep, addr, true);
		page = ptep ? alloc_page(gfp | __GFP_NOWARN) : NULL;
		if (!page)
			return false;
		set_pte(ptep, mk_pte_pfn(page_to_pfn(page), prot));
	}
	return true;
}

static void report_failure(unsigned long size, unsigned long got)
{
	static unsigned int shown;

	if (shown++ < REPORTS_SHOWN)
		pr_warn("vmalloc: out of memory: %lu of %lu KiB allocated\n",
			got << (PAGE_SHIFT - 10), size >> 10);
}

void *__vmalloc(unsigned long size, unsigned long align, gfp_t gfp, pgprot_t prot,
		const void *caller)
{
	unsigned long pages = DIV_ROUND_UP(size, PAGE_SIZE);
	struct vmap_area *area;

	might_sleep();
	BUG_ON(!is_power_of_2(align) || align < PAGE_SIZE || !(gfp & __GFP_WAIT));
	if (pages > max_pfn) /* more than all memory: not worth emptying it for */
		return NULL;
	area = vmap_area_alloc(pages, align, VMALLOC_PAGES, caller);
	if (!area)
		return NULL;
	if (!populate(area, pages, gfp, prot)) {
		if (!(gfp & __GFP_NOWARN))
			report_failure(size, area->nr_pages);
		vmap_abandon(area);
		return NULL;
	}
	return (void *)area->start;
}

void *vmalloc(unsigned long size)
{
	return __vmalloc(size, PAGE_SIZE, GFP_KERNEL | __GFP_HIGHMEM, PAGE_KERNEL,
			 __builtin_return_address(0));
}

void *vzalloc(unsigned long size)
{
	return __vmalloc(size, PAGE_SIZE, GFP_KERNEL | __GFP_HIGHMEM | __GFP_ZERO, PAGE_KERNEL,
			 __builtin_return_address(0));
}

void vfree(const void *addr)
{
	if (addr)
		vmap_end(addr, VMALLOC_PAGES, "vfree");
}

void *vmap(struct page **pages, unsigned int count, pgprot_t prot)
{
	struct vmap_area *area;
	unsigned long addr;
	pte_t *ptep = NULL;

	might_sleep();
	area = vmap_area_alloc(count, PAGE_SIZE, VMALLOC_VMAP, __builtin_return_address(0));
	if (!area)
		return NULL;
	for (addr = area->start; area->nr_pages < count; area->nr_pages++, addr += PAGE_SIZE) {
		ptep = vmap_next_pte(ptep, addr, true);
		if (!ptep) {
			vmap_abandon(area);
			return NULL;
		}
		set_pte(ptep, mk_pte_pfn(page_to_pfn(pages[area->nr_pages]), prot));
	}
	return (void *)area->start;
}

void vunmap(const void *addr)
{
	if (addr)
		vmap_end(addr, VMALLOC_VMAP, "vunmap");
}

struct page *vmalloc_to_page(const void *addr)
{
	const pte_t *ptep = is_vmalloc_addr(addr) ? kernel_pte((unsigned long)addr, false) : NULL;

	if (!ptep || !pte_present(*ptep) || !pfn_valid(pte_pfn(*ptep)))
		return NULL;
	return pfn_to_page(pte_pfn(*ptep));
}
