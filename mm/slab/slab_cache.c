/*
 * slab_cache.c - making, describing and removing slab caches.
 *
 * The layout of a cache's slabs is worked out once. The order is the smallest
 * one that wastes at most an eighth of the slab; of what is left over, colours
 * are made: each new slab starts its objects one alignment further on, so that
 * the same fields of objects in different slabs do not fight for the same cache
 * lines.
 */
#include "internal.h"
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

/* Bytes before the first of `num` objects: descriptor and red zone. */
static size_t lead_bytes(const struct kmem_cache *cache, unsigned int num)
{
	size_t desc = cache->off_slab ? 0 : desc_bytes(num);

	return round_up(desc + cache->red_left, cache->align);
}

/* Objects that fit in a slab of this order, with what leads them; sets what is left over. */
static unsigned int objects_that_fit(const struct kmem_cache *cache, unsigned int order,
				     size_t *left_over)
{
	size_t most = cache->off_slab ? (OFF_DESC_MOST - desc_bytes(0)) / sizeof(u16) : SLAB_MOST;
	size_t bytes = PAGE_SIZE << order;
	unsigned int num = (unsigned int)min(bytes / cache->size, most);

	while (num && lead_bytes(cache, num) + num * cache->size > bytes)
		num--;
	*left_over = num ? bytes - lead_bytes(cache, num) - num * cache->size : bytes;
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
	cache->lead = lead_bytes(cache, cache->num);
	cache->colours = left_over / cache->align + 1;
	return true;
}

static bool lay_out_plain(struct kmem_cache *cache)
{
	cache->flags &= ~SLAB_DEBUG_FLAGS;
	cache->red_left = 0;
	cache->size = round_up(cache->object_size, cache->align);
	return lay_out(cache);
}

/* False when none is wanted, or the objects would get too large for a slab by it. */
static bool lay_out_debug(struct kmem_cache *cache)
{
	cache->flags |= slab_debug_flags(cache->name);
	if (cache->ctor)
		cache->flags &= ~SLAB_POISON;
	if (!(cache->flags & SLAB_DEBUG_FLAGS))
		return false;
	slab_debug_layout(cache);
	return lay_out(cache);
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
	bool use = cache_shortcuts && !(cache->flags & SLAB_DEBUG_FLAGS);
	unsigned int limit = use ? array_limit(cache->object_size) : 0;

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
	if (!lay_out_debug(cache) && !lay_out_plain(cache))
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
		slab_report_leaks(cache);
		warn_at(__FILE__, __LINE__, "kmem_cache_destroy() of a cache in use");
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
	slab_debug_init();
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
