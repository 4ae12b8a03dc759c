/*
 * fixmap.c - addresses known when the kernel is compiled, for frames that are
 * known only when it runs. Slot 0 is just below FIXADDR_TOP, slots go down.
 */
#include "mm/fixmap.h"
#include "arch/tlb.h"
#include "kernel/bug.h"

static void fixmap_put(enum fixed_addresses idx, pte_t pte)
{
	unsigned long addr = fix_to_virt(idx);
	pte_t *ptep, old;

	BUG_ON(idx >= NR_FIXED);
	ptep = kernel_pte(addr, true);
	/* The window's one table is made at boot, when running out of memory is the end anyway. */
	BUG_ON(!ptep);
	old = *ptep;
	set_pte(ptep, pte);
	if (pte_present(old))
		tlb_flush_kernel_page(addr);
}

void set_fixmap(enum fixed_addresses idx, pfn_t pfn, pgprot_t prot)
{
	fixmap_put(idx, mk_pte_pfn(pfn, prot));
}

void clear_fixmap(enum fixed_addresses idx)
{
	fixmap_put(idx, (pte_t){0});
}
