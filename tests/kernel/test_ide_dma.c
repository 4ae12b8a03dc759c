/*
 * test_ide_dma.c - the disk by DMA and by PIO: the same bytes, in any memory; and what goes wrong:
 * errors, interrupts that get lost, commands that the drive never hears of.
 *
 * The end of the swap partition is where things are written; it is put back.
 */
#include "drivers/ide_channel.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/highmem.h"

#define NR_PAGES  8u
#define PART_SWAP 0x82

static struct page *one[NR_PAGES], *other[NR_PAGES];
static bool had_dma;
static int old_loglevel;

static struct block_device *disk(void)
{
	struct block_device *hda = blkdev_find("hda");

	if (!hda)
		ktap_skip("no disk");
	return hda;
}

/* The disk, or NULL and the case is skipped; pages to read into. */
static struct block_device *begin(gfp_t gfp)
{
	struct block_device *hda = disk();
	unsigned int i;

	if (!hda)
		return NULL;
	had_dma = ide_uses_dma();
	old_loglevel = console_loglevel;
	console_loglevel = 0;
	memset(&ide_inject, 0, sizeof(ide_inject));
	for (i = 0; i < NR_PAGES; i++) {
		one[i] = alloc_page(gfp);
		other[i] = alloc_page(gfp);
		BUG_ON(!one[i] || !other[i]);
	}
	return hda;
}

static void end(void)
{
	unsigned int i;

	memset(&ide_inject, 0, sizeof(ide_inject));
	ide_set_dma(had_dma);
	console_loglevel = old_loglevel;
	for (i = 0; i < NR_PAGES; i++) {
		__free_page(one[i]);
		__free_page(other[i]);
	}
}

static void spoil(struct page **pages, u8 value)
{
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		void *data = kmap(pages[i]);

		memset(data, value + (int)i, PAGE_SIZE);
		kunmap(pages[i]);
	}
}

static bool same(struct page *a, struct page *b)
{
	bool equal = memcmp(kmap(a), kmap(b), PAGE_SIZE) == 0;

	kunmap(b);
	kunmap(a);
	return equal;
}

static bool all_same(void)
{
	for (unsigned int i = 0; i < NR_PAGES; i++)
		if (!same(one[i], other[i]))
			return false;
	return true;
}

/* All pages in one bio. */
static int move(struct block_device *bdev, sector_t sector, struct page **pages, bool write)
{
	struct bio_vec vecs[NR_PAGES];
	struct bio bio;

	bio_init(&bio, vecs, NR_PAGES);
	bio.bdev = bdev;
	bio.sector = sector;
	bio.write = write;
	for (unsigned int i = 0; i < NR_PAGES; i++)
		bio_add_page(&bio, pages[i], 0, PAGE_SIZE);
	return submit_bio_wait(&bio);
}

static bool need_dma(void)
{
	if (!had_dma)
		ktap_skip("no DMA");
	return had_dma;
}

static void compare_reads(gfp_t gfp)
{
	struct block_device *hda = begin(gfp);
	unsigned long dma = ide_counts.dma, pio = ide_counts.pio;

	if (!hda)
		return;
	if (need_dma()) {
		spoil(one, 1);
		spoil(other, 101);
		EXPECT_EQ(move(hda, 2048 + 16, one, false), 0);
		EXPECT_EQ(ide_counts.dma, dma + 1);
		ide_set_dma(false);
		EXPECT_EQ(move(hda, 2048 + 16, other, false), 0);
		EXPECT_EQ(ide_counts.pio, pio + 1);
		EXPECT(all_same());
	}
	end();
}

static void test_dma_is_pio(void)
{
	compare_reads(GFP_KERNEL);
}

static void test_highmem(void)
{
	struct page *page = alloc_page(GFP_HIGHUSER);
	bool high = page && PageHighMem(page);

	if (page)
		__free_page(page);
	if (high)
		compare_reads(GFP_HIGHUSER);
	else
		ktap_skip("no HIGHMEM");
}

/* Pieces that are less than a page, in one command. */
static void test_pieces(void)
{
	struct block_device *hda = begin(GFP_KERNEL);
	struct bio_vec vecs[4];
	struct bio bio;

	if (!hda)
		return;
	for (int pass = 0; pass < 2; pass++) {
		spoil(one, 1);
		EXPECT_EQ(blkdev_rw(hda, 2048, other[0], 0, 8, false), 0);
		bio_init(&bio, vecs, 4);
		bio.bdev = hda;
		bio.sector = 2048;
		EXPECT(bio_add_page(&bio, one[0], 0, 1 * SECTOR_SIZE));
		EXPECT(bio_add_page(&bio, one[0], 1 * SECTOR_SIZE, 4 * SECTOR_SIZE));
		EXPECT(bio_add_page(&bio, one[0], 5 * SECTOR_SIZE, 1 * SECTOR_SIZE));
		EXPECT(bio_add_page(&bio, one[0], 6 * SECTOR_SIZE, 2 * SECTOR_SIZE));
		EXPECT(!bio_add_page(&bio, one[1], 0, SECTOR_SIZE));
		EXPECT_EQ(submit_bio_wait(&bio), 0);
		EXPECT(same(one[0], other[0]));
		ide_set_dma(false);
	}
	end();
}

