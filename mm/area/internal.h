/*
 * internal.h - areas and address spaces, as the other rooms of mm/ see them.
 *
 * Floors of area/ and fault/, each using only those below it:
 *
 *   mmap munmap brk mprotect madvise dup mm_struct    whole requests
 *   fault anon cow file_fault                         one page each
 *   unmapped_area vma_merge zap swap_entry            areas, ranges of pages, entries
 *   vma anon_vma interval_tree pagetable area_hint    one area, one table, one hint
 */
#ifndef MM_AREA_INTERNAL_H
#define MM_AREA_INTERNAL_H

#include "kernel/errno.h"
#include "kernel/wait.h"
#include "mm/mempolicy.h"
#include "mm/filemap.h"
#include "mm/gfp.h"
#include "mm/mmap.h"
#include "mm/overcommit.h"
#include "mm/vmstat.h"
#include "area/anon_vma.h"

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

/*
 * How many areas a walk over all of them does between two looks whether others want to run; fewer
 * where it lets go of their files.
 */
#define AREAS_PER_TURN 64
#define FILES_PER_TURN 4

/* ... and how many pages, where it walks them too: one step of those walks (fault/internal.h). */
#define PAGES_PER_TURN 256

static inline unsigned long vma_pages(const struct vm_area_struct *vma)
{
	return (vma->vm_end - vma->vm_start) >> PAGE_SHIFT;
}

/* Of a walk over areas that has done one: others may run after each AREAS_PER_TURN, with which
 * `left` begins. */
static __always_inline void area_done(unsigned int *left)
{
	if (likely(--*left))
		return;
	*left = AREAS_PER_TURN;
	cond_resched();
}

/*
 * Of a walk over areas and their pages that is about to do this one: should others run first?
 * `pages` is what it has done since they could. In an area that is longer than a step the walk
 * gives way by itself, but not behind the last one.
 */
static inline bool turn_is_over(unsigned long *pages, const struct vm_area_struct *vma)
{
	*pages += vma_pages(vma);
	if (*pages <= PAGES_PER_TURN)
		return false;
	*pages = vma_pages(vma);
	return true;
}

/* Page of the file (or of the address space, anonymous) at an address of the area. */
static inline unsigned long vma_pgoff(const struct vm_area_struct *vma, unsigned long addr)
{
	return vma->vm_pgoff + ((addr - vma->vm_start) >> PAGE_SHIFT);
}

/* The area whose node of the tree it is. */
static inline struct vm_area_struct *node_area(const struct rb_node *node)
{
	return rb_entry(node, struct vm_area_struct, vm_rb);
}

/* Where other areas must end: a stack keeps a gap below it to grow into. */
static inline unsigned long vma_start_gap(const struct vm_area_struct *vma)
{
	if (!(vma->vm_flags & VM_GROWSDOWN))
		return vma->vm_start;
	return vma->vm_start > STACK_GUARD_GAP ? vma->vm_start - STACK_GUARD_GAP : 0;
}

/* Private memory that its process may write: what RLIMIT_DATA limits. */
static inline bool is_data_mapping(unsigned int vm_flags)
{
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_GROWSDOWN)) == VM_WRITE;
}

/* Does RLIMIT_DATA allow so many more pages of such memory? */
static inline bool may_expand_data(const struct mm_struct *mm, unsigned long pages)
{
	return mm->data_vm + pages <= mm->data_limit >> PAGE_SHIFT;
}

/* Do the limits of the address space allow so many more pages of areas with these flags? */
static inline bool may_expand_vm(const struct mm_struct *mm, unsigned int vm_flags,
				 unsigned long pages)
{
	if (mm->total_vm + pages > mm->as_limit >> PAGE_SHIFT)
		return false;
	return !is_data_mapping(vm_flags) || may_expand_data(mm, pages);
}

/* Does RLIMIT_MEMLOCK allow `len` more bytes of areas with these flags? */
static inline bool may_lock_more(const struct mm_struct *mm, unsigned int vm_flags,
				 unsigned long len)
{
	return !(vm_flags & VM_LOCKED) ||
	       mm->locked_vm + (len >> PAGE_SHIFT) <= mm->lock_limit >> PAGE_SHIFT;
}

/* mlock.c: areas and pages of [start, end) are about to go, and are locked no more. mmap_sem held
 * for writing; may sleep. */
void munlock_range(struct mm_struct *mm, unsigned long start, unsigned long end);
/* Pages of [start, end) are on the unevictable list, or not, as their areas say now. mmap_sem held
 * for writing; may sleep. */
void mlock_by_areas(struct mm_struct *mm, unsigned long start, unsigned long end);

/* True when `len` bytes at `start` lie in the user's half, and do not wrap. */
static inline bool user_range_ok(unsigned long start, unsigned long len)
{
	return len <= TASK_SIZE && start <= TASK_SIZE - len;
}

/* Each page of a new area with these flags may come to need a frame of its own: VM_ACCOUNT. */
static inline bool accountable(unsigned int vm_flags)
{
	return (vm_flags & (VM_WRITE | VM_SHARED | VM_NORESERVE)) == VM_WRITE;
}
/* vma.c: Committed_AS and the address space's part of it change by `pages`; mm NULL: shmem.c. */
extern unsigned long committed_pages;
static inline void account_committed(struct mm_struct *mm, long pages)
{
	committed_pages += (unsigned long)pages;
	if (mm)
		mm->committed_vm += (unsigned long)pages;
}

