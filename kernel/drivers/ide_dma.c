/*
 * ide_dma.c - the bus master beside the IDE channel (Intel 82371SB, PIIX3, sections 2.7 and 3.4;
 * "Programming Interface for Bus Master IDE Controller", revision 1.0).
 *
 *   port + 0  command: bit 0 start, bit 3 into memory
 *   port + 2  status: bit 0 active, bit 1 error, bit 2 interrupt (1 and 2: writing 1 clears)
 *   port + 4  physical address of the table, 32 bits
 *
 * The table says where in memory the data goes, one entry a piece; the last one is marked.
 *
 *   31                                0
 *   [       physical address        0 ]
 *   [ last |   0    |   bytes       0 ]     bytes: 0 is 65536
 *
 * The counter has 16 bits, so a piece may not cross a multiple of 64 KiB, nor may the table, which
 * is why it has a page of its own. Pages of any zone will do: no copy, no window.
 *
 * What went wrong can be told by three: the drive's status, the error bit, and the active bit,
 * which is still set when the drive ended before the table did.
 */
#include "arch/page.h"
#include "drivers/ide_channel.h"
#include "drivers/pci.h"
#include "kernel/cmdline.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/resource.h"
#include "kernel/string.h"
#include "mm/gfp.h"

#define BM_COMMAND 0
#define BM_STATUS  2
#define BM_TABLE   4
#define BM_PORTS   16 /* two channels */

#define BM_START     0x01u
#define BM_TO_MEMORY 0x08u

#define BM_ACTIVE    0x01u
#define BM_ERROR     0x02u
#define BM_INTERRUPT 0x04u

#define INTERFACE_MASTER 0x80u /* of PCI class 01.01: there is a bus master */
#define INTERFACE_NATIVE 0x01u /* the primary channel is not at the ports that we use */
#define BAR_MASTER	 4

#define PRD_LAST  0x80000000u
#define PRD_LIMIT 0x10000u /* neither longer, nor across a multiple of it */

#define FEATURE_TRANSFER_MODE 0x03u
#define MODE_MULTIWORD	      0x20u /* and the mode's number */
#define MODE_ULTRA	      0x40u

#define ID_CAPABILITIES 49
#define ID_CAP_DMA	0x100u
#define ID_FIELDS_VALID 53
#define ID_VALID_ULTRA	0x4u
#define ID_MULTIWORD	63 /* low byte: modes that the drive has; high byte: the one in use */
#define ID_ULTRA	88
#define ULTRA_UNTUNED	2u /* faster ones need an 80-wire cable */

static struct resource ports = {.name = "ide0 bus master"};

bool ide_prd_add(struct ide_prd *prds, unsigned int *nr, phys_addr_t addr, unsigned int len)
{
	struct ide_prd *last = *nr ? &prds[*nr - 1] : NULL;

	if (last && last->addr + last->flags == addr && addr % PRD_LIMIT) {
		last->flags += len;
		return false;
	}
	prds[(*nr)++] = (struct ide_prd){(u32)addr, len};
	return true;
}

void ide_dma_prepare(struct ide_channel *channel)
{
	const struct block_request *request = &channel->queue.active;
	unsigned int nr = 0, i;
	const struct bio *bio;

	list_for_each_entry (bio, &request->bios, link) {
		for (i = 0; i < bio->nr_vecs; i++)
			ide_prd_add(channel->prds, &nr,
				    page_to_phys(bio->vecs[i].page) + bio->vecs[i].offset,
				    bio->vecs[i].len);
	}
	for (i = 0; i < nr; i++)
		channel->prds[i].flags &= PRD_LIMIT - 1;
	channel->prds[nr - 1].flags |= PRD_LAST;
	outl((u32)__pa(channel->prds), (u16)(channel->bm + BM_TABLE));
	outb(request->write ? 0 : BM_TO_MEMORY, (u16)(channel->bm + BM_COMMAND));
	outb(inb((u16)(channel->bm + BM_STATUS)) | BM_ERROR | BM_INTERRUPT,
	     (u16)(channel->bm + BM_STATUS));
}

void ide_dma_begin(struct ide_channel *channel)
{
	outb((channel->queue.active.write ? 0 : BM_TO_MEMORY) | BM_START,
	     (u16)(channel->bm + BM_COMMAND));
}

