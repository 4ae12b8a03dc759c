/*
 * stack.h - LRU for every number of frames at once: how deep in the stack was the page?
 *
 * Mattson, Gecsei, Slutz and Traiger (1970): what LRU keeps in m frames, it also keeps in m + 1. So
 * one stack, the page used last on top, holds the memories of all sizes: the first m pages of it
 * are those in m frames, and a use of the page at depth d is a miss with fewer than d frames only.
 *
 *            page    A B C D E              D is used: depth 4.     A B C E D
 *            place   1 2 4 7 8                                      1 2 4 8 9
 *
 * Each page has the place of its last use in a row that grows to the right. The depth is how many
 * places are taken from its own on: O(log n). When the row is full, the taken places move together:
 * memory is that of the pages, however many the references.
 *
 * A page that is gone (unmapped, or dropped from a TLB by a flush) leaves a hole: a frame that is
 * free in all memories that had the page. The next page that comes from below takes the topmost
 * hole, and nothing below that moves; where it came from, if anywhere, is now a hole.
 */
#ifndef REFS_STACK_H
#define REFS_STACK_H

#include "kernel/types.h"

struct lru_stack;

struct lru_stack *lru_stack_new(void);
void lru_stack_free(struct lru_stack *stack);
/* The page is used. Returns how many frames it takes for that to be a hit; 0: no number would do,
 * the page is not in the stack. Pages are numbered without large gaps. */
u32 lru_stack_use(struct lru_stack *stack, u32 page);
/* The page is gone; nothing when it was not there. */
void lru_stack_drop(struct lru_stack *stack, u32 page);
/* All are. */
void lru_stack_drop_all(struct lru_stack *stack);

#endif
