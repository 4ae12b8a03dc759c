/*
 * floppy.c - the first diskette drive: motor, head, medium; and block device fd0.
 *
 *   fd0's rw_page() ── any page ──> [bounce page, GFP_DMA, if above 16 MiB] ── floppy_read()
 *   floppy_read() ── piece by piece, none runs over a track's end ──> read_piece()
 *   read_piece() ── arm the 8237A ── seek ── READ DATA ──> fdc.c
 *
 * One request at a time (drive.lock). The first one resets the controller, as does any after a
 * failure, so that what state the BIOS or an error left it in does not matter. The
 * motor needs half a second to come up to speed; it runs on for a while after a request, as
 * another may follow, and a timer stops it.
 *
 * The drive says only that its medium was changed. The line falls when the head steps
 * with a medium inside: one that does not fall means that there is none.
 */
#include "drivers/floppy.h"
#include "arch/page.h"
#include "drivers/dma8237.h"
#include "drivers/fdc.h"
#include "drivers/rtc.h"
#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "sched/timer.h"

#define CMOS_DRIVES    0x10 /* PC/AT: types of the first drive (high half) and the second */
#define SPIN_UP_TICKS  (HZ / 2)
#define SETTLE_TICKS   2 /* 15 ms after a step */
#define MOTOR_ON_TICKS (3 * HZ)
#define ATTEMPTS       3
#define FLOPPY_DEV     0x200u /* Linux's number of fd0 */
#define UNKNOWN	       (-1)
#define MOST_CYLINDERS 256u /* that a SEEK can name */

struct format {
	const char *name;
	u8 cylinders, heads, sectors;
	u8 rate, gap;
};

/* By drive type. A drive of 2.88 MB is used with media of 1.44 MB. */
static const struct format formats[] = {
	[1] = {"360 KB", 40, 2, 9, FDC_RATE_250K, 0x2a},
	[2] = {"1.2 MB", 80, 2, 15, FDC_RATE_500K, 0x1b},
	[3] = {"720 KB", 80, 2, 9, FDC_RATE_250K, 0x2a},
	[4] = {"1.44 MB", 80, 2, 18, FDC_RATE_500K, 0x1b},
	[5] = {"1.44 MB", 80, 2, 18, FDC_RATE_500K, 0x1b},
};

static struct {
	struct mutex lock;
	const struct format *format; /* NULL: no drive */
	bool needs_reset;
	int cylinder; /* where the head is, or UNKNOWN */
	struct ktimer motor_off;
	wait_queue_head_t nothing; /* nobody wakes it: for sleeping some ticks */
	struct block_device bdev;
} drive = {
	.lock = MUTEX_INIT(drive.lock, "fd0"),
	.needs_reset = true,
	.cylinder = UNKNOWN,
	.nothing = WAIT_QUEUE_HEAD_INIT(drive.nothing),
};

static void sleep_ticks(long ticks)
{
	wait_event_timeout(drive.nothing, false, ticks);
}

static void stop_motor(struct ktimer *timer)
{
	(void)timer;
	fdc_motor(false);
}

static void motor_start(void)
{
	timer_cancel(&drive.motor_off);
	if (fdc_motor_is_on())
		return;
	fdc_motor(true);
	sleep_ticks(SPIN_UP_TICKS);
}

static int seek(u8 cylinder)
{
	int err;

	if (drive.cylinder == cylinder)
		return 0;
	drive.cylinder = UNKNOWN;
	err = fdc_seek(cylinder);
	if (err)
		return err;
	drive.cylinder = cylinder;
	sleep_ticks(SETTLE_TICKS);
	return 0;
}

/* Controller in step, head on a known cylinder, medium there: 0 or errno. Motor on. */
static int make_ready(void)
{
	int err;

	if (drive.needs_reset) {
		err = fdc_reset(drive.format->rate);
		if (err)
			return err;
		drive.needs_reset = false;
		drive.cylinder = UNKNOWN;
	}
	if (drive.cylinder == UNKNOWN) {
		err = fdc_recalibrate();
		if (err)
			return err;
		drive.cylinder = 0;
	}
	if (!fdc_medium_changed())
		return 0;
	err = seek(drive.cylinder ? 0 : 1);
	if (err)
		return err;
	return fdc_medium_changed() ? -ENXIO : 0;
}

