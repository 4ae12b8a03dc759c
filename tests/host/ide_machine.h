/*
 * ide_machine.h - the part of a PC that the IDE driver sees, in software: a channel with two drives
 * and its bus master, which can be made to fail, and the time that goes by meanwhile.
 */
#ifndef HOST_IDE_MACHINE_H
#define HOST_IDE_MACHINE_H

#include "kernel/types.h"

#define ATA_SECTORS 512u
#define ATA_SECTOR  512u

/* How a command that moves data, or a flush, goes wrong. What was to be moved by it is lost. */
enum ata_fault {
	ATA_FINE,
	ATA_ERROR,	   /* ERR; all else looks as if it had worked */
	ATA_DEVICE_FAULT,  /* the same with DF */
	ATA_ABORTED,	   /* ERR at once, and nothing else */
	ATA_HANGS,	   /* busy until it is reset */
	ATA_DRQ_STAYS,	   /* the drive wants to move more than it was told */
	ATA_NO_DRQ,	   /* it interrupts, but has no block, or takes none */
	ATA_MASTER_ERROR,  /* DMA: the bus master's error bit, and no other sign */
	ATA_MASTER_ACTIVE, /* DMA: the bus master has not come to the end, and no other sign */
	ATA_NO_INTERRUPT,  /* all works, but nobody is told */
	ATA_FAULTS
};

struct ata_command {
	u8 command, drive;
	u32 sector;
	unsigned int sectors;
};

#define ATA_LOG 64

struct ata_machine {
	/* Set by the test: */
	enum ata_fault fault;
	unsigned int times;	     /* that the fault shows */
	unsigned int ticks;	     /* that each block, DMA transfer and flush takes */
	unsigned int reset_polls;    /* looks at the status during which a reset is not over */
	u32 bad_sector;		     /* of both drives: ERR; ~0: none */
	bool no_master, no_irq_line; /* at boot */
	/* Seen from outside: */
	u8 disk[2][ATA_SECTORS][ATA_SECTOR];
	struct ata_command log[ATA_LOG]; /* those that move data, and flushes */
	unsigned int commands, resets;
};

extern struct ata_machine ata;

/* Another machine, with both disks as they are: the driver finds hda and hdb. */
void ata_boot(void);
/* What happens next: an interrupt, a turn of a kernel thread, or a tick. For host_sleep_hook. */
void ata_sleep(void);
/* So many ticks, and what happens in them. */
void ata_wait(unsigned int ticks);
/* An interrupt on the line that no drive asked for; or the drive asks, for nothing. */
void ata_noise(bool drive_asks);
/* Does the drive ask for an interrupt? */
bool ata_asks(void);

/* Of the models, for ide_kernel.c: the bus master's first port; as after switching the machine on;
 * the interrupt controller has seen an edge, and takes it; the drive asks, for nothing. */
#define ATA_MASTER 0xc000u
void ata_power_on(void);
bool ata_take_interrupt(void);
void ata_ask(void);

#endif
