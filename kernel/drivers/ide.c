/*
 * ide.c - disks on the primary IDE channel: programmed I/O, LBA28.
 *
 * One command is under way at a time (channel.lock). A command moves at most a
 * page: the registers are loaded, then the data goes through the data port in
 * blocks of `multiple` sectors (READ/WRITE MULTIPLE), with one interrupt for each.
 * A task sleeps for the interrupt; the boot thread, which is also the idle task
 * and may not sleep, polls the status register instead. Both waits are bounded,
 * and a lost interrupt costs one time-out and nothing else, as the status is
 * looked at in any case. A failed command is tried again after a soft reset; the
 * last failure's error reaches the caller.
 *
 * Registers and commands: ATA/ATAPI-4 (INCITS 317), sections 7 and 8.
 */
#include "drivers/ide.h"
#include "i386/cpu.h"
#include "arch/irq.h"
#include "i386/trap.h"
#include "drivers/partition.h"
#include "kernel/blkdev.h"
#include "kernel/errno.h"
#include "kernel/lock.h"
#include "kernel/printk.h"
#include "kernel/resource.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/gfp.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "proc/task.h"

#define IDE_DATA     0x1f0
#define IDE_ERROR    0x1f1
#define IDE_COUNT    0x1f2
#define IDE_LBA_LOW  0x1f3
#define IDE_LBA_MID  0x1f4
#define IDE_LBA_HIGH 0x1f5
#define IDE_DEVICE   0x1f6
#define IDE_STATUS   0x1f7 /* reading it takes the interrupt back */
#define IDE_COMMAND  0x1f7
#define IDE_CONTROL  0x3f6 /* write: control; read: status without side effect */
#define IDE_IRQ	     14

#define ST_BSY 0x80u
#define ST_DF  0x20u
#define ST_DRQ 0x08u
#define ST_ERR 0x01u

#define CTL_SRST 0x04u
#define CTL_NIEN 0x02u

#define DEV_LBA 0xe0u /* LBA addressing, and the two bits that are always set */

#define CMD_READ	   0x20u
#define CMD_WRITE	   0x30u
#define CMD_READ_MULTIPLE  0xc4u
#define CMD_WRITE_MULTIPLE 0xc5u
#define CMD_SET_MULTIPLE   0xc6u
#define CMD_FLUSH_CACHE	   0xe7u
#define CMD_IDENTIFY	   0xecu

#define ID_MODEL	27 /* words of IDENTIFY DEVICE, ATA-4 section 8.12 */
#define ID_MAX_MULTIPLE 47
#define ID_CAPABILITIES 49
#define ID_CAP_LBA	0x200u
#define ID_LBA_SECTORS	60

#define LBA28_MAX	 (1u << 28)
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)
#define WORDS_PER_SECTOR (SECTOR_SIZE / 2)
#define MODEL_CHARS	 40
#define IDE_ATTEMPTS	 3
#define IDE_IRQ_TICKS	 (2 * HZ)
#define IDE_POLLS	 10000000u /* about 10 s at a microsecond a port read */
#define IDE_RESET_POLLS	 64u	   /* reads that hold SRST for more than 5 us */
#define IDE_MAJOR	 3u
#define IDE_NR_DRIVES	 2

struct ide_drive {
	u8 unit;     /* 0 master, 1 slave */
	u8 multiple; /* sectors a block in READ/WRITE MULTIPLE; 0: not in that mode */
	bool present;
	char name[4];
	struct block_device bdev;
};

static struct {
	struct mutex lock; /* one command at a time */
	wait_queue_head_t wait;
	volatile bool irq_seen;
	bool irq_works; /* the line is ours */
	struct ide_drive drives[IDE_NR_DRIVES];
} channel = {
	.lock = MUTEX_INIT(channel.lock, "ide0"),
	.wait = WAIT_QUEUE_HEAD_INIT(channel.wait),
	.drives = {{.unit = 0, .name = "hda"}, {.unit = 1, .name = "hdb"}},
};

