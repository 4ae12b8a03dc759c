/*
 * range.c - pages of one address space leave memory, or become the first to, because somebody says
 * so: madvise(MADV_PAGEOUT, MADV_COLD) and /proc/PID/reclaim.
 *
 * As on Linux only pages that no other page table has: it is not for one process to say that
 * another does without.
 */
#include "arch/tlb.h"
#include "fault/internal.h"
#include "internal.h"
#include "mm/reclaim.h"
#include "mm/reclaim_trace.h"
#include "reclaim/lru.h"

/* Calls for the pages in turn that are mapped once and on a list. page_table_lock held. */
typedef void (*page_fn)(struct mm_struct *mm, unsigned long addr, pte_t *ptep, struct page *page,
			void *arg);

/* Pages of [addr, end) in one page table, SWAP_CLUSTER_MAX entries at most; returns where to go on.
 */
static unsigned long visit(struct mm_struct *mm, unsigned long addr, unsigned long end, page_fn fn,
			   void *arg)
{
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = user_pte(mm, addr);
	if (!ptep) {
		spin_unlock(&mm->page_table_lock);
		addr = (addr & ~(PGDIR_SIZE - 1)) + PGDIR_SIZE;
		return addr && addr < end ? addr : end;
	}
	for (unsigned int n = 0; n < SWAP_CLUSTER_MAX && addr < end; n++) {
		struct page *page = pte_mapped(*ptep) ? pfn_to_page(pte_pfn(*ptep)) : NULL;

		if (page && PageLRU(page) && page_mapcount(page) == 1)
			fn(mm, addr, ptep, page, arg);
		addr += PAGE_SIZE;
		ptep++;
		if (!(addr & (PGDIR_SIZE - 1)))
			break;
	}
	spin_unlock(&mm->page_table_lock);
	return addr;
}

struct collect {
	struct list_head pages;
	unsigned int nr, kinds;
};

static void collect(struct mm_struct *mm, unsigned long addr, pte_t *ptep, struct page *page,
		    void *arg)
{
	struct collect *to = arg;

	(void)mm;
	(void)addr;
	(void)ptep;
	if (!(to->kinds & (PageSwapBacked(page) ? RECLAIM_ANON : RECLAIM_FILE)))
		return;
	get_page(page);
	lru_isolate(page);
	list_add_tail(&page->lru, &to->pages);
	to->nr++;
}

unsigned long reclaim_range(struct mm_struct *mm, unsigned long start, unsigned long end,
			    unsigned int kinds)
{
	/* Of a file system whoever is told so holds no lock that a fault would not wait for. */
	struct scan_control sc = {.may_io = true, .may_write_files = true, .forced = true};
	struct collect to = {.kinds = kinds};

	while (start < end && may_go_on()) {
		INIT_LIST_HEAD(&to.pages);
		to.nr = 0;
		start = visit(mm, start, end, collect, &to);
		reclaim_batch_begin(to.nr);
		shrink_page_list(&to.pages, &sc);
		reclaim_batch_end(to.nr);
	}
	return sc.reclaimed;
}

unsigned long reclaim_mm(struct mm_struct *mm, unsigned int kinds)
{
	struct vm_area_struct *vma;
	unsigned long freed = 0;

	down_read(&mm->mmap_sem);
	for (vma = mm->mmap; vma; vma = vma->vm_next)
		if (!(vma->vm_flags & VM_LOCKED))
			freed += reclaim_range(mm, vma->vm_start, vma->vm_end, kinds);
	up_read(&mm->mmap_sem);
	return freed;
}

static void cool(struct mm_struct *mm, unsigned long addr, pte_t *ptep, struct page *page,
		 void *arg)
{
	(void)arg;
	if (pte_young(*ptep)) {
		set_pte(ptep, pte_mkold(ptep_get_and_clear(ptep)));
		tlb_flush_page(mm, addr);
	}
	ClearPageReferenced(page);
	if (!PageActive(page) || PageUnevictable(page))
		return;
	lru_isolate(page);
	ClearPageActive(page);
	reclaim_note(TRACE_RECLAIM_DEACTIVATE, page, TRACE_WHY_ADVISED);
	lru_add(page);
}

void cool_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	while (start < end && may_go_on())
		start = visit(mm, start, end, cool, NULL);
}
