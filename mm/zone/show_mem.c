/*
 * show_mem.c - the report of memory's state: of a failed allocation, of a panic.
 *
 * One line for each node, one for each zone with its marks, then one for each
 * zone with its free blocks by order and the types of their lists (Unmovable,
 * Movable, rEclaimable, Isolated), in the words of Linux's Mem-Info.
 */
#include "kernel/printk.h"
#include "mm/zone.h"

#define KB (PAGE_SIZE / 1024)

static void show_node(const pg_data_t *node)
{
	unsigned long free = 0;

	for (int type = 0; type < MAX_NR_ZONES; type++)
		free += zone_free_pages(&node->node_zones[type]);
	pr_info("Node %d free:%lukB present:%lukB frames 0x%lx-0x%lx\n", node->node_id, free * KB,
		node->node_present_pages * KB, node->node_start_pfn,
		node->node_start_pfn + node->node_spanned_pages - 1);
}

static void show_zone(const struct zone *zone)
{
	pr_info("Node %d %s free:%lukB min:%lukB low:%lukB high:%lukB present:%lukB managed:%lukB "
		"pcp:%lukB isolated:%lukB lowmem_reserve: %lu %lu %lu %lu\n",
		zone->node->node_id, zone->name, zone->free_pages * KB,
		zone->watermark[WMARK_MIN] * KB, zone->watermark[WMARK_LOW] * KB,
		zone->watermark[WMARK_HIGH] * KB, zone->present_pages * KB,
		zone->managed_pages * KB, (zone_free_pages(zone) - zone->free_pages) * KB,
		zone->nr_isolated * KB, zone->lowmem_reserve[0], zone->lowmem_reserve[1],
		zone->lowmem_reserve[2], zone->lowmem_reserve[3]);
}

/* Initials of the types that have free blocks of an order, as "(UM)". */
static const char *types_text(const struct free_area *area, char text[MIGRATE_TYPES + 3])
{
	static const char initials[MIGRATE_TYPES] = {
		[MIGRATE_UNMOVABLE] = 'U',
		[MIGRATE_MOVABLE] = 'M',
		[MIGRATE_RECLAIMABLE] = 'E',
		[MIGRATE_ISOLATE] = 'I',
	};
	int n = 0;

	text[n++] = '(';
	for (int type = 0; type < MIGRATE_TYPES; type++)
		if (!list_empty(&area->free_list[type]))
			text[n++] = initials[type];
	text[n++] = ')';
	text[n] = '\0';
	return n > 2 ? text : "";
}

/* Blocks of each order, as "Node 0 Normal: 3*4kB (UM) 0*8kB ... = 12kB". */
static void show_zone_blocks(const struct zone *zone)
{
	char line[288], types[MIGRATE_TYPES + 3];
	int n = scnprintf(line, sizeof(line), "Node %d %s:", zone->node->node_id, zone->name);

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		const struct free_area *area = &zone->free_area[order];

		n += scnprintf(line + n, sizeof(line) - (size_t)n, " %lu*%lukB", area->nr_free,
			       KB << order);
		if (area->nr_free)
			n += scnprintf(line + n, sizeof(line) - (size_t)n, " %s",
				       types_text(area, types));
	}
	pr_info("%s = %lukB\n", line, (zone->free_pages + zone->nr_isolated) * KB);
}

void show_free_areas(void)
{
	struct zone *zone;

	pr_info("Mem-Info: %lu free pages\n", nr_free_pages());
	for (int nid = 0; nid < nr_online_nodes; nid++)
		show_node(NODE_DATA(nid));
	for_each_zone (zone)
		if (zone->managed_pages)
			show_zone(zone);
	for_each_zone (zone)
		if (zone->managed_pages)
			show_zone_blocks(zone);
}
