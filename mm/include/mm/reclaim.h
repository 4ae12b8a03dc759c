/* reclaim.h - memory is short: pages leave it for the disk. */
#ifndef MM_RECLAIM_H
#define MM_RECLAIM_H

#include "mm/zone.h"

struct alloc_request;

/* 0 to 200: how gladly pages of processes leave, compared with those of files. */
extern unsigned int vm_swappiness;
#define SWAPPINESS_MAX 200u

/* Frees some pages that may serve the request: how many. May sleep, with sleeping locks held. */
unsigned long try_to_free_pages(const struct alloc_request *req);
/* How the attempts of one request have gone. All zero before the first. */
struct reclaim_tries {
	unsigned int idle; /* in a row after which nobody had freed anything */
	u32 freed;	   /* pages freed by anybody, ever, after the last one */
};

/*
 * After an attempt that has not helped: is another one worth it? Waits a moment when others are at
 * freeing memory. False after a bounded number of attempts during which nobody freed anything. May
 * sleep.
 */
bool reclaim_again(const struct alloc_request *req, struct reclaim_tries *tries);
/* Wakes the kswapd of each node of the request that has too little free. Any context. */
void wakeup_kswapd(const struct alloc_request *req);
/* The thread of a node (pg_data_t *) that frees memory before anybody must wait for it. */
int kswapd(void *node);
/* The replacement policy that reclaim= chose. */
const char *reclaim_policy_name(void);
/* Boot, before any page is cached: reads the options. */
void reclaim_init(void);
/* Boot, when there is memory to ask for, before the first kswapd. */
void reclaim_policy_start(void);

#endif
