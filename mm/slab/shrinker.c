/*
 * shrinker.c - caches that can do with less give memory back.
 *
 *   alloc_pages() finds nothing
 *        |
 *   shrink_slab() --> count_objects()            each shrinker in turn:
 *        |            scan_objects() * n         half of its objects, a batch at a time
 *        |
 *   slab_reap()   --> slabs that are empty now   the pages come back
 *
 * A round takes half, so that a cache loses its oldest objects first and all of
 * them only when round after round brought no page. shrink_mutex keeps the list
 * as it is during a walk. It is tried, not taken: a scan that asks for memory
 * itself gets back here, and must do with what there is.
 */
#include "mm/shrinker.h"
#include "kernel/wait.h"
#include "mm/vmstat.h"
#include "kernel/lock.h"
#include "internal.h"

#define SHRINK_BATCH 128ul /* objects a call: Linux's batch */
#define DROP_ROUNDS  16	   /* each takes half: enough for any cache that is not being filled */

static LIST_HEAD(shrinkers);
static DEFINE_MUTEX(shrink_mutex);

void register_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrink_mutex);
	list_add_tail(&shrinker->list, &shrinkers);
	mutex_unlock(&shrink_mutex);
}

void unregister_shrinker(struct shrinker *shrinker)
{
	mutex_lock(&shrink_mutex);
	list_del(&shrinker->list);
	mutex_unlock(&shrink_mutex);
}

/* Half of the objects, rounded up; or, with a priority above 1, less, rounded down. */
static unsigned long share(unsigned long objects, unsigned int priority)
{
	return priority > 1 ? objects >> (priority - 1) : DIV_ROUND_UP(objects, 2);
}

static unsigned long shrink_one(struct shrinker *shrinker, gfp_t gfp, unsigned int priority)
{
	struct shrink_control control = {.gfp = gfp};
	unsigned long left = share(shrinker->count_objects(shrinker, &control), priority);
	unsigned long freed = 0, now;

	while (left) {
		control.nr_to_scan = min(left, SHRINK_BATCH);
		count_vm_events(VM_SLABS_SCANNED, (u32)control.nr_to_scan);
		left -= control.nr_to_scan;
		now = shrinker->scan_objects(shrinker, &control);
		if (now == SHRINK_STOP)
			break;
		freed += now;
		cond_resched();
	}
	return freed;
}

unsigned long shrink_slab_part(gfp_t gfp, unsigned int priority)
{
	struct shrinker *shrinker;
	unsigned long freed = 0;

	if (!mutex_trylock(&shrink_mutex))
		return 0;
	list_for_each_entry (shrinker, &shrinkers, list)
		freed += shrink_one(shrinker, gfp, priority);
	mutex_unlock(&shrink_mutex);
	return freed;
}

unsigned long shrink_slab(gfp_t gfp)
{
	return shrink_slab_part(gfp, 0);
}

unsigned long drop_slab(void)
{
	for (unsigned int round = 0; round < DROP_ROUNDS && shrink_slab(GFP_KERNEL); round++)
		;
	return slab_reap();
}
