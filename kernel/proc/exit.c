/*
 * exit.c - the end of a task, and of a process.
 *
 * A thread that ends gives back what it holds, one part after the other, and
 * switches away for ever. A process has ended when its last thread has: then
 * its children go to init, and its leader stays as a zombie until the parent
 * asks for its status (wait.c); if the parent has said that it never will, the
 * leader goes at once. The end of init is the end of the run.
 */
#include "arch/hint.h"
#include "i386/uaccess.h"
#include "console.h"
#include "fs/vfs/vfs.h"
#include "kernel/printk.h"
#include "proc/exit.h"
#include "sched/futex.h"
#include "sched/sched.h"
#include "signal/signal.h"
#include "proc/syscall.h"

#define KIB_PER_PAGE (PAGE_SIZE / 1024)
#define FAMILY_BATCH 16 /* children that get another parent without giving way */

void mm_release(struct task_struct *task)
{
	task->signal->maxrss = max(task->signal->maxrss, mm_rss_peak(task->mm) * KIB_PER_PAGE);
	exit_robust_list();
	if (task->clear_child_tid && atomic_read(&task->mm->mm_users) > 1) {
		/* A bad address is nobody's concern any more. */
		if (put_user_u32(0, task->clear_child_tid) == 0)
			futex_wake(task->clear_child_tid, 1);
	}
	task->clear_child_tid = NULL;
	if (task->vfork_parent_waits) {
		task->vfork_parent_waits = false;
		wake_up_all(&task->vfork_wait);
	}
}

/* Leaves the address space, which stays loaded (lazily) until the last switch. */
static void exit_mm(struct task_struct *task)
{
	struct mm_struct *mm = task->mm;

	if (!mm)
		return;
	mm_release(task);
	mmgrab(mm);
	task->mm = NULL;
	mmput(mm);
}

/* The last put sleeps: whoever looks at the task in /proc meanwhile must not find what goes. */
static void exit_files(struct task_struct *task)
{
	struct files_struct *files = task->files;
	struct fs_struct *fs = task->fs;

	task->files = NULL;
	task->fs = NULL;
	files_put(files);
	fs_put(fs);
}

void account_thread(const struct task_struct *task)
{
	struct signal_struct *signal = task->signal;

	signal->utime += task->utime;
	signal->stime += task->stime;
	signal->nvcsw += task->nvcsw;
	signal->nivcsw += task->nivcsw;
	signal->min_flt += task->min_flt;
	signal->maj_flt += task->maj_flt;
}

void release_task(struct task_struct *task)
{
	task_unlink(task);
	forget_task(task);
}

void forget_task(struct task_struct *task)
{
	sigpending_discard(&task->pending, ~0ull);
	sighand_put(task->sighand);
	signal_put(task->signal);
	task->sighand = NULL;
	task->signal = NULL;
	if (task == current)
		task->state = TASK_DEAD; /* schedule_tail() of the next one buries it */
	else
		task_bury(task);
}

int process_exit_code(const struct task_struct *leader)
{
	return leader->signal->group_exit ? leader->signal->group_exit_code : leader->exit_code;
}

/* Tells the parent that a process has ended; false when the parent does not want to know. */
static bool notify_parent(struct task_struct *leader)
{
	struct task_struct *parent = leader->parent;
	const struct k_sigaction *action = &parent->sighand->action[SIGCHLD - 1];
	int code = process_exit_code(leader);
	bool waits = true;
	struct siginfo info = {
		.si_signo = leader->exit_signal,
		.si_code = code & 0x7f ? CLD_KILLED : CLD_EXITED,
		.si_pid = leader->pid,
		.si_status = code & 0x7f ? code & 0x7f : code >> 8 & 0xff,
		.si_utime = (u32)(leader->utime + leader->signal->utime),
		.si_stime = (u32)(leader->stime + leader->signal->stime),
	};

	if (leader->kthread)
		return false;
	if (leader->exit_signal == SIGCHLD)
		waits = action->handler != SIG_IGN && !(action->flags & SA_NOCLDWAIT);
	/* A child without a signal is waited for all the same, with __WCLONE. */
	if (leader->exit_signal && (waits || action->handler != SIG_IGN))
		send_sig_process(leader->exit_signal, &info, parent);
	wake_up_all(&parent->wait_child);
	return waits;
}

