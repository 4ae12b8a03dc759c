/*
 * oom.c - processes, as the out-of-memory killer (mm/oom) sees them and kills them.
 *
 * A process is what shares a signal_struct. Its memory is that of any thread which has not left it
 * yet: the leader may have ended before the others.
 */
#include "mm/oom.h"
#include "kernel/string.h"
#include "kernel/wait.h"
#include "proc/exit.h"
#include "proc/oom.h"
#include "proc/task.h"
#include "signal/signal.h"

static struct mm_struct *process_mm(struct task_struct *leader)
{
	struct task_struct *thread;

	for_each_thread(leader, thread) if (thread->mm) return thread->mm;
	return NULL;
}

static bool is_inits(const struct mm_struct *mm)
{
	struct task_struct *init = find_task(1);

	return init && process_mm(init) == mm;
}

static void describe(struct task_struct *leader, struct mm_struct *mm, struct oom_process *process)
{
	*process = (struct oom_process){
		.mm = mm,
		.comm = leader->comm,
		.pid = leader->tgid,
		.score_adj = leader->signal ? leader->signal->oom_score_adj : 0,
		.unkillable = !mm || is_inits(mm),
		.in_vfork = leader->vfork_parent_waits,
		.origin = leader->signal && leader->signal->oom_origins,
	};
}

void oom_describe(struct task_struct *leader, struct oom_process *process)
{
	describe(leader, process_mm(leader), process);
}

bool oom_current(struct oom_process *process)
{
	oom_describe(current->group_leader, process);
	return process->mm;
}

void oom_for_each_process(bool (*fn)(void *arg, const struct oom_process *process), void *arg)
{
	struct task_struct *task;

	spin_lock(&tasklist_lock);
	for_each_task (task) {
		struct mm_struct *mm = thread_group_leader(task) ? process_mm(task) : NULL;
		struct oom_process process;

		if (!mm)
			continue;
		describe(task, mm, &process);
		if (!fn(arg, &process))
			break;
	}
	spin_unlock(&tasklist_lock);
}

void oom_kill_users(struct mm_struct *mm)
{
	struct task_struct *task;

	spin_lock(&tasklist_lock);
	for_each_task (task)
		if (thread_group_leader(task) && process_mm(task) == mm)
			send_sig(SIGKILL, task);
	spin_unlock(&tasklist_lock);
}

bool oom_current_dies(void)
{
	return !in_interrupt() && (current->exiting || fatal_signal_pending_current());
}

void oom_origin_begin(void)
{
	if (current->signal)
		current->signal->oom_origins++;
}

void oom_origin_end(void)
{
	if (current->signal)
		current->signal->oom_origins--;
}

void oom_set_score_adj(struct task_struct *task, int adj)
{
	struct task_struct *leader = task->group_leader, *other;
	struct mm_struct *mm = leader->vfork_parent_waits ? NULL : process_mm(leader);

	if (task->signal)
		task->signal->oom_score_adj = adj;
	for_each_task (other)
		if (mm && thread_group_leader(other) && !other->vfork_parent_waits &&
		    process_mm(other) == mm)
			other->signal->oom_score_adj = adj;
}
