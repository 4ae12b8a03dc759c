/*
 * task.h - task_struct: a thread of control. Processes and threads are both
 * tasks; threads of one process share mm, files, fs, sighand, signal and tgid.
 *
 * Family: only group leaders have parents and children in the lists, so that a
 * child belongs to the process and not to the thread that made it. Who is asked
 * for a thread's parent asks its leader: task_parent().
 *
 * Life: alloc_task() -> running and sleeping -> do_exit(): TASK_ZOMBIE until
 * wait4() takes its status, or TASK_DEAD at once when nobody will ask ->
 * release: out of the lists, stack freed -> the last put_task() frees the rest.
 */
#ifndef PROC_TASK_H
#define PROC_TASK_H

#include "i386/thread.h"
#include "kernel/atomic.h"
#include "kernel/list.h"
#include "kernel/lock.h"
#include "kernel/percpu.h"
#include "kernel/time.h"
#include "kernel/types.h"
#include "kernel/wait.h"
#include "mm/mempolicy.h"
#include "mm/fault_inject.h"
#include "mm/mm.h"
#include "signal/siginfo.h"

struct blk_plug;
struct files_struct;
struct fs_struct;
struct sighand_struct;
struct signal_struct;

enum task_state {
	TASK_RUNNING,	      /* on the run queue, or running */
	TASK_INTERRUPTIBLE,   /* asleep; signals wake it */
	TASK_UNINTERRUPTIBLE, /* asleep; only its event does */
	TASK_KILLABLE,	      /* asleep; its event, or what ends the process */
	TASK_STOPPED,	      /* by a signal; SIGCONT and SIGKILL wake it */
	TASK_ZOMBIE,	      /* exited, not yet waited for */
	TASK_DEAD,	      /* nobody will wait for it; its stack goes at the next switch */
};

/* What /proc/PID/stat calls each state. */
extern const char task_state_letters[];

#define TASK_COMM_LEN 16
#define NSIG	      64

typedef u64 sigset_t; /* bit sig - 1 */

/* Signals that have arrived and not been taken: the set, and what is known of them. */
struct sigpending {
	sigset_t set;
	struct list_head queue; /* struct sigqueue; a signal without one has no details */
};

struct rlimit64 {
	u64 cur, max;
};
#define RLIM_NLIMITS  16
#define RLIM_INFINITY (~0ull)

#define RLIMIT_CPU    0
#define RLIMIT_FSIZE  1
#define RLIMIT_DATA   2
#define RLIMIT_STACK  3
#define RLIMIT_CORE   4
#define RLIMIT_RSS    5
#define RLIMIT_NPROC  6
#define RLIMIT_NOFILE 7
#define RLIMIT_AS     9

#define RLIMIT_MEMLOCK 8

/*
 * How restart_syscall() goes on with a call that a signal without a handler
 * interrupted (-ERESTART_RESTARTBLOCK), so that it ends when it would have.
 */
struct restart_block {
	long (*fn)(void);    /* NULL: there is nothing to go on with */
	unsigned long until; /* jiffies; not of a sleep */
	union {
		struct {
			u32 left;	       /* user address for the time left, or 0 */
			bool left64;	       /* with 64-bit seconds */
			struct timespec64 end; /* of ktime_get_ts() */
		} sleep;
		struct {
			u32 addr, value, bitset;
			bool private;
		} futex;
		struct {
			u32 fds, nr; /* user address of the array, and its length */
			bool limited;
		} poll;
	};
};

struct task_struct {
	struct thread_struct thread; /* first: switch_to() relies on it */
	void *stack;		     /* THREAD_SIZE bytes, the page below never mapped */
	volatile enum task_state state;
	/* Work to do on return to user mode: flags, tested together as one. */
	union {
		struct {
			bool need_resched; /* set by the tick and by wake-ups */
			bool sigpending;   /* an unblocked signal, or the process must end */
			bool first_return; /* new: store its id at set_child_tid */
			bool unused;
		};
		u32 work;
	};
	bool kthread;
	bool vfork_parent_waits;
	bool exiting;	 /* do_exit() has begun */
	bool memalloc;	 /* frees memory: memalloc_noreclaim_save() */
	bool did_exec;	 /* has run execve() since its fork(): setpgid() by the parent is over */
	int exit_code;	 /* as wait4() reports it: status << 8, or the signal */
	int exit_signal; /* sent to the parent: SIGCHLD; threads: 0 */
	atomic_t usage;	 /* holders of this structure: the lists, and get_task() */
	pid_t pid, tgid;
	pid_t pgrp, session; /* the same in all threads of a process */
	char comm[TASK_COMM_LEN];

