/*
 * swap_fault.c - page-table entries that name a slot: shared by fork, dropped by munmap, and the
 * page brought back when somebody touches it.
 *
 * A page that has come back keeps its slot until it is written: then its contents on the disk are
 * worth nothing, and the sole owner gives the slot back (cow.c asks try_to_free_swap()). Until then
 * it can leave memory again without being written.
 */
#include "arch/tlb.h"
#include "cache/internal.h"
#include "fault/internal.h"
#include "internal.h"

static unsigned int swap_entries(swp_entry_t entry)
{
	return swap_map_entries(&swap_area_of(entry)->map, swp_offset(entry));
}

static void slot_dup(swp_entry_t entry)
{
	spin_lock(&swap_lock);
	swap_map_dup(&swap_area_of(entry)->map, swp_offset(entry));
	spin_unlock(&swap_lock);
}

/* The last entry is gone: what the cache has, nobody wants unless it is mapped. */
static void drop_cached(swp_entry_t entry)
{
	struct page *page = swap_cache_find(entry);

	if (!page)
		return;
	free_swap_cache(page);
	put_page(page);
}

static void slot_drop(swp_entry_t entry)
{
	bool only_cached;

	spin_lock(&swap_lock);
	only_cached = !swap_slot_put(entry) && !swap_entries(entry);
	spin_unlock(&swap_lock);
	if (only_cached)
		drop_cached(entry);
}

/*
 * A page that was read afresh belongs to nobody yet: to the area's own anon_vma when no one else
 * has the slot, else to the oldest one that the area may have pages of. All who share the slot have
 * it from a common ancestor, and so a link to that one, too. page_table_lock held.
 */
static void make_anon(struct page *page, const struct fault *fault, swp_entry_t entry)
{
	const struct anon_vma_chain *link = fault->vma->anon_chain;
	const struct anon_vma *owner = fault->vma->anon_vma;

	if (!owner || swap_entries(entry) > 1) {
		while (link->next)
			link = link->next;
		owner = link->anon_vma;
	}
	page->mapping = (struct address_space *)((unsigned long)owner | PAGE_MAPPING_ANON);
	page->index = vma_pgoff(fault->vma, fault->addr);
}

/* Puts the locked page in the place of the entry; false: the entry has changed. */
static bool map_page(const struct fault *fault, struct page *page, swp_entry_t entry)
{
	struct mm_struct *mm = fault->mm;
	bool unchanged;

	spin_lock(&mm->page_table_lock);
	unchanged = fault_unchanged(fault);
	if (unchanged) {
		set_pte(fault->ptep, mk_pte_pfn(page_to_pfn(page), fault->vma->vm_page_prot));
		if (!page_anon_vma(page))
			make_anon(page, fault, entry);
		get_page(page);
		page_add_again(page, mm);
		slot_drop(entry);
		mm->nr_swap--;
	}
	spin_unlock(&mm->page_table_lock);
	return unchanged;
}

/*
 * The page is referenced; `fresh`: this fault has had it read. A write is decided by the next look
 * at the entry, as for any private page.
 */
static int bring_back(const struct fault *fault, struct page *page, swp_entry_t entry, bool fresh)
{
	int err = FAULT_AGAIN;

	lock_page(page);
	if (PageSwapCache(page) && page_swap_entry(page).val == entry.val) {
		if (!PageUptodate(page) && (fresh || !swap_read_alone(page)))
			err = -EIO;
		else if (map_page(fault, page, entry) && !fault->write)
			err = 0;
	}
	/* Others may have dropped their entries while it was being read, and could not lock it. */
	if (PageSwapCache(page) && (!page_mapcount(page) || swap_slot_unwelcome(entry)))
		try_to_free_swap(page);
	unlock_page(page);
	return err;
}

static int slot_fault(const struct fault *fault, swp_entry_t entry)
{
	bool major = false;
	struct page *page = swap_cache_read(entry, &major);
	int err;

	if (!page)
		return FAULT_AGAIN;
	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	if (!major && !page_anon_vma(page))
		swap_readahead_hit();
	err = bring_back(fault, page, entry, major);
	put_page(page);
	fault->info->major |= major;
	fault->info->cause = fault->info->major ? TRACE_CAUSE_SWAP : TRACE_CAUSE_SWAP_CACHE;
	return err;
}

const struct swap_type swap_area_entries = {
	.name = "swap area",
	.dup = slot_dup,
	.drop = slot_drop,
	.fault = slot_fault,
};
