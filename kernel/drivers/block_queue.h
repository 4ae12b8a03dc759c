/*
 * block_queue.h - the work that waits for a drive, between submit_bio() and its driver.
 *
 * The driver does one request at a time: some bios that lie side by side.
 */
#ifndef DRIVERS_BLOCK_QUEUE_H
#define DRIVERS_BLOCK_QUEUE_H

#include "kernel/bio.h"
#include "kernel/lock.h"

#define BLOCK_MAX_BIOS 32 /* of a request: as many end in one interrupt */

struct block_request {
	struct block_device *disk;
	sector_t sector; /* on the disk */
	unsigned int sectors, nr_vecs, nr_bios;
	bool write, flush;
	u32 command;	       /* number of it */
	struct list_head bios; /* bio.link, by sector */
};

struct block_queue {
	spinlock_t lock; /* with interrupts off; protects the queue and the driver's state */
	const char *name;
	/* The driver begins `active`; its end is told by block_queue_end(). Lock held. */
	void (*start)(struct block_queue *queue);
	unsigned int max_sectors, max_vecs; /* of a request */
	struct rb_root sorted[2];	    /* what waits, reads and writes, by disk and sector */
	struct list_head fifo[2];	    /* the same, by arrival */
	unsigned int reads_in_a_row;	    /* requests that went before a write */
	struct list_head retry;		    /* of a request that failed; first of all, one by one */
	struct list_head held;		    /* a flush and what came after it, by arrival */
	bool busy;
	struct block_request active;
	u64 at;				       /* where the last request ended */
	unsigned long bios, requests, retried; /* so far */
};

void block_queue_init(struct block_queue *queue, const char *name,
		      void (*start)(struct block_queue *queue), unsigned int max_sectors,
		      unsigned int max_vecs);
/* A bio, or a list of them, comes in; `disk` and `at` are set. Any context. */
void block_queue_add(struct block_queue *queue, struct bio *bio);
void block_queue_add_list(struct block_queue *queue, struct list_head *bios);
/*
 * The active request is done or has failed, and the next begins. Its bios go to the end of `done`,
 * for block_end_bios() when the lock is free; those of a failed request with several bios go
 * back into the queue, and each is tried by itself. Lock held.
 */
void block_queue_end(struct block_queue *queue, int error, struct list_head *done);
/* Calls end_io() of each. No lock held. */
void block_end_bios(struct list_head *done);

/* block_plug.c: keeps the bio back if the running task has a plug. Any context. */
bool blk_plug_bio(struct bio *bio);

/* Figures for the recording; block_trace.c. */
extern u32 io_bios_done, io_bios_failed, io_commands;
void io_trace_queued(struct bio *bio);
void io_trace_started(struct block_request *request); /* numbers it: the commands of all queues */
void io_trace_done(const struct bio *bio, u32 command, unsigned int merged);

#endif
