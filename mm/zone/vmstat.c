/*
 * vmstat.c - event counters, sums of the zones' counters, and the leak ledger of the self-test.
 *
 * The ledger says what is in use right now, after everything that only caches
 * (per-CPU frames, objects held by slab caches, empty slabs) has been given
 * back, and the addresses of ended vmalloc areas are free again: two entries around a piece of work
 * differ only by what it kept.
 */
#include "mm/vmstat.h"
#include "arch/pgtable.h"
#include "mm/highmem.h"
#include "mm/slab.h"
#include "mm/swap.h"
#include "mm/vmalloc.h"
#include "slab/internal.h"

DEFINE_PER_CPU(u32[NR_VM_EVENTS], vm_events);

const char *const vm_event_names[NR_VM_EVENTS] = {
#define X(name, text) text,
	VM_EVENTS(X)
#undef X
};

unsigned long global_page_state(enum zone_stat_item item)
{
	unsigned long sum = 0;
	struct zone *zone;

	for_each_zone (zone)
		sum += zone_page_state(zone, item);
	return sum;
}

/* Page tables of the vmalloc window are made when first needed, and then stay: no leak. */
static void count_window_tables(struct mm_ledger *ledger)
{
	for (unsigned long addr = VMALLOC_START; addr < VMALLOC_END; addr += PGDIR_SIZE) {
		pgd_t pgd = *pgd_offset(swapper_pg_dir, addr);

		if (pgd_present(pgd))
			ledger->free_pages[zone_idx(page_zone(pfn_to_page(pgd_pfn(pgd))))]++;
	}
}

void mm_ledger_take(struct mm_ledger *ledger)
{
	struct vmalloc_totals areas;

	vm_unmap_aliases();
	slab_reap();
	drain_local_pages();
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		ledger->free_pages[i] = zones_free_pages((enum zone_type)i);
	count_window_tables(ledger);
	ledger->slab_objects = slab_objects_in_use();
	ledger->kmap_slots = kmap_slots_in_use();
	vmalloc_totals(&areas);
	ledger->vmalloc_areas = areas.areas;
	ledger->swap_slots = total_swap_pages() - nr_swap_pages();
	ledger->swap_cached = nr_swapcache_pages;
	ledger->unevictable = global_page_state(NR_UNEVICTABLE);
}
