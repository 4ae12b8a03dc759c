/*
 * reclaim.h - hints of what became of page frames, and who owned them.
 *
 * The guest says who maps a page when it has just looked that up. A page is written and dropped
 * later, when other pages were looked at in between: its rows have the owner that its frame had.
 */
#ifndef TLBTRACE_RECLAIM_H
#define TLBTRACE_RECLAIM_H

#include "recorder.h"

/* Who was last said to map a frame. */
struct frame_owner {
	uint32_t pid;	  /* 0: nobody */
	uint32_t address; /* of the page there */
};

/* reclaim_hint - a TRACE_RECLAIM hint. False: it made no sense. */
bool reclaim_hint(struct recorder *r, uint64_t icount, const struct hint *h);
void reclaim_free(struct recorder *r);

#endif
