/*
 * proc_sysctl.c - /proc/sys: what can be asked for and set while the system runs.
 *
 * One row a file. A write holds the whole new value; one that is no such value is EINVAL and
 * changes nothing.
 */
#include "fs/proc/proc.h"
#include "mm/compaction.h"
#include "mm/shrinker.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "proc/task.h"
#include "proc/uts.h"

/* What drop_caches drops. */
#define DROP_PAGES 1u
#define DROP_SLABS 2u
#define DROP_QUIET 4u /* Linux: without a message, and here there is none */

#define RATIO_MOST 0x7fffffffu /* an int, as in Linux */

/* The one number that a file is about, at most `most`: 0 or -EINVAL. */
static int one_number(char *words, unsigned long least, unsigned long most, unsigned long *number)
{
	int n = tree_parse_numbers(words, number, 1, false);

	return n == 1 && *number >= least && *number <= most ? 0 : -EINVAL;
}

static int store_drop_caches(char *words, int number)
{
	unsigned long what;
	int err = one_number(words, DROP_PAGES, DROP_PAGES | DROP_SLABS | DROP_QUIET, &what);

	(void)number;
	if (err)
		return err;
	if (what & DROP_PAGES) {
		vfs_drop_clean();
		count_vm_event(VM_DROP_PAGECACHE);
	}
	if (what & DROP_SLABS) {
		drop_slab();
		count_vm_event(VM_DROP_SLAB);
	}
	return 0;
}

static int store_compact_memory(char *words, int number)
{
	unsigned long one;
	int err = one_number(words, 1, 1, &one);

	(void)number;
	if (!err)
		compact_memory();
	return err;
}

static int show_min_free_kbytes(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%lu\n", min_free_kbytes);
	return 0;
}

/* A reserve of all memory would leave none to ask for. */
static int store_min_free_kbytes(char *words, int number)
{
	unsigned long kib, total = 0;
	struct zone *zone;
	int err;

	(void)number;
	for_each_zone (zone)
		total += zone->managed_pages * (PAGE_SIZE / 1024);
	err = one_number(words, 1, total - 1, &kib);
	if (!err)
		setup_per_zone_wmarks(kib);
	return err;
}

static int show_lowmem_reserve_ratio(struct text *text, int number)
{
	(void)number;
	for (int i = 0; i < MAX_NR_ZONES; i++)
		text_printf(text, "%s%u", i ? "\t" : "", lowmem_reserve_ratio[i]);
	text_printf(text, "\n");
	return 0;
}

/* One number a zone type, lowest first; those that are not given stay. */
static int store_lowmem_reserve_ratio(char *words, int number)
{
	unsigned long given[MAX_NR_ZONES];
	unsigned int ratio[MAX_NR_ZONES];
	int n = tree_parse_numbers(words, given, MAX_NR_ZONES, true);

	(void)number;
	if (n < 0)
		return n;
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		ratio[i] = i < n ? given[i] : lowmem_reserve_ratio[i];
		if (ratio[i] > RATIO_MOST)
			return -EINVAL;
	}
	setup_per_zone_lowmem_reserve(ratio);
	return 0;
}

static int show_osrelease(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%s\n", system_utsname.release);
	return 0;
}

static int show_ostype(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%s\n", system_utsname.sysname);
	return 0;
}

static int show_version(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%s\n", system_utsname.version);
	return 0;
}

static int show_hostname(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%s\n", system_utsname.nodename);
	return 0;
}

static int show_pid_max(struct text *text, int number)
{
	(void)number;
	text_printf(text, "%d\n", PID_MAX);
	return 0;
}

const struct tree_entry proc_sysctl_entries[] = {
	{"kernel", S_IFDIR | 0555, NULL, NULL, NULL},
	{"kernel/hostname", S_IFREG | 0444, show_hostname, NULL, NULL},
	{"kernel/osrelease", S_IFREG | 0444, show_osrelease, NULL, NULL},
	{"kernel/ostype", S_IFREG | 0444, show_ostype, NULL, NULL},
	{"kernel/pid_max", S_IFREG | 0444, show_pid_max, NULL, NULL},
	{"kernel/version", S_IFREG | 0444, show_version, NULL, NULL},
	{"vm", S_IFDIR | 0555, NULL, NULL, NULL},
	{"vm/compact_memory", S_IFREG | 0200, NULL, store_compact_memory, NULL},
	{"vm/drop_caches", S_IFREG | 0200, NULL, store_drop_caches, NULL},
	{"vm/lowmem_reserve_ratio", S_IFREG | 0644, show_lowmem_reserve_ratio,
	 store_lowmem_reserve_ratio, NULL},
	{"vm/min_free_kbytes", S_IFREG | 0644, show_min_free_kbytes, store_min_free_kbytes, NULL},
	{0},
};
