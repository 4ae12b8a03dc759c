/*
 * test_ide.c - the IDE driver, its bus master, the queue and plugs on two drives that work, and
 * that fail in every way that their registers can tell: what was moved is right or is an error,
 * nothing waits for a time-out but what must, and one disk's work never reaches the other.
 */
#include "drivers/ide_channel.h"
#include "ide_machine.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/gfp.h"
#include "proc/task.h"
#include "test.h"
#include <string.h>

#define PER_PAGE  8u
#define BIO_PAGES 6u
#define MOST	  (BIO_PAGES * PER_PAGE)
#define PIO_TRIES 3u /* of one command; as ide_error.c has it */

static u32 version[2][ATA_SECTORS];
static struct page *pages[BIO_PAGES];

static struct block_device *disk(unsigned int unit)
{
	return &ide_channel.drives[unit].bdev;
}

/* --- what sectors hold --- */

static void fill(u8 *data, unsigned int unit, u32 sector)
{
	u32 word = (version[unit][sector] * 2 + unit) * 2654435761u + sector * 40503u;

	for (unsigned int i = 0; i < ATA_SECTOR / 4; i++, word = word * 1664525u + 1013904223u)
		memcpy(data + 4 * i, &word, 4);
}

static bool holds(const u8 *data, unsigned int unit, u32 sector)
{
	u8 want[ATA_SECTOR];

	fill(want, unit, sector);
	return memcmp(data, want, sizeof(want)) == 0;
}

static u8 *in_pages(unsigned int i)
{
	return host_frame(page_to_pfn(pages[i / PER_PAGE])) + i % PER_PAGE * ATA_SECTOR;
}

/* Both disks are what they should be, whatever a failed write left. */
static void restore(void)
{
	for (unsigned int unit = 0; unit < 2; unit++)
		for (u32 sector = 0; sector < ATA_SECTORS; sector++)
			fill(ata.disk[unit][sector], unit, sector);
}

static void check_disks(void)
{
	for (unsigned int unit = 0; unit < 2; unit++)
		for (u32 sector = 0; sector < ATA_SECTORS; sector++)
			CHECK(holds(ata.disk[unit][sector], unit, sector));
}

static void boot(bool pio)
{
	ata.no_master = pio;
	ata_boot();
	CHECK(ide_channel.drives[0].present && ide_channel.drives[1].present);
	CHECK_EQ(ide_channel.drives[0].dma, !pio);
	restore();
}

/* One bio of `n` sectors: its error. What was read, and what was written, is right. */
static int move(unsigned int unit, u32 sector, unsigned int n, bool write)
{
	struct bio_vec vecs[BIO_PAGES];
	struct bio bio;
	int err;

	bio_init(&bio, vecs, BIO_PAGES);
	bio.bdev = disk(unit);
	bio.sector = sector;
	bio.write = write;
	for (unsigned int i = 0; i < n; i += PER_PAGE)
		bio_add_page(&bio, pages[i / PER_PAGE], 0, min(n - i, PER_PAGE) * ATA_SECTOR);
	for (unsigned int i = 0; i < n; i++) {
		version[unit][sector + i] += write;
		if (write)
			fill(in_pages(i), unit, sector + i);
		else
			memset(in_pages(i), 0x11, ATA_SECTOR);
	}
	err = submit_bio_wait(&bio);
	for (unsigned int i = 0; i < n && !err; i++)
		CHECK(holds(write ? ata.disk[unit][sector + i] : in_pages(i), unit, sector + i));
	if (err)
		restore();
	return err;
}

static void set_fault(enum ata_fault fault, unsigned int times)
{
	ata.fault = fault;
	ata.times = times;
}

/* --- a machine that works --- */

static void test_works(void)
{
	for (unsigned int pio = 0; pio < 2; pio++) {
		boot(pio);
		for (unsigned int n = 1; n <= MOST; n += 1 + n / 3) {
			CHECK_EQ(move(0, 200 - n, n, true), 0);
			CHECK_EQ(move(1, 200, n, true), 0);
			CHECK_EQ(move(0, 200 - n, n, false), 0);
			CHECK_EQ(move(1, 200, n, false), 0);
			CHECK_EQ(blkdev_flush(disk(n & 1)), 0);
		}
		CHECK_EQ(move(1, ATA_SECTORS - 3, 3, true), 0);
		check_disks();
		CHECK(ata.resets == 0 && ide_counts.lost_irqs == 0);
		CHECK_EQ(pio ? ide_counts.dma : ide_counts.pio, 0);
	}
}

