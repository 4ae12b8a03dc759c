/*
 * mempolicy.h - which nodes a task's own pages come from: user memory and the
 * page cache. The kernel's objects do not follow it.
 */
#ifndef MM_MEMPOLICY_H
#define MM_MEMPOLICY_H

#include "kernel/percpu.h"
#include "mm/gfp.h"

/* Linux's numbers (set_mempolicy(2)). */
enum mempolicy_mode {
	MPOL_DEFAULT,	 /* any node, best zone first */
	MPOL_PREFERRED,	 /* one node, then any */
	MPOL_BIND,	 /* these nodes and no other */
	MPOL_INTERLEAVE, /* these nodes in turn, then any */
	MPOL_LOCAL,	 /* the node of the CPU, then any */
	NR_MPOL_MODES
};

struct mempolicy {
	u8 mode;  /* enum mempolicy_mode */
	u8 nodes; /* bit n: node n. INTERLEAVE, BIND: not 0; PREFERRED: one */
	u8 next;  /* INTERLEAVE: the node whose turn it is */
};

/* Of the task that runs; NULL: MPOL_DEFAULT. The scheduler publishes it at each switch. */
DECLARE_PER_CPU(struct mempolicy *, task_mempolicy);

/* Nodes that have memory, as bits. */
unsigned int online_nodes(void);

/*
 * Checks and fills in a policy; `nodes` as for struct mempolicy, nodes that are not online are
 * left out. 0, or -EINVAL: unknown mode, nodes where none may be, or none where some must be.
 */
int mempolicy_set(struct mempolicy *policy, unsigned int mode, unsigned int nodes);

/* One frame as this policy says, not NULL. Otherwise like alloc_page(). */
struct page *alloc_page_policy(struct mempolicy *policy, gfp_t gfp);

/* One frame for the running task's user memory or for the page cache. As alloc_page(). */
static __always_inline struct page *alloc_user_page(gfp_t gfp)
{
	struct mempolicy *policy = this_cpu(task_mempolicy);

	return likely(!policy) ? alloc_page(gfp) : alloc_page_policy(policy, gfp);
}

#endif
