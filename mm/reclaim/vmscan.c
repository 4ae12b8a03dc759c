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

unsigned int vm_swappiness = 60;

#define KSWAPD_PATIENCE HZ /* ticks that others wait for it */

static wait_queue_head_t kswapd_wait[MAX_NUMNODES];
static bool kswapd_wanted[MAX_NUMNODES];
static const struct task_struct *kswapd_task[MAX_NUMNODES];
/* What all of them have freed, how often they went to rest; and who waits for either. */
static unsigned long kswapd_freed;
static unsigned int kswapd_runs;
static wait_queue_head_t kswapd_progress;

static bool in_kswapd(void)
{
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		if (kswapd_task[nid] == running_task())
			return true;
	return false;
}

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
	unsigned int anon = can_swap ? min(vm_swappiness, 200u) : 0;

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
	bool may_wait = sc.may_io && !in_kswapd();
	bool nested = memalloc_noreclaim_save();
	unsigned long freed = 0;

	reclaim_note_direct(req->order);
	for (int priority = DEF_PRIORITY; priority >= 0 && sc.reclaimed < sc.wanted && !freed;
	     priority--) {
		shrink_zones(req, (unsigned int)priority, &sc);
		if (!sc.reclaimed && sc.unwritten && may_wait) {
			freed = wait_for_kswapd(req);
			may_wait = false;
		}
	}
	reclaim_note_direct_end(sc.reclaimed);
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

static unsigned long balance_node(pg_data_t *node)
{
	struct scan_control sc = {.kswapd = true, .may_io = true, .may_write_files = true};
	int priority = DEF_PRIORITY;

	while (priority >= 0) {
		unsigned long before = sc.reclaimed;

		if (balance_once(node, (unsigned int)priority, &sc))
			break;
		drain_local_pages();
		if (sc.reclaimed == before)
			priority--;
		else
			wake_up_all(&kswapd_progress);
		kswapd_freed += sc.reclaimed - before;
		cond_resched();
	}
	return sc.reclaimed;
}

int kswapd(void *arg)
{
	pg_data_t *node = arg;
	int nid = node->node_id;

	kswapd_task[nid] = running_task();
	memalloc_noreclaim_save();
	for (;;) {
		wait_event(kswapd_wait[nid], kswapd_wanted[nid]);
		reclaim_note_kswapd_wake(nid);
		reclaim_note_kswapd_sleep(nid, balance_node(node));
		validate_if_asked();
		kswapd_wanted[nid] = false;
		kswapd_runs++;
		wake_up_all(&kswapd_progress);
	}
}

void reclaim_init(void)
{
	reclaim_policy_init();
	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		init_waitqueue_head(&kswapd_wait[nid]);
	init_waitqueue_head(&kswapd_progress);
}
