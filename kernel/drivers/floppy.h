/* floppy.h - the first diskette drive, read-only, as block device fd0. */
#ifndef DRIVERS_FLOPPY_H
#define DRIVERS_FLOPPY_H

#include "kernel/blkdev.h"
#include "kernel/compiler.h"

/*
 * Registers fd0 when the BIOS knows of a first drive and a controller answers. Having none is not
 * an error. Boot, after disks; nothing in the drive is moved or waited for.
 */
void floppy_init(void);

/*
 * Reads `count` sectors of 512 bytes, from `sector` on, by DMA into `page` from byte `offset` on.
 * Returns 0 or:
 *   -EINVAL     no sector, or more than fit behind a multiple of 512; a page that ISA DMA does not
 *               reach (not from ZONE_DMA): it is not touched
 *   -ENXIO      no drive, no medium
 *   -EIO        the drive cannot read it, or there is no such sector
 *   -ETIMEDOUT  the controller went silent
 * Sleeps: half a second when the motor stands, seconds when things fail.
 */
int __must_check floppy_read(sector_t sector, struct page *page, unsigned int offset,
			     unsigned int count);

#endif
