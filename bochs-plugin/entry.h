/* entry.h - page tables as they are in the guest's memory, read outside of any walk. */
#ifndef TLBTRACE_ENTRY_H
#define TLBTRACE_ENTRY_H

#include "machine.h"

/* Bits of an entry. */
#define ENTRY_PRESENT 0x1u
#define ENTRY_WRITE   0x2u
#define ENTRY_USER    0x4u
#define ENTRY_DIRTY   0x40u
#define ENTRY_LARGE   0x80u
#define ENTRY_GLOBAL  0x100u

/*
 * entry_of - the entry that maps @addr by the directory of view->cr3: of a table, or of the
 * directory when that maps a large page (with view->pse) or has no table there. *@mask gets the
 * size of what it maps, less 1. False: the tables lie outside of memory, or are PAE's.
 */
bool entry_of(const struct machine *m, const struct cpu_view *view, uint32_t addr, uint32_t *entry,
	      uint32_t *mask);

/* entry_translate - the physical address of @addr. False: nothing is there. */
bool entry_translate(const struct machine *m, const struct cpu_view *view, uint32_t addr,
		     uint64_t *phys);

#endif
