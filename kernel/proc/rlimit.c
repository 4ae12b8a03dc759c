/*
 * rlimit.c - resource limits. All sixteen are kept and reported. Enforced, where these
 * grow, are those on the stack, on private data, on the address space, on locked memory, on open
 * files, on CPU time and on the number of tasks.
 *
 * There is one user, and it is not above its limits: on Linux root may have more tasks than
 * RLIMIT_NPROC and lock more memory than RLIMIT_MEMLOCK says, here nobody does. Only to raise a
 * hard limit is everybody's right, as it is root's.
 */
#include "i386/uaccess.h"
#include "fs/vfs/vfs.h"
#include "kernel/errno.h"
#include "proc/syscall.h"
#include "proc/task.h"
#include "signal/signal.h"

#define RLIM32_INFINITY	    0xffffffffu
#define RLIM32_OLD_INFINITY 0x7fffffffu /* getrlimit() of before 2.4 */

static unsigned long in_bytes(const struct rlimit64 *limit)
{
	return limit->cur < ~0ul ? (unsigned long)limit->cur : ~0ul;
}

void mm_apply_limits(struct mm_struct *mm, const struct rlimit64 *rlim)
{
	mm->stack_limit = in_bytes(&rlim[RLIMIT_STACK]);
	mm->data_limit = in_bytes(&rlim[RLIMIT_DATA]);
	mm->as_limit = in_bytes(&rlim[RLIMIT_AS]);
	mm->lock_limit = in_bytes(&rlim[RLIMIT_MEMLOCK]);
}

/* For all threads of a process. tasklist_lock held: those to come take over the leader's. */
static long set_limit(struct task_struct *task, u32 resource, const struct rlimit64 *limit)
{
	struct task_struct *thread;

	if (limit->cur > limit->max)
		return -EINVAL;
	if (resource == RLIMIT_NOFILE && limit->max > NR_OPEN)
		return -EPERM;
	for_each_thread(task, thread)
	{
		thread->rlim[resource] = *limit;
		if (thread->mm) /* the same for all that have not ended */
			mm_apply_limits(thread->mm, thread->rlim);
	}
	if (resource == RLIMIT_CPU && task->signal)
		signal_set_cpu_limit(task->signal, limit);
	return 0;
}

static u32 to_32(u64 value, u32 infinity)
{
	return value >= infinity ? infinity : (u32)value;
}

static long get_limit32(u32 resource, u32 to, u32 infinity)
{
	u32 words[2];

	if (resource >= RLIM_NLIMITS)
		return -EINVAL;
	words[0] = to_32(current->rlim[resource].cur, infinity);
	words[1] = to_32(current->rlim[resource].max, infinity);
	return copy_to_user((void __user *)to, words, sizeof(words)) ? -EFAULT : 0;
}

/* getrlimit(resource, limit): the old one, in which infinity fits a signed long */
SYSCALL(getrlimit)
{
	return get_limit32(a, b, RLIM32_OLD_INFINITY);
}

SYSCALL(ugetrlimit)
{
	return get_limit32(a, b, RLIM32_INFINITY);
}

static u64 from_32(u32 value)
{
	return value == RLIM32_INFINITY ? RLIM_INFINITY : value;
}

/* setrlimit(resource, limit) */
SYSCALL(setrlimit)
{
	struct rlimit64 limit;
	u32 words[2];
	long ret;

	if (a >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_from_user(words, (void __user *)b, sizeof(words)))
		return -EFAULT;
	limit.cur = from_32(words[0]);
	limit.max = from_32(words[1]);
	spin_lock(&tasklist_lock);
	ret = set_limit(current->group_leader, a, &limit);
	spin_unlock(&tasklist_lock);
	return ret;
}

/* prlimit64(pid, resource, new, old) */
SYSCALL(prlimit64)
{
	struct rlimit64 new, old;
	struct task_struct *task;
	long ret = -ESRCH;

	if (b >= RLIM_NLIMITS)
		return -EINVAL;
	if (c && copy_from_user(&new, (void __user *)c, sizeof(new)))
		return -EFAULT;
	spin_lock(&tasklist_lock);
	task = a ? find_task((pid_t)a) : current;
	if (task) {
		old = task->rlim[b];
		ret = c ? set_limit(task->group_leader, b, &new) : 0;
	}
	spin_unlock(&tasklist_lock);
	if (ret == 0 && d && copy_to_user((void __user *)d, &old, sizeof(old)))
		return -EFAULT;
	return ret;
}
