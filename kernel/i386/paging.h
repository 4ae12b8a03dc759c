/* paging.h - building the kernel's page tables at start-up. */
#ifndef I386_PAGING_H
#define I386_PAGING_H

/* vmalloc=SIZE: moves the end of low memory and the start of the vmalloc window. Before
 * memory_map_init(). A size that cannot be is refused with a message. */
void paging_size_windows(void);
/* Maps all low memory and makes the windows' tables; drops the identity map. After
 * memory_map_init(); afterwards bootmem may hand out any low memory. Panics without memory. */
void paging_init(void);
/* From now on tables come from the page allocator, not from bootmem. After mem_init(). */
void paging_use_page_allocator(void);
/* From now on pgd_alloc() works. After kmem_cache_init(). */
void pgd_cache_init(void);
/* Prints the ranges of the direct map, the windows and the image. */
void paging_print_layout(void);

#endif
