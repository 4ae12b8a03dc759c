/*
 * memory_hotplug.h - taking 16 MiB sections of memory out of use, and bringing them back.
 *
 * A section is a memory block of Linux's /sys/devices/system/memory/memoryN. Only SPARSEMEM
 * can do it: with the other models all sections are online for good.
 */
#ifndef MM_MEMORY_HOTPLUG_H
#define MM_MEMORY_HOTPLUG_H

#include "mm/page.h"
#include "mm/zone.h"

enum memory_state {
	MEMORY_ABSENT,	      /* no memory there */
	MEMORY_ONLINE,	      /* in use, or free to be used */
	MEMORY_GOING_OFFLINE, /* being emptied */
	MEMORY_OFFLINE,	      /* empty, and nothing is allocated from it */
};

/* State of section nr, 0 .. NR_SECTIONS - 1. */
enum memory_state memory_section_state(unsigned int nr);
/* Could offline_pages() empty it, as far as can be seen? Costs a look at each of its pages. */
bool memory_section_removable(unsigned int nr);
/* The zone that a section's frames belong to; NULL: none, or more than one. */
struct zone *memory_section_zone(unsigned int nr);

/*
 * Empties a section and takes its frames out of use. 0;
 * -EOPNOTSUPP  the memory model has no sections
 * -EINVAL      no such section, it is not online, or it lies in two zones
 * -EBUSY       a page in it cannot be moved, or nobody lets go of it: the page is shown
 * -ENOMEM      there is no room elsewhere
 * and on an error everything is as it was, but for pages that have moved. May sleep, at most
 * some seconds; no lock held.
 */
int __must_check offline_pages(unsigned int nr);
/* Gives a section that is offline back to the page allocator. 0, -EOPNOTSUPP or -EINVAL. May sleep.
 */
int __must_check online_pages(unsigned int nr);

/* The page of a frame that exists and is not offline, or NULL. */
struct page *pfn_to_online_page(pfn_t pfn);

#endif
