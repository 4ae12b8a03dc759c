/*
 * vm.h - what the address-space files of mm/ share and nobody else sees.
 *
 * Floors, each using only those below it:
 *
 *   mmap munmap brk mprotect madvise dup mm_struct    whole requests
 *   fault anon cow file_fault                         one page each
 *   unmapped_area vma_merge zap                       areas and ranges of pages
 *   vma pagetable area_hint                           one area, one table, one hint
 */
#ifndef MM_VM_H
#define MM_VM_H

#include "kernel/errno.h"
#include "mm/mempolicy.h"
#include "mm/fault.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/mmap.h"

/* The rights among vm_flags; `VM_RIGHTS << 4` are those that mprotect() may turn on. */
#define VM_RIGHTS (VM_READ | VM_WRITE | VM_EXEC)
_Static_assert((VM_READ << 4) == VM_MAYREAD && (VM_WRITE << 4) == VM_MAYWRITE &&
		       (VM_EXEC << 4) == VM_MAYEXEC,
	       "VM_MAY bits are four above the rights");
_Static_assert(PROT_READ == VM_READ && PROT_WRITE == VM_WRITE && PROT_EXEC == VM_EXEC,
	       "PROT and VM rights are the same bits");

/* What an area is made of: everything that must agree for two areas to become one. */
struct area_kind {
	unsigned int flags;
	struct mapped_file *file;
	const struct vm_ops *ops;
	unsigned long pgoff; /* of the first page */
};

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* Page of the file (or of the address space, anonymous) at an address of the area. */
static inline unsigned long vma_pgoff(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* Where other areas must end: a stack keeps a gap below it to grow into. */
static inline unsigned long vma_start_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

/* True when `len` bytes at `start` lie in the user's half, and do not wrap. */
static inline bool user_range_ok(unsigned long start, unsigned long len)
{
	return len <= TASK_SIZE && start <= TASK_SIZE - len;
}

/* vma.c: single areas. mmap_sem held for writing in all but vma_alloc and vma_page_prot. */
void vma_cache_init(void);
/* An area with no place yet, of which only vm_mm is set; NULL when out of memory. */
struct vm_area_struct *vma_alloc(struct mm_struct *mm);
/* Frees an area that vma_link() never saw, or that vma_unlink() took out; not its file. */
void vma_free(struct vm_area_struct *vma);
/* The same with all it holds: close(), its file. May sleep. */
void vma_destroy(struct vm_area_struct *vma);
/* Enters an area behind `prev` (NULL: it is the first): list, tree, file, counters. */
void vma_link(struct vm_area_struct *vma, struct vm_area_struct *prev);
void vma_unlink(struct vm_area_struct *vma);
/*
 * Fork: enters an area behind the last one, in the list only; then, when all are
 * there, vma_build_tree() makes the tree. In between only exit may look at them.
 */
void vma_append(struct vm_area_struct *vma, struct vm_area_struct *last);
void vma_build_tree(struct mm_struct *mm);
/* Makes `to`, fresh, the same area as `from` in the same or another address space. Its file and
 * operations are not told. */
static inline void vma_copy(struct vm_area_struct *to, const struct vm_area_struct *from)
{
	to->vm_start = from->vm_start;
	to->vm_end = from->vm_end;
	to->vm_page_prot = from->vm_page_prot;
	to->vm_flags = from->vm_flags;
	to->vm_pgoff = from->vm_pgoff;
	to->vm_ops = from->vm_ops;
	to->vm_file = from->vm_file;
	to->has_anon = from->has_anon;
}
/* Exit: takes all out at once, without upkeep of the tree; returns them as a list. */
struct vm_area_struct *vma_unlink_all(struct mm_struct *mm);
/* The part of an area from upper->vm_start on becomes `upper`, a copy of it otherwise. */
void vma_cut(struct vm_area_struct *vma, struct vm_area_struct *upper);
/* The reverse: the area behind, which it touches, becomes part of `vma`. */
void vma_absorb(struct vm_area_struct *vma);
/* Moves the ends of a linked area; it may not meet its neighbours. */
void vma_set_bounds(struct vm_area_struct *vma, unsigned long start, unsigned long end);
/*
 * Private pages start read-only, whatever the area allows: the first write
 * decides whether to copy. Shared ones do when their owner must hear of it.
 */
static __always_inline pgprot_t vma_page_prot(unsigned int flags, const struct vm_ops *ops)
{
	const unsigned int shared_write = VM_SHARED | VM_WRITE;

	if (unlikely(!(flags & VM_RIGHTS)))
		return PAGE_NONE;
	if ((flags & shared_write) == shared_write && ops && !ops->page_mkwrite)
		return PAGE_SHARED;
	return PAGE_READONLY;
}

/* vma_merge.c */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev,
				     unsigned long start, unsigned long end,
				     const struct area_kind *kind);
