/*
 * reduce.h - a shorter string that LRU and OPT cannot tell from the whole one, from k frames on.
 *
 * How: bochs-plugin/reduction.h, which the recorder uses, too. Here all uses are of one kind. A
 * page that is gone ends all runs of drops: none is safe across a frame that is free.
 */
#ifndef REFS_REDUCE_H
#define REFS_REDUCE_H

#include "reader.h"

struct reducer;

/* `emit` gets the lines that stay, in order: uses, and what is gone. */
struct reducer *reducer_new(u32 k, void (*emit)(void *arg, const struct refs_line *line),
			    void *arg);
void reducer_add(struct reducer *reducer, const struct refs_line *line);
/* No more lines: the rest comes out. */
void reducer_finish(struct reducer *reducer);
/* Lines that wait now. */
size_t reducer_waiting(const struct reducer *reducer);
void reducer_free(struct reducer *reducer);

#endif
