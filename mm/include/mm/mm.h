/*
 * mm.h - address spaces: mm_struct, vm_area_struct, and the operations of an area.
 *
 * Lock order (outermost first): mm->mmap_sem > page lock (PG_locked) >
 * mapping->tree_lock, mm->page_table_lock > zone->lock.
 * Readers of the area list and tree hold mmap_sem for reading, changers for
 * writing. Page-table entries change under page_table_lock; a page may be
 * allocated, read or copied only without it: drop it, then look again.
 */
#ifndef MM_MM_H
#define MM_MM_H

#include "arch/pgtable.h"
#include "kernel/atomic.h"
#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/rbtree.h"
#include "kernel/trace_port.h"
#include "mm/interval.h"
#include "mm/page.h"

struct address_space;
struct anon_vma;
struct mm_struct;
struct vm_area_struct;
struct mapped_file;

/* What mm/ must know of an open file; fs embeds it in its struct file. */
struct mapped_file_ops {
	/* The last reference is gone. */
	void (*release)(struct mapped_file *file);
};

struct mapped_file {
	atomic_t count;
	struct address_space *mapping; /* the inode's page cache; NULL: cannot be mapped */
	const char *path;	       /* absolute; lives as long as the file */
	const struct mapped_file_ops *ops;
	bool readable, writable; /* how it was opened */
};

static inline struct mapped_file *get_mapped_file(struct mapped_file *file)
{
	atomic_inc(&file->count);
	return file;
}

static inline void put_mapped_file(struct mapped_file *file)
{
	if (atomic_dec_and_test(&file->count))
		file->ops->release(file);
}

/* vm_flags. The first four are the protection, the next four what mprotect() may turn on. */
#define VM_READ	      0x0001u
#define VM_WRITE      0x0002u
#define VM_EXEC	      0x0004u
#define VM_SHARED     0x0008u
#define VM_MAYREAD    0x0010u
#define VM_MAYWRITE   0x0020u
#define VM_MAYEXEC    0x0040u
#define VM_MAYSHARE   0x0080u
#define VM_GROWSDOWN  0x0100u
#define VM_LOCKED     0x2000u
#define VM_DONTCOPY   0x20000u
#define VM_DONTEXPAND 0x40000u
#define VM_ACCOUNT    0x100000u /* its pages are in Committed_AS */
#define VM_NORESERVE  0x200000u /* MAP_NORESERVE: they never are */
#define VM_REAPED     0x400000u /* its pages were taken, and are not to be had any more: oom_reap.c */
#define VM_STACK      VM_GROWSDOWN

/* mlock: with VM_LOCKED, pages come in when they are touched; both of them. */
#define VM_LOCKONFAULT 0x80000u
#define VM_LOCK_FLAGS  (VM_LOCKED | VM_LOCKONFAULT)

/* What a fault handler is told and what it answers. */
struct vm_fault {
	unsigned long address; /* of the access */
	unsigned long pgoff;   /* page of the file, for file areas */
	bool write;
	struct page *page; /* answer: referenced, uptodate */
	bool major;	   /* answer: had to wait for a disk */
	bool swap;	   /* answer: it had left memory for a swap area */
};

/*
 * One table for each kind of area. All but fault are called with mmap_sem
 * held for writing; fault with it held for reading, and it may sleep.
 */
struct vm_ops {
	const char *name;
	void (*open)(struct vm_area_struct *vma);  /* a copy of the area was made; may be NULL */
	void (*close)(struct vm_area_struct *vma); /* the area is going; may be NULL */
	/* Finds the page behind vmf->pgoff. 0, -ENOMEM, -EIO (SIGBUS), or -EINTR: the task is
	 * killed. */
	int (*fault)(struct vm_area_struct *vma, struct vm_fault *vmf);
	/*
	 * A page of a shared area is about to become writable: 0, -EIO/-ENOSPC, or
	 * -EAGAIN (it left the file meanwhile: look again). NULL: nobody needs to
	 * know, the area's pages are mapped writable at once.
	 */
	int (*page_mkwrite)(struct vm_area_struct *vma, struct page *page);
	/*
	 * Maps, read-only, those of pages [pgoff, pgoff + count) that can be had without
	 * waiting and whose entries are empty; `ptep` is the first one's, all lie in one table.
	 * `count` is at most FAULT_AROUND_MAX. page_table_lock held; does not sleep. May be NULL.
	 */
	void (*map_pages)(struct vm_area_struct *vma, unsigned long pgoff, unsigned int count,
			  pte_t *ptep);
};

/* One of the anon_vmas whose pages an area may map: area/anon_vma.c. */
struct anon_vma_chain {
	struct vm_area_struct *vma;
	struct anon_vma *anon_vma;
	struct anon_vma_chain *next; /* of the same area, what was added last first */
	union {
		struct list_head few;	    /* in anon_vma->few */
		struct interval_node pages; /* the area's pages, in anon_vma->areas */
	};
};

struct vm_area_struct {
	unsigned long vm_start;
	unsigned long vm_end;			  /* first byte after */
	struct vm_area_struct *vm_next, *vm_prev; /* sorted by address */
	struct rb_node vm_rb;
	/* Largest free gap, in bytes, below any area of this subtree (between it and vm_prev). */
	unsigned long gap; /* free bytes below it, down to the area before */
	unsigned long rb_subtree_gap;
	struct mm_struct *vm_mm;
	pgprot_t vm_page_prot;
	unsigned int vm_flags;
	unsigned long vm_pgoff; /* pages into the file; for anonymous areas start >> PAGE_SHIFT */
	const struct vm_ops *vm_ops; /* NULL: anonymous private */
	struct mapped_file *vm_file;
	struct interval_node shared; /* in the file's i_mmap (interval_tree.c) */
	/* Anonymous pages (anon_vma.c): none, and none of a parent's, while anon_chain is NULL. */
	struct anon_vma *anon_vma;    /* of its new pages; NULL: it has no own ones yet */
	struct anon_vma *anon_parent; /* while anon_vma is NULL: the one that it was forked from */
	struct anon_vma_chain *anon_chain; /* all whose pages it may map */
	struct anon_vma_chain anon_first;  /* its first link, in use when the chain is not empty */
};

