/*
 * test_isa_dma.c - the 8237A and what it is for: diskette sectors of known contents, read by DMA
 * into memory below 16 MiB; and what it cannot do, refused.
 *
 * Sector N of the diskette (disk/disk.mk) holds LINES lines of text, each with N and its own
 * number.
 */
#include "drivers/dma8237.h"
#include "drivers/floppy.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/fault_inject.h"
#include "mm/gfp.h"
#include "mm/highmem.h"

#define LINE_BYTES	 32
#define LINES		 (SECTOR_SIZE / LINE_BYTES)
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)
#define DISK_SECTORS	 2880u
#define NO_SECTOR	 3600u /* cylinder 100; some drives do have an 80th */
#define SPOIL		 0xa5
#define CHANNEL		 3 /* nobody's */
#define WORD_CHANNEL	 5

/* fd0 with the build's diskette in it, or NULL and the case is skipped. */
static struct block_device *need_floppy(void)
{
	struct block_device *floppy = blkdev_find("fd0");
	struct page *page;
	int old = console_loglevel, err;

	if (!floppy) {
		ktap_skip("no diskette drive");
		return NULL;
	}
	page = alloc_page(GFP_KERNEL | GFP_DMA);
	if (!EXPECT(page))
		return NULL;
	console_loglevel = 0;
	err = floppy_read(0, page, 0, 1);
	console_loglevel = old;
	__free_page(page);
	if (err == -ENXIO) {
		ktap_skip("no medium in the drive");
		return NULL;
	}
	return EXPECT_EQ(err, 0) ? floppy : NULL;
}

static void spoil(struct page *page)
{
	memset(kmap(page), SPOIL, PAGE_SIZE);
	kunmap(page);
}

static bool is_spoilt(struct page *page, unsigned int from, unsigned int to)
{
	const u8 *bytes = kmap(page);
	bool same = true;

	for (; from < to; from++)
		same &= bytes[from] == SPOIL;
	kunmap(page);
	return same;
}

/* Byte for byte: `count` sectors from `sector` on, at `offset` of the page; all else untouched. */
static bool holds_sectors(struct page *page, unsigned int offset, sector_t sector,
			  unsigned int count)
{
	const char *bytes = (const char *)kmap(page) + offset;
	char want[LINE_BYTES + 1];
	bool same = true;
	unsigned int i;

	for (i = 0; i < count * LINES; i++) {
		snprintf(want, sizeof(want), "Pagoda's floppy, sector %04u %02u\n",
			 sector + i / LINES, i % LINES);
		same &= memcmp(bytes + i * LINE_BYTES, want, LINE_BYTES) == 0;
	}
	kunmap(page);
	return same && is_spoilt(page, 0, offset) &&
	       is_spoilt(page, offset + count * SECTOR_SIZE, PAGE_SIZE);
}

/* One sector, a page, both sides of a track, both tracks of a cylinder, the last sectors. */
static void test_read(void)
{
	static const struct {
		sector_t sector;
		unsigned int offset, count;
	} reads[] = {
		{0, 0, 1},	 {1234, 512, 1},	   {2, 0, 8}, {14, 0, 8}, {30, 1024, 6},
		{1443, 3584, 1}, {DISK_SECTORS - 8, 0, 8},
	};
	struct page *page;
	unsigned int i;

	if (!need_floppy())
		return;
	page = alloc_page(GFP_KERNEL | GFP_DMA);
	if (!EXPECT(page))
		return;
	EXPECT(page_to_phys(page) < DMA_LIMIT);
	for (i = 0; i < ARRAY_SIZE(reads); i++) {
		spoil(page);
		EXPECT_EQ(floppy_read(reads[i].sector, page, reads[i].offset, reads[i].count), 0);
		EXPECT(holds_sectors(page, reads[i].offset, reads[i].sector, reads[i].count));
	}
	__free_page(page);
}

/* A page that is not ISA DMA's, or NULL and the case is skipped. */
static struct page *page_above_16_mib(gfp_t gfp)
{
	struct page *page = alloc_page(gfp);

	if (page && page_to_phys(page) < DMA_LIMIT) {
		__free_page(page);
		page = NULL;
	}
	if (!page)
		ktap_skip("no free memory above 16 MiB");
	return page;
}

static void test_above_16_mib(void)
{
	struct page *page = page_above_16_mib(GFP_HIGHUSER);

	if (!page)
		return;
	if (need_floppy()) {
		spoil(page);
		EXPECT_EQ(floppy_read(0, page, 0, 1), -EINVAL);
		EXPECT(is_spoilt(page, 0, PAGE_SIZE));
	}
	__free_page(page);
}

/* The block device takes any page: it reads elsewhere and copies. */
static void test_bounce(void)
{
	struct page *page = page_above_16_mib(GFP_HIGHUSER);
	struct block_device *floppy;

	if (!page)
		return;
	floppy = need_floppy();
	if (floppy) {
		spoil(page);
		EXPECT_EQ(blkdev_rw(floppy, 700, page, 1024, 3, false), 0);
		EXPECT(holds_sectors(page, 1024, 700, 3));
		spoil(page);
		EXPECT_EQ(blkdev_rw(floppy, 2000, page, 0, SECTORS_PER_PAGE, false), 0);
		EXPECT(holds_sectors(page, 0, 2000, SECTORS_PER_PAGE));
		EXPECT_EQ(blkdev_rw(floppy, 0, page, 0, 1, true), -EROFS);
	}
	__free_page(page);
}

