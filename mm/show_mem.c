/*
 * show_mem.c - the report of memory's state: of a failed allocation, of a panic.
 *
 * One line for each node and zone with its marks, then one for each zone with
 * its free blocks by order, in the words of Linux's Mem-Info.
 */
#include "kernel/printk.h"
#include "mm/zone.h"

static void show_zone(const struct zone *zone)
{
	const unsigned long kb = PAGE_SIZE / 1024;

	pr_info("%s free:%lukB min:%lukB low:%lukB high:%lukB present:%lukB managed:%lukB "
		"pcp:%lukB lowmem_reserve: %lu %lu %lu %lu\n",
		zone->name, zone->free_pages * kb, zone->watermark[WMARK_MIN] * kb,
		zone->watermark[WMARK_LOW] * kb, zone->watermark[WMARK_HIGH] * kb,
		zone->present_pages * kb, zone->managed_pages * kb,
		(zone_free_pages(zone) - zone->free_pages) * kb, zone->lowmem_reserve[0],
		zone->lowmem_reserve[1], zone->lowmem_reserve[2], zone->lowmem_reserve[3]);
}

/* Blocks of each order, as "Normal: 3*4kB 0*8kB ... = 12kB". */
static void show_zone_blocks(const struct zone *zone)
{
	char line[192];
	int n = scnprintf(line, sizeof(line), "%s:", zone->name);

	for (unsigned int order = 0; order < MAX_ORDER; order++)
		n += scnprintf(line + n, sizeof(line) - (size_t)n, " %lu*%lukB",
			       zone->free_area[order].nr_free, 4ul << order);
	pr_info("%s = %lukB\n", line, zone->free_pages * (PAGE_SIZE / 1024));
}

void show_free_areas(void)
{
	struct zone *zone;

	pr_info("Mem-Info: %lu free pages\n", nr_free_pages());
	for_each_zone (zone)
		if (zone->managed_pages)
			show_zone(zone);
	for_each_zone (zone)
		if (zone->managed_pages)
			show_zone_blocks(zone);
}
