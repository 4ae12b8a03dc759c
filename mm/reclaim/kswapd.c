/*
 * kswapd.c - the thread of a node that frees memory before anybody must wait for it; and when pages
 * of programs are written to a swap area (swapout=).
 *
 *            free memory of a zone
 *   high  ───────────────────────────  kswapd rests
 *   low   ───────────────────────────  kswapd is woken
 *   min   ───────────────────────────  who asks frees some himself (direct reclaim)
 *
 *   swapout=       kswapd, from low on                       pages of programs are written
 *   low            frees pages of all kinds                  by kswapd, when they leave (default)
 *   idle           the same                                  ... and before, when nobody else runs
 *   cached         the same                                  ... and before, after each run
 *   late           drops clean pages of files                by who asks, below min
 *   demand         is not woken                              by who asks, below min
 *
 * What is written before it leaves is taken out of the page tables and stays in the swap cache, as
 * the oldest page of its list: whoever touches it has it back without the disk, and when memory is
 * needed it goes without a write. Pages of files, which a direct reclaimer does not write (he may
 * hold their locks), are kswapd's with late and demand, too: it is woken for them below min.
 */
#include "internal.h"
#include "kernel/errno.h"
#include "kernel/cmdline.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "kernel/wait.h"
#include "mm/reclaim.h"
#include "mm/reclaim_trace.h"
#include "mm/swap.h"
#include "mm/validate.h"
#include "page/internal.h"

#define KSWAPD_QUICKLY (HZ / 10) /* woken so soon after it rested: high is too near to low */
#define MOMENT	       (HZ / 10) /* ticks: whoever is killed meanwhile waits no longer */
#define MOMENTS	       10u	 /* that others wait for a run of it */
#define IDLE_TICKS     (HZ / 10) /* between two looks whether nobody runs */
#define AHEAD_ROUNDS   4u	 /* of SWAP_CLUSTER_MAX pages each */
#define NAME_MAX       16

/* What kswapd is to do; a larger one includes the smaller ones. */
enum work {
	WORK_NONE,
	WORK_CLEAN, /* drop what need not be written */
	WORK_FILES, /* write pages of files */
	WORK_ALL
};

const char *const swapout_names[NR_SWAPOUT + 1] = {
	[SWAPOUT_LOW] = "low",	 [SWAPOUT_IDLE] = "idle",     [SWAPOUT_CACHED] = "cached",
	[SWAPOUT_LATE] = "late", [SWAPOUT_DEMAND] = "demand",
};

static enum swapout swapout;
static wait_queue_head_t kswapd_wait[MAX_NUMNODES];
static enum work wanted[MAX_NUMNODES];
/* What all of them have freed, how often they went to rest; and who waits for either. */
static unsigned long freed;
static unsigned int runs;
static wait_queue_head_t progress;

enum swapout swapout_policy(void)
{
	return swapout;
}

void set_swapout_policy(enum swapout policy)
{
	swapout = policy;
	for (int nid = 0; nid < nr_online_nodes; nid++)
		wake_up_all(&kswapd_wait[nid]);
}

static bool zone_balanced(const struct zone *zone)
{
	return zone->free_pages >= zone->watermark[WMARK_HIGH];
}

static void wakeup(const struct alloc_request *req, enum work work)
{
	struct zone *zone;

	for (unsigned int i = 0; (zone = req->zonelist->zones[i]) != NULL; i++) {
		int nid = zone->node->node_id;

		if (wanted[nid] >= work || zone_balanced(zone))
			continue;
		wanted[nid] = work;
		/* Between low and min is less than a turn can take. */
		resched_soon();
		wake_up_all(&kswapd_wait[nid]);
	}
}

void wakeup_kswapd(const struct alloc_request *req)
{
	if (swapout != SWAPOUT_DEMAND)
		wakeup(req, swapout == SWAPOUT_LATE ? WORK_CLEAN : WORK_ALL);
}

void wakeup_kswapd_at_min(const struct alloc_request *req)
{
	if (swapout == SWAPOUT_DEMAND || swapout == SWAPOUT_LATE)
		wakeup(req, WORK_FILES);
}

unsigned long wait_for_kswapd(const struct alloc_request *req)
{
	bool all = swapout != SWAPOUT_DEMAND && swapout != SWAPOUT_LATE;
	unsigned long before = freed;

	for (unsigned int turn = 0; turn < 2 && freed == before && !fatal_signal_pending_current();
	     turn++) {
		unsigned int runs_before = runs;

		wakeup(req, all ? WORK_ALL : WORK_FILES);
		for (unsigned int i = 0; i < MOMENTS; i++)
			if (wait_event_timeout(progress, freed != before || runs != runs_before,
					       MOMENT) ||
			    fatal_signal_pending_current())
				break;
	}
	return freed - before;
}

/* What is left of files is what programs run on: thrown out, it is back before they get on. */
static bool files_are_few(const struct zone *zone)
{
	return lru_size(zone, LRU_INACTIVE_FILE) + lru_size(zone, LRU_ACTIVE_FILE) +
		       zone->free_pages <=
	       zone->watermark[WMARK_HIGH];
}

