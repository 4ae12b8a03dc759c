/*
 * vmstat_validate.c - are the zones' counters what the struct pages say? For tests.
 *
 *   flags, mapping, _mapcount               counted as
 *   PG_slab                                 slab, reclaimable or not
 *   PG_table                                page table
 *   mapping of a file                       file; shmem, writeback, isolated
 *   ... and _mapcount >= 0                  mapped
 *   ... and PG_dirty, with a disk behind    dirty
 *   PageAnon, _mapcount >= 0                anon
 *   PageAnon or in the swap cache           isolated
 *
 * A free page has none of these marks. _refcount says nothing here: of a block
 * that is not compound only the first page has one. Stacks and events leave no
 * mark on pages: their counters are not looked at.
 */
#include "mm/vmstat.h"
#include "arch/irq.h"
#include "kernel/printk.h"
#include "mm/filemap.h"
#include "mm/zone.h"
#include "reclaim/lru.h"
#include "slab/internal.h"

struct usage {
	unsigned long item[NR_VM_ZONE_STAT_ITEMS];
};

static void count_cached(const struct page *page, struct usage *usage)
{
	bool disk = page->mapping->a_ops && page->mapping->a_ops->writepage;

	usage->item[NR_FILE_PAGES]++;
	usage->item[NR_SHMEM] += mapping_is_shmem(page->mapping);
	usage->item[NR_FILE_MAPPED] += page_mapcount(page) > 0;
	usage->item[NR_FILE_DIRTY] += PageDirty(page) && disk;
	usage->item[NR_WRITEBACK] += PageWriteback(page);
	usage->item[NR_ISOLATED_FILE] += PageIsolated(page);
}

static void count_page(const struct page *page, struct usage *usage)
{
	if (PageReserved(page))
		return;
	if (PageLRU(page))
		usage->item[NR_LRU_BASE + page_lru(page)]++;
	usage->item[NR_ISOLATED_ANON] +=
		(PageAnon(page) || PageSwapCache(page)) && PageIsolated(page);
	if (page_mapping(page)) {
		count_cached(page, usage);
	} else if (page_mapcount(page) > 0) {
		usage->item[NR_ANON_PAGES]++;
	} else {
		if (PageSlab(page))
			usage->item[slab_stat_item(page_cache_of(page))]++;
		usage->item[NR_PAGETABLE] += PageTable(page);
	}
}

static void count_zone(const struct zone *zone, struct usage *usage)
{
	for (pfn_t pfn = zone->start_pfn; pfn < zone_end_pfn(zone); pfn++)
		if (pfn_valid(pfn) && page_zone(pfn_to_page(pfn)) == zone)
			count_page(pfn_to_page(pfn), usage);
}

/* The first counter that says something else than the pages; NR_VM_ZONE_STAT_ITEMS: none. */
static unsigned int wrong_counter(const struct zone *zone, struct usage *usage)
{
	unsigned int i;

	*usage = (struct usage){0};
	count_zone(zone, usage);
	for (i = 0; i < NR_VM_ZONE_STAT_ITEMS; i++) {
		if (i == NR_KERNEL_STACK_KB || i == NR_DIRTIED || i == NR_WRITTEN)
			continue;
		if (zone_page_state(zone, (enum zone_stat_item)i) != usage->item[i])
			break;
	}
	return i;
}

/* Nobody else runs meanwhile; but an interrupt may free a slab, so that they are counted again. */
static void validate_zone(const struct zone *zone)
{
	unsigned long flags;
	struct usage usage;
	unsigned int i;

	if (wrong_counter(zone, &usage) == NR_VM_ZONE_STAT_ITEMS)
		return;
	flags = local_irq_save();
	i = wrong_counter(zone, &usage);
	if (i < NR_VM_ZONE_STAT_ITEMS)
		panic("node %d, zone %s: counter %u is %lu, pages say %lu", zone->node->node_id,
		      zone->name, i, zone_page_state(zone, (enum zone_stat_item)i), usage.item[i]);
	local_irq_restore(flags);
}

void vmstat_validate(void)
{
	struct zone *zone;

	for_each_zone (zone) {
		preempt_disable();
		validate_zone(zone);
		preempt_enable();
	}
}
