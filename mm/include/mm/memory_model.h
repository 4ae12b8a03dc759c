/*
 * memory_model.h - from frame number to struct page and back.
 *
 * FLATMEM: one array for all frames from 0 to max_pfn, holes included (their
 * pages are PG_reserved). Stage B puts DISCONTIGMEM and SPARSEMEM behind this
 * same header, chosen by the makefile (MEMMODEL=).
 */
#ifndef MM_MEMORY_MODEL_H
#define MM_MEMORY_MODEL_H

extern struct page *mem_map;

#define pfn_to_page(pfn)  (mem_map + (pfn))
#define page_to_pfn(page) ((pfn_t)((page) - mem_map))

/* True when mem_map has an entry for the frame (it may still be a hole). */
static inline bool pfn_valid(pfn_t pfn)
{
	return pfn < max_pfn;
}

#endif
