/* partition.h - MBR partition tables. */
#ifndef DRIVERS_PARTITION_H
#define DRIVERS_PARTITION_H

#include "kernel/blkdev.h"

#define MBR_PARTITIONS 4

/* One usable entry of a table. */
struct partition {
	unsigned int number; /* 1 .. 4 */
	u8 type;
	sector_t start, sectors;
};

/*
 * Reads the four primary entries of a boot sector (512 bytes) of a disk of
 * `disk_sectors`. Entries that are empty, extended, start at sector 0, run past
 * the disk's end or overlap an earlier one are left out with a message.
 * Returns how many were stored in `out`, or -EINVAL when the signature is missing.
 */
int partition_parse(const u8 *mbr, sector_t disk_sectors, const char *disk,
		    struct partition out[MBR_PARTITIONS]);
/* Reads the disk's first sector and registers "hda1" ... for it. May sleep. 0 or errno. */
int partition_scan(struct block_device *disk);

#endif
