/*
 * zap.c - taking pages and page tables out of an address space.
 *
 * The order keeps a stale TLB entry from ever reaching a page that has a new
 * owner: entries are cleared, their pages collected; then the TLB forgets the
 * range; only then are the pages given back. A batch that is full is flushed
 * and freed in between.
 *
 * An address space that nobody runs in any more (exit) needs no flush for its
 * pages: nothing uses its translations. It gets one before its tables go,
 * because the CPU may still walk them on its own.
 */
#include "arch/tlb.h"
#include "vm.h"

static void forget_range(struct mmu_gather *gather)
{
	gather->start = ~0ul;
	gather->end = 0;
}

static void cover_range(struct mmu_gather *gather, unsigned long start, unsigned long end)
{
	gather->start = min(gather->start, start);
	gather->end = max(gather->end, end);
}

void gather_begin(struct mmu_gather *gather, struct mm_struct *mm, bool whole_mm)
{
	gather->mm = mm;
	gather->whole_mm = whole_mm;
	gather->nr = 0;
	forget_range(gather);
}

void gather_end(struct mmu_gather *gather)
{
	unsigned int i;

	if (gather->start < gather->end) {
		if (gather->whole_mm)
			tlb_flush_mm(gather->mm);
		else
			tlb_flush_range(gather->mm, gather->start, gather->end);
		forget_range(gather);
	}
	for (i = 0; i < gather->nr; i++)
		put_page(gather->pages[i]);
	gather->nr = 0;
}

/* Takes over one reference on the page. */
static void gather_page(struct mmu_gather *gather, struct page *page)
{
	gather->pages[gather->nr++] = page;
	if (gather->nr == GATHER_PAGES)
		gather_end(gather);
}

/* The page of an entry that was just cleared. page_table_lock held. */
static void drop_entry(struct mmu_gather *gather, pte_t entry)
{
	struct page *page;

	if (pte_pfn(entry) == zero_pfn)
		return;
	page = pfn_to_page(pte_pfn(entry));
	if (page->mapping && pte_dirty(entry))
		page_note_dirty_pte(page);
	(*rss_counter(gather->mm, page))--;
	page_unmap_one(page);
	if (gather->whole_mm)
		put_page(page);
	else
		gather_page(gather, page);
}

/* [addr, end) lies within one table. */
static void zap_table(struct mmu_gather *gather, pte_t *ptep, unsigned long addr, unsigned long end)
{
	for (; addr < end; addr += PAGE_SIZE, ptep++) {
		if (pte_none(*ptep))
			continue;
		cover_range(gather, addr, addr + PAGE_SIZE);
		drop_entry(gather, ptep_get_and_clear(ptep));
	}
}

void zap_range(struct mmu_gather *gather, unsigned long start, unsigned long end)
{
	struct mm_struct *mm = gather->mm;
	unsigned long addr, next;

	mm->hiwater_rss = max(mm->hiwater_rss, mm->rss_anon + mm->rss_file);
	spin_lock(&mm->page_table_lock);
	for (addr = start; addr < end; addr = next) {
		pte_t *ptep = user_pte(mm, addr);

		next = table_end(addr, end);
		if (ptep)
			zap_table(gather, ptep, addr, next);
	}
	spin_unlock(&mm->page_table_lock);
}

void free_tables(struct mmu_gather *gather, unsigned long start, unsigned long end,
		 unsigned long floor, unsigned long ceiling)
{
	struct mm_struct *mm = gather->mm;
	unsigned long first = max(start & PGDIR_MASK, round_up(floor, PGDIR_SIZE));
	unsigned long last = min(round_up(end, PGDIR_SIZE), ceiling & PGDIR_MASK);
	unsigned long addr;

	spin_lock(&mm->page_table_lock);
	for (addr = first; addr < last; addr += PGDIR_SIZE) {
		pgd_t *pgd = pgd_offset(mm->pgd, addr);
		struct page *table;

		if (!pgd_present(*pgd))
			continue;
		table = pfn_to_page(pgd_pfn(*pgd));
		pgd_clear(pgd);
		mm->nr_ptes--;
		ClearPageTable(table);
		cover_range(gather, addr, addr + PAGE_SIZE);
		gather_page(gather, table);
	}
	spin_unlock(&mm->page_table_lock);
}
