/*
 * test_ide.c - partition tables, good and hostile, and the disk itself: reads by
 * interrupt, bounds, and a write to the swap partition's last sectors that is taken back.
 */
#include "drivers/partition.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/gfp.h"
#include "mm/highmem.h"

#define DISK_SECTORS	 100000u
#define PART_SWAP	 0x82
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)

static void put_entry(u8 *mbr, unsigned int i, u8 type, u32 start, u32 sectors)
{
	u8 *entry = mbr + 446 + i * 16;

	entry[4] = type;
	memcpy(entry + 8, &start, 4);
	memcpy(entry + 12, &sectors, 4);
}

static void test_partitions(void)
{
	struct partition parts[MBR_PARTITIONS];
	u8 mbr[SECTOR_SIZE] = {0};

	EXPECT_EQ(partition_parse(mbr, DISK_SECTORS, "t", parts), (unsigned long)-EINVAL);
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
	EXPECT_EQ(partition_parse(mbr, DISK_SECTORS, "t", parts), 0);
	put_entry(mbr, 0, 0x83, 2048, 1000);
	put_entry(mbr, 2, PART_SWAP, 3048, DISK_SECTORS - 3048);
	EXPECT_EQ(partition_parse(mbr, DISK_SECTORS, "t", parts), 2);
	EXPECT_EQ(parts[0].number, 1);
	EXPECT_EQ(parts[0].start, 2048);
	EXPECT_EQ(parts[1].number, 3);
	EXPECT_EQ(parts[1].type, PART_SWAP);
	EXPECT_EQ(parts[1].sectors, DISK_SECTORS - 3048);
}

static void test_hostile_table(void)
{
	static const struct {
		u32 start, sectors;
	} bad[] = {
		{0, 10},	 {DISK_SECTORS, 1},	{1, DISK_SECTORS},	  {0xffffffff, 2},
		{2, 0xffffffff}, {DISK_SECTORS - 1, 2}, {0x80000000, 0x80000000}, {5, 0}};
	struct partition parts[MBR_PARTITIONS];
	u8 mbr[SECTOR_SIZE] = {0};
	int old = console_loglevel;
	unsigned int i;

	console_loglevel = 0;
	mbr[510] = 0x55;
	mbr[511] = 0xaa;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		put_entry(mbr, 0, 0x83, bad[i].start, bad[i].sectors);
		EXPECT_EQ(partition_parse(mbr, DISK_SECTORS, "t", parts), 0);
	}
	put_entry(mbr, 0, 0x83, 100, 100);
	put_entry(mbr, 1, 0x83, 199, 10); /* overlaps by one */
	put_entry(mbr, 2, 0x83, 50, 51);
	put_entry(mbr, 3, 0x05, 300, 10); /* extended */
	EXPECT_EQ(partition_parse(mbr, DISK_SECTORS, "t", parts), 1);
	console_loglevel = old;
}

/* hda, or NULL and the case is skipped. */
static struct block_device *need_disk(void)
{
	struct block_device *disk = blkdev_find("hda");

	if (!disk)
		ktap_skip("no disk");
	return disk;
}

static void test_bounds(void)
{
	struct block_device *disk = need_disk();
	struct page *page;

	if (!disk)
		return;
	page = alloc_page(GFP_KERNEL);
	if (!EXPECT(page))
		return;
	EXPECT_EQ(blkdev_rw(disk, disk->sectors, page, 0, 1, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, disk->sectors - 1, page, 0, 2, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, 0xffffffff, page, 0, 8, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, 0, page, 0, 0, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, 0, page, 0, 9, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, 0, page, 512, 8, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, 0, page, 100, 1, false), (unsigned long)-EINVAL);
	EXPECT_EQ(blkdev_rw(disk, disk->sectors - 1, page, 3584, 1, false), 0);
	__free_page(page);
}

