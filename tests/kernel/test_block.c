/*
 * test_block.c - the queue of a block device, on a drive that does nothing until it is told to:
 * order, merging, plugs, flushes, errors.
 */
#include "drivers/block_queue.h"
#include "kernel/errno.h"
#include "kernel/ktap.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/fault_inject.h"
#include "mm/slab.h"
#include "proc/task.h"

#define SECTORS	    100000u
#define PAGE_BLOCK  (PAGE_SIZE / SECTOR_SIZE)
#define NR_BIOS	    40
#define MAX_SECTORS 128u

struct test_bio {
	struct bio bio;
	struct bio_vec vec;
	bool done;
};

static struct {
	struct block_queue queue;
	struct block_device disk, part;
	struct test_bio bios[NR_BIOS];
	unsigned int used;
	unsigned int started;
	struct page *page;
} drive;

static void start(struct block_queue *queue)
{
	(void)queue;
	drive.started++;
}

static void end_test_bio(struct bio *bio)
{
	container_of(bio, struct test_bio, bio)->done = true;
}

/* False: no memory. */
static bool begin(void)
{
	memset(&drive, 0, sizeof(drive));
	block_queue_init(&drive.queue, "test", start, MAX_SECTORS, 64);
	drive.disk = (struct block_device){
		.name = "test",
		.dev = 99 << 8,
		.sectors = SECTORS,
		.queue = &drive.queue,
	};
	drive.part = (struct block_device){
		.name = "test1",
		.start = 1000,
		.sectors = 1000,
		.disk = &drive.disk,
	};
	drive.page = alloc_page(GFP_KERNEL);
	return EXPECT(drive.page);
}

static void end(void)
{
	EXPECT(!drive.queue.busy && list_empty(&drive.queue.retry) &&
	       list_empty(&drive.queue.fifo[0]) && list_empty(&drive.queue.fifo[1]) &&
	       list_empty(&drive.queue.held) && !drive.queue.sorted[0].node &&
	       !drive.queue.sorted[1].node);
	__free_page(drive.page);
}

static struct test_bio *next_bio(struct block_device *bdev, sector_t sector, bool write)
{
	struct test_bio *test = &drive.bios[drive.used++];

	bio_init(&test->bio, &test->vec, 1);
	test->bio.bdev = bdev;
	test->bio.sector = sector;
	test->bio.write = write;
	test->bio.end_io = end_test_bio;
	return test;
}

static struct test_bio *submit(sector_t sector, bool write)
{
	struct test_bio *test = next_bio(&drive.disk, sector, write);

	bio_add_page(&test->bio, drive.page, 0, PAGE_SIZE);
	submit_bio(&test->bio);
	return test;
}

static struct test_bio *submit_flush(void)
{
	struct test_bio *test = next_bio(&drive.disk, 0, true);

	test->bio.flush = true;
	submit_bio(&test->bio);
	return test;
}

/* The drive's interrupt: the request is over. */
static void finish(int error)
{
	unsigned long flags;
	LIST_HEAD(done);

	spin_lock_irqsave(&drive.queue.lock, flags);
	block_queue_end(&drive.queue, error, &done);
	spin_unlock_irqrestore(&drive.queue.lock, flags);
	block_end_bios(&done);
}

/* Is this what the drive does now? Then it does it. */
static void expect_request(sector_t sector, unsigned int blocks)
{
	EXPECT(drive.queue.busy);
	EXPECT_EQ(drive.queue.active.sector, sector);
	EXPECT_EQ(drive.queue.active.sectors, blocks * PAGE_BLOCK);
	finish(0);
}

static void test_merge(void)
{
	if (!begin())
		return;
	submit(5000, false);
	/* While the drive is busy: behind, in front, in between, too far, the other way. */
	submit(80, false);
	submit(96, false);
	submit(88, false);
	submit(120, false);
	submit(104, true);
	submit(128, false);
	EXPECT_EQ(drive.started, 1);
	expect_request(5000, 1);
	EXPECT_EQ(drive.queue.active.nr_bios, 3);
	expect_request(80, 3);
	expect_request(120, 2);
	expect_request(104, 1);
	for (unsigned int i = 0; i < drive.used; i++)
		EXPECT(drive.bios[i].done && !drive.bios[i].bio.error);
	end();
}

