/*
 * stacks.h - who called whom where pages faulted and TLBs were filled: chains of return addresses.
 *
 * A chain is read from the guest's memory, by saved frame pointers (EBP), at the event; that costs
 * the guest nothing and sets no bits. Each step is checked: a frame lies above the one before, can
 * be read, and its return address is behind a call. Code that uses EBP for something else fails one
 * of these and ends the chain, which then says so (`end`); no frame is made up.
 *
 * From the kernel the chain goes on in what was interrupted: the guest has said by a hint where its
 * entry code and the registers saved there are (struct trace_tasks).
 *
 * At a function's first or last instructions its caller's frame is the newest one: when the code at
 * EIP says so (push %ebp, ret, or the call went to this very instruction) the return address is
 * taken from the top of the stack. A function that never makes a frame hides its caller: what the
 * stack has nearby, behind a call to an address not far below EIP, is noted as a guess, which
 * whoever knows symbols can verify. What the call before each return address calls is kept, too:
 * where it is not the function that is found running, somebody in between is missing.
 */
#ifndef TLBTRACE_STACKS_H
#define TLBTRACE_STACKS_H

#include "machine.h"

#include <stddef.h>

#define STACK_FRAMES   64u	  /* in a chain */
#define STACKS_MAX     65536u	  /* different chains; the events of others are only counted */
#define STACKS_WORDS   (1u << 22) /* of all chains */
#define STACKS_BUCKETS (2 * STACKS_MAX)

#define STACK_REGS_MAX 128u /* bytes of the registers that the kernel saves */

/* In `called`: not behind a call (an instruction, not a return address), or one through a pointer.
 */
#define CALLED_NONE    0u
#define CALLED_POINTER 1u

/* Why a chain has no more frames. */
enum stack_end {
	STACK_START, /* the program's or thread's own beginning: all is there */
	STACK_DEPTH, /* STACK_FRAMES */
	STACK_ORDER, /* EBP is not above the frame before, not a multiple of 4, or no stack's */
	STACK_UNREADABLE, /* nothing is there */
	STACK_NO_CALL,	  /* what should be a return address is not behind a call */
	STACK_ENTRY,   /* in the kernel's entry code, within the kernel: no frame tells of whom */
	STACK_UNKNOWN, /* in a kernel that has not said where its stacks end */
	STACK_LOST,    /* there was no room for the chain; the last row, of all those */
};

#define STACK_END_NAMES \
	{"start", "depth", "order", "unreadable", "no_call", "entry", "unknown", "lost"}

enum stack_event {
	STACK_FAULT,
	STACK_FILL,
	STACK_EVENTS
};

struct stack_chain {
	enum stack_end end;
	unsigned int count;
	uint32_t at[STACK_FRAMES]; /* innermost first */
	uint32_t called[STACK_FRAMES];
	uint64_t guessed; /* a bit for each that no frame says, but a word of the stack */
};

/* One that was seen: its words are `count` addresses and as many of `called`. */
struct stack_seen {
	uint32_t hash, next; /* of the bucket: number + 1, or 0 */
	uint32_t pid;	     /* of the process */
	uint32_t first;	     /* of its words */
	uint16_t count, end;
	uint64_t guessed;
	uint64_t events[STACK_EVENTS];
};

struct stacks {
	struct stack_seen *seen; /* NULL: none are wanted */
	uint32_t *buckets, *words;
	size_t words_used, words_room;
	unsigned int count;
	uint64_t fills; /* rows so far, to take each so many-th */
	uint64_t lost[STACK_EVENTS];
};

struct recorder;

/* stacks_open - if the options ask for stacks. False: no memory. */
bool stacks_open(struct recorder *r);

/* stacks_read - the chain of what runs at @view. */
void stacks_read(struct recorder *r, const struct cpu_view *view, struct stack_chain *chain);

/* stacks_fault, stacks_fill - such a row is being written, of what runs at @view. */
void stacks_fault(struct recorder *r, const struct cpu_view *view);
void stacks_fill(struct recorder *r, const struct cpu_view *view);

/* stacks_write - the rows of stacks.csv, at the end. */
void stacks_write(struct recorder *r);
void stacks_free(struct recorder *r);

#endif
