/*
 * zone_stat.c - what the memory of a zone is used for, counted when somebody asks.
 *
 * The statistics files of /proc and /sys are read rarely, pages are taken and
 * freed all the time. So nothing is counted there: who asks has the struct pages
 * looked through, and gets figures that are right by construction:
 *
 *   flags, mapping, _mapcount               counted as
 *   PG_slab                                 slab
 *   PG_table                                tables
 *   mapping of a file, _mapcount >= 0       file, mapped
 *   mapping of a file, PG_dirty             file, dirty (if a disk is behind it)
 *   no mapping, _mapcount >= 0              anon
 *
 * A free page has none of these marks. _refcount says nothing here: of a block
 * that is not compound only the first page has one.
 *
 * The scan goes in steps, so that others get the CPU; within a step nobody can
 * free the file or the slab cache that a page names.
 */
#include "mm/zone_stat.h"
#include "mm/filemap.h"
#include "cache/internal.h"
#include "page/internal.h"
#include "slab/internal.h"

#define STEP 1024ul /* pages looked at without giving the CPU away */

/* The low bits of page->mapping: it is not a file's. */
#define MAPPING_KIND_MASK 3ul

static bool in_page_cache(const struct page *page)
{
	return page->mapping && !((unsigned long)page->mapping & MAPPING_KIND_MASK);
}

static void count_cached(const struct page *page, struct zone_usage *usage)
{
	bool disk = page->mapping->a_ops && page->mapping->a_ops->writepage;

	usage->file++;
	usage->shmem += mapping_is_shmem(page->mapping);
	usage->mapped += page_mapcount(page) > 0;
	usage->dirty += PageDirty(page) && disk;
	usage->writeback += PageWriteback(page);
	usage->isolated_file += PageIsolated(page);
}

/* Of a slab page: its objects are freed when memory is short. */
static bool slab_reclaimable(const struct page *page)
{
	const struct kmem_cache *cache = (const struct kmem_cache *)page->lru.next;

	return cache->flags & SLAB_RECLAIM_ACCOUNT;
}

static void count_page(const struct page *page, struct zone_usage *usage)
{
	if (PageReserved(page))
		return;
	if (in_page_cache(page)) {
		count_cached(page, usage);
	} else if (page_mapcount(page) > 0) {
		usage->anon++;
		usage->isolated_anon += PageIsolated(page);
	} else {
		if (PageSlab(page)) {
			usage->slab++;
			usage->slab_reclaimable += slab_reclaimable(page);
		}
		usage->tables += PageTable(page);
	}
}

void zone_count_usage(const struct zone *zone, struct zone_usage *usage)
{
	pfn_t end = zone->start_pfn + zone->spanned_pages;

	for (pfn_t pfn = zone->start_pfn, stop; pfn < end; pfn = stop) {
		stop = min((pfn | (STEP - 1)) + 1, end);
		preempt_disable();
		for (; pfn < stop; pfn++)
			if (pfn_valid(pfn) && page_zone(pfn_to_page(pfn)) == zone)
				count_page(pfn_to_page(pfn), usage);
		preempt_enable();
	}
}

static unsigned long count_list(const struct list_head *list)
{
	const struct list_head *node;
	unsigned long n = 0;

	for (node = list->next; node != list && n < FREE_BLOCKS_COUNTED; node = node->next)
		n++;
	return n;
}

void zone_count_free(struct zone *zone, unsigned int order, unsigned long blocks[MIGRATE_TYPES])
{
	unsigned long flags;

	for (unsigned int type = 0; type < MIGRATE_TYPES; type++) {
		spin_lock_irqsave(&zone->lock, flags);
		blocks[type] = count_list(&zone->free_area[order].free_list[type]);
		spin_unlock_irqrestore(&zone->lock, flags);
	}
}

/* The first frame in [pfn, end) that has a struct page, or `end`. */
static pfn_t first_valid(pfn_t pfn, pfn_t end)
{
	while (pfn < end && !pfn_valid(pfn))
		pfn++;
	return pfn;
}

void zone_count_pageblocks(const struct zone *zone, unsigned long blocks[MIGRATE_TYPES])
{
	pfn_t end = zone->start_pfn + zone->spanned_pages, pfn, stop;

	for (unsigned int type = 0; type < MIGRATE_TYPES; type++)
		blocks[type] = 0;
	for (pfn = zone->start_pfn; pfn < end; pfn = stop) {
		pfn_t first;

		stop = min((pfn | (PAGEBLOCK_PAGES - 1)) + 1, end);
		first = first_valid(pfn, stop);
		if (first < stop && page_zone(pfn_to_page(first)) == zone)
			blocks[pageblock_type(pfn_to_page(first))]++;
	}
}

unsigned long zone_pcp_count(const struct zone *zone, unsigned int cpu)
{
	const struct per_cpu_pages *pcp = &zone->pcp[cpu];
	unsigned long count = 0;

	for (unsigned int type = 0; type < MIGRATE_PCPTYPES; type++)
		count += pcp->hot[type].count + pcp->cold[type].count;
	return count;
}