/* Who begins in the middle takes what lies in front, too. */
static void test_merge_in_front(void)
{
	if (!begin())
		return;
	submit(200, false); /* ends at 208 */
	submit(216, false);
	submit(208, false);
	submit(192, false);
	drive.queue.at += 2;
	expect_request(200, 1);
	expect_request(208, 2);
	expect_request(192, 1);
	end();
}

static void test_merge_limit(void)
{
	if (!begin())
		return;
	submit(90000, false);
	for (unsigned int i = 0; i < 20; i++)
		submit(i * PAGE_BLOCK, false);
	expect_request(90000, 1);
	expect_request(0, MAX_SECTORS / PAGE_BLOCK);
	expect_request(MAX_SECTORS, 20 - MAX_SECTORS / PAGE_BLOCK);
	end();
}

static void test_elevator(void)
{
	if (!begin())
		return;
	submit(200, false);
	submit(500, false);
	submit(100, false);
	submit(300, false);
	expect_request(200, 1);
	submit(250, false); /* behind the head: the next time round */
	submit(400, false);
	expect_request(300, 1);
	expect_request(400, 1);
	expect_request(500, 1);
	expect_request(100, 1);
	expect_request(250, 1);
	end();
}

/* Whoever reads waits for two writes at most: the one under way, and one that had waited for long
 * enough. */
static void test_reads_first(void)
{
	if (!begin())
		return;
	submit(100, true);
	for (unsigned int i = 0; i < 3; i++)
		submit(200 + i * 100, true);
	for (unsigned int i = 0; i < 5; i++)
		submit(5000 + i * 100, false);
	expect_request(100, 1);
	expect_request(5000, 1);
	expect_request(5100, 1);
	expect_request(200, 1);
	expect_request(5200, 1);
	expect_request(5300, 1);
	expect_request(300, 1);
	expect_request(5400, 1);
	expect_request(400, 1);
	end();
}

/* A reader far behind waits for half a second at most, a writer for five. */
static void test_starvation(void)
{
	struct test_bio *read, *write;
	unsigned long flags;

	if (!begin())
		return;
	flags = local_irq_save(); /* no tick: the ages below are exact */
	submit(10000, false);
	write = submit(200, true); /* the older one of the two has more time */
	read = submit(100, false);
	submit(10100, false);
	submit(10200, false);
	submit(10300, false);
	read->bio.queued -= HZ / 2;
	write->bio.queued -= 5 * HZ;
	expect_request(10000, 1);
	expect_request(10100, 1);
	read->bio.queued--;
	expect_request(10200, 1);
	expect_request(100, 1);
	write->bio.queued--;
	expect_request(200, 1);
	expect_request(10300, 1);
	local_irq_restore(flags);
	end();
}

static void test_plug(void)
{
	struct blk_plug plug, inner;

	if (!begin())
		return;
	blk_start_plug(&plug);
	submit(100, false);
	blk_start_plug(&inner);
	submit(116, false);
	blk_finish_plug(&inner);
	submit(108, false);
	EXPECT_EQ(drive.started, 0);
	blk_finish_plug(&plug);
	expect_request(100, 3);
	/* Who sleeps may sleep for just these. */
	blk_start_plug(&plug);
	submit(200, false);
	EXPECT(!drive.queue.busy);
	current->state = TASK_UNINTERRUPTIBLE;
	schedule_timeout(1);
	EXPECT(drive.queue.busy);
	blk_finish_plug(&plug);
	expect_request(200, 1);
	end();
}

