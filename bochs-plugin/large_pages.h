/* large_pages.h - memory in large pages of the host. */
#ifndef TLBTRACE_LARGE_PAGES_H
#define TLBTRACE_LARGE_PAGES_H

#include <stddef.h>

/*
 * large_alloc - @bytes of zeros, at the start of a large page, in large pages if
 * the host has any to give. NULL: no memory. Given back by large_free alone.
 */
void *large_alloc(size_t bytes);

/* large_free - @bytes as in large_alloc; @p may be NULL. */
void large_free(void *p, size_t bytes);

/* large_advise - asks for large pages where [@p, @p + @bytes) has whole ones. */
void large_advise(void *p, size_t bytes);

#endif
