/*
 * ide_probe.c - which disks the primary IDE channel has, and what they can do. Start-up: polls.
 */
#include "drivers/ide_channel.h"
#include "drivers/partition.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/resource.h"
#include "mm/gfp.h"
#include "mm/slab.h"

#define ID_MODEL	27 /* words of IDENTIFY DEVICE, ATA-4 section 8.12 */
#define ID_MAX_MULTIPLE 47
#define ID_CAPABILITIES 49
#define ID_CAP_LBA	0x200u
#define ID_LBA_SECTORS	60

#define LBA28_MAX    (1u << 28)
#define MODEL_CHARS  40
#define MODEL_BYTES  (MODEL_CHARS + 1)
#define IDE_MAJOR    3u
#define PRDS_IN_PAGE (PAGE_SIZE / 8)

static struct resource ports[] = {
	{.name = "ide0", .start = IDE_DATA, .end = IDE_STATUS},
	{.name = "ide0", .start = IDE_CONTROL, .end = IDE_CONTROL},
};

void ide_set_multiple(struct ide_drive *drive, unsigned int most)
{
	unsigned int block = SECTORS_PER_PAGE;
	int status;

	while (block > most)
		block /= 2;
	drive->multiple = 0;
	if (block < 2 || ide_command(drive, CMD_SET_MULTIPLE, 0, (u8)block, IDE_POLLS))
		return;
	ide_delay_400ns();
	status = ide_poll(IDE_POLLS);
	inb(IDE_STATUS);
	if (status >= 0 && !(status & (ST_ERR | ST_DF)))
		drive->multiple = (u8)block;
}

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
	int status;

	if (!ide_answers(drive) || ide_command(drive, CMD_IDENTIFY, 0, 0, IDE_POLLS))
		return -ENODEV;
	ide_delay_400ns();
	status = inb(IDE_CONTROL) ? ide_poll(IDE_POLLS) : -ENODEV;
	if (status < 0 || (status & (ST_ERR | ST_DF)) || !(status & ST_DRQ))
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

/* How it works: "PIO, 8 sectors a block", "UDMA 2". */
static void describe(const struct ide_drive *drive, char *text, size_t size)
{
	if (drive->dma)
		snprintf(text, size, "%s %u", drive->dma_mode & 0x40 ? "UDMA" : "multiword DMA",
			 drive->dma_mode & 7u);
	else
		snprintf(text, size, "PIO, %u sectors a block", max(drive->multiple, (u8)1));
}

/* Takes the drive into service if it is a disk that speaks LBA. */
static void ide_probe(struct ide_drive *drive, u16 *id)
{
	char model[MODEL_BYTES], mode[MODEL_BYTES];
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
	ide_dma_setup(&ide_channel, drive, id);
	drive->present = true;
	drive->bdev.name = drive->name;
	drive->bdev.dev = IDE_MAJOR << 8 | (u32)drive->unit << 6;
	drive->bdev.sectors = min(sectors, LBA28_MAX);
	drive->bdev.queue = &ide_channel.queue;
	drive->bdev.driver_data = drive;
	blkdev_register(&drive->bdev);
	describe(drive, mode, sizeof(mode));
	pr_info("%s: %s, %u MiB, %s\n", drive->name, model, drive->bdev.sectors >> 11, mode);
}

static void scan_partitions(struct ide_drive *drive)
{
	int err = drive->present ? partition_scan(&drive->bdev) : 0;

	if (err)
		pr_err("%s: partition table unreadable: error %d\n", drive->name, err);
}

void ide_init(void)
{
	struct ide_channel *channel = &ide_channel;
	u16 *id;
	int i;

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
	block_queue_init(&channel->queue, "ide0", ide_start, IDE_MAX_SECTORS, PRDS_IN_PAGE);
	ide_dma_init(channel);
	outb(CTL_NIEN, IDE_CONTROL);
	for (i = 0; i < IDE_NR_DRIVES; i++)
		ide_probe(&channel->drives[i], id);
	kfree(id);
	inb(IDE_STATUS);
	outb(0, IDE_CONTROL);
	ide_error_init(channel);
	ide_connect(channel);
	for (i = 0; i < IDE_NR_DRIVES; i++)
		scan_partitions(&channel->drives[i]);
}