	struct mm_struct *mm;	     /* NULL: kernel thread */
	struct mm_struct *active_mm; /* what is loaded while it runs */
	struct files_struct *files;
	struct fs_struct *fs;

	struct task_struct *parent; /* leaders: who waits for it */
	struct task_struct *group_leader;
	struct list_head children, sibling; /* leaders only */
	struct list_head thread_group;	    /* ring of all tasks of the process */
	struct list_head tasks;		    /* all tasks */
	struct list_head run_node;
	struct list_head pid_node; /* hash chain */
	u32 serial; /* grows from task to task along the list of all; 0: in no list */
	wait_queue_head_t wait_child; /* leaders: wait4() sleeps here */
	wait_queue_head_t vfork_wait; /* the parent of a vfork() sleeps here, in its child */

	struct sighand_struct *sighand;
	struct signal_struct *signal;
	sigset_t blocked;
	sigset_t saved_blocked; /* put back after sigsuspend(), when restore_blocked */
	bool restore_blocked;
	sigset_t sigwait_set;	   /* sigtimedwait() is waiting for these */
	struct sigpending pending; /* for this thread alone; the process's are in `signal` */
	struct siginfo forced; /* a signal that the task brought upon itself, not taken yet; or 0 */
	u32 sas_sp, sas_size;  /* sigaltstack(); size 0: none */
	u32 __user *set_child_tid;   /* clone(): where the child stores its id */
	u32 __user *clear_child_tid; /* zeroed, and waiters of the futex there woken, at exit */
	u32 __user *robust_list;

	struct restart_block restart;
	struct blk_plug *plug; /* its bios are kept back there, or NULL */

	unsigned int time_slice;    /* ticks left */
	unsigned long utime, stime; /* ticks */
	unsigned long cutime, cstime;
	unsigned long nvcsw, nivcsw;
	u32 min_flt, maj_flt, cmin_flt, cmaj_flt;
	int fault_depth;		    /* page faults being handled now, nested */
	struct fault_nth fault_nth;	    /* an allocation of its own that is to fail */
	unsigned long start_time;	    /* jiffies */
	struct mempolicy *mempolicy;	    /* own_mempolicy, or NULL: the default */
	struct mempolicy own_mempolicy;	    /* set_mempolicy() */
	struct rlimit64 rlim[RLIM_NLIMITS]; /* the same in all threads of a process */
};

DECLARE_PER_CPU(struct task_struct *, current_task);
#define current this_cpu(current_task)

extern struct task_struct init_task; /* pid 0: the boot thread, then the idle task */
/*
 * Guards who exists and who is whose: the lists of tasks, parent, group_leader,
 * signal->live, groups and sessions, the numbers in use. Interrupts stay on: no
 * handler looks at these. Before signal->lock. Who reads without it and does
 * not sleep is right only as long as there is one CPU.
 */
extern spinlock_t tasklist_lock;
extern struct list_head all_tasks;
#define for_each_task(t) list_for_each_entry (t, &all_tasks, tasks)
/* Tells the plugin by a hint where the tasks are (task_hint.c). At any time after paging is on. */
void tasks_say_where(void);
/* All threads of p's process, p first. Does not sleep inside. */
#define for_each_thread(p, t) for ((t) = (p); (t); (t) = next_thread_or_null((p), (t)))

static inline struct task_struct *next_thread_or_null(struct task_struct *p, struct task_struct *t)
{
	t = list_entry(t->thread_group.next, struct task_struct, thread_group);
	return t == p ? NULL : t;
}

/* Who waits for the task's process; init_task once it is out of the lists. Valid until the caller
 * sleeps, unless it takes a hold. */
static inline struct task_struct *task_parent(const struct task_struct *task)
{
	return task->group_leader->parent;
}

