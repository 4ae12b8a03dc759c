/*
 * swap.h - swap areas: where pages of anonymous memory are kept when they leave memory.
 *
 * An area is a partition or a file with the header that mkswap writes. Slots are pages of it;
 * a page-table entry names one by the number of the area and the slot (swap_entry.h).
 */
#ifndef MM_SWAP_H
#define MM_SWAP_H

#include "kernel/blkdev.h"
#include "mm/page.h"
#include "mm/swap_entry.h"

struct mm_struct;

#define MAX_SWAPFILES 28u /* types of entries; the others are for pages on the move */

#define SWAP_FLAG_PREFER    0x8000u /* the low 15 bits are the priority */
#define SWAP_FLAG_PRIO_MASK 0x7fffu
#define SWAP_FLAG_DISCARD   0x70000u /* asks for TRIM: the disk has none, so nothing is done */
#define SWAP_FLAGS_VALID    (SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK | SWAP_FLAG_DISCARD)

/* The slot of a page that is in the swap cache. */
static inline swp_entry_t page_swap_entry(const struct page *page)
{
	return (swp_entry_t){(u32)page->private};
}

/*
 * A page-table entry of the page is gone: a page that nothing maps and no entry names need not keep
 * its slot. Page referenced. Any context that may take swap_lock.
 */
void free_swap_cache(struct page *page);

/* A run of pages of an area that lie one after the other on the device. */
struct swap_extent {
	unsigned long first; /* page of the area */
	unsigned long pages;
	sector_t sector;
};

/* Where an area lies; the caller's until swap_area_on() has taken it. */
struct swap_backing {
	char *name; /* for /proc/swaps; kmalloc()ed */
	bool file;
	struct block_device *bdev;
	unsigned long pages;	     /* header included */
	struct swap_extent *extents; /* in the order of `first` */
	unsigned int nr_extents;
};

/* What /proc/swaps shows of an area. */
struct swap_area_info {
	const char *name;
	const struct block_device *bdev;
	bool file;
	unsigned long pages, used;
	int prio;
};

/*
 * Puts an area to use. `flags` are swapon's. 0: the backing is the area's; else -EINVAL (no swap
 * area; the log says why), -EBUSY (another area has some of it), -EPERM (too many areas),
 * -EIO, -ENOMEM. May sleep.
 */
int __must_check swap_area_on(struct swap_backing *backing, unsigned int flags);
/*
 * Takes the area that begins at this sector of the device out of use, when all that is in it is
 * back in memory. 0: *backing is the caller's again; else it is in use as before: -EINVAL (it was
 * not), -ENOMEM (there is no room), -EINTR (a signal), -EIO (a page cannot be read). May sleep,
 * long.
 */
int __must_check swap_area_off(const struct block_device *bdev, sector_t sector,
			       struct swap_backing *backing);
/* Calls `fn` for each area, in the order of their types, until it returns false. It may sleep. */
void swap_for_each_area(bool (*fn)(void *arg, const struct swap_area_info *info), void *arg);
/* Up to 2^page_cluster slots are read at once, but not more than 32. */
extern unsigned int page_cluster;
/* Before a write: the sole owner of a page gives its slot back, and need not copy. May sleep. */
void give_slot_back(struct page *page);
/*
 * For tests: panics unless slots, swap caches, the page tables of all address spaces and shared
 * memory agree. Does not sleep. Returns the number of entries that name a slot.
 */
unsigned long swap_validate(void);
/* Pages in the swap cache; slots of the areas in use, those of them that are free. */
extern unsigned long nr_swapcache_pages, nr_total_slots, nr_free_slots;

static inline unsigned long total_swap_pages(void)
{
	return nr_total_slots;
}

static inline unsigned long nr_swap_pages(void)
{
	return nr_free_slots;
}

#endif
