/* page_poison.h - free pages filled with 0xaa, to see who writes to them. mm/page/page_poison.c. */
#ifndef MM_PAGE_POISON_H
#define MM_PAGE_POISON_H

#include "kernel/types.h"

#define PAGE_POISON 0xaa

/* Free pages are being filled. */
extern bool page_poisoning;

/* On (page_poison=1 at boot) and off. May not be called from interrupts. */
void page_poison_enable(bool on);

#endif
