/* working_set.c - a histogram of the times between two uses of a page, and what follows from it. */
#include "working_set.h"
#include "memory.h"
#include <stdlib.h>
#include <string.h>

void working_set_begin(struct working_set *set)
{
	memset(set, 0, sizeof(*set));
}

void working_set_end(struct working_set *set)
{
	free(set->last);
}

u64 working_set_window(unsigned int window)
{
	return window == 0 ? 1 : window % 2 ? 2ull << window / 2 : 3ull << (window / 2 - 1);
}

/* The smallest one of at least this length. */
static unsigned int window_of(u64 length)
{
	unsigned int window = 0;

	if (length > 1)
		window = 2 * (63 - (unsigned int)__builtin_clzll(length)) - 1;
	while (window < WORKING_SET_WINDOWS - 1 && working_set_window(window) < length)
		window++;
	return window;
}

/* The page was in the working sets of those windows that are longer, for this time. */
static void stay(struct working_set *set, u64 length)
{
	unsigned int window = window_of(length);

	set->stays[window]++;
	set->stay_time[window] += (double)length;
}

void working_set_use(struct working_set *set, u32 page, u64 time)
{
	set->last = refs_larger(set->last, &set->pages, page, sizeof(*set->last));
	if (!set->uses++)
		set->first = time;
	set->now = time;
	if (set->last[page]) {
		u64 since = time + 1 - set->last[page];

		set->returns[window_of(since)]++;
		stay(set, since);
	} else {
		set->new ++;
	}
	set->last[page] = time + 1;
}

void working_set_drop(struct working_set *set, u32 page, u64 time)
{
	if (page >= set->pages || !set->last[page])
		return;
	stay(set, time + 1 - (set->last[page] - 1));
	set->last[page] = 0;
}

void working_set_drop_all(struct working_set *set, u64 time)
{
	for (size_t page = 0; page < set->pages; page++)
		working_set_drop(set, (u32)page, time);
}

void working_set_finish(struct working_set *set)
{
	working_set_drop_all(set, set->now);
}

unsigned int working_set_longest(const struct working_set *set)
{
	return window_of(set->now - set->first + 1);
}

double working_set_size(const struct working_set *set, unsigned int window)
{
	double sum = 0;

	for (unsigned int i = 0; i < WORKING_SET_WINDOWS; i++)
		sum += i <= window ? set->stay_time[i]
				   : (double)set->stays[i] * (double)working_set_window(window);
	return set->uses ? sum / (double)(set->now - set->first + 1) : 0;
}

u64 working_set_misses(const struct working_set *set, unsigned int window)
{
	u64 misses = set->new;

	for (unsigned int i = window + 1; i < WORKING_SET_WINDOWS; i++)
		misses += set->returns[i];
	return misses;
}
