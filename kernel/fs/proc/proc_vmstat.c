/*
 * proc_vmstat.c - /proc/vmstat: Linux's names in Linux's order, then our own.
 *
 *   zone lines      what the pages are used for now      counters of each zone,
 *   node lines                                           changed where it happens
 *   numa lines      frames given out since boot          zone.c
 *   event lines     what has happened since boot         vm_events[], by name
 *
 * What this kernel does not do or does not count has no line. Events that only this
 * kernel counts follow at the end.
 */
#include "fs/proc/proc_vmstat.h"
#include "kernel/string.h"
#include "mm/vmalloc.h"
#include "mm/vmstat.h"
#include "mm/zone_stat.h"
#include "sched/sched.h"
#include "proc/task.h"

struct stat_line {
	const char *name;
	enum vm_stat_item item;
};

static const struct stat_line zone_lines[] = {
	{"nr_free_pages", VM_STAT_FREE},
	{"nr_zone_inactive_anon", VM_STAT_INACTIVE_ANON},
	{"nr_zone_active_anon", VM_STAT_ACTIVE_ANON},
	{"nr_zone_inactive_file", VM_STAT_INACTIVE_FILE},
	{"nr_zone_active_file", VM_STAT_ACTIVE_FILE},
	{"nr_zone_unevictable", VM_STAT_UNEVICTABLE},
	{"nr_zone_write_pending", VM_STAT_PENDING},
	{"nr_mlock", VM_STAT_UNEVICTABLE}, /* no other pages are unevictable */
};

static const struct stat_line node_lines[] = {
	{"nr_inactive_anon", VM_STAT_INACTIVE_ANON},
	{"nr_active_anon", VM_STAT_ACTIVE_ANON},
	{"nr_inactive_file", VM_STAT_INACTIVE_FILE},
	{"nr_active_file", VM_STAT_ACTIVE_FILE},
	{"nr_unevictable", VM_STAT_UNEVICTABLE},
	{"nr_slab_reclaimable", VM_STAT_SLAB_RECLAIMABLE},
	{"nr_slab_unreclaimable", VM_STAT_SLAB_UNRECLAIMABLE},
	{"nr_isolated_anon", VM_STAT_ISOLATED_ANON},
	{"nr_isolated_file", VM_STAT_ISOLATED_FILE},
	{"nr_anon_pages", VM_STAT_ANON},
	{"nr_mapped", VM_STAT_MAPPED},
	{"nr_file_pages", VM_STAT_FILE},
	{"nr_dirty", VM_STAT_DIRTY},
	{"nr_writeback", VM_STAT_WRITEBACK},
	{"nr_shmem", VM_STAT_SHMEM},
	{"nr_dirtied", VM_STAT_DIRTIED},
	{"nr_written", VM_STAT_WRITTEN},
	{"nr_kernel_stack", VM_STAT_STACK_KIB},
	{"nr_page_table_pages", VM_STAT_TABLES},
};

/* Names of one event in each zone. */
#define PER_ZONE(event) event "_dma", event "_normal", event "_high", event "_movable"

/* Linux counts these by node, and has them behind a node's first lines. */
#define LINES_BEFORE_WORKINGSET 9u /* up to nr_isolated_file */
static const char *const workingset_lines[] = {
	"workingset_refault_anon",
	"workingset_refault_file",
	"workingset_activate_anon",
	"workingset_activate_file",
};

static const char *const event_lines[] = {
	"pgpgin",
	"pgpgout",
	"pswpin",
	"pswpout",
	PER_ZONE("pgalloc"),
	"pgfree",
	"pgactivate",
	"pgdeactivate",
	"pgfault",
	"pgmajfault",
	"pgrefill",
	"pgreuse",
	"pgsteal_kswapd",
	"pgsteal_direct",
	"pgscan_kswapd",
	"pgscan_direct",
	"slabs_scanned",
	"kswapd_low_wmark_hit_quickly",
	"pageoutrun",
	"drop_pagecache",
	"drop_slab",
	"oom_kill",
	"pgmigrate_success",
	"pgmigrate_fail",
	"compact_migrate_scanned",
	"compact_free_scanned",
	"compact_isolated",
	"compact_stall",
	"compact_fail",
	"compact_success",
	"swap_ra",
	"swap_ra_hit",
};

/* `stat` += what the pages of the zone are used for. */
static void add_zone(struct vm_stat *stat, const struct zone *zone)
{
	static const u8 item_of[NR_VM_ZONE_STAT_ITEMS] = {
		[NR_INACTIVE_ANON] = VM_STAT_INACTIVE_ANON,
		[NR_ACTIVE_ANON] = VM_STAT_ACTIVE_ANON,
		[NR_INACTIVE_FILE] = VM_STAT_INACTIVE_FILE,
		[NR_ACTIVE_FILE] = VM_STAT_ACTIVE_FILE,
		[NR_UNEVICTABLE] = VM_STAT_UNEVICTABLE,
		[NR_ANON_PAGES] = VM_STAT_ANON,
		[NR_FILE_PAGES] = VM_STAT_FILE,
		[NR_FILE_MAPPED] = VM_STAT_MAPPED,
		[NR_SHMEM] = VM_STAT_SHMEM,
		[NR_FILE_DIRTY] = VM_STAT_DIRTY,
		[NR_WRITEBACK] = VM_STAT_WRITEBACK,
		[NR_ISOLATED_ANON] = VM_STAT_ISOLATED_ANON,
		[NR_ISOLATED_FILE] = VM_STAT_ISOLATED_FILE,
		[NR_SLAB_RECLAIMABLE] = VM_STAT_SLAB_RECLAIMABLE,
		[NR_SLAB_UNRECLAIMABLE] = VM_STAT_SLAB_UNRECLAIMABLE,
		[NR_PAGETABLE] = VM_STAT_TABLES,
		[NR_KERNEL_STACK_KB] = VM_STAT_STACK_KIB,
		[NR_DIRTIED] = VM_STAT_DIRTIED,
		[NR_WRITTEN] = VM_STAT_WRITTEN,
	};

	if (!zone->present_pages)
		return;
	stat->item[VM_STAT_FREE] += zone_free_pages(zone);
	for (unsigned int i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++)
		stat->item[item_of[i]] += zone_page_state(zone, (enum zone_stat_item)i);
	stat->item[VM_STAT_PENDING] +=
		zone_page_state(zone, NR_FILE_DIRTY) + zone_page_state(zone, NR_WRITEBACK);
}

