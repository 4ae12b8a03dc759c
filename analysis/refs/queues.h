/* queues.h - pages in a few queues, each page in one of them or nowhere. */
#ifndef REFS_QUEUES_H
#define REFS_QUEUES_H

#include "kernel/list.h"
#include "kernel/types.h"

enum {
	NOWHERE, /* a page's queue is 0 at first; nobody walks this one */
	QUEUES = 5
};

struct queue_page {
	struct list_head node;
	u32 queue;
	bool dirty;
};

struct queues {
	struct queue_page *pages;
	struct list_head heads[QUEUES]; /* the newest first */
	u32 nr[QUEUES];
};

void queues_begin(struct queues *queues, u32 nr_pages);
void queues_end(struct queues *queues);
/* The page leaves its queue, and is the newest of another. */
void queue_move(struct queues *queues, u32 page, u32 to);
/* Of one that is not empty. */
u32 queue_oldest(const struct queues *queues, u32 queue);

#endif
