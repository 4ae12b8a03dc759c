/*
 * file_fault.c - pages of areas that have operations: files and shared memory.
 *
 * The area's fault() finds the page and may wait for the disk. Meanwhile the
 * file may have been cut short: truncation lowers the size, then takes entries
 * out of all page tables, then pages out of the cache. So a page is mapped only
 * if, under page_table_lock, it is still in the cache and within the size:
 * truncation then has yet to look at this page table. Otherwise the fault
 * starts again, and finds the end of the file.
 *
 * fault-around: a read fault first maps what the cache already holds of the
 * pages around it, up to fault_around_pages; programs touch code and read-only
 * data in runs, and a mapped neighbour costs a tenth of a fault.
 */
#include "arch/tlb.h"
#include "mm/highmem.h"
#include "area/internal.h"
#include "cache/internal.h"
#include "internal.h"

unsigned int fault_around_pages = FAULT_AROUND_MAX;

/* Asks the area for the page; `vmf` holds it, referenced, on success. */
static __always_inline int find_fault_page(const struct fault *fault, struct vm_fault *vmf)
{
	struct vm_area_struct *vma = fault->vma;
	int err;

	*vmf = (struct vm_fault){
		.address = fault->addr,
		.pgoff = vma_pgoff(vma, fault->addr),
		.write = fault->write,
	};
	err = vma->vm_ops->fault(vma, vmf);
	if (likely(!err))
		mark_page_accessed(vmf->page);
	fault->info->major |= vmf->major;
	if (unlikely(vmf->swap))
		fault->info->cause = vmf->major ? TRACE_CAUSE_SWAP : TRACE_CAUSE_SWAP_CACHE;
	return err;
}

/* The page may be mapped: truncation has not begun, or it ends before this page. */
static __always_inline bool page_in_file(const struct page *page)
{
	return page->mapping && page->index < mapping_pages(page->mapping);
}

/*
 * Enters a page in an empty place; takes over the caller's reference. The page
 * must be of the file still. page_table_lock held.
 */
static __always_inline void map_file_page(const struct fault *fault, pte_t *ptep, struct page *page,
					  pte_t entry)
{
	set_pte(ptep, entry);
	page_add_file(page);
	rss_add_file(fault->mm, page->mapping, 1);
}

/*
 * Maps cached pages around the fault. The window is aligned in the file, so that the cache finds
 * all of it in one place, and ends where the area or the page table does. True when the faulting
 * page was one of them.
 */
static bool map_around(const struct fault *fault)
{
	struct vm_area_struct *vma = fault->vma;
	unsigned long addr = fault->addr, slot = pte_index(addr), size = fault_around_pages;
	unsigned long pgoff = vma_pgoff(vma, addr), in_window = pgoff & (size - 1);
	unsigned long before = min(in_window, slot), after = size - in_window;
	bool hit;

	before = min(before, (addr - vma->vm_start) >> PAGE_SHIFT);
	after = min(after, PTRS_PER_PTE - slot);
	after = min(after, (vma->vm_end - addr) >> PAGE_SHIFT);
	spin_lock(&fault->mm->page_table_lock);
	vma->vm_ops->map_pages(vma, pgoff - before, (unsigned int)(before + after),
			       fault->ptep - before);
	hit = pte_present(*fault->ptep);
	if (hit)
		mark_page_accessed(pfn_to_page(pte_pfn(*fault->ptep)));
	spin_unlock(&fault->mm->page_table_lock);
	return hit;
}

/* Enters the page that find_fault_page() found; its reference goes with it, or is dropped. */
static int install_file_page(const struct fault *fault, struct page *page, pte_t entry)
{
	struct mm_struct *mm = fault->mm;
	bool ok;

	spin_lock(&mm->page_table_lock);
	ok = fault_unchanged(fault) && page_in_file(page);
	if (likely(ok))
		map_file_page(fault, fault->ptep, page, entry);
	spin_unlock(&mm->page_table_lock);
	if (likely(ok))
		return 0;
	put_page(page);
	return FAULT_AGAIN;
}

