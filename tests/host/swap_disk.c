/* swap_disk.c - see swap_disk.h. */
#include "swap_disk.h"
#include "../../mm/swap/swap_header.h"
#include "../../mm/cache/internal.h"
#include "../../mm/fault/internal.h"
#include "machine.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "tasks.h"
#include "test.h"
#include "user.h"
#include <string.h>

u8 swap_disk[DISK_PAGES][PAGE_SIZE];
unsigned long swap_disk_reads, swap_disk_writes, swap_disk_bad;
u32 swap_disk_bad_slots;
bool swap_disk_fails;

static int disk_rw(struct block_device *bdev, sector_t sector, struct page *page,
		   unsigned int offset, unsigned int count, bool write)
{
	unsigned long at = (unsigned long)sector / 8;
	u8 *there = swap_disk[at], *here = host_frame(page_to_pfn(page));

	(void)bdev;
	task_yield();
	if (swap_disk_fails || (swap_disk_bad && at == swap_disk_bad))
		return -EIO;
	CHECK(sector % 8 == 0 && offset == 0 && count == 8);
	*(write ? &swap_disk_writes : &swap_disk_reads) += 1;
	memcpy(write ? there : here, write ? here : there, PAGE_SIZE);
	return 0;
}

static const struct block_device_ops disk_ops = {.rw_page = disk_rw};
struct block_device swap_device = {.name = "hdx", .sectors = DISK_PAGES * 8, .ops = &disk_ops};

/* The header of an area at page `at` of the disk. */
static void make_area(unsigned long at, u32 last_page)
{
	u8 *page = swap_disk[at];
	u32 version = 1;

	memset(page, 0, PAGE_SIZE);
	memcpy(page + 1024, &version, 4);
	memcpy(page + 1028, &last_page, 4);
	memcpy(page + 1032, &swap_disk_bad_slots, 4);
	for (u32 slot = 1; slot <= swap_disk_bad_slots; slot++)
		memcpy(page + SWAP_BADPAGES_AT + 4 * (slot - 1), &slot, 4);
	memcpy(page + PAGE_SIZE - 10, "SWAPSPACE2", 10);
}

int swap_disk_on(unsigned long at, unsigned long pages, unsigned int flags)
{
	static char name[] = "hdx";
	struct swap_extent *extents = kmalloc(2 * sizeof(*extents), GFP_KERNEL);
	struct swap_backing backing = {.name = name,
				       .bdev = &swap_device,
				       .pages = pages,
				       .extents = extents,
				       .nr_extents = 2};
	int err;

	extents[0] = (struct swap_extent){0, 50, (sector_t)(at + pages - 50) * 8};
	extents[1] = (struct swap_extent){50, pages - 50, (sector_t)at * 8};
	make_area(at + pages - 50, (u32)pages - 1);
	err = swap_area_on(&backing, flags);
	if (err)
		kfree(extents);
	return err;
}

int swap_disk_off(unsigned long at, unsigned long pages)
{
	struct swap_backing backing;
	int err = swap_area_off(&swap_device, (sector_t)(at + pages - 50) * 8, &backing);

	if (!err)
		kfree(backing.extents);
	return err;
}

bool swap_disk_out(struct mm_struct *mm, unsigned long addr, bool keep)
{
	pte_t entry = user_entry(mm, addr);
	bool written = false;
	struct page *page;

	if (!pte_mapped(entry) || pte_pfn(entry) == zero_pfn)
		return false;
	page = pfn_to_page(pte_pfn(entry));
	get_page(page);
	if (!trylock_page(page)) {
		put_page(page);
		return false;
	}
	if ((PageSwapCache(page) || add_to_swap(page)) &&
	    try_to_unmap(page, TTU_SWAP) == UNMAP_DONE) {
		if (PageDirty(page))
			swap_write_pages(&page, 1, &written);
		if (!keep && !PageDirty(page) && page_count(page) == 2)
			delete_from_swap_cache(page);
	}
	unlock_page(page);
	put_page(page);
	return written;
}
