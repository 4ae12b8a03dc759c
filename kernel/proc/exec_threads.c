/*
 * exec_threads.c - execve() of a process with several threads: the one that
 * called goes on alone, under the process's id.
 */
#include "arch/hint.h"
#include "kernel/errno.h"
#include "proc/exec.h"
#include "proc/exit.h"
#include "sched/sched.h"
#include "signal/signal.h"

#define FAMILY_BATCH 64 /* children that change hands without giving way */

/* Children of the process know their parent by address. True if there are more. Lock held. */
static bool inherit_some(struct task_struct *to, struct task_struct *from)
{
	struct task_struct *child;
	int i;

	for (i = 0; i < FAMILY_BATCH && !list_empty(&from->children); i++) {
		child = list_first_entry(&from->children, struct task_struct, sibling);
		child->parent = to;
		list_move_tail(&child->sibling, &to->children);
	}
	return !list_empty(&from->children);
}

/* The old leader, a zombie, gives its id and its place in the family to the current task. */
static void become_leader(struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	spin_lock(&tasklist_lock);
	while (inherit_some(task, leader)) {
		spin_unlock(&tasklist_lock);
		cond_resched();
		spin_lock(&tasklist_lock);
	}
	task_unlink(task);
	task->parent = leader->parent;
	task->exit_signal = leader->exit_signal;
	task->start_time = leader->start_time;
	task->cutime = leader->cutime;
	task->cstime = leader->cstime;
	task->cmin_flt = leader->cmin_flt;
	task->cmaj_flt = leader->cmaj_flt;
	spin_lock(&task->signal->lock);
	task->signal->leader = task;
	spin_unlock(&task->signal->lock);
	account_thread(leader);
	task->pid = task->tgid;
	task_link_at(task, leader);
	/* A timer's signal that came in between found no thread to take it. */
	spin_lock(&task->signal->lock);
	recalc_sigpending();
	spin_unlock(&task->signal->lock);
	forget_task(leader); /* its signal_struct lives on: ours */
	/* Who runs has another number from here on. */
	trace_hint(TRACE_SWITCH, (u32)task->pid, (u32)task->tgid, __pa(task->mm->pgd),
		   (u32)task->comm);
	spin_unlock(&tasklist_lock);
}

static bool others_gone(const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;

	if (task->signal->group_execer != task)
		return true; /* the process is being killed: stop waiting */
	if (task->signal->live != 1)
		return false;
	if (task == leader)
		return thread_group_empty(task);
	return leader->state == TASK_ZOMBIE && task->thread_group.next == &leader->thread_group &&
	       task->thread_group.prev == &leader->thread_group;
}

bool thread_alone(const struct task_struct *task)
{
	return task->signal->live == 1 && thread_group_empty(task);
}

int exec_kill_threads(void)
{
	struct task_struct *task = current;
	struct signal_struct *signal = task->signal;

	if (thread_alone(task))
		return 0;
	spin_lock(&signal->lock);
	if (signal->group_exit) {
		spin_unlock(&signal->lock);
		return -EAGAIN; /* dying: the way to user mode does it */
	}
	signal->group_exit = true;
	signal->group_execer = task;
	zap_other_threads(task);
	spin_unlock(&signal->lock);

	/* Killed meanwhile: whoever did it has begun the end of the process, this thread's too. */
	if (wait_event_killable(signal->thread_gone, others_gone(task)) ||
	    signal->group_execer != task)
		return -EAGAIN;
	signal->group_exit = false;
	signal->group_execer = NULL;
	if (task != task->group_leader)
		become_leader(task);
	return 0;
}
