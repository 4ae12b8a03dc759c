/* fault.h - what happens when a page is not there. */
#ifndef MM_FAULT_H
#define MM_FAULT_H

#include "kernel/trace_port.h"
#include "mm/mm.h"

#define FAULT_WRITE    0x1u /* the access was a write */
#define FAULT_USER     0x2u /* in user mode */
#define FAULT_STACK_OK 0x4u /* may grow the stack: esp was near enough (Linux: any) */

/* What the handler found; for counters, hints and signals. */
struct fault_info {
	enum trace_cause cause;
	bool major;
	bool mapped;	  /* an area is there: SEGV_ACCERR rather than SEGV_MAPERR */
	const char *area; /* name of the area, or NULL */
};

/*
 * Resolves a fault at `addr` in `mm`. Takes and drops mmap_sem for reading;
 * may sleep. Returns 0 (try the access again), -EFAULT (SIGSEGV), -EIO (SIGBUS),
 * -ENOMEM (out of memory) or -EINTR (killed while it waited for somebody's page). `info` is always
 * filled in.
 */
int mm_fault(struct mm_struct *mm, unsigned long addr, unsigned int flags, struct fault_info *info);

/*
 * Puts a page of the caller's (one reference, taken over on success) at `addr`
 * of an anonymous area: exec's argument pages. mmap_sem held for writing. 0 or -ENOMEM/-EEXIST.
 */
int install_anon_page(struct vm_area_struct *vma, unsigned long addr, struct page *page);

/*
 * The page behind a user address, faulted in (for write when `write`), with a
 * reference: for /proc, futexes, exec and reads of another address space. ERR_PTR of mm_fault()'s
 * error: -EFAULT, -EIO, -ENOMEM, -EINTR (the task is killed). Takes mmap_sem; may sleep.
 */
struct page *get_user_page(struct mm_struct *mm, unsigned long addr, bool write);

/*
 * A read of a file page also maps those of its neighbours that are cached, in a
 * window of this many pages (a power of two up to FAULT_AROUND_MAX; 1: off).
 */
#define FAULT_AROUND_MAX 16
extern unsigned int fault_around_pages;

/* The shared page of zeroes; mapped read-only by anonymous read faults. */
extern struct page *zero_page;
void fault_init(void);

#endif
