/*
 * slab_cache.c - making, describing, checking and removing slab caches.
 *
 * The layout of a cache's slabs is worked out once. The order is the smallest
 * one that wastes at most an eighth of the slab; of what is left over, colours
 * are made: each new slab starts its objects one alignment further on, so that
 * the same fields of objects in different slabs do not fight for the same cache
 * lines.
 */
#include "slab_internal.h"
#include "kernel/errno.h"
#include "kernel/printk.h"

#define CACHE_LINE  32u /* bytes; every i686 has at least this */
#define MIN_ALIGN   sizeof(void *)
#define ORDER_MOST  5u /* largest slab: 32 pages */
#define WASTE_SHARE 8
#define SLAB_OFF_LIMIT                                                                  \
	(PAGE_SIZE / 8)	     /* objects from this size on have their descriptor outside \
			      */
#define OFF_DESC_MOST	256u /* off-slab descriptors come from size classes that are on-slab */
#define EMPTY_SLABS_MIN 1u

/* The cache of caches. */
static struct kmem_cache cache_cache;
bool cache_shortcuts = true;

static size_t desc_bytes(unsigned int num)
{
	return sizeof(struct slab) + num * sizeof(u16);
}

/* Objects that fit in a slab of this order, with the descriptor; sets what is left over. */
static unsigned int objects_that_fit(const struct kmem_cache *cache, unsigned int order,
				     size_t *left_over)
{
	size_t bytes = PAGE_SIZE << order;
	size_t num, used;

	if (cache->off_slab) {
		num = min(bytes / cache->size, (OFF_DESC_MOST - desc_bytes(0)) / sizeof(u16));
		used = num * cache->size;
	} else {
		num = (bytes - desc_bytes(0)) / (cache->size + sizeof(u16));
		num = min(num, (size_t)SLAB_MOST);
		while (num && round_up(desc_bytes(num), cache->align) + num * cache->size > bytes)
			num--;
		used = num ? round_up(desc_bytes(num), cache->align) + num * cache->size : 0;
	}
	*left_over = bytes - used;
	return num;
}

/* Chooses order, number of objects and colours. */
static bool lay_out(struct kmem_cache *cache)
{
	size_t left_over = 0;

	for (cache->order = 0; cache->order <= ORDER_MOST; cache->order++) {
		cache->num = objects_that_fit(cache, cache->order, &left_over);
		if (cache->num && left_over * WASTE_SHARE <= PAGE_SIZE << cache->order)
			break;
	}
	if (cache->order > ORDER_MOST) {
		cache->order = ORDER_MOST;
		if (!cache->num)
			return false;
	}
	cache->desc_size = desc_bytes(cache->num);
	if (!cache->off_slab)
		cache->desc_size = round_up(cache->desc_size, cache->align);
	cache->colours = left_over / cache->align + 1;
	return true;
}

/* How many objects a CPU may hold: fewer, the larger they are (Linux's steps). */
static unsigned int array_limit(size_t size)
{
	if (size > PAGE_SIZE)
		return 8;
	if (size > 1024)
		return 24;
	if (size > 256)
		return 54;
	return SLAB_ARRAY_MAX;
}

/* An array of no entries is never used: see take_object(). */
void cache_set_limit(struct kmem_cache *cache)
{
	unsigned int limit = cache_shortcuts ? array_limit(cache->object_size) : 0;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++) {
		cache->array[cpu].limit = limit;
		cache->array[cpu].batch = (limit + 1) / 2;
	}
}

static size_t effective_align(size_t size, size_t align, unsigned int flags)
{
	size_t line = CACHE_LINE;

	if (flags & SLAB_HWCACHE_ALIGN) {
		/* Small objects share a line, but none crosses one. */
		while (size <= line / 2)
			line /= 2;
		align = max(align, line);
	}
	return max(align, MIN_ALIGN);
}

static gfp_t cache_gfp(unsigned int flags)
{
	return (flags & SLAB_CACHE_DMA ? __GFP_DMA : 0) |
	       (flags & SLAB_RECLAIM_ACCOUNT ? __GFP_RECLAIMABLE : 0);
}

