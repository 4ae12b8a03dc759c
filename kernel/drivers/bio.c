/*
 * bio.c - bios from their making to their end, but for the queue in between.
 *
 * Bios come from a pool: the way to the disk must work when memory is out, or nothing could be
 * written to the disk to free some.
 */
#include "kernel/bio.h"
#include "drivers/block_queue.h"
#include "kernel/bug.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/wait.h"
#include "mm/fault_inject.h"
#include "mm/mempool.h"
#include "mm/slab.h"
#include "mm/vmstat.h"

#define RESERVE	    16 /* bios that there are without memory */
#define WAIT_QUEUES 8  /* power of two: waiting tasks are few */

static mempool_t *bio_pool;
static wait_queue_head_t waiting[WAIT_QUEUES];

void bio_cache_init(void)
{
	const size_t size = sizeof(struct bio) + BIO_MAX_VECS * sizeof(struct bio_vec);
	struct kmem_cache *cache = kmem_cache_create("bio", size, 0, SLAB_PANIC, NULL);
	unsigned int i;

	for (i = 0; i < WAIT_QUEUES; i++)
		init_waitqueue_head(&waiting[i]);
	bio_pool = mempool_create_slab_pool(RESERVE, cache);
	if (!bio_pool)
		panic("no memory for the way to the disk");
}

void bio_init(struct bio *bio, struct bio_vec *vecs, unsigned short max)
{
	*bio = (struct bio){.vecs = vecs, .max_vecs = max};
}

struct bio *bio_alloc(gfp_t gfp)
{
	struct bio *bio = mempool_alloc(bio_pool, gfp);

	if (bio)
		bio_init(bio, bio->own_vecs, BIO_MAX_VECS);
	return bio;
}

void bio_put(struct bio *bio)
{
	mempool_free(bio, bio_pool);
}

bool bio_add_page(struct bio *bio, struct page *page, unsigned int offset, unsigned int len)
{
	BUG_ON((offset | len) % SECTOR_SIZE || !len || offset + len > PAGE_SIZE);
	if (bio->nr_vecs == bio->max_vecs)
		return false;
	bio->vecs[bio->nr_vecs++] = (struct bio_vec){page, (u16)offset, (u16)len};
	bio->sectors += len / SECTOR_SIZE;
	return true;
}

/* --- handing in --- */

/* A device that works while the caller waits: piece by piece. */
static void work_off(struct bio *bio)
{
	const struct block_device_ops *ops = bio->disk->ops;
	sector_t sector = (sector_t)bio->at;
	unsigned int i, count;
	int err = 0;

	io_trace_queued(bio);
	if (bio->flush)
		err = ops->flush ? ops->flush(bio->disk) : 0;
	for (i = 0; i < bio->nr_vecs && !err; i++, sector += count) {
		count = bio->vecs[i].len / SECTOR_SIZE;
		err = ops->rw_page(bio->disk, sector, bio->vecs[i].page, bio->vecs[i].offset, count,
				   bio->write);
	}
	bio->error = err;
	io_trace_done(bio, 0, 1);
	bio->end_io(bio);
}

static bool outside(const struct bio *bio)
{
	return !bio->sectors || bio->sector >= bio->bdev->sectors ||
	       bio->sectors > bio->bdev->sectors - bio->sector;
}

static void account(const struct bio *bio)
{
	if (bio->write) {
		bio->bdev->writes += bio->sectors;
		count_vm_events(VM_PGPGOUT, bio->sectors / 2); /* KiB, as Linux counts */
	} else {
		bio->bdev->reads += bio->sectors;
		count_vm_events(VM_PGPGIN, bio->sectors / 2);
	}
}

void submit_bio(struct bio *bio)
{
	struct block_device *bdev = bio->bdev;

	bio->error = 0;
	if (!bio->flush && outside(bio))
		bio->error = -EINVAL;
	else if (should_fail_request(bio->sectors * SECTOR_SIZE))
		bio->error = -EIO;
	if (bio->error) {
		bio->end_io(bio);
		return;
	}
	/* The partition was checked against the disk and the bio against the partition. */
	bio->disk = bdev->disk ? bdev->disk : bdev;
	bio->at = (u64)bio->disk->dev << 32 | (bdev->start + bio->sector);
	account(bio);
	if (!bio->disk->queue)
		work_off(bio);
	else if (!blk_plug_bio(bio))
		block_queue_add(bio->disk->queue, bio);
}

/* --- waiting --- */

static wait_queue_head_t *queue_of(const void *what)
{
	return &waiting[(unsigned long)what / sizeof(long) % WAIT_QUEUES];
}

static void end_waited(struct bio *bio)
{
	bio->private = bio; /* it is over */
	wake_up_all(queue_of(bio));
}

int submit_bio_wait(struct bio *bio)
{
	might_sleep();
	bio->end_io = end_waited;
	bio->private = NULL;
	submit_bio(bio);
	wait_event(*queue_of(bio), READ_ONCE(bio->private));
	return bio->error;
}

static void end_of_batch(struct bio *bio)
{
	struct bio_batch *batch = bio->private;

	if (bio->error && !batch->error)
		batch->error = bio->error;
	bio_put(bio);
	if (--batch->left == 0)
		wake_up_all(queue_of(batch));
}

void bio_batch_submit(struct bio_batch *batch, struct bio *bio)
{
	unsigned long flags;

	bio->private = batch;
	bio->end_io = end_of_batch;
	flags = local_irq_save();
	batch->left++;
	local_irq_restore(flags);
	submit_bio(bio);
}

int bio_batch_wait(struct bio_batch *batch)
{
	might_sleep();
	wait_event(*queue_of(batch), !READ_ONCE(batch->left));
	return batch->error;
}