struct mm_struct {
	struct vm_area_struct *mmap; /* first area */
	struct rb_root mm_rb;
	struct vm_area_struct *mmap_cache; /* last find_vma() answer */
	unsigned long mmap_base;	   /* top of the mmap area: searched downwards */
	unsigned long highest_vm_end;
	pgd_t *pgd;
	atomic_t mm_users; /* tasks that run in it */
	atomic_t mm_count; /* mm_users counts as one, plus borrowers (lazy kernel threads) */
	int map_count;
	spinlock_t page_table_lock;
	struct rw_semaphore mmap_sem;
	struct list_head mmlist;
	unsigned long nr_ptes;			     /* page-table pages */
	unsigned long rss_anon, rss_file, rss_shmem; /* pages mapped */
	unsigned long nr_swap;			     /* entries that name a slot of a swap area */
	/* The most that there was before it last became less: mm_rss_peak(), mm_vm_peak(). */
	unsigned long hiwater_rss, hiwater_vm;
	unsigned long total_vm, locked_vm, stack_vm, data_vm; /* pages */
	unsigned long committed_vm; /* of VM_ACCOUNT areas: may all come to be needed */
	unsigned long start_code, end_code, start_data, end_data;
	unsigned long start_brk, brk, start_stack;
	unsigned long arg_start, arg_end, env_start, env_end;
	unsigned long saved_auxv[48];
	/* RLIMIT_STACK, RLIMIT_DATA, RLIMIT_AS and RLIMIT_MEMLOCK, bytes; ~0: none. */
	unsigned long stack_limit, data_limit, as_limit, lock_limit;
	unsigned int def_flags; /* of new areas: VM_LOCK_FLAGS that mlockall(MCL_FUTURE) wants */
	/* mm/oom: not worth a (second) kill */
	bool oom_skip;
	pid_t owner_tgid; /* for hints and reports only; 0: no hints (exec under way) */
	struct mapped_file *exe_file;
};

extern struct mm_struct init_mm; /* the kernel's own: swapper_pg_dir, no areas */
extern struct list_head mmlist;	 /* all address spaces */

#define MAX_MAP_COUNT 65530 /* Linux's default vm.max_map_count */

/* Pages that its entries map, each entry counted: anonymous, of files, of shared memory. */
static inline unsigned long mm_rss(const struct mm_struct *mm)
{
	return mm->rss_anon + mm->rss_file + mm->rss_shmem;
}

/* The most that mm_rss() was. */
static inline unsigned long mm_rss_peak(const struct mm_struct *mm)
{
	return mm_rss(mm) > mm->hiwater_rss ? mm_rss(mm) : mm->hiwater_rss;
}

/* The most that total_vm was. */
static inline unsigned long mm_vm_peak(const struct mm_struct *mm)
{
	return mm->total_vm > mm->hiwater_vm ? mm->total_vm : mm->hiwater_vm;
}

/* Pages that private writable areas and shared memory may come to need, in all: Committed_AS. */
unsigned long mm_committed_pages(void);

/* A fresh, empty address space with mm_users = mm_count = 1, or NULL. */
struct mm_struct *mm_alloc(void);
/* For exec, limits set and nothing mapped: where mmap() may begin, below the stack's room. */
void mm_set_layout(struct mm_struct *mm);
/* One user less: the last one unmaps everything (may sleep) and drops its count. */
void mmput(struct mm_struct *mm);
/*
 * One address space after the other, each with a user of the caller's: the one behind `prev`, whose
 * user goes, or the first (prev NULL). NULL: that was the last. Who is born meanwhile comes last,
 * so none that is forked off one not yet visited is missed; who is ending is left out. May sleep.
 */
struct mm_struct *mm_next(struct mm_struct *prev);
/* One borrower less: the last one frees directory and descriptor. Any context. */
void mmdrop(struct mm_struct *mm);
static inline void mmgrab(struct mm_struct *mm)
{
	atomic_inc(&mm->mm_count);
}

/*
 * Copies an address space for fork: areas, and page tables with every private
 * writable page made copy-on-write in both (copied at once with `nocow`). NULL when
 * out of memory (nothing left behind). Takes old->mmap_sem for writing; may sleep.
 * `tgid` names the child in hints.
 */
struct mm_struct *dup_mm(struct mm_struct *old, pid_t tgid);
/* Looks for `nocow` on the command line. */
void dup_mm_init(void);

/* Area names as /proc/PID/maps prints them: path, "[heap]", "[stack]" or "" (anonymous). */
const char *vma_name(const struct vm_area_struct *vma);

/* Tells the plugin every area (one MAP hint each): exec, once owner_tgid is set. mmap_sem held or
 * nobody else there. */
void mm_trace_areas(const struct mm_struct *mm);

/* Prints one line for each area: panic and SIGSEGV reports. */
void mm_dump(const struct mm_struct *mm);
/* Checks list, tree, gaps and counters against each other; panics. For tests. */
void validate_mm(const struct mm_struct *mm);

void mm_cache_init(void);

#endif