/* Some zone of the node is below high still: frees there. */
static bool balance_once(pg_data_t *node, unsigned int priority, struct scan_control *sc)
{
	bool balanced = true;

	for (unsigned int i = 0; i < MAX_NR_ZONES; i++) {
		struct zone *zone = &node->node_zones[i];

		if (!zone->managed_pages || zone_balanced(zone))
			continue;
		if (!sc->may_io && files_are_few(zone))
			continue;
		balanced = false;
		sc->wanted = sc->reclaimed + max(zone->watermark[WMARK_HIGH] - zone->free_pages,
						 (unsigned long)SWAP_CLUSTER_MAX);
		shrink_zone(zone, priority, sc);
	}
	return balanced;
}

/* How many pages of programs and files it has freed. */
static unsigned long balance_node(pg_data_t *node, enum work work)
{
	struct scan_control sc = {
		.kswapd = true, .may_io = work == WORK_ALL, .may_write_files = work >= WORK_FILES};
	int priority = DEF_PRIORITY;

	while (priority >= 0) {
		unsigned long before = sc.reclaimed, written = sc.written;

		if (balance_once(node, (unsigned int)priority, &sc))
			break;
		shrink_caches(GFP_KERNEL, (unsigned int)priority, &sc);
		drain_local_pages();
		if (sc.reclaimed != before) {
			freed += sc.reclaimed - before;
			wake_up_all(&progress);
		} else if (sc.written == written) {
			priority--;
		}
		cond_resched();
	}
	return sc.reclaimed - sc.of_slabs;
}

/* Writes the pages of programs that would be the next to leave; none leaves. */
static void write_ahead(struct zone *zone)
{
	struct scan_control sc = {.kswapd = true, .may_io = true, .ahead = true};
	unsigned int nr = 0;
	LIST_HEAD(taken);

	for (unsigned int i = 0; i < AHEAD_ROUNDS; i++)
		nr += take_candidates(zone, LRU_INACTIVE_ANON, &taken);
	reclaim_batch_begin(nr);
	shrink_page_list(&taken, &sc);
	reclaim_batch_end(nr);
}

/* In zones where memory may run short soon: less than an eighth is left. */
static void write_ahead_node(pg_data_t *node)
{
	for (unsigned int i = 0; i < MAX_NR_ZONES && nr_swap_pages(); i++) {
		struct zone *zone = &node->node_zones[i];

		if (zone->free_pages < zone->watermark[WMARK_HIGH] + zone->managed_pages / 8)
			write_ahead(zone);
	}
}

static void free_memory(pg_data_t *node, enum work work)
{
	unsigned long dropped;

	reclaim_note_kswapd_wake(node->node_id);
	dropped = balance_node(node, work);
	/* That is done, or cannot be. Who asks for more, or later, means the next turn. */
	if (wanted[node->node_id] <= work)
		wanted[node->node_id] = WORK_NONE;
	if (swapout == SWAPOUT_CACHED)
		write_ahead_node(node);
	reclaim_note_kswapd_sleep(node->node_id, dropped);
	validate_if_asked();
	runs++;
	wake_up_all(&progress);
}

void kswapd_turn(pg_data_t *node)
{
	enum work work = wanted[node->node_id];

	if (work) {
		free_memory(node, work);
	} else if (swapout == SWAPOUT_IDLE && alone_on_cpu()) {
		write_ahead_node(node);
	}
}

/* Until there is work; with swapout=idle, from the moment that it is set, also for a look now and
 * then. */
static void rest(int nid)
{
	if (swapout == SWAPOUT_IDLE)
		wait_event_timeout(kswapd_wait[nid], wanted[nid], IDLE_TICKS);
	else if (wait_event_interruptible(kswapd_wait[nid], wanted[nid] || swapout == SWAPOUT_IDLE))
		return; /* kernel threads get no signals */
}

int kswapd(void *arg)
{
	pg_data_t *node = arg;
	int nid = node->node_id;
	unsigned long rested = jiffies - KSWAPD_QUICKLY;

	memalloc_noreclaim_save();
	for (;;) {
		rest(nid);
		if (wanted[nid] && jiffies - rested < KSWAPD_QUICKLY)
			count_vm_event(VM_KSWAPD_QUICK);
		kswapd_turn(node);
		rested = jiffies;
	}
}

int swapout_by_name(const char *name)
{
	for (int i = 0; i < NR_SWAPOUT; i++)
		if (strcmp(swapout_names[i], name) == 0)
			return i;
	return -1;
}

void kswapd_init(void)
{
	char name[NAME_MAX];

	for (int nid = 0; nid < MAX_NUMNODES; nid++)
		init_waitqueue_head(&kswapd_wait[nid]);
	init_waitqueue_head(&progress);
	if (!cmdline_get("swapout", name, sizeof(name)))
		return;
	if (swapout_by_name(name) < 0)
		cmdline_bad("swapout", name, "low, idle, cached, late or demand");
	else
		swapout = (enum swapout)swapout_by_name(name);
}
