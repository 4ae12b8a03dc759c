/* swap_io.c - moves a page between memory and its slot. */
#include "internal.h"
#include "kernel/errno.h"
#include "mm/vmstat.h"

#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

/* Where a slot lies: extents are few, and in order. */
static sector_t slot_sector(const struct swap_backing *backing, unsigned long slot)
{
	unsigned int low = 0, high = backing->nr_extents;

	while (high - low > 1) {
		unsigned int mid = low + (high - low) / 2;

		if (backing->extents[mid].first <= slot)
			low = mid;
		else
			high = mid;
	}
	slot -= backing->extents[low].first;
	BUG_ON(slot >= backing->extents[low].pages);
	return backing->extents[low].sector + (sector_t)slot * SECTORS_PER_PAGE;
}

static int move_page(struct page *page, bool write)
{
	swp_entry_t entry = page_swap_entry(page);
	const struct swap_backing *backing = &swap_area_of(entry)->backing;

	BUG_ON(!PageLocked(page) || !PageSwapCache(page));
	return blkdev_rw(backing->bdev, slot_sector(backing, swp_offset(entry)), page, 0,
			 SECTORS_PER_PAGE, write)
		       ? -EIO
		       : 0;
}

int swap_readpage(struct page *page)
{
	count_vm_event(VM_PSWPIN);
	return move_page(page, false);
}

int swap_writepage(struct page *page)
{
	count_vm_event(VM_PSWPOUT);
	return move_page(page, true);
}
