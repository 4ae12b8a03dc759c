/*
 * policy_aging.c - aging: each page has a counter, which every tick shifts right, with the accessed
 * bit coming in on the left; the lowest one leaves.
 *
 * The counters need not be kept. When the lists are in their order, one tick keeps it so, and puts
 * what was used behind what was not:
 *
 *   before   inactive 0001 0010 0100 | active 1100 1110    the second and the last were used
 *   after    inactive 0000.1 0010.0 0110.0 | active 1001.0 1111.0
 *
 * and a page that comes starts with 1000..., which is just between the two. So it is counters of
 * as many bits as there were ticks, and no two pages tie but those that came in the same tick and
 * were used alike: of these the first to come leaves. What was used since the last tick does not
 * count yet.
 *
 * In the kernel a tick comes whenever a quarter of the pages have been candidates: without need for
 * memory nobody ages.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	return pool->nr_inactive ? OLDEST_INACTIVE : OLDEST_ACTIVE;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	(void)pool;
	(void)page;
	return POLICY_EVICT;
}

static enum policy_verdict tick(const struct policy_pool *pool, struct policy_page *page)
{
	bool used = page->young || page->marked;

	(void)pool;
	page->marked = false;
	return used ? POLICY_TO_ACTIVE : POLICY_STAY;
}

const struct reclaim_policy aging_policy = {
	.name = "aging", .ticks = true, .next = next, .judge = judge, .tick = tick};