bool ide_dma_interrupt(const struct ide_channel *channel)
{
	return channel->bm && (inb((u16)(channel->bm + BM_STATUS)) & BM_INTERRUPT);
}

bool ide_dma_end(struct ide_channel *channel)
{
	u8 status = inb((u16)(channel->bm + BM_STATUS));

	outb(0, (u16)(channel->bm + BM_COMMAND));
	outb(status | BM_ERROR | BM_INTERRUPT, (u16)(channel->bm + BM_STATUS));
	return !(status & (BM_ERROR | BM_ACTIVE));
}

/* --- start-up --- */

/* The first port of the bus master, or 0 and why there is none. */
static u16 find_master(const char **why)
{
	const struct pci_dev *dev = pci_find_class(PCI_CLASS_IDE);
	char mode[8];
	u32 bar;

	*why = "no PCI IDE controller";
	if (!dev)
		return 0;
	*why = "the controller has ports of its own";
	if (dev->interface & INTERFACE_NATIVE)
		return 0;
	*why = "the controller is no bus master";
	bar = pci_read(dev, PCI_BAR(BAR_MASTER));
	if (!(dev->interface & INTERFACE_MASTER) || !(bar & PCI_BAR_IO) || bar >> 16 ||
	    !(bar & ~(BM_PORTS - 1u)))
		return 0;
	*why = "ide=pio";
	if (cmdline_get("ide", mode, sizeof(mode)) && !strcmp(mode, "pio"))
		return 0;
	/* The status half of the register is not written: writing 1 there clears a bit. */
	pci_write(dev, PCI_COMMAND,
		  (pci_read(dev, PCI_COMMAND) & 0xffff) | PCI_COMMAND_IO | PCI_COMMAND_MASTER);
	return (u16)(bar & ~(BM_PORTS - 1u));
}

void ide_dma_init(struct ide_channel *channel)
{
	const char *why;
	u16 bm = find_master(&why);

	if (bm) {
		ports.start = bm;
		ports.end = bm + BM_PORTS - 1u;
		channel->prds = (void *)__get_free_page(GFP_KERNEL);
		why = "no memory";
		if (channel->prds) {
			why = "its ports are somebody else's";
			if (!request_resource(&ioport_resource, &ports))
				channel->bm = bm;
		}
	}
	if (!channel->bm)
		pr_info("ide0: no DMA: %s\n", why);
}

/* The best of the modes in a mask, up to `most`. */
static u8 best_mode(unsigned int modes, unsigned int most)
{
	unsigned int mode = most;

	while (mode && !(modes & 1u << mode))
		mode--;
	return (u8)mode;
}

/* What the firmware chose, for which it has also set the controller's timing; else our choice. */
static u8 choose_mode(const u16 *id)
{
	unsigned int ultra = id[ID_FIELDS_VALID] & ID_VALID_ULTRA ? id[ID_ULTRA] : 0;
	unsigned int multiword = id[ID_MULTIWORD];

	if (!(id[ID_CAPABILITIES] & ID_CAP_DMA))
		return 0;
	if (ultra >> 8)
		return (u8)(MODE_ULTRA | best_mode(ultra >> 8, 7));
	if (multiword >> 8)
		return (u8)(MODE_MULTIWORD | best_mode(multiword >> 8, 2));
	if (ultra & 7u)
		return (u8)(MODE_ULTRA | best_mode(ultra, ULTRA_UNTUNED));
	return multiword & 7u ? (u8)(MODE_MULTIWORD | best_mode(multiword, 2)) : 0;
}

void ide_dma_setup(struct ide_channel *channel, struct ide_drive *drive, const u16 *id)
{
	int status;

	drive->dma_mode = choose_mode(id);
	if (!channel->bm || !drive->dma_mode)
		return;
	outb(FEATURE_TRANSFER_MODE, IDE_FEATURES);
	if (ide_command(drive, CMD_SET_FEATURES, 0, drive->dma_mode, IDE_POLLS))
		return;
	ide_delay_400ns();
	status = ide_poll(IDE_POLLS);
	inb(IDE_STATUS);
	drive->dma = status >= 0 && !(status & (ST_ERR | ST_DF));
}
