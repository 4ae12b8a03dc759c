/*
 * slab.c - caches of equal objects: taking, giving back, growing, shrinking.
 * internal.h draws a slab; slab_cache.c makes and describes caches.
 *
 *   alloc <- [ array of this CPU ] -> free       most calls end here
 *                  |        ^
 *            flush |        | refill             a batch at a time
 *                  v        |
 *   slabs:  full  <->  partial  <->  empty       under cache->lock
 *                                      |
 *   pages:             grow ^          v destroy, when more than a few are empty
 *
 * Refilling takes from partial slabs first, so that full ones stay full and
 * empty ones can go. Objects go back to their slab in constructed state: the
 * constructor runs when a slab is made and never again.
 *
 * No lock is held while pages are asked for. Everything but growing with
 * __GFP_WAIT may be called in interrupts.
 */
#include "internal.h"
#include "page/internal.h"
#include "mm/fault_inject.h"
#include "kernel/printk.h"
#include "kernel/string.h"
#include "kernel/wait.h"

#define REAP_SLABS 32u	/* taken off a cache at a time by slab_reap() */
#define REAP_PAGES 64ul /* freed by it before others may run */

/* What a caller says of the pages is not his to say: objects of all callers share them. */
#define GFP_SLAB_DROPS (__GFP_ZERO | __GFP_DMA | __GFP_HIGHMEM | __GFP_MOVABLE | __GFP_RECLAIMABLE)

LIST_HEAD(cache_chain);
DEFINE_SPINLOCK(cache_chain_lock);

void bad_object(const struct kmem_cache *cache, const void *object, const char *why)
{
	pfn_t pfn = virt_to_pfn(object);

	if (pfn < max_low_pfn && pfn_valid(pfn))
		dump_page(pfn_to_page(pfn), why);
	panic("slab %s: object %p %s", cache ? cache->name : "(none)", object, why);
}

/* --- slabs and their pages --- */

/* Descriptor and first object's place in fresh pages; NULL when out of memory. */
static struct slab *place_descriptor(struct kmem_cache *cache, char *base, unsigned int colour,
				     gfp_t gfp)
{
	struct slab *slab;

	base += colour * cache->align;
	slab = cache->off_slab ? kmalloc(cache->desc_size, gfp & ~GFP_SLAB_DROPS)
			       : (struct slab *)base;
	if (slab)
		slab->objects = base + cache->lead;
	return slab;
}

static void fill_slab(struct kmem_cache *cache, struct slab *slab)
{
	slab->in_use = 0;
	slab->free = 0;
	for (unsigned int i = 0; i < cache->num; i++) {
		char *object = slab->objects + i * cache->size;

		slab->next[i] = (u16)(i + 1);
		if (cache->ctor)
			cache->ctor(object);
		if (cache->flags & SLAB_DEBUG_FLAGS)
			slab_debug_new(cache, object);
	}
	slab->next[cache->num - 1] = SLAB_END;
}

static void mark_pages(struct kmem_cache *cache, struct slab *slab, struct page *page)
{
	for (unsigned long i = 0; i < BIT(cache->order); i++) {
		page[i].flags |= BIT(PG_slab);
		page[i].lru.next = (struct list_head *)cache;
		page[i].lru.prev = (struct list_head *)slab;
	}
}

/* Adds an empty slab. No lock held. */
static bool cache_grow(struct kmem_cache *cache, gfp_t gfp)
{
	struct page *page = alloc_pages((gfp & ~GFP_SLAB_DROPS) | cache->gfp, cache->order);
	unsigned int colour = cache->colour_next;
	struct slab *slab;
	unsigned long flags;

	if (!page)
		return false;
	slab = place_descriptor(cache, page_address(page), colour, gfp);
	if (!slab) {
		__free_pages(page, cache->order);
		return false;
	}
	fill_slab(cache, slab);
	mark_pages(cache, slab, page);
	mod_page_state(page, slab_stat_item(cache), (int)BIT(cache->order));
	spin_lock_irqsave(&cache->lock, flags);
	cache->colour_next = colour + 1 < cache->colours ? colour + 1 : 0;
	list_add(&slab->list, &cache->empty);
	cache->nr_slabs++;
	cache->nr_empty++;
	spin_unlock_irqrestore(&cache->lock, flags);
	return true;
}

