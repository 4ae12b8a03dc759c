/*
 * unmap.c - taking one page out of all page tables that map it, and putting it, or its
 * successor, back.
 *
 *   mapped     try_to_unmap(TTU_MIGRATION)    on its way      remove_migration_ptes()    mapped
 *   entry ─> old page ──────────────> migration entry: the old  ──────────────> entry ─> new page
 *                                     page's frame, accessed, dirty
 *
 * A migration entry is one of four swap types: what the accessed and the dirty bit were is in the
 * type, the frame is the offset. The old page is locked as long as there are such entries, so who
 * faults on one waits for that lock (without a reference, which would keep the page from
 * moving) and tries again. Fork copies such an entry and munmap drops it like any; the one who
 * moves the page finds what is left. It comes back with the rights that its area has by then, a
 * private page without write permission: the first write to it decides anew (cow_reuse, mostly).
 *
 * With TTU_SWAP it is the swap slot in page->private that takes the place of an anonymous page,
 * and nothing that of a file's.
 */
#include "arch/tlb.h"
#include "cache/internal.h"
#include "mm/reclaim_trace.h"
#include "mm/rmap.h"
#include "page/internal.h"
#include "internal.h"

static bool is_migration_of(pte_t entry, const struct page *page)
{
	swp_entry_t swap = pte_to_swp_entry(entry);

	return is_swap_pte(entry) && swp_type(swap) >= SWP_MIGRATION &&
	       swp_offset(swap) == page_to_pfn(page);
}

static pte_t migration_pte(const struct page *page, pte_t entry)
{
	unsigned int type = SWP_MIGRATION;

	if (pte_young(entry))
		type |= SWP_MIGRATION_YOUNG;
	if (pte_dirty(entry))
		type |= SWP_MIGRATION_DIRTY;
	return swp_entry_to_pte(swp_entry(type, page_to_pfn(page)));
}

/* The entry of the page in the area's tables once more, from what the migration entry kept. */
static pte_t restored_pte(const struct page *page, const struct vm_area_struct *vma, pte_t kept)
{
	pte_t entry = mk_pte_pfn(page_to_pfn(page), vma->vm_page_prot);
	unsigned int type = swp_type(pte_to_swp_entry(kept));

	/* That a file's page is dirty is marked on the page. */
	if ((type & SWP_MIGRATION_DIRTY) && PageAnon(page))
		entry = pte_mkdirty(entry);
	return type & SWP_MIGRATION_YOUNG ? entry : pte_mkold(entry);
}

struct unmap {
	enum ttu ttu;
	enum unmap_result result;
};

/* What the entry says of the page's contents must not be lost with it. */
static void keep_dirty(struct page *page, enum ttu ttu)
{
	if (!PageAnon(page))
		page_note_dirty_pte(page);
	else if (ttu == TTU_SWAP)
		SetPageDirty(page);
}

static pte_t replacement(const struct page *page, struct mm_struct *mm, enum ttu ttu, pte_t entry)
{
	pte_t swap = {page->private};

	if (ttu == TTU_MIGRATION)
		return migration_pte(page, entry);
	if (!PageAnon(page))
		return (pte_t){0};
	swap_entry_dup(mm, swap);
	return swap;
}

/* page_table_lock held. */
static void unmap_entry(struct page *page, struct mm_struct *mm, unsigned long addr, pte_t *ptep,
			enum ttu ttu)
{
	struct rss_count gone = {0};
	pte_t entry = ptep_get_and_clear(ptep);

	reclaim_saw_mapper(page, mm->owner_tgid, addr);
	set_pte(ptep, replacement(page, mm, ttu, entry));
	tlb_flush_page(mm, addr);
	if (pte_dirty(entry))
		keep_dirty(page, ttu);
	mm->hiwater_rss = mm_rss_peak(mm);
	page_remove_mapped(page, &gone);
	rss_sub(mm, &gone);
	put_single_page(page);
}

static bool unmap_one(struct page *page, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	struct mm_struct *mm = vma->vm_mm;
	struct unmap *unmap = arg;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = page_entry(page, mm, addr);
	if (ptep && unmap->ttu == TTU_SWAP && (vma->vm_flags & VM_LOCKED))
		unmap->result = UNMAP_MLOCK;
	else if (ptep)
		unmap_entry(page, mm, addr, ptep, unmap->ttu);
	spin_unlock(&mm->page_table_lock);
	return unmap->result == UNMAP_DONE && page_mapcount(page);
}

enum unmap_result try_to_unmap(struct page *page, enum ttu ttu)
{
	struct unmap unmap = {ttu, UNMAP_DONE};

	if (page_mapcount(page))
		rmap_walk(page, unmap_one, &unmap);
	if (unmap.result == UNMAP_DONE && page_mapcount(page))
		bad_page(page, "is mapped where its reverse map does not lead");
	return unmap.result;
}

struct restore {
	const struct page *from;
};

static bool restore_one(struct page *to, struct vm_area_struct *vma, unsigned long addr, void *arg)
{
	const struct restore *restore = arg;
	struct mm_struct *mm = vma->vm_mm;
	pte_t *ptep;

	spin_lock(&mm->page_table_lock);
	ptep = user_pte(mm, addr);
	if (ptep && is_migration_of(*ptep, restore->from)) {
		get_page(to);
		set_pte(ptep, restored_pte(to, vma, *ptep));
		page_add_again(to, mm);
	}
	spin_unlock(&mm->page_table_lock);
	return true;
}

void remove_migration_ptes(const struct page *from, struct page *to)
{
	struct restore restore = {from};

	BUG_ON(!PageLocked(from));
	rmap_walk(to, restore_one, &restore);
}

struct anon_vma *page_get_anon_vma(const struct page *page)
{
	if (!PageAnon(page) || !page_mapcount(page))
		return NULL;
	get_anon_vma(page_anon_vma(page));
	return page_anon_vma(page);
}

/* True when the entry is no longer what the fault met; else a word is left that somebody waits. */
static bool entry_changed(const struct fault *fault, struct page *page)
{
	struct mm_struct *mm = fault->mm;
	bool unchanged;

	spin_lock(&mm->page_table_lock);
	unchanged = fault_unchanged(fault);
	if (unchanged)
		SetPageWaiters(page); /* it is locked: there is the entry */
	spin_unlock(&mm->page_table_lock);
	return !unchanged;
}

static int fault_migration(const struct fault *fault, swp_entry_t entry)
{
	struct page *page = pfn_to_page(swp_offset(entry));

	wait_event(*page_wait_queue(page), entry_changed(fault, page));
	fault->info->cause = TRACE_CAUSE_MIGRATION;
	return 0;
}

/* No count depends on how many tables have the entry. */
static void nothing_to_count(swp_entry_t entry)
{
	(void)entry;
}

static const struct swap_type migration_type = {
	.name = "migration",
	.dup = nothing_to_count,
	.drop = nothing_to_count,
	.fault = fault_migration,
};

void migration_init(void)
{
	for (unsigned int type = SWP_MIGRATION; type < MAX_SWAP_TYPES; type++)
		if (register_swap_type(type, &migration_type))
			panic("swap type %u of migration has an owner", type);
}
