/*
 * tasks.h - several tasks in a host test, as coroutines.
 *
 * A task goes on until it calls task_yield(). While tasks run, everything that
 * may sleep does so: allocations with __GFP_WAIT, contended semaphores, wait
 * queues. Who goes on is drawn at random, from a seed.
 */
#ifndef HOST_TASKS_H
#define HOST_TASKS_H

#include "kernel/types.h"

#define TASKS_MAX 8

/* Runs `n` tasks that each call fn(), until all have returned. */
void tasks_run(void (*fn)(void), unsigned int n, u32 seed);
/* Gives the CPU to a task drawn at random, perhaps this one. No effect outside tasks_run(). */
void task_yield(void);

#endif
