/*
 * throttle.c - those who need memory wait for those who are at freeing it, and see when there is
 * nothing left to free.
 *
 * A reclaimer has its pages off the lists, locked, until the disk has them. Another one that comes
 * meanwhile finds nothing, and may neither spin nor believe that memory is out. It waits: for a
 * moment at a time, as it may hold what the first one needs.
 */
#include "internal.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/oom.h"
#include "mm/reclaim.h"
#include "mm/swap.h"
#include "mm/vmstat.h"
#include "page/internal.h"

#define MOMENT	     (HZ / 50)
#define IDLE_RETRIES 2u	 /* marks of use that one attempt has cleared help the next */
#define BUSY_RETRIES 50u /* while others are at work: about a second */

static DECLARE_WAIT_QUEUE_HEAD(batch_wait);
/* Pages that reclaimers have off the lists now; batches that they have dealt with. */
static unsigned int nr_taken, batches;

void reclaim_batch_begin(unsigned int nr)
{
	nr_taken += nr;
}

void reclaim_batch_end(unsigned int nr)
{
	nr_taken -= nr;
	batches++;
	wake_up_all(&batch_wait);
}

/* When others have pages off the lists, or there is write-back: waits a moment, true. */
static bool wait_for_others(void)
{
	unsigned int before = batches;

	if (!nr_taken && !global_page_state(NR_WRITEBACK))
		return false;
	wait_event_timeout(batch_wait, batches != before, MOMENT);
	return true;
}

/* What may leave the zone, at the very most. */
static unsigned long zone_reclaimable(const struct zone *zone)
{
	unsigned long pages = zone_page_state(zone, NR_LRU_BASE + LRU_INACTIVE_FILE) +
			      zone_page_state(zone, NR_LRU_BASE + LRU_ACTIVE_FILE);

	if (nr_swap_pages() || nr_swapcache_pages)
		pages += zone_page_state(zone, NR_LRU_BASE + LRU_INACTIVE_ANON) +
			 zone_page_state(zone, NR_LRU_BASE + LRU_ACTIVE_ANON);
	return pages;
}

/*
 * Would the request be served if all left that may? The last pages of files are the programs
 * themselves: to throw them out for a moment, again and again, would be progress without an end.
 */
static bool may_suffice(const struct alloc_request *req)
{
	const struct zonelist *list = req->zonelist;
	struct zone *zone;

	if (nr_taken)
		return true;
	for (unsigned int i = 0; (zone = list->zones[i]) != NULL; i++)
		if ((req->nodemask >> zone->node->node_id & 1) &&
		    zone->free_pages + zone_reclaimable(zone) >=
			    BIT(req->order) + zone->watermark[WMARK_MIN] +
				    zone->lowmem_reserve[list->highest_zoneidx])
			return true;
	return false;
}

bool reclaim_again(const struct alloc_request *req, struct reclaim_tries *tries)
{
	bool others;
	u32 freed;

	/* Others wait for the memory of who dies: it ends, with or without a page. */
	if (oom_current_dies())
		return ++tries->idle <= IDLE_RETRIES;
	others = wait_for_others();
	freed = vm_event_sum(VM_PGSTEAL_KSWAPD) + vm_event_sum(VM_PGSTEAL_DIRECT);
	tries->idle = freed == tries->freed ? tries->idle + 1 : 0;
	tries->freed = freed;
	return tries->idle <= (others ? BUSY_RETRIES : IDLE_RETRIES) && may_suffice(req);
}
