/*
 * sys_sched.c - what programs may ask of the scheduler. There is one policy and
 * one CPU; whoever asks for others is told that they do not exist.
 */
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/time.h"
#include "sched/sched.h"
#include "proc/syscall.h"
#include "sched/timer.h"

#define SCHED_OTHER   0u
#define SCHED_FIFO    1u
#define SCHED_RR      2u
#define SCHED_BATCH   3u
#define SCHED_IDLE    5u
#define RT_PRIO_MAX   99
#define NICE_0_ANSWER 20 /* getpriority() returns 20 - nice */
#define CPU_MASK      1u /* CPU 0 */

SYSCALL(sched_yield)
{
	sched_yield_current();
	return 0;
}

static bool task_exists(u32 pid)
{
	return pid == 0 || find_task((pid_t)pid);
}

/* sched_getaffinity(pid, size, mask): bytes stored */
SYSCALL(sched_getaffinity)
{
	u32 mask = CPU_MASK;

	if (b < sizeof(mask) || b % sizeof(mask))
		return -EINVAL;
	if (!task_exists(a))
		return -ESRCH;
	return put_user_u32(mask, (u32 __user *)c) ? -EFAULT : (long)sizeof(mask);
}

/* sched_setaffinity(pid, size, mask): the one CPU must be among those allowed */
SYSCALL(sched_setaffinity)
{
	u32 mask = 0;

	if (!task_exists(a))
		return -ESRCH;
	if (copy_from_user(&mask, (void __user *)c, min(b, (u32)sizeof(mask))))
		return -EFAULT;
	return mask & CPU_MASK ? 0 : -EINVAL;
}

SYSCALL(sched_getscheduler)
{
	return task_exists(a) ? (long)SCHED_OTHER : -ESRCH;
}

/* sched_setscheduler(pid, policy, param) */
SYSCALL(sched_setscheduler)
{
	u32 priority;

	if (!task_exists(a))
		return -ESRCH;
	if (get_user_u32(&priority, (u32 __user *)c))
		return -EFAULT;
	return b == SCHED_OTHER && priority == 0 ? 0 : -EINVAL;
}

/* sched_getparam(pid, param) */
SYSCALL(sched_getparam)
{
	if (!task_exists(a))
		return -ESRCH;
	return put_user_u32(0, (u32 __user *)b);
}

/* sched_setparam(pid, param) */
SYSCALL(sched_setparam)
{
	u32 priority;

	if (!task_exists(a))
		return -ESRCH;
	if (get_user_u32(&priority, (u32 __user *)b))
		return -EFAULT;
	return priority == 0 ? 0 : -EINVAL;
}

static bool is_realtime(u32 policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR;
}

static bool is_fair(u32 policy)
{
	return policy == SCHED_OTHER || policy == SCHED_BATCH || policy == SCHED_IDLE;
}

SYSCALL(sched_get_priority_max)
{
	return is_realtime(a) ? RT_PRIO_MAX : is_fair(a) ? 0 : -EINVAL;
}

SYSCALL(sched_get_priority_min)
{
	return is_realtime(a) ? 1 : is_fair(a) ? 0 : -EINVAL;
}

/* sched_rr_get_interval(pid, ts) */
SYSCALL(sched_rr_get_interval)
{
	struct timespec64 slice = ticks_to_timespec(TIME_SLICE);

	return task_exists(a) ? put_timespec32(&slice, b) : -ESRCH;
}

/* getpriority(which, who): all have nice 0 */
SYSCALL(getpriority)
{
	return a <= 2 ? NICE_0_ANSWER : -EINVAL;
}

/* getcpu(cpu, node, unused) */
SYSCALL(getcpu)
{
	if ((a && put_user_u32(0, (u32 __user *)a)) || (b && put_user_u32(0, (u32 __user *)b)))
		return -EFAULT;
	return 0;
}
