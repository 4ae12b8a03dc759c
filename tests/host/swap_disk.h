/* swap_disk.h - a disk with swap areas for host tests, and pages that go there. */
#ifndef HOST_SWAP_DISK_H
#define HOST_SWAP_DISK_H

#include "../../mm/swap/internal.h"
#include "mm/mm.h"

#define AREA_PAGES 200ul
#define DISK_PAGES (2 * AREA_PAGES)

extern u8 swap_disk[DISK_PAGES][PAGE_SIZE];
extern struct block_device swap_device;
/* Transfers done; each may let other tasks run. */
extern unsigned long swap_disk_reads, swap_disk_writes;
/* All fail / those of this page of the disk do (0: none). */
extern bool swap_disk_fails;
extern unsigned long swap_disk_bad;

/* So many slots behind the header are bad, as the next header says. */
extern u32 swap_disk_bad_slots;

/* Puts `pages` pages from `at` on to use, in two pieces, of which the second one lies in front. */
int swap_disk_on(unsigned long at, unsigned long pages, unsigned int flags);
/* And back, with its extents freed. */
int swap_disk_off(unsigned long at, unsigned long pages);
/*
 * The page at an address leaves page tables, and memory unless it is to stay in the cache. True: it
 * had to be written.
 */
bool swap_disk_out(struct mm_struct *mm, unsigned long addr, bool keep);

#endif
