/*
 * proc_zone.c - /proc/buddyinfo, pagetypeinfo and zoneinfo: free memory by zone,
 * in Linux's formats.
 *
 * buddyinfo and pagetypeinfo list the zones that have pages, zoneinfo all.
 * "HighAtomic" is a type of pageblock that Linux has and this kernel has not:
 * its row is there, all zeroes.
 */
#include "fs/proc/proc.h"
#include "fs/proc/proc_vmstat.h"
#include "mm/zone_stat.h"

int proc_show_buddyinfo(struct text *text)
{
	struct zone *zone;

	for_each_zone (zone) {
		if (!zone->present_pages)
			continue;
		text_printf(text, "Node %d, zone %8s ", zone->node->node_id, zone->name);
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			text_printf(text, "%6lu ", zone->free_area[order].nr_free);
		text_printf(text, "\n");
	}
	return 0;
}

/* Linux's rows of a zone, and ours that they show. */
static const struct {
	const char *name;
	enum migratetype type;
} type_rows[] = {
	{"Unmovable", MIGRATE_UNMOVABLE},     {"Movable", MIGRATE_MOVABLE},
	{"Reclaimable", MIGRATE_RECLAIMABLE}, {"HighAtomic", MIGRATE_TYPES},
	{"Isolate", MIGRATE_ISOLATE},
};

/* The last element is for the type that we have not. */
typedef unsigned long type_counts[MIGRATE_TYPES + 1];

static void show_free_types(struct text *text, struct zone *zone)
{
	type_counts blocks[MAX_ORDER];

	for (unsigned int order = 0; order < MAX_ORDER; order++) {
		zone_count_free(zone, order, blocks[order]);
		blocks[order][MIGRATE_TYPES] = 0;
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(type_rows); i++) {
		text_printf(text, "Node %4d, zone %8s, type %12s ", zone->node->node_id, zone->name,
			    type_rows[i].name);
		for (unsigned int order = 0; order < MAX_ORDER; order++) {
			unsigned long n = blocks[order][type_rows[i].type];

			text_printf(text, "%s%6lu ", n >= FREE_BLOCKS_COUNTED ? ">" : "", n);
		}
		text_printf(text, "\n");
	}
}

static void show_pageblocks(struct text *text, const struct zone *zone)
{
	type_counts blocks = {0};

	zone_count_pageblocks(zone, blocks);
	text_printf(text, "Node %d, zone %8s ", zone->node->node_id, zone->name);
	for (unsigned int i = 0; i < ARRAY_SIZE(type_rows); i++)
		text_printf(text, "%12lu ", blocks[type_rows[i].type]);
	text_printf(text, "\n");
}

int proc_show_pagetypeinfo(struct text *text)
{
	struct zone *zone;

	text_printf(text, "Page block order: %d\nPages per block:  %lu\n\n%-43s ", PAGEBLOCK_ORDER,
		    PAGEBLOCK_PAGES, "Free pages count per migrate type at order");
	for (int order = 0; order < MAX_ORDER; order++)
		text_printf(text, "%6d ", order);
	text_printf(text, "\n");
	for_each_zone (zone)
		if (zone->present_pages)
			show_free_types(text, zone);
	text_printf(text, "\n%-23s", "Number of blocks type ");
	for (unsigned int i = 0; i < ARRAY_SIZE(type_rows); i++)
		text_printf(text, "%12s ", type_rows[i].name);
	text_printf(text, "\n");
	for_each_zone (zone)
		if (zone->present_pages)
			show_pageblocks(text, zone);
	return 0;
}

/* The first zone of its node that has pages carries the node's figures. */
static bool is_first_populated(const struct zone *zone)
{
	const struct zone *z = zone->node->node_zones;

	while (z < zone && !z->present_pages)
		z++;
	return z == zone && zone->present_pages;
}

static void show_sizes(struct text *text, const struct zone *zone)
{
	text_printf(text, "\n  pages free     %lu", zone->free_pages);
	text_printf(text, "\n        min      %lu\n        low      %lu\n        high     %lu",
		    zone->watermark[WMARK_MIN], zone->watermark[WMARK_LOW],
		    zone->watermark[WMARK_HIGH]);
	text_printf(text, "\n        spanned  %lu\n        present  %lu\n        managed  %lu",
		    zone->spanned_pages, zone->present_pages, zone->managed_pages);
	text_printf(text, "\n        protection: (%lu", zone->lowmem_reserve[0]);
	for (int i = 1; i < MAX_NR_ZONES; i++)
		text_printf(text, ", %lu", zone->lowmem_reserve[i]);
	text_printf(text, ")");
}

/* What all lists of a CPU hold, and may hold at most. */
static void show_pagesets(struct text *text, const struct zone *zone)
{
	text_printf(text, "\n  pagesets");
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		const struct per_cpu_pages *pcp = &zone->pcp[cpu];
		unsigned int high = 0;

		for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
			high += pcp->hot[type].high + pcp->cold[type].high;
		text_printf(text,
			    "\n    cpu: %u\n              count: %lu\n              high:  %u"
			    "\n              batch: %u",
			    cpu, zone_pcp_count(zone, cpu), high, pcp->hot[0].batch);
	}
}

int proc_show_zoneinfo(struct text *text)
{
	struct vm_stat stat;
	struct zone *zone;

	for_each_zone (zone) {
		text_printf(text, "Node %d, zone %8s", zone->node->node_id, zone->name);
		if (is_first_populated(zone)) {
			text_printf(text, "\n  per-node stats");
			vm_stat_of_node(&stat, zone->node);
			vm_stat_show_node(text, &stat, VM_STAT_INDENTED);
		}
		show_sizes(text, zone);
		if (zone->present_pages) {
			vm_stat_of_zone(&stat, zone);
			vm_stat_show_zone(text, &stat, VM_STAT_INDENTED);
			for (unsigned int i = 0; i < NR_NUMA_STATS; i++)
				text_printf(text, "\n      %-12s %lu", numa_stat_names[i],
					    zone_numa_stat(zone, (enum numa_stat)i));
			show_pagesets(text, zone);
			text_printf(text, "\n  start_pfn:           %lu", zone->start_pfn);
		}
		text_printf(text, "\n");
	}
	return 0;
}
