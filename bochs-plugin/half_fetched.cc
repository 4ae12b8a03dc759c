/*
 * half_fetched.cc - mends what Bochs leaves of an instruction across two pages that faults.
 *
 * Bochs's cache of decoded code takes an entry for an instruction across two pages before it has
 * the second half. If that page is not present, the entry stays: it is for no address, but names
 * storage that the next trace gets, and the table of second pages may point to it. When DMA writes
 * to such a page, Bochs wipes out the other trace, and runs in circles there for good: which a
 * guest that drops pages of code and reads them back finds soon. Here the entry is made invalid.
 */
#include "bochs.h"
#include "cpu/cpu.h"

#include "hooks.h"

void drop_half_fetched(void)
{
	for (const auto &split : CPU->iCache.pageSplitIndex)
		if (split.ppf != BX_ICACHE_INVALID_PHY_ADDRESS && !split.e->traceMask)
			split.e->pAddr = BX_ICACHE_INVALID_PHY_ADDRESS;
}
