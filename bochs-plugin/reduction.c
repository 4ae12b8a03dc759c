/* reduction.c - leaves out uses that neither LRU nor OPT can miss. See reduction.h. */
#include "reduction.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY 0xffffffffu

/* A use that waits; or a spare one. */
struct waiting {
	struct waiting *prev, *next;
	struct reduction_use use;
	uint64_t when; /* by the clock */
	bool undecided;
};

/* Uses of one kind of a page. */
struct chain {
	uint64_t anchor;	/* the last one that stayed, by the clock; 0: none in this run */
	uint32_t owner;		/* whose that was */
	struct waiting *middle; /* the use after that, if it may yet be left out */
};

struct page {
	uint32_t run; /* the run it is in; 0 is none */
	uint32_t prev, next;
	uint64_t used; /* last, by the clock */
	struct chain chains[REDUCTION_KINDS];
};

struct reduction {
	uint32_t k, run;
	uint64_t clock; /* uses */
	void (*emit)(void *ctx, const struct reduction_use *use);
	void *ctx;
	struct page *pages;
	uint32_t room;
	/* Pages of this run, the one used last in front. */
	uint32_t first, last, count;
	uint32_t kth;	      /* the one behind k - 1 others, or NOBODY */
	struct waiting queue; /* its `next` is the oldest */
	struct waiting *spare;
	size_t waiting;
};

struct reduction *reduction_new(uint32_t k,
				void (*emit)(void *ctx, const struct reduction_use *use), void *ctx)
{
	struct reduction *r = calloc(1, sizeof(*r));

	if (!r)
		return NULL;
	r->k = k;
	r->run = 1;
	r->first = r->last = r->kth = NOBODY;
	r->emit = emit;
	r->ctx = ctx;
	r->queue.next = r->queue.prev = &r->queue;
	return r;
}

size_t reduction_waiting(const struct reduction *r)
{
	return r->waiting;
}

/* --- the queue --- */

static struct waiting *enqueue(struct reduction *r, const struct reduction_use *use)
{
	struct waiting *w = r->spare;

	if (w)
		r->spare = w->next;
	else
		w = malloc(sizeof(*w));
	if (!w)
		return NULL;
	w->use = *use;
	w->when = r->clock;
	w->undecided = false;
	w->next = &r->queue;
	w->prev = r->queue.prev;
	w->prev->next = w->next->prev = w;
	r->waiting++;
	return w;
}

static void dequeue(struct reduction *r, struct waiting *w)
{
	w->prev->next = w->next;
	w->next->prev = w->prev;
	w->next = r->spare;
	r->spare = w;
	r->waiting--;
}

/* --- pages in the order of their last use --- */

static void unlink_page(struct reduction *r, struct page *page)
{
	*(page->prev == NOBODY ? &r->first : &r->pages[page->prev].next) = page->next;
	*(page->next == NOBODY ? &r->last : &r->pages[page->next].prev) = page->prev;
}

static void push_page(struct reduction *r, uint32_t number)
{
	struct page *page = &r->pages[number];

	page->prev = NOBODY;
	page->next = r->first;
	*(r->first == NOBODY ? &r->last : &r->pages[r->first].prev) = number;
	r->first = number;
}

/* The page is in front now. The k-th stays who it is if the page was among those before it. */
static void to_front(struct reduction *r, uint32_t number)
{
	struct page *page = &r->pages[number];
	const bool known = page->run == r->run;
	const bool behind = !known || (r->kth != NOBODY && page->used < r->pages[r->kth].used);

	if (r->first != number) {
		if (r->kth == number)
			r->kth = page->prev;
		if (known)
			unlink_page(r, page);
		push_page(r, number);
	}
	if (!known && ++r->count == r->k)
		r->kth = r->last;
	else if (behind && r->kth != NOBODY)
		r->kth = r->pages[r->kth].prev;
	page->run = r->run;
	page->used = r->clock;
}

/* Were k other pages, or more, used since the chain's anchor? */
static bool too_many(const struct reduction *r, const struct page *page, const struct chain *chain)
{
	uint32_t at = r->kth;

	if (at != NOBODY && page->used > chain->anchor) /* it is one of those itself */
		at = r->pages[at].next;
	return at != NOBODY && r->pages[at].used > chain->anchor;
}

/* --- uses --- */

/* The middle use stays: the run of drops ends there. */
static void keep(struct chain *chain)
{
	chain->middle->undecided = false;
	chain->anchor = chain->middle->when;
	chain->owner = chain->middle->use.owner;
	chain->middle = NULL;
}

/* What is decided goes out. */
static void put_out(struct reduction *r)
{
	while (r->queue.next != &r->queue) {
		struct waiting *oldest = r->queue.next;
		struct page *page = &r->pages[oldest->use.page];
		struct chain *chain = &page->chains[oldest->use.kind];

		if (oldest->undecided && !too_many(r, page, chain))
			return;
		if (oldest->undecided)
			keep(chain);
		r->emit(r->ctx, &oldest->use);
		dequeue(r, oldest);
	}
}

static bool make_room(struct reduction *r, uint32_t number)
{
	uint32_t room = r->room ? r->room : 64;
	struct page *larger;

	if (number < r->room)
		return true;
	while (room <= number)
		room += room / 2;
	larger = realloc(r->pages, room * sizeof(*larger));
	if (!larger)
		return false;
	memset(larger + r->room, 0, (room - r->room) * sizeof(*larger));
	r->pages = larger;
	r->room = room;
	return true;
}

/* The middle use goes, or it stays for good. */
static void decide(struct reduction *r, const struct page *page, struct chain *chain,
		   struct waiting *new)
{
	struct waiting *middle = chain->middle;

	if (too_many(r, page, chain) || new->use.owner != chain->owner ||
	    middle->use.owner != chain->owner) {
		keep(chain);
		return;
	}
	new->use.write |= middle->use.write;
	new->use.stands_for += middle->use.stands_for;
	dequeue(r, middle);
	chain->middle = NULL;
}

bool reduction_use(struct reduction *r, const struct reduction_use *use)
{
	struct waiting *new;
	struct chain *chain;
	struct page *page;

	r->clock++;
	new = make_room(r, use->page) ? enqueue(r, use) : NULL;
	if (!new)
		return false;
	page = &r->pages[use->page];
	chain = &page->chains[use->kind];
	if (page->run != r->run)
		memset(page->chains, 0, sizeof(page->chains));
	if (chain->middle)
		decide(r, page, chain, new);
	to_front(r, use->page);
	if (!chain->anchor) {
		chain->anchor = r->clock;
		chain->owner = use->owner;
	} else {
		new->undecided = true;
		chain->middle = new;
	}
	put_out(r);
	return true;
}

void reduction_end(struct reduction *r)
{
	while (r->queue.next != &r->queue) {
		r->emit(r->ctx, &r->queue.next->use);
		dequeue(r, r->queue.next);
	}
	r->run++;
	r->first = r->last = r->kth = NOBODY;
	r->count = 0;
}

void reduction_free(struct reduction *r)
{
	struct waiting *w;

	if (!r)
		return;
	while (r->queue.next != &r->queue)
		dequeue(r, r->queue.next);
	while ((w = r->spare)) {
		r->spare = w->next;
		free(w);
	}
	free(r->pages);
	free(r);
}
