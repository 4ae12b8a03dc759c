/*
 * sigaction.c - system calls about the current task's own signals: what to do
 * with them, which to block, waiting for them, the alternate stack.
 *
 * Sets are 64 bits in the rt_ calls; the old calls see the first 32.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "sched/sched.h"
#include "signal/signal.h"
#include "proc/syscall.h"
#include "sched/timer.h"

#define SIG_BLOCK   0
#define SIG_UNBLOCK 1
#define SIG_SETMASK 2

#define UNBLOCKABLE (sigmask(SIGKILL) | sigmask(SIGSTOP))

static bool valid_signal(int sig)
{
	return sig >= 1 && sig <= NSIG;
}

/* Throws away a pending signal that its new action ignores, blocked or not (POSIX, sigaction()).
 * Lock held. */
static void drop_if_ignored(int sig)
{
	struct task_struct *thread;

	if (!action_ignores(current, sig))
		return;
	sigpending_discard(&current->signal->shared, sigmask(sig));
	for_each_thread(current, thread) sigpending_discard(&thread->pending, sigmask(sig));
	recalc_sigpending();
}

static long do_sigaction(int sig, const struct k_sigaction *new, struct k_sigaction *old)
{
	struct k_sigaction action;

	if (!valid_signal(sig) || (new && (sigmask(sig) & UNBLOCKABLE)))
		return -EINVAL;
	spin_lock(&current->signal->lock);
	*old = current->sighand->action[sig - 1];
	if (new) {
		action = *new;
		action.mask &= ~UNBLOCKABLE;
		sighand_set(current->sighand, sig, &action);
		drop_if_ignored(sig);
	}
	spin_unlock(&current->signal->lock);
	return 0;
}

