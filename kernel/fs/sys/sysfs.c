/*
 * sysfs.c - /sys: the memory's nodes and sections, and the CPU, where programs look
 * for them on Linux (lsmem, numactl, numastat; stress-ng).
 *
 *   /sys/devices/system/cpu/cpu0             the one CPU
 *   /sys/devices/system/node/node0/...       one directory a node
 *   /sys/devices/system/memory/memory0/...   one a section of 16 MiB that exists;
 *                                            only with a memory model that has sections
 */
#include "fs/proc/proc_vmstat.h"
#include "fs/sys/sysfs.h"

#define SYSFS_DEV    0x0006u
#define SYSFS_MAGIC  0x62656572u
#define KIB_PER_PAGE (PAGE_SIZE / 1024)

/* --- nodes --- */

static int next_node(struct task_struct *task, int from)
{
	(void)task;
	return from < nr_online_nodes ? from : -1;
}

/* The nodes for which `has` holds, as "0-2,5". */
static void show_node_list(struct text *text, bool (*has)(int nid))
{
	const char *comma = "";
	int first, nid;

	for (nid = 0; nid < nr_online_nodes; nid++) {
		if (!has(nid))
			continue;
		first = nid;
		while (nid + 1 < nr_online_nodes && has(nid + 1))
			nid++;
		text_printf(text, nid > first ? "%s%d-%d" : "%s%d", comma, first, nid);
		comma = ",";
	}
	text_printf(text, "\n");
}

static bool is_online(int nid)
{
	return nid < nr_online_nodes;
}

static bool has_zone(int nid, enum zone_type from, enum zone_type to)
{
	for (enum zone_type type = from; type <= to; type++)
		if (NODE_DATA(nid)->node_zones[type].present_pages)
			return true;
	return false;
}

static bool has_normal(int nid)
{
	return has_zone(nid, ZONE_DMA, ZONE_NORMAL);
}

static bool has_high(int nid)
{
	return has_zone(nid, ZONE_DMA, ZONE_HIGHMEM);
}

static bool has_memory(int nid)
{
	return has_zone(nid, ZONE_DMA, ZONE_MOVABLE);
}

static bool has_cpu(int nid)
{
	return nid == numa_node_id();
}

static int show_online(struct text *text)
{
	show_node_list(text, is_online);
	return 0;
}

static int show_has_normal(struct text *text)
{
	show_node_list(text, has_normal);
	return 0;
}

static int show_has_high(struct text *text)
{
	show_node_list(text, has_high);
	return 0;
}

static int show_has_memory(struct text *text)
{
	show_node_list(text, has_memory);
	return 0;
}

static int show_has_cpu(struct text *text)
{
	show_node_list(text, has_cpu);
	return 0;
}

static int show_cpulist(struct text *text)
{
	const int nid = text->number;
	text_printf(text, "%s\n", has_cpu(nid) ? "0" : "");
	return 0;
}

static int show_cpumap(struct text *text)
{
	const int nid = text->number;
	text_printf(text, "%d\n", has_cpu(nid));
	return 0;
}

static int show_distance(struct text *text)
{
	const int nid = text->number;
	for (int other = 0; other < nr_online_nodes; other++)
		text_printf(text, "%s%d", other ? " " : "", node_distance(nid, other));
	text_printf(text, "\n");
	return 0;
}

static void node_line(struct text *text, int nid, const char *name, unsigned long kib)
{
	size_t start = text->len;

	text_printf(text, "Node %d %s:", nid, name);
	text_pad(text, start, 23);
	text_printf(text, "%8lu kB\n", kib);
}

/* Sums over the zones of a node: given to the buddy system, and free. */
static void node_totals(const pg_data_t *node, unsigned long *managed, unsigned long *high,
			unsigned long *high_free)
{
	*managed = *high = *high_free = 0;
	for (int i = 0; i < MAX_NR_ZONES; i++) {
		const struct zone *zone = &node->node_zones[i];

		*managed += zone->managed_pages;
		if (zone_is_highmem(zone)) {
			*high += zone->managed_pages;
			*high_free += zone_free_pages(zone);
		}
	}
}

static void show_node_use(struct text *text, int nid, const unsigned long *item)
{
	const struct {
		const char *name;
		unsigned long pages;
	} lines[] = {
		{"Dirty", item[VM_STAT_DIRTY]},
		{"Writeback", item[VM_STAT_WRITEBACK]},
		{"FilePages", item[VM_STAT_FILE]},
		{"Mapped", item[VM_STAT_MAPPED]},
		{"AnonPages", item[VM_STAT_ANON]},
		{"Shmem", item[VM_STAT_SHMEM]},
		{"KernelStack", item[VM_STAT_STACK_KIB] / KIB_PER_PAGE},
		{"PageTables", item[VM_STAT_TABLES]},
		{"KReclaimable", item[VM_STAT_SLAB_RECLAIMABLE]},
		{"Slab", item[VM_STAT_SLAB_RECLAIMABLE] + item[VM_STAT_SLAB_UNRECLAIMABLE]},
		{"SReclaimable", item[VM_STAT_SLAB_RECLAIMABLE]},
		{"SUnreclaim", item[VM_STAT_SLAB_UNRECLAIMABLE]},
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(lines); i++)
		node_line(text, nid, lines[i].name, lines[i].pages * KIB_PER_PAGE);
}

