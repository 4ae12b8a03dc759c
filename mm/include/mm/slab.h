/*
 * slab.h - caches of equal objects, and kmalloc() on top of them.
 * Low memory only. Any context with GFP_ATOMIC; GFP_KERNEL may sleep.
 */
#ifndef MM_SLAB_H
#define MM_SLAB_H

#include "kernel/types.h"
#include "mm/gfp.h"

struct kmem_cache;

#define SLAB_HWCACHE_ALIGN 0x1u /* objects start on cache lines */
#define SLAB_PANIC	   0x2u /* creation may not fail */
/* A shrinker frees objects: pages are asked for as reclaimable. */
#define SLAB_RECLAIM_ACCOUNT 0x4u
#define SLAB_CACHE_DMA	     0x8u /* pages below 16 MiB */
/* Debugging, as slab_debug= turns it on for caches by name. See slab_debug.c. */
#define SLAB_CONSISTENCY_CHECKS 0x10u /* F: the slab is checked at each alloc and free */
#define SLAB_RED_ZONE		0x20u /* Z: bytes on both sides of an object */
#define SLAB_POISON		0x40u /* P: free objects are filled; not with a constructor */
#define SLAB_STORE_USER		0x80u /* U: who took and who freed each object last */

/*
 * Makes a cache of objects of `size` bytes. `ctor` (may be NULL) runs once for
 * each object when its slab is made, not at each allocation: an object must be
 * freed in constructed state. `align` 0: natural. `name` is kept, not copied.
 * NULL when out of memory, or when no slab can hold such an object. May sleep.
 */
struct kmem_cache *kmem_cache_create(const char *name, size_t size, size_t align,
				     unsigned int flags, void (*ctor)(void *object));
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t gfp); /* __GFP_ZERO works without ctor */
void kmem_cache_free(struct kmem_cache *cache, void *object);
/* Returns 0, or -EBUSY when objects are still in use: lists them, with who took them if
 * SLAB_STORE_USER knows, and warns. */
int kmem_cache_destroy(struct kmem_cache *cache);
/* Gives empty slabs back; returns pages freed. */
unsigned long kmem_cache_shrink(struct kmem_cache *cache);
const char *kmem_cache_name(const struct kmem_cache *cache);

#define KMALLOC_MAX_SIZE (4096ul << 10)

/* Size classes of kmalloc(); larger requests get pages. X(bytes) */
#define KMALLOC_CLASSES(X) \
	X(8) X(16) X(32) X(64) X(96) X(128) X(192) X(256) X(512) X(1024) X(2048) X(4096)
enum {
#define X(bytes) KMALLOC_##bytes,
	KMALLOC_CLASSES(X)
#undef X
	NR_KMALLOC_CLASSES
};
extern struct kmem_cache *kmalloc_caches[NR_KMALLOC_CLASSES];

/* The class that serves `size` bytes, or NR_KMALLOC_CLASSES. Free of cost for a constant size. */
static __always_inline unsigned int kmalloc_class(size_t size)
{
#define X(bytes)             \
	if (size <= (bytes)) \
		return KMALLOC_##bytes;
	KMALLOC_CLASSES(X)
#undef X
	return NR_KMALLOC_CLASSES;
}

/* `size` bytes, of which the caller does not know when it is compiled. */
void *__kmalloc(size_t size, gfp_t gfp);

/*
 * `size` bytes, aligned to 8, powers of two up to a page to themselves; NULL when out of
 * memory. GFP_DMA: below 16 MiB.
 */
static __always_inline void *kmalloc(size_t size, gfp_t gfp)
{
	if (__builtin_constant_p(size) && kmalloc_class(size) < NR_KMALLOC_CLASSES &&
	    !(gfp & __GFP_DMA))
		return kmem_cache_alloc(kmalloc_caches[kmalloc_class(size)], gfp);
	return __kmalloc(size, gfp);
}

static __always_inline void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

/* n objects of `size` bytes each; NULL also when that is more than there can be. */
static __always_inline void *kmalloc_array(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kmalloc(bytes, gfp);
}

static __always_inline void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	return kmalloc_array(n, size, gfp | __GFP_ZERO);
}

/*
 * The object with room for `size` bytes, moved if need be; all that it held is kept.
 * NULL and the old object untouched when out of memory. `object` NULL: kmalloc();
 * size 0: kfree(), returns NULL. Not with __GFP_ZERO: nobody knows what part was in use.
 */
void *krealloc(const void *object, size_t size, gfp_t gfp);

/* NULL is ignored. */
void kfree(const void *object);
/* Usable bytes of a kmalloc() object. */
size_t ksize(const void *object);
char *kstrdup(const char *s, gfp_t gfp);

void kmem_cache_init(void);
/* Objects in use in all caches / pages held by slabs, and by those of caches with
 * SLAB_RECLAIM_ACCOUNT: leak ledger, /proc/meminfo. */
unsigned long slab_objects_in_use(void);
unsigned long slab_pages(void);
unsigned long slab_pages_reclaimable(void);

/* One cache in numbers, named after the columns of Linux's /proc/slabinfo where it has them. */
struct slabinfo {
	const char *name;
	unsigned long active_objs; /* that callers have */
	unsigned long num_objs;	   /* in all slabs */
	size_t object_size;	   /* as asked for */
	size_t size;		   /* distance of objects: "objsize" */
	unsigned int objs_per_slab, pages_per_slab;
	unsigned int limit, batchcount;	       /* of the array of a CPU; 0: not used */
	unsigned long active_slabs, num_slabs; /* with objects out / all */
};

/* Calls fn for each cache, with a spinlock held: fn may not sleep. */
void slab_for_each(void (*fn)(void *arg, const struct slabinfo *info), void *arg);
/*
 * Compares red zones and poison of all objects of a cache: returns how many
 * were damaged, prints a report of each if told so, and makes them whole. For tests. 0 when
 * the cache has no debugging. Any context but interrupts.
 */
unsigned int kmem_cache_validate(struct kmem_cache *cache, bool report);
/* Walks every cache and panics on a broken one. For tests. */
void slab_check(void);

#endif
