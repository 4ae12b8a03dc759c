/*
 * kill.c - system calls that send signals to processes, groups and threads.
 * There is one user, so everybody may.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "arch/irq.h"
#include "sched/sched.h"
#include "signal/signal.h"
#include "proc/syscall.h"

/* Signal 0 only asks whether the target is there. */
static void send_checked(int sig, const struct siginfo *info, struct task_struct *task,
			 bool process)
{
	if (sig == 0)
		return;
	if (process)
		send_sig_process(sig, info, task);
	else
		send_sig_thread(sig, info, task);
}

static bool in_target(const struct task_struct *task, pid_t pgrp)
{
	if (!thread_group_leader(task) || task->kthread || !task->signal)
		return false;
	if (pgrp == -1)
		return task->tgid != 1 && task->tgid != current->tgid;
	return task->pgrp == pgrp;
}

/*
 * To every process of a group, or (pgrp -1) to all but init and the caller's own.
 * Those made while this goes on are left out: a child that its parent made before
 * it was reached. But nobody escapes SIGKILL so.
 */
static long kill_many(pid_t pgrp, int sig, const struct siginfo *info)
{
	struct task_walk walk = {0};
	struct task_struct *task;
	u32 last = task_last_serial();
	long ret = -ESRCH;

	while ((task = task_walk_next(&walk)) && (sig == SIGKILL || task->serial <= last)) {
		if (in_target(task, pgrp)) {
			send_checked(sig, info, task, true);
			ret = 0;
		}
		cond_resched();
	}
	task_walk_end(&walk);
	return ret;
}

#define SOON_MAX 8 /* keys pressed before anybody could run; more are lost */

static DEFINE_SPINLOCK(soon_lock);
static struct {
	pid_t pgrp;
	int sig;
} soon[SOON_MAX];
static unsigned int nr_soon;

/* The oldest of what kill_pgrp_soon() was given; false: none. */
static bool take_soon(pid_t *pgrp, int *sig)
{
	unsigned long flags;
	unsigned int i;
	bool any;

	spin_lock_irqsave(&soon_lock, flags);
	any = nr_soon > 0;
	if (any) {
		*pgrp = soon[0].pgrp;
		*sig = soon[0].sig;
		for (i = 1; i < nr_soon; i++)
			soon[i - 1] = soon[i];
		nr_soon--;
	}
	spin_unlock_irqrestore(&soon_lock, flags);
	return any;
}

/* Processes with signals in their soon_set. */
static LIST_HEAD(soon_processes);

/* The next of them, with what is for it; NULL: none. */
static struct signal_struct *take_soon_process(sigset_t *set)
{
	struct signal_struct *signal = NULL;
	unsigned long flags;

	spin_lock_irqsave(&soon_lock, flags);
	if (!list_empty(&soon_processes)) {
		signal = list_first_entry(&soon_processes, struct signal_struct, soon);
		list_del_init(&signal->soon);
		*set = signal->soon_set;
		signal->soon_set = 0;
	}
	spin_unlock_irqrestore(&soon_lock, flags);
	return signal;
}

#define KILL_BATCH 32u /* tasks looked at before others may run */

/* What is being sent to a group, batch after batch; sig 0: nothing. */
static struct {
	pid_t pgrp;
	int sig;
	struct task_walk walk;
} sending;

/*
 * Sends to those of the group among the next tasks, at most `left`; returns how many are left of
 * that. Those made meanwhile get it, too: the parent may not have been reached.
 */
static unsigned int kill_some(unsigned int left)
{
	const struct siginfo info = {.si_code = SI_KERNEL};
	struct task_struct *task;

	for (; left; left--) {
		task = task_walk_next(&sending.walk);
		if (!task)
			break;
		if (in_target(task, sending.pgrp))
			send_sig_process(sending.sig, &info, task);
	}
	if (left) {
		task_walk_end(&sending.walk);
		sending.walk = (struct task_walk){0};
		sending.sig = 0;
	}
	return left;
}

/* One batch. It may not sleep: the next one is for the task that runs then. */
static void kill_those(void)
{
	unsigned int left = KILL_BATCH;
	struct signal_struct *signal;
	unsigned long flags;
	sigset_t set;
	int sig;

	while (left && (sending.sig || take_soon(&sending.pgrp, &sending.sig)))
		left = kill_some(left);
	/* Sending does not sleep: nobody can do away with the process meanwhile. */
	for (; left && (signal = take_soon_process(&set)); left--)
		for (sig = 1; set; sig++, set >>= 1)
			if (set & 1)
				send_sig(sig, signal->leader);
	if (left)
		return;
	flags = local_irq_save();
	run_soon(kill_those);
	local_irq_restore(flags);
}

