/*
 * rusage.c - sums of what processes have used: times(), getrusage(), wait4().
 *
 * A process's figures are the sum over its living threads, plus what signal_struct
 * keeps of the dead ones. Figures of children arrive when they are waited for,
 * and stand in the leader (c...) and in signal_struct.
 */
#include "proc/rusage.h"
#include "i386/uaccess.h"
#include "kernel/errno.h"
#include "kernel/string.h"
#include "kernel/time.h"
#include "signal/signal.h"
#include "proc/syscall.h"

#define USEC_PER_TICK (1000000 / HZ)
#define KIB_PER_PAGE  (PAGE_SIZE / 1024)

static struct timeval32 ticks_to_timeval(unsigned long ticks)
{
	return (struct timeval32){(s32)(ticks / HZ), (s32)(ticks % HZ * USEC_PER_TICK)};
}

void process_times(struct task_struct *leader, unsigned long *utime, unsigned long *stime)
{
	struct task_struct *thread;

	*utime = leader->signal->utime;
	*stime = leader->signal->stime;
	for_each_thread(leader, thread)
	{
		*utime += thread->utime;
		*stime += thread->stime;
	}
}

static void add_thread(struct rusage *usage, const struct task_struct *thread)
{
	usage->minflt += (s32)thread->min_flt;
	usage->majflt += (s32)thread->maj_flt;
	usage->nvcsw += (s32)thread->nvcsw;
	usage->nivcsw += (s32)thread->nivcsw;
}

static void rusage_self(struct task_struct *leader, struct rusage *usage)
{
	const struct signal_struct *signal = leader->signal;
	struct task_struct *thread;
	unsigned long utime, stime, rss = 0;

	process_times(leader, &utime, &stime);
	usage->utime = ticks_to_timeval(utime);
	usage->stime = ticks_to_timeval(stime);
	usage->minflt = (s32)signal->min_flt;
	usage->majflt = (s32)signal->maj_flt;
	usage->nvcsw = (s32)signal->nvcsw;
	usage->nivcsw = (s32)signal->nivcsw;
	for_each_thread(leader, thread) add_thread(usage, thread);
	if (leader->mm)
		rss = mm_rss_peak(leader->mm) * KIB_PER_PAGE;
	usage->maxrss = (s32)max(rss, signal->maxrss);
}

void get_rusage(struct task_struct *task, int who, struct rusage *usage)
{
	struct task_struct *leader = task->group_leader;

	memset(usage, 0, sizeof(*usage));
	switch (who) {
	case RUSAGE_SELF:
		rusage_self(leader, usage);
		break;
	case RUSAGE_CHILDREN:
		usage->utime = ticks_to_timeval(leader->cutime);
		usage->stime = ticks_to_timeval(leader->cstime);
		usage->minflt = (s32)leader->cmin_flt;
		usage->majflt = (s32)leader->cmaj_flt;
		usage->nvcsw = (s32)leader->signal->cnvcsw;
		usage->nivcsw = (s32)leader->signal->cnivcsw;
		usage->maxrss = (s32)leader->signal->cmaxrss;
		break;
	default:
		usage->utime = ticks_to_timeval(task->utime);
		usage->stime = ticks_to_timeval(task->stime);
		add_thread(usage, task);
		if (task->mm)
			usage->maxrss = (s32)(mm_rss_peak(task->mm) * KIB_PER_PAGE);
	}
}

void get_rusage_both(struct task_struct *leader, struct rusage *usage)
{
	unsigned long utime, stime;

	get_rusage(leader, RUSAGE_SELF, usage);
	process_times(leader, &utime, &stime);
	usage->utime = ticks_to_timeval(utime + leader->cutime);
	usage->stime = ticks_to_timeval(stime + leader->cstime);
	usage->minflt += (s32)leader->cmin_flt;
	usage->majflt += (s32)leader->cmaj_flt;
	usage->nvcsw += (s32)leader->signal->cnvcsw;
	usage->nivcsw += (s32)leader->signal->cnivcsw;
	usage->maxrss = (s32)max((unsigned long)usage->maxrss, leader->signal->cmaxrss);
}

void account_child(struct task_struct *parent, const struct task_struct *child)
{
	struct signal_struct *to = parent->signal;
	const struct signal_struct *from = child->signal;

	parent->cutime += child->utime + from->utime + child->cutime;
	parent->cstime += child->stime + from->stime + child->cstime;
	parent->cmin_flt += child->min_flt + from->min_flt + child->cmin_flt;
	parent->cmaj_flt += child->maj_flt + from->maj_flt + child->cmaj_flt;
	to->cnvcsw += child->nvcsw + from->nvcsw + from->cnvcsw;
	to->cnivcsw += child->nivcsw + from->nivcsw + from->cnivcsw;
	to->cmaxrss = max(to->cmaxrss, max(from->maxrss, from->cmaxrss));
}

/* getrusage(who, usage) */
SYSCALL(getrusage)
{
	struct rusage usage;
	int who = (int)a;

	if (who != RUSAGE_SELF && who != RUSAGE_CHILDREN && who != RUSAGE_THREAD)
		return -EINVAL;
	spin_lock(&tasklist_lock);
	get_rusage(current, who, &usage);
	spin_unlock(&tasklist_lock);
	return copy_to_user((void __user *)b, &usage, sizeof(usage)) ? -EFAULT : 0;
}

/* times(buf): four clock_t; the result is the ticks since boot. */
SYSCALL(times)
{
	struct task_struct *leader = current->group_leader;
	unsigned long utime, stime;
	u32 tms[4];

	spin_lock(&tasklist_lock);
	process_times(leader, &utime, &stime);
	tms[0] = utime;
	tms[1] = stime;
	tms[2] = leader->cutime;
	tms[3] = leader->cstime;
	spin_unlock(&tasklist_lock);
	if (a && copy_to_user((void __user *)a, tms, sizeof(tms)))
		return -EFAULT;
	/* CLK_TCK is HZ; never a value that the C library takes for an error. */
	return (long)(jiffies & 0x7fffffff);
}
