/*
 * slab_validate.c - walks over whole caches: is everything as internal.h draws it?
 *
 * slab_check() panics on the first thing that is not. kmem_cache_validate() looks
 * at the bytes around and in objects only, and repairs what it finds.
 */
#include "internal.h"
#include "page/internal.h"

static void check_page_of(const struct kmem_cache *cache, const struct slab *slab, const char *at)
{
	const struct page *page = virt_to_page(at);

	if (!PageSlab(page) || page_cache_of(page) != cache || page_slab_of(page) != slab)
		bad_page(page, "holds objects of a slab that it does not know");
}

void check_slab(const struct kmem_cache *cache, const struct slab *slab)
{
	unsigned int free = 0, out = 0;

	for (unsigned int i = slab->free; i != SLAB_END; i = slab->next[i])
		if (i >= cache->num || ++free > cache->num)
			panic("slab %s: list of free objects is broken", cache->name);
	for (unsigned int i = 0; i < cache->num; i++) {
		const char *object = slab->objects + i * cache->size;

		out += slab->next[i] == SLAB_IN_USE;
		check_page_of(cache, slab, object);
		check_page_of(cache, slab, object + cache->size - 1);
	}
	if (out != slab->in_use || out + free != cache->num)
		panic("slab %s: %u out, %u free of %u, in_use says %u", cache->name, out, free,
		      cache->num, slab->in_use);
}

static bool is_out(const struct slab *slab, unsigned int i)
{
	return slab->next[i] == SLAB_IN_USE;
}

/* The bytes of the free objects of a slab, and of those that are out if told so. */
static void check_objects(const struct kmem_cache *cache, const struct slab *slab, bool out_too)
{
	for (unsigned int i = 0; i < cache->num; i++)
		if (out_too || !is_out(slab, i))
			slab_debug_check(cache, slab->objects + i * cache->size, is_out(slab, i));
}

void check_destroyed(const struct kmem_cache *cache, const struct slab *slab)
{
	check_objects(cache, slab, true);
}

void check_free_objects(struct kmem_cache *cache)
{
	const struct slab *slab;
	unsigned long flags;

	spin_lock_irqsave(&cache->lock, flags);
	list_for_each_entry (slab, &cache->partial, list)
		check_objects(cache, slab, false);
	list_for_each_entry (slab, &cache->empty, list)
		check_objects(cache, slab, false);
	spin_unlock_irqrestore(&cache->lock, flags);
}

static unsigned int validate_slab(const struct kmem_cache *cache, const struct slab *slab,
				  bool report)
{
	struct slab_damage damage;
	unsigned int bad = 0;

	for (unsigned int i = 0; i < cache->num; i++) {
		char *object = slab->objects + i * cache->size;

		if (slab_debug_intact(cache, object, is_out(slab, i), &damage))
			continue;
		bad++;
		if (report)
			slab_report(cache, object, &damage);
		slab_debug_mark(cache, object, is_out(slab, i));
	}
	return bad;
}

unsigned int kmem_cache_validate(struct kmem_cache *cache, bool report)
{
	const struct list_head *lists[] = {&cache->full, &cache->partial, &cache->empty};
	const struct slab *slab;
	unsigned int bad = 0;
	unsigned long flags;

	if (!(cache->flags & SLAB_DEBUG_FLAGS))
		return 0;
	spin_lock_irqsave(&cache->lock, flags);
	for (unsigned int i = 0; i < ARRAY_SIZE(lists); i++)
		list_for_each_entry (slab, lists[i], list)
			bad += validate_slab(cache, slab, report);
	spin_unlock_irqrestore(&cache->lock, flags);
	return bad;
}

/* One list of a cache; its slabs must have between `least` and `most` objects in use. */
static unsigned long check_list(const struct kmem_cache *cache, const struct list_head *list,
				unsigned int least, unsigned int most, unsigned long *in_use)
{
	const struct slab *slab;
	unsigned long n = 0;

	list_for_each_entry (slab, list, list) {
		if (++n > cache->nr_slabs)
			panic("slab %s: more slabs in lists than there are", cache->name);
		if (slab->in_use < least || slab->in_use > most)
			panic("slab %s: slab with %u of %u objects in the wrong list", cache->name,
			      slab->in_use, cache->num);
		check_slab(cache, slab);
		if (cache->flags & SLAB_DEBUG_FLAGS)
			check_objects(cache, slab, true);
		*in_use += slab->in_use;
	}
	return n;
}

static void check_cache(struct kmem_cache *cache)
{
	unsigned long in_use = 0, flags, slabs, empty;

	spin_lock_irqsave(&cache->lock, flags);
	empty = check_list(cache, &cache->empty, 0, 0, &in_use);
	slabs = empty + check_list(cache, &cache->full, cache->num, cache->num, &in_use) +
		check_list(cache, &cache->partial, 1, cache->num - 1, &in_use);
	if (slabs != cache->nr_slabs || empty != cache->nr_empty || in_use != cache->in_use)
		panic("slab %s: %lu slabs, %lu empty, %lu objects; counters say %lu, %lu, %lu",
		      cache->name, slabs, empty, in_use, cache->nr_slabs, cache->nr_empty,
		      cache->in_use);
	spin_unlock_irqrestore(&cache->lock, flags);
}

void slab_check(void)
{
	struct kmem_cache *cache;

	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &cache_chain, node)
		check_cache(cache);
	spin_unlock(&cache_chain_lock);
}
