/* vmstat.h - event counters, as /proc/vmstat shows them. Never reset; wrap at 2^32. */
#ifndef MM_VMSTAT_H
#define MM_VMSTAT_H

#include "kernel/percpu.h"
#include "kernel/types.h"
#include "mm/zone.h"

/* X(NAME, "name in /proc/vmstat") */
#define VM_EVENTS(X)                                         \
	X(PGFREE, "pgfree")                                  \
	X(PGFAULT, "pgfault")                                \
	X(PGMAJFAULT, "pgmajfault")                          \
	X(PGPGIN, "pgpgin")                                  \
	X(PGPGOUT, "pgpgout")                                \
	X(PGCLEAR, "pgclear")                                \
	X(PGCOPY, "pgcopy")                                  \
	X(PGFAULT_ANON_ZERO, "pgfault_anon_zero")            \
	X(PGFAULT_ANON, "pgfault_anon")                      \
	X(PGFAULT_FILE, "pgfault_file")                      \
	X(PGFAULT_FILE_COW, "pgfault_file_cow")              \
	X(PGFAULT_SHARED, "pgfault_shared")                  \
	X(PGFAULT_COW, "pgfault_cow")                        \
	X(PGFAULT_COW_REUSE, "pgfault_cow_reuse")            \
	X(PGFAULT_STACK, "pgfault_stack")                    \
	X(PGFAULT_SPURIOUS, "pgfault_spurious")              \
	X(PGFAULT_VMALLOC_SYNC, "pgfault_vmalloc_sync")      \
	X(PGFAULT_FIXUP, "pgfault_fixup")                    \
	X(PGFAULT_SIGSEGV, "pgfault_sigsegv")                \
	X(PGFAULT_SIGBUS, "pgfault_sigbus")                  \
	X(PGFAULT_OOM, "pgfault_oom")                        \
	X(TLB_FLUSH_PAGE, "nr_tlb_flush_page")               \
	X(TLB_FLUSH_MM, "nr_tlb_flush_mm")                   \
	X(TLB_FLUSH_ALL, "nr_tlb_flush_all")                 \
	X(PGMIGRATE_SUCCESS, "pgmigrate_success")            \
	X(PGMIGRATE_FAIL, "pgmigrate_fail")                  \
	X(COMPACTMIGRATE_SCANNED, "compact_migrate_scanned") \
	X(COMPACTFREE_SCANNED, "compact_free_scanned")       \
	X(COMPACTISOLATED, "compact_isolated")               \
	X(COMPACTSTALL, "compact_stall")                     \
	X(COMPACTFAIL, "compact_fail")                       \
	X(COMPACTSUCCESS, "compact_success")                 \
	X(SLABS_SCANNED, "slabs_scanned")                    \
	X(DROP_PAGECACHE, "drop_pagecache")                  \
	X(DROP_SLAB, "drop_slab")                            \
	X(ALLOC_FAIL, "alloc_fail")                          \
	X(PAGEBLOCK_STEAL, "pageblock_steal")                \
	X(FAILSLAB, "failslab")                              \
	X(FAIL_PAGE_ALLOC, "fail_page_alloc")

enum vm_event {
#define X(name, text) VM_##name,
	VM_EVENTS(X)
#undef X
	NR_VM_EVENTS
};

DECLARE_PER_CPU(u32[NR_VM_EVENTS], vm_events);
extern const char *const vm_event_names[NR_VM_EVENTS];

static inline void count_vm_event(enum vm_event event)
{
	this_cpu(vm_events)[event]++;
}

static inline void count_vm_events(enum vm_event event, u32 n)
{
	this_cpu(vm_events)[event] += n;
}

static inline u32 vm_event_sum(enum vm_event event)
{
	return this_cpu(vm_events)[event];
}

/* What is in use at one moment: the self-test demands that a suite leaves it as it was. */
struct mm_ledger {
	unsigned long free_pages[MAX_NR_ZONES];
	unsigned long slab_objects;
	unsigned int kmap_slots;
	unsigned int vmalloc_areas;
};

/* Gives all cached memory back first, so that only what is really held counts. May not be called
 * with locks held. */
void mm_ledger_take(struct mm_ledger *ledger);

#endif
