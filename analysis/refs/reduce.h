/*
 * reduce.h - a shorter string that LRU and OPT cannot tell from the whole one, from k frames on.
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
 * A write that is left out makes the next use one. A page that is gone ends all runs: no drop is
 * safe across a frame that is free.
 *
 * One pass. What is undecided waits in a queue: at most three uses of each of the last k pages,
 * since the oldest is decided once k others have been used since its run began.
 */
#ifndef REFS_REDUCE_H
#define REFS_REDUCE_H

#include "reader.h"

struct reducer;

/* `emit` gets the lines that stay, in order: uses, and what is gone. */
struct reducer *reducer_new(u32 k, void (*emit)(void *arg, const struct refs_line *line),
			    void *arg);
void reducer_add(struct reducer *reducer, const struct refs_line *line);
/* No more lines: the rest comes out. */
void reducer_finish(struct reducer *reducer);
/* Lines that wait now. */
size_t reducer_waiting(const struct reducer *reducer);
void reducer_free(struct reducer *reducer);

#endif
