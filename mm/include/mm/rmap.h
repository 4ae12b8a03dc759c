/*
 * rmap.h - from a page to the page-table entries that map it: fault/rmap_walk.c and
 * fault/unmap.c tell how.
 *
 * All want the page locked, and a reference of the caller's. None sleeps; they take i_mmap_lock or
 * anon_vma_lock, and under it the page_table_lock of one address space after the other. An area
 * in one of those trees cannot go away while its lock is held, nor can its address space.
 */
#ifndef MM_RMAP_H
#define MM_RMAP_H

#include "mm/mm.h"
#include "mm/page.h"

/*
 * Called for an area that may map the page, and the address where it would lie there; looks at the
 * entry itself. False: enough, the walk ends.
 */
typedef bool (*rmap_one_t)(struct page *page, struct vm_area_struct *vma, unsigned long addr,
			   void *arg);

/*
 * Visits every area that may map the page, each once. A page that no entry maps any more is looked
 * for, too; an anonymous one then needs its anon_vma held (get_anon_vma()).
 */
void rmap_walk(struct page *page, rmap_one_t one, void *arg);

/*
 * How many entries of the page had the accessed bit, which is cleared in all of them, and their
 * translations dropped, so that the next use sets it again. *vm_flags: those of all areas that map
 * the page, or-ed.
 */
unsigned int page_referenced(struct page *page, unsigned int *vm_flags);

/*
 * Takes write permission and the dirty bit from all entries in shared areas of the page's file: the
 * next write faults. How many had one of the two.
 */
unsigned int page_mkclean(struct page *page);

enum ttu {
	TTU_MIGRATION, /* a migration entry takes the place of each */
	/* Anonymous: an entry for the swap slot in page->private (a swp_entry_t's val), whose owner
	 * is told of each (dup). A file's page: nothing, the cache has it. */
	TTU_SWAP,
};

enum unmap_result {
	UNMAP_DONE,  /* no entry maps the page any more */
	UNMAP_MLOCK, /* TTU_SWAP: an area with VM_LOCKED maps it; some entries may be gone */
};

/*
 * Takes the page out of all page tables. What the entries knew stays known: a dirty file's page is
 * marked so, an anonymous one's bits are in its migration entries, or it is marked
 * (TTU_SWAP). Their references and counts go; the caller's reference must not be the last.
 */
enum unmap_result __must_check try_to_unmap(struct page *page, enum ttu ttu);

/*
 * Puts `to` in the place of each migration entry of `from`, which may be the same page. Both
 * locked; `to` has mapping and index. An anonymous page's anon_vma must have been held since before
 * try_to_unmap().
 */
void remove_migration_ptes(const struct page *from, struct page *to);

/* A page of locked areas is back in their tables, or was to be: those that were unlocked meanwhile
 * did not find it there. Page locked. */
void munlock_moved_page(struct page *page);

/* One reference more or less on the anon_vma of a page / of NULL (nothing happens). */
struct anon_vma *page_get_anon_vma(const struct page *page);
void put_anon_vma(struct anon_vma *anon_vma);

void migration_init(void);

/*
 * For tests: goes through the page tables of all address spaces, and panics unless the walk from
 * each mapped page finds each of its entries exactly once, and as many as its mapcount says. Does
 * not sleep. Returns the number of entries.
 */
unsigned long rmap_validate(void);

#endif
