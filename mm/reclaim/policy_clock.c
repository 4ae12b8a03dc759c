/*
 * policy_clock.c - second chance: FIFO, but a page that was used since the hand last passed goes
 * round once more.
 *
 * The list is the clock's face, cut open at the hand: the oldest page is where it points, and one
 * that the hand passes becomes the newest. The bits that it passes are clear, so that one round at
 * most finds a page.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	(void)pool;
	return OLDEST_INACTIVE;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	bool used = page->young || page->marked;

	(void)pool;
	page->marked = false;
	return used ? POLICY_TO_INACTIVE : POLICY_EVICT;
}

const struct reclaim_policy clock_policy = {.name = "clock", .next = next, .judge = judge};
