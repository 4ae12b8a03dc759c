/*
 * test_bio.c - a bio's way to a device that works while the caller waits: which sectors, until
 * which error, and what is counted.
 */
#include "kernel/bio.h"
#include "kernel/errno.h"
#include "machine.h"
#include "mm/vmstat.h"
#include "test.h"

#define SECTORS 64u
#define PIECES	3u

static struct {
	sector_t sector;
	unsigned int offset, count;
	bool write;
} moved[PIECES];
static unsigned int nr_moved, failing;

static int rw_page(struct block_device *bdev, sector_t sector, struct page *page,
		   unsigned int offset, unsigned int count, bool write)
{
	(void)bdev;
	(void)page;
	CHECK(nr_moved < PIECES);
	moved[nr_moved].sector = sector;
	moved[nr_moved].offset = offset;
	moved[nr_moved].count = count;
	moved[nr_moved].write = write;
	return ++nr_moved == failing ? -EIO : 0;
}

static int flush_error;

static int flush(struct block_device *bdev)
{
	(void)bdev;
	return flush_error;
}

static const struct block_device_ops ops = {.rw_page = rw_page, .flush = flush};
static struct block_device disk = {.name = "disk", .sectors = SECTORS, .ops = &ops};
static struct block_device part = {.name = "disk1", .disk = &disk, .start = 10, .sectors = 40};

/* Pieces of 2, 4 and 6 sectors from `sector` on. */
static int submit(struct block_device *bdev, sector_t sector, bool write)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct bio_vec vecs[PIECES];
	struct bio bio;
	int err;

	bio_init(&bio, vecs, PIECES);
	bio.bdev = bdev;
	bio.sector = sector;
	bio.write = write;
	for (unsigned int i = 0; i < PIECES; i++)
		CHECK(bio_add_page(&bio, page, i * SECTOR_SIZE, (2 * i + 2) * SECTOR_SIZE));
	CHECK(!bio_add_page(&bio, page, 0, SECTOR_SIZE));
	nr_moved = 0;
	err = submit_bio_wait(&bio);
	put_page(page);
	return err;
}

static void test_pieces(void)
{
	sector_t at = 15;

	CHECK_EQ(submit(&part, 5, true), 0);
	CHECK_EQ(nr_moved, PIECES);
	for (unsigned int i = 0; i < PIECES; at += 2 * i + 2, i++) {
		CHECK_EQ(moved[i].sector, at);
		CHECK_EQ(moved[i].offset, i * SECTOR_SIZE);
		CHECK(moved[i].count == 2 * i + 2 && moved[i].write);
	}
}

static void test_error(void)
{
	failing = 2;
	CHECK_EQ(submit(&disk, 0, false), -EIO);
	CHECK_EQ(nr_moved, 2);
	failing = 0;
	CHECK_EQ(submit(&disk, 0, false), 0);
}

static void test_flush(void)
{
	CHECK_EQ(blkdev_flush(&part), 0);
	flush_error = -EIO;
	CHECK_EQ(blkdev_flush(&part), -EIO);
	flush_error = 0;
}

/* Of a batch the first error counts, whatever comes after it. */
static void test_batch(void)
{
	static const int errors[] = {0, -EIO, -EROFS, 0};
	struct bio_batch batch = {0};

	for (unsigned int i = 0; i < ARRAY_SIZE(errors); i++) {
		struct bio *bio = bio_alloc(GFP_KERNEL);

		bio->bdev = &disk;
		bio->flush = bio->write = true;
		flush_error = errors[i];
		bio_batch_submit(&batch, bio);
	}
	flush_error = 0;
	CHECK_EQ(bio_batch_wait(&batch), -EIO);
}

/* The last sector is one, the next is none: a partition's or the disk's. */
static void test_bounds(void)
{
	CHECK_EQ(submit(&part, 28, false), 0);
	CHECK_EQ(submit(&part, 29, false), -EINVAL);
	CHECK_EQ(submit(&part, 0xfffffff0u, false), -EINVAL);
	CHECK_EQ(nr_moved, 0);
}

/* KiB for all of the machine, sectors for each device. */
static void test_counts(void)
{
	u32 in = vm_event_sum(VM_PGPGIN), out = vm_event_sum(VM_PGPGOUT);
	unsigned long reads = disk.reads, writes = disk.writes;

	submit(&disk, 0, false);
	CHECK(vm_event_sum(VM_PGPGIN) - in == 6 && vm_event_sum(VM_PGPGOUT) == out);
	CHECK(disk.reads - reads == 12 && disk.writes == writes);
	submit(&disk, 0, true);
	CHECK(vm_event_sum(VM_PGPGIN) - in == 6 && vm_event_sum(VM_PGPGOUT) - out == 6);
	CHECK(disk.reads - reads == 12 && disk.writes - writes == 12);
}

static const struct test tests[] = {
	{"pieces", test_pieces},
	{"the first error ends it", test_error},
	{"a flush that fails", test_flush},
	{"a batch's error", test_batch},
	{"bounds", test_bounds},
	{"counts", test_counts},
};

int main(void)
{
	host_boot();
	bio_cache_init();
	return test_main(tests, ARRAY_SIZE(tests));
}