/* An interrupt handler may not walk over all tasks: they may be many, and their list in work. */
void kill_pgrp_soon(pid_t pgrp, int sig)
{
	unsigned long flags;

	spin_lock_irqsave(&soon_lock, flags);
	if (nr_soon < SOON_MAX) {
		soon[nr_soon].pgrp = pgrp;
		soon[nr_soon++].sig = sig;
		run_soon(kill_those);
	}
	spin_unlock_irqrestore(&soon_lock, flags);
}

/* Nor over the threads of a process. */
void send_sig_soon(int sig, struct signal_struct *signal)
{
	unsigned long flags;

	spin_lock_irqsave(&soon_lock, flags);
	signal->soon_set |= sigmask(sig);
	if (list_empty(&signal->soon))
		list_add_tail(&signal->soon, &soon_processes);
	run_soon(kill_those);
	spin_unlock_irqrestore(&soon_lock, flags);
}

void forget_soon(struct signal_struct *signal)
{
	unsigned long flags;

	spin_lock_irqsave(&soon_lock, flags);
	list_del_init(&signal->soon);
	spin_unlock_irqrestore(&soon_lock, flags);
}

static long kill_process(pid_t pid, int sig, const struct siginfo *info)
{
	struct task_struct *task = find_get_task(pid);

	if (!task)
		return -ESRCH;
	send_checked(sig, info, task, true);
	put_task(task);
	return 0;
}

static struct siginfo own_info(int sig, int code)
{
	return (struct siginfo){.si_signo = sig, .si_code = code, .si_pid = current->tgid};
}

/* kill(pid, sig) */
SYSCALL(kill)
{
	pid_t pid = (pid_t)a;
	int sig = (int)b;
	struct siginfo info = own_info(sig, SI_USER);

	if (sig < 0 || sig > NSIG)
		return -EINVAL;
	if (pid > 0)
		return kill_process(pid, sig, &info);
	if (pid == 0)
		return kill_many(current->pgrp, sig, &info);
	return kill_many(pid == -1 ? -1 : -pid, sig, &info);
}

static long kill_thread(pid_t tgid, pid_t pid, int sig, const struct siginfo *info)
{
	struct task_struct *task;
	long ret = 0;

	if (sig < 0 || sig > NSIG || pid <= 0)
		return -EINVAL;
	task = find_get_task(pid);
	if (!task)
		return -ESRCH;
	if (tgid && task->tgid != tgid)
		ret = -ESRCH;
	else
		send_checked(sig, info, task, false);
	put_task(task);
	return ret;
}

/* tkill(tid, sig) */
SYSCALL(tkill)
{
	struct siginfo info = own_info((int)b, SI_TKILL);

	return kill_thread(0, (pid_t)a, (int)b, &info);
}

/* tgkill(tgid, tid, sig) */
SYSCALL(tgkill)
{
	struct siginfo info = own_info((int)c, SI_TKILL);

	if ((pid_t)a <= 0)
		return -EINVAL;
	return kill_thread((pid_t)a, (pid_t)b, (int)c, &info);
}

/* A program's own siginfo must not look like the kernel's or kill()'s, except to itself. */
static long get_siginfo(struct siginfo *info, u32 addr, int sig, pid_t to)
{
	if (copy_from_user(info, (void __user *)addr, sizeof(*info)))
		return -EFAULT;
	info->si_signo = sig;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && to != current->tgid)
		return -EPERM;
	return 0;
}

/* rt_sigqueueinfo(tgid, sig, info) */
SYSCALL(rt_sigqueueinfo)
{
	struct siginfo info;
	long ret = get_siginfo(&info, c, (int)b, (pid_t)a);

	if (ret)
		return ret;
	if ((int)b < 0 || (int)b > NSIG)
		return -EINVAL;
	return kill_process((pid_t)a, (int)b, &info);
}

/* rt_tgsigqueueinfo(tgid, tid, sig, info) */
SYSCALL(rt_tgsigqueueinfo)
{
	struct siginfo info;
	long ret = (pid_t)a > 0 ? get_siginfo(&info, d, (int)c, (pid_t)a) : -EINVAL;

	return ret ? ret : kill_thread((pid_t)a, (pid_t)b, (int)c, &info);
}
