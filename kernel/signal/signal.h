/*
 * signal.h - signals, with Linux i386's numbers and meaning.
 *
 * Sent signals stand in the task's own pending set or, for those sent to the
 * process, in the set all its threads share. A thread takes them on its way to
 * user mode (do_signal()).
 */
#ifndef PROC_SIGNAL_H
#define PROC_SIGNAL_H

#include "kernel/atomic.h"
#include "kernel/lock.h"
#include "kernel/types.h"
#include "proc/task.h"
#include "sched/timer.h"

#define SIGHUP	  1
#define SIGINT	  2
#define SIGQUIT	  3
#define SIGILL	  4
#define SIGTRAP	  5
#define SIGABRT	  6
#define SIGBUS	  7
#define SIGFPE	  8
#define SIGKILL	  9
#define SIGUSR1	  10
#define SIGSEGV	  11
#define SIGUSR2	  12
#define SIGPIPE	  13
#define SIGALRM	  14
#define SIGTERM	  15
#define SIGSTKFLT 16
#define SIGCHLD	  17
#define SIGCONT	  18
#define SIGSTOP	  19
#define SIGTSTP	  20
#define SIGTTIN	  21
#define SIGTTOU	  22
#define SIGURG	  23
#define SIGXCPU	  24
#define SIGXFSZ	  25
#define SIGVTALRM 26
#define SIGPROF	  27
#define SIGWINCH  28
#define SIGIO	  29
#define SIGPWR	  30
#define SIGSYS	  31
#define SIGRTMIN  32

#define SA_NOCLDSTOP 0x00000001u
#define SA_NOCLDWAIT 0x00000002u
#define SA_SIGINFO   0x00000004u
#define SA_RESTORER  0x04000000u
#define SA_ONSTACK   0x08000000u
#define SA_RESTART   0x10000000u
#define SA_NODEFER   0x40000000u
#define SA_RESETHAND 0x80000000u

#define SIG_DFL 0u
#define SIG_IGN 1u

#define SI_USER	      0
#define SI_KERNEL     0x80
#define SI_QUEUE      (-1)
#define SI_TKILL      (-6)
#define SEGV_MAPERR   1
#define SEGV_ACCERR   2
#define BUS_ADRERR    2
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

#define SS_ONSTACK  1u
#define SS_DISABLE  2u
#define MINSIGSTKSZ 2048u

#define sigmask(sig) (1ull << ((sig) - 1))

struct k_sigaction { /* Linux's rt_sigaction() argument, byte for byte */
	u32 handler;
	u32 flags;
	u32 restorer;
	sigset_t mask;
};
_Static_assert(sizeof(struct k_sigaction) == 20, "sigaction layout");

/*
 * What a process does with its signals; shared by CLONE_SIGHAND. A slab object
 * that is constructed with all actions zero; `changed` has a bit for each action
 * that may not be, so that a copy costs as much as there is to copy.
 */
struct sighand_struct {
	atomic_t count;
	sigset_t changed;
	struct k_sigaction action[NSIG];
};

/* What belongs to a process and not to one of its threads. Changed with `lock` held, but for the
 * timer, CPU time and `soon`, which are interrupt handlers' too: changed with irqs off. */
struct signal_struct {
	atomic_t count; /* tasks that point here */
	spinlock_t lock;
	int oom_score_adj; /* mm/oom.h; the same in all processes that share an address space */
	unsigned int oom_origins; /* threads in swapoff(): see oom_origin_begin() */
	unsigned int live;	  /* threads that have not begun to exit */
	struct sigpending shared;
	bool group_exit; /* all threads end with group_exit_code */
	int group_exit_code;
	struct task_struct *group_execer;      /* the one thread that goes on: it is in execve() */
	wait_queue_head_t thread_gone;	       /* group_execer waits here for the others */
	bool group_stop;		       /* all threads stop; stop_sig said so */
	bool stop_unreported, cont_unreported; /* news for wait4() */
	int stop_sig;
	struct ktimer real_timer;    /* alarm(), ITIMER_REAL */
	unsigned long real_interval; /* ticks, 0: once */
	struct list_head soon;	     /* has signals in soon_set that an interrupt sent (kill.c) */
	sigset_t soon_set;
	struct task_struct *leader;
	/* CPU time of all threads ever, in ticks, and when the limit on it is next looked at. */
	unsigned long cpu_ticks, cpu_check, cpu_hard;
	/* Of threads that are gone. */
	unsigned long utime, stime, nvcsw, nivcsw;
	u32 min_flt, maj_flt;
	unsigned long maxrss;  /* KiB, of address spaces left behind */
	unsigned long cmaxrss; /* largest of all children waited for */
	unsigned long cnvcsw, cnivcsw;
};

