/* internal.h - what the first minutes of memory share with the other rooms of mm/. */
#ifndef MM_BOOT_INTERNAL_H
#define MM_BOOT_INTERNAL_H

#include "mm/zone.h"

/* --- movable.c: which frames are ZONE_MOVABLE --- */

/* Boot, nodes known: the frame of a node from which on its memory is ZONE_MOVABLE, as kernelcore=
 * and movablecore= say; the node's end when nothing is. */
extern pfn_t movable_start[MAX_NUMNODES];
void movable_init(void);

#endif
