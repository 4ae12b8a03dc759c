/* reclaim.h - memory is short: pages leave it for the disk. */
#ifndef MM_RECLAIM_H
#define MM_RECLAIM_H

#include "mm/zone.h"

struct alloc_request;

/* 0 to 200: how gladly pages of processes leave, compared with those of files. */
extern unsigned int vm_swappiness;

/* Frees some pages that may serve the request: how many. May sleep, with sleeping locks held. */
unsigned long try_to_free_pages(const struct alloc_request *req);
/*
 * After an attempt that has not helped: is another one worth it? Waits a moment when others are at
 * freeing memory. `progress`: it freed pages; `idle`, 0 before the first, counts those that did
 * not. It ends after a bounded number of these. May sleep.
 */
bool reclaim_again(const struct alloc_request *req, bool progress, unsigned int *idle);
/* Wakes the kswapd of each node of the request that has too little free. Any context. */
void wakeup_kswapd(const struct alloc_request *req);
/* The thread of a node (pg_data_t *) that frees memory before anybody must wait for it. */
int kswapd(void *node);
void reclaim_init(void);

#endif
