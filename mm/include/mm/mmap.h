/* mmap.h - making, finding, changing and removing areas. */
#ifndef MM_MMAP_H
#define MM_MMAP_H

#include "mm/mm.h"

#define PROT_READ      0x1u
#define PROT_WRITE     0x2u
#define PROT_EXEC      0x4u
#define PROT_GROWSDOWN 0x01000000u

#define MAP_SHARED	    0x01u
#define MAP_PRIVATE	    0x02u
#define MAP_SHARED_VALIDATE 0x03u
#define MAP_TYPE	    0x0fu
/* Flags that MAP_SHARED_VALIDATE lets pass: those from before it, known here or not. */
#define MAP_UNCHECKED	    0x7c07f9f3u
#define MAP_FIXED	    0x10u
#define MAP_ANONYMOUS	    0x20u
#define MAP_GROWSDOWN	    0x0100u
#define MAP_DENYWRITE	    0x0800u
#define MAP_LOCKED	    0x2000u
#define MAP_NORESERVE	    0x4000u
#define MAP_POPULATE	    0x8000u
#define MAP_STACK	    0x20000u
#define MAP_FIXED_NOREPLACE 0x100000u

#define MADV_NORMAL	0
#define MADV_RANDOM	1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED	3
#define MADV_DONTNEED	4
#define MADV_FREE	8
#define MADV_DONTFORK	10
#define MADV_DOFORK	11
#define MADV_HUGEPAGE	14
#define MADV_NOHUGEPAGE 15
#define MADV_DONTDUMP	16
#define MADV_DODUMP	17
#define MADV_COLD	20
#define MADV_PAGEOUT	21

/* The long way of find_vma(). */
struct vm_area_struct *__find_vma(struct mm_struct *mm, unsigned long addr);

/* First area with vm_end > addr, or NULL. mmap_sem held. */
static inline struct vm_area_struct *find_vma(struct mm_struct *mm, unsigned long addr)
{
	struct vm_area_struct *vma = mm->mmap_cache;

	if (likely(vma && addr < vma->vm_end && vma->vm_start <= addr))
		return vma;
	return __find_vma(mm, addr);
}

/* The same, and the area before it. */
struct vm_area_struct *find_vma_prev(struct mm_struct *mm, unsigned long addr,
				     struct vm_area_struct **prev);
/* First area that overlaps [start, end), or NULL. */
struct vm_area_struct *find_vma_intersection(struct mm_struct *mm, unsigned long start,
					     unsigned long end);

/*
 * Maps `len` bytes: file pages from page `pgoff` on, or (file NULL) anonymous
 * memory. Returns the address, or a negative errno as Linux's mmap2: -EINVAL,
 * -ENOMEM, -EACCES, -ENODEV, -EEXIST, -EPERM. Takes its own reference on file.
 * An address may look negative as a long: test with IS_ERR((void *)result).
 * mmap_sem held for writing.
 */
long do_mmap(struct mm_struct *mm, struct mapped_file *file, unsigned long addr, unsigned long len,
	     unsigned int prot, unsigned int flags, unsigned long pgoff);
/* Unmaps all of [start, start + len); splitting areas at its edges. mmap_sem held for writing. */
int do_munmap(struct mm_struct *mm, unsigned long start, unsigned long len);
/* Anonymous private area for brk and BSS at a fixed place; 0 or errno. mmap_sem for writing. */
int do_brk_area(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int prot);
/* The stack area for exec: [STACK_TOP - size, STACK_TOP), grows down; or ERR_PTR. */
struct vm_area_struct *mm_setup_stack(struct mm_struct *mm, unsigned long size);

/* System calls, on the given address space; they take mmap_sem themselves. Linux's results. */
long mm_mmap(struct mm_struct *mm, struct mapped_file *file, unsigned long addr, unsigned long len,
	     unsigned int prot, unsigned int flags, unsigned long pgoff);
long mm_munmap(struct mm_struct *mm, unsigned long addr, unsigned long len);
long mm_brk(struct mm_struct *mm, unsigned long brk); /* returns the break that holds now */
/* All of the range or nothing: a hole is -ENOMEM, a right that the file does not give -EACCES. */
long mm_mprotect(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int prot);
/* DONTNEED and FREE drop the pages, DONTFORK and DOFORK mark the areas; hints are accepted. */
long mm_madvise(struct mm_struct *mm, unsigned long addr, unsigned long len, int advice);

#define MLOCK_ONFAULT 1u /* mlock2(): pages are locked when they are touched */
#define MCL_CURRENT   1u
#define MCL_FUTURE    2u
#define MCL_ONFAULT   4u
/*
 * Linux's mlock2(), munlock(), mlockall() and munlockall(): areas whose pages stay in memory, and
 * are brought there. -ENOMEM: a hole, a page that cannot be had, or beyond RLIMIT_MEMLOCK; -EPERM:
 * that is 0; -EAGAIN: no memory for all; -EINVAL.
 */
long mm_mlock(struct mm_struct *mm, unsigned long addr, unsigned long len, unsigned int how);
long mm_munlock(struct mm_struct *mm, unsigned long addr, unsigned long len);
long mm_mlockall(struct mm_struct *mm, unsigned int how);
long mm_munlockall(struct mm_struct *mm);

#endif
