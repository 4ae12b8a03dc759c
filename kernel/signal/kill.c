/*
 * kill.c - system calls that send signals to processes, groups and threads.
 * There is one user, so everybody may.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
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

/* To every process of a group, or (pgrp -1) to all but init and the caller's own. */
static long kill_many(pid_t pgrp, int sig, const struct siginfo *info)
{
	struct task_struct *task;
	long ret = -ESRCH;

	for_each_task (task) {
		if (!thread_group_leader(task) || task->kthread)
			continue;
		if (pgrp == -1 ? task->tgid == 1 || task->tgid == current->tgid
			       : task->pgrp != pgrp)
			continue;
		send_checked(sig, info, task, true);
		ret = 0;
	}
	return ret;
}

static long kill_process(pid_t pid, int sig, const struct siginfo *info)
{
	struct task_struct *task = find_task(pid);

	if (!task)
		return -ESRCH;
	send_checked(sig, info, task, true);
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

	if (sig < 0 || sig > NSIG || pid <= 0)
		return -EINVAL;
	task = find_task(pid);
	if (!task || (tgid && task->tgid != tgid))
		return -ESRCH;
	send_checked(sig, info, task, false);
	return 0;
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
	long ret = get_siginfo(&info, d, (int)c, (pid_t)a);

	return ret ? ret : kill_thread((pid_t)a, (pid_t)b, (int)c, &info);
}
