/*
 * test_floppy.c - the diskette driver on a controller that works, one that fails in every way a
 * byte at a time allows, and one that says random things.
 */
#include "drivers/dma8237.h"
#include "drivers/fdc.h"
#include "drivers/floppy.h"
#include "isa_machine.h"
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "kernel/resource.h"
#include "kernel/string.h"
#include "machine.h"
#include "mm/gfp.h"
#include "test.h"

#define SPOIL 0x5a

static struct page *dma_page, *high_page;
static struct block_device *fd0;

static unsigned int claimed_ports(void)
{
	struct resource_line line;
	unsigned int n = 0;

	while (resource_line(&ioport_resource, n, &line))
		n++;
	return n;
}

static void boot_once(void)
{
	static bool booted;

	if (booted)
		return;
	booted = true;
	host_sleep_hook = isa_sleep;
	host_boot();
	bio_cache_init();
	dma_init();
	dma_page = alloc_page(GFP_KERNEL | GFP_DMA);
	high_page = alloc_page(GFP_HIGHUSER);
	CHECK(page_to_phys(dma_page) < DMA_LIMIT && page_to_phys(high_page) >= DMA_LIMIT);
}

/* Machines without a drive or a usable controller: nothing is registered, nothing stays claimed. */
static void test_absent(void)
{
	static const enum isa_fault faults[] = {ISA_NO_CONTROLLER, ISA_MUTE, ISA_TALKS};
	unsigned int ports, i;

	boot_once();
	ports = claimed_ports();
	floppy_init(); /* drive type 0 */
	isa_fdc.drive_type = 9;
	floppy_init();
	isa_fdc.drive_type = 4;
	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		isa_fdc.fault = faults[i];
		floppy_init();
	}
	isa_fdc.fault = ISA_FINE;
	isa_fdc.irq_taken = true;
	floppy_init();
	isa_fdc.irq_taken = false;
	CHECK(!blkdev_find("fd0"));
	CHECK_EQ(claimed_ports(), ports);
	CHECK_EQ(floppy_read(0, dma_page, 0, 1), -ENXIO);
	CHECK_EQ(request_dma(FDC_DMA_CHANNEL, "test"), 0); /* is free */
	floppy_init();
	CHECK(!blkdev_find("fd0"));
	CHECK_EQ(claimed_ports(), ports);
	free_dma(FDC_DMA_CHANNEL);
}

static void need_drive(void)
{
	boot_once();
	isa_fdc.fault = ISA_FINE;
	isa_fdc.times = 0;
	isa_fdc.drive_type = 4;
	if (fd0)
		return;
	floppy_init();
	fd0 = blkdev_find("fd0");
	CHECK_EQ(fd0->sectors, ISA_SECTORS);
	CHECK_EQ(isa_fdc.seeks + isa_fdc.reads + isa_fdc.resets, 0);
	CHECK(!isa_fdc.motor);
}

static void spoil(struct page *page)
{
	memset(host_frame(page_to_pfn(page)), SPOIL, PAGE_SIZE);
}

static bool page_holds(struct page *page, unsigned int offset, u32 sector, unsigned int count)
{
	const u8 *bytes = host_frame(page_to_pfn(page));
	unsigned int i;

	for (i = 0; i < PAGE_SIZE; i++) {
		u32 at = i - offset;
		u8 want = i >= offset && at < count * SECTOR_SIZE
				  ? isa_sector_byte(sector + at / SECTOR_SIZE, at % SECTOR_SIZE)
				  : SPOIL;

		if (bytes[i] != want)
			return false;
	}
	return true;
}

