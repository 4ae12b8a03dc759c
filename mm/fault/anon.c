/*
 * anon.c - first touch of anonymous memory.
 *
 * A page that is only read is the shared page of zeroes, mapped read-only: it
 * costs no memory. It is never counted (no reference, no mapcount, not in rss),
 * so that no counter of it can overflow. The first write gets a page of its own.
 */
#include "mm/highmem.h"
#include "mm/rmap.h"
#include "arch/tlb.h"
#include "internal.h"

struct page *zero_page;
pfn_t zero_pfn;

/* Read of an untouched page. */
int fault_anon_read(const struct fault *fault)
{
	struct mm_struct *mm = fault->mm;
	bool unchanged;

	spin_lock(&mm->page_table_lock);
	unchanged = fault_unchanged(fault);
	if (likely(unchanged))
		set_pte(fault->ptep, mk_pte_pfn(zero_pfn, fault->vma->vm_page_prot));
	spin_unlock(&mm->page_table_lock);
	fault->info->cause = TRACE_CAUSE_ANON_ZERO;
	return unchanged ? 0 : FAULT_AGAIN;
}

/* Write to an untouched page, or to one that was only read before (cow.c sends it here). */
int fault_anon_write(const struct fault *fault)
{
	struct mm_struct *mm = fault->mm;
	struct page *page = alloc_anon_page(fault->vma);
	bool unchanged;

	if (unlikely(!page))
		return -ENOMEM;
	clear_highpage(page);
	spin_lock(&mm->page_table_lock);
	unchanged = fault_unchanged(fault);
	if (likely(unchanged)) {
		set_pte(fault->ptep, mk_writable_pte(page, fault->vma));
		if (!pte_none(fault->entry))
			tlb_flush_page(mm, fault->addr);
		page_add_anon(page, fault->vma, fault->addr);
	}
	spin_unlock(&mm->page_table_lock);
	if (unlikely(!unchanged)) {
		put_page(page);
		return FAULT_AGAIN;
	}
	fault->info->cause = TRACE_CAUSE_ANON;
	return 0;
}

int install_anon_page(struct vm_area_struct *vma, unsigned long addr, struct page *page)
{
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep;
	int err = 0;

	BUG_ON(!rwsem_is_write_locked(&mm->mmap_sem));
	BUG_ON(vma->vm_ops || addr < vma->vm_start || addr >= vma->vm_end || page_mapping(page));
	ptep = user_pte_alloc(mm, addr);
	if (!ptep || anon_vma_prepare(vma))
		return -ENOMEM;
	spin_lock(&mm->page_table_lock);
	if (pte_none(*ptep)) {
		pte_t entry = mk_writable_pte(page, vma);

		set_pte(ptep, vma->vm_flags & VM_WRITE ? entry : pte_wrprotect(entry));
		page_add_anon(page, vma, addr);
	} else {
		err = -EEXIST;
	}
	spin_unlock(&mm->page_table_lock);
	return err;
}

void fault_init(void)
{
	zero_page = alloc_page(GFP_KERNEL | __GFP_ZERO);
	if (!zero_page)
		panic("no memory for the page of zeroes");
	zero_pfn = page_to_pfn(zero_page);
	migration_init();
}