/* Gives the pages of a slab that is on no list back. Any context. */
static void slab_destroy(struct kmem_cache *cache, struct slab *slab)
{
	struct page *page = virt_to_page(slab->objects);

	page -= page_to_pfn(page) & (BIT(cache->order) - 1);
	for (unsigned long i = 0; i < BIT(cache->order); i++) {
		BUG_ON(!PageSlab(page + i) || page_slab_of(page + i) != slab);
		page[i].flags &= ~BIT(PG_slab);
	}
	mod_page_state(page, slab_stat_item(cache), -(int)BIT(cache->order));
	__free_pages(page, cache->order);
	if (cache->off_slab)
		kfree(slab);
}

static unsigned long destroy_list(struct kmem_cache *cache, struct list_head *slabs)
{
	struct slab *slab, *next;
	unsigned long pages = 0;

	list_for_each_entry_safe (slab, next, slabs, list) {
		list_del(&slab->list);
		if (cache->flags & SLAB_DEBUG_FLAGS)
			check_destroyed(cache, slab);
		slab_destroy(cache, slab);
		pages += BIT(cache->order);
	}
	return pages;
}

/* --- objects, under cache->lock --- */

static void *slab_take(struct kmem_cache *cache, struct slab *slab)
{
	unsigned int i = slab->free;

	slab->free = slab->next[i];
	slab->next[i] = SLAB_IN_USE;
	if (slab->in_use++ == 0)
		cache->nr_empty--;
	cache->in_use++;
	list_move(&slab->list, slab->free == SLAB_END ? &cache->full : &cache->partial);
	return slab->objects + i * cache->size;
}

static void __noreturn freed_twice(const struct kmem_cache *cache, const void *object)
{
	struct slab_damage none = {.what = "Object already free"};

	if (!(cache->flags & SLAB_DEBUG_FLAGS))
		bad_object(cache, object, "freed twice");
	slab_report(cache, object, &none);
	bad_object(cache, object, none.what);
}

/* The slab of an object, after checking that this cache gave it out; sets its number. */
static struct slab *object_slab(const struct kmem_cache *cache, const void *object,
				unsigned int *number)
{
	pfn_t pfn = virt_to_pfn(object);
	struct slab *slab;
	size_t offset;

	if (pfn >= max_low_pfn || !pfn_valid(pfn) || !PageSlab(pfn_to_page(pfn)))
		bad_object(cache, object, "does not lie in a slab");
	if (page_cache_of(pfn_to_page(pfn)) != cache)
		bad_object(cache, object, "belongs to another cache");
	slab = page_slab_of(pfn_to_page(pfn));
	offset = (size_t)((const char *)object - slab->objects);
	*number = offset / cache->size;
	if (*number >= cache->num || offset % cache->size)
		bad_object(cache, object, "is not the start of an object");
	if (slab->next[*number] != SLAB_IN_USE)
		freed_twice(cache, object);
	return slab;
}

static void slab_give(struct kmem_cache *cache, void *object, const void *caller)
{
	unsigned int i;
	struct slab *slab = object_slab(cache, object, &i);

	if (unlikely(cache->flags & SLAB_DEBUG_FLAGS)) {
		if (cache->flags & SLAB_CONSISTENCY_CHECKS)
			check_slab(cache, slab);
		slab_debug_free(cache, object, caller);
	}
	slab->next[i] = slab->free;
	slab->free = (u16)i;
	cache->in_use--;
	if (--slab->in_use == 0) {
		cache->nr_empty++;
		list_move(&slab->list, &cache->empty);
	} else {
		list_move(&slab->list, &cache->partial);
	}
}

