/* model.h - FLATMEM: one array for all frames. See mm/memory_model.h. */
#ifndef MM_MODEL_H
#define MM_MODEL_H

#define MEMORY_MODEL  "flat"
#define MODEL_HOTPLUG 0 /* the array is one piece */

extern struct page *mem_map;

#define pfn_to_page(pfn)  (mem_map + (pfn))
#define page_to_pfn(page) ((pfn_t)((page) - mem_map))

static inline bool pfn_valid(pfn_t pfn)
{
	return pfn < max_pfn;
}

#endif
