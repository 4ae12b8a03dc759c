/* policy.c - the replacement policies that there are, by name. */
#include "reclaim/policy.h"
#include "kernel/string.h"

const struct reclaim_policy *const reclaim_policies[] = {
	&twolist_policy, &clock_policy, &fifo_policy,	 &random_policy,
	&aging_policy,	 &lru_policy,	&wsclock_policy, NULL,
};

const struct reclaim_policy *reclaim_policy_by_name(const char *name)
{
	const struct reclaim_policy *const *policy = reclaim_policies;

	while (*policy && strcmp((*policy)->name, name) != 0)
		policy++;
	return *policy;
}