/* Every way to lie on tracks: each start, each length. */
static void test_reads(void)
{
	u32 sector;
	unsigned int count;

	need_drive();
	for (sector = 0; sector < 40; sector++) {
		for (count = 1; count <= 8; count++) {
			spoil(dma_page);
			CHECK_EQ(floppy_read(sector, dma_page, 0, count), 0);
			CHECK(page_holds(dma_page, 0, sector, count));
		}
	}
	spoil(dma_page);
	CHECK_EQ(floppy_read(ISA_SECTORS - 3, dma_page, 512, 3), 0);
	CHECK(page_holds(dma_page, 512, ISA_SECTORS - 3, 3));
	CHECK_EQ(isa_fdc.resets, 1);
	host_context_is_clean();
}

static void test_motor(void)
{
	need_drive();
	CHECK_EQ(floppy_read(0, dma_page, 0, 1), 0);
	CHECK(isa_fdc.motor && isa_timer_armed());
	isa_timer_fire();
	CHECK(!isa_fdc.motor);
	CHECK_EQ(floppy_read(1, dma_page, 0, 1), 0);
	CHECK(isa_fdc.motor && isa_timer_armed());
}

static void test_block_device(void)
{
	need_drive();
	spoil(high_page);
	CHECK_EQ(floppy_read(7, high_page, 0, 1), -EINVAL);
	CHECK(page_holds(high_page, 0, 0, 0));
	CHECK_EQ(blkdev_rw(fd0, 700, high_page, 1024, 5, false), 0);
	CHECK(page_holds(high_page, 1024, 700, 5));
	spoil(dma_page);
	CHECK_EQ(blkdev_rw(fd0, 17, dma_page, 0, 8, false), 0);
	CHECK(page_holds(dma_page, 0, 17, 8));
	CHECK_EQ(blkdev_rw(fd0, 0, dma_page, 0, 1, true), -EROFS);
	host_fail_after(0);
	CHECK_EQ(blkdev_rw(fd0, 0, high_page, 0, 1, false), -ENOMEM);
	host_fail_after(-1);
	CHECK_EQ(floppy_read(0, dma_page, 0, 0), -EINVAL);
	CHECK_EQ(floppy_read(0, dma_page, 0, 9), -EINVAL);
	CHECK_EQ(floppy_read(0, dma_page, 100, 1), -EINVAL);
	CHECK_EQ(floppy_read(0, dma_page, 4096, 1), -EINVAL);
	CHECK_EQ(floppy_read(0, dma_page, 0xfffffe00, 1), -EINVAL);
	CHECK_EQ(floppy_read(100 * 36, dma_page, 0, 1), -EIO);
	CHECK_EQ(floppy_read(0xffffffff, dma_page, 0, 1), -EIO);
}

/* For ever: the error comes through, in bounded time, and what was wrong once is not for good. */
static void test_faults(void)
{
	static const struct {
		enum isa_fault fault;
		int want;
	} rows[] = {
		{ISA_MUTE, -ETIMEDOUT},	      {ISA_TALKS, -EIO},
		{ISA_NO_CONTROLLER, -EIO},    {ISA_NO_IRQ, -ETIMEDOUT},
		{ISA_READ_HANGS, -ETIMEDOUT}, {ISA_READ_SHORT, -EIO},
		{ISA_RESULT_SHORT, -EIO},     {ISA_RESULT_LONG, -EIO},
		{ISA_SEEK_WRONG, -EIO},	      {ISA_NO_TRACK_0, -EIO},
		{ISA_NO_MEDIUM, -ENXIO},
	};
	unsigned int i;

	need_drive();
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		int got;

		need_drive();
		CHECK_EQ(floppy_read(1000, dma_page, 0, 1), 0);
		isa_fdc.fault = rows[i].fault;
		got = floppy_read(2000 + i, dma_page, 0, 4);
		if (got != rows[i].want)
			test_fail(__FILE__, __LINE__, "fault %d gives %d, expected %d",
				  rows[i].fault, got, rows[i].want);
		CHECK(isa_timer_armed());
		host_context_is_clean();
	}
	need_drive();
	spoil(dma_page);
	CHECK_EQ(floppy_read(3, dma_page, 0, 8), 0);
	CHECK(page_holds(dma_page, 0, 3, 8));
}

