/*
 * frame_use.h - what a page of the kernel's half was when the TLB took it in.
 *
 * The guest's kernel has said by a hint where it keeps its page frames' descriptors (struct
 * trace_frames); the one of the frame is read from its memory at each fill. It costs the guest
 * nothing, and is right for that moment, whatever the frame becomes later.
 *
 * What is told:
 *
 *   slab NAME            objects of that cache
 *   page table of PID    the one through which PID's own pages were walked to last;
 *   page directory of PID  PID is empty where there was no such walk
 *   stack of PID         the kernel stack that was in use
 *   vmalloc 0xADDRESS    another page of the vmalloc window, by who asked for it
 *   page cache, shared memory, anonymous, swap cache      contents of users' pages
 *   free, reserved, mem_map, allocated                    the rest
 *
 * Nothing is told of fills before the hint, and of the kernel's other windows.
 */
#ifndef TLBTRACE_FRAME_USE_H
#define TLBTRACE_FRAME_USE_H

#include "kernel/trace_port.h"
#include "machine.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define USE_RUNS_MAX  256u
#define USE_AREAS_MAX 8192u	  /* of the vmalloc window */
#define USE_DIRECTORY 0x80000000u /* in table_owner: a page directory */

struct recorder;
struct walk;

struct use_area {
	uint32_t start, end, caller;
};

/* How often a page was filled while it was that. */
struct use_count {
	const char *use; /* NULL: the place is empty */
	uint32_t page;
	uint64_t fills;
};

struct frame_use {
	bool known; /* the guest has said where */
	struct trace_frames at;
	struct trace_frame_run runs[USE_RUNS_MAX];
	struct use_area *areas; /* by address */
	unsigned int nr_areas;
	uint32_t *table_owner;	  /* by frame: whose page table or directory it was last */
	struct use_count *counts; /* a hash table */
	size_t count, room;	  /* in use; of the table */
	uint32_t *before;	  /* by page of the kernel's half: fills while nothing was known */
};

/* frame_use_hint - struct trace_frames is at linear address @addr. False: it makes no sense. */
bool frame_use_hint(struct recorder *r, uint32_t addr);

/* frame_use_area - the vmalloc window has an area from @start up to @end, asked for at @caller. */
bool frame_use_area(struct recorder *r, uint32_t start, uint32_t end, uint32_t caller);

/*
 * frame_use_fill - a walk has filled @page, of frame @phys, and a row of tlb.csv says so. Counts
 * a page of the kernel's half, and remembers the tables of another one.
 */
void frame_use_fill(struct recorder *r, uint32_t page, uint64_t phys);

/* frame_use_write - the rows of uses.csv, by page and use; none when the guest has not said where.
 * At the end. */
void frame_use_write(struct recorder *r);

/* frame_use_reset - the guest's kernel is gone, and all that it has said. */
void frame_use_reset(struct recorder *r);

void frame_use_free(struct recorder *r);

#endif