/* rt_sigaction(sig, new, old, sizeof(sigset_t)) */
SYSCALL(rt_sigaction)
{
	struct k_sigaction new, old;
	long ret;

	if (d != sizeof(sigset_t))
		return -EINVAL;
	if (b && copy_from_user(&new, (void __user *)b, sizeof(new)))
		return -EFAULT;
	ret = do_sigaction((int)a, b ? &new : NULL, &old);
	if (ret == 0 && c && copy_to_user((void __user *)c, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}

/* sigaction(sig, new, old): the structure of before real-time signals */
SYSCALL(sigaction)
{
	struct old_sigaction {
		u32 handler, mask, flags, restorer;
	} user;
	struct k_sigaction new, old;
	long ret;

	if (b) {
		if (copy_from_user(&user, (void __user *)b, sizeof(user)))
			return -EFAULT;
		new = (struct k_sigaction){user.handler, user.flags, user.restorer, user.mask};
	}
	ret = do_sigaction((int)a, b ? &new : NULL, &old);
	if (ret || !c)
		return ret;
	user = (struct old_sigaction){old.handler, (u32)old.mask, old.flags, old.restorer};
	return copy_to_user((void __user *)c, &user, sizeof(user)) ? -EFAULT : 0;
}

/* signal(sig, handler): once, not masked */
SYSCALL(signal)
{
	struct k_sigaction new = {.handler = b, .flags = SA_RESETHAND | SA_NODEFER}, old;
	long ret = do_sigaction((int)a, &new, &old);

	return ret ? ret : (long)old.handler;
}

static long change_mask(u32 how, sigset_t set)
{
	switch (how) {
	case SIG_BLOCK:
		set_blocked(current->blocked | set);
		return 0;
	case SIG_UNBLOCK:
		set_blocked(current->blocked & ~set);
		return 0;
	case SIG_SETMASK:
		set_blocked(set);
		return 0;
	default:
		return -EINVAL;
	}
}

/* rt_sigprocmask(how, new, old, sizeof(sigset_t)) */
SYSCALL(rt_sigprocmask)
{
	sigset_t old = current->blocked, new;
	long ret = 0;

	if (d != sizeof(sigset_t))
		return -EINVAL;
	if (b) {
		if (copy_from_user(&new, (void __user *)b, sizeof(new)))
			return -EFAULT;
		ret = change_mask(a, new);
	}
	if (ret == 0 && c && copy_to_user((void __user *)c, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}

/* sigprocmask(how, new, old): the first 32 signals; the others stay as they are */
SYSCALL(sigprocmask)
{
	u32 old = (u32)current->blocked, new;
	sigset_t rest = current->blocked & ~(sigset_t)0xffffffff;
	long ret = 0;

	if (b) {
		if (get_user_u32(&new, (u32 __user *)b))
			return -EFAULT;
		ret = change_mask(a, a == SIG_SETMASK ? rest | new : new);
	}
	if (ret == 0 && c && put_user_u32(old, (u32 __user *)c))
		return -EFAULT;
	return ret;
}

static sigset_t pending_blocked(void)
{
	return (current->pending.set | current->signal->shared.set) & current->blocked;
}

/* rt_sigpending(set, size) */
SYSCALL(rt_sigpending)
{
	sigset_t set = pending_blocked();

	if (b > sizeof(set))
		return -EINVAL;
	return copy_to_user((void __user *)a, &set, b) ? -EFAULT : 0;
}

/* sigpending(set): the first 32 */
SYSCALL(sigpending)
{
	return put_user_u32((u32)pending_blocked(), (u32 __user *)a);
}

/* Sleeps with another blocked set until a handler has run; then the old set comes back. */
static long suspend_with(sigset_t set)
{
	current->saved_blocked = current->blocked;
	set_blocked(set);
	while (!current->sigpending) {
		current->state = TASK_INTERRUPTIBLE;
		schedule();
	}
	current->restore_blocked = true;
	return -ERESTARTNOHAND;
}

/* rt_sigsuspend(set, sizeof(sigset_t)) */
SYSCALL(rt_sigsuspend)
{
	sigset_t set;

	if (b != sizeof(set))
		return -EINVAL;
	if (copy_from_user(&set, (void __user *)a, sizeof(set)))
		return -EFAULT;
	return suspend_with(set);
}

/* sigsuspend(unused, unused, set) */
SYSCALL(sigsuspend)
{
	return suspend_with(c);
}

SYSCALL(pause)
{
	while (!current->sigpending) {
		current->state = TASK_INTERRUPTIBLE;
		schedule();
	}
	return -ERESTARTNOHAND;
}

/* Waits until one of `set` is pending and takes it; the handlers do not run. Ticks < 0: no limit.
 */
static long sigtimedwait(sigset_t set, long ticks, struct siginfo *info)
{
	sigset_t old = current->blocked;
	int sig = dequeue_signal(set, info);

	if (sig || ticks == 0)
		return sig ? sig : -EAGAIN;
	current->sigwait_set = set;
	set_blocked(old & ~set);
	current->state = TASK_INTERRUPTIBLE;
	ticks = schedule_timeout(ticks);
	current->sigwait_set = 0;
	current->blocked = old;
	sig = dequeue_signal(set, info);
	if (sig)
		return sig;
	return ticks ? -EINTR : -EAGAIN;
}

/* rt_sigtimedwait(set, info, timeout, sizeof(sigset_t)); with 32- or 64-bit seconds */
static long sigtimedwait_common(u32 set_addr, u32 info_addr, const struct timespec64 *timeout)
{
	u32 words[SIGINFO_USER_SIZE / 4] = {0};
	sigset_t set;
	long ret;

	if (copy_from_user(&set, (void __user *)set_addr, sizeof(set)))
		return -EFAULT;
	if (timeout && !timespec_valid(timeout))
		return -EINVAL;
	ret = sigtimedwait(set & ~UNBLOCKABLE, timeout ? timespec_to_ticks(timeout) : -1,
			   (struct siginfo *)words);
	if (ret > 0 && info_addr && copy_to_user((void __user *)info_addr, words, sizeof(words)))
		return -EFAULT;
	return ret;
}

SYSCALL(rt_sigtimedwait)
{
	struct timespec64 timeout;

	if (d != sizeof(sigset_t))
		return -EINVAL;
	if (c && get_timespec32(&timeout, c))
		return -EFAULT;
	return sigtimedwait_common(a, b, c ? &timeout : NULL);
}

SYSCALL(rt_sigtimedwait_time64)
{
	struct timespec64 timeout;

	if (d != sizeof(sigset_t))
		return -EINVAL;
	if (c && get_timespec64(&timeout, c))
		return -EFAULT;
	return sigtimedwait_common(a, b, c ? &timeout : NULL);
}

/* sigaltstack(new, old) */
SYSCALL(sigaltstack)
{
	struct {
		u32 sp, flags, size;
	} new, old;
	u32 esp = task_pt_regs(current)->esp;
	bool on_it = current->sas_size && esp - current->sas_sp <= current->sas_size;

	old.sp = current->sas_sp;
	old.size = current->sas_size;
	old.flags = !current->sas_size ? SS_DISABLE : on_it ? SS_ONSTACK : 0;
	if (a) {
		if (copy_from_user(&new, (void __user *)a, sizeof(new)))
			return -EFAULT;
		if (on_it)
			return -EPERM;
		if (new.flags & ~(SS_DISABLE | SS_ONSTACK))
			return -EINVAL;
		if (!(new.flags &SS_DISABLE) && new.size < MINSIGSTKSZ)
			return -ENOMEM;
		current->sas_sp = new.flags &SS_DISABLE ? 0 : new.sp;
		current->sas_size = new.flags &SS_DISABLE ? 0 : new.size;
	}
	if (b && copy_to_user((void __user *)b, &old, sizeof(old)))
		return -EFAULT;
	return 0;
}
