/*
 * policy_lru.c - least recently used: the page whose last use is longest ago leaves.
 *
 * Exact where each reference is seen, and makes its page the newest: in a replay. The kernel sees
 * only that a page was used since it last looked, so there it is an approximation: whenever a
 * quarter of the pages have been candidates, a tick makes all that were used the newest ones, in
 * the order that they had; a candidate that was used becomes the newest, too. Of two pages used in
 * the same interval nobody knows which was the later.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	(void)pool;
	return OLDEST_INACTIVE;
}

static bool used(struct policy_page *page)
{
	bool any = page->young || page->marked;

	page->marked = false;
	return any;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	(void)pool;
	return used(page) ? POLICY_TO_INACTIVE : POLICY_EVICT;
}

static enum policy_verdict tick(const struct policy_pool *pool, struct policy_page *page)
{
	(void)pool;
	return used(page) ? POLICY_TO_INACTIVE : POLICY_STAY;
}

const struct reclaim_policy lru_policy = {.name = "lru",
					  .ticks = true,
					  .exact_when_seen = true,
					  .next = next,
					  .judge = judge,
					  .tick = tick};
