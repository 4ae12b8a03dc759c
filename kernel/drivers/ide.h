/* ide.h - the primary IDE channel: by bus-master DMA, or by programmed I/O. */
#ifndef DRIVERS_IDE_H
#define DRIVERS_IDE_H

#include "kernel/types.h"

/*
 * Looks for disks on the primary channel and registers hda, hdb and their
 * partitions. Having none is not an error. Boot, after PIC and PCI. May sleep.
 */
void ide_init(void);

/*
 * For tests: things that go wrong in the next commands, counted down. Set with interrupts off
 * or while the disk rests.
 */
struct ide_inject {
	unsigned int drive_errors; /* commands that the drive reports as failed */
	unsigned int bad_requests; /* the same, for requests that have the sector bad_sector */
	u32 bad_sector;		   /* on the disk */
	unsigned int dma_errors;   /* DMA transfers that the controller reports as failed */
	unsigned int lost_irqs;	   /* interrupts that nobody sees */
	unsigned int hangs;	   /* commands that the drive never gets */
	unsigned int patience;	   /* ticks until a command is late; 0: as ever */
};
extern struct ide_inject ide_inject;

/* Does hda work by DMA now? Turning it off and on again, where it can be done: for tests and
 * measurements. The disk rests. */
bool ide_uses_dma(void);
void ide_set_dma(bool on);

/* What happened since boot. */
struct ide_counts {
	unsigned long dma, pio; /* commands that moved data */
	unsigned long resets, lost_irqs, dma_failures;
};
extern struct ide_counts ide_counts;

#endif