/* vma.c: single areas. mmap_sem held for writing in all but vma_alloc and vma_page_prot. */
void vma_cache_init(void);
/* An area with no place yet, of which only vm_mm is set; NULL when out of memory. */
struct vm_area_struct *vma_alloc(struct mm_struct *mm);
/* The same for vma_split() of `vma`. May sleep. */
struct vm_area_struct *vma_alloc_upper(struct vm_area_struct *vma);
/* Frees an area that vma_link() never saw, or that vma_unlink() took out; not its file. */
void vma_free(struct vm_area_struct *vma);
/* The same with all it holds: close(), its file. May sleep. */
void vma_destroy(struct vm_area_struct *vma);
/* Enters an area behind `prev` (NULL: it is the first): list, tree, file, counters. */
void vma_link(struct vm_area_struct *vma, struct vm_area_struct *prev);
void vma_unlink(struct vm_area_struct *vma);
/*
 * Fork: enters the copy of `old` behind the last one, in the list only; then, when all are
 * there, vma_build_tree() makes the tree. In between only exit may look at them.
 */
void vma_append(struct vm_area_struct *vma, struct vm_area_struct *last,
		struct vm_area_struct *old);
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

/*
 * interval_tree.c: page ranges [node->first, node->last]. A node in the tree changes its last
 * page only, through interval_node_set_last(). Changers and readers hold the tree's lock.
 */
void interval_node_insert(struct rb_root *root, struct interval_node *node);
/* The same for a fork's copy of `like`, which is in the tree: its pages are the same. */
void interval_node_insert_copy(struct rb_root *root, struct interval_node *node,
			       struct interval_node *like);
void interval_node_remove(struct rb_root *root, struct interval_node *node);
void interval_node_set_last(struct interval_node *node, unsigned long last);
/* The ranges that hold any of pages [first, last]: the first one, the next one; NULL. */
struct interval_node *interval_node_first(const struct rb_root *root, unsigned long first,
					  unsigned long last);
struct interval_node *interval_node_next(struct interval_node *node, unsigned long first,
					 unsigned long last);

/* Sets, for a tree that it is not in, the pages that the area maps, by vm_pgoff. */
static inline void vma_interval(struct interval_node *node, const struct vm_area_struct *vma)
{
	node->first = vma->vm_pgoff;
	node->last = vma->vm_pgoff + vma_pages(vma) - 1;
}

/*
 * The areas of a file (root: mapping->i_mmap), by the pages they map; i_mmap_lock held. No area in
 * the tree may change its bounds otherwise than so: vm_start and vm_pgoff while it is out, or
 * vm_end, followed by interval_end_changed().
 */
static inline struct vm_area_struct *shared_area(struct interval_node *node)
{
	return node ? container_of(node, struct vm_area_struct, shared) : NULL;
}

static inline void interval_insert(struct rb_root *root, struct vm_area_struct *vma)
{
	vma_interval(&vma->shared, vma);
	interval_node_insert(root, &vma->shared);
}

static inline void interval_remove(struct rb_root *root, struct vm_area_struct *vma)
{
	interval_node_remove(root, &vma->shared);
}

static inline void interval_end_changed(struct vm_area_struct *vma)
{
	interval_node_set_last(&vma->shared, vma->vm_pgoff + vma_pages(vma) - 1);
}

/* The areas that map any of pages [first, last]: the first one, the next one; NULL. */
static inline struct vm_area_struct *interval_first(const struct rb_root *root, unsigned long first,
						    unsigned long last)
{
	return shared_area(interval_node_first(root, first, last));
}

static inline struct vm_area_struct *interval_next(struct vm_area_struct *vma, unsigned long first,
						   unsigned long last)
{
	return shared_area(interval_node_next(&vma->shared, first, last));
}

#define for_each_area_of(vma, root, first, last)                   \
	for (vma = interval_first(root, first, last); vma != NULL; \
	     vma = interval_next(vma, first, last))

/* vma_merge.c */
struct vm_area_struct *vma_merge_new(struct mm_struct *mm, struct vm_area_struct *prev,
				     unsigned long start, unsigned long end,
				     const struct area_kind *kind);
/* vma_merge_next() of two areas that touch, with equal flags. */
bool __vma_merge_next(struct vm_area_struct *vma);
/**
 * vma_merge_next() - joins an area with the one behind it, if they touch and are of one kind.
 *
 * Returns true when the one behind is gone, which the plugin has been told; that this one has grown
 * it has not. mmap_sem held for writing.
 */
static inline bool vma_merge_next(struct vm_area_struct *vma)
{
	const struct vm_area_struct *next = vma->vm_next;

	return next && next->vm_flags == vma->vm_flags && next->vm_start == vma->vm_end &&
	       __vma_merge_next(vma);
}
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

/* area_hint.c: tells the plugin; silent when the address space has no owner yet. */
void area_hint(enum trace_vma_event event, const struct vm_area_struct *vma);
/* Tells that all areas go. May sleep. */
void mm_trace_exit(const struct mm_struct *mm);
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

#endif
