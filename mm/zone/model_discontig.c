/*
 * model_discontig.c - the DISCONTIGMEM memory model: one array for each node.
 *
 *   frame  ── / 4096 ──> section_to_node[] ──> node ──> node_map_base[node] + frame
 *
 *   node 0's array: [ 0 | 1 | 2 | ... | 16383 ]       node 1's: [ 65536 | 65537 | ... ]
 *                     frames 16384 .. 65535: between the nodes, no struct pages
 *
 * A page knows its node by the top bits of page->flags, which is all that the
 * way back needs. A hole between two nodes costs nothing; one inside a node
 * costs 32 bytes a frame, as with FLATMEM.
 */
#include "kernel/string.h"
#include "mm/bootmem.h"
#include "mm/page.h"
#include "internal.h"

u8 section_to_node[NR_SECTIONS];
struct page *node_map_base[MAX_NUMNODES];
pfn_t node_map_end[MAX_NUMNODES];

void memory_model_init(void)
{
	memset(section_to_node, NO_NODE, sizeof(section_to_node));
	for (int nid = 0; nid < nr_online_nodes; nid++) {
		pg_data_t *node = NODE_DATA(nid);
		pfn_t start = node->node_start_pfn, end = start + node->node_spanned_pages;

		node->node_mem_map =
			bootmem_alloc((end - start) * sizeof(struct page), sizeof(struct page));
		node_map_base[nid] = node->node_mem_map - start;
		node_map_end[nid] = end;
		for (pfn_t pfn = start; pfn < end; pfn += PAGES_PER_SECTION)
			section_to_node[pfn >> PFN_SECTION_SHIFT] = (u8)nid;
	}
}
