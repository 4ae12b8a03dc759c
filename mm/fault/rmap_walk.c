/*
 * rmap_walk.c - from a page to the entries that map it, and what can be learned there.
 *
 *   page->mapping     anon_vma        areas that may map it     entry of page->index in each
 *   (bit 0 set)  ──>  list or tree ──────────────┐
 *                     anon_vma_lock              ├──> vma ──> vm_mm's page table: is it this page?
 *   page->mapping ──> i_mmap         ────────────┘            page_table_lock
 *   (a file)          i_mmap_lock
 *
 * The trees say where a page may be mapped; only the entry says that it is. An area that never
 * touched the page, or has copied it, or drops it at this moment, is visited in vain. So the
 * answer is right at the moment when each entry is looked at, under its lock.
 *
 * An area leaves its trees before it is freed, and an address space its areas; whoever holds the
 * tree's lock needs no count on either. Page tables come and go with page_table_lock held.
 */
#include "mm/rmap.h"
#include "arch/tlb.h"
#include "internal.h"
#include "mm/reclaim_trace.h"

/* Where the page lies in an area that has it; false: the area's bounds do not hold it. */
static bool page_address_in(const struct vm_area_struct *vma, unsigned long index,
			    unsigned long *addr)
{
	unsigned long pages = index - vma->vm_pgoff;

	*addr = vma->vm_start + (pages << PAGE_SHIFT);
	return pages < vma_pages(vma);
}

static void walk_anon(struct page *page, rmap_one_t one, void *arg)
{
	const unsigned long index = page->index;
	struct anon_vma_chain *link;
	unsigned long addr;

	spin_lock(&anon_vma_lock);
	link = anon_vma_first(page_anon_vma(page), index, index);
	for (; link; link = anon_vma_next(link, index, index))
		if (page_address_in(link->vma, index, &addr) && !one(page, link->vma, addr, arg))
			break;
	spin_unlock(&anon_vma_lock);
}

static void walk_file(struct page *page, rmap_one_t one, void *arg)
{
	struct address_space *mapping = page->mapping;
	const unsigned long index = page->index;
	struct vm_area_struct *vma;
	unsigned long addr;

	spin_lock(&mapping->i_mmap_lock);
	for_each_area_of (vma, &mapping->i_mmap, index, index)
		if (page_address_in(vma, index, &addr) && !one(page, vma, addr, arg))
			break;
	spin_unlock(&mapping->i_mmap_lock);
}

void rmap_walk(struct page *page, rmap_one_t one, void *arg)
{
	BUG_ON(!PageLocked(page));
	if (PageAnon(page))
		walk_anon(page, one, arg);
	else if (page_mapping(page))
		walk_file(page, one, arg);
}

struct referenced {
	int unseen;	       /* entries */
	unsigned int young;    /* of those that were seen */
	unsigned int vm_flags; /* of their areas */
};

static bool referenced_one(struct page *page, struct vm_area_struct *vma, unsigned long addr,
			   void *arg)
{
	struct mm_struct *mm = vma->vm_mm;
	struct referenced *seen = arg;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = page_entry(page, mm, addr);
	if (ptep) {
		seen->unseen--;
		if (!seen->vm_flags) /* the first; an area has some flag */
			reclaim_saw_mapper(page, mm->owner_tgid, addr);
		seen->vm_flags |= vma->vm_flags;
		if (pte_young(*ptep)) {
			set_pte(ptep, pte_mkold(ptep_get_and_clear(ptep)));
			tlb_flush_page(mm, addr);
			seen->young++;
		}
	}
	spin_unlock(&mm->page_table_lock);
	return seen->unseen > 0;
}

unsigned int page_referenced(struct page *page, unsigned int *vm_flags)
{
	struct referenced seen;

	*vm_flags = 0;
	if (!page_mapcount(page))
		return 0;
	seen = (struct referenced){.unseen = page_mapcount(page)};
	rmap_walk(page, referenced_one, &seen);
	*vm_flags = seen.vm_flags;
	return seen.young;
}

struct cleaned {
	unsigned int entries; /* seen, in shared areas */
	unsigned int cleaned; /* of these */
};

static bool mkclean_one(struct page *page, struct vm_area_struct *vma, unsigned long addr,
			void *arg)
{
	struct mm_struct *mm = vma->vm_mm;
	struct cleaned *seen = arg;
	pte_t *ptep;

	if (!(vma->vm_flags & VM_SHARED))
		return true;
	spin_lock(&mm->page_table_lock);
	ptep = page_entry(page, mm, addr);
	seen->entries += ptep != NULL;
	if (ptep && (pte_write(*ptep) || pte_dirty(*ptep))) {
		set_pte(ptep, pte_wrprotect(pte_mkclean(ptep_get_and_clear(ptep))));
		tlb_flush_page(mm, addr);
		seen->cleaned++;
	}
	spin_unlock(&mm->page_table_lock);
	return seen->entries < (unsigned int)page_mapcount(page);
}

unsigned int page_mkclean(struct page *page)
{
	struct cleaned seen = {0};

	if (page_mapcount(page) && page_mapping(page))
		rmap_walk(page, mkclean_one, &seen);
	return seen.cleaned;
}
