/* internal.h - pageblocks that are isolated, as the other rooms of mm/ see them. */
#ifndef MM_MOVE_INTERNAL_H
#define MM_MOVE_INTERNAL_H

#include "mm/page.h"

/* --- page_isolation.c: pageblocks out of use for a while --- */

/*
 * Nothing is allocated from frames [start, end), whole pageblocks with struct pages, from
 * now on: they become MIGRATE_ISOLATE, and what is free in them leaves zone->free_pages. What is in
 * use stays so, and becomes isolated when it is freed. 0, or -EBUSY: one is isolated already.
 * Process context.
 */
int __must_check start_isolate_page_range(pfn_t start, pfn_t end);
/* Gives the pageblocks the types back that they had before. */
void undo_isolate_page_range(pfn_t start, pfn_t end);
/* The first page of an isolated range that is not a free one; NULL: all are. */
struct page *test_pages_isolated(pfn_t start, pfn_t end);
/* The first page of a range that is in use and cannot be moved, as far as can be seen; NULL: none.
 */
struct page *has_unmovable_pages(pfn_t start, pfn_t end);

#endif
