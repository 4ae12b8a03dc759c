/*
 * bootmem.h - memory before there is memory management: regions of the
 * firmware's map, and an allocator that hands out parts of them for good.
 */
#ifndef MM_BOOTMEM_H
#define MM_BOOTMEM_H

#include "kernel/types.h"

#define E820_RAM	    1
#define BOOTMEM_MAX_REGIONS 64

/* Firmware's word: [start, start + size) is of `type`. Above 4 GiB is cut off with a note. Called
 * by kernel/boot for each entry; overlaps and disorder are allowed (RAM loses). */
void bootmem_add(u64 start, u64 size, u32 type);
/* Adds the holes that memmap=nn$ss on the command line asks for; complains of what it cannot read.
 */
void bootmem_add_holes(void);
/* Sets aside [start, end): kernel image, modules, BIOS data. */
void bootmem_reserve(phys_addr_t start, phys_addr_t end);
/* After the last bootmem_add(): sorts, applies `limit` bytes (mem=; 0: none) and highmem=, sets
 * max_pfn and max_low_pfn. Panics when there is too little memory to run (says how much is needed).
 */
void bootmem_finish(u64 limit);
/* `size` bytes of zeroed low memory, aligned; panics when there is none. Before mem_init() only.
 * Until the direct map is whole (`bootmem_limit`), only below that address. */
void *bootmem_alloc(size_t size, size_t align);
/* The allocator hands out nothing at or above this physical address. */
extern phys_addr_t bootmem_limit;

/* Frames of RAM in [start, end). */
unsigned long bootmem_ram_pages(pfn_t start, pfn_t end);
/* Is frame `pfn` RAM / RAM that nobody has taken? */
bool bootmem_is_ram(pfn_t pfn);
bool bootmem_is_free(pfn_t pfn);
/* Next run of free frames at or after *pfn: sets *pfn and *end, or returns false. */
bool bootmem_next_free(pfn_t *pfn, pfn_t *end);
/* Next run of RAM frames, free or not. */
bool bootmem_next_ram(pfn_t *pfn, pfn_t *end);
void bootmem_print(void);

#endif
