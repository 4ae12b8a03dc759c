/* internal.h - one attempt to free memory. */
#ifndef MM_RECLAIM_INTERNAL_H
#define MM_RECLAIM_INTERNAL_H

#include "kernel/trace_port.h"
#include "mm/gfp.h"
#include "mm/vmstat.h"
#include "mm/zone.h"
#include "reclaim/policy.h"

struct alloc_request;

#define SWAP_CLUSTER_MAX 32u /* pages that one pass looks at, and that are written together */
#define DEF_PRIORITY	 12  /* the first pass looks at 1 / 2^12 of a list, the last one at all */

/* What an attempt may do, and what it has done. */
struct scan_control {
	bool kswapd;	      /* nobody waits for it */
	bool may_io;	      /* write to swap areas */
	bool may_write_files; /* and to files: their locks are not held by whoever asks */
	bool forced;	      /* pages leave, used or not */
	bool ahead;	      /* all stays, but is written, if it could leave otherwise */
	unsigned long wanted; /* pages to free */
	unsigned long scanned, reclaimed, written;
	unsigned long of_slabs;	    /* those of reclaimed that caches of objects had */
	bool unwritten;		    /* dirty pages of files were kept, because of may_write_files */
	enum trace_reclaim_why why; /* of what becomes of the page at hand */
};

/* pageout.c: frees or puts back pages of one zone that are on a list of the caller's, each with a
 * reference of his. May sleep. */
void shrink_page_list(struct list_head *pages, struct scan_control *sc);

/* vmscan.c: frees pages of a zone, of the 1 / 2^priority of its lists that are used least. */
void shrink_zone(struct zone *zone, unsigned int priority, struct scan_control *sc);

/* throttle.c: so many pages are off the lists / are dealt with. */
void reclaim_batch_begin(unsigned int nr);
void reclaim_batch_end(unsigned int nr);

/* The same for caches of objects, all that there are. */
void shrink_caches(gfp_t gfp, unsigned int priority, struct scan_control *sc);
/* kswapd.c: somebody frees memory himself. */
void wakeup_kswapd_at_min(const struct alloc_request *req);
/*
 * There are dirty pages of files. kswapd writes them; until it has, or has found that it cannot,
 * whoever needs memory waits. Not for long: he may hold what kswapd needs. How many pages it has
 * freed meanwhile.
 */
unsigned long wait_for_kswapd(const struct alloc_request *req);
void kswapd_init(void);

static inline unsigned long lru_size(const struct zone *zone, enum lru_list list)
{
	return zone_page_state(zone, (enum zone_stat_item)(NR_LRU_BASE + list));
}

/* candidates.c: the policy of reclaim= */

/*
 * Takes pages off the lists of one kind (LRU_INACTIVE_ANON or _FILE and its active one), which may
 * leave memory next: up to SWAP_CLUSTER_MAX inactive ones and as many active ones, each with a
 * reference. How many. May sleep.
 */
unsigned int take_candidates(struct zone *zone, enum lru_list inactive, struct list_head *to);
/* What becomes of a page off the lists, `young` of whose entries had the accessed bit. */
enum policy_verdict ask_policy(struct page *page, unsigned int young);
/* Does anything ever become active by it? */
bool policy_has_active_list(void);
/* The page is about to leave: its frame will have another's contents. */
void policy_forget(struct page *page);
void reclaim_policy_init(void);

/* workingset.c */
/* The page leaves memory; its owner is known still. */
void workingset_eviction(const struct page *page);
/* A page became active: those that left are farther. */
void workingset_age(void);
void workingset_init(void);

#endif
