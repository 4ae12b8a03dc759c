/*
 * slab_internal.h - inside a slab cache: for slab.c, slab_cache.c and kmalloc.c only.
 *
 * One slab of 2^order pages, descriptor on the slab:
 *
 *   | colour | struct slab, next[] | object 0 | object 1 | ... | rest |
 *   0        descriptor            objects
 *
 * and off the slab, for objects of SLAB_OFF_LIMIT bytes and more:
 *
 *   | colour | object 0 | object 1 | ... | rest |       kmalloc: struct slab, next[]
 *
 * next[i] links the free objects by number; it holds SLAB_IN_USE for an object
 * that is out, so that a second free of it is seen. The pages of a slab have
 * PG_slab, ->lru.next the cache and ->lru.prev the descriptor.
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include "mm/slab.h"
#include "internal.h"

#define SLAB_ARRAY_MAX 120u    /* Linux's array for small objects */
#define SLAB_END       0xffffu /* end of the list of free objects */
#define SLAB_IN_USE    0xfffeu
#define SLAB_MOST      0xfffdu /* objects in a slab */

struct slab {
	struct list_head list; /* in full, partial or empty of its cache */
	char *objects;
	unsigned int in_use;
	u16 free;   /* first free object, or SLAB_END */
	u16 next[]; /* one for each object */
};

/* Objects held for one CPU, last in first out. Interrupts off. */
struct array_cache {
	unsigned int avail, limit, batch;
	/* entry[1] (longest here) .. entry[avail]; entry[0] is NULL, so that there is a last one.
	 */
	void *entry[1 + SLAB_ARRAY_MAX];
};

struct kmem_cache {
	struct array_cache array[NR_CPUS];
	/* Constant after creation. */
	size_t object_size; /* as asked for */
	size_t size;	    /* distance of objects */
	unsigned int num;   /* objects a slab */
	unsigned int order;
	unsigned int flags;
	gfp_t gfp; /* of its pages */
	bool off_slab;
	size_t desc_size; /* bytes of struct slab and next[], on the slab rounded up */
	size_t align;
	unsigned int colours;	 /* different first offsets, each `align` apart */
	unsigned int empty_most; /* empty slabs kept */
	void (*ctor)(void *object);
	const char *name;
	struct list_head node; /* in cache_chain */
	/* Protected by lock, interrupts off. */
	spinlock_t lock;
	struct list_head full, partial, empty;
	unsigned int colour_next;
	unsigned long nr_slabs, nr_empty;
	unsigned long in_use; /* objects out of slabs, those in array[] included */
};

/* All caches, and the lock of the list. */
extern struct list_head cache_chain;
extern spinlock_t cache_chain_lock;

/* slab_cache.c: fills in everything but the lists; false when no slab can hold such objects. */
bool cache_setup(struct kmem_cache *cache, const char *name, size_t size, size_t align,
		 unsigned int flags, void (*ctor)(void *object));
void cache_chain_add(struct kmem_cache *cache);
/* May arrays hold objects? See slab_shortcuts(). */
extern bool cache_shortcuts;
/* Sizes the arrays of a cache, which are empty. Interrupts off, or the cache is not in use yet. */
void cache_set_limit(struct kmem_cache *cache);
/* kmalloc.c: makes the size classes; called by kmem_cache_init(). */
void kmalloc_init(void);

/* slab.c: the long ways of the two functions below. Any context that they allow. */
void *cache_alloc_slow(struct kmem_cache *cache, gfp_t gfp);
void cache_free_slow(struct kmem_cache *cache, void *object);
/* Moves the objects of this CPU's array to their slabs. */
void cache_drain(struct kmem_cache *cache);
/* Panics: the pointer is no object that this cache gave out. */
void bad_object(const struct kmem_cache *cache, const void *object, const char *why) __noreturn;

/* These two wait for no call, so that kmalloc() and kfree() need no stack frame on the short way.
 */
static __always_inline void *cache_alloc(struct kmem_cache *cache, gfp_t gfp)
{
	struct array_cache *array = &cache->array[smp_processor_id()];
	unsigned long flags;
	void *object;

	if (wrong_wait(gfp))
		return cache_alloc_slow(cache, gfp);
	flags = local_irq_save();
	if (unlikely(!array->avail)) {
		local_irq_restore(flags);
		return cache_alloc_slow(cache, gfp);
	}
	object = array->entry[array->avail--];
	local_irq_restore(flags);
	return object;
}

static __always_inline void cache_free(struct kmem_cache *cache, void *object)
{
	struct array_cache *array = &cache->array[smp_processor_id()];
	unsigned long flags = local_irq_save();

	if (unlikely(array->avail == array->limit)) {
		local_irq_restore(flags);
		cache_free_slow(cache, object);
		return;
	}
	if (unlikely(array->entry[array->avail] == object))
		bad_object(cache, object, "freed twice");
	array->entry[++array->avail] = object;
	local_irq_restore(flags);
}

#endif