/* Nowhere to bounce: nothing is read, and the page stays as it was. */
static void test_no_memory(void)
{
	struct page *page = page_above_16_mib(GFP_HIGHUSER);
	struct block_device *floppy;

	if (!page)
		return;
	floppy = need_floppy();
	if (floppy) {
		spoil(page);
		fault_inject_nth(1);
		EXPECT_EQ(blkdev_rw(floppy, 0, page, 0, 1, false), -ENOMEM);
		EXPECT(fault_inject_nth_end());
		EXPECT(is_spoilt(page, 0, PAGE_SIZE));
	}
	__free_page(page);
}

static void test_past_the_end(void)
{
	struct block_device *floppy = need_floppy();
	int old = console_loglevel;
	struct page *page;

	if (!floppy)
		return;
	page = alloc_page(GFP_KERNEL | GFP_DMA);
	if (!EXPECT(page))
		return;
	console_loglevel = 0;
	spoil(page);
	EXPECT_EQ(floppy_read(NO_SECTOR, page, 0, 1), -EIO);
	EXPECT_EQ(floppy_read((sector_t)-1, page, 0, 1), -EIO);
	EXPECT(is_spoilt(page, 0, PAGE_SIZE));
	EXPECT_EQ(floppy_read(0, page, 0, 0), -EINVAL);
	EXPECT_EQ(floppy_read(0, page, 512, 8), -EINVAL);
	EXPECT_EQ(floppy_read(0, page, 100, 1), -EINVAL);
	EXPECT_EQ(blkdev_rw(floppy, DISK_SECTORS, page, 0, 1, false), -EINVAL);
	console_loglevel = old;
	/* After the error it works again. */
	EXPECT_EQ(floppy_read(5, page, 0, 1), 0);
	EXPECT(holds_sectors(page, 0, 5, 1));
	__free_page(page);
}

/* What the address lines cannot do, at each edge. No transfer is started. */
static void test_refusals(void)
{
	static const struct {
		unsigned int channel;
		phys_addr_t phys;
		size_t bytes;
		int want;
	} rows[] = {
		{CHANNEL, 0x200000, 0, -EINVAL},
		{CHANNEL, 0x200000, 0x10000, 0},
		{CHANNEL, 0x200000, 0x10001, -EINVAL},
		{CHANNEL, 0x20f000, 0x1000, 0},
		{CHANNEL, 0x20f001, 0x1000, -EINVAL},
		{CHANNEL, 0x20fe00, 0x400, -EINVAL},
		{CHANNEL, DMA_LIMIT - 1, 1, 0},
		{CHANNEL, DMA_LIMIT - 1, 2, -EINVAL},
		{CHANNEL, DMA_LIMIT, 1, -EINVAL},
		{CHANNEL, 0xfffff000, 0x1000, -EINVAL},
		{CHANNEL, 0xffffffff, 1, -EINVAL},
		{WORD_CHANNEL, 0x20f000, 0x2000, 0},
		{WORD_CHANNEL, 0x21f000, 0x2000, -EINVAL},
		{WORD_CHANNEL, 0x200000, 0x20000, 0},
		{WORD_CHANNEL, 0x200001, 2, -EINVAL},
		{WORD_CHANNEL, 0x200000, 3, -EINVAL},
		{DMA_CASCADE, 0x200000, 512, -EINVAL},
		{DMA_CHANNELS, 0x200000, 512, -EINVAL},
	};
	unsigned int i;

	if (!EXPECT_EQ(request_dma(CHANNEL, "test"), 0))
		return;
	if (!EXPECT_EQ(request_dma(WORD_CHANNEL, "test"), 0))
		goto out_free;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		EXPECT_EQ(dma_setup(rows[i].channel, rows[i].phys, rows[i].bytes, DMA_FROM_DEVICE),
			  rows[i].want);
		if (rows[i].want)
			continue;
		EXPECT_EQ(dma_residue(rows[i].channel), rows[i].bytes);
		dma_stop(rows[i].channel);
	}
	free_dma(WORD_CHANNEL);
out_free:
	free_dma(CHANNEL);
	EXPECT_EQ(dma_setup(CHANNEL, 0x200000, 512, DMA_FROM_DEVICE), -EINVAL);
}

static void test_channels(void)
{
	int old = console_loglevel;

	console_loglevel = 0;
	EXPECT_EQ(request_dma(DMA_CASCADE, "test"), -EINVAL);
	EXPECT_EQ(request_dma(DMA_CHANNELS, "test"), -EINVAL);
	EXPECT_EQ(request_dma(CHANNEL, "test"), 0);
	EXPECT_EQ(request_dma(CHANNEL, "other"), -EBUSY);
	free_dma(CHANNEL);
	EXPECT_EQ(request_dma(CHANNEL, "other"), 0);
	free_dma(CHANNEL);
	console_loglevel = old;
}

static const struct ktap_case cases[] = {
	{"channels", test_channels},
	{"refusals", test_refusals},
	{"read", test_read},
	{"above_16_mib", test_above_16_mib},
	{"bounce", test_bounce},
	{"no_memory", test_no_memory},
	{"past_the_end", test_past_the_end},
	{NULL, NULL},
};

const struct ktap_suite isa_dma_suite = {"isa_dma", cases};
