/* suites.c - the table of all suites, floors first: a later one may rely on those above. */
#include "kernel/suites.h"
#include "kernel/compiler.h"

const struct ktap_suite *const ktap_suites[] = {
	&layout_suite,	&arch_suite,	&lib_suite,	   &zones_suite,      &numa_suite,
	&buddy_suite,	&pcp_suite,	&slab_suite,	   &slab_debug_suite, &shrinker_suite,
	&kmap_suite,	&vmalloc_suite, &malloc_suite,	   &vma_suite,	      &fault_suite,
	&sched_suite,	&mempool_suite, &lock_suite,	   &proc_suite,	      &resource_suite,
	&ide_suite,	&isa_dma_suite, &vfs_suite,	   &ext2_suite,	      &ext2_bad_suite,
	&filemap_suite, &migrate_suite, &compaction_suite, &hotplug_suite,    &fault_inject_suite,
	&procfs_suite,	&sysctl_suite,	&tree_suite,	   &vmstat_suite,     NULL,
};
