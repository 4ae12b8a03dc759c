/* ratelimit.h - not too many of the same report: Linux's ratelimit, 10 in 5 seconds. */
#ifndef KERNEL_RATELIMIT_H
#define KERNEL_RATELIMIT_H

#include "kernel/time.h"
#include "kernel/types.h"

#define RATELIMIT_BURST	   10
#define RATELIMIT_INTERVAL (5 * HZ) /* ticks */

struct ratelimit {
	unsigned long start; /* jiffies */
	unsigned int count;
};

/* True when one more report may be made. Any context. */
static inline bool ratelimit(struct ratelimit *limit)
{
	if (jiffies - limit->start >= RATELIMIT_INTERVAL) {
		limit->start = jiffies;
		limit->count = 0;
	}
	return limit->count++ < RATELIMIT_BURST;
}

#endif
