/* oom.h - what /proc shows and sets of the out-of-memory killer's view of a process. */
#ifndef PROC_OOM_H
#define PROC_OOM_H

#include "mm/oom.h"
#include "proc/task.h"

/* How the killer sees a process; its mm is NULL when it has none left. Does not sleep. */
void oom_describe(struct task_struct *leader, struct oom_process *process);
/* Of the task's process, and of all that share its memory: OOM_SCORE_ADJ_MIN to _MAX. */
void oom_set_score_adj(struct task_struct *task, int adj);
/* Between the two the current process fills memory with what is not its own: should that not
 * suffice, it is the one to die. No effect in kernel threads. */
void oom_origin_begin(void);
void oom_origin_end(void);

#endif
