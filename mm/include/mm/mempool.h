/*
 * mempool.h - a reserve of elements for work that must go on when memory is out.
 *
 * For what is needed on the way to freeing memory or keeping data, and is given
 * back soon: then waiting for one is sure to end. An element that is kept for long
 * takes the guarantee from all others.
 */
#ifndef MM_MEMPOOL_H
#define MM_MEMPOOL_H

#include "mm/gfp.h"

struct kmem_cache;
typedef struct mempool mempool_t;

/* Makes and frees an element; `data` is the pool's. alloc: NULL when there is none. */
typedef void *mempool_alloc_t(gfp_t gfp, void *data);
typedef void mempool_free_t(void *element, void *data);

/* A pool that keeps min_nr (> 0) elements in reserve. NULL when out of memory. May sleep. */
mempool_t *mempool_create(unsigned int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *data);
/* Elements are objects of a cache / blocks of 2^order pages (struct page *). */
mempool_t *mempool_create_slab_pool(unsigned int min_nr, struct kmem_cache *cache);
mempool_t *mempool_create_page_pool(unsigned int min_nr, unsigned int order);

/*
 * A new element, or one of the reserve when there is no memory. With __GFP_WAIT never NULL:
 * sleeps until an element comes back. Without, NULL when the reserve is empty; any
 * context. With __GFP_NORETRY, what can be done without: it neither waits nor gets one of the
 * reserve. Not with __GFP_ZERO: what the reserve holds has been used.
 */
void *mempool_alloc(mempool_t *pool, gfp_t gfp);
/* Refills the reserve, or frees the element when that is full. NULL is ignored. Any context. */
void mempool_free(void *element, mempool_t *pool);

/* Changes the size of the reserve (> 0): 0, or -ENOMEM and it is as before. One caller at a time.
 * May sleep. */
int mempool_resize(mempool_t *pool, unsigned int min_nr);
/* Frees the pool; panics when an element is still out. NULL is ignored. */
void mempool_destroy(mempool_t *pool);

#endif
