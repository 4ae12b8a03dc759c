/* proc_vmstat.h - the figures of /proc/vmstat, which zoneinfo, meminfo and /sys show too. */
#ifndef FS_PROC_VMSTAT_H
#define FS_PROC_VMSTAT_H

#include "fs/pseudo/text.h"
#include "mm/zone.h"

struct task_struct;

/* In pages, but for the stacks. */
enum vm_stat_item {
	VM_STAT_FREE, /* those held for a CPU included */
	VM_STAT_INACTIVE_ANON,
	VM_STAT_ACTIVE_ANON,
	VM_STAT_INACTIVE_FILE,
	VM_STAT_ACTIVE_FILE,
	VM_STAT_UNEVICTABLE,
	VM_STAT_ANON,
	VM_STAT_FILE, /* in the page cache, shared memory included */
	VM_STAT_SHMEM,
	VM_STAT_MAPPED,
	VM_STAT_DIRTY,
	VM_STAT_WRITEBACK,
	VM_STAT_PENDING, /* the last two */
	VM_STAT_SLAB_RECLAIMABLE,
	VM_STAT_SLAB_UNRECLAIMABLE,
	VM_STAT_ISOLATED_ANON,
	VM_STAT_ISOLATED_FILE,
	VM_STAT_TABLES,
	VM_STAT_STACK_KIB,
	VM_STAT_DIRTIED, /* since boot */
	VM_STAT_WRITTEN, /* since boot */
	NR_VM_STATS
};

struct vm_stat {
	unsigned long item[NR_VM_STATS];
};

/* What a zone, a node, or all memory is used for, from the zones' counters. Any context. */
void vm_stat_of_zone(struct vm_stat *stat, const struct zone *zone);
void vm_stat_of_node(struct vm_stat *stat, const pg_data_t *node);
void vm_stat_of_all(struct vm_stat *stat);

enum vm_stat_style {
	VM_STAT_LINES,	  /* "name 12\n": vmstat */
	VM_STAT_INDENTED, /* "\n      name         12": zoneinfo */
};
/* Linux's lines of a zone / of a node, in its order. */
void vm_stat_show_zone(struct text *text, const struct vm_stat *stat, enum vm_stat_style style);
void vm_stat_show_node(struct text *text, const struct vm_stat *stat, enum vm_stat_style style);

int proc_show_vmstat(struct text *text);

#endif
