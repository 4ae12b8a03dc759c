/*
 * ide.c - commands for the disks of the primary IDE channel, LBA28.
 *
 *            ide_start()                ide_irq() -> ide_advance()
 *   queue ──────────────> PIO_READ ──┬─ a block is there: moved ──────────┐
 *                         PIO_WRITE ─┤  a block was taken: the next ──────┤ until all is moved
 *                         DMA ───────┤  all is moved                      │
 *                         NO_DATA ───┘                                    v
 *                            │ error, or no interrupt in time    ide_end() -> next request
 *                            └──> FAILED ──> ide_error.c ──> again, or ide_end() with the error
 *
 * One command is under way at a time. By DMA it is up to 128 KiB with one interrupt; by programmed
 * I/O there is one for each block of `multiple` sectors, which the handler moves. Nobody waits:
 * who wants to know the end has end_io() called, in the handler.
 *
 * A timer guards each command. When the interrupt was lost, it finds the drive done, and goes
 * on as the interrupt would have; where the line is not ours, it looks at each tick.
 *
 * Registers and commands: ATA/ATAPI-4 (INCITS 317), sections 7 and 8.
 */
#include "drivers/ide_channel.h"
#include "i386/trap.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/time.h"
#include "mm/highmem.h"

#define IDE_IRQ	      14
#define COMMAND_TICKS (2 * HZ)
#define FLUSH_TICKS   (30 * HZ) /* ATA-4, FLUSH CACHE: may take as long */

struct ide_channel ide_channel = {
	.drives = {{.unit = 0, .name = "hda"}, {.unit = 1, .name = "hdb"}},
};
struct ide_inject ide_inject;
struct ide_counts ide_counts;

void ide_delay_400ns(void)
{
	int i;

	for (i = 0; i < 4; i++)
		inb(IDE_CONTROL);
}

int ide_poll(unsigned int polls)
{
	unsigned int i;
	u8 status;

	for (i = 0; i < polls; i++) {
		status = inb(IDE_CONTROL);
		if (!(status & ST_BSY))
			return status;
	}
	return -ETIMEDOUT;
}

int ide_command(const struct ide_drive *drive, u8 command, sector_t sector, u8 count,
		unsigned int polls)
{
	int status = ide_poll(polls);

	if (status < 0)
		return status;
	outb((u8)(DEV_LBA | drive->unit << 4 | (sector >> 24 & 0xf)), IDE_DEVICE);
	ide_delay_400ns();
	status = ide_poll(polls);
	if (status < 0)
		return status;
	outb(count, IDE_COUNT);
	outb((u8)sector, IDE_LBA_LOW);
	outb((u8)(sector >> 8), IDE_LBA_MID);
	outb((u8)(sector >> 16), IDE_LBA_HIGH);
	outb(command, IDE_COMMAND);
	return 0;
}

/* Moves a run of sectors that lies in one piece of memory; how many. */
static unsigned int move_piece(struct ide_channel *channel, unsigned int sectors)
{
	const struct bio_vec *vec = &channel->bio->vecs[channel->vec];
	u8 *base = kmap_atomic(vec->page), *data = base + vec->offset + channel->done;
	unsigned int n = min(sectors, (vec->len - channel->done) / SECTOR_SIZE);

	if (channel->bio->write)
		outsw(IDE_DATA, data, n * WORDS_PER_SECTOR);
	else
		insw(IDE_DATA, data, n * WORDS_PER_SECTOR);
	kunmap_atomic(base);
	channel->done += n * SECTOR_SIZE;
	if (channel->done == vec->len) {
		channel->done = 0;
		if (++channel->vec == channel->bio->nr_vecs) {
			channel->vec = 0;
			channel->bio = list_entry(channel->bio->link.next, struct bio, link);
		}
	}
	return n;
}

/* Moves the next block through the data port. */
static void move_block(struct ide_channel *channel)
{
	const struct ide_drive *drive = ide_drive_of(&channel->queue.active);
	unsigned int block = min(channel->left, (unsigned int)max(drive->multiple, (u8)1)), n;

	channel->left -= block;
	for (; block; block -= n)
		n = move_piece(channel, block);
}

