/* free_lists.c - see free_lists.h. */
#include "free_lists.h"
#include "kernel/string.h"
#include "test.h"

void free_lists_snapshot(struct free_lists *lists)
{
	drain_local_pages();
	lists->free = nr_free_pages();
	for (unsigned int i = 0; i < MAX_NR_ZONES; i++)
		for (unsigned int order = 0; order < MAX_ORDER; order++)
			lists->nr_free[i][order] =
				NODE_DATA(0)->node_zones[i].free_area[order].nr_free;
}

bool free_lists_same(const struct free_lists *want)
{
	struct free_lists now;

	free_lists_snapshot(&now);
	buddy_check();
	CHECK_EQ(now.free, want->free);
	return CHECK(!memcmp(&now, want, sizeof(now)));
}

struct zone *zone_of(enum zone_type type)
{
	return &NODE_DATA(0)->node_zones[type];
}

struct page *take_all(gfp_t gfp, unsigned long *count)
{
	struct page *chain = NULL, *page;

	*count = 0;
	while ((page = alloc_page(gfp | __GFP_NOWARN)) != NULL) {
		page->private = (unsigned long)chain;
		chain = page;
		(*count)++;
	}
	return chain;
}

void free_chain(struct page *chain)
{
	while (chain) {
		struct page *next = (struct page *)chain->private;

		__free_page(chain);
		chain = next;
	}
}
