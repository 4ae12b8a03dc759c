/* reclaim_disk.c - see reclaim_disk.h. */
#include "reclaim_disk.h"
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "tasks.h"
#include "test.h"
#include <string.h>

unsigned long reclaim_disk_reads, reclaim_disk_writes;
bool (*reclaim_disk_fails)(bool write);

static u8 disk[RECLAIM_DISK_PAGES][PAGE_SIZE];

/* One half before, one half after others had the CPU. */
static int disk_rw(struct block_device *bdev, sector_t sector, struct page *page,
		   unsigned int offset, unsigned int count, bool write)
{
	u8 *there = disk[(unsigned long)sector / 8], *here = host_frame(page_to_pfn(page));
	u8 before[PAGE_SIZE];

	(void)bdev;
	CHECK(sector % 8 == 0 && offset == 0 && count == 8);
	*(write ? &reclaim_disk_writes : &reclaim_disk_reads) += 1;
	memcpy(before, here, PAGE_SIZE);
	task_yield();
	if (reclaim_disk_fails && reclaim_disk_fails(write))
		return -EIO;
	memcpy(write ? there : here, write ? here : there, PAGE_SIZE / 2);
	task_yield();
	memcpy(write ? there + PAGE_SIZE / 2 : here + PAGE_SIZE / 2,
	       write ? here + PAGE_SIZE / 2 : there + PAGE_SIZE / 2, PAGE_SIZE / 2);
	CHECK(!write || !memcmp(before, there, PAGE_SIZE));
	return 0;
}

static const struct block_device_ops ops = {.rw_page = disk_rw};
static struct block_device device = {.name = "hdx", .sectors = RECLAIM_DISK_PAGES * 8, .ops = &ops};

static void make_header(u8 *header, u32 last_page)
{
	const u32 version = 1;

	memcpy(header + 1024, &version, sizeof(version));
	memcpy(header + 1028, &last_page, sizeof(last_page));
	memcpy(header + PAGE_SIZE - 10, "SWAPSPACE2", 10);
}

void reclaim_disk_on(unsigned long first, unsigned long pages)
{
	struct swap_backing backing = {
		.name = "hdx", .bdev = &device, .pages = pages, .nr_extents = 1};

	make_header(disk[first], (u32)pages - 1);
	backing.extents = kmalloc(sizeof(*backing.extents), GFP_KERNEL);
	*backing.extents = (struct swap_extent){0, pages, (sector_t)first * 8};
	if (swap_area_on(&backing, 0))
		panic("no swap area on the disk");
}
