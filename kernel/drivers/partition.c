/*
 * partition.c - MBR partition tables: each primary entry becomes a block device
 * whose sectors are a window on the disk's.
 *
 * The table is data from outside: an entry is used only when it lies wholly on
 * the disk and clear of the entries before it. Logical partitions are not read.
 */
#include "drivers/partition.h"
#include "kernel/errno.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "mm/gfp.h"
#include "mm/slab.h"

#define MBR_TABLE	  446
#define MBR_ENTRY_SIZE	  16
#define MBR_SIGNATURE	  510
#define PART_EXTENDED	  0x05
#define PART_EXTENDED_LBA 0x0f
#define PART_NAME_MAX	  8

static u32 read_le32(const u8 *p)
{
	return p[0] | (u32)p[1] << 8 | (u32)p[2] << 16 | (u32)p[3] << 24;
}

/* Why an entry cannot be used, or NULL. */
static const char *entry_fault(const struct partition *part, sector_t disk_sectors,
			       const struct partition *before, int nr_before)
{
	int i;

	if (part->start == 0)
		return "it covers the table itself";
	if (part->start >= disk_sectors || part->sectors > disk_sectors - part->start)
		return "it runs past the end of the disk";
	for (i = 0; i < nr_before; i++) {
		if (part->start < before[i].start + before[i].sectors &&
		    before[i].start < part->start + part->sectors)
			return "it overlaps another";
	}
	return NULL;
}

int partition_parse(const u8 *mbr, sector_t disk_sectors, const char *disk,
		    struct partition out[MBR_PARTITIONS])
{
	int i, found = 0;

	if (mbr[MBR_SIGNATURE] != 0x55 || mbr[MBR_SIGNATURE + 1] != 0xaa)
		return -EINVAL;
	for (i = 0; i < MBR_PARTITIONS; i++) {
		const u8 *entry = mbr + MBR_TABLE + i * MBR_ENTRY_SIZE;
		struct partition part = {
			.number = (unsigned int)i + 1,
			.type = entry[4],
			.start = read_le32(entry + 8),
			.sectors = read_le32(entry + 12),
		};
		const char *fault;

		if (part.type == 0 || part.sectors == 0 || part.type == PART_EXTENDED ||
		    part.type == PART_EXTENDED_LBA)
			continue;
		fault = entry_fault(&part, disk_sectors, out, found);
		if (fault) {
			pr_warn("%s%u: partition ignored: %s\n", disk, part.number, fault);
			continue;
		}
		out[found++] = part;
	}
	return found;
}

static int register_partition(struct block_device *disk, const struct partition *part)
{
	struct block_device *bdev = kzalloc(sizeof(*bdev) + PART_NAME_MAX, GFP_KERNEL);
	char *name;

	if (!bdev)
		return -ENOMEM;
	name = (char *)(bdev + 1);
	snprintf(name, PART_NAME_MAX, "%s%u", disk->name, part->number);
	bdev->name = name;
	bdev->dev = disk->dev + part->number;
	bdev->start = part->start;
	bdev->sectors = part->sectors;
	bdev->part_type = part->type;
	bdev->disk = disk;
	blkdev_register(bdev);
	pr_info("%s: type %02x, sectors %u to %u\n", name, part->type, part->start,
		part->start + part->sectors - 1);
	return 0;
}

int partition_scan(struct block_device *disk)
{
	struct page *page = alloc_page(GFP_KERNEL);
	struct partition parts[MBR_PARTITIONS];
	int i, found, err;

	if (!page)
		return -ENOMEM;
	err = blkdev_rw(disk, 0, page, 0, 1, false);
	if (err)
		goto out_free_page;
	found = partition_parse(page_address(page), disk->sectors, disk->name, parts);
	if (found < 0)
		pr_info("%s: no partition table\n", disk->name);
	for (i = 0; i < found && !err; i++)
		err = register_partition(disk, &parts[i]);
out_free_page:
	__free_page(page);
	return err;
}