/* A block at a time takes longer than one command may, and all of them much longer. */
static void test_slow(void)
{
	for (unsigned int pio = 0; pio < 2; pio++) {
		boot(pio);
		ata.ticks = 3 * HZ / 2;
		CHECK_EQ(move(0, 10, pio ? MOST : 3, true), 0);
		CHECK_EQ(move(0, 10, pio ? MOST : 3, false), 0);
		ata.ticks = 29 * HZ;
		CHECK_EQ(blkdev_flush(disk(0)), 0);
		CHECK(ata.resets == 0 && ide_counts.lost_irqs == 0);
	}
}

/* --- faults --- */

/* Can such a command go wrong so? */
static bool can_be(enum ata_fault fault, bool pio, bool write)
{
	switch (fault) {
	case ATA_DRQ_STAYS:
		return !pio || write;
	case ATA_NO_DRQ:
		return pio;
	case ATA_MASTER_ERROR:
	case ATA_MASTER_ACTIVE:
		return !pio;
	default:
		return true;
	}
}

/* One command goes wrong: once more, and all is well. Only where nothing is told does anybody wait
 * (a write by PIO is polled for at first). */
static void one_fault(enum ata_fault fault, bool pio, bool write, unsigned int sectors)
{
	unsigned long since;

	boot(pio);
	set_fault(fault, 1);
	since = jiffies;
	CHECK_EQ(move(1, 50, sectors, write), 0);
	since = jiffies - since;
	CHECK_EQ(ata.times, 0);
	CHECK_EQ(ata.resets, fault != ATA_NO_INTERRUPT);
	CHECK_EQ(ide_counts.lost_irqs > 0, fault == ATA_NO_INTERRUPT);
	if (fault == ATA_NO_INTERRUPT || (fault == ATA_HANGS && !(pio && write)))
		CHECK(since >= 2 * HZ && since < 20 * HZ);
	else
		CHECK(since < HZ);
	CHECK_EQ(move(1, 40, MOST, false), 0);
	check_disks();
}

static void test_each_fault(void)
{
	for (unsigned int pio = 0; pio < 2; pio++)
		for (enum ata_fault fault = ATA_ERROR; fault < ATA_FAULTS; fault++)
			for (unsigned int write = 0; write < 2; write++)
				if (can_be(fault, pio, write)) {
					one_fault(fault, pio, write, 20);
					one_fault(fault, pio, write, 5);
				}
}

/* It goes wrong each time: an error, and then all is as before. */
static void test_fault_stays(void)
{
	for (unsigned int pio = 0; pio < 2; pio++)
		for (enum ata_fault fault = ATA_ERROR; fault <= ATA_HANGS; fault++) {
			boot(pio);
			set_fault(fault, PIO_TRIES);
			CHECK_EQ(move(0, 50, 20, false), fault == ATA_HANGS ? -ETIMEDOUT : -EIO);
			CHECK(ata.times == 0 && ata.resets == PIO_TRIES);
			set_fault(fault, PIO_TRIES - 1);
			CHECK_EQ(move(0, 50, 20, true), 0);
			check_disks();
		}
}

/* What DMA does wrong again and again, PIO does, and in the end all of it; by one drive only. */
static void test_dma_is_given_up(void)
{
	for (enum ata_fault fault = ATA_MASTER_ERROR; fault <= ATA_MASTER_ACTIVE; fault++) {
		boot(false);
		for (unsigned int i = 0; i < 3; i++) {
			unsigned long pio = ide_counts.pio;

			CHECK(ide_channel.drives[0].dma);
			set_fault(fault, 1);
			CHECK_EQ(move(0, 90, 20, i & 1), 0);
			CHECK(ide_counts.dma_failures == i && ide_counts.pio == pio);
			set_fault(fault, 2);
			CHECK_EQ(move(0, 50, 20, i & 1), 0);
			CHECK(ide_counts.dma_failures == i + 1 && ide_counts.pio == pio + 1);
		}
		CHECK(!ide_channel.drives[0].dma && ide_channel.drives[1].dma);
		CHECK_EQ(move(0, 50, 20, false), 0);
		/* PIO is not to blame, and DMA has as many chances as at first. */
		set_fault(ATA_ERROR, 2);
		CHECK_EQ(move(0, 50, 20, false), 0);
		CHECK_EQ(ide_counts.dma_failures, 3);
		ide_set_dma(true);
		set_fault(fault, 2);
		CHECK_EQ(move(0, 50, 20, false), 0);
		CHECK(ide_channel.drives[0].dma);
		check_disks();
	}
}

