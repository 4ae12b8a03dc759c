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
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/filemap.h"
#include "mm/reclaim_trace.h"
#include "mm/shrinker.h"
#include "mm/swap.h"
#include "mm/validate.h"
#include "mm/vmstat.h"
#include "reclaim/lru.h"
#include "page/internal.h"
#include "slab/internal.h"

#define SWAPPINESS_DEFAULT 60
#define KSWAPD_QUICKLY	   (HZ / 10) /* woken so soon after it rested: high is too near to low */
#define KSWAPD_PATIENCE	   HZ	     /* ticks that others wait for it */

unsigned int vm_swappiness = SWAPPINESS_DEFAULT;

static wait_queue_head_t kswapd_wait[MAX_NUMNODES];
static bool kswapd_wanted[MAX_NUMNODES];
/* What all of them have freed, how often they went to rest; and who waits for either. */
static unsigned long kswapd_freed;
static unsigned int kswapd_runs;
static wait_queue_head_t kswapd_progress;

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
	unsigned int anon = can_swap ? vm_swappiness : 0;

	/* Clean pages of files are the cheapest. */
	shrink_kind(zone, LRU_INACTIVE_FILE,
		    scan_share(zone, LRU_INACTIVE_FILE, priority, 200 - anon), sc);
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

/* Objects of caches that can do with less, as many of them as of the pages. */
static void shrink_caches(gfp_t gfp, unsigned int priority, struct scan_control *sc)
{
	unsigned long freed = shrink_slab_part(gfp, priority) ? slab_reap() : 0;

	sc->reclaimed += freed;
	sc->of_slabs += freed;
}

/*
 * There are dirty pages of files. kswapd writes them; until it has, or has found that it
 * cannot, whoever needs memory waits. Not for long: he may hold what kswapd needs. How many pages.
 */
static unsigned long wait_for_kswapd(const struct alloc_request *req)
{
	unsigned long before = kswapd_freed;

	for (unsigned int run = 0; run < 2 && kswapd_freed == before; run++) {
		unsigned int runs = kswapd_runs;

		wakeup_kswapd(req);
		wait_event_timeout(kswapd_progress, kswapd_freed != before || kswapd_runs != runs,
				   KSWAPD_PATIENCE);
	}
	return kswapd_freed - before;
}

unsigned long try_to_free_pages(const struct alloc_request *req)
{
	struct scan_control sc = {.may_io = req->gfp & __GFP_IO, .wanted = SWAP_CLUSTER_MAX};
	bool may_wait = sc.may_io;
	bool nested = memalloc_noreclaim_save();
	unsigned long freed = 0;

	reclaim_note_direct(req->order);
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

/* --- kswapd ---------------------------------------------------------------- */

static bool zone_balanced(const struct zone *zone)
{
	return zone->free_pages >= zone->watermark[WMARK_HIGH];
}

void wakeup_kswapd(const struct alloc_request *req)
{
	struct zone *zone;

	for (unsigned int i = 0; (zone = req->zonelist->zones[i]) != NULL; i++) {
		int nid = zone->node->node_id;

		if (kswapd_wanted[nid] || zone_balanced(zone))
			continue;
		kswapd_wanted[nid] = true;
		/* Between low and min is less than a turn can take. */
		resched_soon();
		wake_up_all(&kswapd_wait[nid]);
	}
}

/* Some zone of the node is below high still: frees there. */
static bool balance_once(pg_data_t *node, unsigned int priority, struct scan_control *sc)
{
	bool balanced = true;

	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &node->node_zones[i];

		if (!zone->managed_pages || zone_balanced(zone))
			continue;
		balanced = false;
		sc->wanted = sc->reclaimed + max(zone->watermark[WMARK_HIGH] - zone->free_pages,
						 (unsigned long)SWAP_CLUSTER_MAX);
		shrink_zone(zone, priority, sc);
	}
	return balanced;
}

/* How many pages of programs and files it has freed. */
static unsigned long balance_node(pg_data_t *node)
{
	struct scan_control sc = {.kswapd = true, .may_io = true, .may_write_files = true};
	int priority = DEF_PRIORITY;

	while (priority >= 0) {
		unsigned long before = sc.reclaimed;

		if (balance_once(node, (unsigned int)priority, &sc))
			break;
		shrink_caches(GFP_KERNEL, (unsigned int)priority, &sc);
		drain_local_pages();
		if (sc.reclaimed == before)
			priority--;
		else
			wake_up_all(&kswapd_progress);
		kswapd_freed += sc.reclaimed - before;
		cond_resched();
	}
	return sc.reclaimed - sc.of_slabs;
}

int kswapd(void *arg)
{
	pg_data_t *node = arg;
	int nid = node->node_id;
	unsigned long rested = jiffies - KSWAPD_QUICKLY;

	memalloc_noreclaim_save();
	for (;;) {
		wait_event(kswapd_wait[nid], kswapd_wanted[nid]);
		if (jiffies - rested < KSWAPD_QUICKLY)
			count_vm_event(VM_KSWAPD_QUICK);
		reclaim_note_kswapd_wake(nid);
		reclaim_note_kswapd_sleep(nid, balance_node(node));
		validate_if_asked();
		kswapd_wanted[nid] = false;
		rested = jiffies;
		kswapd_runs++;
		wake_up_all(&kswapd_progress);
	}
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
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		init_waitqueue_head(&kswapd_wait[nid]);
	init_waitqueue_head(&kswapd_progress);
}