/* Eight sectors at once and one by one are the same bytes, in any zone. */
static void test_read(void)
{
	struct block_device *disk = need_disk();
	struct page *whole, *parts;
	unsigned int i;
	u8 *a, *b;

	if (!disk)
		return;
	whole = alloc_page(GFP_HIGHUSER);
	parts = alloc_page(GFP_KERNEL);
	if (!EXPECT(whole && parts))
		goto out_free;
	EXPECT_EQ(blkdev_rw(disk, 0, whole, 0, SECTORS_PER_PAGE, false), 0);
	for (i = 0; i < SECTORS_PER_PAGE; i++)
		EXPECT_EQ(blkdev_rw(disk, i, parts, i * SECTOR_SIZE, 1, false), 0);
	a = kmap(whole);
	b = kmap(parts);
	EXPECT(memcmp(a, b, PAGE_SIZE) == 0);
	EXPECT_EQ(a[510] | a[511] << 8, 0xaa55);
	kunmap(parts);
	kunmap(whole);
out_free:
	if (whole)
		__free_page(whole);
	if (parts)
		__free_page(parts);
}

static struct block_device *find_swap(void)
{
	struct block_device *bdev;

	for (bdev = blkdev_first(); bdev; bdev = bdev->next) {
		if (bdev->part_type == PART_SWAP && bdev->sectors > 2 * SECTORS_PER_PAGE)
			return bdev;
	}
	ktap_skip("no swap partition");
	return NULL;
}

static void fill_page(struct page *page, u8 seed)
{
	u8 *bytes = kmap(page);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE; i++)
		bytes[i] = (u8)(seed + i * 3 + (i >> 8));
	kunmap(page);
}

static bool same_pages(struct page *one, struct page *other)
{
	bool same = memcmp(kmap(one), kmap(other), PAGE_SIZE) == 0;

	kunmap(other);
	kunmap(one);
	return same;
}

/* Reads the page at `sector` into `page` after spoiling what is in it. */
static int reread(struct block_device *bdev, sector_t sector, struct page *page)
{
	fill_page(page, 99);
	return blkdev_rw(bdev, sector, page, 0, SECTORS_PER_PAGE, false);
}

static void test_write(void)
{
	struct block_device *swap = find_swap();
	struct page *saved, *out, *in;
	sector_t sector;

	if (!swap)
		return;
	sector = swap->sectors - SECTORS_PER_PAGE;
	saved = alloc_page(GFP_HIGHUSER);
	out = alloc_page(GFP_HIGHUSER);
	in = alloc_page(GFP_HIGHUSER);
	if (!EXPECT(saved && out && in))
		goto out_free;
	EXPECT_EQ(blkdev_rw(swap, sector, saved, 0, SECTORS_PER_PAGE, false), 0);
	fill_page(out, 1);
	EXPECT_EQ(blkdev_rw(swap, sector, out, 0, SECTORS_PER_PAGE, true), 0);
	EXPECT_EQ(reread(swap, sector, in), 0);
	EXPECT(same_pages(in, out));
	/* One sector in the middle: its neighbours stay. */
	EXPECT_EQ(blkdev_rw(swap, sector + 3, out, 3 * SECTOR_SIZE, 1, true), 0);
	EXPECT_EQ(reread(swap, sector, in), 0);
	EXPECT(same_pages(in, out));
	EXPECT_EQ(blkdev_flush(swap), 0);
	EXPECT_EQ(blkdev_rw(swap, sector, saved, 0, SECTORS_PER_PAGE, true), 0);
	EXPECT_EQ(reread(swap, sector, in), 0);
	EXPECT(same_pages(in, saved));
out_free:
	if (saved)
		__free_page(saved);
	if (out)
		__free_page(out);
	if (in)
		__free_page(in);
}

static const struct ktap_case cases[] = {
	{"partitions", test_partitions}, {"hostile_table", test_hostile_table},
	{"bounds", test_bounds},	 {"read", test_read},
	{"write", test_write},		 {NULL, NULL},
};

const struct ktap_suite ide_suite = {"ide", cases};
