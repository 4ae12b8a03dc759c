/*
 * policy_random.c - any page leaves, used or not: what every other policy should be better than.
 *
 * No string of references is the worst case of it: a loop over a little more than memory, where
 * FIFO, clock and LRU always throw out what is wanted next, costs it less.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	(void)pool;
	return ANY_PAGE;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	(void)pool;
	(void)page;
	return POLICY_EVICT;
}

const struct reclaim_policy random_policy = {.name = "random", .next = next, .judge = judge};
