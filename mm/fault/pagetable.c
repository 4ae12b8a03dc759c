/*
 * pagetable.c - the tables of the user half: made when a page of their 4 MiB
 * is first needed, freed (zap.c) when no area reaches into those 4 MiB.
 *
 * A table is one zeroed page of low memory, flagged PG_table, counted in
 * mm->nr_ptes. With mmap_sem held, at least for reading, it stays.
 */
#include "internal.h"

/**
 * user_table_alloc() - gives a directory entry of the user half a page table.
 *
 * Another fault in the same address space may do so first while this one waits
 * for memory: then its table is used. Returns false when out of memory. May
 * sleep; mmap_sem held, page_table_lock not.
 */
bool user_table_alloc(struct mm_struct *mm, pgd_t *pgd)
{
	unsigned long table = get_zeroed_page(GFP_KERNEL);

	if (!table)
		return false;
	spin_lock(&mm->page_table_lock);
	if (!pgd_present(*pgd)) {
		SetPageTable(virt_to_page(table));
		inc_zone_page_state(virt_to_page(table), NR_PAGETABLE);
		pgd_populate_user(pgd, virt_to_pfn(table));
		mm->nr_ptes++;
		table = 0;
	}
	spin_unlock(&mm->page_table_lock);
	if (unlikely(table))
		free_page(table);
	return true;
}
