/*
 * sched.h - who runs. Round robin with equal time slices; user code is
 * preempted by the tick, kernel code only where it calls schedule() or
 * cond_resched().
 */
#ifndef PROC_SCHED_H
#define PROC_SCHED_H

#include "proc/task.h"

/* Ticks a task runs before the next one in the queue gets its turn: 100 ms. */
#define TIME_SLICE 10

void sched_init(void);
/* Gives the CPU away; returns when this task is chosen again. No spinlock held. */
void schedule(void);
/* Has fn called soon outside interrupts, by whichever task gets to where it may sleep; fn itself
 * must not. One kind of work: always the same fn. Interrupts off. */
void run_soon(void (*fn)(void));
/* Makes a sleeping task runnable. True if it slept. Any context. */
bool wake_up_process(struct task_struct *task);
/* The same for a task that sleeps interruptibly; `fatal`: also one that sleeps killably or is
 * stopped. True if it slept so. */
bool wake_up_signalled(struct task_struct *task, bool fatal);
/* The same for a task that is stopped. */
bool wake_up_stopped(struct task_struct *task);
/* Puts a task that has never run at the end of the queue. */
void wake_up_new_task(struct task_struct *task);
/* First thing after a switch, run by the new task: lays to rest the one before. irqs off. */
void schedule_tail(struct task_struct *prev);
/* Called by the timer interrupt: jiffies, timers, accounting, time slice. irqs off. */
void timer_tick(struct pt_regs *regs);
void scheduler_tick(struct pt_regs *regs);
/* Called on return to user mode with work pending (need_resched, signals); interrupts off. */
void exit_to_user_work(struct pt_regs *regs);
/* True when exit_to_user_work() has something to do. */
static inline bool user_work_pending(void)
{
	return current->work != 0;
}
/* fork.c: a clone's child, about to see user mode for the first time. */
void fork_first_return(void);
/* A thread that runs fn(arg) in the kernel and exits with its result; or ERR_PTR. Nobody waits for
 * it: it vanishes when it is done. */
struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name);
/* Voluntarily to the end of the queue. */
void sched_yield_current(void);
/* The idle loop of pid 0: waits for interrupts whenever nothing else can run. */
void cpu_idle(void) __noreturn;
/* init.c: the end of pid 1's start: mounts root, opens the console, becomes the first program.
 * Returns (0) to enter it; panics when there is none. */
int kernel_init(void *unused);
/* Runnable tasks, the running one included, the idle task not. */
unsigned int nr_running(void);
/* Switches since boot, for /proc/stat. */
extern unsigned long nr_switches;

#endif
