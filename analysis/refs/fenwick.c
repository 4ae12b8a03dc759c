/* fenwick.c - how many places of a row are taken: a tree of partial sums. */
#include "fenwick.h"
#include "memory.h"
#include <stdlib.h>

void fenwick_reset(struct fenwick *row, u32 places)
{
	free(row->sums);
	row->sums = refs_zeroed((size_t)places + 1, sizeof(*row->sums));
	row->places = places;
}

void fenwick_fill(struct fenwick *row, u32 n)
{
	for (u32 i = 1; i <= row->places; i++) {
		u32 before = i - (i & -i);

		row->sums[i] = (i < n ? i : n) - (before < n ? before : n);
	}
}

void fenwick_add(struct fenwick *row, u32 place, s32 change)
{
	for (; place <= row->places; place += place & -place)
		row->sums[place] += (u32)change;
}

u32 fenwick_count(const struct fenwick *row, u32 place)
{
	u32 count = 0;

	for (; place; place -= place & -place)
		count += row->sums[place];
	return count;
}

void fenwick_free(struct fenwick *row)
{
	free(row->sums);
	*row = (struct fenwick){0};
}
