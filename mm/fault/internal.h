/* internal.h - one fault, page tables and how they are taken away. */
#ifndef MM_FAULT_INTERNAL_H
#define MM_FAULT_INTERNAL_H

#include "kernel/errno.h"
#include "kernel/wait.h"
#include "mm/fault.h"
#include "mm/gfp.h"
#include "mm/mempolicy.h"
#include "mm/mmap.h"
#include "mm/swap_entry.h"
#include "fault/rmap.h"

/* pagetable.c: user page tables. */
/* The entry for addr, or NULL when it has no table. */
static inline pte_t *user_pte(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm->pgd, addr);

	return pgd_present(*pgd) ? pte_offset(pgd, addr) : NULL;
}
bool user_table_alloc(struct mm_struct *mm, pgd_t *pgd);
/* The same, the table made when missing: NULL when out of memory. May sleep. */
static inline pte_t *user_pte_alloc(struct mm_struct *mm, unsigned long addr)
{
	pgd_t *pgd = pgd_offset(mm->pgd, addr);

	if (unlikely(!pgd_present(*pgd)) && !user_table_alloc(mm, pgd))
		return NULL;
	return pte_offset(pgd, addr);
}

/* End of the piece of [addr, end) that one page table holds. */
static inline unsigned long table_end(unsigned long addr, unsigned long end)
{
	unsigned long next = (addr & PGDIR_MASK) + PGDIR_SIZE;

	return next < end ? next : end;
}

/* Walks of page tables give way to others after so much. */
#define WALK_STEP (PAGES_PER_TURN * PAGE_SIZE)

/* End of the piece of [addr, end) that one page table holds and one step does. */
static inline unsigned long step_end(unsigned long addr, unsigned long end)
{
	unsigned long next = (addr & ~(WALK_STEP - 1)) + WALK_STEP;

	return next < end ? next : end;
}

/*
 * zap.c: taking pages and tables away. Pages whose entries are gone collect
 * here until the TLB has forgotten them; only then may they be freed.
 */
#define GATHER_PAGES 64

struct mmu_gather {
	struct mm_struct *mm;
	bool whole_mm;		  /* nobody runs in it any more: no flush before the last */
	bool atomic;		  /* the caller holds a spinlock: never give way */
	unsigned long start, end; /* what the next flush must cover; empty: start > end */
	unsigned int nr;
	struct page *pages[GATHER_PAGES];
};

void gather_begin(struct mmu_gather *gather, struct mm_struct *mm, bool whole_mm);
/* Flushes the TLB, then frees what was collected. */
void gather_end(struct mmu_gather *gather);
/* Drops every page of [start, end). */
void zap_range(struct mmu_gather *gather, unsigned long start, unsigned long end);
/*
 * Frees the tables that [start, end) used and that no area between `floor` and
 * `ceiling` (ends of the neighbours) needs.
 */
void free_tables(struct mmu_gather *gather, unsigned long start, unsigned long end,
		 unsigned long floor, unsigned long ceiling);

/*
 * One fault being resolved. Filled in by the decider (fault.c), read by the
 * answers; only `info` is written by them. `addr` is the first byte of the page.
 */
struct fault {
	struct mm_struct *mm;
	struct vm_area_struct *vma;
	unsigned long addr;
	bool write;
	pte_t *ptep;
	pte_t entry; /* as the decider saw it */
	struct fault_info *info;
};

/* An answer's result besides 0 and -errno: somebody changed the entry meanwhile, look again. */
#define FAULT_AGAIN 1

/* The entry is still what the decider saw. page_table_lock held. */
static inline bool fault_unchanged(const struct fault *fault)
{
	return fault->ptep->pte == fault->entry.pte;
}

extern pfn_t zero_pfn;

/* swap_entry.c: entries that are neither empty nor a page; is_swap_pte(). */
int fault_swap_entry(const struct fault *fault);
/* One more table has the entry, one of `mm` / one less. page_table_lock held. */
void swap_entry_dup(struct mm_struct *mm, pte_t pte);
void swap_entry_drop(struct mm_struct *mm, pte_t pte);
/* Panics when nobody owns the entry. */
void swap_entry_check(pte_t pte);

/* The entry for addr if it maps the page, or NULL. page_table_lock held. */
static inline pte_t *page_entry(const struct page *page, struct mm_struct *mm, unsigned long addr)
{
	pte_t *ptep = user_pte(mm, addr);

	return ptep && pte_mapped(*ptep) && pte_pfn(*ptep) == page_to_pfn(page) ? ptep : NULL;
}

/* anon.c, cow.c, file_fault.c: the other answers. 0, FAULT_AGAIN or -errno. May sleep. */
int fault_anon_read(const struct fault *fault);
int fault_anon_write(const struct fault *fault);
int fault_cow(const struct fault *fault);
int fault_file_read(const struct fault *fault);
int fault_file_cow(const struct fault *fault);
int fault_shared_write(const struct fault *fault);
int fault_shared_upgrade(const struct fault *fault);
/* An entry for a page that may be written at once. */
static inline pte_t mk_writable_pte(struct page *page, const struct vm_area_struct *vma)
{
	return pte_mkdirty(pte_mkwrite(mk_pte_pfn(page_to_pfn(page), vma->vm_page_prot)));
}
/* A fresh page for page_add_anon() in the area; NULL when out of memory. May sleep. */
static __always_inline struct page *alloc_anon_page(struct vm_area_struct *vma)
{
	struct page *page = alloc_user_page(GFP_HIGHUSER_MOVABLE);

	if (likely(page) && unlikely(anon_vma_prepare(vma))) {
		put_page(page);
		page = NULL;
	}
	return page;
}
/* A reference on the page of fault->entry, or NULL if the entry is no longer that. */
struct page *fault_hold_page(const struct fault *fault);
/* Faults a range in as MAP_POPULATE does; failures are left to the later access. */
int populate_range(struct mm_struct *mm, unsigned long start, unsigned long end);

/*
 * mlock.c: the page joins the unevictable list; those of [start, end) that are mapped, too, in
 * areas with VM_LOCKED. Neither sleeps with a lock held; the second gives way: mmap_sem held.
 */
void mlock_page(struct page *page);
void mlock_present(struct mm_struct *mm, unsigned long start, unsigned long end);
/* The locks of pages in [start, end) end, or have ended: those that no other area wants locked
 * leave the list. mmap_sem held for writing; may sleep. */
void munlock_pages(struct mm_struct *mm, unsigned long start, unsigned long end);
/* The same for a page that a locked area has just lost. Page referenced; may sleep. */
void munlock_left_page(struct page *page);

#endif
