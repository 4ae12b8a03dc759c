/* reduce.c - leaves out uses that neither LRU nor OPT can miss, from k frames on. */
#include "reduce.h"
#include "fenwick.h"
#include "memory.h"
#include "kernel/list.h"
#include <stdlib.h>

enum {
	FEWEST_PLACES = 64
};

/* A use that waits. */
struct waiting {
	struct list_head node;
	struct refs_line line;
	bool undecided;
};

struct page {
	u32 run;		/* the run it is in; 0 is none */
	u32 place;		/* of the last use */
	u32 anchor;		/* of the last use that stayed */
	struct waiting *middle; /* the use after that, if it may yet be left out */
};

struct reducer {
	u32 k;
	u32 run; /* a page that is gone begins a new one */
	void (*emit)(void *arg, const struct refs_line *line);
	void *arg;
	struct fenwick row; /* last uses of the run's pages, in order */
	u32 *page_at;	    /* [place]: whose last use it is or was */
	u32 used, taken;
	struct page *pages;
	size_t nr_pages;
	struct list_head queue, spare;
	size_t waiting;
};

static void reset(struct reducer *reducer, u32 places)
{
	fenwick_reset(&reducer->row, places);
	free(reducer->page_at);
	reducer->page_at = refs_zeroed((size_t)places + 1, sizeof(*reducer->page_at));
}

struct reducer *reducer_new(u32 k, void (*emit)(void *arg, const struct refs_line *line), void *arg)
{
	struct reducer *reducer = refs_zeroed(1, sizeof(*reducer));

	reducer->k = k;
	reducer->run = 1;
	reducer->emit = emit;
	reducer->arg = arg;
	reset(reducer, FEWEST_PLACES);
	INIT_LIST_HEAD(&reducer->queue);
	INIT_LIST_HEAD(&reducer->spare);
	return reducer;
}

size_t reducer_waiting(const struct reducer *reducer)
{
	return reducer->waiting;
}

/* --- the queue --- */

static struct waiting *enqueue(struct reducer *reducer, const struct refs_line *line)
{
	struct waiting *waiting;

	if (list_empty(&reducer->spare)) {
		waiting = refs_zeroed(1, sizeof(*waiting));
	} else {
		waiting = list_entry(reducer->spare.next, struct waiting, node);
		list_del(&waiting->node);
	}
	waiting->line = *line;
	waiting->undecided = false;
	list_add_tail(&waiting->node, &reducer->queue);
	reducer->waiting++;
	return waiting;
}

static void dequeue(struct reducer *reducer, struct waiting *waiting)
{
	list_del(&waiting->node);
	list_add(&waiting->node, &reducer->spare);
	reducer->waiting--;
}

/* --- the row of last uses --- */

/* The taken places move to the left. Anchors keep their order among the last uses: what counts is
 * how many of these lie behind them. */
static void compact(struct reducer *reducer)
{
	u32 *page_at = refs_zeroed((size_t)reducer->taken + 1, sizeof(*page_at)), nr = 0;

	for (u32 place = 1; place <= reducer->used; place++) {
		struct page *page = &reducer->pages[reducer->page_at[place]];

		if (page->place != place)
			continue;
		page->anchor = fenwick_count(&reducer->row, page->anchor);
		page_at[++nr] = reducer->page_at[place];
	}
	reset(reducer, 2 * nr > FEWEST_PLACES ? 2 * nr : FEWEST_PLACES);
	fenwick_fill(&reducer->row, nr);
	reducer->used = nr;
	for (u32 place = 1; place <= nr; place++) {
		reducer->page_at[place] = page_at[place];
		reducer->pages[page_at[place]].place = place;
	}
	free(page_at);
}

/* Pages used since the page's anchor, itself left out if it is one. */
static u32 others(const struct reducer *reducer, const struct page *page)
{
	return reducer->taken - fenwick_count(&reducer->row, page->anchor) -
	       (page->place > page->anchor);
}

static void move_to_end(struct reducer *reducer, struct page *page)
{
	if (reducer->used == reducer->row.places)
		compact(reducer);
	if (page->run == reducer->run)
		fenwick_add(&reducer->row, page->place, -1);
	else
		reducer->taken++;
	page->run = reducer->run;
	page->place = ++reducer->used;
	reducer->page_at[page->place] = (u32)(page - reducer->pages);
	fenwick_add(&reducer->row, page->place, 1);
}

/* --- uses --- */

/* The middle use stays: the run of drops ends there. */
static void keep(struct page *page)
{
	page->middle->undecided = false;
	page->middle = NULL;
	page->anchor = page->place;
}

/* What is decided goes out. */
static void put_out(struct reducer *reducer)
{
	while (!list_empty(&reducer->queue)) {
		struct waiting *oldest = list_entry(reducer->queue.next, struct waiting, node);
		struct page *page = &reducer->pages[oldest->line.page];

		if (oldest->undecided && others(reducer, page) < reducer->k)
			return;
		if (oldest->undecided)
			keep(page);
		reducer->emit(reducer->arg, &oldest->line);
		dequeue(reducer, oldest);
	}
}

static void use(struct reducer *reducer, const struct refs_line *line)
{
	struct page *page;
	struct waiting *new;
	bool first;

	reducer->pages = refs_larger(reducer->pages, &reducer->nr_pages, line->page,
				     sizeof(*reducer->pages));
	page = &reducer->pages[line->page];
	first = page->run != reducer->run;
	new = enqueue(reducer, line);
	if (page->middle && others(reducer, page) < reducer->k) {
		new->line.write |= page->middle->line.write;
		dequeue(reducer, page->middle);
		page->middle = NULL;
	} else if (page->middle) {
		keep(page);
	}
	move_to_end(reducer, page);
	if (first) {
		page->anchor = page->place;
	} else {
		new->undecided = true;
		page->middle = new;
	}
	put_out(reducer);
}

void reducer_finish(struct reducer *reducer)
{
	while (!list_empty(&reducer->queue)) {
		struct waiting *oldest = list_entry(reducer->queue.next, struct waiting, node);

		reducer->pages[oldest->line.page].middle = NULL;
		reducer->emit(reducer->arg, &oldest->line);
		dequeue(reducer, oldest);
	}
	reducer->run++;
	reducer->used = reducer->taken = 0;
	reset(reducer, FEWEST_PLACES);
}

void reducer_add(struct reducer *reducer, const struct refs_line *line)
{
	if (line->kind == REFS_USE) {
		use(reducer, line);
		return;
	}
	reducer_finish(reducer);
	reducer->emit(reducer->arg, line);
}

void reducer_free(struct reducer *reducer)
{
	while (!list_empty(&reducer->queue))
		dequeue(reducer, list_entry(reducer->queue.next, struct waiting, node));
	while (!list_empty(&reducer->spare)) {
		struct waiting *waiting = list_entry(reducer->spare.next, struct waiting, node);

		list_del(&waiting->node);
		free(waiting);
	}
	fenwick_free(&reducer->row);
	free(reducer->page_at);
	free(reducer->pages);
	free(reducer);
}
