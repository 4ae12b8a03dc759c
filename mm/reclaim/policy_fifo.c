/*
 * policy_fifo.c - first in, first out: the page that has been here longest leaves, used or not.
 *
 * The cheapest policy, for nobody asks about use; and the one that Belady's anomaly is known from:
 * with more frames it may fault more.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	(void)pool;
	return OLDEST_INACTIVE;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	(void)pool;
	(void)page;
	return POLICY_EVICT;
}

const struct reclaim_policy fifo_policy = {.name = "fifo", .next = next, .judge = judge};
