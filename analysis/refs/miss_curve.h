/*
 * miss_curve.h - how often LRU misses, with any number of frames, exactly or from a sample.
 *
 * A sample (as SHARDS, Waldspurger et al., FAST 2015, with a fixed rate) looks at one page in so
 * many, chosen by a hash of its number, and at every use of that. Between two uses of such a page
 * lie, of the others, one in so many too: a depth among the sampled pages stands for that many
 * times more. What hot pages make the sample too large or too small by is made good at depth 1,
 * where they are.
 */
#ifndef REFS_MISS_CURVE_H
#define REFS_MISS_CURVE_H

#include "kernel/types.h"
#include "stack.h"

struct miss_curve {
	u32 one_in; /* pages looked at: 1 is all of them, exactly */
	struct lru_stack *stack;
	u64 *hits; /* [depth], the pages looked at alone; 0: misses whatever the size */
	size_t room;
	u64 uses;  /* of all pages */
	u64 seen;  /* of those looked at */
	u32 pages; /* first uses among them, of what had gone too */
};

void miss_curve_begin(struct miss_curve *curve, u32 one_in);
void miss_curve_end(struct miss_curve *curve);
/* `name` is what the hash is of. */
void miss_curve_use(struct miss_curve *curve, u32 page, u64 name);
void miss_curve_drop(struct miss_curve *curve, u32 page, u64 name);
void miss_curve_drop_all(struct miss_curve *curve);

/* A walk over the curve from small to large: misses with `frames`, for which the next call must not
 * have a smaller one. Begins with {0}. */
struct miss_walk {
	u32 depth;
	u64 hits;
};
u64 miss_curve_misses(const struct miss_curve *curve, struct miss_walk *walk, u32 frames);
/* With so many frames, all that can be hits are. */
u32 miss_curve_frames(const struct miss_curve *curve);
/* Does this number of frames have hits that one less has not? */
bool miss_curve_steps(const struct miss_curve *curve, u32 frames);

#endif
