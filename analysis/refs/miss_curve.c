/* miss_curve.c - counts stack distances, and makes misses by number of frames of them. */
#include "miss_curve.h"
#include "memory.h"
#include <stdlib.h>

void miss_curve_begin(struct miss_curve *curve, u32 one_in)
{
	*curve = (struct miss_curve){.one_in = one_in, .stack = lru_stack_new()};
	curve->hits = refs_larger(NULL, &curve->room, 1, sizeof(*curve->hits));
}

void miss_curve_end(struct miss_curve *curve)
{
	lru_stack_free(curve->stack);
	free(curve->hits);
}

static bool looked_at(const struct miss_curve *curve, u64 name)
{
	name ^= name >> 31;
	name *= 0xd6e8feb86659fd93ull;
	name ^= name >> 32;
	return curve->one_in == 1 || (u32)name % curve->one_in == 0;
}

void miss_curve_use(struct miss_curve *curve, u32 page, u64 name)
{
	u32 depth;

	curve->uses++;
	if (!looked_at(curve, name))
		return;
	curve->seen++;
	depth = lru_stack_use(curve->stack, page);
	curve->pages += depth == 0;
	curve->hits = refs_larger(curve->hits, &curve->room, depth, sizeof(*curve->hits));
	curve->hits[depth]++;
}

void miss_curve_drop(struct miss_curve *curve, u32 page, u64 name)
{
	if (looked_at(curve, name))
		lru_stack_drop(curve->stack, page);
}

void miss_curve_drop_all(struct miss_curve *curve)
{
	lru_stack_drop_all(curve->stack);
}

/* The frames that a depth stands for: itself, and the pages that were not looked at. */
static u64 frames_of(const struct miss_curve *curve, u32 depth)
{
	return (u64)(depth - 1) * curve->one_in + 1;
}

u64 miss_curve_misses(const struct miss_curve *curve, struct miss_walk *walk, u32 frames)
{
	s64 hits;

	while (walk->depth + 1 < curve->room && frames_of(curve, walk->depth + 1) <= frames)
		walk->hits += curve->hits[++walk->depth];
	/* hits + those that the sample is short of, at depth 1; all of them `one_in` times */
	hits = (s64)(walk->hits * curve->one_in) +
	       (frames ? (s64)curve->uses - (s64)(curve->seen * curve->one_in) : 0);
	hits = hits < 0 ? 0 : hits;
	return (u64)hits > curve->uses ? 0 : curve->uses - (u64)hits;
}

static u32 deepest(const struct miss_curve *curve)
{
	size_t depth = curve->room - 1;

	while (depth && !curve->hits[depth])
		depth--;
	return (u32)depth;
}

u32 miss_curve_frames(const struct miss_curve *curve)
{
	u32 depth = deepest(curve);

	return depth ? (u32)frames_of(curve, depth) : 1;
}

bool miss_curve_steps(const struct miss_curve *curve, u32 frames)
{
	u32 depth = (frames - 1) / curve->one_in + 1;

	return (frames - 1) % curve->one_in == 0 && depth < curve->room && curve->hits[depth];
}
