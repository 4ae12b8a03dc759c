/*
 * sched.h - who runs. Round robin with equal time slices; user code is
 * preempted by the tick, kernel code only where it calls schedule() or
 * cond_resched().
 */
#ifndef PROC_SCHED_H
#define PROC_SCHED_H

#include "proc/task.h"

void sched_init(void);
/* Gives the CPU away; returns when this task is chosen again. No spinlock held. */
void schedule(void);
/* Gives it away only if somebody waits for it. */
void cond_resched(void);
/* Makes a sleeping task runnable. True if it slept. Any context. */
bool wake_up_process(struct task_struct *task);
/* Called by the timer interrupt. */
void scheduler_tick(struct pt_regs *regs);
/* Called on return to user mode with work pending (need_resched, signals); interrupts off. */
void exit_to_user_work(struct pt_regs *regs);
/* True when exit_to_user_work() has something to do. */
static inline bool user_work_pending(void)
{
	return current->need_resched || (current->pending & ~current->blocked);
}
/* A thread that runs fn(arg) in the kernel and exits with its result; or ERR_PTR. */
struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name);
/* Voluntarily to the end of the queue. */
void sched_yield_current(void);

#endif
