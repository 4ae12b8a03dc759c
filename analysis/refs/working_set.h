/*
 * working_set.h - how many pages a program uses within a window of time, and how often it misses
 * when it always has just those, for every window at once.
 *
 * Denning and Slutz (1978): a page that is used again after x is in the working set of window tau
 * for min(x, tau) of that time. So the average size is the sum of that over all uses, by the time
 * that there was; and a use is a miss if x > tau. Both come from a histogram of x.
 *
 *   tau = 4      uses   x . . x . . . . . . x .
 *                in it  |-----------|     |-------
 *
 * A page is in W(t, tau) if it was used after t - tau, and not after t. Time begins with the first
 * use and ends with the last.
 */
#ifndef REFS_WORKING_SET_H
#define REFS_WORKING_SET_H

#include "kernel/types.h"

/* Windows are 1, 2, 3, 4, 6, 8, 12, 16...: 2^i and 3 * 2^i. */
#define WORKING_SET_WINDOWS 127u

struct working_set {
	u64 *last; /* [page]: time of the last use + 1, or 0 */
	size_t pages;
	u64 first, now;
	u64 uses, new; /* new: misses whatever the window */
	/* [window]: that is long enough for the time between, and the one before it is not. Returns
	 * are uses again; stays, all times that a page may be in a working set. */
	u64 returns[WORKING_SET_WINDOWS];
	u64 stays[WORKING_SET_WINDOWS];
	double stay_time[WORKING_SET_WINDOWS];
};

void working_set_begin(struct working_set *set);
void working_set_end(struct working_set *set);
/* The page is used at this time, never before that of the call before. */
void working_set_use(struct working_set *set, u32 page, u64 time);
/* The page is gone: it leaves all working sets. */
void working_set_drop(struct working_set *set, u32 page, u64 time);
void working_set_drop_all(struct working_set *set, u64 time);
/* No more uses: to be called once, before the answers are asked for. */
void working_set_finish(struct working_set *set);

u64 working_set_window(unsigned int window);
/* The smallest window that is not shorter than the string. */
unsigned int working_set_longest(const struct working_set *set);
double working_set_size(const struct working_set *set, unsigned int window);
u64 working_set_misses(const struct working_set *set, unsigned int window);

#endif