/* A read interrupts when a block is there; a write when one was taken, so its first is polled for.
 */
static int start_pio(struct ide_channel *channel)
{
	const struct block_request *request = &channel->queue.active;
	const struct ide_drive *drive = ide_drive_of(request);
	u8 command = request->write ? CMD_WRITE : CMD_READ;
	int status;

	if (drive->multiple)
		command = request->write ? CMD_WRITE_MULTIPLE : CMD_READ_MULTIPLE;
	channel->bio = list_first_entry(&request->bios, struct bio, link);
	channel->vec = channel->done = 0;
	channel->left = request->sectors;
	channel->phase = request->write ? IDE_PIO_WRITE : IDE_PIO_READ;
	ide_counts.pio++;
	status = ide_command(drive, command, request->sector, (u8)request->sectors, IDE_SHORT_WAIT);
	if (status || !request->write)
		return status;
	ide_delay_400ns();
	status = ide_poll(IDE_SHORT_WAIT);
	if (status < 0)
		return status;
	if (status & (ST_ERR | ST_DF) || !(status & ST_DRQ))
		return -EIO;
	move_block(channel);
	return 0;
}

static int start_dma(struct ide_channel *channel)
{
	const struct block_request *request = &channel->queue.active;
	int err;

	channel->phase = IDE_DMA;
	ide_counts.dma++;
	ide_dma_prepare(channel);
	err = ide_command(ide_drive_of(request), request->write ? CMD_WRITE_DMA : CMD_READ_DMA,
			  request->sector, (u8)request->sectors, IDE_SHORT_WAIT);
	if (!err)
		ide_dma_begin(channel);
	return err;
}

static int start_flush(struct ide_channel *channel)
{
	channel->phase = IDE_NO_DATA;
	return ide_command(ide_drive_of(&channel->queue.active), CMD_FLUSH_CACHE, 0, 0,
			   IDE_SHORT_WAIT);
}

static unsigned long command_ticks(void)
{
	return ide_inject.patience ? ide_inject.patience : COMMAND_TICKS;
}

/* The guard is armed once and looks then how late it is: most commands end long before. After a
 * flush it would look too late. */
static void guard(struct ide_channel *channel)
{
	struct ktimer *timer = &channel->timer;

	channel->deadline = jiffies + (channel->queue.active.flush ? FLUSH_TICKS : command_ticks());
	if (!timer_armed(timer) || time_after(timer->expires, channel->deadline))
		timer_arm(timer, channel->irq_works ? channel->deadline : jiffies + 1);
}

void ide_attempt(struct ide_channel *channel)
{
	const struct block_request *request = &channel->queue.active;
	int err;

	guard(channel);
	if (ide_inject.hangs) {
		ide_inject.hangs--;
		channel->phase = IDE_DMA;
		return;
	}
	if (request->flush)
		err = start_flush(channel);
	else if (ide_drive_of(request)->dma && !channel->by_pio)
		err = start_dma(channel);
	else
		err = start_pio(channel);
	if (err)
		ide_fail(channel, err);
}

void ide_start(struct block_queue *queue)
{
	struct ide_channel *channel = container_of(queue, struct ide_channel, queue);

	channel->tries = 0;
	channel->by_pio = false;
	ide_attempt(channel);
}

void ide_end(struct ide_channel *channel, int error, struct list_head *done)
{
	channel->phase = IDE_IDLE;
	block_queue_end(&channel->queue, error, done);
}

/* Does a test want this command to fail? */
static bool injected(const struct block_request *request)
{
	if (ide_inject.drive_errors) {
		ide_inject.drive_errors--;
		return true;
	}
	if (ide_inject.bad_requests && request->sector <= ide_inject.bad_sector &&
	    ide_inject.bad_sector - request->sector < request->sectors) {
		ide_inject.bad_requests--;
		return true;
	}
	return false;
}

/* The drive has interrupted: 1 when the command is done, 0 when there is more to come, or an error.
 */
