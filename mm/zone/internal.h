/* internal.h - nodes, zones and zonelists, as the other rooms of mm/ see them. */
#ifndef MM_ZONE_INTERNAL_H
#define MM_ZONE_INTERNAL_H

#include "mm/gfp.h"
#include "mm/zone.h"

/* --- node.c --- */

/* Boot: nodes with their bounds, as numa= says. */
void nodes_init(void);

/* --- zonelist.c: which zones serve a request, best first --- */

/* Makes the zonelists of all nodes anew: at boot, and when a zone gets its first or loses its last
 * frame. */
void build_all_zonelists(void);

#define ALL_NODES (~0u)

/* The zones for a request at a node. */
static inline const struct zonelist *node_zonelist(int nid, gfp_t gfp)
{
	const pg_data_t *node = NODE_DATA(nid);

	return gfp & __GFP_THISNODE ? &node->thisnode_zonelists[gfp & GFP_ZONEMASK]
				    : &node->node_zonelists[gfp & GFP_ZONEMASK];
}

/* Where a request that names no node begins. */
static inline const struct zonelist *local_zonelist(gfp_t gfp)
{
	return node_zonelist(numa_node_id(), gfp);
}

/* --- model_*.c --- */

/* Boot, nodes known: makes the struct pages of all frames that pfn_valid() is true for. */
void memory_model_init(void);

#endif
