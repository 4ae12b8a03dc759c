/* stack.c - LRU stack distances in O(log n), with holes for pages that are gone. */
#include "stack.h"
#include "fenwick.h"
#include "memory.h"
#include <stdlib.h>

enum {
	FEWEST_PLACES = 64
};
/* What a place has instead of a page. */
#define FREE (~0u)
#define HOLE (~1u)

struct lru_stack {
	struct fenwick row;
	u32 *page_at;	 /* [place], or FREE, HOLE */
	u32 *place_of;	 /* [page], or 0 */
	size_t pages;	 /* room of place_of */
	u32 used, taken; /* places so far, of which in use */
	u32 *holes;	 /* places, a heap: the topmost (highest) first */
	size_t nr_holes, room;
};

struct lru_stack *lru_stack_new(void)
{
	struct lru_stack *stack = refs_zeroed(1, sizeof(*stack));

	fenwick_reset(&stack->row, FEWEST_PLACES);
	stack->page_at = refs_zeroed(FEWEST_PLACES + 1, sizeof(*stack->page_at));
	return stack;
}

void lru_stack_free(struct lru_stack *stack)
{
	fenwick_free(&stack->row);
	free(stack->page_at);
	free(stack->place_of);
	free(stack->holes);
	free(stack);
}

/* --- holes --- */

static void hole_push(struct lru_stack *stack, u32 place)
{
	u32 *holes = stack->holes =
		refs_larger(stack->holes, &stack->room, stack->nr_holes, sizeof(*stack->holes));
	size_t at = stack->nr_holes++;

	for (; at && holes[(at - 1) / 2] < place; at = (at - 1) / 2)
		holes[at] = holes[(at - 1) / 2];
	holes[at] = place;
	stack->page_at[place] = HOLE;
}

/* The topmost one, there is no more. */
static void hole_pop(struct lru_stack *stack)
{
	u32 *holes = stack->holes, last = holes[--stack->nr_holes];
	size_t at = 0, child;

	for (; (child = 2 * at + 1) < stack->nr_holes; at = child) {
		if (child + 1 < stack->nr_holes && holes[child + 1] > holes[child])
			child++;
		if (holes[child] <= last)
			break;
		holes[at] = holes[child];
	}
	holes[at] = last;
}

/* --- places --- */

/* The taken places move to the left, in their order; as many as there are are free behind them. */
static void compact(struct lru_stack *stack)
{
	u32 places = 2 * stack->taken > FEWEST_PLACES ? 2 * stack->taken : FEWEST_PLACES;
	u32 *page_at = refs_zeroed((size_t)places + 1, sizeof(*page_at));
	u32 *moved = refs_zeroed((size_t)stack->used + 1, sizeof(*moved));
	u32 to = 0;

	for (u32 from = 1; from <= stack->used; from++) {
		u32 page = stack->page_at[from];

		if (page == FREE)
			continue;
		page_at[++to] = page;
		moved[from] = to;
		if (page != HOLE)
			stack->place_of[page] = to;
	}
	for (size_t i = 0; i < stack->nr_holes; i++) /* in the same order: still a heap */
		stack->holes[i] = moved[stack->holes[i]];
	free(moved);
	free(stack->page_at);
	stack->page_at = page_at;
	stack->used = to;
	fenwick_reset(&stack->row, places);
	fenwick_fill(&stack->row, to);
}

static void vacate(struct lru_stack *stack, u32 place)
{
	fenwick_add(&stack->row, place, -1);
	stack->page_at[place] = FREE;
	stack->taken--;
}

static void push(struct lru_stack *stack, u32 page)
{
	if (stack->used == stack->row.places)
		compact(stack);
	stack->used++;
	stack->taken++;
	stack->page_at[stack->used] = page;
	stack->place_of[page] = stack->used;
	fenwick_add(&stack->row, stack->used, 1);
}

u32 lru_stack_use(struct lru_stack *stack, u32 page)
{
	u32 place, depth = 0;

	stack->place_of =
		refs_larger(stack->place_of, &stack->pages, page, sizeof(*stack->place_of));
	place = stack->place_of[page];
	if (place)
		depth = stack->taken - fenwick_count(&stack->row, place - 1);
	stack->place_of[page] = 0;
	if (stack->nr_holes && stack->holes[0] > place) {
		vacate(stack, stack->holes[0]);
		hole_pop(stack);
		if (place)
			hole_push(stack, place);
	} else if (place) {
		vacate(stack, place);
	}
	push(stack, page);
	return depth;
}

void lru_stack_drop(struct lru_stack *stack, u32 page)
{
	if (page >= stack->pages || !stack->place_of[page])
		return;
	hole_push(stack, stack->place_of[page]);
	stack->place_of[page] = 0;
}

void lru_stack_drop_all(struct lru_stack *stack)
{
	/* A stack of nothing but holes takes whatever comes, as an empty one does. */
	for (u32 place = 1; place <= stack->used; place++)
		if (stack->page_at[place] < HOLE)
			stack->place_of[stack->page_at[place]] = 0;
	stack->nr_holes = stack->used = stack->taken = 0;
	fenwick_reset(&stack->row, FEWEST_PLACES);
	free(stack->page_at);
	stack->page_at = refs_zeroed(FEWEST_PLACES + 1, sizeof(*stack->page_at));
}