/* Once: the second attempt, after a reset, succeeds. */
static void test_retries(void)
{
	static const enum isa_fault faults[] = {
		ISA_READ_HANGS,	  ISA_READ_STATUS, ISA_READ_SHORT,
		ISA_RESULT_SHORT, ISA_RESULT_LONG, ISA_SEEK_WRONG,
	};
	unsigned int i, resets;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		need_drive();
		CHECK_EQ(floppy_read(1000, dma_page, 0, 1), 0);
		resets = isa_fdc.resets;
		isa_fdc.fault = faults[i];
		isa_fdc.times = 1;
		isa_fdc.status[0] = 0x40;
		isa_fdc.status[1] = 0x20;
		spoil(dma_page);
		CHECK_EQ(floppy_read(33, dma_page, 0, 8), 0);
		CHECK(page_holds(dma_page, 0, 33, 8));
		CHECK_EQ(isa_fdc.resets, resets + 1);
	}
}

/* Every first two bytes, with each bit of the third: only what reports no error is none. */
static void test_result_phase(void)
{
	u8 result[FDC_RESULT_MAX] = {0};
	unsigned int st0, st1, bit, wrong = 0;
	int n;

	for (st0 = 0; st0 < 256; st0++) {
		for (st1 = 0; st1 < 256; st1++) {
			for (bit = 0; bit <= 8; bit++) {
				/* Bits 3 and 6 of ST1, 2, 3 and 7 of ST2 report nothing of a read.
				 */
				bool fine = !(st0 & 0xc3) && !(st1 & ~0x48u) &&
					    (bit == 8 || bit == 2 || bit == 3 || bit == 7);

				result[0] = (u8)st0;
				result[1] = (u8)st1;
				result[2] = (u8)(1u << bit);
				wrong += fdc_read_error(result, 7) != (fine ? 0 : -EIO);
			}
		}
	}
	CHECK_EQ(wrong, 0);
	memset(result, 0, sizeof(result));
	for (n = -1; n < 7; n++)
		CHECK_EQ(fdc_read_error(result, n), -EIO);
}

static struct input noise_input;
static u32 noise_seed;

/* The input's bytes, then noise made from their number: most often ready, as nothing happens else.
 */
static u8 noise(void)
{
	if (noise_input.left)
		return input_u8(&noise_input);
	noise_seed = noise_seed * 1664525 + 1013904223;
	return (u8)(noise_seed >> 24 | (noise_seed >> 16 & 0x80));
}

/* Any bytes from any port: an errno, nothing but the page written, and it works afterwards. */
static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};
	u32 sector = input_below(&in, ISA_SECTORS);
	int got;

	need_drive();
	spoil(high_page);
	noise_input = in;
	noise_seed = sector;
	isa_fdc.noise = noise;
	isa_fdc.fault = ISA_NOISE;
	got = input_u8(&in) & 1 ? floppy_read(sector, dma_page, 0, 1 + input_below(&in, 8))
				: blkdev_rw(fd0, sector, high_page, 0, 1, false);
	CHECK(got == 0 || got == -EIO || got == -ETIMEDOUT || got == -ENXIO);
	CHECK(got == 0 || page_holds(high_page, 0, 0, 0));
	host_context_is_clean();
	need_drive();
	CHECK_EQ(floppy_read(sector % 2872, dma_page, 0, 1), 0);
	return 0;
}

static void test_noise(void)
{
	check_property(one_input, 300);
}

static const struct test tests[] = {
	{"no drive, no controller", test_absent},
	{"reads", test_reads},
	{"motor", test_motor},
	{"block device", test_block_device},
	{"faults", test_faults},
	{"retries", test_retries},
	{"result phase", test_result_phase},
	{"noise", test_noise},
};

TEST_MAIN(tests)
