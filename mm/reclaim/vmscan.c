/*
 * vmscan.c - how much of which list is looked at, and who asks for it.
 *
 *   alloc_pages() below low   ──wakes──> kswapd of the node: frees until its zones are above high
 *   alloc_pages() below min   ─────────> direct reclaim: frees some itself, then tries again
 *
 * Both begin with a small part of the lists (priority 12) and go on to larger ones, to all of them
 * (0). Pages of processes and of files are looked at in the ratio of swappiness to 200 -
 * swappiness. Which of them leaves, is the policy's to say (policy.h).
 */
#include "mm/reclaim.h"
#include "internal.h"
#include "kernel/cmdline.h"
#include "kernel/printk.h"
#include "kernel/wait.h"
#include "mm/filemap.h"
#include "mm/reclaim_trace.h"
#include "mm/shrinker.h"
#include "mm/swap.h"
#include "mm/vmstat.h"
#include "reclaim/lru.h"
#include "page/internal.h"
#include "slab/internal.h"

#define SWAPPINESS_DEFAULT 60

unsigned int vm_swappiness = SWAPPINESS_DEFAULT;

/* `nr` pages of one kind. */
static void shrink_kind(struct zone *zone, enum lru_list inactive, unsigned long nr,
			struct scan_control *sc)
{
	while (nr && sc->reclaimed < sc->wanted) {
		LIST_HEAD(taken);
		unsigned int count = take_candidates(zone, inactive, &taken);

		if (!count)
			return;
		reclaim_batch_begin(count);
		shrink_page_list(&taken, sc);
		reclaim_batch_end(count);
		nr -= min(nr, (unsigned long)SWAP_CLUSTER_MAX);
		cond_resched();
	}
}

/* How many pages of a kind are looked at: its share, but never nothing while there is any. */
static unsigned long scan_share(const struct zone *zone, enum lru_list inactive,
				unsigned int priority, unsigned int weight)
{
	unsigned long size = lru_size(zone, inactive) + lru_size(zone, inactive + 1);
	unsigned long share = (size >> priority) * weight / 100;

	return weight && size ? max(share, (unsigned long)SWAP_CLUSTER_MAX) : 0;
}

void shrink_zone(struct zone *zone, unsigned int priority, struct scan_control *sc)
{
	/* Without a free slot there may be pages that have one. */
	bool can_swap = sc->may_io && (nr_swap_pages() || nr_swapcache_pages);
	unsigned int anon = can_swap ? vm_swappiness : 0, file = SWAPPINESS_MAX - anon;

	/* The last pass spares nothing, whatever was asked: else somebody would be killed. */
	if (!priority) {
		file = max(file, 1u);
		anon = can_swap ? max(anon, 1u) : 0;
	}
	/* Clean pages of files are the cheapest. */
	shrink_kind(zone, LRU_INACTIVE_FILE, scan_share(zone, LRU_INACTIVE_FILE, priority, file),
		    sc);
	shrink_kind(zone, LRU_INACTIVE_ANON, scan_share(zone, LRU_INACTIVE_ANON, priority, anon),
		    sc);
}

static void shrink_zones(const struct alloc_request *req, unsigned int priority,
			 struct scan_control *sc)
{
	struct zone *zone;

	for (unsigned int i = 0; (zone = req->zonelist->zones[i]) != NULL; i++)
		if (sc->reclaimed < sc->wanted && req->nodemask >> zone->node->node_id & 1)
			shrink_zone(zone, priority, sc);
}

void shrink_caches(gfp_t gfp, unsigned int priority, struct scan_control *sc)
{
	unsigned long freed = shrink_slab_part(gfp, priority) ? slab_reap() : 0;

	sc->reclaimed += freed;
	sc->of_slabs += freed;
}

unsigned long try_to_free_pages(const struct alloc_request *req)
{
	struct scan_control sc = {.may_io = req->gfp & __GFP_IO, .wanted = SWAP_CLUSTER_MAX};
	bool may_wait = sc.may_io;
	bool nested = memalloc_noreclaim_save();
	unsigned long freed = 0;

	reclaim_note_direct(req->order);
	wakeup_kswapd_at_min(req);
	for (int priority = DEF_PRIORITY; priority >= 0 && sc.reclaimed < sc.wanted && !freed;
	     priority--) {
		shrink_zones(req, (unsigned int)priority, &sc);
		shrink_caches(req->gfp, (unsigned int)priority, &sc);
		if (!sc.reclaimed && sc.unwritten && may_wait) {
			freed = wait_for_kswapd(req);
			may_wait = false;
		}
	}
	reclaim_note_direct_end(sc.reclaimed - sc.of_slabs);
	memalloc_noreclaim_restore(nested);
	return sc.reclaimed + freed;
}

static void swappiness_init(void)
{
	unsigned long asked = cmdline_get_size("swappiness", SWAPPINESS_DEFAULT);
	char value[24];

	if (asked <= SWAPPINESS_MAX) {
		vm_swappiness = (unsigned int)asked;
	} else {
		snprintf(value, sizeof(value), "%lu", asked);
		cmdline_bad("swappiness", value, "a number from 0 to 200");
	}
}

void reclaim_init(void)
{
	swappiness_init();
	reclaim_policy_init();
	kswapd_init();
}
