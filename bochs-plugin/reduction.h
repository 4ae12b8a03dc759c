/*
 * reduction.h - a shorter string of references that LRU and OPT cannot tell from the whole one,
 * from k frames on.
 *
 * Safely allowed drops (Kaplan, Smaragdakis and Wilson, SIGMETRICS 1999). Of three uses of a page
 * the middle one may be left out if fewer than k other pages are used between the first and the
 * last:
 *
 *   A  b c b A c d b A        k = 4: b, c, d are 3 others: the middle A goes
 *
 * With k frames or more, LRU has A at the last use with the middle one and without; and OPT, if it
 * would throw A out in between, has among its pages one that is used later still. As others are
 * measured, the middle use pushes them no deeper than the first and the last do: where all of a
 * page's uses between two of B are left out, B was a hit anyhow. What is left of a run of drops
 * stands between uses that stayed, not between those of the whole string.
 *
 * Uses have a kind (a fetch, a read, a write), and who makes them, the owner. All three of a drop
 * are of one kind and owner; others are counted as pages, of whatever kind. So each part of the
 * string (the fetches, or what one owner does) is reduced as safely as the whole, and so is the
 * string of larger pages, or that of one set of a cache: there are no more others in it.
 *
 * One pass, each use in O(1): the question is only whether k others were used since, so one look
 * at the k-th of the pages in the order of their last use tells. What is undecided waits in a
 * queue: at most three uses of each kind of each of the last k pages, since the oldest is decided
 * once k others have been used since its run began.
 *
 * Nothing here knows Bochs or the recorder: the plugin feeds it, and analysis/refs/reduce.c.
 */
#ifndef TLBTRACE_REDUCTION_H
#define TLBTRACE_REDUCTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDUCTION_KINDS 6u

struct reduction_use {
	uint32_t page; /* numbered from 0, without large gaps */
	uint32_t kind; /* below REDUCTION_KINDS */
	uint32_t owner;
	uint64_t stands_for; /* uses: this one, and those left out since the last that stayed */
	bool write;	     /* of one that is left out, the next use takes it over */
	/* What the reduction does not look at. */
	uint64_t time;
	uint32_t eip, bits;
};

struct reduction;

/* reduction_new - for @k frames and more, @k > 0. @emit gets the uses that stay, in order. Returns
 * NULL when out of memory. */
struct reduction *
reduction_new(uint32_t k, void (*emit)(void *ctx, const struct reduction_use *use), void *ctx);
void reduction_free(struct reduction *r);

/* reduction_use - the next use. False: out of memory. */
bool reduction_use(struct reduction *r, const struct reduction_use *use);

/* reduction_end - what waits comes out, and no use is left out for one before this: something
 * happened that empties a frame, or the string ends. Pages may be numbered anew. */
void reduction_end(struct reduction *r);

/* reduction_waiting - uses that wait now. */
size_t reduction_waiting(const struct reduction *r);

#endif