bool vma_merge_next(struct vm_area_struct *vma);
void vma_split(struct vm_area_struct *vma, unsigned long addr, struct vm_area_struct *upper);

/* unmapped_area.c: where `len` bytes fit; an address, or ERR_PTR values in the same word. */
unsigned long get_unmapped_area(struct mm_struct *mm, unsigned long hint, unsigned long len);

/* mmap.c: maps [start, end) whatever is there now; takes over the reference on kind->file. */
int map_region(struct mm_struct *mm, unsigned long start, unsigned long end,
	       const struct area_kind *kind);

/* mprotect.c: turns flags off and on in all areas of a range: 0, -ENOMEM or -EACCES, nothing
 * changed. */
int change_area_flags(struct mm_struct *mm, unsigned long start, unsigned long end,
		      unsigned int clear, unsigned int set);

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

/* Counts that go with an entry. page_table_lock held. */
static inline void page_map_one(struct page *page)
{
	atomic_inc(&page->_mapcount);
}

static inline void page_unmap_one(struct page *page)
{
	BUG_ON(page_mapcount(page) <= 0);
	atomic_dec(&page->_mapcount);
}

/* File pages carry their mapping; anonymous ones have none. */
static inline unsigned long *rss_counter(struct mm_struct *mm, const struct page *page)
{
	return page->mapping ? &mm->rss_file : &mm->rss_anon;
}

/*
 * zap.c: taking pages and tables away. Pages whose entries are gone collect
 * here until the TLB has forgotten them; only then may they be freed.
 */
#define GATHER_PAGES 64

struct mmu_gather {
	struct mm_struct *mm;
	bool whole_mm;		  /* nobody runs in it any more: no flush before the last */
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

/* area_hint.c: tells the plugin; silent when the address space has no owner yet. */
void area_hint(enum trace_vma_event event, const struct vm_area_struct *vma);
/* vma_name(), or "[anon]" where that is empty: what a recording calls the area. */
extern const char anon_label[];
static inline const char *area_label(const struct vm_area_struct *vma)
{
	const struct mm_struct *mm = vma->vm_mm;

	if (vma->vm_file)
		return vma->vm_file->path;
	if (vma->vm_start < mm->brk && vma->vm_end > mm->start_brk)
		return "[heap]";
	if (vma->vm_start <= mm->start_stack && vma->vm_end >= mm->start_stack)
		return "[stack]";
	return anon_label;
}

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
/* A reference on the page of fault->entry, or NULL if the entry is no longer that. */
struct page *fault_hold_page(const struct fault *fault);
/* Faults a range in as MAP_POPULATE does; failures are left to the later access. */
void populate_range(struct mm_struct *mm, unsigned long start, unsigned long end);

/* filemap.c and its neighbours. */
int add_to_page_cache(struct page *page, struct address_space *mapping, unsigned long index);
void remove_from_page_cache(struct page *page);
/* Forgets that a page is dirty (flag, tag, count); page locked. True if it was. */
bool clear_page_dirty(struct page *page);
/* Brings a locked page up to date: 0 or -EIO. */
int fill_page(struct address_space *mapping, struct page *page);
/* Pages of the file, the last one perhaps in part. */
static inline unsigned long mapping_pages(const struct address_space *mapping)
{
	return (unsigned long)((mapping->size + (loff_t)PAGE_SIZE - 1) >> PAGE_SHIFT);
}
/* Takes the pages from `first` on out of every area that maps the file. */
void unmap_mapping_pages(struct address_space *mapping, unsigned long first);
/* Zeroes bytes [from, PAGE_SIZE) of a page. */
void zero_page_tail(struct page *page, unsigned int from);
int filemap_fault(struct vm_area_struct *vma, struct vm_fault *vmf);
unsigned int filemap_map_pages(struct vm_area_struct *vma, unsigned long pgoff, unsigned int count,
			       struct page **pages);

/* file_rw.c */
void filemap_rw_init(void);

/* shmem.c: memory that processes share and no file backs. */
struct mapped_file *shmem_create(unsigned long size);
extern const struct vm_ops shmem_vm_ops;
bool mapping_is_shmem(const struct address_space *mapping);
void shmem_init(void);

#endif
