/* ide.h - the primary IDE channel, programmed I/O. */
#ifndef DRIVERS_IDE_H
#define DRIVERS_IDE_H

/*
 * Looks for disks on the primary channel and registers hda, hdb and their
 * partitions. Having none is not an error. Boot, after the PIC; polls.
 */
void ide_init(void);

#endif
