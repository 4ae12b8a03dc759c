/*
 * fork.c - new tasks: fork(), vfork(), clone(), and kernel threads.
 *
 * A child is built aside, out of sight: structure and stack, FPU and TLS, then
 * each part that it shares with its parent (a count more) or gets as a copy.
 * Each step can fail; what was built is then taken down in reverse order. The
 * last step puts the child into the lists and on the run queue and cannot fail.
 */
#include "arch/hint.h"
#include "i386/uaccess.h"
#include "fs/vfs/vfs.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "sched/sched.h"
#include "signal/signal.h"
#include "proc/syscall.h"

/* What of clone() this kernel knows; namespaces and tracing are not among it. */
#define CLONE_KNOWN                                                                         \
	(CSIGNAL | CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_VFORK |        \
	 CLONE_PARENT | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | \
	 CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_CHILD_SETTID)

struct clone_args {
	u32 flags;	    /* with the exit signal in the low byte */
	bool clear_sighand; /* clone3(): the child's handlers go back to default */
	u32 stack;	    /* the child's esp; 0: as the parent's */
	u32 __user *parent_tid, *child_tid;
	const struct user_desc __user *tls;
};

static int check_flags(u32 flags)
{
	if (flags & ~CLONE_KNOWN)
		return -EINVAL;
	if ((flags & CLONE_THREAD) && !(flags & CLONE_SIGHAND))
		return -EINVAL;
	if ((flags & CLONE_SIGHAND) && !(flags & CLONE_VM))
		return -EINVAL;
	if ((flags & CSIGNAL) > NSIG)
		return -EINVAL;
	/* Init's orphans would be nobody's. */
	if ((flags & CLONE_PARENT) && current->group_leader->pid == 1)
		return -EINVAL;
	return 0;
}

static int copy_mm(struct task_struct *child, u32 flags)
{
	struct mm_struct *mm = current->mm;

	if (flags & CLONE_VM) {
		if (mm)
			atomic_inc(&mm->mm_users);
	} else if (mm) {
		mm = dup_mm(mm, child->tgid);
		if (!mm)
			return -ENOMEM;
	}
	child->mm = child->active_mm = mm;
	return 0;
}

static int copy_files(struct task_struct *child, u32 flags)
{
	struct files_struct *files = current->files;

	if (!files)
		return 0;
	if (flags & CLONE_FILES)
		atomic_inc(&files->count);
	else
		files = files_dup(files);
	child->files = files;
	return files ? 0 : -ENOMEM;
}

static int copy_fs(struct task_struct *child, u32 flags)
{
	struct fs_struct *fs = current->fs;

	if (!fs)
		return 0;
	if (flags & CLONE_FS)
		atomic_inc(&fs->count);
	else
		fs = fs_dup(fs);
	child->fs = fs;
	return fs ? 0 : -ENOMEM;
}

static int copy_sighand(struct task_struct *child, const struct clone_args *args)
{
	struct sighand_struct *sighand = current->sighand;

	if (args->flags & CLONE_SIGHAND)
		atomic_inc(&sighand->count);
	else
		sighand = sighand_dup(sighand);
	if (sighand && args->clear_sighand)
		sighand_flush_handlers(sighand);
	child->sighand = sighand;
	return sighand ? 0 : -ENOMEM;
}

static int copy_signal(struct task_struct *child, u32 flags)
{
	if (flags & CLONE_THREAD) {
		child->signal = current->signal;
		atomic_inc(&child->signal->count);
		return 0;
	}
	child->signal = signal_alloc(child);
	if (!child->signal)
		return -ENOMEM;
	child->signal->oom_score_adj = current->signal->oom_score_adj;
	return 0;
}

static int copy_tls(struct task_struct *child, const struct clone_args *args)
{
	struct user_desc desc;

	if (!(args->flags & CLONE_SETTLS))
		return 0;
	if (copy_from_user(&desc, args->tls, sizeof(desc)))
		return -EFAULT;
	return do_set_thread_area(child, &desc, false);
}

/* Plain values of the current thread's own that a child takes over. */
static void copy_identity(struct task_struct *child, u32 flags)
{
	memcpy(child->comm, current->comm, sizeof(child->comm));
	child->own_mempolicy = current->own_mempolicy;
	child->mempolicy = current->mempolicy ? &child->own_mempolicy : NULL;
	child->blocked = current->blocked;
	/* A child in the same memory that runs at the same time cannot use the same stack. */
	if ((flags & (CLONE_VM | CLONE_VFORK)) != CLONE_VM) {
		child->sas_sp = current->sas_sp;
		child->sas_size = current->sas_size;
	}
	child->tgid = flags & CLONE_THREAD ? current->tgid : child->pid;
}

