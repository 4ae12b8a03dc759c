/* swap_helpers.c - a swap area on a disk of memory, and pages of the test's that leave for it. */
#include "kernel/swap_helpers.h"
#include "../../mm/fault/internal.h"
#include "../../mm/reclaim/internal.h"
#include "../../mm/swap/internal.h"
#include "../../mm/swap/swap_header.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "mm/rmap.h"
#include "mm/slab.h"
#include "mm/vmstat.h"
#include "proc/task.h"
#include "reclaim/lru.h"

#define AREA_AT 64u /* block of the disk */

struct ramdisk *test_swap_disk;

static sector_t area_sector(void)
{
	return AREA_AT * SECTORS_PER_BLOCK;
}

struct swap_header *test_swap_header(void)
{
	return (struct swap_header *)ramdisk_block(test_swap_disk, AREA_AT);
}

void test_swap_format(void)
{
	struct swap_header *on_disk = test_swap_header();

	memset(on_disk, 0, PAGE_SIZE);
	on_disk->version = 1;
	on_disk->last_page = TEST_SWAP_PAGES - 1;
	memcpy((u8 *)on_disk + SWAP_MAGIC_AT, SWAP_MAGIC, SWAP_MAGIC_LEN);
}

int test_swap_on(unsigned int flags)
{
	static char name[] = "ramdisk";
	struct swap_backing backing = {
		.name = name, .bdev = &test_swap_disk->bdev, .pages = TEST_SWAP_PAGES};
	int err;

	backing.extents = kmalloc(sizeof(*backing.extents), GFP_KERNEL);
	if (!backing.extents)
		return -ENOMEM;
	*backing.extents = (struct swap_extent){0, TEST_SWAP_PAGES, area_sector()};
	backing.nr_extents = 1;
	err = swap_area_on(&backing, flags);
	if (err)
		kfree(backing.extents);
	return err;
}

int test_swap_off(void)
{
	struct swap_backing backing;
	int err = swap_area_off(&test_swap_disk->bdev, area_sector(), &backing);

	if (!err)
		kfree(backing.extents);
	return err;
}

bool test_swap_begin(void)
{
	test_swap_disk = ramdisk_make();
	if (!EXPECT(test_swap_disk) || !EXPECT(test_swap_header()))
		return false;
	test_swap_format();
	return EXPECT_EQ(test_swap_on(SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK), 0);
}

void test_swap_end(void)
{
	test_swap_disk->fail_after = RAMDISK_NO_FAULT;
	test_swap_off();
	EXPECT_EQ(nr_swapcache_pages, 0);
	ramdisk_free(test_swap_disk);
	test_swap_disk = NULL;
}

struct page *test_present_page(unsigned long addr)
{
	pte_t *ptep = user_pte(current->mm, addr);

	return ptep && pte_mapped(*ptep) ? pfn_to_page(pte_pfn(*ptep)) : NULL;
}

unsigned long test_push_out(unsigned long addr, unsigned int nr)
{
	struct scan_control sc = {.may_io = true, .forced = true};
	LIST_HEAD(pages);

	for (unsigned int i = 0; i < nr; i++) {
		struct page *page = test_present_page(addr + i * PAGE_SIZE);

		if (!page || !PageLRU(page))
			continue;
		get_page(page);
		lru_isolate(page);
		list_add_tail(&page->lru, &pages);
	}
	shrink_page_list(&pages, &sc);
	return sc.reclaimed;
}

void test_scan_lists(void)
{
	struct scan_control sc = {.may_io = true, .wanted = ~0ul};
	struct zone *zone;

	for_each_zone (zone)
		shrink_zone(zone, 0, &sc);
}
