/*
 * cow.c - writing to a private page that is mapped read-only.
 *
 *   the page of zeroes ...................... a fresh page of zeroes (anon.c)
 *   anonymous, nobody else holds it ......... made writable where it is
 *   anything else ........................... copied, the copy is ours
 *
 * "Nobody else": one reference, that of this entry. A second process that maps
 * the page has its entry's reference; somebody who reads it through
 * get_user_page() has one too, and must not see the change. A file's page is
 * never ours, the page cache holds it.
 *
 * The copy is made without page_table_lock, from a page that a reference of
 * our own keeps in place; the entry is looked at again before it is changed.
 */
#include "arch/tlb.h"
#include "mm/highmem.h"
#include "internal.h"
#include "mm/swap.h"
#include "page/internal.h"

static bool sole_owner(const struct page *page)
{
	return page_count(page) == 1 && PageAnon(page);
}

/* Puts the copy in the old page's place; false if the entry changed. */
static bool replace_page(const struct fault *fault, struct page *old, struct page *copy)
{
	struct mm_struct *mm = fault->mm;
	struct rss_count gone = {0};
	bool unchanged;

	spin_lock(&mm->page_table_lock);
	unchanged = fault_unchanged(fault);
	if (likely(unchanged)) {
		set_pte(fault->ptep, mk_writable_pte(copy, fault->vma));
		tlb_flush_page(mm, fault->addr);
		page_remove_mapped(old, &gone);
		rss_sub(mm, &gone);
		page_add_anon(copy, fault->vma, fault->addr);
	}
	spin_unlock(&mm->page_table_lock);
	return unchanged;
}

static __noinline int copy_old_page(const struct fault *fault)
{
	struct page *old = fault_hold_page(fault), *copy;

	if (unlikely(!old))
		return FAULT_AGAIN;
	copy = alloc_anon_page(fault->vma);
	if (unlikely(!copy)) {
		put_page(old);
		return -ENOMEM;
	}
	copy_highpage(copy, old);
	if (unlikely(!replace_page(fault, old, copy))) {
		put_page(copy);
		put_page(old);
		return FAULT_AGAIN;
	}
	if (unlikely(PageUnevictable(old)))
		munlock_left_page(old);
	put_single_page(old); /* the entry's reference */
	put_single_page(old); /* ours */
	fault->info->cause = TRACE_CAUSE_COW;
	return 0;
}

/* True if the page is ours alone and could be made writable. */
static bool reuse_page(const struct fault *fault)
{
	struct page *page = pfn_to_page(pte_pfn(fault->entry));
	struct mm_struct *mm = fault->mm;
	bool ours;

	spin_lock(&mm->page_table_lock);
	ours = fault_unchanged(fault) && sole_owner(page);
	if (likely(ours)) {
		page_move_anon(page, fault->vma);
		set_pte(fault->ptep, pte_mkdirty(pte_mkyoung(pte_mkwrite(fault->entry))));
		tlb_flush_page(mm, fault->addr);
	}
	spin_unlock(&mm->page_table_lock);
	return ours;
}

/* Read back from a swap area: the sole owner needs no slot once he writes, and no copy. */
static __noinline void forget_slot(const struct fault *fault)
{
	struct page *page = fault_hold_page(fault);

	if (!page)
		return;
	give_slot_back(page);
	put_page(page);
}

int fault_cow(const struct fault *fault)
{
	if (pte_pfn(fault->entry) == zero_pfn)
		return fault_anon_write(fault);
	if (unlikely(PageSwapCache(pfn_to_page(pte_pfn(fault->entry)))))
		forget_slot(fault);
	if (reuse_page(fault)) {
		fault->info->cause = TRACE_CAUSE_COW_REUSE;
		return 0;
	}
	return copy_old_page(fault);
}
