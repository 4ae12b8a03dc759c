/* futex.h - sleeping on a word of user memory. */
#ifndef PROC_FUTEX_H
#define PROC_FUTEX_H

#include "kernel/compiler.h"
#include "kernel/types.h"

struct task_struct;

/* Wakes up to `most` sleepers on a word of the current address space, in all processes that share
 * it; returns how many. A bad address wakes nobody. May sleep. */
unsigned int futex_wake(u32 __user *addr, unsigned int most);
/* Goes on with a timed wait that a signal without a handler interrupted (task_struct.restart). */
long futex_wait_restart(void);
/*
 * The current task leaves its address space: marks the mutexes that it registered by
 * set_robust_list() and still owns, and wakes one that waits for each. What its program has put
 * there may be anything. May sleep.
 */
void exit_robust_list(void);

#endif
