/*
 * bio.h - asynchronous work for block devices: one run of sectors, any number of pages.
 *
 *   bio = bio_alloc(GFP_KERNEL);  bio->bdev, sector, write, why, end_io;  bio_add_page() ...
 *   submit_bio(bio)  ──>  queue of the device  ──>  drive  ──interrupt──>  bio->end_io(bio)
 *
 * end_io() is called once for each bio, with bio->error set, as a rule by the interrupt handler:
 * interrupts are off, so it is short, does not sleep, and takes only locks that are taken with
 * interrupts off everywhere. A device without a queue calls it before submit_bio() returns. From
 * then on the bio is its owner's again, who ends it with bio_put().
 *
 * Bios are done in any order, but for a flush, which is a barrier: all that were handed in before
 * it are done before, all others after. Who hands in two bios for the same sectors waits in
 * between.
 */
#ifndef KERNEL_BIO_H
#define KERNEL_BIO_H

#include "kernel/blkdev.h"
#include "kernel/list.h"
#include "kernel/rbtree.h"
#include "kernel/trace_port.h"
#include "mm/gfp.h"

#define BIO_MAX_VECS  32 /* pages of a bio from bio_alloc() */
#define GFP_AHEAD_BIO (GFP_NOWAIT | __GFP_NORETRY)

/* A piece of memory within a page of any zone: whole sectors. */
struct bio_vec {
	struct page *page;
	u16 offset, len; /* bytes */
};

struct bio {
	/* The owner sets: */
	struct block_device *bdev;
	sector_t sector; /* first, on bdev */
	bool write;
	bool flush; /* no sectors: the drive's cache goes to the medium */
	u8 why;	    /* enum trace_io_why */
	void (*end_io)(struct bio *bio);
	void *private;
	struct bio_vec *vecs; /* by bio_init() and bio_add_page() */
	unsigned short nr_vecs, max_vecs;
	/* The result: 0, -EIO, -EINVAL (outside the device), -ETIMEDOUT, -ENXIO or -EROFS. */
	int error;

	/* The block layer's own: */
	unsigned int sectors;	   /* in all */
	struct block_device *disk; /* the whole one */
	u64 at;			   /* where: dev of the disk, sector on the disk */
	unsigned long queued;	   /* jiffies */
	u32 number;		   /* of all bios; for the recording */
	struct rb_node sorted;	   /* in the queue, by `at` */
	struct list_head link;	   /* in the plug, the queue by arrival, or the request */
	struct bio_vec own_vecs[];
};

void bio_cache_init(void);
/*
 * A bio with room for BIO_MAX_VECS pages, all else 0. There is a reserve, so with __GFP_WAIT it is
 * never NULL, as long as bios that are done are put. Without: NULL, any context. Who is about to
 * free memory uses __GFP_WAIT alone, so as not to wait for himself. Readahead, GFP_AHEAD_BIO: NULL,
 * and the reserve is left to others.
 */
struct bio *bio_alloc(gfp_t gfp);
/* The end of a bio from bio_alloc(), not under way. Any context. */
void bio_put(struct bio *bio);
/* Makes a bio of the caller's memory, with room for `max` pages; it must outlive the work. */
void bio_init(struct bio *bio, struct bio_vec *vecs, unsigned short max);
/* One more piece at the end: whole sectors within a page. False: the bio is full. */
bool bio_add_page(struct bio *bio, struct page *page, unsigned int offset, unsigned int len);
/* Hands it in. Any context when the device has a queue; else may sleep. Errors, too, come to
 * end_io.
 */
void submit_bio(struct bio *bio);
/* The same and waits for the end, in place of end_io and private. The error, or 0. May sleep. */
int submit_bio_wait(struct bio *bio);

/* Bios that somebody waits for together. */
struct bio_batch {
	unsigned int left; /* under way */
	int error;	   /* the first, or 0 */
};

/* Hands in a bio of the batch, which begins as all zero; its end_io is the batch's, and it is put
 * when it is done. `private` is taken. */
void bio_batch_submit(struct bio_batch *batch, struct bio *bio);
/* Waits for all of them: the first error, or 0. May sleep. */
int bio_batch_wait(struct bio_batch *batch);

/*
 * Between these two the running task's bios are kept back, so that those which lie side by side
 * become one command. They go to their devices at the end, when 32 have gathered, or when the task
 * sleeps. The inner of two nested pairs does nothing.
 */
struct blk_plug {
	struct list_head bios;
	unsigned int nr;
};
void blk_start_plug(struct blk_plug *plug);
void blk_finish_plug(struct blk_plug *plug);
/* The scheduler: a task goes to sleep with a plug. */
void blk_flush_plug(struct blk_plug *plug);

#endif
