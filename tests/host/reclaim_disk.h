/*
 * reclaim_disk.h - a disk with a swap area on it, for host tests of reclaim.
 *
 * Transfers take time: other tasks run in the middle of each. What is written must not change
 * meanwhile. They fail when the test says so.
 */
#ifndef HOST_RECLAIM_DISK_H
#define HOST_RECLAIM_DISK_H

#include "kernel/types.h"

#define RECLAIM_DISK_PAGES 400ul

extern unsigned long reclaim_disk_reads, reclaim_disk_writes; /* pages */
/* Asked at each transfer; NULL: none fails. */
extern bool (*reclaim_disk_fails)(bool write);

/* Puts `pages` pages of the disk from `first` on, header included, to use as an area, the first one
 * as that of type 0. */
void reclaim_disk_on(unsigned long first, unsigned long pages);

#endif
