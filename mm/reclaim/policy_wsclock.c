/*
 * policy_wsclock.c - the clock of working sets: a page leaves when it has not been used for the
 * time tau, and is clean.
 *
 * Each page has the virtual time of its last known use. The hand finds it
 *
 *   used since the last round       its time is now; goes round
 *   unused, younger than tau        of somebody's working set: goes round
 *   unused, older, dirty            is written, and goes round: clean by the next time
 *   unused, older, clean            leaves
 *
 * A whole round without one that leaves: memory is smaller than the working sets, and any clean
 * page that is unused will do; another round: any page.
 *
 * Virtual time is that of all programs together, and stands still while they wait: in a replay it
 * is the number of references. In the kernel, which does not see those, it is the number of page
 * faults, and tau is half as many as the pool has pages; what whole rounds have told holds for half
 * of tau there, in which the oldest unused page leaves, as with clock. A page that is in memory but
 * was never used there (readahead) has the time when its frame was emptied.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	(void)pool;
	return OLDEST_INACTIVE;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	const unsigned long round = policy_round(pool);

	if (page->young || page->marked) {
		page->marked = false;
		*page->stamp = pool->now;
		return POLICY_TO_INACTIVE;
	}
	if (pool->kept >= 2 * round)
		return POLICY_EVICT;
	if (pool->kept < round && pool->now - *page->stamp <= pool->tau)
		return POLICY_TO_INACTIVE;
	if (!page->dirty)
		return POLICY_EVICT;
	return pool->kept < round ? POLICY_CLEAN : POLICY_TO_INACTIVE;
}

const struct reclaim_policy wsclock_policy = {
	.name = "wsclock", .stamps = true, .next = next, .judge = judge};