static inline bool thread_group_leader(const struct task_struct *task)
{
	return task->group_leader == task;
}

static inline bool thread_group_empty(const struct task_struct *task)
{
	return list_empty(&task->thread_group);
}

/* The task with this pid, or NULL; valid until the caller sleeps, unless it takes a hold. */
struct task_struct *find_task(pid_t pid);
/* The same with a hold, for put_task(). Takes tasklist_lock. */
struct task_struct *find_get_task(pid_t pid);

/* A walk over all tasks, in the order in which they were made, that may sleep between two. */
struct task_walk {
	struct task_struct *at; /* held; NULL before the first step */
	u32 serial;
};
/* The next task, held until the next step; NULL at the end. Finds those made meanwhile. */
struct task_struct *task_walk_next(struct task_walk *walk);
/* For a walk that ends before the end. */
void task_walk_end(struct task_walk *walk);
/* The serial of the task made last. */
u32 task_last_serial(void);

/* Keeps the structure (not the process) alive across sleeps. */
static inline struct task_struct *get_task(struct task_struct *task)
{
	atomic_inc(&task->usage);
	return task;
}
void put_task(struct task_struct *task);

/* The task's address space with one more user, to be mmput(); NULL for kernel threads and those
 * that have exited. */
static inline struct mm_struct *get_task_mm(struct task_struct *task)
{
	if (task->mm)
		atomic_inc(&task->mm->mm_users);
	return task->mm;
}

#define PID_MAX 32768 /* process numbers are below it: Linux's default pid_max */

/* A new task_struct with its stack: all zero but lists, queues, usage 1. NULL: out of memory. */
struct task_struct *alloc_task(void);
/* Undoes alloc_task() for a task that never ran. */
void free_new_task(struct task_struct *task);
/* A pid nobody uses, as pid, group or session; -EAGAIN when there is none. The caller's until
 * task_link() or free_new_task(). May sleep. */
pid_t alloc_pid(void);
/* Puts a complete task into the lists, where all can find it. Takes over the first reference.
 * `parent` and `group_leader` have been looked up in the same step: tasklist_lock is held. */
void task_link(struct task_struct *task);
/* The same, for a task that takes another's place in the order of all tasks. */
void task_link_at(struct task_struct *task, struct task_struct *old);
/* Takes it out of all lists; the stack and the lists' reference stay. tasklist_lock held. */
void task_unlink(struct task_struct *task);
/* A kernel thread became a user's: it counts for RLIMIT_NPROC. */
void task_now_user(struct task_struct *task);
/* Tasks of the user: all but kernel threads. */
unsigned int nr_user_tasks(void);
/* The end of a task that does not run any more: stack, FPU state, the lists' reference. */
void task_bury(struct task_struct *task);
/* Gives cached kernel stacks back to the page allocator (leak ledger, memory pressure). */
void task_cache_drain(void);
/* Lets the page allocator ask for them. Once, by a thread that may sleep. */
void stack_cache_init(void);
unsigned int nr_tasks(void);
void task_init(void);

/* rlimit.c: an address space follows the limits of its process (RLIM_NLIMITS of them). */
void mm_apply_limits(struct mm_struct *mm, const struct rlimit64 *rlim);

/* fork.c: CLONE_ flags with Linux's values. */
#define CLONE_VM	     0x00000100u
#define CLONE_FS	     0x00000200u
#define CLONE_FILES	     0x00000400u
#define CLONE_SIGHAND	     0x00000800u
#define CLONE_VFORK	     0x00004000u
#define CLONE_PARENT	     0x00008000u
#define CLONE_THREAD	     0x00010000u
#define CLONE_SYSVSEM	     0x00040000u
#define CLONE_SETTLS	     0x00080000u
#define CLONE_PARENT_SETTID  0x00100000u
#define CLONE_CHILD_CLEARTID 0x00200000u
#define CLONE_DETACHED	     0x00400000u
#define CLONE_CHILD_SETTID   0x01000000u
#define CSIGNAL		     0x000000ffu /* low byte: the signal sent to the parent at exit */

/* Ends the current task. `code` as wait4() reports it. Does not return. */
void do_exit(int code) __noreturn;
/* Ends all threads of the current process with this code. */
void do_group_exit(int code) __noreturn;

#endif