/* Neighbours in memory are one entry of the table, but not across 64 KiB. */
static void test_prd_table(void)
{
	struct ide_prd prds[4];
	unsigned int nr = 0;

	EXPECT(ide_prd_add(prds, &nr, 0x1f000, 0x1000));
	EXPECT(ide_prd_add(prds, &nr, 0x20000, 0x1000)); /* a multiple of 64 KiB between them */
	EXPECT(!ide_prd_add(prds, &nr, 0x21000, 0x1000));
	EXPECT(!ide_prd_add(prds, &nr, 0x22000, 0x200));
	EXPECT(ide_prd_add(prds, &nr, 0x23000, 0x200)); /* a gap */
	EXPECT_EQ(nr, 3);
	EXPECT_EQ(prds[1].addr, 0x20000);
	EXPECT_EQ(prds[1].flags, 0x2200);
	nr = 0;
	for (phys_addr_t addr = 0x30000; addr < 0x50000; addr += 0x1000)
		ide_prd_add(prds, &nr, addr, 0x1000);
	EXPECT_EQ(nr, 2);
	EXPECT_EQ(prds[0].flags, 0x10000); /* 0 in the drive's 16 bits */
	EXPECT_EQ(prds[1].flags, 0x10000);
}

/* A block of memory that has such a multiple in its middle. */
static void test_boundary(void)
{
	struct block_device *hda = begin(GFP_KERNEL);
	struct page *block, *first;
	struct page *pages[NR_PAGES];

	if (!hda)
		return;
	block = alloc_pages(GFP_KERNEL, 5);
	if (need_dma() && EXPECT(block)) {
		first = block + 16 - NR_PAGES / 2;
		for (unsigned int i = 0; i < NR_PAGES; i++)
			pages[i] = first + i;
		EXPECT_EQ(page_to_phys(pages[NR_PAGES / 2]) % 0x10000, 0);
		spoil(pages, 7);
		EXPECT_EQ(move(hda, 2048 + 64, pages, false), 0);
		ide_set_dma(false);
		EXPECT_EQ(move(hda, 2048 + 64, other, false), 0);
		for (unsigned int i = 0; i < NR_PAGES; i++)
			EXPECT(same(pages[i], other[i]));
	}
	if (block)
		__free_pages(block, 5);
	end();
}

/* The swap partition, or NULL. */
static struct block_device *scratch(void)
{
	struct block_device *bdev;

	for (bdev = blkdev_first(); bdev; bdev = bdev->next)
		if (bdev->part_type == PART_SWAP && bdev->sectors > 4096)
			return bdev;
	ktap_skip("no swap partition");
	return NULL;
}

static void test_write(void)
{
	struct block_device *hda = begin(GFP_HIGHUSER), *swap = hda ? scratch() : NULL;
	struct page *saved[NR_PAGES];
	sector_t sector;

	if (!hda)
		return;
	if (swap) {
		sector = swap->sectors - NR_PAGES * SECTORS_PER_PAGE;
		EXPECT_EQ(move(swap, sector, one, false), 0);
		memcpy(saved, one, sizeof(one));
		for (unsigned int i = 0; i < NR_PAGES; i++)
			one[i] = alloc_page(GFP_HIGHUSER);
		spoil(one, 50);
		EXPECT_EQ(move(swap, sector, one, true), 0);
		ide_set_dma(false);
		EXPECT_EQ(move(swap, sector, other, false), 0);
		EXPECT(all_same());
		spoil(one, 90);
		EXPECT_EQ(move(swap, sector, one, true), 0);
		ide_set_dma(had_dma);
		EXPECT_EQ(move(swap, sector, other, false), 0);
		EXPECT(all_same());
		EXPECT_EQ(blkdev_flush(swap), 0);
		EXPECT_EQ(move(swap, sector, saved, true), 0);
		for (unsigned int i = 0; i < NR_PAGES; i++)
			__free_page(saved[i]);
	}
	end();
}

/* --- what goes wrong --- */

static void test_retry(void)
{
	struct block_device *hda = begin(GFP_KERNEL);
	unsigned long resets = ide_counts.resets;

	if (!hda)
		return;
	EXPECT_EQ(move(hda, 2048, other, false), 0);
	ide_inject.drive_errors = 2;
	EXPECT_EQ(move(hda, 2048, one, false), 0);
	EXPECT_EQ(ide_counts.resets, resets + 2);
	EXPECT(all_same());
	ide_inject.drive_errors = 3;
	EXPECT_EQ(move(hda, 2048, one, false), -EIO);
	EXPECT_EQ(ide_inject.drive_errors, 0);
	EXPECT_EQ(move(hda, 2048, one, false), 0);
	end();
}

