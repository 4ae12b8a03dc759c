/*
 * zonelist.c - which zones serve a request, best first.
 *
 * A request names the highest zone type that it can use, its class, and falls
 * back to lower types. With several nodes the order is by type first and by
 * distance within a type: for user pages on a machine of two nodes, asked for
 * at node 0,
 *
 *   HIGHMEM 0, HIGHMEM 1, NORMAL 0, NORMAL 1, DMA 0
 *
 * By distance first, a node without much HIGHMEM would fill its NORMAL zone, or
 * ZONE_DMA, with pages that could be anywhere, and the kernel, which can use
 * nothing else, would starve. It is also Linux's default on 32-bit machines.
 *
 * A request with __GFP_THISNODE has a list that ends where the node ends.
 */
#include "kernel/printk.h"
#include "internal.h"
#include "page/internal.h"

/* The highest zone type that a request with these modifiers can use. */
static const enum zone_type classes[GFP_ZONEMASK + 1] = {
	[0] = ZONE_NORMAL,
	[__GFP_DMA] = ZONE_DMA,
	[__GFP_HIGHMEM] = ZONE_HIGHMEM,
	[__GFP_DMA | __GFP_HIGHMEM] = ZONE_DMA,
	[__GFP_MOVABLE] = ZONE_NORMAL,
	[__GFP_MOVABLE | __GFP_DMA] = ZONE_DMA,
	[__GFP_MOVABLE | __GFP_HIGHMEM] = ZONE_MOVABLE,
	[__GFP_MOVABLE | __GFP_DMA | __GFP_HIGHMEM] = ZONE_DMA,
};

/* The n-th nearest node, itself first. Others are all as far: they take turns, so that not every
 * node falls back to the same one. */
static int nth_node(int nid, int n)
{
	return (nid + n) % nr_online_nodes;
}

/* Zones from `highest` down, of the `nodes` nearest nodes, that have any page. */
static void zonelist_build(struct zonelist *list, enum zone_type highest, int nid, int nodes)
{
	unsigned int n = 0;

	for (int type = (int)highest; type >= 0; type--)
		for (int i = 0; i < nodes; i++) {
			struct zone *zone = &NODE_DATA(nth_node(nid, i))->node_zones[type];

			if (zone->managed_pages)
				list->zones[n++] = zone;
		}
	list->zones[n] = NULL;
	list->highest_zoneidx = highest;
}

void build_all_zonelists(void)
{
	for (int nid = 0; nid < nr_online_nodes; nid++)
		for (unsigned int i = 0; i <= GFP_ZONEMASK; i++) {
			pg_data_t *node = NODE_DATA(nid);

			zonelist_build(&node->node_zonelists[i], classes[i], nid, nr_online_nodes);
			zonelist_build(&node->thisnode_zonelists[i], classes[i], nid, 1);
		}
	pcp_set_preferred();
}
