/*
 * movable.h - an owner of movable pages, for tests: a list of pages, each with contents
 * of its own, that can be taken, checked and given back in any order.
 *
 * page->lru is the owner's list and page->index what the contents are made from.
 */
#ifndef TESTS_MOVABLE_H
#define TESTS_MOVABLE_H

#include "mm/gfp.h"

/* One more page, with contents; NULL when out of memory. */
struct page *movable_take(gfp_t gfp);
/* Gives one back / all. */
void movable_drop(struct page *page);
void movable_drop_all(void);
/* Calls drop on every nth page of the list, beginning with the first: holes. */
void movable_thin_out(unsigned int nth);
/* Is each page what it was? False with a report of the first that is not. */
bool movable_verify(void);
/* Pages in the list: all but those that are isolated. */
unsigned long movable_count(void);
/* The one in frame [start, end) that comes first in the list, or NULL. */
struct page *movable_in(pfn_t start, pfn_t end);

#endif