/* Reads sectors of one track to a physical address. */
static int read_piece(sector_t sector, unsigned int count, phys_addr_t to)
{
	const struct format *f = drive.format;
	sector_t track = sector / f->sectors;
	struct fdc_place place = {
		.cylinder = (u8)(track / f->heads),
		.head = (u8)(track % f->heads),
		.sector = (u8)(sector % f->sectors + 1),
		.last_sector = f->sectors,
		.gap = f->gap,
	};
	u8 result[FDC_RESULT_MAX] = {0};
	int err = dma_setup(FDC_DMA_CHANNEL, to, count * SECTOR_SIZE, DMA_FROM_DEVICE);

	if (err)
		return err;
	err = make_ready();
	if (!err)
		err = seek(place.cylinder);
	if (!err)
		err = fdc_read(&place, result);
	dma_stop(FDC_DMA_CHANNEL);
	if (!err && dma_residue(FDC_DMA_CHANNEL))
		err = -EIO;
	if (err && err != -ENXIO) {
		drive.needs_reset = true;
		pr_warn("fd0: read of %u sectors at %u: %s, status %02x %02x %02x\n", count, sector,
			err == -ETIMEDOUT ? "timed out" : "failed", result[0], result[1],
			result[2]);
	}
	return err;
}

int floppy_read(sector_t sector, struct page *page, unsigned int offset, unsigned int count)
{
	phys_addr_t to = page_to_phys(page) + offset;
	unsigned int n;
	int attempt, err = 0;

	if (offset % SECTOR_SIZE || offset >= PAGE_SIZE || count == 0 ||
	    count > (PAGE_SIZE - offset) / SECTOR_SIZE)
		return -EINVAL;
	if (!drive.format)
		return -ENXIO;
	if (sector >= (sector_t)drive.format->sectors * drive.format->heads * MOST_CYLINDERS)
		return -EIO;
	mutex_lock(&drive.lock);
	motor_start();
	for (; !err && count; count -= n, sector += n, to += n * SECTOR_SIZE) {
		n = min(count, drive.format->sectors - sector % drive.format->sectors);
		err = -EIO;
		for (attempt = 0; (err == -EIO || err == -ETIMEDOUT) && attempt < ATTEMPTS;
		     attempt++)
			err = read_piece(sector, n, to);
	}
	timer_arm(&drive.motor_off, jiffies + MOTOR_ON_TICKS);
	mutex_unlock(&drive.lock);
	return err;
}

/* Through a page that ISA DMA reaches. */
static int bounced_read(sector_t sector, struct page *page, unsigned int offset, unsigned int count)
{
	struct page *bounce = alloc_page(GFP_KERNEL | GFP_DMA);
	u8 *to;
	int err;

	if (!bounce)
		return -ENOMEM;
	err = floppy_read(sector, bounce, 0, count);
	if (!err) {
		to = kmap_atomic(page);
		memcpy(to + offset, page_address(bounce), count * SECTOR_SIZE);
		kunmap_atomic(to);
	}
	__free_page(bounce);
	return err;
}

static int floppy_rw_page(struct block_device *bdev, sector_t sector, struct page *page,
			  unsigned int offset, unsigned int count, bool write)
{
	(void)bdev;
	if (write)
		return -EROFS;
	if (page_to_phys(page) >= DMA_LIMIT)
		return bounced_read(sector, page, offset, count);
	return floppy_read(sector, page, offset, count);
}

static const struct block_device_ops floppy_ops = {.rw_page = floppy_rw_page};

void floppy_init(void)
{
	unsigned int type = cmos_read(CMOS_DRIVES) >> 4;
	u8 version;
	int err;

	if (type == 0 || type >= ARRAY_SIZE(formats)) {
		pr_info("fd0: no drive\n");
		return;
	}
	err = fdc_probe(&version);
	if (err) {
		pr_info("fd0: no controller (error %d)\n", err);
		return;
	}
	timer_setup(&drive.motor_off, stop_motor);
	drive.format = &formats[type];
	drive.bdev.name = "fd0";
	drive.bdev.dev = FLOPPY_DEV;
	drive.bdev.sectors =
		(sector_t)drive.format->cylinders * drive.format->heads * drive.format->sectors;
	drive.bdev.ops = &floppy_ops;
	blkdev_register(&drive.bdev);
	pr_info("fd0: %s, controller version %02x\n", drive.format->name, version);
}
