/* queues.c - pages in a few queues, each page in one of them or nowhere. */
#include "queues.h"
#include "memory.h"
#include <stdlib.h>

void queues_begin(struct queues *queues, u32 nr_pages)
{
	*queues = (struct queues){.pages = refs_zeroed(nr_pages, sizeof(*queues->pages))};
	for (u32 i = 0; i < QUEUES; i++)
		INIT_LIST_HEAD(&queues->heads[i]);
}

void queues_end(struct queues *queues)
{
	free(queues->pages);
}

void queue_move(struct queues *queues, u32 page, u32 to)
{
	struct queue_page *moved = &queues->pages[page];

	if (moved->queue != NOWHERE) {
		list_del(&moved->node);
		queues->nr[moved->queue]--;
	}
	moved->queue = to;
	if (to != NOWHERE) {
		list_add(&moved->node, &queues->heads[to]);
		queues->nr[to]++;
	}
}

u32 queue_oldest(const struct queues *queues, u32 queue)
{
	return (u32)(list_entry(queues->heads[queue].prev, struct queue_page, node) -
		     queues->pages);
}
