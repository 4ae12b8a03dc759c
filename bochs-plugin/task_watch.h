/*
 * task_watch.h - which task runs, in a guest whose kernel does not say so.
 *
 * A program of the guest may say where its kernel keeps the pointer to the running task (TASKS of
 * kernel/trace_port.h). Memory has no hook: the pointer is looked at with every event of the TLBs,
 * every page fault and the end of one, so that a switch is noted at the first of these after it.
 */
#ifndef TLBTRACE_TASK_WATCH_H
#define TLBTRACE_TASK_WATCH_H

#include "kernel/trace_port.h"

#include <stdbool.h>
#include <stdint.h>

struct recorder;
struct cpu_view;

struct watch {
	bool on;
	struct trace_tasks at;
	uint64_t running; /* physical address of the pointer */
	uint32_t task;	  /* what it was at the last look, */
	uint64_t pid;	  /* where that one's pid is, physical, */
	uint32_t was_pid; /* and what it was */
	bool renamed;	  /* it may have got another name since */
};

/* watch_hint - struct trace_tasks is at linear address @addr. False: it makes no sense. */
bool watch_hint(struct recorder *r, const struct cpu_view *view, uint32_t addr);

/* watch_check - looks; a row of tasks.csv if another task runs. Only while on. */
void watch_check(struct recorder *r);

#endif
