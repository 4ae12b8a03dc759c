/* reclaim.h - memory is short: pages leave it for the disk. */
#ifndef MM_RECLAIM_H
#define MM_RECLAIM_H

#include "mm/zone.h"

struct alloc_request;
struct mm_struct;

/* 0 to 200: how gladly pages of processes leave, compared with those of files. */
extern unsigned int vm_swappiness;
#define SWAPPINESS_MAX 200u

/* When pages of programs are written to a swap area: reclaim/kswapd.c. */
enum swapout {
	SWAPOUT_LOW,
	SWAPOUT_IDLE,
	SWAPOUT_CACHED,
	SWAPOUT_LATE,
	SWAPOUT_DEMAND,
	NR_SWAPOUT
};
extern const char *const swapout_names[NR_SWAPOUT + 1];
/* The one with the name, or -1. */
int swapout_by_name(const char *name);
enum swapout swapout_policy(void);
/* Any context. */
void set_swapout_policy(enum swapout policy);

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
/* Pages of one address space. */
#define RECLAIM_ANON 1u
#define RECLAIM_FILE 2u
/*
 * Takes pages of [start, end) out of memory, used or not, that no other page table has: `kinds` of
 * them. What is dirty is written first. How many. mmap_sem held; may sleep.
 */
unsigned long reclaim_range(struct mm_struct *mm, unsigned long start, unsigned long end,
			    unsigned int kinds);
/* The same for all areas. mmap_sem not held. */
unsigned long reclaim_mm(struct mm_struct *mm, unsigned int kinds);
/* Such pages of [start, end) become inactive, and unused as far as anybody knows. mmap_sem held. */
void cool_range(struct mm_struct *mm, unsigned long start, unsigned long end);
/* The thread of a node (pg_data_t *) that frees memory before anybody must wait for it. */
int kswapd(void *node);
/* One turn of that thread: what it was woken for, or what is to be done in idle time. For tests. */
void kswapd_turn(pg_data_t *node);
/* The replacement policy that reclaim= chose. */
const char *reclaim_policy_name(void);
/* Boot, before any page is cached: reads the options. */
void reclaim_init(void);
/* Boot, when there is memory to ask for, before the first kswapd. */
void reclaim_policy_start(void);

#endif
