/*
 * model_flat.c - the FLATMEM memory model: one array for all frames.
 *
 *     mem_map:  [ 0 | 1 | 2 | ...                      | max_pfn - 1 ]
 *                 |                 hole: PG_reserved
 *               frame 0
 *
 * Frame to page is one addition, page to frame one subtraction and a shift.
 * The price is 32 bytes for each frame of a hole.
 */
#include "mm/bootmem.h"
#include "mm/page.h"
#include "internal.h"

struct page *mem_map;

void memory_model_init(void)
{
	mem_map = bootmem_alloc(max_pfn * sizeof(struct page), sizeof(struct page));
}