/* Takes all but `keep` empty slabs off the cache, onto `slabs`. */
static void detach_empty(struct kmem_cache *cache, unsigned long keep, struct list_head *slabs)
{
	while (cache->nr_empty > keep) {
		struct slab *slab = list_last_entry(&cache->empty, struct slab, list);

		list_move(&slab->list, slabs);
		cache->nr_empty--;
		cache->nr_slabs--;
	}
}

/* --- between slabs and the array of this CPU --- */

/* One object, from a partial slab if there is one. cache->lock held. */
static void *take_one(struct kmem_cache *cache)
{
	struct list_head *slabs = list_empty(&cache->partial) ? &cache->empty : &cache->partial;

	struct slab *slab;

	if (list_empty(slabs))
		return NULL;
	slab = list_first_entry(slabs, struct slab, list);
	if (cache->flags & SLAB_CONSISTENCY_CHECKS)
		check_slab(cache, slab);
	return slab_take(cache, slab);
}

/* Interrupts off. */
static void *take_from_slabs(struct kmem_cache *cache, const void *caller)
{
	void *object;

	spin_lock(&cache->lock);
	object = take_one(cache);
	if (object && (cache->flags & SLAB_DEBUG_FLAGS))
		slab_debug_alloc(cache, object, caller);
	spin_unlock(&cache->lock);
	return object;
}

/* Up to a batch of objects. Interrupts off. */
static void refill(struct kmem_cache *cache, struct array_cache *array)
{
	void *object;

	spin_lock(&cache->lock);
	while (array->avail < array->batch && (object = take_one(cache)) != NULL)
		array->entry[++array->avail] = object;
	spin_unlock(&cache->lock);
}

/* An object by way of the array, or past one that may hold none; NULL when no slab has any. */
static void *take_object(struct kmem_cache *cache, struct array_cache *array, const void *caller)
{
	if (!array->limit)
		return take_from_slabs(cache, caller);
	if (!array->avail)
		refill(cache, array);
	return array->avail ? array->entry[array->avail--] : NULL;
}

/* Others may take the objects of a new slab before interrupts are off again: hence the loop. */
void *cache_alloc_slow(struct kmem_cache *cache, gfp_t gfp, const void *caller)
{
	void *object;

	assert_may_wait(gfp);
	if (should_failslab(cache, gfp))
		return NULL;
	do {
		unsigned long flags = local_irq_save();

		object = take_object(cache, &cache->array[smp_processor_id()], caller);
		local_irq_restore(flags);
	} while (!object && cache_grow(cache, gfp));
	return object;
}

/* The n objects that are longest in the array go to their slabs. Interrupts off. */
static void flush_oldest(struct kmem_cache *cache, struct array_cache *array, unsigned int n,
			 unsigned long keep_empty)
{
	LIST_HEAD(slabs);

	spin_lock(&cache->lock);
	for (unsigned int i = 1; i <= n; i++)
		slab_give(cache, array->entry[i], NULL);
	detach_empty(cache, keep_empty, &slabs);
	spin_unlock(&cache->lock);
	array->avail -= n;
	memmove(array->entry + 1, array->entry + 1 + n, array->avail * sizeof(array->entry[0]));
	destroy_list(cache, &slabs);
}

/* An object goes to its slab, past the array. Interrupts off. */
static void give_to_slab(struct kmem_cache *cache, void *object, const void *caller)
{
	LIST_HEAD(slabs);

	spin_lock(&cache->lock);
	slab_give(cache, object, caller);
	detach_empty(cache, cache->empty_most, &slabs);
	spin_unlock(&cache->lock);
	destroy_list(cache, &slabs);
}