/* Read of a page that is not mapped. */
int fault_file_read(const struct fault *fault)
{
	const struct vm_area_struct *vma = fault->vma;
	struct vm_fault vmf;
	int err;

	fault->info->cause = TRACE_CAUSE_FILE;
	if (fault_around_pages > 1 && vma->vm_ops->map_pages && map_around(fault))
		return 0;
	err = find_fault_page(fault, &vmf);
	if (err)
		return err;
	return install_file_page(fault, vmf.page,
				 mk_pte_pfn(page_to_pfn(vmf.page), vma->vm_page_prot));
}

/* Puts a private copy in an empty place; false if it is no longer empty. */
static bool install_copy(const struct fault *fault, struct page *copy)
{
	struct mm_struct *mm = fault->mm;
	bool unchanged;

	spin_lock(&mm->page_table_lock);
	unchanged = fault_unchanged(fault);
	if (likely(unchanged)) {
		set_pte(fault->ptep, mk_writable_pte(copy, fault->vma));
		page_add_anon(copy, fault->vma, fault->addr);
	}
	spin_unlock(&mm->page_table_lock);
	return unchanged;
}

/* Write to a private page that is not mapped: copied at once, one fault instead of two. */
int fault_file_cow(const struct fault *fault)
{
	struct page *copy = alloc_anon_page(fault->vma);
	struct vm_fault vmf;
	int err;

	if (unlikely(!copy))
		return -ENOMEM;
	err = find_fault_page(fault, &vmf);
	if (!err) {
		copy_highpage(copy, vmf.page);
		/* A page cut off while we slept may not be copied: its bytes are past the end. */
		if (!page_in_file(vmf.page) || !install_copy(fault, copy))
			err = FAULT_AGAIN;
		put_page(vmf.page);
	}
	if (unlikely(err)) {
		put_page(copy);
		return err;
	}
	fault->info->cause = TRACE_CAUSE_FILE_COW;
	return 0;
}

/* Tells the file's owner that the page will be written to. -EAGAIN becomes FAULT_AGAIN. */
static int announce_write(const struct fault *fault, struct page *page)
{
	int err = 0;

	if (fault->vma->vm_ops->page_mkwrite)
		err = fault->vma->vm_ops->page_mkwrite(fault->vma, page);
	return err == -EAGAIN ? FAULT_AGAIN : err;
}

/*
 * A writable entry for a file's page exists only while the page is marked
 * dirty; write-back that came between has cleared that. page_table_lock held.
 */
static __always_inline bool may_map_writable(const struct fault *fault, const struct page *page)
{
	return fault_unchanged(fault) && page_in_file(page) &&
	       (!fault->vma->vm_ops->page_mkwrite || PageDirty(page));
}

/* Write to a shared page that is not mapped. */
int fault_shared_write(const struct fault *fault)
{
	struct mm_struct *mm = fault->mm;
	struct vm_fault vmf;
	bool ok = false;
	int err;

	fault->info->cause = TRACE_CAUSE_SHARED;
	err = find_fault_page(fault, &vmf);
	if (err)
		return err;
	err = announce_write(fault, vmf.page);
	if (!err) {
		spin_lock(&mm->page_table_lock);
		ok = may_map_writable(fault, vmf.page);
		if (ok)
			map_file_page(fault, fault->ptep, vmf.page,
				      mk_writable_pte(vmf.page, fault->vma));
		spin_unlock(&mm->page_table_lock);
		err = ok ? 0 : FAULT_AGAIN;
	}
	if (!ok)
		put_page(vmf.page);
	return err;
}

/* Write to a shared page that is mapped read-only. */
int fault_shared_upgrade(const struct fault *fault)
{
	struct mm_struct *mm = fault->mm;
	struct page *page = fault_hold_page(fault);
	int err;

	if (!page)
		return FAULT_AGAIN;
	err = announce_write(fault, page);
	if (!err) {
		spin_lock(&mm->page_table_lock);
		if (may_map_writable(fault, page)) {
			set_pte(fault->ptep, pte_mkdirty(pte_mkyoung(pte_mkwrite(fault->entry))));
			tlb_flush_page(mm, fault->addr);
			count_vm_event(VM_PGREUSE);
		} else {
			err = FAULT_AGAIN;
		}
		spin_unlock(&mm->page_table_lock);
	}
	put_page(page);
	fault->info->cause = TRACE_CAUSE_SHARED;
	return err;
}