/*
 * The child's place in its family, and what others may change in the parent
 * while the parts are being copied. It names other tasks without a reference,
 * so the child enters the lists in the same step: tasklist_lock is held.
 */
static void join_family(struct task_struct *child, u32 flags)
{
	struct task_struct *leader = current->group_leader;

	memcpy(child->rlim, current->rlim, sizeof(child->rlim));
	child->pgrp = current->pgrp;
	child->session = current->session;
	if (flags & CLONE_THREAD) {
		child->group_leader = leader;
		child->signal->live++;
		child->sigpending = child->signal->group_exit;
		/* The rest of a thread's place is its leader's. */
	} else if (flags & CLONE_PARENT) {
		/* What a sister's end does to their parent is not for a child to choose. */
		child->parent = leader->parent;
		child->exit_signal = leader->exit_signal;
	} else {
		child->parent = leader;
		child->exit_signal = (int)(flags & CSIGNAL);
	}
	if (!(flags & CLONE_THREAD))
		signal_set_cpu_limit(child->signal, &child->rlim[RLIMIT_CPU]);
	task_link(child);
}

/* The parts of the child that take memory, in this order; all or none. 0 or -ENOMEM, -EFAULT ... */
static int copy_parts(struct task_struct *child, const struct clone_args *args)
{
	u32 flags = args->flags;
	int err;

	err = thread_dup(child);
	if (err)
		return err;
	err = copy_tls(child, args);
	if (err)
		return err; /* thread_free() is the caller's */
	err = copy_files(child, flags);
	if (err)
		return err;
	err = copy_fs(child, flags);
	if (err)
		goto out_files;
	err = copy_sighand(child, args);
	if (err)
		goto out_fs;
	err = copy_signal(child, flags);
	if (err)
		goto out_sighand;
	/* Last: it costs most, and it tells the plugin of the child's areas. */
	err = copy_mm(child, flags);
	if (err)
		goto out_signal;
	return 0;

out_signal:
	signal_put(child->signal);
out_sighand:
	sighand_put(child->sighand);
out_fs:
	if (child->fs)
		fs_put(child->fs);
out_files:
	if (child->files)
		files_put(child->files);
	return err;
}

/* The child becomes visible and runnable. */
static void commit_child(struct task_struct *child, const struct clone_args *args)
{
	u32 flags = args->flags;

	if (flags & CLONE_CHILD_SETTID) {
		child->set_child_tid = args->child_tid;
		child->first_return = true;
	}
	if (flags & CLONE_CHILD_CLEARTID)
		child->clear_child_tid = args->child_tid;
	child->vfork_parent_waits = flags & CLONE_VFORK;
	thread_copy_user(child, task_pt_regs(current), args->stack);
	trace_hint(flags & CLONE_VM ? TRACE_CLONE : TRACE_FORK, (u32)child->pid, (u32)child->tgid,
		   __pa(child->mm->pgd), (u32)child->comm);
	spin_lock(&tasklist_lock);
	join_family(child, flags);
	spin_unlock(&tasklist_lock);
	wake_up_new_task(child);
}

/* Makes a child of the current user task. Its pid, or a negative errno. May sleep. */
static long do_fork(const struct clone_args *args)
{
	struct task_struct *child;
	long ret = check_flags(args->flags);

	if (ret)
		return ret;
	/* Whoever kills a whole group does not run after its children. */
	if (fatal_signal_pending_current())
		return -EINTR;
	if (nr_user_tasks() >= current->rlim[RLIMIT_NPROC].cur)
		return -EAGAIN;
	child = alloc_task();
	if (!child)
		return -ENOMEM;
	child->pid = alloc_pid();
	ret = child->pid;
	if (ret < 0)
		goto out_task;
	copy_identity(child, args->flags);
	if ((args->flags & CLONE_PARENT_SETTID) && put_user_u32((u32)ret, args->parent_tid)) {
		ret = -EFAULT;
		goto out_task;
	}
	ret = copy_parts(child, args);
	if (ret)
		goto out_task;
	ret = child->pid; /* from here on nothing fails */
	get_task(child);  /* it may be gone before vfork()'s wait is over */
	commit_child(child, args);
	/* Killed meanwhile: the child goes on in what it shares, and nobody waits. */
	if ((args->flags & CLONE_VFORK) &&
	    wait_event_killable(child->vfork_wait, !child->vfork_parent_waits))
		child->vfork_parent_waits = false;
	/* The child may have set limits of its own before it called execve(), in this same
	 * address space. */
	if (args->flags & CLONE_VFORK)
		mm_apply_limits(current->mm, current->rlim);
	put_task(child);
	return ret;

out_task:
	free_new_task(child);
	return ret;
}