static struct resource ports[] = {
	{.name = "ide0", .start = IDE_DATA, .end = IDE_STATUS},
	{.name = "ide0", .start = IDE_CONTROL, .end = IDE_CONTROL},
};

/* A transfer, as the command layer sees it. */
struct ide_request {
	struct ide_drive *drive;
	sector_t sector;
	struct page *page;
	unsigned int offset; /* byte of the page */
	unsigned int count;  /* sectors */
	bool write;
};

static void ide_irq(unsigned int irq, struct pt_regs *regs)
{
	(void)irq;
	(void)regs;
	inb(IDE_STATUS);
	channel.irq_seen = true;
	wake_up_all(&channel.wait);
}

static bool may_wait_for_irq(void)
{
	return channel.irq_works && current->pid != 0 && !irqs_disabled();
}

/* ATA-4 section 7.15.6.1: the status is valid 400 ns after a command or a change of device. */
static void ide_delay_400ns(void)
{
	int i;

	for (i = 0; i < 4; i++)
		inb(IDE_CONTROL);
}

/* Polls until the drive is not busy: its status, or -ETIMEDOUT. */
static int ide_poll(void)
{
	unsigned int i;
	u8 status;

	for (i = 0; i < IDE_POLLS; i++) {
		status = inb(IDE_CONTROL);
		if (!(status & ST_BSY))
			return status;
	}
	return -ETIMEDOUT;
}

/* Waits for the end of a phase of the command under way: the status, or -ETIMEDOUT. */
static int ide_wait(void)
{
	if (may_wait_for_irq() &&
	    !wait_event_timeout(channel.wait, channel.irq_seen, IDE_IRQ_TICKS) &&
	    (inb(IDE_CONTROL) & ST_BSY))
		return -ETIMEDOUT;
	return ide_poll();
}

/* Waits for the drive to want or have data: 0, -EIO or -ETIMEDOUT. */
static int ide_wait_data(bool by_irq)
{
	int status = by_irq ? ide_wait() : ide_poll();

	if (status < 0)
		return status;
	if (status & (ST_ERR | ST_DF) || !(status & ST_DRQ))
		return -EIO;
	return 0;
}

/* Waits for the end of a command: 0, -EIO or -ETIMEDOUT. */
static int ide_wait_done(void)
{
	int status = ide_wait();

	if (status < 0)
		return status;
	return status & (ST_ERR | ST_DF | ST_DRQ) ? -EIO : 0;
}

/* Addresses a drive and starts a command. 0 or -ETIMEDOUT. */
static int ide_command(struct ide_drive *drive, u8 command, sector_t sector, u8 count)
{
	int status = ide_poll();

	if (status < 0)
		return status;
	outb((u8)(DEV_LBA | drive->unit << 4 | (sector >> 24 & 0xf)), IDE_DEVICE);
	ide_delay_400ns();
	status = ide_poll();
	if (status < 0)
		return status;
	outb(count, IDE_COUNT);
	outb((u8)sector, IDE_LBA_LOW);
	outb((u8)(sector >> 8), IDE_LBA_MID);
	outb((u8)(sector >> 16), IDE_LBA_HIGH);
	channel.irq_seen = false;
	outb(command, IDE_COMMAND);
	ide_delay_400ns();
	return 0;
}

/* Moves `sectors` sectors through the data port. */
static void ide_move(const struct ide_request *req, unsigned int done, unsigned int sectors)
{
	u8 *base = kmap_atomic(req->page);
	u8 *data = base + req->offset + done * SECTOR_SIZE;

	if (req->write)
		outsw(IDE_DATA, data, sectors * WORDS_PER_SECTOR);
	else
		insw(IDE_DATA, data, sectors * WORDS_PER_SECTOR);
	kunmap_atomic(base);
}

/*
 * One attempt at a transfer. A read interrupts when a block is there; a write
 * when a block was taken, so its first block is asked for by polling.
 */
