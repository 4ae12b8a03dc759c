/* entry.h - page tables as they are in the guest's memory, read outside of any walk. */
#ifndef TLBTRACE_ENTRY_H
#define TLBTRACE_ENTRY_H

#include "machine.h"

#define ENTRY_PRESENT 1u
#define ENTRY_LARGE   0x80u

/*
 * entry_of - the entry that maps @addr by the directory of @cr3, without PAE: of a table, or of the
 * directory when that maps a large page or has no table there. *@mask gets the size of what it
 * maps, less 1. False: the tables lie outside of memory.
 */
bool entry_of(const struct machine *m, uint32_t cr3, uint32_t addr, uint32_t *entry,
	      uint32_t *mask);

/* entry_translate - the physical address of @addr. False: nothing is there. */
bool entry_translate(const struct machine *m, uint32_t cr3, uint32_t addr, uint64_t *phys);

#endif
