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
#include "internal.h"
#include "mm/filemap.h"
#include "page/internal.h"

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
	gather->atomic = false;
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
		put_single_page(gather->pages[i]);
	gather->nr = 0;
}

/* Takes over one reference on the page. */
static void gather_page(struct mmu_gather *gather, struct page *page)
{
	gather->pages[gather->nr++] = page;
}

static bool gather_full(const struct mmu_gather *gather)
{
	return gather->nr == GATHER_PAGES;
}

static unsigned long entry_addr(unsigned long addr, const pte_t *table, const pte_t *ptep)
{
	return addr + ((unsigned long)(ptep - table) << PAGE_SHIFT);
}

/*
 * One page less mapped. `whole` is gather->whole_mm, here and below: a constant, for each of which
 * the walk through a table is built by itself.
 */
static __always_inline void drop_page(struct mmu_gather *gather, struct rss_count *dropped,
				      struct page *page, pte_t entry, bool whole)
{
	if (unlikely(!page_remove_mapped(page, dropped)) && pte_dirty(entry))
		page_note_dirty_pte(page);
	if (whole)
		put_single_page(page);
	else
		gather_page(gather, page);
}

/* Out of line, as most entries are pages. */
static __noinline void drop_swapped(struct mmu_gather *gather, pte_t entry)
{
	swap_entry_drop(gather->mm, entry);
}

/* What an entry that is not empty stood for: a page, the page of zeroes, or something swapped. */
static __always_inline void drop_entry(struct mmu_gather *gather, struct rss_count *dropped,
				       pte_t entry, bool whole)
{
	pfn_t pfn = pte_pfn(entry);

	if (unlikely(!pte_mapped(entry)))
		drop_swapped(gather, entry);
	else if (pfn != zero_pfn)
		drop_page(gather, dropped, pfn_to_page(pfn), entry, whole);
}

/*
 * Clears a run of entries: from `ptep`, which is not empty, to the next empty one, to `last`, or
 * until the batch is full. Returns its end.
 */
static __always_inline pte_t *zap_run(struct mmu_gather *gather, struct rss_count *dropped,
				      pte_t *ptep, pte_t *last, bool whole)
{
	do {
		drop_entry(gather, dropped, ptep_get_and_clear(ptep++), whole);
	} while (ptep < last && !pte_none(*ptep) && (whole || !gather_full(gather)));
	return ptep;
}

/*
 * The part [addr, end) of one table; `table` is the entry for addr. What is to be flushed begins
 * and ends with a used entry, as few pages are flushed one by one. page_table_lock held.
 */
static __always_inline void zap_pte_range(struct mmu_gather *gather, pte_t *table,
					  unsigned long addr, unsigned long end, bool whole)
{
	pte_t *run, *ptep = table, *last = table + ((end - addr) >> PAGE_SHIFT);
	struct mm_struct *mm = gather->mm;
	struct rss_count dropped = {0};

	while ((run = pte_next_used(ptep, last)) < last) {
		ptep = zap_run(gather, &dropped, run, last, whole);
		if (whole)
			continue;
		cover_range(gather, entry_addr(addr, table, run), entry_addr(addr, table, ptep));
		if (gather_full(gather))
			gather_end(gather);
	}
	if (ptep == table)
		return;
	mm->hiwater_rss = mm_rss_peak(mm);
	rss_sub(mm, &dropped);
}

/* As much of a table as is done without giving way. */
static void zap_step(struct mmu_gather *gather, pte_t *table, unsigned long addr, unsigned long end)
{
	struct mm_struct *mm = gather->mm;

	spin_lock(&mm->page_table_lock);
	if (gather->whole_mm)
		zap_pte_range(gather, table, addr, end, true);
	else
		zap_pte_range(gather, table, addr, end, false);
	spin_unlock(&mm->page_table_lock);
}

/* Between two steps others may run, and none must write through an entry whose dirty bit has been
 * read: so first the flush. */
static void give_way(struct mmu_gather *gather)
{
	if (gather->atomic)
		return;
	if (!gather->whole_mm)
		gather_end(gather);
	cond_resched();
}

void zap_range(struct mmu_gather *gather, unsigned long start, unsigned long end)
{
	unsigned long addr, next;

	for (addr = start; addr < end; addr = next) {
		pte_t *table = user_pte(gather->mm, addr);

		if (!table) {
			next = table_end(addr, end);
			continue;
		}
		next = step_end(addr, end);
		zap_step(gather, table, addr, next);
		if (next < end)
			give_way(gather);
	}
}

/* Takes the table out of a directory entry. page_table_lock held. */
static void free_table(struct mmu_gather *gather, pgd_t *pgd, unsigned long addr)
{
	struct page *table = pfn_to_page(pgd_pfn(*pgd));

	pgd_clear(pgd);
	gather->mm->nr_ptes--;
	ClearPageTable(table);
	dec_zone_page_state(table, NR_PAGETABLE);
	cover_range(gather, addr, addr + PAGE_SIZE);
	gather_page(gather, table);
	if (gather_full(gather))
		gather_end(gather);
}

void free_tables(struct mmu_gather *gather, unsigned long start, unsigned long end,
		 unsigned long floor, unsigned long ceiling)
{
	struct mm_struct *mm = gather->mm;
	unsigned long first = max(start & PGDIR_MASK, round_up(floor, PGDIR_SIZE));
	unsigned long last = min(round_up(end, PGDIR_SIZE), ceiling & PGDIR_MASK);
	unsigned long addr;

	/* Tables come only with mmap_sem held at least for reading: what is empty stays so. */
	for (addr = first; addr < last; addr += PGDIR_SIZE) {
		pgd_t *pgd = pgd_offset(mm->pgd, addr);

		if (!pgd_present(*pgd))
			continue;
		spin_lock(&mm->page_table_lock);
		free_table(gather, pgd, addr);
		spin_unlock(&mm->page_table_lock);
	}
}
