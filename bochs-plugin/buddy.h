/*
 * buddy.h - how many free blocks of each order each zone of the guest's memory has, over time.
 *
 * The guest's kernel has said by a hint where it counts them (struct trace_frames); they are read
 * from its memory at marks and with the first walk after each so many instructions, which costs the
 * guest nothing. A zone has a row when its counts are not those of its row before.
 */
#ifndef TLBTRACE_BUDDY_H
#define TLBTRACE_BUDDY_H

#include "kernel/trace_port.h"

#include <stdbool.h>
#include <stdint.h>

#define BUDDY_ORDERS   11u	/* columns of buddy.csv */
#define BUDDY_ZONES    256u	/* that are looked at */
#define BUDDY_INTERVAL 1000000u /* instructions; twice as many after each BUDDY_LOOKS looks */
#define BUDDY_LOOKS    4096u

struct recorder;

struct buddy_zone {
	struct trace_zone_at at;
	bool written;
	uint32_t free[BUDDY_ORDERS]; /* as its last row has it */
};

struct buddy {
	struct buddy_zone zones[BUDDY_ZONES];
	unsigned int count; /* of the zones; 0: the guest has not said where they are */
	uint64_t next, interval;
	unsigned int looks; /* with this interval */
};

/* buddy_hint - @at: the guest has said where its counts are. False: it makes no sense. */
bool buddy_hint(struct recorder *r, const struct trace_frames *at);

/* buddy_look - reads the counts, and writes a row for each zone where they have changed. */
void buddy_look(struct recorder *r, uint64_t icount);

#endif
