/* policies.c - the policies that keep lists of their own, by name. */
#include "policies.h"

const struct list_policy list_policies[] = {
	{"2q", replay_2q},
	{"arc", replay_arc},
	{"lirs", replay_lirs},
	{NULL, NULL},
};
