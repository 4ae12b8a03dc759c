/* replay_engine.h - a string of references, a number of frames, a policy: how many faults? */
#ifndef HOST_REPLAY_ENGINE_H
#define HOST_REPLAY_ENGINE_H

#include "../../mm/reclaim/policy.h"

/* One use of a page; or it is gone: its frame is free, and nothing is written. Pages are numbered
 * from 0 without large gaps. */
struct reference {
	u32 page;
	bool write, gone;
};

struct replay {
	const struct reference *refs;
	unsigned long nr_refs;
	u32 nr_pages;	     /* more than the largest page */
	unsigned int frames; /* > 0 */
	unsigned int tick;   /* references between ticks; 0: as many as there are frames */
	u32 tau;	     /* references; 0: twice as many as there are frames */
	u32 seed;	     /* of ANY_PAGE; 0: 1 */
	/* Called at each fault with the page that left (NOBODY: a frame was empty), if not NULL. */
	void (*left)(void *arg, unsigned long ref, u32 page);
	void *arg;
};

#define NOBODY (~0u)

struct replay_result {
	unsigned long faults;
	unsigned long writes; /* dirty pages that left, or were written before */
};

struct replay_result replay_policy(const struct replay *replay,
				   const struct reclaim_policy *policy);
/* Belady's MIN: what is wanted again last leaves. No policy has fewer faults. */
struct replay_result replay_opt(const struct replay *replay);
/* The generator of ANY_PAGE: models use it, too. */
u32 replay_random(u32 *state);

#endif