bool cache_setup(struct kmem_cache *cache, const char *name, size_t size, size_t align,
		 unsigned int flags, void (*ctor)(void *object))
{
	BUG_ON(size == 0 || (align && !is_power_of_2(align)) || align > PAGE_SIZE);
	*cache = (struct kmem_cache){
		.name = name,
		.object_size = size,
		.align = effective_align(size, align, flags),
		.flags = flags,
		.gfp = cache_gfp(flags),
		.ctor = ctor,
		.off_slab = size >= SLAB_OFF_LIMIT,
		.lock = SPIN_LOCK_INIT(name),
	};
	cache->lock.irq_safe = true;
	cache->size = round_up(size, cache->align);
	if (!lay_out(cache))
		return false;
	INIT_LIST_HEAD(&cache->full);
	INIT_LIST_HEAD(&cache->partial);
	INIT_LIST_HEAD(&cache->empty);
	cache_set_limit(cache);
	cache->empty_most = EMPTY_SLABS_MIN + array_limit(size) / cache->num;
	return true;
}

/* At the front: slab_reap() must meet a cache before the size class of its descriptors. */
void cache_chain_add(struct kmem_cache *cache)
{
	spin_lock(&cache_chain_lock);
	list_add(&cache->node, &cache_chain);
	spin_unlock(&cache_chain_lock);
}

struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = kmem_cache_alloc(&cache_cache, GFP_KERNEL);

	if (cache && !cache_setup(cache, name, size, align, flags, ctor)) {
		kmem_cache_free(&cache_cache, cache);
		cache = NULL;
	}
	if (!cache) {
		if (flags & SLAB_PANIC)
			panic("cannot create slab cache %s (objects of %lu bytes)", name,
			      (unsigned long)size);
		return NULL;
	}
	cache_chain_add(cache);
	return cache;
}

int kmem_cache_destroy(struct kmem_cache *cache)
{
	kmem_cache_shrink(cache);
	if (cache->nr_slabs) {
		pr_err("slab %s: destroyed with %lu objects in use\n", cache->name, cache->in_use);
		return -EBUSY;
	}
	spin_lock(&cache_chain_lock);
	list_del(&cache->node);
	spin_unlock(&cache_chain_lock);
	kmem_cache_free(&cache_cache, cache);
	return 0;
}

void kmem_cache_init(void)
{
	BUG_ON(!cache_setup(&cache_cache, "kmem_cache", sizeof(struct kmem_cache), CACHE_LINE, 0,
			    NULL));
	kmalloc_init();
	cache_chain_add(&cache_cache);
}

const char *kmem_cache_name(const struct kmem_cache *cache)
{
	return cache->name;
}

/* Objects that callers have: those out of slabs, less those that wait in arrays. */
static unsigned long cache_used(const struct kmem_cache *cache)
{
	unsigned long used = cache->in_use;

	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		used -= cache->array[cpu].avail;
	return used;
}

unsigned long slab_objects_in_use(void)
{
	const struct kmem_cache *cache;
	unsigned long used = 0;

	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &cache_chain, node)
		used += cache_used(cache);
	spin_unlock(&cache_chain_lock);
	return used;
}

static void describe(const struct kmem_cache *cache, struct slabinfo *info)
{
	*info = (struct slabinfo){
		.name = cache->name,
		.active_objs = cache_used(cache),
		.num_objs = cache->nr_slabs * cache->num,
		.object_size = cache->object_size,
		.size = cache->size,
		.objs_per_slab = cache->num,
		.pages_per_slab = 1u << cache->order,
		.limit = cache->array[0].limit,
		.batchcount = cache->array[0].batch,
		.active_slabs = cache->nr_slabs - cache->nr_empty,
		.num_slabs = cache->nr_slabs,
	};
}

void slab_for_each(void (*fn)(void *arg, const struct slabinfo *info), void *arg)
{
	struct kmem_cache *cache;
	struct slabinfo info;
	unsigned long flags;

	spin_lock(&cache_chain_lock);
	list_for_each_entry (cache, &cache_chain, node) {
		spin_lock_irqsave(&cache->lock, flags);
		describe(cache, &info);
		spin_unlock_irqrestore(&cache->lock, flags);
		fn(arg, &info);
	}
	spin_unlock(&cache_chain_lock);
}

static void check_page_of(const struct kmem_cache *cache, const struct slab *slab, const char *at)
{
	const struct page *page = virt_to_page(at);

	if (!PageSlab(page) || page->lru.next != (const struct list_head *)cache ||
	    page->lru.prev != (const struct list_head *)slab)
		bad_page(page, "holds objects of a slab that it does not know");
}

/* One slab: its counts, its list of free objects and the marks on its pages. */
static void check_slab(const struct kmem_cache *cache, const struct slab *slab)
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
