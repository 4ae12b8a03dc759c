/* model.h - DISCONTIGMEM: one array for each node. See mm/memory_model.h. */
#ifndef MM_MODEL_H
#define MM_MODEL_H

#define MEMORY_MODEL  "discontig"
#define MODEL_HOTPLUG 0 /* an array is as long as its node */

#define NO_NODE 0xff

/* The node of each section, or NO_NODE. */
extern u8 section_to_node[NR_SECTIONS];
/* Of each node: its array less its first frame, so that adding a frame's number gives the page. */
extern struct page *node_map_base[MAX_NUMNODES];
extern pfn_t node_map_end[MAX_NUMNODES]; /* first frame behind the array */

/* The node of a frame for which pfn_valid() is true. */
static inline unsigned int pfn_to_nid(pfn_t pfn)
{
	return section_to_node[pfn >> PFN_SECTION_SHIFT];
}

static inline struct page *pfn_to_page(pfn_t pfn)
{
	return node_map_base[pfn_to_nid(pfn)] + pfn;
}

static inline pfn_t page_to_pfn(const struct page *page)
{
	return (pfn_t)(page - node_map_base[page_to_nid(page)]);
}

static inline bool pfn_valid(pfn_t pfn)
{
	unsigned long section = pfn >> PFN_SECTION_SHIFT;

	return section < NR_SECTIONS && section_to_node[section] != NO_NODE &&
	       pfn < node_map_end[section_to_node[section]];
}

#endif
