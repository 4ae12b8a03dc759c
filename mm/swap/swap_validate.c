/*
 * swap_validate.c - checks that slots, the swap cache, the page tables and shared memory agree. For
 * tests: it visits every entry of every address space.
 *
 * Each entry that names a slot is taken off the slot's count; then none may be left; then all are
 * counted again. Nothing sleeps, so nobody sees the counts in between.
 */
#include "cache/internal.h"
#include "fault/internal.h"
#include "internal.h"
#include "kernel/printk.h"

#define BATCH 16u

/* What is done with an entry that names a slot. */
typedef void (*slot_fn)(swp_entry_t entry);

static u16 *count_of(swp_entry_t entry)
{
	return &swap_area_of(entry)->map.slot[swp_offset(entry)];
}

static void count_off(swp_entry_t entry)
{
	u16 *value = count_of(entry);

	BUG_ON(!(*value & SLOT_ENTRIES) || (*value & SLOT_ENTRIES) == SLOT_BAD);
	--*value;
}

static void count_on(swp_entry_t entry)
{
	++*count_of(entry);
}

static unsigned long for_each_slot_entry(slot_fn fn)
{
	unsigned long entries = 0;
	struct mm_struct *mm;

	list_for_each_entry (mm, &mmlist, mmlist)
		for (unsigned long i = 0; i < USER_PGDS; i++) {
			const pte_t *ptep = user_pte(mm, i << PGDIR_SHIFT);

			for (unsigned int k = 0; ptep && k < PTRS_PER_PTE; k++) {
				swp_entry_t entry = pte_to_swp_entry(ptep[k]);

				if (!is_swap_pte(ptep[k]) || swp_type(entry) >= MAX_SWAPFILES)
					continue;
				fn(entry);
				entries++;
			}
		}
	return entries + shmem_for_each_entry(fn);
}

static void check_cached(const struct swap_area *area, const struct page *page)
{
	swp_entry_t entry = page_swap_entry(page);

	if (PageSwapCache(page) && swp_type(entry) == area->type &&
	    area->map.slot[swp_offset(entry)] & SLOT_CACHED)
		return;
	dump_page(page, "is in a swap cache");
	panic("slot 0x%x does not know of its page", entry.val);
}

/* As many pages in the cache as slots that say so. */
static unsigned long check_cache(const struct swap_area *area)
{
	unsigned long next = 0, cached = 0, marked = 0;
	struct page *pages[BATCH];
	unsigned int found;

	while ((found = radix_tree_gang_lookup(&area->cache, (void **)pages, next, BATCH))) {
		for (unsigned int i = 0; i < found; i++)
			check_cached(area, pages[i]);
		cached += found;
		next = swp_offset(page_swap_entry(pages[found - 1])) + 1;
	}
	for (unsigned long slot = 0; slot < area->map.slots; slot++)
		marked += area->map.slot[slot] >> 15;
	if (cached != marked || cached != area->nrcached)
		panic("swap area %u: %lu pages in its cache, %lu slots with one, counted %lu",
		      area->type, cached, marked, area->nrcached);
	return cached;
}

static void check_counts(const struct swap_area *area)
{
	for (unsigned long slot = 0; slot < area->map.slots; slot++) {
		unsigned int left = area->map.slot[slot] & SLOT_ENTRIES;

		if (left && left != SLOT_BAD)
			panic("swap area %u, slot %lu: counts %u entries too many", area->type,
			      slot, left);
	}
}

unsigned long swap_validate(void)
{
	unsigned long cached = 0, entries, again;
	struct swap_area *area;

	preempt_disable();
	spin_lock(&swap_lock);
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		area = swap_area_by_type(type);
		if (!area)
			continue;
		swap_map_validate(&area->map);
		cached += check_cache(area);
	}
	entries = for_each_slot_entry(count_off);
	for (unsigned int type = 0; type < MAX_SWAPFILES; type++) {
		area = swap_area_by_type(type);
		if (area)
			check_counts(area);
	}
	again = for_each_slot_entry(count_on);
	BUG_ON(again != entries || cached != nr_swapcache_pages);
	spin_unlock(&swap_lock);
	preempt_enable();
	return entries;
}
