/*
 * internal.h - inside a slab cache: for slab*.c and kmalloc.c, and those who break them on purpose.
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
 *
 * With debugging (slab_debug.c) an object stands between red zones, and who took
 * and who freed it last is noted behind it:
 *
 *        red_left   object_size      red zone          struct slab_owners
 *   ... | cc cc cc | 5a 5a 5a ... 5a | cc cc cc cc | alloc: who, when | free: who, when | next left
 * zone 0 = the object    object_size     red_end = owners                       size
 *
 * The left zone takes what alignment leaves: it fills all from the owners of the
 * object before (of the descriptor, for object 0) to the object.
 */
#ifndef MM_SLAB_INTERNAL_H
#define MM_SLAB_INTERNAL_H

#include "mm/slab.h"
#include "mm/vmstat.h"
#include "page/internal.h"

#define SLAB_ARRAY_MAX 120u    /* Linux's array for small objects */
#define SLAB_END       0xffffu /* end of the list of free objects */
#define SLAB_IN_USE    0xfffeu
#define SLAB_MOST      0xfffdu /* objects in a slab */

/* Linux's bytes. */
#define RED_INACTIVE 0xbb
#define RED_ACTIVE   0xcc
#define POISON_FREE  0x6b
#define POISON_END   0xa5 /* last byte of a free object */
#define POISON_INUSE 0x5a /* not written yet */

#define RED_ZONE_MIN	 4u /* bytes on each side, at least */
#define SLAB_DEBUG_FLAGS (SLAB_CONSISTENCY_CHECKS | SLAB_RED_ZONE | SLAB_POISON | SLAB_STORE_USER)

struct slab_owner {
	const void *caller; /* return address; NULL: nobody yet */
	unsigned long when; /* jiffies */
};
struct slab_owners {
	struct slab_owner alloc, free; /* the last of each */
};

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
	size_t desc_size; /* bytes of struct slab and next[] */
	size_t lead;	  /* from the slab's colour to its first object */
	size_t align;
	/* With debugging, see above; red_left is 0 without red zones. */
	size_t red_left, red_end, owners;
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

/* What the pages of a slab know. */
static inline struct kmem_cache *page_cache_of(const struct page *page)
{
	return (struct kmem_cache *)page->lru.next;
}

/* What the pages of a cache's slabs are counted as. */
static inline enum zone_stat_item slab_stat_item(const struct kmem_cache *cache)
{
	return cache->flags & SLAB_RECLAIM_ACCOUNT ? NR_SLAB_RECLAIMABLE : NR_SLAB_UNRECLAIMABLE;
}

static inline struct slab *page_slab_of(const struct page *page)
{
	return (struct slab *)page->lru.prev;
}

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
void *cache_alloc_slow(struct kmem_cache *cache, gfp_t gfp, const void *caller);
void cache_free_slow(struct kmem_cache *cache, void *object, const void *caller);
/* Moves the objects of this CPU's array to their slabs. */
void cache_drain(struct kmem_cache *cache);
/* Panics: the pointer is no object that this cache gave out. */
void bad_object(const struct kmem_cache *cache, const void *object, const char *why) __noreturn;

/* --- slab_validate.c --- */

/* Panics when counts, free list or page marks of a slab are wrong. cache->lock held. */
void check_slab(const struct kmem_cache *cache, const struct slab *slab);
/* Panics, after a report, when the bytes of an object were damaged. Cache with debugging. */
void check_free_objects(struct kmem_cache *cache);
void check_destroyed(const struct kmem_cache *cache, const struct slab *slab);

/* --- slab_debug.c --- */

/* Boot: reads slab_debug=. */
void slab_debug_init(void);
/* What slab_debug= says of a cache. */
unsigned int slab_debug_flags(const char *name);
/* Distance and parts of the objects, from object_size, align and flags. */
void slab_debug_layout(struct kmem_cache *cache);
/* An object of a new slab, after its constructor. */
void slab_debug_new(const struct kmem_cache *cache, void *object);
/* An object goes to a caller / comes back. Panic when it was misused. cache->lock held. */
void slab_debug_alloc(const struct kmem_cache *cache, void *object, const void *caller);
void slab_debug_free(const struct kmem_cache *cache, void *object, const void *caller);

struct slab_damage {
	const char *what;
	u8 *first, *end; /* bytes that are not what they should be; NULL: no byte is wrong */
	u8 wanted;
};
/* Are red zones and poison of an object as they should be, it being free or out? */
bool slab_debug_intact(const struct kmem_cache *cache, void *object, bool out,
		       struct slab_damage *damage);
/* The same; reports and panics when not. */
void slab_debug_check(const struct kmem_cache *cache, void *object, bool out);
/* Makes them so; of an object that is out, the red zones only. */
void slab_debug_mark(const struct kmem_cache *cache, void *object, bool out);
struct slab_owners *slab_owners(const struct kmem_cache *cache, const void *object);

/* --- slab_report.c: cache with debugging; any context --- */

void slab_report(const struct kmem_cache *cache, const void *object,
		 const struct slab_damage *damage);
/* Any cache: what callers still have. */
void slab_report_leaks(struct kmem_cache *cache);

/*
 * Who called the function that this stands in. As an argument it would be fetched at once: the
 * two below take NULL for it, and fetch it only when they turn into the long way.
 */
#define CALLER __builtin_return_address(0)

/* These two wait for no call, so that kmalloc() and kfree() need no stack frame on the short way.
 */
static __always_inline void *cache_alloc(struct kmem_cache *cache, gfp_t gfp, const void *caller)
{
	struct array_cache *array = &cache->array[smp_processor_id()];
	unsigned long flags;
	void *object;

	if (wrong_wait(gfp))
		return cache_alloc_slow(cache, gfp, caller ? caller : CALLER);
	flags = local_irq_save();
	if (unlikely(!array->avail)) {
		local_irq_restore(flags);
		return cache_alloc_slow(cache, gfp, caller ? caller : CALLER);
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
		cache_free_slow(cache, object, CALLER);
		return;
	}
	if (unlikely(array->entry[array->avail] == object))
		bad_object(cache, object, "freed twice");
	array->entry[++array->avail] = object;
	local_irq_restore(flags);
}

/* --- slab.c: for all of mm/ --- */

/* Gives back every empty slab of every cache; returns pages freed. Any context but interrupts. */
unsigned long slab_reap(void);
/*
 * False: drains the per-CPU arrays of all caches, and from then on every allocation
 * and every free takes the slow way, so that a fault can be injected into each. True: back.
 * Any context but interrupts.
 */
void slab_shortcuts(bool allow);

#endif