void fork_first_return(void)
{
	current->first_return = false;
	/* A bad address is the program's loss, as on Linux. */
	if (put_user_u32((u32)current->pid, current->set_child_tid))
		current->set_child_tid = NULL;
}

SYSCALL(fork)
{
	return do_fork(&(struct clone_args){.flags = SIGCHLD});
}

SYSCALL(vfork)
{
	return do_fork(&(struct clone_args){.flags = CLONE_VFORK | CLONE_VM | SIGCHLD});
}

/* clone(flags, stack, parent_tid, tls, child_tid) */
SYSCALL(clone)
{
	return do_fork(&(struct clone_args){
		.flags = a,
		.stack = b,
		.parent_tid = (u32 __user *)c,
		.tls = (const struct user_desc __user *)d,
		.child_tid = (u32 __user *)e,
	});
}

/* Linux's struct clone_args, as of its first version. Every field has 64 bits. */
struct user_clone_args {
	u64 flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls;
};
#define CLONE_ARGS_MORE	    3 /* fields since then: chosen pids, a cgroup; not here, so 0 */
#define CLONE_CLEAR_SIGHAND (1ull << 32)

/* What clone3() was given. 0, -EFAULT, -EINVAL (too short), or -E2BIG: it asks for something newer.
 */
static long get_clone_args(struct user_clone_args *args, u32 from, u32 size)
{
	u64 more[CLONE_ARGS_MORE] = {0};
	u32 extra = size - sizeof(*args);

	if (size < sizeof(*args))
		return -EINVAL;
	if (extra > sizeof(more))
		return -E2BIG;
	if (copy_from_user(args, (void __user *)from, sizeof(*args)) ||
	    copy_from_user(more, (void __user *)(from + sizeof(*args)), extra))
		return -EFAULT;
	return more[0] | more[1] | more[2] ? -E2BIG : 0;
}

/* clone3(args, size) */
SYSCALL(clone3)
{
	struct user_clone_args user;
	long err = get_clone_args(&user, a, b);
	bool clear;

	if (err)
		return err;
	clear = user.flags & CLONE_CLEAR_SIGHAND;
	user.flags &= ~CLONE_CLEAR_SIGHAND;
	if (user.flags >> 32 || (user.flags & CSIGNAL) || user.exit_signal > NSIG ||
	    (clear && (user.flags & CLONE_SIGHAND)) || (user.stack == 0) != (user.stack_size == 0))
		return -EINVAL;
	return do_fork(&(struct clone_args){
		.flags = (u32)user.flags | (u32)user.exit_signal,
		.clear_sighand = clear,
		.stack = (u32)(user.stack + user.stack_size),
		.parent_tid = (u32 __user *)(u32)user.parent_tid,
		.tls = (const struct user_desc __user *)(u32)user.tls,
		.child_tid = (u32 __user *)(u32)user.child_tid,
	});
}

/*
 * Starts a kernel thread: fn(arg), with the boot thread's descriptors of
 * nothing: no memory, no files. It takes no signals, and when fn returns the
 * thread is gone without a trace. ERR_PTR(-ENOMEM, -EAGAIN). May sleep.
 */
struct task_struct *kthread_run(int (*fn)(void *), void *arg, const char *name)
{
	struct task_struct *task = alloc_task();
	int err = -ENOMEM;

	if (!task)
		return ERR_PTR(-ENOMEM);
	task->sighand = sighand_dup(init_task.sighand);
	if (!task->sighand)
		goto out_task;
	task->signal = signal_alloc(task);
	if (!task->signal)
		goto out_sighand;
	err = alloc_pid();
	if (err < 0)
		goto out_signal;
	task->pid = task->tgid = err;
	task->kthread = true;
	task->parent = &init_task;
	task->blocked = ~0ull;
	memcpy(task->rlim, init_task.rlim, sizeof(task->rlim));
	strlcpy(task->comm, name, sizeof(task->comm));
	thread_setup_kernel(task, fn, arg);
	spin_lock(&tasklist_lock);
	task_link(task);
	spin_unlock(&tasklist_lock);
	wake_up_new_task(task);
	return task;

out_signal:
	signal_put(task->signal);
out_sighand:
	sighand_put(task->sighand);
out_task:
	free_new_task(task);
	return ERR_PTR(err);
}
