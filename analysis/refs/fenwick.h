/*
 * fenwick.h - which places of a row are taken, and how many up to one: each question in O(log n).
 *
 * A tree of partial sums (Fenwick 1994): node i has the sum of the places from i - (i & -i) + 1 to
 * i.
 */
#ifndef REFS_FENWICK_H
#define REFS_FENWICK_H

#include "kernel/types.h"

struct fenwick {
	u32 *sums; /* [1..places] */
	u32 places;
};

/* Empties a row and gives it so many places, 1 to `places`. */
void fenwick_reset(struct fenwick *row, u32 places);
/* Makes the first n places taken and the others free, in O(places). */
void fenwick_fill(struct fenwick *row, u32 n);
void fenwick_add(struct fenwick *row, u32 place, s32 change);
/* How many of the places 1 to `place` are taken. */
u32 fenwick_count(const struct fenwick *row, u32 place);
void fenwick_free(struct fenwick *row);

#endif
