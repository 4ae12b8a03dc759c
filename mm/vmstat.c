/*
 * vmstat.c - event counters, and the leak ledger of the self-test.
 *
 * The ledger says what is in use right now, after everything that only caches
 * (per-CPU frames, objects held by slab caches, empty slabs) has been given
 * back: two entries around a piece of work differ only by what it kept.
 */
#include "mm/vmstat.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "internal.h"

DEFINE_PER_CPU(u32[NR_VM_EVENTS], vm_events);

const char *const vm_event_names[NR_VM_EVENTS] = {
#define X(name, text) text,
	VM_EVENTS(X)
#undef X
};

void mm_ledger_take(struct mm_ledger *ledger)
{
	slab_reap();
	drain_local_pages();
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		ledger->free_pages[i] = zones_free_pages((enum zone_type)i);
	ledger->slab_objects = slab_objects_in_use();
	ledger->kmap_slots = kmap_slots_in_use();
}
