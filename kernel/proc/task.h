/*
 * task.h - task_struct: a thread of control. Processes and threads are both
 * tasks; threads of one process share mm, files, fs, sighand and tgid.
 */
#ifndef PROC_TASK_H
#define PROC_TASK_H

#include "arch/thread.h"
#include "kernel/atomic.h"
#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/percpu.h"
#include "kernel/types.h"
#include "kernel/wait.h"

struct files_struct;
struct fs_struct;
struct mm_struct;
struct sighand_struct;

enum task_state {
	TASK_RUNNING,	      /* on the run queue, or running */
	TASK_INTERRUPTIBLE,   /* asleep; signals wake it */
	TASK_UNINTERRUPTIBLE, /* asleep; only its event does */
	TASK_STOPPED,
	TASK_ZOMBIE, /* exited, not yet waited for */
	TASK_DEAD,   /* waited for; about to be freed */
};

#define TASK_COMM_LEN 16
#define NSIG	      64

typedef u64 sigset_t; /* bit sig - 1 */

struct rlimit64 {
	u64 cur, max;
};
#define RLIM_NLIMITS 16
#define RLIM_INFINITY (~0ull)

struct task_struct {
	struct thread_struct thread;
	void *stack; /* THREAD_SIZE bytes */
	volatile enum task_state state;
	bool need_resched;	/* set by the tick and by wake-ups; read on return to user mode */
	int exit_code;		/* as wait4() reports it: status << 8, or the signal */
	pid_t pid, tgid;
	char comm[TASK_COMM_LEN];
	bool kthread;

	struct mm_struct *mm;	     /* NULL: kernel thread */
	struct mm_struct *active_mm; /* what is loaded while it runs */
	struct files_struct *files;
	struct fs_struct *fs;

	struct task_struct *parent; /* who waits for it */
	struct task_struct *group_leader;
	struct list_head children, sibling;
	struct list_head thread_group; /* other tasks of the process */
	struct list_head tasks;	       /* all tasks */
	struct list_head run_node;
	struct list_head pid_node; /* hash chain */
	pid_t pgrp, session;
	int exit_signal; /* sent to the parent: SIGCHLD; threads: 0 */
	wait_queue_head_t wait_child; /* wait4() sleeps here */
	bool vfork_parent_waits;
	wait_queue_head_t vfork_wait;

	struct sighand_struct *sighand;
	sigset_t pending, blocked;
	u32 __user *clear_child_tid;
	u32 __user *robust_list;

	unsigned int time_slice;     /* ticks left */
	unsigned long utime, stime;  /* ticks */
	unsigned long cutime, cstime;
	unsigned long nvcsw, nivcsw;
	u32 min_flt, maj_flt, cmin_flt, cmaj_flt;
	int fault_depth; /* page faults being handled now, nested */
	unsigned long start_time; /* jiffies */
	struct rlimit64 rlim[RLIM_NLIMITS];
	unsigned long alarm_at; /* jiffies, 0: none */
};

DECLARE_PER_CPU(struct task_struct *, current_task);
#define current this_cpu(current_task)

extern struct task_struct init_task; /* pid 0: the boot thread, then the idle task */
extern struct list_head all_tasks;
#define for_each_task(t) list_for_each_entry(t, &all_tasks, tasks)

struct task_struct *find_task(pid_t pid);

#endif
