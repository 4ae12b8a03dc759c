/*
 * vmstat.h - the counters that /proc shows: what has happened (vm_events, never reset, wrap at
 * 2^32), and what the pages of each zone are used for (enum zone_stat_item).
 */
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
	X(PSWPIN, "pswpin")                                  \
	X(PSWPOUT, "pswpout")                                \
	X(SWAP_RA, "swap_ra")                                \
	X(SWAP_RA_HIT, "swap_ra_hit")                        \
	X(PGSTEAL_KSWAPD, "pgsteal_kswapd")                  \
	X(PGSTEAL_DIRECT, "pgsteal_direct")                  \
	X(PGSCAN_KSWAPD, "pgscan_kswapd")                    \
	X(PGSCAN_DIRECT, "pgscan_direct")                    \
	X(PGREFILL, "pgrefill")                              \
	X(REFAULT_ANON, "workingset_refault_anon")           \
	X(REFAULT_FILE, "workingset_refault_file")           \
	X(REACTIVATE_ANON, "workingset_activate_anon")       \
	X(REACTIVATE_FILE, "workingset_activate_file")       \
	X(PGACTIVATE, "pgactivate")                          \
	X(PGDEACTIVATE, "pgdeactivate")                      \
	X(ALLOCSTALL, "allocstall")                          \
	X(PAGEOUTRUN, "pageoutrun")                          \
	X(KSWAPD_QUICK, "kswapd_low_wmark_hit_quickly")      \
	X(PGCLEAR, "pgclear")                                \
	X(PGCOPY, "pgcopy")                                  \
	X(PGFAULT_ANON_ZERO, "pgfault_anon_zero")            \
	X(PGFAULT_ANON, "pgfault_anon")                      \
	X(PGFAULT_FILE, "pgfault_file")                      \
	X(PGFAULT_FILE_COW, "pgfault_file_cow")              \
	X(PGFAULT_SHARED, "pgfault_shared")                  \
	X(PGFAULT_COW, "pgfault_cow")                        \
	X(PGFAULT_COW_REUSE, "pgfault_cow_reuse")            \
	X(PGREUSE, "pgreuse") /* and PGFAULT_COW_REUSE */    \
	X(PGFAULT_STACK, "pgfault_stack")                    \
	X(PGFAULT_SWAP, "pgfault_swap")                      \
	X(PGFAULT_SWAP_CACHE, "pgfault_swap_cache")          \
	X(PGFAULT_MIGRATION, "pgfault_migration")            \
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
	X(OOM_KILL, "oom_kill")                              \
	X(DROP_PAGECACHE, "drop_pagecache")                  \
	X(DROP_SLAB, "drop_slab")                            \
	X(ALLOC_FAIL, "alloc_fail")                          \
	X(PAGEBLOCK_STEAL, "pageblock_steal")                \
	X(FAILSLAB, "failslab")                              \
	X(FAIL_PAGE_ALLOC, "fail_page_alloc")                \
	X(FAIL_MAKE_REQUEST, "fail_make_request")

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

/* `item` of the zone changes by `delta`. Any context. */
static inline void mod_zone_page_state(struct zone *zone, enum zone_stat_item item, int delta)
{
	__atomic_fetch_add(&zone->vm_stat[item].counter, delta, __ATOMIC_RELAXED);
}

/* The same for the zone of a page. */
static inline void mod_page_state(const struct page *page, enum zone_stat_item item, int delta)
{
	mod_zone_page_state(page_zone(page), item, delta);
}

static inline void inc_zone_page_state(const struct page *page, enum zone_stat_item item)
{
	atomic_inc(&page_zone(page)->vm_stat[item]);
}

static inline void dec_zone_page_state(const struct page *page, enum zone_stat_item item)
{
	atomic_dec(&page_zone(page)->vm_stat[item]);
}

/* Frames, but KiB of stacks. */
static inline unsigned long zone_page_state(const struct zone *zone, enum zone_stat_item item)
{
	return (unsigned long)atomic_read(&zone->vm_stat[item]);
}

/* The sum over all zones of all nodes. */
unsigned long global_page_state(enum zone_stat_item item);

/*
 * Looks through the struct pages of all zones and panics where a counter is not what they say.
 * For tests: some ten instructions a frame, without giving the CPU away. Process context.
 */
void vmstat_validate(void);

/* What is in use at one moment: the self-test demands that a suite leaves it as it was. */
struct mm_ledger {
	unsigned long free_pages[MAX_NR_ZONES];
	unsigned long slab_objects;
	unsigned int kmap_slots;
	unsigned int vmalloc_areas;
	unsigned long swap_slots, swap_cached; /* in use; of pages in the swap cache */
	unsigned long unevictable;
};

/* Gives all cached memory back first, so that only what is really held counts. May not be called
 * with locks held. */
void mm_ledger_take(struct mm_ledger *ledger);

#endif