static void test_flush(void)
{
	struct test_bio *first, *behind;

	if (!begin())
		return;
	first = submit(500, true);
	submit(600, true);
	submit_flush();
	behind = submit(550, true);
	submit_flush();
	submit(100, true);
	expect_request(500, 1);
	EXPECT(first->done);
	expect_request(600, 1);
	EXPECT(drive.queue.active.flush);
	expect_request(0, 0);
	EXPECT(!behind->done);
	expect_request(550, 1);
	EXPECT(behind->done && drive.queue.active.flush);
	finish(-EIO);
	EXPECT_EQ(drive.bios[4].bio.error, -EIO);
	expect_request(100, 1);
	submit_flush();
	EXPECT(drive.queue.active.flush);
	finish(0);
	end();
}

/* Several failed: each by itself, so that only the bad one is an error. */
static void test_error(void)
{
	struct test_bio *good, *bad, *last;

	if (!begin())
		return;
	submit(5000, true);
	good = submit(100, true);
	bad = submit(108, true);
	last = submit(116, true);
	expect_request(5000, 1);
	EXPECT_EQ(drive.queue.active.nr_bios, 3);
	finish(-EIO);
	EXPECT(!good->done && !bad->done && !last->done);
	for (unsigned int i = 0; i < 3; i++) {
		EXPECT_EQ(drive.queue.active.nr_bios, 1);
		finish(drive.queue.active.sector == 108 ? -EIO : 0);
	}
	EXPECT(good->done && bad->done && last->done);
	EXPECT(!good->bio.error && !last->bio.error);
	EXPECT_EQ(bad->bio.error, -EIO);
	end();
}

/* Partitions are windows on the disk, and end where they end. */
static void test_partition(void)
{
	struct test_bio *test;

	if (!begin())
		return;
	test = next_bio(&drive.part, 992, false);
	bio_add_page(&test->bio, drive.page, 0, PAGE_SIZE);
	submit_bio(&test->bio);
	expect_request(1992, 1);
	test = next_bio(&drive.part, 993, false);
	bio_add_page(&test->bio, drive.page, 0, PAGE_SIZE);
	submit_bio(&test->bio);
	EXPECT(test->done);
	EXPECT_EQ(test->bio.error, -EINVAL);
	test = next_bio(&drive.part, 0, false);
	submit_bio(&test->bio);
	EXPECT_EQ(test->bio.error, -EINVAL);
	EXPECT(!drive.queue.busy);
	end();
}

/* Without memory there are still some. */
static void test_reserve(void)
{
	struct bio *bio;

	fault_inject_nth(1);
	bio = bio_alloc(GFP_NOWAIT);
	EXPECT(fault_inject_nth_end());
	if (!EXPECT(bio))
		return;
	EXPECT_EQ(bio->max_vecs, BIO_MAX_VECS);
	bio_put(bio);
}

static void test_batch(void)
{
	struct bio_batch batch = {0};
	struct bio *bio;

	if (!begin())
		return;
	for (unsigned int i = 0; i < 3; i++) {
		bio = bio_alloc(GFP_KERNEL);
		bio->bdev = &drive.disk;
		bio->sector = i * 100;
		bio_add_page(bio, drive.page, 0, SECTOR_SIZE);
		bio_batch_submit(&batch, bio);
	}
	EXPECT_EQ(batch.left, 3);
	finish(0);
	finish(-ETIMEDOUT);
	finish(-EIO);
	EXPECT_EQ(bio_batch_wait(&batch), -ETIMEDOUT);
	end();
}

static const struct ktap_case cases[] = {
	{"merge", test_merge},
	{"merge_in_front", test_merge_in_front},
	{"merge_limit", test_merge_limit},
	{"elevator", test_elevator},
	{"reads first", test_reads_first},
	{"starvation", test_starvation},
	{"plug", test_plug},
	{"flush", test_flush},
	{"error", test_error},
	{"partition", test_partition},
	{"reserve", test_reserve},
	{"batch", test_batch},
	{NULL, NULL},
};

const struct ktap_suite block_suite = {"block", cases};
