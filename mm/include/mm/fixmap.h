/* fixmap.h - addresses known at compile time whose frame is set at run time. */
#ifndef MM_FIXMAP_H
#define MM_FIXMAP_H

#include "arch/layout.h"
#include "arch/pgtable.h"
#include "kernel/percpu.h"
#include "mm/highmem.h"

enum fixed_addresses {
	FIX_HOLE, /* the page just below FIXADDR_TOP stays empty */
	FIX_VGA,  /* text screen */
	FIX_KMAP_BEGIN,
	FIX_KMAP_END = FIX_KMAP_BEGIN + KM_MAX_DEPTH * NR_CPUS - 1,
	NR_FIXED
};

#define fix_to_virt(idx) (FIXADDR_TOP - ((unsigned long)(idx) + 1) * 0x1000ul)
_Static_assert(fix_to_virt(NR_FIXED - 1) >= FIXADDR_START, "fixmap overflows its window");

/* Maps frame `pfn` at slot `idx`, flushing what was there. */
void set_fixmap(enum fixed_addresses idx, pfn_t pfn, pgprot_t prot);
void clear_fixmap(enum fixed_addresses idx);

#endif
