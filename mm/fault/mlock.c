/*
 * mlock.c - pages of areas that are locked in memory: on the unevictable list, and back.
 *
 * A page is there while an area with VM_LOCKED maps it. It gets there when the area is locked, when
 * a fault in the area ends, or at the latest when reclaim meets it (reclaim/pageout.c). When an
 * area lets go of it (munlock, munmap, exit, a copy on write) the reverse map tells whether another
 * one still wants it; if not, it goes back to the lists that reclaim looks at. A page on its way to
 * another frame cannot be found then: who moves it asks when it is back (move/migrate.c).
 */
#include "cache/internal.h"
#include "mm/rmap.h"
#include "internal.h"

#define BATCH 16u

void mlock_page(struct page *page)
{
	bool listed;

	if (PageUnevictable(page))
		return;
	listed = lru_isolate(page); /* by the list that its flags still say */
	ClearPageActive(page);
	SetPageUnevictable(page);
	if (listed)
		lru_add(page);
}

/* Whoever has it off its list puts it back by its flags. */
static void make_evictable(struct page *page)
{
	bool listed = lru_isolate(page);

	ClearPageUnevictable(page);
	if (listed)
		lru_add(page);
}

void mlock_present(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	unsigned long next;

	for (unsigned long addr = start; addr < end; addr = next) {
		pte_t *ptep = user_pte(mm, addr);

		next = ptep ? step_end(addr, end) : table_end(addr, end);
		if (!ptep)
			continue;
		spin_lock(&mm->page_table_lock);
		for (; addr < next; addr += PAGE_SIZE, ptep++)
			if (pte_mapped(*ptep) && pte_pfn(*ptep) != zero_pfn)
				mlock_page(pfn_to_page(pte_pfn(*ptep)));
		spin_unlock(&mm->page_table_lock);
		cond_resched();
	}
}

/* Somebody wants the page locked, but for pages of [start, end) of `mm`, which count no more. */
struct wanted {
	const struct mm_struct *mm;
	unsigned long start, end;
	bool locked;
};

static bool wanted_by(struct page *page, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	struct mm_struct *mm = vma->vm_mm;
	struct wanted *wanted = arg;

	if (!(vma->vm_flags & VM_LOCKED) ||
	    (mm == wanted->mm && addr >= wanted->start && addr < wanted->end))
		return true;
	spin_lock(&mm->page_table_lock);
	wanted->locked = page_entry(page, mm, addr);
	spin_unlock(&mm->page_table_lock);
	return !wanted->locked;
}

/* Page locked. */
static void munlock_unless_wanted(struct page *page, const struct mm_struct *mm,
				  unsigned long start, unsigned long end)
{
	struct wanted wanted = {mm, start, end, false};

	if (page_mapcount(page))
		rmap_walk(page, wanted_by, &wanted);
	if (PageUnevictable(page) && !wanted.locked)
		make_evictable(page);
}

static void munlock_page(struct page *page, const struct mm_struct *mm, unsigned long start,
			 unsigned long end)
{
	lock_page(page);
	munlock_unless_wanted(page, mm, start, end);
	unlock_page(page);
}

void munlock_moved_page(struct page *page)
{
	munlock_unless_wanted(page, NULL, 0, 0);
}

void munlock_left_page(struct page *page)
{
	munlock_page(page, NULL, 0, 0);
}

/* Up to BATCH pages, held, that are on the list, from *addr on; *addr moves behind them. */
static unsigned int take_unevictable(struct mm_struct *mm, unsigned long *addr, unsigned long end,
				     struct page **pages)
{
	pte_t *ptep = user_pte(mm, *addr);
	unsigned int n = 0;

	if (!ptep) {
		*addr = table_end(*addr, end);
		return 0;
	}
	end = step_end(*addr, end);
	spin_lock(&mm->page_table_lock);
	for (; *addr < end && n < BATCH; *addr += PAGE_SIZE, ptep++) {
		struct page *page;

		if (!pte_mapped(*ptep) || pte_pfn(*ptep) == zero_pfn)
			continue;
		page = pfn_to_page(pte_pfn(*ptep));
		if (!PageUnevictable(page))
			continue;
		get_page(page);
		pages[n++] = page;
	}
	spin_unlock(&mm->page_table_lock);
	return n;
}

void munlock_pages(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct page *pages[BATCH];

	for (unsigned long addr = start; addr < end;) {
		unsigned int n = take_unevictable(mm, &addr, end, pages);

		for (unsigned int i = 0; i < n; i++) {
			munlock_page(pages[i], mm, start, end);
			put_page(pages[i]);
		}
		cond_resched();
	}
}
