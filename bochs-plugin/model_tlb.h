/*
 * model_tlb.h - one TLB of a what-if model: what it holds, what it has held, and why it misses.
 *
 * Two structures side by side: the TLB itself (sets of ways, each with an order of use), and its
 * history, which has every page that was ever looked up here. In the history the pages that a fully
 * associative LRU TLB of the same size would hold, if nothing ever flushed it, form a list. A miss
 * is
 *
 *   cold      the page was never looked up before (in this address space, and in this TLB)
 *   capacity  it is not on that list: a TLB of this size without sets and flushes would miss, too
 *   flush     it is on the list, but was flushed since its last use: so would that TLB have lost it
 *   conflict  none of these: it lost its place because sets are small or the policy is not LRU
 */
#ifndef TLBTRACE_MODEL_TLB_H
#define TLBTRACE_MODEL_TLB_H

#include "fill_reason.h" /* SPACE_GLOBAL */
#include "machine.h"

enum outcome {
	TLB_HIT,
	TLB_COLD,
	TLB_CAPACITY,
	TLB_CONFLICT,
	TLB_FLUSHED,
	TLB_UPGRADE, /* it was there, but did not let this access through */
	OUTCOMES
};

struct counts {
	uint64_t n[OUTCOMES];
};

enum replace {
	REPLACE_LRU,
	REPLACE_PLRU,
	REPLACE_FIFO,
	REPLACE_RANDOM
};

#define NO_ENTRY 0xffffffffu

/* What an entry is known by. Never 0. */
#define TLB_KEY(space, large, unit) ((uint64_t)(space) << 21 | (uint64_t)(large) << 20 | (unit))
#define KEY_SPACE(key)		    ((uint32_t)((key) >> 21))

/* Flushes so far, of each address space where entries are tagged. */
struct space_stamps {
	uint64_t *flushes;
	uint32_t room;
};

/* A page that was looked up here at any time. */
struct tlb_page {
	uint64_t key;
	uint64_t stamp;	     /* flushes that it could have been hit by, at its last use */
	uint32_t prev, next; /* on the list of the ideal TLB */
	uint32_t entry;	     /* where it is, or NO_ENTRY */
	bool listed;
	bool evicted; /* another page took its place since it last came in */
	bool renamed; /* here for the new name of an entry only: never missed under it */
};

struct tlb_history {
	struct tlb_page *pages;
	uint32_t used, room;
	uint32_t *slots; /* page number + 1, or 0; open addressing */
	uint32_t mask;
	uint32_t first, last, listed; /* the list: last used first */
};

struct tlb_way {
	uint32_t page;	     /* in the history; valid when the key is not 0 */
	uint32_t prev, next; /* in the order of use (or of coming, with FIFO) of the set */
	uint8_t allowed;     /* TLB_SYS_R and so on */
};

struct tlb_set {
	uint32_t first, last;
	uint64_t tree; /* PLRU: a bit a node, 1 is the root; set: the older half is the upper one */
};

struct tlb_sim {
	uint32_t entries, ways, sets;
	enum replace replace;
	bool left; /* reasons by how the entry left: conflict evicted, flush dropped */
	bool tags;
	const struct space_stamps *stamps;
	uint64_t flushes_all, flushes_others;
	uint32_t random;
	uint64_t *keys;
	struct tlb_way *way;
	struct tlb_set *set;
	struct tlb_history history;
	uint32_t valid; /* entries in use */
};

/* tlb_sim_init - with entries, ways, replace, left, tags and stamps set. False: no memory. */
bool tlb_sim_init(struct tlb_sim *t);
void tlb_sim_free(struct tlb_sim *t);

/*
 * tlb_sim_look - looks @key up for an access that needs the bits @need of an entry.
 * Returns the outcome, -1 without memory. A hit is used by that; after any other outcome the caller
 * comes back with tlb_sim_fill, when it knows what the entry will allow. *allowed: what a hit
 * allows.
 */
int tlb_sim_look(struct tlb_sim *t, uint64_t key, uint8_t need, uint8_t *allowed);

/* tlb_sim_fill - puts @key in, or lets its entry allow @allowed from now on. */
void tlb_sim_fill(struct tlb_sim *t, uint64_t key, uint8_t allowed);

/* tlb_sim_touch - the entry, if it is there, was used in between. */
void tlb_sim_touch(struct tlb_sim *t, uint64_t key);

/* tlb_sim_drop - @key goes, and would have gone had it been there. */
void tlb_sim_drop(struct tlb_sim *t, uint64_t key);

/* tlb_sim_flush - all go, or all but the global ones. */
void tlb_sim_flush(struct tlb_sim *t, bool global_too);

/* tlb_sim_flush_space - those with this tag go. Its stamp must have been raised already. */
void tlb_sim_flush_space(struct tlb_sim *t, uint32_t space);

/* tlb_sim_rename - address space @from is called @to from now on. False: no memory. */
bool tlb_sim_rename(struct tlb_sim *t, uint32_t from, uint32_t to);

/* --- the history, model_history.c */

/* history_init - for a TLB that is empty and new. False: no memory. */
bool history_init(struct tlb_history *h);
void history_free(struct tlb_history *h);

/* history_find - the number of the page, or NO_ENTRY. */
uint32_t history_find(const struct tlb_history *h, uint64_t key);

/* history_add - a new page. Returns its number, or NO_ENTRY without memory. */
uint32_t history_add(struct tlb_history *h, uint64_t key);

/* history_use - the page comes first on the list of the ideal TLB, which has @size entries. */
void history_use(struct tlb_history *h, uint32_t page, uint32_t size);

#endif