/* A drive may refuse to flush what it does not have; one that cannot write it says so. */
static void test_flush(void)
{
	boot(false);
	set_fault(ATA_ABORTED, 1);
	CHECK_EQ(blkdev_flush(disk(1)), 0);
	set_fault(ATA_ERROR, 1);
	CHECK_EQ(blkdev_flush(disk(1)), 0);
	CHECK_EQ(ata.resets, 0);
	set_fault(ATA_DEVICE_FAULT, 2);
	CHECK_EQ(blkdev_flush(disk(1)), 0);
	CHECK_EQ(ata.commands, 5);
	set_fault(ATA_DEVICE_FAULT, 3);
	CHECK_EQ(blkdev_flush(disk(0)), -EIO);
	set_fault(ATA_HANGS, 3);
	CHECK_EQ(blkdev_flush(disk(0)), -ETIMEDOUT);
	CHECK_EQ(ata.resets, 2 + 3 + 3);
	CHECK(ata.log[4].command == CMD_FLUSH_CACHE && ata.log[4].drive == 1 && !ata.log[5].drive);
	CHECK_EQ(move(0, 50, 20, false), 0);
}

/* --- bios that nobody waits for yet --- */

struct piece {
	struct bio bio;
	struct bio_vec vec;
	unsigned int unit;
	bool over;
};

static void end_piece(struct bio *bio)
{
	container_of(bio, struct piece, bio)->over = true;
}

/* One page from `sector` on, into pages[nr]. */
static void begin_piece(struct piece *piece, unsigned int nr, unsigned int unit, u32 sector)
{
	*piece = (struct piece){.unit = unit};
	memset(in_pages(nr * PER_PAGE), 0x22, PAGE_SIZE);
	bio_init(&piece->bio, &piece->vec, 1);
	piece->bio.bdev = disk(unit);
	piece->bio.sector = sector;
	piece->bio.end_io = end_piece;
	bio_add_page(&piece->bio, pages[nr], 0, PAGE_SIZE);
	submit_bio(&piece->bio);
}

static void end_pieces(struct piece *all, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		while (!all[i].over)
			ata_sleep();
		for (unsigned int k = 0; k < PER_PAGE && !all[i].bio.error; k++)
			CHECK(holds(in_pages(i * PER_PAGE + k), all[i].unit,
				    all[i].bio.sector + k));
	}
}

/* --- time --- */

/* The timer that an earlier command left armed is neither too late nor too early for this one. */
static void test_guard(void)
{
	unsigned long since;

	boot(false);
	ata.ticks = 2;
	CHECK_EQ(blkdev_flush(disk(0)), 0); /* leaves it at half a minute */
	ata.ticks = 0;
	set_fault(ATA_HANGS, 1);
	since = jiffies;
	CHECK_EQ(move(0, 50, 20, false), 0);
	CHECK(jiffies - since < 3 * HZ);
	ata_wait(40 * HZ);
	CHECK_EQ(move(0, 50, 20, false), 0);
	ata_wait(3 * HZ / 2);
	set_fault(ATA_NO_INTERRUPT, 1);
	since = jiffies;
	CHECK_EQ(move(0, 50, 20, false), 0);
	CHECK(jiffies - since >= 2 * HZ && jiffies - since < 3 * HZ);
	CHECK(ide_counts.lost_irqs == 1 && ata.resets == 1);
}

/* Whatever else is on the line: a command goes on when its drive is done. */
static void test_noise(void)
{
	for (unsigned int pio = 0; pio < 2; pio++) {
		struct piece piece;

		boot(pio);
		ata_noise(true);
		CHECK(!ata_asks());
		ata.ticks = HZ;
		begin_piece(&piece, 0, 0, 30);
		ata_noise(false);
		CHECK(!piece.over);
		end_pieces(&piece, 1);
		CHECK(ata.resets == 0 && ata.commands == 1 && ide_counts.lost_irqs == 0);
	}
}

/* The line is somebody else's: the timer looks at each tick. */
static void test_no_line(void)
{
	for (unsigned int pio = 0; pio < 2; pio++) {
		unsigned long since = jiffies;

		ata.no_irq_line = true;
		boot(pio);
		for (unsigned int i = 0; i < 4; i++) {
			CHECK_EQ(move(i & 1, 50, 20, true), 0);
			CHECK_EQ(move(i & 1, 50, 20, false), 0);
			CHECK_EQ(blkdev_flush(disk(i & 1)), 0);
		}
		CHECK(jiffies - since < HZ);
		CHECK(ide_counts.lost_irqs == 0 && ata.resets == 0);
		ata.no_irq_line = false;
	}
}