static int ide_transfer(const struct ide_request *req)
{
	unsigned int block = req->drive->multiple, done, n;
	u8 command = req->write ? CMD_WRITE : CMD_READ;
	int err;

	if (block)
		command = req->write ? CMD_WRITE_MULTIPLE : CMD_READ_MULTIPLE;
	else
		block = 1;
	err = ide_command(req->drive, command, req->sector, (u8)req->count);
	for (done = 0; !err && done < req->count; done += n) {
		n = min(block, req->count - done);
		err = ide_wait_data(!req->write || done > 0);
		if (err)
			break;
		channel.irq_seen = false;
		ide_move(req, done, n);
	}
	if (!err && req->write)
		err = ide_wait_done();
	return err;
}

/* Asks for blocks of as many sectors as a page has, or as the drive can do. */
static void ide_set_multiple(struct ide_drive *drive, unsigned int most)
{
	unsigned int block = SECTORS_PER_PAGE;
	int status;

	while (block > most)
		block /= 2;
	drive->multiple = 0;
	if (block < 2 || ide_command(drive, CMD_SET_MULTIPLE, 0, (u8)block))
		return;
	status = ide_poll();
	inb(IDE_STATUS);
	if (status >= 0 && !(status & (ST_ERR | ST_DF)))
		drive->multiple = (u8)block;
}

/* Resets both drives of the channel; they forget the block size, so it is set again. */
static void ide_soft_reset(void)
{
	unsigned int i;

	outb(CTL_SRST | CTL_NIEN, IDE_CONTROL);
	for (i = 0; i < IDE_RESET_POLLS; i++)
		inb(IDE_CONTROL);
	outb(CTL_NIEN, IDE_CONTROL);
	ide_delay_400ns();
	if (ide_poll() < 0)
		pr_err("ide0: busy after a reset\n");
	for (i = 0; i < IDE_NR_DRIVES; i++) {
		if (channel.drives[i].present)
			ide_set_multiple(&channel.drives[i], channel.drives[i].multiple);
	}
	inb(IDE_STATUS);
	outb(0, IDE_CONTROL);
}

static void report_failure(const struct ide_request *req, int err)
{
	pr_warn("%s: %s of %u sectors at %u: %s, status %02x error %02x\n", req->drive->name,
		req->write ? "write" : "read", req->count, req->sector,
		err == -ETIMEDOUT ? "timed out" : "failed", inb(IDE_CONTROL), inb(IDE_ERROR));
}

static int ide_rw_page(struct block_device *bdev, sector_t sector, struct page *page,
		       unsigned int offset, unsigned int count, bool write)
{
	struct ide_request req = {
		.drive = bdev->driver_data,
		.sector = sector,
		.page = page,
		.offset = offset,
		.count = count,
		.write = write,
	};
	int attempt, err = -EIO;

	mutex_lock(&channel.lock);
	for (attempt = 0; err && attempt < IDE_ATTEMPTS; attempt++) {
		err = ide_transfer(&req);
		if (err) {
			report_failure(&req, err);
			ide_soft_reset();
		}
	}
	mutex_unlock(&channel.lock);
	return err;
}

/* A drive without a cache may refuse the command: then there is nothing to write. */
static int ide_flush(struct block_device *bdev)
{
	struct ide_drive *drive = bdev->driver_data;
	int status, err;

	mutex_lock(&channel.lock);
	err = ide_command(drive, CMD_FLUSH_CACHE, 0, 0);
	if (!err) {
		status = ide_wait();
		if (status < 0)
			err = status;
		else if (status & ST_DF)
			err = -EIO;
	}
	mutex_unlock(&channel.lock);
	return err;
}

static const struct block_device_ops ide_ops = {
	.rw_page = ide_rw_page,
	.flush = ide_flush,
};

