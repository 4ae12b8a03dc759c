/* entry.c - page tables as they are in the guest's memory, read outside of any walk. */
#include "entry.h"

bool entry_of(const struct machine *m, const struct cpu_view *view, uint32_t addr, uint32_t *entry,
	      uint32_t *mask)
{
	*mask = LARGE_4M_MASK;
	if (view->pae || !m->read_phys ||
	    m->read_phys(m->ctx, (view->cr3 & ~PAGE_MASK) + (addr >> 22) * 4, entry, 4) != 4)
		return false;
	if (!(*entry & ENTRY_PRESENT) || (*entry & ENTRY_LARGE && view->pse))
		return true;
	*mask = PAGE_MASK;
	return m->read_phys(m->ctx, (*entry & ~PAGE_MASK) + (addr >> 12 & 0x3ff) * 4, entry, 4) ==
	       4;
}

bool entry_translate(const struct machine *m, const struct cpu_view *view, uint32_t addr,
		     uint64_t *phys)
{
	uint32_t entry, mask;

	if (!entry_of(m, view, addr, &entry, &mask) || !(entry & ENTRY_PRESENT))
		return false;
	*phys = (entry & ~mask) + (addr & mask);
	return true;
}