static void put_in_array(struct kmem_cache *cache, struct array_cache *array, void *object)
{
	if (array->avail == array->limit)
		flush_oldest(cache, array, array->batch, cache->empty_most);
	if (array->entry[array->avail] == object)
		bad_object(cache, object, "freed twice");
	array->entry[++array->avail] = object;
}

void cache_free_slow(struct kmem_cache *cache, void *object, const void *caller)
{
	struct array_cache *array = &cache->array[smp_processor_id()];
	unsigned long flags = local_irq_save();

	if (array->limit)
		put_in_array(cache, array, object);
	else
		give_to_slab(cache, object, caller);
	local_irq_restore(flags);
}

void cache_drain(struct kmem_cache *cache)
{
	unsigned long flags = local_irq_save();
	struct array_cache *array = &cache->array[smp_processor_id()];

	flush_oldest(cache, array, array->avail, cache->empty_most);
	local_irq_restore(flags);
}

void slab_shortcuts(bool allow)
{
	struct kmem_cache *cache;

	spin_lock(&cache_chain_lock);
	cache_shortcuts = allow;
	list_for_each_entry (cache, &cache_chain, node) {
		unsigned long flags = local_irq_save();

		cache_drain(cache);
		cache_set_limit(cache);
		local_irq_restore(flags);
	}
	spin_unlock(&cache_chain_lock);
}

unsigned long kmem_cache_shrink(struct kmem_cache *cache)
{
	LIST_HEAD(slabs);
	unsigned long flags;

	cache_drain(cache);
	if (cache->flags & SLAB_DEBUG_FLAGS)
		check_free_objects(cache);
	spin_lock_irqsave(&cache->lock, flags);
	detach_empty(cache, 0, &slabs);
	spin_unlock_irqrestore(&cache->lock, flags);
	return destroy_list(cache, &slabs);
}

/* Part of the above: at most REAP_SLABS slabs, so that the lock is not held for long. */
static unsigned long reap_some(struct kmem_cache *cache)
{
	LIST_HEAD(slabs);
	unsigned long flags;

	cache_drain(cache);
	if (cache->flags & SLAB_DEBUG_FLAGS)
		check_free_objects(cache);
	spin_lock_irqsave(&cache->lock, flags);
	detach_empty(cache, cache->nr_empty - min(cache->nr_empty, REAP_SLABS), &slabs);
	spin_unlock_irqrestore(&cache->lock, flags);
	return destroy_list(cache, &slabs);
}

/* One walk along the caches, ended early once it has freed REAP_PAGES. Adds to *pages; true: it
 * came to the end. */
static bool reap_walk(unsigned long *pages)
{
	const unsigned long most = *pages + REAP_PAGES;
	struct kmem_cache *cache;

	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &cache_chain, node) {
		*pages += reap_some(cache);
		if (*pages >= most)
			break;
	}
	spin_unlock(&cache_chain_lock);
	return *pages < most;
}

/*
 * Newest cache first, so that the size classes of kmalloc(), which hold the
 * descriptors of others, come last, and among them the small ones that do.
 */
unsigned long slab_reap(void)
{
	unsigned long pages = 0;

	while (!reap_walk(&pages))
		cond_resched();
	return pages;
}

unsigned long slab_pages(void)
{
	return slab_pages_reclaimable() + global_page_state(NR_SLAB_UNRECLAIMABLE);
}

unsigned long slab_pages_reclaimable(void)
{
	return global_page_state(NR_SLAB_RECLAIMABLE);
}

static __noinline void *alloc_zeroed(struct kmem_cache *cache, gfp_t gfp, const void *caller)
{
	void *object = cache_alloc(cache, gfp & ~__GFP_ZERO, caller);

	BUG_ON(cache->ctor);
	return object ? memset(object, 0, cache->object_size) : NULL;
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	if (unlikely(gfp & __GFP_ZERO))
		return alloc_zeroed(cache, gfp, CALLER);
	return cache_alloc(cache, gfp, NULL);
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	cache_free(cache, object);
}