/* A reset that takes its time is waited for, by PIO with the blocks that were set before. */
static void test_slow_reset(void)
{
	for (unsigned int pio = 0; pio < 2; pio++) {
		boot(pio);
		ata.reset_polls = 50000;
		set_fault(ATA_HANGS, 1);
		CHECK_EQ(move(0, 50, 20, false), 0);
		CHECK(ata.resets == 1 && ide_channel.drives[1].multiple == PER_PAGE);
		CHECK_EQ(move(1, 50, 20, false), 0);
		CHECK_EQ(ata.resets, 1);
	}
}

/* --- several bios --- */

/* Neighbours by number are one command when they are on one disk, and never on two. */
static void test_two_disks(void)
{
	static const struct {
		u8 unit;
		u8 page;
	} order[] = {{0, 3}, {1, 4}, {0, 5}, {1, 2}, {0, 4}, {1, 6}};
	struct piece all[ARRAY_SIZE(order)];

	for (unsigned int plugged = 0; plugged < 2; plugged++) {
		struct blk_plug plug;

		boot(false);
		blk_start_plug(&plug);
		if (!plugged)
			blk_finish_plug(&plug);
		for (unsigned int i = 0; i < ARRAY_SIZE(order); i++)
			begin_piece(&all[i], i, order[i].unit, order[i].page * PER_PAGE);
		CHECK_EQ(ata.commands, !plugged);
		if (plugged)
			blk_finish_plug(&plug);
		end_pieces(all, ARRAY_SIZE(order));
		for (unsigned int i = 0; i < ata.commands; i++)
			CHECK(ata.log[i].sectors <= (ata.log[i].drive ? 1u : 3u) * PER_PAGE);
		CHECK_EQ(ata.commands, plugged ? 1 + 3 : 2 + 3);
	}
}

/* The elevator's end of one disk is not the start of the other; and a disk's end may be far. */
static void test_last_sector(void)
{
	struct piece all[2];
	struct blk_plug plug;

	boot(false);
	blk_start_plug(&plug);
	begin_piece(&all[0], 0, 0, ATA_SECTORS - PER_PAGE);
	begin_piece(&all[1], 1, 1, 0);
	blk_finish_plug(&plug);
	end_pieces(all, 2);
	CHECK_EQ(ata.commands, 2);
	disk(1)->sectors = 1u << 28;
	begin_piece(&all[0], 0, 1, 0x7654320);
	CHECK(ata.log[2].sector == 0x7654320 && ata.log[2].drive == 1);
	ata_wait(1);
}

/* A sector of one bio of several is bad: it alone is an error. */
static void test_bad_sector(void)
{
	for (unsigned int pio = 0; pio < 2; pio++) {
		struct piece all[5];
		struct blk_plug plug;

		boot(pio);
		ata.bad_sector = 2 * PER_PAGE + 7;
		blk_start_plug(&plug);
		for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
			begin_piece(&all[i], i, 1, i * PER_PAGE);
		blk_finish_plug(&plug);
		end_pieces(all, ARRAY_SIZE(all));
		for (unsigned int i = 0; i < ARRAY_SIZE(all); i++)
			CHECK_EQ(all[i].bio.error, i == 2 ? -EIO : 0);
		CHECK(ata.commands == 1 + 4 + PIO_TRIES && ide_channel.queue.retried == 1);
	}
}

/* --- plugs --- */

#define PLUG_MAX 32u /* as block_plug.c has it */

static struct block_queue other_queue;
static struct block_device other = {
	.name = "other", .dev = 77, .sectors = 10000, .queue = &other_queue};
static struct piece kept[2 * PLUG_MAX];
static unsigned int other_started;

static void other_start(struct block_queue *queue)
{
	CHECK(queue == &other_queue && queue->active.disk == &other);
	other_started++;
}

static void end_other(void)
{
	unsigned long flags;
	LIST_HEAD(done);

	spin_lock_irqsave(&other_queue.lock, flags);
	block_queue_end(&other_queue, 0, &done);
	spin_unlock_irqrestore(&other_queue.lock, flags);
	block_end_bios(&done);
}

/* For the drive that answers when it is told to. */
static void keep(unsigned int i, u32 sector)
{
	kept[i].over = false;
	bio_init(&kept[i].bio, &kept[i].vec, 1);
	kept[i].bio.bdev = &other;
	kept[i].bio.sector = sector;
	kept[i].bio.end_io = end_piece;
	bio_add_page(&kept[i].bio, pages[0], 0, PAGE_SIZE);
	submit_bio(&kept[i].bio);
}

