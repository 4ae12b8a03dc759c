/*
 * model_sparse.c - the SPARSEMEM memory model: one array for each section of
 * 16 MiB that has memory.
 *
 *   frame ── / 4096 ──> mem_section[] ──> .map + frame
 *
 *   mem_section:  [ 0 | 1 | 2 | 3 | 4 | ...   | 255 ]
 *                   │   │       └──> 4,096 struct pages (128 KiB)
 *                   │   └──────────> 4,096 struct pages    2, 4 ...: nothing there
 *                   └──────────────> 4,096 struct pages
 *
 * A page knows its section by eight bits of page->flags. A hole costs nothing
 * but the rest of a section that is half RAM, and single sections can come and
 * go while the machine runs.
 */
#include "mm/bootmem.h"
#include "mm/page.h"
#include "internal.h"

struct mem_section mem_section[NR_SECTIONS];

void memory_model_init(void)
{
	pfn_t pfn = 0, end;

	while (bootmem_next_ram(&pfn, &end)) {
		pfn_t start = round_down(pfn, PAGES_PER_SECTION);
		struct mem_section *section = &mem_section[pfn >> PFN_SECTION_SHIFT];
		struct page *pages =
			bootmem_alloc(PAGES_PER_SECTION * sizeof(struct page), sizeof(struct page));

		section->map = pages - start;
		section->flags = SECTION_PRESENT;
		pfn = start + PAGES_PER_SECTION;
	}
}
