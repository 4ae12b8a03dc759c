/*
 * latency.h - how long the guest lets nobody in: interrupts off, or a task that waits for its turn.
 *
 * Both are stretches of instructions with a beginning and an end. A stretch that is long has a row
 * in latency.csv; the longest of each kind stand in meta.csv.
 */
#ifndef TLBTRACE_LATENCY_H
#define TLBTRACE_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

/* Shorter stretches get no row: a quarter of what tests/latency.t allows. */
#define LATENCY_ROW_IRQS    5000u
#define LATENCY_ROW_RESCHED 50000u

enum latency_kind {
	LATENCY_IRQS_OFF,   /* the processor takes no interrupt */
	LATENCY_NO_RESCHED, /* a task waits whose turn it is, and another one runs on */
	LATENCY_KINDS
};

struct stretch {
	bool open;
	uint64_t since;	  /* icount */
	uint64_t length;  /* instructions */
	uint32_t eip;	  /* where it began */
	uint32_t end_eip; /* and ended */
	uint32_t pid;	  /* task that ran when it ended */
};

struct latency {
	bool counts; /* the kernel has said hello and then let interrupts in */
	struct stretch now[LATENCY_KINDS];
	struct stretch longest[LATENCY_KINDS];
};

/* latency_begin - a stretch begins at @icount, @eip; nothing happens if one has begun before. */
void latency_begin(struct latency *l, enum latency_kind kind, uint64_t icount, uint32_t eip);

/*
 * latency_end - the stretch ends, in task @pid. Returns it when it was long enough for a row, else
 * NULL. Without a beginning nothing happens.
 */
const struct stretch *latency_end(struct latency *l, enum latency_kind kind, uint64_t icount,
				  uint32_t eip, uint32_t pid);

#endif