static int look(struct ide_channel *channel)
{
	const struct block_request *request = &channel->queue.active;
	bool dma = channel->phase == IDE_DMA, moved = !dma || ide_dma_end(channel);

	if (dma && ide_inject.dma_errors) {
		ide_inject.dma_errors--;
		moved = false;
	}
	channel->status = inb(IDE_STATUS);
	channel->drive_error = inb(IDE_ERROR);
	/* A drive without a cache may refuse to flush it: then there is nothing to write. */
	if (request->flush)
		return channel->status & ST_DF ? -EIO : 1;
	if (channel->status & (ST_ERR | ST_DF) || !moved || injected(request))
		return -EIO;
	if (dma || !channel->left)
		return channel->status & ST_DRQ ? -EIO : 1;
	if (!(channel->status & ST_DRQ))
		return -EIO;
	move_block(channel);
	return channel->phase == IDE_PIO_READ && !channel->left;
}

/* Is the drive, or the bus master, done with what it was told? */
static bool has_news(const struct ide_channel *channel)
{
	if (channel->phase == IDE_DMA)
		return ide_dma_interrupt(channel);
	return !(inb(IDE_CONTROL) & ST_BSY);
}

void ide_advance(struct ide_channel *channel, struct list_head *done)
{
	int ret;

	if (channel->phase == IDE_IDLE || channel->phase == IDE_FAILED || !has_news(channel)) {
		inb(IDE_STATUS); /* nothing of ours */
		return;
	}
	ret = look(channel);
	if (ret > 0) {
		ide_pio_helped(channel);
		ide_end(channel, 0, done);
	} else if (ret < 0) {
		ide_fail(channel, ret);
	} else {
		channel->deadline = jiffies + command_ticks();
	}
}

static void ide_irq(unsigned int irq, struct pt_regs *regs)
{
	struct ide_channel *channel = &ide_channel;
	unsigned long flags;
	LIST_HEAD(done);

	(void)irq;
	(void)regs;
	spin_lock_irqsave(&channel->queue.lock, flags);
	if (ide_inject.lost_irqs && channel->phase != IDE_IDLE)
		ide_inject.lost_irqs--;
	else
		ide_advance(channel, &done);
	spin_unlock_irqrestore(&channel->queue.lock, flags);
	block_end_bios(&done);
}

/* The command takes too long, or there are no interrupts to tell of its end. */
static void look_again(struct ide_channel *channel, struct list_head *done)
{
	bool late = !time_after(channel->deadline, jiffies);

	if (late && channel->irq_works && has_news(channel))
		ide_counts.lost_irqs++;
	if (late || !channel->irq_works) {
		if (has_news(channel))
			ide_advance(channel, done);
		else if (late)
			ide_fail(channel, -ETIMEDOUT);
	}
}

static void ide_timer(struct ktimer *timer)
{
	struct ide_channel *channel = container_of(timer, struct ide_channel, timer);
	unsigned long flags;
	LIST_HEAD(done);

	spin_lock_irqsave(&channel->queue.lock, flags);
	if (channel->phase != IDE_IDLE && channel->phase != IDE_FAILED)
		look_again(channel, &done);
	if (channel->phase != IDE_IDLE && channel->phase != IDE_FAILED && !timer_armed(timer))
		timer_arm(timer, channel->irq_works ? channel->deadline : jiffies + 1);
	spin_unlock_irqrestore(&channel->queue.lock, flags);
	block_end_bios(&done);
}

void ide_connect(struct ide_channel *channel)
{
	timer_setup(&channel->timer, ide_timer);
	channel->irq_works = request_irq(IDE_IRQ, ide_irq, "ide0") == 0;
	if (!channel->irq_works)
		pr_warn("ide0: no interrupt line, polling\n");
}

bool ide_uses_dma(void)
{
	return ide_channel.drives[0].dma;
}

void ide_set_dma(bool on)
{
	struct ide_drive *drive = &ide_channel.drives[0];

	drive->dma = on && ide_channel.bm && drive->dma_mode;
	drive->dma_strikes = 0;
}
