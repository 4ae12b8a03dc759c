/* model.h - SPARSEMEM: one array for each section that has memory. See mm/memory_model.h. */
#ifndef MM_MODEL_H
#define MM_MODEL_H

#define MEMORY_MODEL  "sparse"
#define MODEL_HOTPLUG 1 /* the arrays of other sections stay where they are */

#define SECTION_PRESENT 1ul /* the section has struct pages */

struct mem_section {
	/* The array less the section's first frame: adding a frame's number gives the page. */
	struct page *map;
	unsigned long flags;
};

extern struct mem_section mem_section[NR_SECTIONS];

static inline struct page *pfn_to_page(pfn_t pfn)
{
	return mem_section[pfn >> PFN_SECTION_SHIFT].map + pfn;
}

static inline pfn_t page_to_pfn(const struct page *page)
{
	return (pfn_t)(page - mem_section[page_section(page)].map);
}

static inline bool pfn_valid(pfn_t pfn)
{
	unsigned long section = pfn >> PFN_SECTION_SHIFT;

	return section < NR_SECTIONS && (mem_section[section].flags & SECTION_PRESENT);
}

#endif
