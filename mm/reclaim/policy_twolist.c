/*
 * policy_twolist.c - the standard policy, as Linux has it: a page must be used again while it is on
 * the inactive list to get on the active one, where nothing leaves memory.
 *
 * As long as the active list is the longer one, every second candidate is its oldest page: it
 * becomes inactive without being asked, and its bits start anew. Of pages of files one use is not
 * enough (a file that is read once from end to end should not drive out what is in use): a use
 * through a page table marks the page and gives it another round; one by read() gives it nothing,
 * but that a dirty page has the time to be written.
 */
#include "reclaim/policy.h"

static enum policy_end next(const struct policy_pool *pool)
{
	return pool->nr_inactive < pool->nr_active && pool->asked % 2 == 0 ? OLDEST_ACTIVE
									   : OLDEST_INACTIVE;
}

static enum policy_verdict judge(const struct policy_pool *pool, struct policy_page *page)
{
	bool marked = page->marked;

	(void)pool;
	if (page->active)
		return POLICY_TO_INACTIVE;
	page->marked = false;
	if (page->young && (!page->file || marked || page->young > 1))
		return POLICY_TO_ACTIVE;
	page->marked = page->young;
	if (page->young || (marked && page->file && page->dirty))
		return POLICY_TO_INACTIVE;
	return POLICY_EVICT;
}

const struct reclaim_policy twolist_policy = {
	.name = "twolist", .workingset = true, .next = next, .judge = judge};
