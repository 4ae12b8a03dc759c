/*
 * wait4.c - asking what became of children: wait4(), waitpid(), waitid().
 *
 * A child has news when it is a zombie without living threads, has stopped, or
 * goes on after a stop. The caller scans its process's children for one that
 * matches and has news; else it sleeps on the process's wait_child queue,
 * which every such event wakes, and scans again.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "proc/exit.h"
#include "proc/rusage.h"
#include "sched/sched.h"
#include "signal/signal.h"
#include "proc/syscall.h"

#define WNOHANG	    0x00000001u
#define WUNTRACED   0x00000002u
#define WSTOPPED    WUNTRACED
#define WEXITED	    0x00000004u
#define WCONTINUED  0x00000008u
#define WNOWAIT	    0x01000000u
#define __WNOTHREAD 0x20000000u
#define __WALL	    0x40000000u
#define __WCLONE    0x80000000u

#define WAIT_STOPPED   0x7f   /* low byte of the status of a stopped child */
#define WAIT_CONTINUED 0xffff /* the whole status of one that goes on */

#define P_ALL  0
#define P_PID  1
#define P_PGID 2

struct wait_request {
	pid_t pid; /* as wait4(): > 0, 0: own group, -1: any, < -1: group -pid */
	u32 options;
	bool want_usage;
	/* The answer. */
	pid_t found;
	int status;
	struct rusage usage; /* if wanted */
};

static bool wanted(const struct wait_request *req, const struct task_struct *child)
{
	bool clone = child->exit_signal != SIGCHLD;

	if (req->pid > 0 && child->pid != req->pid)
		return false;
	if (req->pid == 0 && child->pgrp != current->pgrp)
		return false;
	if (req->pid < -1 && child->pgrp != -req->pid)
		return false;
	return (req->options & __WALL) || clone == !!(req->options & __WCLONE);
}

static bool has_ended(const struct task_struct *child)
{
	return child->state == TASK_ZOMBIE && thread_group_empty(child);
}

/* Takes the status of a child that has ended; unless WNOWAIT, that is the end of it. */
static bool take_zombie(struct wait_request *req, struct task_struct *child)
{
	if (!(req->options & WEXITED) || !has_ended(child))
		return false;
	req->found = child->pid;
	req->status = process_exit_code(child);
	if (req->want_usage)
		get_rusage_both(child, &req->usage);
	if (!(req->options & WNOWAIT)) {
		account_child(current->group_leader, child);
		release_task(child);
	}
	return true;
}

static bool take_stop_news(struct wait_request *req, struct task_struct *child)
{
	struct signal_struct *signal = child->signal;
	bool keep = req->options & WNOWAIT;

	if ((req->options & WSTOPPED) && signal->stop_unreported) {
		signal->stop_unreported = keep;
		req->status = signal->stop_sig << 8 | WAIT_STOPPED;
	} else if ((req->options & WCONTINUED) && signal->cont_unreported) {
		signal->cont_unreported = keep;
		req->status = WAIT_CONTINUED;
	} else {
		return false;
	}
	req->found = child->pid;
	if (req->want_usage)
		get_rusage_both(child, &req->usage);
	return true;
}

/* One look at the children: a pid, 0 (none has news) or -ECHILD (none matches). */
static long scan_children(struct wait_request *req)
{
	struct task_struct *child;
	long ret = -ECHILD;

	spin_lock(&tasklist_lock);
	list_for_each_entry (child, &current->group_leader->children, sibling) {
		if (!wanted(req, child))
			continue;
		/* It will not stop any more: who waits for that only would wait for ever. */
		if (has_ended(child) && !(req->options & WEXITED))
			continue;
		ret = 0;
		if (take_zombie(req, child) || take_stop_news(req, child)) {
			ret = req->found;
			break;
		}
	}
	spin_unlock(&tasklist_lock);
	return ret;
}

/* Scans until there is an answer; fills in req. May sleep. */
static long do_wait(struct wait_request *req)
{
	wait_queue_head_t *queue = &current->group_leader->wait_child;
	wait_queue_entry_t entry;
	long ret = scan_children(req);

	while (ret == 0 && !(req->options & WNOHANG)) {
		prepare_to_wait(queue, &entry, true);
		ret = scan_children(req);
		if (ret == 0 && current->sigpending)
			ret = -ERESTARTSYS;
		if (ret == 0)
			schedule();
		finish_wait(queue, &entry);
	}
	return ret;
}

static long wait_common(pid_t pid, u32 __user *status, u32 options, void __user *usage)
{
	struct wait_request req;
	long ret;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WALL | __WCLONE))
		return -EINVAL;
	if (pid == (pid_t)0x80000000)
		return -ESRCH;
	req.pid = pid;
	req.options = options | WEXITED;
	req.want_usage = usage != NULL;
	ret = do_wait(&req);
	if (ret <= 0)
		return ret;
	if (status && put_user_u32((u32)req.status, status))
		return -EFAULT;
	if (usage && copy_to_user(usage, &req.usage, sizeof(req.usage)))
		return -EFAULT;
	return ret;
}

/* waitpid(pid, status, options) */
SYSCALL(waitpid)
{
	return wait_common((pid_t)a, (u32 __user *)b, c, NULL);
}

/* wait4(pid, status, options, rusage) */
SYSCALL(wait4)
{
	return wait_common((pid_t)a, (u32 __user *)b, c, (void __user *)d);
}

static void fill_siginfo(const struct wait_request *req, struct siginfo *info)
{
	info->si_signo = SIGCHLD;
	info->si_pid = req->found;
	if (req->status == WAIT_CONTINUED) {
		info->si_code = CLD_CONTINUED;
		info->si_status = SIGCONT;
	} else if ((req->status & 0xff) == WAIT_STOPPED) {
		info->si_code = CLD_STOPPED;
		info->si_status = req->status >> 8;
	} else if (req->status & 0x7f) {
		info->si_code = CLD_KILLED;
		info->si_status = req->status & 0x7f;
	} else {
		info->si_code = CLD_EXITED;
		info->si_status = req->status >> 8 & 0xff;
	}
}

/* waitid(idtype, id, siginfo, options, rusage) */
SYSCALL(waitid)
{
	u32 which = a;
	pid_t id = (pid_t)b;
	struct wait_request req = {.options = d, .want_usage = e != 0};
	u32 info_words[SIGINFO_USER_SIZE / 4] = {0};
	long ret;

	if (d & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WALL |
		  __WCLONE))
		return -EINVAL;
	if (!(d & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	if (which > P_PGID || (which == P_PID && id <= 0) || (which == P_PGID && id < 0))
		return -EINVAL;
	req.pid = which == P_ALL ? -1 : which == P_PID ? id : -id;
	ret = do_wait(&req);
	if (ret < 0)
		return ret;
	if (ret > 0)
		fill_siginfo(&req, (struct siginfo *)info_words);
	if (c && copy_to_user((void __user *)c, info_words, sizeof(info_words)))
		return -EFAULT;
	if (ret > 0 && e && copy_to_user((void __user *)e, &req.usage, sizeof(req.usage)))
		return -EFAULT;
	return 0;
}
