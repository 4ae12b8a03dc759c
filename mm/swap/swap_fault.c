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

/* The fault writes, and nobody else has the page or its slot: it needs no copy. page_table_lock
 * held. */
static bool takes_over(const struct fault *fault, const struct page *page, swp_entry_t entry)
{
	return fault->write && swap_entries(entry) == 1 && !page_mapcount(page) &&
	       page_count(page) == 2 && !PageWriteback(page);
}

/* The entry of the locked page becomes one that maps it, which has a reference. page_table_lock
 * held. */
static void replace_entry(const struct fault *fault, struct page *page, swp_entry_t entry,
			  bool writable)
{
	struct mm_struct *mm = fault->mm;

	get_page(page);
	set_pte(fault->ptep, writable ? mk_writable_pte(page, fault->vma)
				      : mk_pte_pfn(page_to_pfn(page), fault->vma->vm_page_prot));
	page_add_again(page, mm);
	mm->nr_swap--;
	spin_lock(&swap_lock);
	swap_slot_put(entry); /* it has the page still */
	spin_unlock(&swap_lock);
}

/* What has become of an entry. */
enum mapped {
	MAP_CHANGED, /* it was another one */
	MAP_READONLY,
	MAP_WRITABLE
};

/* Puts the locked page in the place of the entry. */
static enum mapped map_page(const struct fault *fault, struct page *page, swp_entry_t entry)
{
	struct mm_struct *mm = fault->mm;
	enum mapped mapped = MAP_CHANGED;

	spin_lock(&mm->page_table_lock);
	if (fault_unchanged(fault)) {
		mapped = takes_over(fault, page, entry) ? MAP_WRITABLE : MAP_READONLY;
		if (!page_anon_vma(page))
			make_anon(page, fault, entry);
		else if (mapped == MAP_WRITABLE)
			page_move_anon(page, fault->vma);
		replace_entry(fault, page, entry, mapped == MAP_WRITABLE);
		/* The slot is no longer that of what will be written. */
		if (mapped == MAP_WRITABLE)
			try_to_free_swap(page);
	}
	spin_unlock(&mm->page_table_lock);
	return mapped;
}

/*
 * Others may have dropped their entries while the page was being read, and could not lock it. Its
 * slot may be another one by now than the fault came for, which may not even exist any more. Page
 * locked.
 */
static void drop_useless_slot(struct page *page)
{
	if (PageSwapCache(page) &&
	    (!page_mapcount(page) || swap_slot_unwelcome(page_swap_entry(page))))
		try_to_free_swap(page);
}

/*
 * The page is referenced; `fresh`: this fault has had it read. A write to a page that others have,
 * too, is decided by the next look at the entry.
 */
static int bring_back(const struct fault *fault, struct page *page, swp_entry_t entry, bool fresh)
{
	enum mapped mapped;
	int err = lock_page_killable(page);

	if (err)
		return err;
	err = FAULT_AGAIN;
	if (PageSwapCache(page) && page_swap_entry(page).val == entry.val) {
		if (!PageUptodate(page) && (fresh || !swap_read_alone(page))) {
			err = -EIO;
		} else {
			mapped = map_page(fault, page, entry);
			if (mapped == MAP_WRITABLE || (mapped == MAP_READONLY && !fault->write))
				err = 0;
		}
	}
	drop_useless_slot(page);
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