/* Is anything at this address? The registers of an empty place do not keep values. */
static bool ide_answers(const struct ide_drive *drive)
{
	outb((u8)(DEV_LBA | drive->unit << 4), IDE_DEVICE);
	ide_delay_400ns();
	outb(0x55, IDE_COUNT);
	outb(0xaa, IDE_LBA_LOW);
	return inb(IDE_COUNT) == 0x55 && inb(IDE_LBA_LOW) == 0xaa;
}

/* Reads the IDENTIFY data of a disk: 0, or -ENODEV for anything that is not one. */
static int ide_identify(struct ide_drive *drive, u16 *id)
{
	if (!ide_answers(drive) || ide_command(drive, CMD_IDENTIFY, 0, 0))
		return -ENODEV;
	if (inb(IDE_CONTROL) == 0 || ide_wait_data(false))
		return -ENODEV; /* nothing there, or a packet device: it aborts the command */
	insw(IDE_DATA, id, WORDS_PER_SECTOR);
	inb(IDE_STATUS);
	return 0;
}

/* The model: two characters a word, the first in the high byte, padded with blanks. */
static void model_name(const u16 *id, char name[MODEL_CHARS + 1])
{
	int i, end = 0;

	for (i = 0; i < MODEL_CHARS; i++) {
		u16 word = id[ID_MODEL + i / 2];
		char c = (char)(i & 1 ? word : word >> 8);

		name[i] = c >= ' ' && c <= '~' ? c : ' ';
		if (name[i] != ' ')
			end = i + 1;
	}
	name[end] = '\0';
}

/* Takes the drive into service if it is a disk that speaks LBA. */
static void ide_probe(struct ide_drive *drive, u16 *id)
{
	char model[MODEL_CHARS + 1];
	u32 sectors;

	if (ide_identify(drive, id))
		return;
	sectors = id[ID_LBA_SECTORS] | (u32)id[ID_LBA_SECTORS + 1] << 16;
	model_name(id, model);
	if (!(id[ID_CAPABILITIES] & ID_CAP_LBA) || sectors == 0) {
		pr_warn("%s: %s: no LBA, not used\n", drive->name, model);
		return;
	}
	ide_set_multiple(drive, id[ID_MAX_MULTIPLE] & 0xff);
	drive->present = true;
	drive->bdev.name = drive->name;
	drive->bdev.dev = IDE_MAJOR << 8 | (u32)drive->unit << 6;
	drive->bdev.sectors = min(sectors, LBA28_MAX);
	drive->bdev.ops = &ide_ops;
	drive->bdev.driver_data = drive;
	blkdev_register(&drive->bdev);
	pr_info("%s: %s, %u MiB, %u sectors a block\n", drive->name, model,
		drive->bdev.sectors >> 11, max(drive->multiple, (u8)1));
}

void ide_init(void)
{
	u16 *id;
	int i, err;

	if (inb(IDE_STATUS) == 0xff) {
		pr_info("ide0: no controller\n");
		return;
	}
	if (request_resources(&ioport_resource, ports, ARRAY_SIZE(ports)))
		return;
	id = kmalloc(SECTOR_SIZE, GFP_KERNEL);
	if (!id) {
		pr_err("ide0: no memory to look for disks\n");
		return;
	}
	outb(CTL_NIEN, IDE_CONTROL);
	for (i = 0; i < IDE_NR_DRIVES; i++)
		ide_probe(&channel.drives[i], id);
	kfree(id);
	inb(IDE_STATUS);
	outb(0, IDE_CONTROL);
	channel.irq_works = request_irq(IDE_IRQ, ide_irq, "ide0") == 0;
	if (!channel.irq_works)
		pr_warn("ide0: no interrupt line, polling\n");
	for (i = 0; i < IDE_NR_DRIVES; i++) {
		if (!channel.drives[i].present)
			continue;
		err = partition_scan(&channel.drives[i].bdev);
		if (err)
			pr_err("%s: partition table unreadable: error %d\n", channel.drives[i].name,
			       err);
	}
}
