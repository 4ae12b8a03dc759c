/*
 * ide_error.c - commands that failed: the channel is reset, and they are tried again.
 *
 * A reset takes its time, so a thread does it; nothing else is begun meanwhile. A request of
 * several bios is not tried again: the queue hands them back one by one, so that only the bad
 * one fails. A single one is tried three times, the last time without DMA. Should that do what DMA
 * could not, DMA gets the blame; three such cases, and the drive works without it from then on.
 */
#include "drivers/ide_channel.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/ratelimit.h"
#include "sched/sched.h"

#define ATTEMPTS     3u
#define DMA_STRIKES  3u
#define RESET_POLLS  64u /* reads that hold SRST for more than 5 us */
#define RESET_SLICES 1000u

void ide_fail(struct ide_channel *channel, int error)
{
	channel->phase = IDE_FAILED;
	channel->error = error;
	channel->status = inb(IDE_CONTROL);
	wake_up_all(&channel->failed);
}

static void report(const struct ide_channel *channel)
{
	const struct block_request *request = &channel->queue.active;
	static struct ratelimit reports;

	if (!ratelimit(&reports))
		return;
	pr_warn("%s: %s of %u sectors at %u: %s, status %02x error %02x\n", request->disk->name,
		request->flush	 ? "flush"
		: request->write ? "write"
				 : "read",
		request->sectors, request->sector,
		channel->error == -ETIMEDOUT ? "timed out" : "failed", channel->status,
		channel->drive_error);
}

/* Both drives of the channel; they forget the block size, so it is set again. May sleep. */
static void soft_reset(struct ide_channel *channel)
{
	unsigned int i;

	if (channel->bm)
		ide_dma_end(channel);
	outb(CTL_SRST | CTL_NIEN, IDE_CONTROL);
	for (i = 0; i < RESET_POLLS; i++)
		inb(IDE_CONTROL);
	outb(CTL_NIEN, IDE_CONTROL);
	ide_delay_400ns();
	for (i = 0; i < RESET_SLICES && ide_poll(IDE_POLLS / RESET_SLICES) < 0; i++)
		cond_resched();
	if (i == RESET_SLICES)
		pr_err("ide0: busy after a reset\n");
	for (i = 0; i < IDE_NR_DRIVES; i++) {
		if (channel->drives[i].present)
			ide_set_multiple(&channel->drives[i], channel->drives[i].multiple);
	}
	inb(IDE_STATUS);
	outb(0, IDE_CONTROL);
	ide_counts.resets++;
}

/* PIO did what DMA could not. */
static void blame_dma(struct ide_drive *drive)
{
	ide_counts.dma_failures++;
	if (++drive->dma_strikes < DMA_STRIKES || !drive->dma)
		return;
	drive->dma = false;
	pr_warn("%s: no DMA any more: it failed %u times where PIO did not\n", drive->name,
		DMA_STRIKES);
}

/* After the reset: once more, or that was it. Lock held. */
static void go_on(struct ide_channel *channel, struct list_head *done)
{
	const struct block_request *request = &channel->queue.active;

	if (request->nr_bios > 1 || ++channel->tries == ATTEMPTS) {
		ide_end(channel, channel->error, done);
		return;
	}
	channel->by_pio = channel->tries == ATTEMPTS - 1 && ide_drive_of(request)->dma;
	ide_attempt(channel);
}

static int error_thread(void *arg)
{
	struct ide_channel *channel = arg;
	unsigned long flags;

	for (;;) {
		LIST_HEAD(done);

		/* It may rest forever, so it is no task that waits for the disk. */
		if (wait_event_interruptible(channel->failed, channel->phase == IDE_FAILED))
			continue;
		report(channel);
		soft_reset(channel);
		spin_lock_irqsave(&channel->queue.lock, flags);
		go_on(channel, &done);
		spin_unlock_irqrestore(&channel->queue.lock, flags);
		block_end_bios(&done);
	}
	return 0;
}

void ide_pio_helped(struct ide_channel *channel)
{
	if (channel->by_pio)
		blame_dma(ide_drive_of(&channel->queue.active));
}

void ide_error_init(struct ide_channel *channel)
{
	struct task_struct *thread;

	init_waitqueue_head(&channel->failed);
	thread = kthread_run(error_thread, channel, "ide0");
	BUG_ON(IS_ERR(thread));
}
