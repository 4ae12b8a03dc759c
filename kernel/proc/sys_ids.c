/*
 * sys_ids.c - who a process is: process, group and session ids, users.
 *
 * There is one user, root: its ids are 0 and cannot become others.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "signal/signal.h"
#include "proc/syscall.h"

SYSCALL(getpid)
{
	return current->tgid;
}

SYSCALL(gettid)
{
	return current->pid;
}

/* One look without a sleep: the parent stays what it is until the next one, and needs no lock. */
SYSCALL(getppid)
{
	return task_parent(current)->tgid;
}

/* getuid, geteuid, getgid, getegid, in their 16- and 32-bit forms */
SYSCALL(get_id)
{
	return 0;
}

/* getresuid(r, e, s), getresgid */
SYSCALL(get_ids)
{
	if (put_user_u32(0, (u32 __user *)a) || put_user_u32(0, (u32 __user *)b) ||
	    put_user_u32(0, (u32 __user *)c))
		return -EFAULT;
	return 0;
}

/* setuid32(id), setgid32: EINVAL is Linux's answer for an id that does not exist */
SYSCALL(set_id)
{
	return a == 0 ? 0 : -EINVAL;
}

static bool zero_or_keep(u32 id)
{
	return id == 0 || id == (u32)-1;
}

/* setreuid32(r, e), setregid32 */
SYSCALL(set_two_ids)
{
	return zero_or_keep(a) && zero_or_keep(b) ? 0 : -EINVAL;
}

/* setresuid32(r, e, s), setresgid32 */
SYSCALL(set_three_ids)
{
	return zero_or_keep(a) && zero_or_keep(b) && zero_or_keep(c) ? 0 : -EINVAL;
}

/* getgroups32(size, list): none but the primary one */
SYSCALL(getgroups32)
{
	return (s32)a < 0 ? -EINVAL : 0;
}

/* A process by id, 0 for the caller's; NULL when there is none. tasklist_lock held. */
static struct task_struct *find_process(pid_t pid)
{
	struct task_struct *task = pid ? find_task(pid) : current;

	return task && !task->kthread ? task->group_leader : NULL;
}

/* The group (or session) of a process, 0 for the caller's. */
static long id_of_process(pid_t pid, bool session)
{
	struct task_struct *leader;
	long ret = -ESRCH;

	spin_lock(&tasklist_lock);
	leader = find_process(pid);
	if (leader)
		ret = session ? leader->session : leader->pgrp;
	spin_unlock(&tasklist_lock);
	return ret;
}

SYSCALL(getpgid)
{
	return id_of_process((pid_t)a, false);
}

SYSCALL(getpgrp)
{
	return current->pgrp;
}

SYSCALL(getsid)
{
	return id_of_process((pid_t)a, true);
}

/* The next three: tasklist_lock held. */
static bool group_in_session(pid_t pgrp, pid_t session)
{
	struct task_struct *task;

	for_each_task (task)
		if (task->pgrp == pgrp && task->session == session)
			return true;
	return false;
}

static bool group_exists(pid_t pgrp)
{
	struct task_struct *task;

	for_each_task (task)
		if (task->pgrp == pgrp)
			return true;
	return false;
}

static void set_group(struct task_struct *leader, pid_t pgrp, pid_t session)
{
	struct task_struct *thread;

	for_each_thread(leader, thread)
	{
		thread->pgrp = pgrp;
		thread->session = session;
	}
}

/* Lock held. */
static long set_pgid(struct task_struct *leader, pid_t pgrp)
{
	struct task_struct *self = current->group_leader;

	if (!leader || (leader != self && leader->parent != self))
		return -ESRCH;
	if (leader != self && leader->did_exec)
		return -EACCES;
	if (leader->session != self->session || leader->session == leader->tgid)
		return -EPERM;
	if (pgrp == 0)
		pgrp = leader->tgid;
	if (pgrp != leader->tgid && !group_in_session(pgrp, self->session))
		return -EPERM;
	set_group(leader, pgrp, leader->session);
	return 0;
}

/* setpgid(pid, pgid): for the caller, or a child of it that has not called execve() */
SYSCALL(setpgid)
{
	long ret;

	if ((pid_t)b < 0)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	ret = set_pgid(find_process((pid_t)a), (pid_t)b);
	spin_unlock(&tasklist_lock);
	return ret;
}

/* setsid(): a new session with a new group, both named after the caller */
SYSCALL(setsid)
{
	struct task_struct *self = current->group_leader;
	long ret = -EPERM;

	spin_lock(&tasklist_lock);
	if (!group_exists(self->tgid)) {
		set_group(self, self->tgid, self->tgid);
		ret = self->tgid;
	}
	spin_unlock(&tasklist_lock);
	return ret;
}

SYSCALL(set_tid_address)
{
	current->clear_child_tid = (u32 __user *)a;
	return current->pid;
}