static int show_node_meminfo(struct text *text)
{
	const int nid = text->number;
	unsigned long managed, high, high_free, free;
	struct vm_stat stat;

	vm_stat_of_node(&stat, NODE_DATA(nid));
	node_totals(NODE_DATA(nid), &managed, &high, &high_free);
	free = stat.item[VM_STAT_FREE];
	node_line(text, nid, "MemTotal", managed * KIB_PER_PAGE);
	node_line(text, nid, "MemFree", free * KIB_PER_PAGE);
	node_line(text, nid, "MemUsed", (managed - free) * KIB_PER_PAGE);
	node_line(text, nid, "SwapCached", 0);
	node_line(text, nid, "HighTotal", high * KIB_PER_PAGE);
	node_line(text, nid, "HighFree", high_free * KIB_PER_PAGE);
	node_line(text, nid, "LowTotal", (managed - high) * KIB_PER_PAGE);
	node_line(text, nid, "LowFree", (free - min(free, high_free)) * KIB_PER_PAGE);
	show_node_use(text, nid, stat.item);
	return 0;
}

static unsigned long node_numa_stat(int nid, enum numa_stat stat)
{
	unsigned long sum = 0;

	for (int i = 0; i < MAX_NR_ZONES; i++)
		sum += zone_numa_stat(&NODE_DATA(nid)->node_zones[i], stat);
	return sum;
}

/* Where requests got their frames; names as in the node's file, not as in vmstat. */
static int show_numastat(struct text *text)
{
	const int nid = text->number;
	static const char *const names[NR_NUMA_STATS] = {
		[NUMA_HIT] = "numa_hit",	 [NUMA_MISS] = "numa_miss",
		[NUMA_FOREIGN] = "numa_foreign", [NUMA_INTERLEAVE_HIT] = "interleave_hit",
		[NUMA_LOCAL] = "local_node",	 [NUMA_OTHER] = "other_node",
	};

	for (int stat = 0; stat < NR_NUMA_STATS; stat++)
		text_printf(text, "%s %lu\n", names[stat],
			    node_numa_stat(nid, (enum numa_stat)stat));
	return 0;
}

static int show_node_vmstat(struct text *text)
{
	const int nid = text->number;
	struct vm_stat stat;

	vm_stat_of_node(&stat, NODE_DATA(nid));
	vm_stat_show_zone(text, &stat, VM_STAT_LINES);
	for (int i = 0; i < NR_NUMA_STATS; i++)
		text_printf(text, "%s %lu\n", numa_stat_names[i],
			    node_numa_stat(nid, (enum numa_stat)i));
	vm_stat_show_node(text, &stat, VM_STAT_LINES);
	return 0;
}

#define DIR(text, names)  {.name = text, .mode = S_IFDIR | 0555, .entries = names}
#define FILE_OF(text, fn) {.name = text, .mode = S_IFREG | 0444, .show = fn}
#define DIRS_OF(text, names, next_fn) \
	{.name = text, .mode = S_IFDIR | 0555, .entries = names, .next = next_fn}

static struct tree_entry node_entries[] = {
	FILE_OF("cpulist", show_cpulist),
	FILE_OF("cpumap", show_cpumap),
	FILE_OF("distance", show_distance),
	FILE_OF("meminfo", show_node_meminfo),
	FILE_OF("numastat", show_numastat),
	FILE_OF("vmstat", show_node_vmstat),
	{0},
};

static struct tree_entry nodes_entries[] = {
	FILE_OF("online", show_online),
	FILE_OF("possible", show_online),
	FILE_OF("has_normal_memory", show_has_normal),
	FILE_OF("has_high_memory", show_has_high),
	FILE_OF("has_memory", show_has_memory),
	FILE_OF("has_cpu", show_has_cpu),
	DIRS_OF("node#", node_entries, next_node),
	{0},
};

static int show_cpus(struct text *text)
{
	text_printf(text, "0\n");
	return 0;
}

static struct tree_entry cpu_entries[] = {{0}};

static struct tree_entry cpus_entries[] = {
	DIR("cpu0", cpu_entries),
	FILE_OF("online", show_cpus),
	FILE_OF("possible", show_cpus),
	FILE_OF("present", show_cpus),
	{0},
};

static struct tree_entry system_entries[] = {
	DIR("cpu", cpus_entries),
	DIR("node", nodes_entries),
	{.name = "memory",
	 .mode = S_IFDIR | 0555,
	 .entries = sysfs_memory_entries,
	 .has = sysfs_has_sections},
	{0},
};

static struct tree_entry devices_entries[] = {DIR("system", system_entries), {0}};
static struct tree_entry sys_entries[] = {DIR("devices", devices_entries), {0}};

static struct tree sysfs = {
	.sb = {.type = "sysfs", .source = "sysfs", .dev = SYSFS_DEV},
	.magic = SYSFS_MAGIC,
	.root = DIR("sys", sys_entries),
};

void sysfs_init(void)
{
	tree_mount(&sysfs);
}
