/* rusage.h - what a process has used (Linux i386's struct rusage). */
#ifndef PROC_RUSAGE_H
#define PROC_RUSAGE_H

#include "proc/task.h"

struct timeval32 {
	s32 tv_sec, tv_usec;
};

struct rusage {
	struct timeval32 utime, stime;
	s32 maxrss, ixrss, idrss, isrss; /* KiB; the last three are always 0 */
	s32 minflt, majflt, nswap, inblock, oublock, msgsnd, msgrcv, nsignals, nvcsw, nivcsw;
};
_Static_assert(sizeof(struct rusage) == 72, "rusage layout");

#define RUSAGE_SELF	0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD	1

/* All of these: tasklist_lock held, or on one CPU no sleep in between. */

/* Fills in the usage of a process: its own, its waited-for children's, or one thread's. */
void get_rusage(struct task_struct *task, int who, struct rusage *usage);
/* What wait4() reports of a child: its own and its children's together. */
void get_rusage_both(struct task_struct *leader, struct rusage *usage);
/* Adds all of a child to its parent's account of children. */
void account_child(struct task_struct *parent, const struct task_struct *child);
/* CPU ticks of a process in user and kernel mode. */
void process_times(struct task_struct *leader, unsigned long *utime, unsigned long *stime);

#endif
