/*
 * mempolicy.c - memory policies: which nodes a task's pages come from.
 *
 * A policy belongs to a task, is inherited by fork, and acts when a page is
 * allocated; pages that are there stay where they are.
 *
 *   default      the zonelist of this CPU's node: by zone first, then by distance
 *   local        this CPU's node as long as it has room, then as default
 *   preferred    the same with a node of the task's choice
 *   interleave   the same with each of some nodes in turn: the bandwidth of all
 *   bind         the zonelist of this CPU's node, other nodes left out; when
 *                those are full there is no page
 *
 * Who names a node means it: so all but default look at the node before they
 * look at the zone. The node's lower zones keep their watermarks and reserves.
 */
#include "mm/mempolicy.h"
#include "kernel/bitops.h"
#include "kernel/errno.h"
#include "mm/zone.h"

DEFINE_PER_CPU(struct mempolicy *, task_mempolicy);

unsigned int online_nodes(void)
{
	return (1u << nr_online_nodes) - 1;
}

/* The first of the nodes behind `nid`, in a ring. */
static unsigned int next_node(unsigned int nodes, unsigned int nid)
{
	unsigned int behind = nodes & ~((2u << nid) - 1);

	return (unsigned int)__ffs(behind ? behind : nodes);
}

int mempolicy_set(struct mempolicy *policy, unsigned int mode, unsigned int nodes)
{
	bool empty = !nodes;

	if (mode >= NR_MPOL_MODES)
		return -EINVAL;
	if ((mode == MPOL_DEFAULT || mode == MPOL_LOCAL) && !empty)
		return -EINVAL;
	if (mode == MPOL_PREFERRED && empty)
		mode = MPOL_LOCAL;
	nodes &= online_nodes();
	if (mode != MPOL_DEFAULT && mode != MPOL_LOCAL && !nodes)
		return -EINVAL;
	if (mode == MPOL_PREFERRED)
		nodes = (u8)BIT(__ffs(nodes));
	*policy = (struct mempolicy){.mode = (u8)mode, .nodes = (u8)nodes};
	if (mode == MPOL_INTERLEAVE)
		policy->next = (u8)__ffs(nodes);
	return 0;
}

static struct page *alloc_interleaved(struct mempolicy *policy, gfp_t gfp)
{
	int nid = policy->next;
	struct page *page;

	policy->next = (u8)next_node(policy->nodes, policy->next);
	page = alloc_pages_node(nid, gfp, 0);
	if (page && page_to_nid(page) == nid)
		page_zone(page)->numa_interleave++;
	return page;
}

struct page *alloc_page_policy(struct mempolicy *policy, gfp_t gfp)
{
	switch (policy->mode) {
	case MPOL_PREFERRED:
		return alloc_pages_node((int)__ffs(policy->nodes), gfp, 0);
	case MPOL_LOCAL:
		return alloc_pages_node(numa_node_id(), gfp, 0);
	case MPOL_INTERLEAVE:
		return alloc_interleaved(policy, gfp);
	case MPOL_BIND:
		return alloc_pages_nodemask(gfp, 0, policy->nodes);
	default:
		return alloc_page(gfp);
	}
}