/* All threads of a process have ended: hands its status to the parent, or drops it. */
static void process_gone(struct task_struct *leader)
{
	if (!notify_parent(leader))
		release_task(leader);
}

/* Gives some children of a process that ends to init. Lock held. */
static void reparent_some(struct task_struct *leader)
{
	struct task_struct *init = find_task(1), *child;
	int i;

	for (i = 0; i < FAMILY_BATCH && !list_empty(&leader->children); i++) {
		child = list_first_entry(&leader->children, struct task_struct, sibling);
		child->parent = init;
		list_move_tail(&child->sibling, &init->children);
		child->exit_signal = SIGCHLD;
		/* Dead already, and its old parent never asked. */
		if (child->state == TASK_ZOMBIE && thread_group_empty(child))
			process_gone(child);
	}
}

/*
 * The last thread of a process finds its children another parent, some at a
 * time. Returns with tasklist_lock held and none left.
 */
static void leave_children(struct task_struct *task)
{
	for (;;) {
		spin_lock(&tasklist_lock);
		if (task->signal->live || list_empty(&task->group_leader->children))
			return;
		reparent_some(task->group_leader);
		spin_unlock(&tasklist_lock);
		cond_resched();
	}
}

/* Init is the reason for the run: when it ends, so does the machine, in order. */
static void __noreturn end_of_init(struct task_struct *task, u32 cr3, int code)
{
	int err;

	exit_files(task);
	err = vfs_shutdown();
	if (err)
		pr_err("init: the disk could not be written: error %d\n", -err);
	console_drain();
	trace_hint(TRACE_EXIT, (u32)task->pid, (u32)task->tgid, cr3, (u32)code);
	machine_power_off(code & 0x7f ? 128 + (code & 0x7f) : code >> 8 & 0xff);
}

/* The task's place in its family: the last step before the last schedule(). Interrupts off, lock
 * held. */
static void leave_family(struct task_struct *task)
{
	struct task_struct *leader = task->group_leader;

	task->state = TASK_ZOMBIE;
	if (task != leader) {
		account_thread(task);
		wake_up_all(&task->signal->thread_gone);
		release_task(task);
		if (leader->state == TASK_ZOMBIE && thread_group_empty(leader))
			process_gone(leader);
	} else if (thread_group_empty(leader)) {
		process_gone(leader);
	} else {
		wake_up_all(&task->signal->thread_gone);
	}
}

/* A thread begins to exit; true for the last one of its process. */
static bool one_less(struct signal_struct *signal)
{
	bool last;

	spin_lock(&tasklist_lock);
	last = --signal->live == 0;
	spin_unlock(&tasklist_lock);
	return last;
}

void do_exit(int code)
{
	struct task_struct *task = current;
	bool last = one_less(task->signal);
	u32 cr3 = __pa(task->active_mm->pgd);

	BUG_ON(this_cpu(preempt_count) != 0 || task == &init_task);
	task->exiting = true;
	task->exit_code = code;
	fault_nth_set(&task->fault_nth, 0);
	if (last)
		timer_cancel(&task->signal->real_timer);
	if (last && task->tgid == 1) {
		code = process_exit_code(task->group_leader);
		end_of_init(task, cr3, code);
	}
	exit_mm(task);
	exit_files(task);
	trace_hint(TRACE_EXIT, (u32)task->pid, (u32)task->tgid, cr3, (u32)code);
	leave_children(task);
	local_irq_disable();
	leave_family(task);
	spin_unlock(&tasklist_lock);
	schedule();
	panic("%s[%d] ran after its end", task->comm, task->pid);
}

void do_group_exit(int code)
{
	struct signal_struct *signal = current->signal;

	spin_lock(&signal->lock);
	if (signal->group_exit && !signal->group_execer) {
		code = signal->group_exit_code; /* another thread was first */
	} else {
		signal->group_exit = true;
		signal->group_execer = NULL;
		signal->group_exit_code = code;
		zap_other_threads(current);
	}
	spin_unlock(&signal->lock);
	do_exit(code);
}

SYSCALL(exit)
{
	do_exit((int)(a & 0xff) << 8);
}

SYSCALL(exit_group)
{
	do_group_exit((int)(a & 0xff) << 8);
}