static void begin_other(void)
{
	boot(false);
	block_queue_init(&other_queue, "other", other_start, 256, 64);
	other_started = 0;
}

/* Each bio goes to its own drive; an inner plug keeps nothing. */
static void test_plug(void)
{
	struct blk_plug plug, inner;
	struct piece all[2];

	begin_other();
	blk_start_plug(&plug);
	for (unsigned int i = 0; i < 2; i++) {
		blk_start_plug(&inner);
		begin_piece(&all[i], i, 0, i * PER_PAGE);
		keep(i, i * PER_PAGE);
		blk_finish_plug(&inner);
	}
	CHECK(ata.commands == 0 && other_started == 0);
	blk_finish_plug(&plug);
	CHECK(ata.commands == 1 && other_started == 1);
	CHECK(other_queue.active.nr_bios == 2 && ata.log[0].sectors == 2 * PER_PAGE);
	end_pieces(all, 2);
	end_other();
	CHECK(kept[0].over && kept[1].over);
}

/* A flush, and what an interrupt hands in, is not kept back; nor is more than so many bios. */
static void test_plug_lets_go(void)
{
	struct blk_plug plug;
	struct piece piece;

	begin_other();
	blk_start_plug(&plug);
	for (unsigned int i = 0; i < 2 * PLUG_MAX; i++) {
		keep(i, i * 100);
		CHECK_EQ(other_queue.bios, (i + 1) / PLUG_MAX * PLUG_MAX);
	}
	while (other_queue.busy)
		end_other();
	CHECK(other_started == 2 * PLUG_MAX && kept[0].over);
	CHECK_EQ(blkdev_flush(disk(0)), 0);
	CHECK_EQ(ata.commands, 1);
	host_in_interrupt = true;
	begin_piece(&piece, 0, 0, 0);
	host_in_interrupt = false;
	CHECK_EQ(ata.commands, 2);
	end_pieces(&piece, 1);
	blk_finish_plug(&plug);
}

/* --- at random --- */

/* Any work with any faults: an error only where each attempt at a command failed. */
static int one_input(const u8 *data, size_t n)
{
	struct input in = {data, n};

	boot(input_below(&in, 3) == 0);
	while (in.left && !test_failures()) {
		unsigned int most = 1 + input_below(&in, MOST), times = input_below(&in, 5);
		enum ata_fault fault = input_below(&in, ATA_FAULTS);
		unsigned int unit = input_below(&in, 2);
		int err;

		ata.ticks = input_below(&in, 4) ? 0 : input_below(&in, HZ);
		ata.reset_polls = input_below(&in, 4) ? 0 : 2000;
		ata_wait(input_below(&in, 3 * HZ));
		set_fault(fault, times);
		if (input_below(&in, 8))
			err = move(unit, input_below(&in, ATA_SECTORS - MOST), most,
				   input_below(&in, 2));
		else
			err = blkdev_flush(disk(unit));
		CHECK(!err || (times >= PIO_TRIES && fault != ATA_FINE));
		set_fault(ATA_FINE, 0);
	}
	ata.ticks = 0;
	check_disks();
	return 0;
}

static void test_random_work(void)
{
	check_property(one_input, 400);
}

static const struct test tests[] = {
	{"bytes by DMA and by PIO, on both drives", test_works},
	{"a slow drive", test_slow},
	{"each fault, once", test_each_fault},
	{"each fault, as long as anybody tries", test_fault_stays},
	{"DMA is given up", test_dma_is_given_up},
	{"flushes that fail", test_flush},
	{"the guard's time", test_guard},
	{"interrupts of others", test_noise},
	{"no interrupt line", test_no_line},
	{"a reset that takes its time", test_slow_reset},
	{"two disks, one queue", test_two_disks},
	{"the last sector and the first", test_last_sector},
	{"a bad sector among neighbours", test_bad_sector},
	{"a plug for two drives", test_plug},
	{"what a plug lets go", test_plug_lets_go},
	{"random work with random faults", test_random_work},
};

int main(void)
{
	host_boot();
	bio_cache_init();
	for (unsigned int i = 0; i < BIO_PAGES; i++)
		pages[i] = alloc_page(i & 1 ? GFP_HIGHUSER : GFP_KERNEL);
	host_sleep_hook = ata_sleep;
	return test_main(tests, ARRAY_SIZE(tests));
}
