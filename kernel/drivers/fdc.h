/*
 * fdc.h - the diskette controller, an 82077AA or the NEC 765 before it: commands on drive 0.
 *
 * One command at a time: the caller (floppy.c) holds its mutex. All but fdc_probe(),
 * fdc_motor() and fdc_read_error() sleep for interrupts; every wait has a bound.
 */
#ifndef DRIVERS_FDC_H
#define DRIVERS_FDC_H

#include "kernel/compiler.h"
#include "kernel/types.h"

#define FDC_DMA_CHANNEL 2
#define FDC_RESULT_MAX	7 /* bytes of the longest result phase used here */

/* Data rates, as the configuration control register has them. */
#define FDC_RATE_500K 0
#define FDC_RATE_250K 2

/*
 * Looks for a controller and takes its ports, interrupt line and DMA channel; polls, at most a few
 * milliseconds. `*version` is the answer to VERSION: 0x90 for an 82077AA, 0x80 for a NEC 765.
 * 0, -ENXIO (none there), -EBUSY (something of it is another's), -ETIMEDOUT or -EIO (it answers
 * nonsense).
 */
int __must_check fdc_probe(u8 *version);
/* A reset, and the timing of the drive: 0, -ETIMEDOUT or -EIO. The head's place is unknown then. */
int __must_check fdc_reset(u8 rate);
/* Motor of drive 0. Any context. */
void fdc_motor(bool on);
bool fdc_motor_is_on(void);
/* The drive's "changed" line, motor on: no step was seen since a medium came or went. */
bool fdc_medium_changed(void);
/* Moves the head to cylinder 0 / a cylinder: 0, -ETIMEDOUT, or -EIO when it did not get there. */
int __must_check fdc_recalibrate(void);
int __must_check fdc_seek(u8 cylinder);

/* Where to read: the head stands on the cylinder already. Sectors count from 1. */
struct fdc_place {
	u8 cylinder, head, sector;
	u8 last_sector; /* of the track */
	u8 gap;		/* between sectors, GPL of the data sheet */
};

/*
 * READ DATA: sectors of 512 bytes from `place` on, until the DMA channel has had all it was armed
 * for. 0, -ETIMEDOUT, or -EIO when the controller reports an error. What it said is in `result`,
 * for a message: zeroes where it said nothing.
 */
int __must_check fdc_read(const struct fdc_place *place, u8 result[FDC_RESULT_MAX]);
/* What a result phase of READ DATA of `n` bytes means: 0 or -EIO. Any bytes. */
int __must_check fdc_read_error(const u8 *result, int n);

#endif
