/*
 * proc_sysctl.c - /proc/sys: what can be asked for and set while the system runs.
 *
 * One row a file. A write holds the whole new value; one that is no such value is EINVAL and
 * changes nothing.
 */
#include "fs/proc/proc.h"
#include "mm/compaction.h"
#include "mm/oom.h"
#include "mm/overcommit.h"
#include "mm/reclaim.h"
#include "mm/shrinker.h"
#include "mm/swap.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "proc/task.h"
#include "proc/uts.h"

/* What drop_caches drops. */
#define DROP_PAGES 1u
#define DROP_SLABS 2u
#define DROP_QUIET 4u /* Linux: without a message, and here there is none */

#define LOG2_MOST  31u
#define RATIO_MOST 0x7fffffffu /* an int, as in Linux */

/* The one number that a file is about, at most `most`: 0 or -EINVAL. */
static int one_number(char *words, unsigned long least, unsigned long most, unsigned long *number)
{
	int n = tree_parse_numbers(words, number, 1, false);

	return n == 1 && *number >= least && *number <= most ? 0 : -EINVAL;
}

static int store_drop_caches(struct text *words)
{
	unsigned long what;
	int err = one_number(words->buf, DROP_PAGES, DROP_PAGES | DROP_SLABS | DROP_QUIET, &what);

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

static int store_compact_memory(struct text *words)
{
	unsigned long one;
	int err = one_number(words->buf, 1, 1, &one);

	if (!err)
		compact_memory();
	return err;
}

static int show_min_free_kbytes(struct text *text)
{
	text_printf(text, "%lu\n", min_free_kbytes);
	return 0;
}

/* A reserve of all memory would leave none to ask for. */
static int store_min_free_kbytes(struct text *words)
{
	unsigned long kib, total = 0;
	struct zone *zone;
	int err;

	for_each_zone (zone)
		total += zone->managed_pages * (PAGE_SIZE / 1024);
	err = one_number(words->buf, 1, total - 1, &kib);
	if (!err)
		setup_per_zone_wmarks(kib);
	return err;
}

static int show_lowmem_reserve_ratio(struct text *text)
{
	for (int i = 0; i < MAX_NR_ZONES; i++)
		text_printf(text, "%s%u", i ? "\t" : "", lowmem_reserve_ratio[i]);
	text_printf(text, "\n");
	return 0;
}

/* One number a zone type, lowest first; those that are not given stay. */
static int store_lowmem_reserve_ratio(struct text *words)
{
	unsigned long given[MAX_NR_ZONES];
	unsigned int ratio[MAX_NR_ZONES];
	int n = tree_parse_numbers(words->buf, given, MAX_NR_ZONES, true);

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

/* Functions of a file that is about one number from 0 to `most`. */
#define NUMBER_FILE(name, variable, most)                            \
	static int show_##name(struct text *text)                    \
	{                                                            \
		text_printf(text, "%lu\n", (unsigned long)variable); \
		return 0;                                            \
	}                                                            \
	static int store_##name(struct text *words)                  \
	{                                                            \
		unsigned long n;                                     \
		int err = one_number(words->buf, 0, most, &n);       \
                                                                     \
		if (!err)                                            \
			variable = (typeof(variable))n;              \
		return err;                                          \
	}
NUMBER_FILE(oom_dump_tasks, sysctl_oom_dump_tasks, RATIO_MOST)
NUMBER_FILE(oom_kill_allocating_task, sysctl_oom_kill_allocating_task, RATIO_MOST)
NUMBER_FILE(overcommit_memory, sysctl_overcommit_memory, OVERCOMMIT_NEVER)
NUMBER_FILE(user_reserve_kbytes, sysctl_user_reserve_kbytes, ~0ul)
NUMBER_FILE(panic_on_oom, sysctl_panic_on_oom, 2)
NUMBER_FILE(page_cluster, page_cluster, LOG2_MOST)
NUMBER_FILE(swappiness, vm_swappiness, SWAPPINESS_MAX)

/* Of ratio and kbytes the one that was set last counts, and the other reads as 0. */
static int show_overcommit_ratio(struct text *text)
{
	text_printf(text, "%u\n", sysctl_overcommit_kbytes ? 0 : sysctl_overcommit_ratio);
	return 0;
}

static int store_overcommit_ratio(struct text *words)
{
	unsigned long n;
	int err = one_number(words->buf, 0, RATIO_MOST, &n);

	if (err)
		return err;
	sysctl_overcommit_ratio = (unsigned int)n;
	sysctl_overcommit_kbytes = 0;
	return 0;
}

static int show_overcommit_kbytes(struct text *text)
{
	text_printf(text, "%lu\n", sysctl_overcommit_kbytes);
	return 0;
}

static int store_overcommit_kbytes(struct text *words)
{
	unsigned long n;
	int err = one_number(words->buf, 0, ~0ul, &n);

	if (!err)
		sysctl_overcommit_kbytes = n;
	return err;
}

static int show_reclaim_policy(struct text *text)
{
	text_printf(text, "%s\n", reclaim_policy_name());
	return 0;
}

static int show_swapout(struct text *text)
{
	text_printf(text, "%s\n", swapout_names[swapout_policy()]);
	return 0;
}

static int store_swapout(struct text *words)
{
	int policy;

	if (words->len && words->buf[words->len - 1] == '\n')
		words->buf[words->len - 1] = '\0';
	policy = swapout_by_name(words->buf);
	if (policy < 0)
		return -EINVAL;
	set_swapout_policy((enum swapout)policy);
	return 0;
}

static int show_osrelease(struct text *text)
{
	text_printf(text, "%s\n", system_utsname.release);
	return 0;
}

static int show_ostype(struct text *text)
{
	text_printf(text, "%s\n", system_utsname.sysname);
	return 0;
}

static int show_version(struct text *text)
{
	text_printf(text, "%s\n", system_utsname.version);
	return 0;
}

static int show_hostname(struct text *text)
{
	text_printf(text, "%s\n", system_utsname.nodename);
	return 0;
}

static int show_pid_max(struct text *text)
{
	text_printf(text, "%d\n", PID_MAX);
	return 0;
}

#define FILE_ENTRY(text, may, show_fn, store_fn) \
	{.name = text, .mode = S_IFREG | (may), .show = show_fn, .store = store_fn}

static struct tree_entry kernel_entries[] = {
	FILE_ENTRY("hostname", 0444, show_hostname, NULL),
	FILE_ENTRY("osrelease", 0444, show_osrelease, NULL),
	FILE_ENTRY("ostype", 0444, show_ostype, NULL),
	FILE_ENTRY("pid_max", 0444, show_pid_max, NULL),
	FILE_ENTRY("version", 0444, show_version, NULL),
	{0},
};

static struct tree_entry vm_entries[] = {
	FILE_ENTRY("compact_memory", 0200, NULL, store_compact_memory),
	FILE_ENTRY("drop_caches", 0200, NULL, store_drop_caches),
	FILE_ENTRY("lowmem_reserve_ratio", 0644, show_lowmem_reserve_ratio,
		   store_lowmem_reserve_ratio),
	FILE_ENTRY("min_free_kbytes", 0644, show_min_free_kbytes, store_min_free_kbytes),
	FILE_ENTRY("page-cluster", 0644, show_page_cluster, store_page_cluster),
	FILE_ENTRY("oom_dump_tasks", 0644, show_oom_dump_tasks, store_oom_dump_tasks),
	FILE_ENTRY("oom_kill_allocating_task", 0644, show_oom_kill_allocating_task,
		   store_oom_kill_allocating_task),
	FILE_ENTRY("overcommit_kbytes", 0644, show_overcommit_kbytes, store_overcommit_kbytes),
	FILE_ENTRY("overcommit_memory", 0644, show_overcommit_memory, store_overcommit_memory),
	FILE_ENTRY("overcommit_ratio", 0644, show_overcommit_ratio, store_overcommit_ratio),
	FILE_ENTRY("panic_on_oom", 0644, show_panic_on_oom, store_panic_on_oom),
	FILE_ENTRY("user_reserve_kbytes", 0644, show_user_reserve_kbytes,
		   store_user_reserve_kbytes),
	FILE_ENTRY("reclaim_policy", 0444, show_reclaim_policy, NULL),
	FILE_ENTRY("swapout", 0644, show_swapout, store_swapout),
	FILE_ENTRY("swappiness", 0644, show_swappiness, store_swappiness),
	{0},
};

struct tree_entry proc_sysctl_entries[] = {
	{.name = "kernel", .mode = S_IFDIR | 0555, .entries = kernel_entries},
	{.name = "vm", .mode = S_IFDIR | 0555, .entries = vm_entries},
	{0},
};
