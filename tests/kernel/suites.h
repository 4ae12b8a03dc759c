/* suites.h - every suite of the self-test; suites.c puts them in order. */
#ifndef TESTS_SUITES_H
#define TESTS_SUITES_H

#include "kernel/ktap.h"

/* test_lib.c, test_buddy.c, test_slab.c, test_kmap.c, test_malloc.c */
extern const struct ktap_suite lib_suite, buddy_suite, slab_suite, kmap_suite, malloc_suite;
/* test_pcp.c */
extern const struct ktap_suite pcp_suite;
/* test_slab_debug.c, test_shrinker.c, test_mempool.c */
extern const struct ktap_suite slab_debug_suite, shrinker_suite, mempool_suite;
/* test_vmalloc.c */
extern const struct ktap_suite vmalloc_suite;
/* test_zones.c, test_numa.c */
extern const struct ktap_suite zones_suite, numa_suite;
/* test_vma.c, test_fault.c, test_filemap.c */
extern const struct ktap_suite vma_suite, fault_suite, filemap_suite;
/* test_migrate.c, test_compaction.c, test_hotplug.c */
extern const struct ktap_suite migrate_suite, rmap_suite, compaction_suite, hotplug_suite;
/* test_swap.c, test_swap_disk.c, test_shmem.c, test_mlock.c */
extern const struct ktap_suite swap_suite, swap_disk_suite, shmem_suite, mlock_suite;
/* test_reclaim.c */
extern const struct ktap_suite reclaim_suite;
/* test_layout.c */
extern const struct ktap_suite layout_suite, arch_suite;
/* test_sched.c, test_lock.c, test_proc.c */
extern const struct ktap_suite sched_suite, lock_suite, proc_suite;
/* test_fault_inject.c */
extern const struct ktap_suite fault_inject_suite;
/* test_resource.c, test_isa_dma.c */
extern const struct ktap_suite resource_suite, isa_dma_suite;
/* test_block.c, test_ide_dma.c */
extern const struct ktap_suite block_suite, ide_dma_suite;
/* test_ide.c, test_vfs.c, test_ext2.c, test_ext2_bad.c */
extern const struct ktap_suite ide_suite, vfs_suite, ext2_suite, ext2_bad_suite;
/* test_procfs.c, test_sysctl.c, test_tree.c, test_vmstat.c */
extern const struct ktap_suite procfs_suite, sysctl_suite, tree_suite, vmstat_suite;

#endif