void signals_init(void);

/* fork: new ones for a process, copied from the current task's. NULL when out of memory. */
struct sighand_struct *sighand_dup(const struct sighand_struct *old);
void sighand_put(struct sighand_struct *sighand);
struct signal_struct *signal_alloc(struct task_struct *leader);
void signal_put(struct signal_struct *signal);
/* RLIMIT_CPU as the tick checks it. Any context. */
void signal_set_cpu_limit(struct signal_struct *signal, const struct rlimit64 *limit);
/* The current process has used up its CPU time: SIGXCPU, once a second, or SIGKILL. In the tick. */
void cpu_limit_reached(struct signal_struct *signal);
void sigpending_init(struct sigpending *pending);
/* Removes those of the signals in `set` that are pending. Not in interrupts. */
void sigpending_discard(struct sigpending *pending, sigset_t set);
/* Changes one action. */
void sighand_set(struct sighand_struct *sighand, int sig, const struct k_sigaction *action);
/* exec: handlers back to default, ignored ones stay ignored. */
void sighand_flush_handlers(struct sighand_struct *sighand);

/* Sends to one thread / to a process (any thread of it). Not in interrupts. A signal that would be
 * ignored is dropped. `info` NULL: from the kernel, no details. */
void send_sig_thread(int sig, const struct siginfo *info, struct task_struct *task);
void send_sig_process(int sig, const struct siginfo *info, struct task_struct *task);
/* The kernel's own signal to a process: send_sig(SIGPIPE, current). Not in interrupts. */
void send_sig(int sig, struct task_struct *task);
/* The same, soon, as kill_pgrp_soon(); none is lost. Any context. */
void send_sig_soon(int sig, struct signal_struct *signal);
/* The structure goes away: nothing more is sent to it. Any context. */
void forget_soon(struct signal_struct *signal);
/* To all processes of a group, from the kernel (^C): soon, a bounded number at a time, by the tasks
 * that are on their way to user mode next, or the idle one. Any context. */
void kill_pgrp_soon(pid_t pgrp, int sig);
/* To the current task, even if it blocks or ignores it: then it dies of it. */
void force_sig(int sig);
/* Nobody would notice the signal: it need not be sent, or kept. */
bool signal_ignored(const struct task_struct *task, int sig);
/* What the process does with the signal is to ignore it, be it blocked or not. */
bool action_ignores(const struct task_struct *task, int sig);
/* Of init: a signal whose action is the default one does nothing to it, SIGKILL and SIGSTOP
 * included, be it sent, or blocked before and taken now. What init brings upon itself kills it. */
static inline bool signal_unkillable(const struct task_struct *task)
{
	return task->tgid == 1;
}

/* Makes all other threads of the process take notice that it is ending (lock held). */
void zap_other_threads(struct task_struct *task);

/* Sets current->sigpending anew, after its blocked set or the pending ones have changed. */
void recalc_sigpending(void);
/* Replaces the current task's blocked set; SIGKILL and SIGSTOP cannot be blocked. */
void set_blocked(sigset_t set);

/* Takes pending signals: acts, or sets up a handler's frame in regs. Irqs on. May not return. */
void do_signal(struct pt_regs *regs);
/* The current task's next pending signal of a set, removed from where it stood: its number, or 0.
 */
int dequeue_signal(sigset_t from_set, struct siginfo *info);
/* Name without "SIG" for messages ("SEGV"), or "RT". */
const char *signal_name(int sig);

/* arch/signal_frame.c: makes user mode run the handler and come back by sigreturn. 0 or -EFAULT. */
int setup_signal_frame(int sig, const struct k_sigaction *action, const struct siginfo *info,
		       sigset_t old_blocked, struct pt_regs *regs);

#endif