/* Neighbours are one command, which fails; then only the bad one is an error. */
static void test_bad_sector(void)
{
	struct block_device *hda = begin(GFP_KERNEL);
	struct bio_batch batch[NR_PAGES] = {{0}};
	unsigned long dma = ide_counts.dma + ide_counts.pio;
	struct blk_plug plug;

	if (!hda)
		return;
	ide_inject.bad_sector = 2048 + 3 * SECTORS_PER_PAGE + 5;
	ide_inject.bad_requests = 100;
	blk_start_plug(&plug);
	for (unsigned int i = 0; i < NR_PAGES; i++) {
		struct bio *bio = bio_alloc(GFP_KERNEL);

		bio->bdev = hda;
		bio->sector = 2048 + i * SECTORS_PER_PAGE;
		bio_add_page(bio, one[i], 0, PAGE_SIZE);
		bio_batch_submit(&batch[i], bio);
	}
	blk_finish_plug(&plug);
	for (unsigned int i = 0; i < NR_PAGES; i++)
		EXPECT_EQ(bio_batch_wait(&batch[i]), i == 3 ? -EIO : 0);
	/* Together once, then one by one, the bad one three times. */
	EXPECT_EQ(ide_counts.dma + ide_counts.pio - dma, 1 + NR_PAGES + 2);
	ide_inject.bad_requests = 0;
	EXPECT_EQ(move(hda, 2048, other, false), 0);
	EXPECT(same(one[2], other[2]) && same(one[4], other[4]));
	end();
}

/* What DMA does wrong, PIO does; the third time is the last. */
static void test_dma_fails(void)
{
	struct block_device *hda = begin(GFP_KERNEL);
	unsigned long failures = ide_counts.dma_failures;

	if (!hda)
		return;
	if (need_dma()) {
		EXPECT_EQ(move(hda, 2048, other, false), 0);
		for (unsigned int i = 0; i < 3; i++) {
			spoil(one, 1);
			EXPECT(ide_uses_dma());
			ide_inject.dma_errors = 2;
			EXPECT_EQ(move(hda, 2048, one, false), 0);
			EXPECT(all_same());
		}
		EXPECT(!ide_uses_dma());
		EXPECT_EQ(ide_counts.dma_failures, failures + 3);
		spoil(one, 1);
		EXPECT_EQ(move(hda, 2048, one, false), 0);
		EXPECT(all_same());
	}
	end();
}

/* Ticks: on a machine whose time is the host's, nobody wants to wait as long as the driver does. */
#define PATIENCE (HZ / 5)

static void lose_an_irq(struct block_device *hda)
{
	unsigned long lost = ide_counts.lost_irqs, resets = ide_counts.resets;

	spoil(one, 1);
	ide_inject.lost_irqs = 1;
	EXPECT_EQ(move(hda, 2048, one, false), 0);
	EXPECT_EQ(ide_inject.lost_irqs, 0);
	EXPECT(all_same());
	EXPECT_EQ(ide_counts.lost_irqs, lost + 1);
	EXPECT_EQ(ide_counts.resets, resets);
}

/* The timer finds the drive done: time is lost, nothing else. */
static void test_lost_irq(void)
{
	struct block_device *hda = begin(GFP_KERNEL);

	if (!hda)
		return;
	ide_inject.patience = PATIENCE;
	EXPECT_EQ(move(hda, 2048, other, false), 0);
	lose_an_irq(hda);
	ide_set_dma(false);
	lose_an_irq(hda);
	end();
}

/* A drive that never answers is reset, and asked again; three times. A flush before it, which may
 * take much longer, does not make the guard look later. */
static void test_hang(void)
{
	struct block_device *hda = begin(GFP_KERNEL);
	unsigned long resets = ide_counts.resets, before;

	if (!hda)
		return;
	ide_inject.patience = PATIENCE;
	EXPECT_EQ(blkdev_flush(hda), 0);
	before = jiffies;
	EXPECT_EQ(move(hda, 2048, other, false), 0);
	ide_inject.hangs = 1;
	EXPECT_EQ(move(hda, 2048, one, false), 0);
	EXPECT(all_same());
	EXPECT_EQ(ide_counts.resets, resets + 1);
	EXPECT(jiffies - before < 10 * HZ);
	ide_inject.hangs = 3;
	EXPECT_EQ(move(hda, 2048, one, false), -ETIMEDOUT);
	EXPECT_EQ(move(hda, 2048, one, false), 0);
	end();
}

static const struct ktap_case cases[] = {
	{"dma_is_pio", test_dma_is_pio},
	{"highmem", test_highmem},
	{"pieces", test_pieces},
	{"prd_table", test_prd_table},
	{"boundary", test_boundary},
	{"write", test_write},
	{"retry", test_retry},
	{"bad_sector", test_bad_sector},
	{"dma_fails", test_dma_fails},
	{"lost_irq", test_lost_irq},
	{"hang", test_hang},
	{NULL, NULL},
};

const struct ktap_suite ide_dma_suite = {"ide_dma", cases};
