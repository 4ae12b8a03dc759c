/*
 * mempool.c - a reserve of elements for work that must go on when memory is out.
 *
 *   mempool_alloc:   1. alloc_fn(), without waiting and without a report
 *                    2. an element of the reserve, unless it is not worth one (__GFP_NORETRY)
 *                    3. if the caller may sleep: alloc_fn() with all it may do; then
 *                       sleep until an element comes back or some time has passed,
 *                       and once more from 2
 *
 *   mempool_free:    reserve not full ---> into the reserve, wake a sleeper
 *                    full             ---> free_fn()
 *
 *       elements[0 .. curr_nr - 1] in reserve      curr_nr = min_nr when all are back
 *
 * The reserve is touched last and filled first, so that it is whole whenever
 * memory is not short. The time limit is for memory that comes back in another way.
 */
#include "mm/mempool.h"
#include "internal.h"
#include "page/internal.h"
#include "kernel/errno.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/slab.h"

#define RETRY_TICKS (5 * HZ)

struct mempool {
	spinlock_t lock; /* curr_nr, min_nr, elements; interrupts off */
	unsigned int min_nr, curr_nr;
	void **elements;
	mempool_alloc_t *alloc;
	mempool_free_t *free;
	void *data;
	wait_queue_head_t wait;
};

/* An element of the reserve, or NULL. */
static void *take_reserve(mempool_t *pool)
{
	void *element = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->curr_nr)
		element = pool->elements[--pool->curr_nr];
	spin_unlock_irqrestore(&pool->lock, flags);
	return element;
}

/* False when the reserve is full. */
static bool give_reserve(mempool_t *pool, void *element)
{
	unsigned long flags;
	bool room;

	spin_lock_irqsave(&pool->lock, flags);
	room = pool->curr_nr < pool->min_nr;
	if (room)
		pool->elements[pool->curr_nr++] = element;
	spin_unlock_irqrestore(&pool->lock, flags);
	return room;
}

static bool fill_reserve(mempool_t *pool)
{
	void *element;

	while (pool->curr_nr < pool->min_nr) {
		element = pool->alloc(GFP_KERNEL, pool->data);
		if (!element)
			return false;
		mempool_free(element, pool);
	}
	return true;
}

static void free_pool(mempool_t *pool)
{
	void *element;

	while ((element = take_reserve(pool)) != NULL)
		pool->free(element, pool->data);
	kfree(pool->elements);
	kfree(pool);
}

mempool_t *mempool_create(unsigned int min_nr, mempool_alloc_t *alloc_fn, mempool_free_t *free_fn,
			  void *data)
{
	mempool_t *pool = kzalloc(sizeof(*pool), GFP_KERNEL);

	BUG_ON(!min_nr);
	if (!pool)
		return NULL;
	spin_lock_init(&pool->lock, "mempool");
	init_waitqueue_head(&pool->wait);
	pool->alloc = alloc_fn;
	pool->free = free_fn;
	pool->data = data;
	pool->elements = kmalloc_array(min_nr, sizeof(*pool->elements), GFP_KERNEL);
	if (pool->elements) {
		pool->min_nr = min_nr;
		if (fill_reserve(pool))
			return pool;
	}
	free_pool(pool);
	return NULL;
}

void *mempool_alloc(mempool_t *pool, gfp_t gfp)
{
	gfp_t quick = (gfp & ~(GFP_KERNEL | __GFP_MEMALLOC)) | __GFP_NOWARN | __GFP_NORETRY;
	void *element;

	BUG_ON(gfp & __GFP_ZERO);
	assert_may_wait(gfp);
	element = pool->alloc(quick, pool->data);
	if (gfp & __GFP_NORETRY)
		return element;
	while (!element) {
		element = take_reserve(pool);
		if (element || !(gfp & __GFP_WAIT))
			break;
		element = pool->alloc(gfp | __GFP_NOWARN, pool->data);
		if (!element)
			wait_event_timeout(pool->wait, READ_ONCE(pool->curr_nr), RETRY_TICKS);
	}
	return element;
}

void mempool_free(void *element, mempool_t *pool)
{
	if (!element)
		return;
	if (give_reserve(pool, element))
		wake_up_one(&pool->wait);
	else
		pool->free(element, pool->data);
}

/* Elements move to an array of another size; returns the old one. */
static void **swap_array(mempool_t *pool, void **elements, unsigned int min_nr)
{
	void **old = pool->elements;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	for (unsigned int i = 0; i < pool->curr_nr; i++)
		elements[i] = old[i];
	pool->elements = elements;
	pool->min_nr = min_nr;
	spin_unlock_irqrestore(&pool->lock, flags);
	return old;
}

/* The reserve holds no more than min_nr from now on; its array stays. */
static void lower(mempool_t *pool, unsigned int min_nr)
{
	unsigned long flags;
	void *element;

	spin_lock_irqsave(&pool->lock, flags);
	pool->min_nr = min_nr;
	spin_unlock_irqrestore(&pool->lock, flags);
	while (pool->curr_nr > min_nr && (element = take_reserve(pool)) != NULL)
		pool->free(element, pool->data);
}

int mempool_resize(mempool_t *pool, unsigned int min_nr)
{
	unsigned int before = pool->min_nr;
	void **elements;

	BUG_ON(!min_nr);
	if (min_nr <= before) {
		lower(pool, min_nr);
		return 0;
	}
	elements = kmalloc_array(min_nr, sizeof(*elements), GFP_KERNEL);
	if (!elements)
		return -ENOMEM;
	kfree(swap_array(pool, elements, min_nr));
	if (fill_reserve(pool))
		return 0;
	lower(pool, before);
	return -ENOMEM;
}

void mempool_destroy(mempool_t *pool)
{
	if (!pool)
		return;
	BUG_ON(pool->curr_nr != pool->min_nr);
	free_pool(pool);
}

/* --- objects of a cache, blocks of pages --- */

static void *alloc_object(gfp_t gfp, void *data)
{
	return kmem_cache_alloc(data, gfp);
}

static void free_object(void *element, void *data)
{
	kmem_cache_free(data, element);
}

mempool_t *mempool_create_slab_pool(unsigned int min_nr, struct kmem_cache *cache)
{
	return mempool_create(min_nr, alloc_object, free_object, cache);
}

static void *alloc_block(gfp_t gfp, void *data)
{
	return alloc_pages(gfp, (unsigned int)(unsigned long)data);
}

static void free_block(void *element, void *data)
{
	__free_pages(element, (unsigned int)(unsigned long)data);
}

mempool_t *mempool_create_page_pool(unsigned int min_nr, unsigned int order)
{
	return mempool_create(min_nr, alloc_block, free_block, (void *)(unsigned long)order);
}
