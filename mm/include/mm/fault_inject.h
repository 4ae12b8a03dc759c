/*
 * fault_inject.h - making allocations fail on purpose. mm/debug/fault_inject.c.
 *
 * Two ways: by chance, from the kernel command line; and exactly the nth
 * allocation of one task, for tests that try every way that a call can fail.
 */
#ifndef MM_FAULT_INJECT_H
#define MM_FAULT_INJECT_H

#include "kernel/percpu.h"
#include "kernel/types.h"
#include "mm/gfp.h"

struct kmem_cache;

/* What a task has coming to it; the task itself holds it. All zero: nothing of its own. */
struct fault_nth {
	unsigned int left; /* allocations until the one that fails; 0: none will */
	bool armed;	   /* since it was set, whether or not it has fired */
	bool spared;	   /* by failures that come by chance */
};

/* That of the running task; the scheduler sets it at each switch. */
DECLARE_PER_CPU(struct fault_nth *, current_fault_nth);

/*
 * The nth allocation from now, of a slab object or of pages, fails, once; 0:
 * none, and the end of an earlier order. Those made in interrupts do not count.
 * An order must end with 0 before its holder goes. May sleep.
 */
void fault_nth_set(struct fault_nth *nth, unsigned int n);

/* The same for the running task. */
void fault_inject_nth(unsigned int n);
/* Ends it; true when the allocation has failed. */
bool fault_inject_nth_end(void);

/*
 * Asked by the allocators once for each request that takes their long way; true:
 * return NULL. Never with __GFP_NOFAIL. Any context.
 */
bool should_failslab(const struct kmem_cache *cache, gfp_t gfp);
bool should_fail_alloc_page(gfp_t gfp, unsigned int order);

/* Asked once for each piece of work for a block device; true: it ends with -EIO. Any context. */
bool should_fail_request(unsigned long bytes);

/* Boot: reads failslab=, fail_page_alloc= and fail_make_request=. */
void fault_inject_init(void);
/* From here on what they order happens, but not to the running task, which is init. May sleep. */
void fault_inject_start(void);

#endif
