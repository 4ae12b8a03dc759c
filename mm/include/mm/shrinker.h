/*
 * shrinker.h - asking caches to give memory back when there is none left.
 *
 * Whoever keeps objects that it could do without (unused inodes, spare stacks)
 * registers a shrinker. When the page allocator finds nothing, it asks all of them.
 */
#ifndef MM_SHRINKER_H
#define MM_SHRINKER_H

#include "kernel/list.h"
#include "mm/gfp.h"

struct shrink_control {
	gfp_t gfp;		  /* of the request that found no memory */
	unsigned long nr_to_scan; /* objects to look at in this call */
};

#define SHRINK_STOP (~0ul) /* scan_objects(): nothing can be freed now */

struct shrinker {
	const char *name;
	/* How many objects could go, roughly. May not sleep. */
	unsigned long (*count_objects)(struct shrinker *shrinker, struct shrink_control *control);
	/*
	 * Looks at control->nr_to_scan objects, oldest first, and frees those that can go.
	 * Returns how many went, or SHRINK_STOP. May sleep, but not for a lock under which
	 * anybody asks for memory: that may be the very request that got here.
	 */
	unsigned long (*scan_objects)(struct shrinker *shrinker, struct shrink_control *control);
	struct list_head list;
};

/* Adds a shrinker / takes it away, after a scan under way has ended. May sleep. */
void register_shrinker(struct shrinker *shrinker);
void unregister_shrinker(struct shrinker *shrinker);

/*
 * Asks every shrinker to free half of what it has. Returns objects freed; their
 * pages may still be in slabs (slab_reap()). 0: nothing can go, or the call came
 * from inside a scan. Only for requests with __GFP_WAIT; may sleep.
 */
unsigned long shrink_slab(gfp_t gfp);

/*
 * Asks every shrinker to look at 2 / 2^priority of what it has: as much of it as reclaim looks at
 * of the pages. The rest as above.
 */
unsigned long shrink_slab_part(gfp_t gfp, unsigned int priority);

/* Asks until nobody has anything to give, a bounded number of times, and then gives empty slabs
 * back: /proc/sys/vm/drop_caches. Returns pages freed from slabs. May sleep. */
unsigned long drop_slab(void);

#endif
