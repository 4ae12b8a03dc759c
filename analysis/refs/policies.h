/*
 * policies.h - replacement policies that keep lists of their own, of pages that have left, too.
 *
 * The kernel has none of them: they see every reference, and policy.h asks only who leaves next.
 */
#ifndef REFS_POLICIES_H
#define REFS_POLICIES_H

#include "replay_engine.h"

struct list_policy {
	const char *name;
	struct replay_result (*run)(const struct replay *replay);
};

/* 2q, arc and lirs; ends in a name that is NULL. */
extern const struct list_policy list_policies[];

struct replay_result replay_2q(const struct replay *replay);
struct replay_result replay_arc(const struct replay *replay);
struct replay_result replay_lirs(const struct replay *replay);

#endif
