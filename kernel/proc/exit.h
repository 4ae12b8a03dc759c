/* exit.h - what exit.c shares with exec and wait. */
#ifndef PROC_EXIT_H
#define PROC_EXIT_H

#include "proc/task.h"

/* The current task stops using its address space (exit, exec): notes its size, wakes those that
 * wait for that or for a mutex of its. May sleep. */
void mm_release(struct task_struct *task);
/* Takes an ended task out of the system for good. The current one goes at its last switch.
 * tasklist_lock held. */
void release_task(struct task_struct *task);
/* The same for one that is out of the lists already. */
void forget_task(struct task_struct *task);
/* Adds what a thread has used to what its process remembers of dead threads. */
void account_thread(const struct task_struct *task);
/* The wait status of a process whose threads have all ended. */
int process_exit_code(const struct task_struct *leader);

#endif
