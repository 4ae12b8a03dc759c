/*
 * ide_channel.h - what the files of the IDE driver share.
 *
 *   ide.c          commands: begin, interrupt, end
 *   ide_dma.c      the bus master and its table
 *   ide_error.c    what failed: reset, again, give up
 *   ide_probe.c    which drives there are
 */
#ifndef DRIVERS_IDE_CHANNEL_H
#define DRIVERS_IDE_CHANNEL_H

#include "drivers/block_queue.h"
#include "drivers/ide.h"
#include "i386/cpu.h"
#include "kernel/wait.h"
#include "sched/timer.h"

#define IDE_DATA     0x1f0
#define IDE_ERROR    0x1f1
#define IDE_FEATURES 0x1f1
#define IDE_COUNT    0x1f2
#define IDE_LBA_LOW  0x1f3
#define IDE_LBA_MID  0x1f4
#define IDE_LBA_HIGH 0x1f5
#define IDE_DEVICE   0x1f6
#define IDE_STATUS   0x1f7 /* reading it takes the interrupt back */
#define IDE_COMMAND  0x1f7
#define IDE_CONTROL  0x3f6 /* write: control; read: status without side effect */

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
#define CMD_READ_DMA	   0xc8u
#define CMD_WRITE_DMA	   0xcau
#define CMD_FLUSH_CACHE	   0xe7u
#define CMD_IDENTIFY	   0xecu
#define CMD_SET_FEATURES   0xefu

#define WORDS_PER_SECTOR (SECTOR_SIZE / 2)
#define SECTORS_PER_PAGE (PAGE_SIZE / SECTOR_SIZE)
#define IDE_MAX_SECTORS	 256u /* of a command: LBA28 */
#define IDE_NR_DRIVES	 2

struct ide_drive {
	u8 unit;     /* 0 master, 1 slave */
	u8 multiple; /* sectors a block in READ/WRITE MULTIPLE; 0: not in that mode */
	u8 dma_mode; /* for SET FEATURES; 0: the drive cannot do DMA */
	bool present;
	bool dma;		  /* is used */
	unsigned int dma_strikes; /* commands that DMA failed and PIO did */
	char name[4];
	struct block_device bdev;
};

/* What the channel is doing. */
enum ide_phase {
	IDE_IDLE,
	IDE_PIO_READ,
	IDE_PIO_WRITE,
	IDE_DMA,
	IDE_NO_DATA, /* a flush */
	IDE_FAILED,  /* ide_error.c has the word */
};

struct ide_channel {
	struct block_queue queue; /* its lock protects what follows */
	struct ide_drive drives[IDE_NR_DRIVES];
	enum ide_phase phase;
	bool irq_works;	    /* the line is ours; else the timer looks each tick */
	bool by_pio;	    /* the last attempt at this request: without DMA */
	unsigned int tries; /* attempts at this request that have failed */
	int error;	    /* of the last one */
	u8 status, drive_error;
	struct bio *bio;	/* programmed I/O: where it goes on */
	unsigned int vec, done; /* piece of it, bytes of that */
	unsigned int left;	/* sectors of the command */
	unsigned long deadline; /* jiffies, of the command */
	struct ktimer timer;
	wait_queue_head_t failed;
	u16 bm; /* first port of the bus master; 0: none */
	struct ide_prd *prds;
};

extern struct ide_channel ide_channel;

static inline struct ide_drive *ide_drive_of(const struct block_request *request)
{
	return request->disk->driver_data;
}

/* --- ide.c --- */

/* ATA-4 section 7.15.6.1: the status is valid 400 ns after a command or a change of device. */
void ide_delay_400ns(void);
/* Polls until the drive is not busy, `polls` times at most: its status, or -ETIMEDOUT. */
int ide_poll(unsigned int polls);
#define IDE_POLLS      10000000u /* about 10 s at a microsecond a port read */
#define IDE_SHORT_WAIT 1000u	 /* where interrupts are off */
/* Addresses a drive and starts a command that the registers are set up for. 0 or -ETIMEDOUT. */
int ide_command(const struct ide_drive *drive, u8 command, sector_t sector, u8 count,
		unsigned int polls);
/* Begins the active request, or begins it again. Lock held. */
void ide_start(struct block_queue *queue);
void ide_attempt(struct ide_channel *channel);
/* An interrupt, or the timer in place of one: looks what the drive has done. Lock held. */
void ide_advance(struct ide_channel *channel, struct list_head *done);
/* The end of the active request. Lock held. */
void ide_end(struct ide_channel *channel, int error, struct list_head *done);
/* Takes the interrupt line and sets the timer up. */
void ide_connect(struct ide_channel *channel);

/* --- ide_dma.c --- */

/* An entry of the bus master's table. */
struct ide_prd {
	u32 addr, flags;
};

/*
 * Adds a piece of memory to the table: to its last entry, when that ends where the piece begins and
 * the two may be one. True when it took a new entry.
 */
bool ide_prd_add(struct ide_prd *prds, unsigned int *nr, phys_addr_t addr, unsigned int len);
/* Finds the bus master of the channel. Boot. */
void ide_dma_init(struct ide_channel *channel);
/* Sets the bus master up for the active request, and lets it go after the drive's command. */
void ide_dma_prepare(struct ide_channel *channel);
void ide_dma_begin(struct ide_channel *channel);
/* Has the drive interrupted? */
bool ide_dma_interrupt(const struct ide_channel *channel);
/* Stops the bus master: did it move all that it was to move? */
bool ide_dma_end(struct ide_channel *channel);
/* Chooses the drive's mode by its IDENTIFY data. The channel rests, polls. */
void ide_dma_setup(struct ide_channel *channel, struct ide_drive *drive, const u16 *id);

/* --- ide_error.c --- */

/* The attempt failed: the thread of ide_error.c goes on from here. Lock held. */
void ide_fail(struct ide_channel *channel, int error);
/* The active request succeeded after failures: was it because of PIO? Lock held. */
void ide_pio_helped(struct ide_channel *channel);
void ide_error_init(struct ide_channel *channel);

/* --- ide_probe.c --- */

/* Asks for blocks of as many sectors as a page has, or as the drive can do: at most `most`. Polls.
 */
void ide_set_multiple(struct ide_drive *drive, unsigned int most);

#endif
