/*
 * rmap.h - a page enters and leaves page tables: the one place where page->mapping
 * becomes an anonymous page's, and where _mapcount, the mm's rss and the zone's counts of
 * mapped pages (the first and the last entry of a page) change.
 *
 *   page_add_anon       a fresh page of one process: marked anonymous, with its place
 *   page_add_file       a page of the page cache
 *   page_dup_mapped     fork: one more entry for whatever it is
 *   page_remove_mapped  one entry less
 *   page_add_again      one that was taken out for a while (unmap.c)
 *
 * An anonymous page stays marked until it is freed: without entries somebody may still hold
 * it. All are called with page_table_lock held, next to the change of the entry; the
 * entry's reference on the page is the caller's business.
 */
#ifndef MM_FAULT_RMAP_H
#define MM_FAULT_RMAP_H

#include "area/internal.h"
#include "mm/mm.h"
#include "mm/swap.h"
#include "mm/vmstat.h"
#include "reclaim/lru.h"

/* Pages that a walk mapped or unmapped, by kind: added to the mm's counters once, at its end. */
struct rss_count {
	unsigned long anon, file, shmem;
};

static inline void rss_add(struct mm_struct *mm, const struct rss_count *count)
{
	mm->rss_anon += count->anon;
	mm->rss_file += count->file;
	mm->rss_shmem += count->shmem;
}

static inline void rss_sub(struct mm_struct *mm, const struct rss_count *count)
{
	mm->rss_anon -= count->anon;
	mm->rss_file -= count->file;
	mm->rss_shmem -= count->shmem;
}

/* True when the page is anonymous. */
static __always_inline bool rss_note(struct rss_count *count, const struct page *page)
{
	if (likely(PageAnon(page))) {
		count->anon++;
		return true;
	}
	if (mapping_is_shmem(page->mapping))
		count->shmem++;
	else
		count->file++;
	return false;
}

/*
 * Page `addr` of the area is `page` from now on, which no table maps yet. page->index is where it
 * lies in the area's file, or in the address space when the area has none (vma_pgoff()). The area
 * has an anon_vma: anon_vma_prepare().
 */
static __always_inline void page_add_anon(struct page *page, struct vm_area_struct *vma,
					  unsigned long addr)
{
	struct zone *zone = page_zone(page);

	page->mapping = (struct address_space *)((unsigned long)vma->anon_vma | PAGE_MAPPING_ANON);
	page->index = vma_pgoff(vma, addr);
	atomic_set(&page->_mapcount, 0);
	mod_zone_page_state(zone, NR_ANON_PAGES, 1);
	vma->vm_mm->rss_anon++;
	lru_add_new(page, zone, true);
}

/*
 * The page has no other entry than one of the area: its anon_vma is the area's own from now on, if
 * it has one, so that the page is not looked for at relatives any more.
 */
static __always_inline void page_move_anon(struct page *page, const struct vm_area_struct *vma)
{
	if (vma->anon_vma)
		page->mapping =
			(struct address_space *)((unsigned long)vma->anon_vma | PAGE_MAPPING_ANON);
}

/* A page that was taken out of the tables for a while has one more entry again. */
static inline void page_add_again(struct page *page, struct mm_struct *mm)
{
	struct rss_count count = {0};

	if (atomic_add_return(1, &page->_mapcount) == 0)
		inc_zone_page_state(page, PageAnon(page) ? NR_ANON_PAGES : NR_FILE_MAPPED);
	rss_note(&count, page);
	rss_add(mm, &count);
}

/* The rss is the caller's: rss_add_file(), once for all pages of a mapping. */
static __always_inline void page_add_file(struct page *page)
{
	if (atomic_add_return(1, &page->_mapcount) == 0)
		inc_zone_page_state(page, NR_FILE_MAPPED);
}

static __always_inline void rss_add_file(struct mm_struct *mm, const struct address_space *mapping,
					 unsigned long pages)
{
	*(mapping_is_shmem(mapping) ? &mm->rss_shmem : &mm->rss_file) += pages;
}

static __always_inline void page_dup_mapped(struct page *page, struct rss_count *count)
{
	get_page(page);
	atomic_inc(&page->_mapcount);
	rss_note(count, page);
}

/*
 * One entry of the page less; with the last one its place in the swap cache goes, unless somebody
 * is at it. The entry's reference stays the caller's. True when the page was anonymous.
 */
static __always_inline bool page_remove_mapped(struct page *page, struct rss_count *count)
{
	if (page_mapcount(page) <= 1) {
		BUG_ON(page_mapcount(page) <= 0);
		dec_zone_page_state(page, PageAnon(page) ? NR_ANON_PAGES : NR_FILE_MAPPED);
		atomic_dec(&page->_mapcount);
		if (unlikely(PageSwapCache(page)))
			free_swap_cache(page);
	} else {
		atomic_dec(&page->_mapcount);
	}
	return rss_note(count, page);
}

#endif
