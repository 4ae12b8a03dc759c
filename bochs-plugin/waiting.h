/*
 * waiting.h - what the guest's tasks were at when the run was ended from outside.
 *
 * The guest's kernel has said by a hint where it keeps its tasks (struct trace_tasks); they are
 * read from its memory when the emulator has stopped. A guest that hangs may be broken: each
 * address may be anything, each list may have no end.
 */
#ifndef TLBTRACE_WAITING_H
#define TLBTRACE_WAITING_H

#include "kernel/trace_port.h"
#include "machine.h"

#include <stdbool.h>
#include <stdint.h>

#define WAITING_TASKS_MAX 4096u /* that are looked at */
#define WAITING_NAME_MAX  64u
#define WAITING_FRAMES	  8u

struct recorder;

struct waiting {
	bool known; /* the guest has said where */
	struct trace_tasks at;
	struct cpu_view view; /* of the end, but with the kernel's own page directory: while
				 waiting_write */
};

/* The processor when it stopped. */
struct stopped_cpu {
	uint32_t eip, ebp;
	unsigned int cpl;
};

/* One task, as it goes into waiting.csv. */
struct waiting_task {
	uint32_t pid, tgid;
	char name[WAITING_NAME_MAX];
	const char *state;
	char call[WAITING_NAME_MAX]; /* what it entered the kernel by, or "" */
	bool has_number;	     /* a system call: */
	uint32_t number, args[3];
	bool has_eip; /* it is a program: */
	uint32_t eip;
	uint32_t frames[WAITING_FRAMES]; /* where in the kernel, innermost first */
	unsigned int frame_count;
};

/* waiting_hint - struct trace_tasks is at linear address @addr. False: it makes no sense. */
bool waiting_hint(struct recorder *r, uint32_t addr);

/*
 * waiting_write - the rows of waiting.csv, unless the guest has said nothing or had come to its
 * end. The guest has stopped, and its memory is still there.
 */
void waiting_write(struct recorder *r, const struct stopped_cpu *cpu);

#endif
