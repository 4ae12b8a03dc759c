/*
 * policy.h - which page leaves next: what a replacement policy is asked.
 *
 *            newest                 oldest
 *   active   [ . . . . . . . . . . . . . ] ──┐ next(): from which end
 *                                            ├──────> candidate ── judge(): used? ──┬─> out
 *   inactive [ . . . . . . . . . . . . . ] ──┘                                      │
 *       ^         new pages enter here                                              │
 *       └───────────────── newest of one of the lists ──────────────────────────────┘
 *
 * A policy moves nothing itself: it says where the next candidate comes from, and where one goes,
 * given how it was used. So it is one small file of answers, policy_NAME.c. Two engines ask it:
 * candidates.c has the pages of one zone and kind, sees uses as accessed bits, and knows of a bit
 * only when it looks; analysis/refs/replay_engine.c has a number of frames, and sees each
 * reference.
 */
#ifndef MM_RECLAIM_POLICY_H
#define MM_RECLAIM_POLICY_H

#include "kernel/compiler.h"
#include "kernel/types.h"

/* The pages among which one must leave. */
struct policy_pool {
	unsigned long nr_inactive, nr_active;
	unsigned long asked; /* calls of next(), this one not counted */
	unsigned long kept;  /* candidates in a row that did not leave; see candidates.c, too */
	u32 now;	     /* virtual time: page faults (the kernel), references (replay) */
	u32 tau;	     /* a page unused for longer is of no working set */
};

/* This many candidates in a row that did not leave are each page, and the one that is looked at. */
static inline unsigned long policy_round(const struct policy_pool *pool)
{
	return pool->nr_inactive + pool->nr_active + 1;
}

/* A page that is looked at. */
struct policy_page {
	unsigned int young; /* page-table entries with the accessed bit, which are clear now */
	bool marked;	    /* PG_referenced: used by read() or write(). The policy may change it */
	bool dirty;	    /* must be written before it can leave */
	bool file;	    /* of a file, which the disk has */
	bool active;	    /* came from the active list */
	u32 *stamp;	    /* a number that the policy keeps with the page; NULL unless .stamps */
};

enum policy_end {
	OLDEST_INACTIVE,
	OLDEST_ACTIVE,
	ANY_PAGE /* each with the same chance */
};

enum policy_verdict {
	POLICY_EVICT,
	POLICY_CLEAN,	    /* write it, so that it can leave without that later; newest inactive */
	POLICY_TO_INACTIVE, /* newest of that list */
	POLICY_TO_ACTIVE,
	POLICY_STAY /* tick() only: inactive, in the order that there was, older than the others */
};

struct reclaim_policy {
	const char *name;
	bool stamps;	 /* pages have a number, at first the time when they came */
	bool ticks;	 /* tick() is called for all pages now and then */
	bool workingset; /* a page that comes back too soon is to be active */
	enum policy_end (*next)(const struct policy_pool *pool);
	enum policy_verdict (*judge)(const struct policy_pool *pool, struct policy_page *page);
	/* Each page in turn: inactive ones, then active ones, the oldest first. Never out. */
	enum policy_verdict (*tick)(const struct policy_pool *pool, struct policy_page *page);
	/* Where each reference is seen (replay), it makes the page the newest one, and sets no bit.
	 */
	bool exact_when_seen;
};

extern const struct reclaim_policy twolist_policy, clock_policy, fifo_policy, random_policy;
extern const struct reclaim_policy aging_policy, lru_policy, wsclock_policy;

/* All, twolist first; ends in NULL. */
extern const struct reclaim_policy *const reclaim_policies[];
/* The one with that name, or NULL. */
const struct reclaim_policy *reclaim_policy_by_name(const char *name);

#endif
