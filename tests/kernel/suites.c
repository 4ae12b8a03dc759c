/*
 * suites.c - the table of all suites, floors first: a later one may rely on
 * those above. Beside each what it costs: millions of instructions with
 * 128 MiB, rounded up, as marks around it told.
 */
#include "kernel/suites.h"
#include "kernel/compiler.h"

const struct ktap_row ktap_suites[] = {
	{&layout_suite, 3},
	{&arch_suite, 4},
	{&lib_suite, 2},
	{&zones_suite, 7},
	{&numa_suite, 1},
	{&buddy_suite, 4},
	{&pcp_suite, 2},
	{&slab_suite, 2},
	{&slab_debug_suite, 1},
	{&shrinker_suite, 13},
	{&kmap_suite, 1},
	{&vmalloc_suite, 3},
	{&malloc_suite, 1},
	{&vma_suite, 12},
	{&fault_suite, 1},
	{&sched_suite, 7},
	{&mempool_suite, 27},
	{&lock_suite, 1},
	{&proc_suite, 12},
	{&resource_suite, 1},
	{&block_suite, 1},
	{&ide_suite, 1},
	{&ide_dma_suite, 3},
	{&isa_dma_suite, 2},
	{&vfs_suite, 27},
	{&ext2_suite, 342},
	{&ext2_bad_suite, 904},
	{&filemap_suite, 6},
	{&migrate_suite, 27},
	{&rmap_suite, 5},
	{&swap_suite, 14},
	{&swap_disk_suite, 173},
	{&shmem_suite, 36},
	{&mlock_suite, 22},
	{&compaction_suite, 84},
	{&hotplug_suite, 1},
	{&reclaim_suite, 60},
	{&fault_inject_suite, 114},
	{&procfs_suite, 8},
	{&sysctl_suite, 6},
	{&tree_suite, 8},
	{&vmstat_suite, 10},
	{NULL, 0},
};