void vm_stat_of_zone(struct vm_stat *stat, const struct zone *zone)
{
	*stat = (struct vm_stat){0};
	add_zone(stat, zone);
}

static void add_node(struct vm_stat *stat, const pg_data_t *node)
{
	for (int i = 0; i < MAX_NR_ZONES; i++)
		add_zone(stat, &node->node_zones[i]);
}

void vm_stat_of_node(struct vm_stat *stat, const pg_data_t *node)
{
	*stat = (struct vm_stat){0};
	add_node(stat, node);
}

void vm_stat_of_all(struct vm_stat *stat)
{
	*stat = (struct vm_stat){0};
	for (int nid = 0; nid < nr_online_nodes; nid++)
		add_node(stat, NODE_DATA(nid));
}

static void show_line(struct text *text, const char *name, unsigned long value,
		      enum vm_stat_style style)
{
	if (style == VM_STAT_INDENTED)
		text_printf(text, "\n      %-12s %lu", name, value);
	else
		text_printf(text, "%s %lu\n", name, value);
}

static void show_lines(struct text *text, const struct stat_line *lines, unsigned int count,
		       const struct vm_stat *stat, enum vm_stat_style style)
{
	for (unsigned int i = 0; i < count; i++)
		show_line(text, lines[i].name, stat->item[lines[i].item], style);
}

void vm_stat_show_zone(struct text *text, const struct vm_stat *stat, enum vm_stat_style style)
{
	show_lines(text, zone_lines, ARRAY_SIZE(zone_lines), stat, style);
}

void vm_stat_show_node(struct text *text, const struct vm_stat *stat, enum vm_stat_style style)
{
	show_lines(text, node_lines, ARRAY_SIZE(node_lines), stat, style);
}

static bool is_linux_event(const char *name)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(event_lines); i++)
		if (strcmp(event_lines[i], name) == 0)
			return true;
	for (unsigned int i = 0; i < ARRAY_SIZE(workingset_lines); i++)
		if (strcmp(workingset_lines[i], name) == 0)
			return true;
	return false;
}

/* "pgalloc_high" and its like: frames that a zone type gave out. False for other names. */
static bool zone_event_by_name(const char *name, unsigned long *value)
{
	static const char *const names[MAX_NR_ZONES] = {PER_ZONE("pgalloc")};

	for (unsigned int type = 0; type < MAX_NR_ZONES; type++) {
		if (strcmp(names[type], name) != 0)
			continue;
		*value = zones_allocated((enum zone_type)type);
		return true;
	}
	return false;
}

static unsigned long event_by_name(const char *name)
{
	unsigned long value;

	if (zone_event_by_name(name, &value))
		return value;
	/* Faults that found a page of nobody else's are counted by their cause. */
	if (strcmp(name, "pgreuse") == 0)
		return vm_event_sum(VM_PGREUSE) + vm_event_sum(VM_PGFAULT_COW_REUSE);
	for (unsigned int i = 0; i < NR_VM_EVENTS; i++)
		if (strcmp(vm_event_names[i], name) == 0)
			return vm_event_sum((enum vm_event)i);
	return 0;
}

static void show_events(struct text *text, const char *const *names, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		show_line(text, names[i], event_by_name(names[i]), VM_STAT_LINES);
}

int proc_show_vmstat(struct text *text)
{
	struct vm_stat stat;

	vm_stat_of_all(&stat);
	vm_stat_show_zone(text, &stat, VM_STAT_LINES);
	for (unsigned int i = 0; i < NR_NUMA_STATS; i++)
		show_line(text, numa_stat_names[i], numa_stat_sum((enum numa_stat)i),
			  VM_STAT_LINES);
	show_lines(text, node_lines, LINES_BEFORE_WORKINGSET, &stat, VM_STAT_LINES);
	show_events(text, workingset_lines, ARRAY_SIZE(workingset_lines));
	show_lines(text, node_lines + LINES_BEFORE_WORKINGSET,
		   ARRAY_SIZE(node_lines) - LINES_BEFORE_WORKINGSET, &stat, VM_STAT_LINES);
	show_events(text, event_lines, ARRAY_SIZE(event_lines));
	for (unsigned int i = 0; i < NR_VM_EVENTS; i++)
		if (!is_linux_event(vm_event_names[i]))
			show_line(text, vm_event_names[i], vm_event_sum((enum vm_event)i),
				  VM_STAT_LINES);
	return 0;
}
