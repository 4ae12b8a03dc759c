/*
 * ioremap.c - windows onto the memory of devices.
 *
 *   phys   0xfebc0010 .. 0xfebc0110        the caller's bytes
 *   page   0xfebc0000 ..      0xfebc1000   what is mapped: whole pages
 *   area   0xf8805000 ..      0xf8806000, guard
 *   result 0xf8805010                      same offset in the page
 *
 * The entries carry PCD and PWT: each access goes to the device, none is held in
 * a cache. The same frame must not be in use through a cached mapping too, so
 * frames that the page allocator gives out are refused. Frames that are reserved
 * (ROM, the ISA hole) or beyond memory are not.
 */
#include "kernel/compiler.h"
#include "kernel/lock.h"
#include "internal.h"

/* Does the page allocator manage a frame of [pfn, end)? */
static bool any_ram(pfn_t pfn, pfn_t end)
{
	for (; pfn < end && pfn < max_pfn; pfn++)
		if (pfn_valid(pfn) && !PageReserved(pfn_to_page(pfn)))
			return true;
	return false;
}

void *ioremap(phys_addr_t phys, unsigned long size)
{
	pfn_t pfn = PFN_DOWN(phys), end = PFN_DOWN(phys + size - 1) + 1;
	struct vmap_area *area;
	unsigned long addr;
	pte_t *ptep = NULL;

	might_sleep();
	if (!size || phys + size - 1 < phys || any_ram(pfn, end))
		return NULL;
	area = vmap_area_alloc(end - pfn, PAGE_SIZE, VMALLOC_IOREMAP, __builtin_return_address(0));
	if (!area)
		return NULL;
	area->phys = PFN_PHYS(pfn);
	for (addr = area->start; pfn < end; pfn++, area->nr_pages++, addr += PAGE_SIZE) {
		ptep = vmap_next_pte(ptep, addr, true);
		if (!ptep) {
			vmap_abandon(area);
			return NULL;
		}
		set_pte(ptep, mk_pte_pfn(pfn, PAGE_KERNEL_NOCACHE));
	}
	return (void *)(area->start + (phys & ~PAGE_MASK));
}

void iounmap(const void *addr)
{
	if (addr)
		vmap_end((void *)((unsigned long)addr & PAGE_MASK), VMALLOC_IOREMAP, "iounmap");
}
